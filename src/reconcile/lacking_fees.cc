#include "reconcile/lacking_fees.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "model/reason_text.h"

namespace drawdown {
namespace {

// Where rows of usage pay for what is covered, fees are of the rest.
bool PaidByUsage(const Lane& fees, const Commitment& commitment,
                 const CompareContext& context) {
  return context.basis.as_used.covered.contains(fees.commitment) ||
         std::any_of(context.untold.begin(), context.untold.end(),
                     [&](uint32_t pool) {
                       return MayPricePool(*context.contract, commitment,
                                           context.names->pools.Name(pool));
                     });
}

// Whether rows that tell no kinds bill, or may bill, what was left of it.
bool MayBillTheRest(uint32_t commitment, const CompareContext& context) {
  const Lane unused = {RowKind::kUnused, kNoIndex, commitment};
  for (const auto& [pool, left] : context.left_overs) {
    for (const std::vector<Lane>* lanes : {&left.of_pool, &left.of_several}) {
      if (std::find(lanes->begin(), lanes->end(), unused) != lanes->end()) {
        return true;
      }
    }
  }
  return false;
}

// With what is owed for an interval that ends in the period.
MoneyAmount CostOf(const BookLane& book) {
  ExpectationSum sum;
  for (const BookCell& cell : book.cells) sum.Add(cell);
  return sum.Get().cost;
}

// What other rows of the commitment cost.
MoneyAmount PaidOtherwise(const std::vector<Group>& groups, uint32_t commitment,
                          bool by_usage) {
  MoneyAmount paid;
  for (const Group& group : groups) {
    const Lane& lane = group.key.lane;
    if (group.key.disposition == Disposition::kCompare &&
        lane.commitment == commitment &&
        (lane.kind != RowKind::kCovered || !by_usage)) {
      paid += group.sums.cost;
    }
  }
  return paid;
}

}  // namespace

LackingFees LackingFeesOf(const Commitment& commitment,
                          const std::vector<Group>& groups,
                          const CompareContext& context) {
  LackingFees lacking;
  if (context.basis.amount != BilledAmount::kBilledCost || context.open()) {
    return lacking;
  }
  for (const auto& [lane, book] : context.books->lanes()) {
    if (lane.kind != RowKind::kPurchase ||
        context.names->commitments.Name(lane.commitment) != commitment.id ||
        HasFees(lane.commitment, context)) {
      continue;
    }
    const bool by_usage = PaidByUsage(lane, commitment, context);
    if (by_usage && MayBillTheRest(lane.commitment, context)) continue;
    const MoneyAmount owed =
        CostOf(by_usage ? context.books->LeftOf(lane.commitment) : book);
    lacking.amount = std::max(
        owed - PaidOtherwise(groups, lane.commitment, by_usage), MoneyAmount());
    lacking.shortfall = commitment.category == CommitmentCategory::kSpend &&
                        !context.covering.contains(lane.commitment);
  }
  return lacking;
}

std::string LackingFeesText(const LackingFees& lacking, Currency currency) {
  return absl::StrCat(lacking.shortfall ? "a shortfall of " : "fees of ",
                      MoneyText(lacking.amount, currency));
}

}  // namespace drawdown
