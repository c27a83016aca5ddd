#include "reconcile/checks.h"

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "model/reason_text.h"
#include "reconcile/lacking_fees.h"

namespace drawdown {
namespace {

using Outcome = ReconcileCheck::Outcome;

std::string Totals(const std::map<std::string, MoneyAmount>& billed) {
  std::string text;
  for (const auto& [currency, amount] : billed) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", FormatMoney(amount), " ",
                    currency);
  }
  return text.empty() ? "0" : text;
}

std::map<std::string, MoneyAmount> BilledOf(const BillSummary& summary,
                                            BilledAmount amount) {
  std::map<std::string, MoneyAmount> billed;
  for (const auto& [currency, total] : summary.by_currency) {
    billed[currency] = amount == BilledAmount::kEffectiveCost
                           ? total.effective_cost
                           : total.billed_cost;
  }
  return billed;
}

bool DifferencesAddUp(const ReconcileResult& result) {
  std::map<std::string, MoneyAmount> differences;
  for (const auto& [key, total] : result.totals) {
    differences[key.first] += total.difference;
  }
  for (const auto& [currency, difference] : differences) {
    if (difference !=
        result.billed_total.at(currency) - result.expected_total.at(currency)) {
      return false;
    }
  }
  return true;
}

// Usage lanes and currencies nobody billed in leave a zero behind.
std::map<std::string, MoneyAmount> WithoutZeros(
    std::map<std::string, MoneyAmount> billed) {
  for (auto entry = billed.begin(); entry != billed.end();) {
    entry = entry->second.zero() ? billed.erase(entry) : std::next(entry);
  }
  return billed;
}

// The worst outcome of a commitment's purchase groups. Empty: there is nothing
// that could be billed, and nothing is.
std::optional<ReconcileCheck> Purchases(const Commitment& commitment,
                                        const std::vector<Group>& groups,
                                        const CompareContext& context) {
  ReconcileCheck check{
      "commitment_purchases", Outcome::kNotExecutable,
      absl::StrCat(commitment.id, ": the bill holds no purchase row of it")};
  const LackingFees lacking = LackingFeesOf(commitment, groups, context);
  if (!lacking.amount.zero()) {
    absl::StrAppend(&check.detail, ", our statement has ",
                    LackingFeesText(lacking, context.contract->currency));
  }
  uint64_t checked = 0;
  uint64_t broken = 0;
  uint64_t open = 0;
  for (const Group& group : groups) {
    const RowKind kind = group.key.lane.kind;
    if (group.key.disposition != Disposition::kCompare ||
        (kind != RowKind::kPurchase && kind != RowKind::kUpfront) ||
        context.names->commitments.Name(group.key.lane.commitment) !=
            commitment.id) {
      continue;
    }
    Comparison comparison = Measure(group, context);
    const BreakClass found = Classify(comparison);
    ++checked;
    if (found == BreakClass::kNotExecutable)
      ++open;
    else if (!IsClean(found))
      ++broken;
  }
  if (checked == 0) {
    const bool none_owed = commitment.category == CommitmentCategory::kSpend &&
                           lacking.amount.zero();
    if (none_owed) return std::nullopt;
    return check;
  }
  check.outcome = broken != 0 ? Outcome::kFailed
                  : open != 0 ? Outcome::kNotExecutable
                              : Outcome::kPassed;
  check.detail = absl::StrCat(
      commitment.id, ": of ", checked, " charge periods with purchase rows ",
      checked - broken - open, " agree with the contract, ", broken,
      " do not, ", open, " could not be checked");
  return check;
}

}  // namespace

bool Fits(const BreakFigures& item) {
  return item.billed_cost.valid() && item.expected_cost.valid() &&
         item.difference.valid() && item.billed.value_or(GpuTime()).valid() &&
         item.metered.value_or(GpuTime()).valid();
}

ItemSums SumItems(const StoredBreaks& items, ReconcileResult* result) {
  ItemSums sums;
  std::map<std::pair<Currency, BreakClass>, ClassTotal> totals;
  items.ForEach([&](const BreakFigures& item) {
    ClassTotal& total = totals[{item.currency, item.kind}];
    ++total.items;
    total.billed_cost += item.billed_cost;
    total.expected_cost += item.expected_cost;
    total.difference += item.difference;
    sums.rows += item.rows;
    sums.metered += item.metered.value_or(GpuTime());
    sums.fits &= Fits(item);
    if (item.kind == BreakClass::kDuplicateCharge) sums.copies += item.rows;
    if (item.kind != BreakClass::kWithinTolerance || item.difference.zero()) {
      return;
    }
    const bool more = item.difference > MoneyAmount();
    ItemSums::Side& side = sums.tolerated[item.currency][more ? 1 : 0];
    ++side.items;
    side.sum += item.difference;
  });
  for (const auto& [key, total] : totals) {
    const std::string currency = key.first.ToString();
    result->totals[{currency, key.second}] = total;
    result->billed_total[currency] += total.billed_cost;
    result->expected_total[currency] += total.expected_cost;
  }
  return sums;
}

ReconcileCheck CheckConservation(const ReconcileResult& result,
                                 const ItemSums& sums, const AddedRows& added,
                                 const BillSummary& summary) {
  const auto billed = WithoutZeros(result.billed_total);
  const auto of_summary = BilledOf(summary, result.amount);
  const bool passed = sums.rows == added.rows && sums.rows == summary.rows &&
                      billed == WithoutZeros(added.billed) &&
                      billed == WithoutZeros(of_summary) &&
                      DifferencesAddUp(result);
  return {"conservation", passed ? Outcome::kPassed : Outcome::kFailed,
          absl::StrCat(sums.rows, " rows of ", Totals(result.billed_total),
                       " in the items, ", summary.rows, " rows of ",
                       Totals(of_summary), " in the bill")};
}

std::optional<ReconcileCheck> CheckAmount(const CompareContext& context) {
  if (context.basis.amount == BilledAmount::kBilledCost) return std::nullopt;
  return ReconcileCheck{
      "billed_cost", Outcome::kNotExecutable,
      context.basis.amount == BilledAmount::kEffectiveCost
          ? "the bill has no BilledCost: EffectiveCost is compared, which "
            "spreads a fee over what it covers, so fees are expected to be 0 "
            "and those that the bill lacks were not looked for"
          : "the bill has neither BilledCost nor EffectiveCost: hours alone "
            "are compared, and nothing is said of money"};
}

ReconcileCheck CheckMetered(const ItemSums& sums,
                            const CompareContext& context) {
  ReconcileCheck check{"metered_conservation", Outcome::kPassed, ""};
  const GpuTime booked = context.books->usage();
  check.outcome = sums.metered == booked ? Outcome::kPassed : Outcome::kFailed;
  const GpuTime grain = context.books->grain();
  check.detail = absl::StrCat(GpuHoursText(sums.metered), " in the items, ",
                              GpuHoursText(booked - grain), " metered");
  if (!grain.zero()) {
    absl::StrAppend(&check.detail, " and ", GpuHoursText(grain),
                    " of the billing grain");
  }
  return check;
}

std::vector<ReconcileCheck> CheckPurchases(const std::vector<Group>& groups,
                                           const CompareContext& context) {
  std::vector<ReconcileCheck> checks;
  for (const Commitment& commitment : context.contract->commitments) {
    const auto check = Purchases(commitment, groups, context);
    if (check.has_value()) checks.push_back(*check);
  }
  return checks;
}

}  // namespace drawdown
