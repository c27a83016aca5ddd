// From both sides of a group to its class.
#include <algorithm>

#include "absl/status/statusor.h"
#include "base/wide.h"
#include "model/reason_text.h"
#include "reconcile/compare.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

// Splits the difference; the price effect is what the quantity effect leaves,
// so that both sum to the difference exactly.
void SetEffects(Comparison& comparison) {
  comparison.quantity_effect = comparison.difference();
  comparison.price_effect = MoneyAmount();
  if (comparison.money_only) {
    comparison.quantity_effect = MoneyAmount();
  } else if (comparison.price.has_value()) {
    comparison.quantity_effect = Price(*comparison.price, comparison.excess());
  }
  comparison.price_effect =
      comparison.difference() - comparison.quantity_effect;
}

bool Tolerated(const Comparison& comparison, MoneyAmount amount) {
  return IsWithin(amount * 2, comparison.doubled_tolerance);
}

bool QuantityOff(const Comparison& comparison) {
  if (comparison.money_only) return false;
  const GpuTime excess = Magnitude(comparison.excess());
  if (IsWithin(excess, comparison.slack)) return false;
  return comparison.worth.zero() ||
         !Tolerated(comparison, Price(comparison.worth, excess));
}

// The billed cost may have been made from the unrounded quantity.
bool PriceOff(const Comparison& comparison) {
  const MoneyAmount rounding = comparison.price.has_value()
                                   ? Price(*comparison.price, comparison.slack)
                                   : MoneyAmount();
  const MoneyAmount rest = Magnitude(comparison.price_effect) - rounding;
  return rest > MoneyAmount() && !Tolerated(comparison, rest);
}

BreakClass Clean(const Comparison& comparison) {
  if (IsPurchase(comparison.kind)) return BreakClass::kNonUsage;
  const bool exact = comparison.difference().zero() &&
                     (comparison.money_only || comparison.excess().zero());
  return exact ? BreakClass::kMatched : BreakClass::kWithinTolerance;
}

BreakClass NotExecutable(Comparison& comparison) {
  comparison.expected = comparison.cost;
  comparison.quantity_effect = MoneyAmount();
  comparison.price_effect = MoneyAmount();
  return BreakClass::kNotExecutable;
}

// The hours are off by a known factor, and the money is that of the billed or
// of the right hours; or the hours agree and the money is off by such a factor.
std::optional<UnitScale> ScaleOf(const Comparison& c, bool quantity_off) {
  if (c.money_only) return std::nullopt;
  if (quantity_off) {
    const bool priced = Tolerated(c, c.price_effect) || !PriceOff(c);
    if (!priced && !Tolerated(c, c.difference())) return std::nullopt;
    return FindUnitScale(c.billed.count(), c.owed().count(), c.slack.count(),
                         c.gpus_per_unit);
  }
  std::optional<UnitScale> scale =
      FindUnitScale(c.cost.count(), c.expected.count(),
                    c.doubled_tolerance.count() / 2, c.gpus_per_unit);
  if (scale.has_value()) scale->of_money = true;
  return scale;
}

// What a difference of this kind is called where a commitment is the reason.
std::optional<BreakClass> CommitmentClass(const Comparison& c,
                                          bool quantity_off) {
  if (c.kind == RowKind::kUnused) return BreakClass::kCommitmentWaste;
  if (IsUsage(c.kind) && !c.overage.zero()) {
    return BreakClass::kCommitmentOverage;
  }
  const bool true_up = IsPurchase(c.kind) && (quantity_off || c.money_only) &&
                       c.commitment->model == CommitmentModel::kDiscontinuous;
  if (true_up) return BreakClass::kCommitmentShortfall;
  return std::nullopt;
}

BreakClass Broken(Comparison& c, bool quantity_off) {
  c.scale = ScaleOf(c, quantity_off);
  if (c.scale.has_value()) return BreakClass::kUnitScaleBreak;
  if (const auto found = CommitmentClass(c, quantity_off)) return *found;
  const bool price_off = PriceOff(c);
  if (quantity_off && price_off) return BreakClass::kMixedBreak;
  if (quantity_off) return BreakClass::kQuantityBreak;
  if (price_off) return BreakClass::kPriceBreak;
  // Each is within what rounding explains, together they are not.
  return Magnitude(c.quantity_effect) >= Magnitude(c.price_effect)
             ? BreakClass::kQuantityBreak
             : BreakClass::kPriceBreak;
}

// Of rows without a cost: nothing is known of money, and it is not called owed.
// Where the whole bill has none, hours are what is reconciled.
BreakClass ByHours(Comparison& comparison) {
  const bool off = QuantityOff(comparison);
  const bool unmetered = comparison.booked.zero() && comparison.left.zero();
  NotExecutable(comparison);
  if (comparison.straddles) return BreakClass::kNotExecutable;
  if (off) {
    return unmetered ? BreakClass::kUnmeteredCharge
                     : BreakClass::kQuantityBreak;
  }
  return comparison.hours_only && !comparison.money_only
             ? Clean(comparison)
             : BreakClass::kNotExecutable;
}

// Rows may bill what a commitment of several pools had left, at no more than
// its price: what they bill beyond that is wrong in any case.
void AllowLeftOfSeveral(Comparison& c) {
  const GpuTime left = std::min(c.excess(), c.left_of_several);
  if (c.unmeasured || c.unclear() || left <= c.slack) return;
  c.left += left;
  c.left_of_several = GpuTime();
  c.left_perhaps = true;
  c.expected += Price(c.dearest_left, left);
  if (c.owed() <= GpuTime() || !c.expected.valid()) return;
  const absl::StatusOr<Int128> price =
      MulDivHalfEven(c.expected.count(), kMicrosPerHour, c.owed().count());
  if (price.ok()) c.price = MoneyAmount(*price);
}

}  // namespace

BreakClass Classify(Comparison& comparison) {
  AllowLeftOfSeveral(comparison);
  SetEffects(comparison);
  if (comparison.unmeasured) return BreakClass::kNotExecutable;
  if (comparison.unpriced || comparison.cut || comparison.open ||
      comparison.unclear()) {
    return NotExecutable(comparison);
  }
  if (comparison.uncosted) return ByHours(comparison);
  const bool quantity_off = QuantityOff(comparison);
  if (!quantity_off && Tolerated(comparison, comparison.difference())) {
    return Clean(comparison);
  }
  if (!quantity_off &&
      IsWithin(comparison.difference(), comparison.contract_rounding)) {
    return BreakClass::kRounding;
  }
  if (MayBeForLonger(comparison)) return NotExecutable(comparison);
  if (comparison.straddles) return BreakClass::kTiming;
  const bool unmetered = IsUsage(comparison.kind) && comparison.booked.zero() &&
                         comparison.elsewhere.zero() &&
                         comparison.left.zero() && !comparison.billed.zero();
  if (unmetered) return BreakClass::kUnmeteredCharge;
  return Broken(comparison, quantity_off);
}

}  // namespace drawdown
