#include "rating/spend.h"

#include <algorithm>

#include "base/wide.h"

namespace drawdown {
namespace {

constexpr Int128 kMillion = 1'000'000;

// The part of price x time that divides without rest.
MoneyAmount PerMicrosecond(MoneyAmount per_gpu_hour, GpuTime time) {
  Int128 product = 0;
  return time.valid() &&
                 !__builtin_mul_overflow(per_gpu_hour.count() / kMicrosPerHour,
                                         time.count(), &product)
             ? MoneyAmount(product)
             : MoneyAmount::Invalid();
}

}  // namespace

SpendTally::SpendTally(const Plan& plan, const SpendPlan& spend)
    : plan_(&plan), spend_(&spend) {
  for (const SpendTerms& terms : spend.terms) {
    if (terms.commitment == nullptr) continue;
    stride_ = std::max(stride_, plan.filters[terms.filter].shares().size());
  }
  times_.resize(plan.slots.size() * stride_);
}

void SpendTally::AddShortfall(MoneyAmount missing) {
  constexpr ChargeKind kKind = ChargeKind::kShortfall;
  if (!filter_->Matches(kNoIndex, kNoIndex) || !filter_->MatchesKind(kKind)) {
    return;
  }
  shortfall_ += missing * Int128{
      filter_->shares()[filter_->ShareOf(kNoIndex, kNoIndex, kKind)]};
}

// sum(price x time x share) over kMicrosPerHour x 1e6, and what others lack,
// rounded once at the end.
MoneyAmount SpendTally::Counted() const {
  MoneyAmount wholes = shortfall_;  // 1e-6 of 1e-18 units
  GpuTime rests;       // of those, kMicrosPerHour to one
  for (size_t i = 0; i < times_.size(); ++i) {
    if (times_[i].zero()) continue;
    const ChargeSlot& slot = plan_->slots[i / stride_];
    const uint32_t filter = spend_->terms[slot.version].filter;
    const Int128 share = plan_->filters[filter].shares()[i % stride_];
    const MoneyAmount price = *slot.unit_price;
    const GpuTime part = times_[i] * (price.count() % kMicrosPerHour);
    if (!part.valid()) return MoneyAmount::Invalid();
    const MoneyAmount money(part.count() / kMicrosPerHour);
    wholes += (PerMicrosecond(price, times_[i]) + money) * share;
    rests += GpuTime(part.count() % kMicrosPerHour) * share;
  }
  wholes += MoneyAmount(rests.count() / kMicrosPerHour);
  if (!wholes.valid()) return wholes;
  const Int128 rest = wholes.count() % kMillion * kMicrosPerHour +
                      rests.count() % kMicrosPerHour;
  // The quotient's parity decides a tie, so it takes part in the division.
  const Int128 odd = wholes.count() / kMillion % 2;
  const Int128 unit = kMillion * kMicrosPerHour;
  return MoneyAmount(wholes.count() / kMillion - odd) +
         MoneyAmount(DivHalfEven(odd * unit + rest, unit));
}

void SpendTally::Clear() {
  times_.assign(times_.size(), GpuTime());
  shortfall_ = MoneyAmount();
}

}  // namespace drawdown
