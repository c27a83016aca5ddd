#include "reconcile/applied_sums.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/same_text.h"
#include "base/wide.h"
#include "model/reason_text.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

using Outcome = ReconcileCheck::Outcome;

constexpr char kApplied[] = "contract_applied";

bool MoreThan(MoneyAmount applied, MoneyAmount charge) {
  return Magnitude(applied) > Magnitude(charge);
}

// What a charge comes to: covered usage is billed at 0 and has its cost as
// EffectiveCost, a purchase the other way around.
MoneyAmount ChargeOf(const BillRow& row) {
  return std::max(Magnitude(row.billed_cost.amount),
                  Magnitude(row.effective_cost.amount));
}

// Nothing where it is in no unit of GPU time, or does not fit.
std::optional<BilledGpuTime> TimeOf(const AppliedCommitment& applied) {
  if (!applied.quantity.has_value()) return std::nullopt;
  const std::optional<TimeUnit> unit = ParseUnit(applied.unit).time;
  if (!unit.has_value() || !unit->per_gpu) return std::nullopt;
  const auto time = ToGpuTime(*applied.quantity, *unit, kMicroGpusPerGpu);
  if (!time.ok()) return std::nullopt;
  return *time;
}

// Of usage of which the hours are known, rated or consumed. A unit of each last
// place is tolerated.
bool MoreThan(const BilledGpuTime& applied, const BillRow& row,
              const RoutedRow& routed) {
  if (row.category != ChargeCategory::kUsage || !routed.quantity.has_value()) {
    return false;
  }
  GpuTime hours = Magnitude(routed.quantity->time);
  if (routed.consumed.has_value()) {
    hours = std::max(hours, Magnitude(routed.consumed->time));
  }
  const auto place = [](const BilledGpuTime& time) {
    return PublishingSlack(time.one_unit, time.scale, 1) * 2;
  };
  return !IsWithin(applied.time,
                   hours + place(applied) + place(*routed.quantity));
}

void Fail(const std::string& why, ReconcileCheck* check) {
  check->outcome = Outcome::kFailed;
  absl::StrAppend(&check->detail, "; ", why);
}

}  // namespace

// The first by name are kept: what is among them in the end was so always, and
// has all its elements.
void AppliedSums::AddUnknown(std::string_view commitment) {
  ++unknown_[std::string(commitment)];
  if (unknown_.size() <= kMostUnknown) return;
  const auto last = std::prev(unknown_.end());
  more_unknown_ += last->second;
  unknown_.erase(last);
}

void AppliedSums::Add(const BillRow& row, const RoutedRow& routed,
                      const BillNames& names, const Contract& contract,
                      const Interval& period) {
  for (const AppliedCommitment& applied : row.applied) {
    const Commitment* commitment = names.FindCommitment(applied.commitment);
    if (commitment == nullptr) {
      AddUnknown(applied.commitment);
      continue;
    }
    Sums& sums = by_commitment_[commitment->id];
    ++sums.elements;
    if (!SameText(applied.contract, sums.last_contract)) {
      sums.last_contract = applied.contract;
      if (!applied.contract.empty()) sums.contracts.insert(sums.last_contract);
      // The first by name, in whichever order they came.
      if (sums.contracts.size() > kMostContracts) {
        sums.contracts.erase(std::prev(sums.contracts.end()));
      }
    }
    const bool inside = row.charge_start_us >= period.start_us &&
                        row.charge_end_us <= period.end_us;
    const bool in_force = InForce(*commitment, row.charge_start_us) &&
                          row.charge_start_us >= contract.term.start_us &&
                          row.charge_start_us < contract.term.end_us;
    if (!in_force) ++sums.not_in_force;
    const std::optional<BilledGpuTime> time = TimeOf(applied);
    const bool more =
        (applied.cost.given && MoreThan(applied.cost.amount, ChargeOf(row))) ||
        (time.has_value() && MoreThan(*time, row, routed));
    if (more) ++sums.more_than_charge;
    if (applied.cost.given && row.currency != contract.currency) {
      ++sums.other_currency;
    } else if (applied.cost.given && inside) {
      sums.cost += applied.cost.amount;
      sums.cost_places += LastPlace(applied.cost, row.currency);
    }
    // What was bought, or not used, is applied too; compared is what was used.
    const bool used = row.category == ChargeCategory::kUsage &&
                      row.commitment_status != UsageStatus::kUnused;
    if (!used || !applied.quantity.has_value()) continue;
    if (!time.has_value()) {
      ++sums.other_unit;
    } else if (inside) {
      sums.time += time->time;
      sums.slack += PublishingSlack(time->one_unit, time->scale, 1);
    }
  }
}

