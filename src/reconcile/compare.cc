#include "reconcile/compare.h"

#include <algorithm>

#include "base/wide.h"
#include "reconcile/text.h"

namespace drawdown {
namespace {

const Commitment* FindCommitment(const Contract& contract,
                                 const std::string& id) {
  for (const Commitment& commitment : contract.commitments) {
    if (commitment.id == id) return &commitment;
  }
  return nullptr;
}

bool IsPurchase(RowKind kind) {
  return kind == RowKind::kPurchase || kind == RowKind::kUpfront;
}

// cost / time x 1 hour, half-even; empty when there is nothing to divide.
std::optional<MoneyAmount> AveragePrice(const Expectation& books) {
  if (books.time.zero() || !books.cost.valid()) return std::nullopt;
  const absl::StatusOr<Int128> price =
      MulDivHalfEven(books.cost.count(), kMicrosPerHour, books.time.count());
  if (!price.ok()) return std::nullopt;
  return MoneyAmount(*price);
}

MoneyAmount UnusedPrice(const Commitment& commitment) {
  if (commitment.shortfall.policy == ShortfallPolicy::kWaived) {
    return MoneyAmount();
  }
  return commitment.shortfall.price.value_or(commitment.price);
}

// The price of one more hour in a lane without hours in the books.
std::optional<MoneyAmount> ContractPrice(const Comparison& comparison,
                                         const Group& group,
                                         const CompareContext& context) {
  if (comparison.kind == RowKind::kOnDemand) {
    const Rate* rate = FindRate(*context.contract,
                                context.names->pools.Name(group.key.lane.pool),
                                group.key.start_us);
    if (rate == nullptr) return std::nullopt;
    return rate->tiers.front().price;
  }
  if (comparison.commitment == nullptr) return std::nullopt;
  return comparison.kind == RowKind::kUnused
             ? UnusedPrice(*comparison.commitment)
             : comparison.commitment->price;
}

// A pool of hours is owed per interval, so only whole intervals compare.
bool CutsInterval(const Commitment& commitment, const Group& group,
                  const Contract& contract) {
  if (commitment.model == CommitmentModel::kContinuous) return false;
  const Interval term{contract.term.start_us, contract.term.end_us};
  int64_t earliest = term.start_us;
  if (!commitment.steps.empty()) {
    earliest = std::max(earliest, commitment.steps.front().from_us);
  }
  const int64_t latest =
      std::min(term.end_us, commitment.cancelled_at_us.value_or(term.end_us));
  const Interval first =
      contract.calendar.Of(commitment.interval, group.key.start_us, term);
  const Interval last =
      contract.calendar.Of(commitment.interval, group.key.end_us - 1, term);
  return std::max(first.start_us, earliest) != group.key.start_us ||
         std::min(last.end_us, latest) != group.key.end_us;
}

MoneyAmount DoubledTolerance(const Group& group,
                             const ReconcileOptions& options) {
  return options.tolerance.has_value() ? *options.tolerance * 2
                                       : group.sums.cost_places;
}

void SetBilled(const Group& group, const CompareContext& context,
               Comparison& comparison) {
  comparison.kind = group.key.lane.kind;
  comparison.currency = context.contract->currency;
  comparison.billed = group.sums.billed;
  comparison.slack = group.slack();
  comparison.cost = group.sums.cost;
  comparison.doubled_tolerance = DoubledTolerance(group, context.options);
  comparison.straddles = group.key.start_us < context.period.start_us ||
                         group.key.end_us > context.period.end_us;
  comparison.unmeasured =
      IsUsage(comparison.kind) && group.sums.unmeasured != 0;
}

void SetExpected(const Group& group, const CompareContext& context,
                 Comparison& comparison) {
  Lane lane = group.key.lane;
  if (lane.kind == RowKind::kUpfront) lane.kind = RowKind::kPurchase;
  const Expectation books =
      context.books->Sum(lane, group.key.start_us, group.key.end_us);
  comparison.booked = books.time;
  comparison.unpriced = books.unpriced;
  comparison.cut = books.cut;
  comparison.price =
      books.price.has_value() ? books.price : AveragePrice(books);
  if (!comparison.price.has_value()) {
    comparison.price = ContractPrice(comparison, group, context);
  }
  comparison.worth = comparison.price.value_or(MoneyAmount());
  const bool free = lane.kind == RowKind::kCovered ||
                    (lane.kind == RowKind::kUnused &&
                     context.purchased.contains(group.key.lane.commitment));
  comparison.expected = free ? MoneyAmount() : books.cost;
  if (free) comparison.price = MoneyAmount();
}

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
  return Magnitude(amount) * 2 <= comparison.doubled_tolerance;
}

bool QuantityOff(const Comparison& comparison) {
  if (comparison.money_only) return false;
  const GpuTime excess = Magnitude(comparison.excess());
  if (excess <= comparison.slack) return false;
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

BreakClass Broken(const Comparison& comparison, bool quantity_off) {
  const bool price_off = PriceOff(comparison);
  if (quantity_off && price_off) return BreakClass::kMixedBreak;
  if (quantity_off) return BreakClass::kQuantityBreak;
  if (price_off) return BreakClass::kPriceBreak;
  // Each is within what rounding explains, together they are not.
  return Magnitude(comparison.quantity_effect) >=
                 Magnitude(comparison.price_effect)
             ? BreakClass::kQuantityBreak
             : BreakClass::kPriceBreak;
}

BreakClass NotExecutable(Comparison& comparison) {
  comparison.expected = comparison.cost;
  comparison.quantity_effect = MoneyAmount();
  comparison.price_effect = MoneyAmount();
  return BreakClass::kNotExecutable;
}

}  // namespace

Comparison Measure(const Group& group, const CompareContext& context) {
  Comparison comparison;
  SetBilled(group, context, comparison);
  const Lane& lane = group.key.lane;
  if (lane.commitment != kNoIndex) {
    comparison.commitment = FindCommitment(
        *context.contract, context.names->commitments.Name(lane.commitment));
  }
  SetExpected(group, context, comparison);
  if (IsUsage(lane.kind)) {
    if (comparison.booked.zero()) {
      comparison.elsewhere = context.billed.MissingElsewhere(
          lane, group.key.start_us, group.key.end_us, *context.books);
    }
    return comparison;
  }
  const Commitment& commitment = *comparison.commitment;
  comparison.money_only = commitment.category == CommitmentCategory::kSpend ||
                          group.sums.unmeasured != 0;
  comparison.cut |= IsPurchase(lane.kind) &&
                    CutsInterval(commitment, group, *context.contract);
  return comparison;
}

BreakClass Classify(Comparison& comparison) {
  SetEffects(comparison);
  if (comparison.unmeasured) return BreakClass::kNotExecutable;
  if (comparison.unpriced || comparison.cut) return NotExecutable(comparison);
  const bool quantity_off = QuantityOff(comparison);
  if (!quantity_off && Tolerated(comparison, comparison.difference())) {
    return Clean(comparison);
  }
  if (comparison.kind == RowKind::kUpfront) return NotExecutable(comparison);
  if (comparison.straddles) return BreakClass::kTiming;
  const bool unmetered = IsUsage(comparison.kind) && comparison.booked.zero() &&
                         comparison.elsewhere.zero() &&
                         !comparison.billed.zero();
  if (unmetered) return BreakClass::kUnmeteredCharge;
  return Broken(comparison, quantity_off);
}

}  // namespace drawdown
