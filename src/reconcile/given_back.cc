#include "reconcile/given_back.h"

#include <algorithm>

#include "base/coding.h"
#include "reconcile/row_period.h"

namespace drawdown {
namespace {

// Of the contract's things the meter judges.
bool IsOfNoPool(const RoutedRow& routed) {
  if (routed.key.disposition == Disposition::kCorrection) {
    return routed.key.lane == Lane();
  }
  return PassesThrough(routed.key.disposition);
}

// Whether a row may be of charges of another period: what is credited,
// adjusted or corrected is of what was billed before, plain rows are of now.
bool MayBeOfOtherTime(const BillRow& row) {
  return row.correction || row.category == ChargeCategory::kCredit ||
         row.category == ChargeCategory::kAdjustment;
}

}  // namespace

uint64_t GivenBack::Hash(const BillRow& row, std::string_view service,
                         std::string_view resource) {
  if (service.empty() && resource.empty()) return 0;
  scratch_ = row.currency.ToString();
  AppendString(service, &scratch_);
  AppendString(resource, &scratch_);
  const uint64_t hash = FastHash(scratch_, seed_).low;
  return hash == 0 ? 1 : hash;
}

GivenBack::Things GivenBack::ThingsOf(const BillRow& row) {
  return {Hash(row, row.service, row.resource), Hash(row, "", row.resource),
          Hash(row, row.service, "")};
}

uint64_t GivenBack::GivenThing(const BillRow& row, const RoutedRow& routed,
                               const Interval& period) {
  if (row.billed_cost.amount >= MoneyAmount() || !routed.contract_provider ||
      !IsOfNoPool(routed) ||
      !(MayBeOfOtherTime(row) || IsOfPeriod(row, period))) {
    return 0;
  }
  return Hash(row, row.service, row.resource);
}

void GivenBack::Add(const BillRow& row, const RoutedRow& routed,
                    const Interval& period) {
  const uint64_t thing = GivenThing(row, routed, period);
  if (thing == 0) return;  // MarkRefunds takes it off all that is claimed
  if (sums_.size() == kMost && !sums_.contains(thing)) {
    too_many_ = true;
    return;
  }
  sums_[thing] -= row.billed_cost.amount;
}

void GivenBack::Forgo(uint64_t thing, MoneyAmount cost) {
  const auto found = sums_.find(thing);
  if (found != sums_.end()) found->second += cost;
}

GivenBack::Left GivenBack::Take(const Things& things, MoneyAmount each,
                                uint64_t copies) {
  const MoneyAmount cost = each * static_cast<Int128>(copies);
  const MoneyAmount given = TakeUpTo(cost, things);
  if (given.zero() || !cost.valid()) return {copies, 0, {}};
  const auto left =
      static_cast<uint64_t>((cost - given).count() / each.count());
  return {left, copies - left, given};
}

MoneyAmount GivenBack::TakeUpTo(MoneyAmount cost, const Things& things) {
  MoneyAmount taken;
  for (const uint64_t thing : things) {
    const auto found = sums_.find(thing);
    if (found == sums_.end()) continue;
    MoneyAmount& sum = found->second;
    // A sum that does not fit is more than any copies cost.
    const MoneyAmount part =
        sum.valid() ? std::min(sum, cost - taken) : cost - taken;
    if (sum.valid()) sum -= part;
    taken += part;
  }
  return taken;
}

}  // namespace drawdown
