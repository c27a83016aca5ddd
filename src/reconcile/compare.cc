#include "reconcile/compare.h"

#include <algorithm>

#include "base/wide.h"
#include "model/reason_text.h"

namespace drawdown {
namespace {

int64_t GpusPerUnit(const Group& group, const CompareContext& context) {
  const PoolNaming* naming = FindPoolNaming(
      *context.contract, context.names->pools.Name(group.key.lane.pool));
  return naming == nullptr ? 1 : naming->gpus_per_unit;
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

// Where the contract rounds each line to fewer places than the bill publishes,
// and every cost of the bill is so rounded.
MoneyAmount ContractRounding(const Group& group, const Contract& contract) {
  if (contract.rounding_level != RoundingLevel::kLine ||
      group.cost_decimals > contract.rounding_scale) {
    return MoneyAmount();
  }
  const MoneyAmount half(PowerOfTen(18 - contract.rounding_scale) / 2);
  return half * static_cast<Int128>(group.sums.rows);
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
  comparison.tolerance_given = context.options.tolerance.has_value();
  if (!comparison.tolerance_given) {
    comparison.contract_rounding = ContractRounding(group, *context.contract);
  }
  comparison.open = context.open() && group.key.end_us > context.at_us;
  comparison.straddles = group.key.start_us < context.period.start_us ||
                         group.key.end_us > context.period.end_us;
  comparison.hours_only = context.basis.amount == BilledAmount::kNone;
  comparison.uncosted = group.sums.uncosted != 0;
  comparison.unmeasured =
      IsUsage(comparison.kind) && group.sums.unmeasured != 0;
}

// cost / time x 1 hour, half-even; empty when there is nothing to divide.
std::optional<MoneyAmount> AveragePrice(const Expectation& books) {
  if (books.time.zero() || !books.cost.valid()) return std::nullopt;
  const absl::StatusOr<Int128> price =
      MulDivHalfEven(books.cost.count(), kMicrosPerHour, books.time.count());
  if (!price.ok()) return std::nullopt;
  return MoneyAmount(*price);
}

// What a pool of hours has left is known at its interval's end, where a true-up
// asks for it: the books have no unused hours of it in between. Of money they
// have none at all.
bool IsLeftOver(const Comparison& comparison) {
  return comparison.kind == RowKind::kUnused &&
         (comparison.commitment->model == CommitmentModel::kDiscontinuous ||
          comparison.commitment->category == CommitmentCategory::kSpend);
}

// What it costs that was left of a CONTINUOUS commitment and is in no row. Some
// providers have that in the fees, others nowhere: the nearer of both is taken
// to be meant. Of a one-time and a recurring fee of one time both may have a
// part, the recurring one what the other has not; of different times the
// recurring one has it all.
MoneyAmount UnusedInFee(const Group& group, const CompareContext& context) {
  const GroupKey& key = group.key;
  const Expectation left =
      context.books->Left(key.lane.commitment, key.start_us, key.end_us);
  if (left.unpriced || left.cut || !left.cost.valid() ||
      left.cost <= MoneyAmount()) {
    return MoneyAmount();
  }
  const bool upfront = key.lane.kind == RowKind::kUpfront;
  const Lane other = {upfront ? RowKind::kPurchase : RowKind::kUpfront,
                      kNoIndex, key.lane.commitment};
  const std::optional<MoneyAmount> beside =
      context.billed.CostOf(other, key.start_us, key.end_us);
  if (upfront && !beside.has_value() &&
      context.billed.Overlaps(other, key.start_us, key.end_us)) {
    return MoneyAmount();
  }
  const MoneyAmount cost = group.sums.cost + beside.value_or(MoneyAmount());
  if (Magnitude(cost - left.cost) >= Magnitude(cost)) return MoneyAmount();
  if (!beside.has_value()) return left.cost;
  const MoneyAmount part =
      std::clamp(upfront ? group.sums.cost : *beside, MoneyAmount(), left.cost);
  return upfront ? part : left.cost - part;
}

// By EffectiveCost a purchase asks for what is left over where no row is of it.
MoneyAmount FreeCost(const Group& group, const Commitment* commitment,
                     const CompareContext& context) {
  const Lane& lane = group.key.lane;
  if (!IsPurchase(lane.kind) ||
      context.basis.unused.contains(lane.commitment)) {
    return MoneyAmount();
  }
  const bool continuous = commitment != nullptr &&
                          commitment->model == CommitmentModel::kContinuous;
  if (continuous && IsFree(lane, context.basis)) {
    return UnusedInFee(group, context);
  }
  return context.books
      ->TrueUp(lane.commitment, group.key.start_us, group.key.end_us)
      .cost;
}

// Our side of the group's lane, whose fees have one lane in the books.
Expectation BooksOf(const Lane& lane, const Group& group,
                    const CompareContext& context,
                    const Comparison& comparison) {
  const int64_t start_us = group.key.start_us;
  const int64_t end_us = group.key.end_us;
  if (IsLeftOver(comparison)) {
    return context.books->TrueUp(lane.commitment, start_us, end_us);
  }
  if (IsPurchase(lane.kind) && comparison.as_used) {
    // Unused rows have what was left.
    if (context.basis.as_used.left.contains(lane.commitment)) return {};
    return context.books->Left(lane.commitment, start_us, end_us);
  }
  return context.books->Sum(lane, start_us, end_us);
}

// What the rows of a pool that tell no kinds bill of hours that were left.
void AddLeftOvers(const Group& group, const CompareContext& context,
                  Expectation* books, Comparison* comparison) {
  const auto found = context.left_overs.find(group.key.lane.pool);
  if (found == context.left_overs.end()) return;
  const auto sum = [&](const Lane& lane) {
    return context.books->Left(lane.commitment, group.key.start_us,
                               group.key.end_us);
  };
  for (const Lane& lane : found->second.of_pool) {
    const Expectation left = sum(lane);
    comparison->left += left.time;
    books->time += left.time;
    books->cost += left.cost;
    books->cut |= left.cut;
    if (books->price != left.price) books->price.reset();
  }
  for (const Lane& lane : found->second.of_several) {
    const Expectation left = sum(lane);
    comparison->left_of_several += left.time;
    comparison->dearest_left = std::max(
        comparison->dearest_left,
        left.price.has_value() ? *left.price
                               : AveragePrice(left).value_or(MoneyAmount()));
  }
}

void SetExpected(const Group& group, const CompareContext& context,
                 Comparison& comparison) {
  Lane lane = group.key.lane;
  if (lane.kind == RowKind::kUpfront) lane.kind = RowKind::kPurchase;
  comparison.as_used = context.basis.as_used.covered.contains(lane.commitment);
  Expectation books = BooksOf(lane, group, context, comparison);
  if (lane.kind == RowKind::kOnDemand) {
    comparison.untold = context.untold.contains(lane.pool);
    AddLeftOvers(group, context, &books, &comparison);
  }
  comparison.booked = books.time - comparison.left;
  comparison.unpriced = books.unpriced;
  comparison.cut = books.cut;
  comparison.overage = books.overage;
  comparison.price =
      books.price.has_value() ? books.price : AveragePrice(books);
  if (!comparison.price.has_value()) {
    comparison.price = ContractPrice(comparison, group, context);
  }
  comparison.worth = comparison.price.value_or(MoneyAmount());
  comparison.expected = books.cost;
  comparison.accrued = IsPurchase(lane.kind)
                           ? FreeCost(group, comparison.commitment, context)
                           : Price(comparison.worth, comparison.billed);
  if (!IsFree(lane, context.basis)) return;
  if (!books.overage.zero()) {
    comparison.expected =
        context.books->OverageCost(lane, group.key.start_us, group.key.end_us);
    return;
  }
  comparison.price = MoneyAmount();
  comparison.expected = FreeCost(group, comparison.commitment, context);
}

// What a pool of spend lacks is asked for once its interval has ended. Where
// rows say that it covers usage, or have other fees of it, it may be what the
// pool is prepaid by.
bool IsTrueUp(const Comparison& comparison, const Group& group,
              const CompareContext& context) {
  const uint32_t index = group.key.lane.commitment;
  return comparison.kind == RowKind::kUpfront &&
         comparison.commitment->category == CommitmentCategory::kSpend &&
         comparison.commitment->model == CommitmentModel::kDiscontinuous &&
         !comparison.cut && !comparison.straddles &&
         !context.basis.recurring.contains(index) &&
         !context.covering.contains(index);
}

}  // namespace

bool HasFees(uint32_t commitment, const CompareContext& context) {
  const auto billed = [&](RowKind kind) {
    return !context.billed.Of({kind, kNoIndex, commitment}).empty();
  };
  return context.basis.purchased.contains(commitment) &&
         (billed(RowKind::kPurchase) || billed(RowKind::kUpfront));
}

const Commitment* FindCommitment(const Contract& contract,
                                 const std::string& id) {
  for (const Commitment& commitment : contract.commitments) {
    if (commitment.id == id) return &commitment;
  }
  return nullptr;
}

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
    comparison.gpus_per_unit = GpusPerUnit(group, context);
    comparison.grain =
        context.books->Grain(lane.pool, group.key.start_us, group.key.end_us);
    comparison.excluded = group.excluded.time;
    if (!IsFree(lane, context.basis)) {
      comparison.expected -= group.excluded.cost;
    }
    if (comparison.booked.zero()) {
      comparison.elsewhere = context.billed.MissingElsewhere(
          lane, group.key.start_us, group.key.end_us, *context.books);
    }
    return comparison;
  }
  const Commitment& commitment = *comparison.commitment;
  comparison.money_only =
      commitment.category == CommitmentCategory::kSpend ||
      group.sums.unmeasured != 0 ||
      (IsPurchase(lane.kind) &&
       context.basis.as_used.left.contains(lane.commitment));
  comparison.cut |= (IsPurchase(lane.kind) || IsLeftOver(comparison)) &&
                    CutsInterval(commitment, group, *context.contract);
  comparison.true_up = IsTrueUp(comparison, group, context);
  return comparison;
}

}  // namespace drawdown
