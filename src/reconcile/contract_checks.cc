#include "reconcile/contract_checks.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/same_text.h"
#include "base/wide.h"
#include "reconcile/quantity.h"
#include "reconcile/text.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

using Outcome = ReconcileCheck::Outcome;

constexpr char kApplied[] = "contract_applied";
constexpr char kTerms[] = "commitment_terms";
constexpr char kUnused[] = "unused_rows";

bool MoreThan(MoneyAmount applied, MoneyAmount charge) {
  return Magnitude(applied) > Magnitude(charge);
}

// What a charge comes to: covered usage is billed at 0 and has its cost as
// EffectiveCost, a purchase the other way around.
MoneyAmount ChargeOf(const BillRow& row) {
  return std::max(Magnitude(row.billed_cost.amount),
                  Magnitude(row.effective_cost.amount));
}

std::string_view CategoryText(CommitmentCategory category) {
  return category == CommitmentCategory::kUsage ? "Usage" : "Spend";
}

std::string_view ModelText(CommitmentModel model) {
  return model == CommitmentModel::kContinuous ? "Continuous" : "Discontinuous";
}

std::string_view IntervalText(FulfilmentInterval interval) {
  constexpr std::array<std::string_view, 8> kNames = {
      "Hourly",    "Daily",       "Weekly", "Monthly",
      "Quarterly", "Semi-Annual", "Annual", "Full Period"};
  return kNames[static_cast<size_t>(interval)];
}

// Appends "category Spend, contract Usage" where they differ.
void Compare(std::string_view what, std::string_view billed,
             std::string_view contract, std::string& differences) {
  if (billed.empty() || billed == contract) return;
  absl::StrAppend(&differences, differences.empty() ? "" : "; ",
                  std::string(what), " ", std::string(billed), ", contract ",
                  std::string(contract));
}

void Fail(const std::string& why, ReconcileCheck* check) {
  check->outcome = Outcome::kFailed;
  absl::StrAppend(&check->detail, "; ", why);
}

// The steps that hold somewhere in the period.
template <typename Step>
std::vector<const Step*> StepsIn(const std::vector<Step>& steps,
                                 const Interval& period) {
  std::vector<const Step*> holding;
  for (size_t i = 0; i < steps.size(); ++i) {
    const bool over =
        i + 1 < steps.size() && steps[i + 1].from_us <= period.start_us;
    if (!over && steps[i].from_us < period.end_us) holding.push_back(&steps[i]);
  }
  return holding;
}

// What one interval is of by each step, with and without the expansions that
// were exercised by then: Contract Commitment may say either.
std::vector<GpuTime> QuantitiesIn(const Commitment& commitment,
                                  const CompareContext& context) {
  std::vector<GpuTime> quantities;
  for (const UsageStep* step : StepsIn(commitment.steps, context.period)) {
    quantities.push_back(step->quantity);
    GpuTime expanded = step->quantity;
    for (const Expansion& expansion : context.contract->expansions) {
      const bool exercised =
          expansion.commitment == commitment.id &&
          expansion.exercised_from_us.has_value() &&
          *expansion.exercised_from_us < context.period.end_us;
      if (exercised) quantities.push_back(expanded += expansion.adds);
    }
  }
  return quantities;
}

// A quantity in another unit than GPU-hours cannot be compared, nor the cost of
// a Usage commitment, which the contract prices by what is drawn.
void CompareQuantity(const BilledCommitment& billed,
                     const Commitment& commitment,
                     const CompareContext& context, std::string& differences) {
  const std::optional<TimeUnit> unit = ParseUnit(billed.unit).time;
  if (!billed.quantity.has_value() || !unit.has_value() || !unit->per_gpu) {
    return;
  }
  const auto time = ToGpuTime(*billed.quantity, *unit, kMicroGpusPerGpu);
  const std::vector<GpuTime> quantities = QuantitiesIn(commitment, context);
  if (quantities.empty()) return;  // not in force in the period
  const bool known =
      time.ok() && std::find(quantities.begin(), quantities.end(),
                             time->time) != quantities.end();
  if (known) return;
  Compare("quantity of an interval",
          time.ok() ? GpuHoursText(time->time) : "beyond what can be counted",
          GpuHoursText(quantities.back()), differences);
}