// The id is the provider's, so only what the bill itself says of it compares.
void AppliedSums::CompareContracts(const Commitment& commitment,
                                   const Sums& sums, const BillContents& bill,
                                   ReconcileCheck* check) {
  std::set<std::string> known;
  for (const BilledCommitment& billed : bill.commitments) {
    if (billed.id == commitment.id && !billed.contract_id.empty()) {
      known.insert(billed.contract_id);
    }
  }
  if (known.empty()) return;
  for (const std::string& contract : sums.contracts) {
    if (known.contains(contract)) continue;
    Fail(absl::StrCat("ContractId \"", contract,
                      "\", Contract Commitment says \"", *known.begin(), "\""),
         check);
  }
}

void AppliedSums::CompareHours(const Commitment& commitment, const Sums& sums,
                               const CompareContext& context,
                               ReconcileCheck* check) {
  if (sums.other_unit != 0) {
    return Fail(
        absl::StrCat(sums.other_unit, " in another unit than GPU-hours"),
        check);
  }
  GpuTime covered;
  const auto& names = context.names->commitments;
  for (const auto& [lane, book] : context.books->lanes()) {
    if (lane.kind == RowKind::kPurchase &&
        names.Name(lane.commitment) == commitment.id) {
      covered += context.books->Covered(lane.commitment);
    }
  }
  const std::string both =
      absl::StrCat("applied ", GpuHoursText(sums.time),
                   ", covered by our books ", HoursText(covered));
  if (!IsWithin(sums.time - covered, sums.slack)) return Fail(both, check);
  absl::StrAppend(&check->detail, "; ", both);
}

// An applied cost is a rounded share of a charge that was rounded: a unit of
// its last place each.
void AppliedSums::CompareCosts(const Commitment& commitment, const Sums& sums,
                               const CompareContext& context,
                               ReconcileCheck* check) {
  const Currency currency = context.contract->currency;
  if (sums.other_currency != 0) {
    return Fail(absl::StrCat(sums.other_currency, " in another currency than ",
                             currency.ToString()),
                check);
  }
  if (context.open()) {
    if (check->outcome == Outcome::kPassed) {
      check->outcome = Outcome::kNotExecutable;
    }
    absl::StrAppend(&check->detail,
                    "; what our books count is known at the period's end");
    return;
  }
  MoneyAmount counted;
  for (uint32_t i = 0; i < context.names->commitments.size(); ++i) {
    if (context.names->commitments.Name(i) != commitment.id) continue;
    counted = context.books->Counted(i);
  }
  const std::string both =
      absl::StrCat("applied ", MoneyText(sums.cost, currency),
                   ", counted by our books ", MoneyText(counted, currency));
  const MoneyAmount tolerance =
      context.options.tolerance.value_or(sums.cost_places);
  if (!IsWithin(sums.cost - counted, tolerance)) return Fail(both, check);
  absl::StrAppend(&check->detail, "; ", both);
}

ReconcileCheck AppliedSums::CheckOne(const Commitment& commitment,
                                     const Sums& sums,
                                     const CompareContext& context) {
  ReconcileCheck check{
      kApplied, Outcome::kPassed,
      absl::StrCat(commitment.id, ": ", sums.elements, " applied amounts")};
  if (sums.not_in_force != 0) {
    Fail(absl::StrCat(sums.not_in_force,
                      " on charges while it was not in force"),
         &check);
  }
  if (sums.more_than_charge != 0) {
    Fail(absl::StrCat(sums.more_than_charge, " more than the charge"), &check);
  }
  if (commitment.category == CommitmentCategory::kUsage) {
    CompareHours(commitment, sums, context, &check);
  } else {
    CompareCosts(commitment, sums, context, &check);
  }
  return check;
}

std::vector<ReconcileCheck> AppliedSums::Check(const CompareContext& context,
                                               const BillContents& bill) const {
  std::vector<ReconcileCheck> checks;
  for (const auto& [id, sums] : by_commitment_) {
    const Commitment* commitment = FindCommitment(*context.contract, id);
    checks.push_back(CheckOne(*commitment, sums, context));
    CompareContracts(*commitment, sums, bill, &checks.back());
  }
  for (const auto& [id, elements] : unknown_) {
    checks.push_back({kApplied, Outcome::kFailed,
                      absl::StrCat(id, ": ", elements,
                                   " applied amounts of what is no commitment "
                                   "of the contract")});
  }
  if (more_unknown_ != 0) {
    checks.push_back({kApplied, Outcome::kFailed,
                      absl::StrCat(more_unknown_,
                                   " applied amounts of still others that are "
                                   "no commitment of the contract")});
  }
  for (const Oddity& oddity : bill.summary.oddities) {
    if (oddity.name != "bad_contract_applied") continue;
    checks.push_back({kApplied, Outcome::kNotExecutable,
                      absl::StrCat(oddity.rows,
                                   " values of ContractApplied could not be "
                                   "read (bill summary names the first)")});
  }
  if (checks.empty()) {
    checks.push_back({kApplied, Outcome::kNotExecutable,
                      "no row of the bill has ContractApplied (FOCUS 1.3 and "
                      "later)"});
  }
  return checks;
}

}  // namespace drawdown