void CompareCost(const BilledCommitment& billed, const Commitment& commitment,
                 const CompareContext& context, std::string& differences) {
  const Currency currency = context.contract->currency;
  if (!billed.cost.given || billed.currency.value_or(currency) != currency) {
    return;
  }
  const std::vector<const SpendStep*> steps =
      StepsIn(commitment.spend_steps, context.period);
  for (const SpendStep* step : steps) {
    if (step->cost == billed.cost.amount) return;
  }
  if (steps.empty()) return;
  Compare("cost of an interval", MoneyText(billed.cost.amount, currency),
          MoneyText(steps.back()->cost, currency), differences);
}

// What replaced it, or may yet be, has a row of its own.
bool IsNotInForce(std::string_view lifecycle_status) {
  return lifecycle_status == "Superseded" || lifecycle_status == "Proposed" ||
         lifecycle_status == "Pending";
}

// Whether the bill's commitment is in force where the contract's is in the
// period.
void CompareTime(const BilledCommitment& billed, const Commitment& commitment,
                 const CompareContext& context, std::string& differences) {
  const auto& term = context.contract->term;
  const int64_t end_us =
      std::min(term.end_us, commitment.cancelled_at_us.value_or(term.end_us));
  const int64_t until_us = std::min(end_us, context.period.end_us);
  if (until_us <= context.period.start_us) return;
  if (billed.end_us > billed.start_us && billed.end_us < until_us) {
    Compare("end", FormatInstant(billed.end_us), FormatInstant(end_us),
            differences);
  }
  if (billed.lifecycle_status == "Canceled" &&
      !commitment.cancelled_at_us.has_value()) {
    Compare("status", "Canceled", "in force", differences);
  }
}

// Empty: there is nothing to compare, or it can be.
std::string UnitThatIsNotCompared(const BilledCommitment& billed,
                                  const Commitment& commitment) {
  if (commitment.category != CommitmentCategory::kUsage ||
      !billed.quantity.has_value()) {
    return "";
  }
  const std::optional<TimeUnit> unit = ParseUnit(billed.unit).time;
  if (unit.has_value() && unit->per_gpu) return "";
  return absl::StrCat("its quantity in \"", billed.unit,
                      "\" is none of GPU-hours and could not be compared");
}

}  // namespace

void AppliedSums::Add(const BillRow& row, const BillNames& names,
                      const Contract& contract, const Interval& period) {
  for (const AppliedCommitment& applied : row.applied) {
    const Commitment* commitment = names.FindCommitment(applied.commitment);
    if (commitment == nullptr) {
      ++unknown_[std::string(applied.commitment)];
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
    if (applied.cost.given && MoreThan(applied.cost.amount, ChargeOf(row))) {
      ++sums.more_than_charge;
    }
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
    const std::optional<TimeUnit> unit = ParseUnit(applied.unit).time;
    if (!unit.has_value() || !unit->per_gpu) {
      ++sums.other_unit;
      continue;
    }
    const auto time = ToGpuTime(*applied.quantity, *unit, kMicroGpusPerGpu);
    if (!time.ok()) {
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
  for (const auto& [lane, book] : context.books->lanes()) {
    if (lane.kind != RowKind::kCovered ||
        context.names->commitments.Name(lane.commitment) != commitment.id) {
      continue;
    }
    for (const BookCell& cell : book.cells) covered += cell.time;
  }
  const std::string both =
      absl::StrCat("applied ", GpuHoursText(sums.time),
                   ", covered by our books ", HoursText(covered));
  if (Magnitude(sums.time - covered) > sums.slack) return Fail(both, check);
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
  if (Magnitude(sums.cost - counted) > tolerance) return Fail(both, check);
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

std::vector<ReconcileCheck> CheckTerms(
    const std::vector<BilledCommitment>& commitments,
    const CompareContext& context, const BillNames& names) {
  std::vector<ReconcileCheck> checks;
  for (const BilledCommitment& billed : commitments) {
    const Commitment* commitment = names.FindCommitment(billed.id);
    if (commitment == nullptr) continue;  // another contract's
    if (IsNotInForce(billed.lifecycle_status)) continue;
    ReconcileCheck check{kTerms, Outcome::kPassed, ""};
    std::string differences;
    Compare("category", billed.category, CategoryText(commitment->category),
            differences);
    Compare("model", billed.model, ModelText(commitment->model), differences);
    Compare("interval", billed.fulfillment_interval,
            IntervalText(commitment->interval), differences);
    if (billed.currency.has_value() &&
        *billed.currency != context.contract->currency) {
      Compare("currency", billed.currency->ToString(),
              context.contract->currency.ToString(), differences);
    }
    if (commitment->category == CommitmentCategory::kUsage) {
      CompareQuantity(billed, *commitment, context, differences);
    } else {
      CompareCost(billed, *commitment, context, differences);
    }
    CompareTime(billed, *commitment, context, differences);
    const std::string skipped = UnitThatIsNotCompared(billed, *commitment);
    if (!differences.empty()) {
      check.outcome = Outcome::kFailed;
    } else if (!skipped.empty()) {
      check.outcome = Outcome::kNotExecutable;
    }
    check.detail =
        absl::StrCat(commitment->id, ": ",
                     !differences.empty() ? differences
                     : !skipped.empty()   ? skipped
                                          : "Contract Commitment says what the "
                                            "contract says");
    checks.push_back(check);
  }
  if (checks.empty()) {
    checks.push_back({kTerms, Outcome::kNotExecutable,
                      "no Contract Commitment rows were given of the "
                      "contract's commitments that are in force"});
  }
  return checks;
}

std::vector<ReconcileCheck> CheckUnusedRows(const CompareContext& context) {
  std::vector<ReconcileCheck> checks;
  for (const auto& [lane, book] : context.books->lanes()) {
    if (lane.kind != RowKind::kUnused || context.billed.Of(lane).empty()) {
      continue;
    }
    uint64_t periods = 0;
    GpuTime missing;
    context.billed.ForEachUnbilled(lane, book, [&](const BookCell& cell) {
      ++periods;
      missing += cell.time;
    });
    const std::string& id = context.names->commitments.Name(lane.commitment);
    checks.push_back(
        {kUnused, periods == 0 ? Outcome::kPassed : Outcome::kFailed,
         periods == 0
             ? absl::StrCat(id,
                            ": every charge period with unused hours has "
                            "its row")
             : absl::StrCat(id, ": ", periods,
                            " charge periods without a row for what was not "
                            "used, ",
                            GpuHoursText(missing))});
  }
  std::sort(checks.begin(), checks.end(),
            [](const ReconcileCheck& a, const ReconcileCheck& b) {
              return a.detail < b.detail;
            });
  if (checks.empty()) {
    checks.push_back({kUnused, Outcome::kNotExecutable,
                      "the bill holds no row of what a commitment had left"});
  }
  return checks;
}

ReconcileCheck CheckCredits(const CreditRows& credits,
                            const CompareContext& context) {
  const MoneyAmount owed = context.books->credits();
  const Currency currency = context.contract->currency;
  ReconcileCheck check{
      "credits", Outcome::kNotExecutable,
      absl::StrCat(credits.rows, " credit rows of ",
                   MoneyText(credits.billed, currency),
                   ", the contract grants ", MoneyText(owed, currency))};
  if (context.basis.amount == BilledAmount::kNone) {
    check.detail = "the bill has no costs";
    return check;
  }
  if (owed.zero()) return check;
  const MoneyAmount doubled = context.options.tolerance.has_value()
                                  ? *context.options.tolerance * 2
                                  : std::max(credits.places, Subunit(currency));
  const bool agrees = Magnitude(credits.billed - owed) * 2 <= doubled;
  check.outcome = agrees ? Outcome::kPassed : Outcome::kFailed;
  return check;
}

}  // namespace drawdown
