// What a Spend commitment has counted in its current interval: GPU time per
// (price, share), so that money is computed once from integers.
#ifndef DRAWDOWN_SRC_RATING_SPEND_H_
#define DRAWDOWN_SRC_RATING_SPEND_H_

#include <cstdint>
#include <vector>

#include "rating/plan.h"

namespace drawdown {

class SpendTally {
 public:
  SpendTally(const Plan& plan, const SpendPlan& spend);

  // From now on that version says what counts.
  void Use(uint32_t version) {
    terms_ = &spend_->terms[version];
    filter_ = &plan_->filters[terms_->filter];
  }

  // Counts an amount booked under `slot`, if its money is eligible. REQUIRES:
  // the version in use has the commitment.
  void Add(uint32_t slot, uint32_t tenant, uint32_t pool, GpuTime time) {
    if (!terms_->counts[slot] || !filter_->Matches(tenant, pool)) return;
    const uint32_t share =
        filter_->ShareOf(tenant, pool, plan_->slots[slot].kind);
    times_[slot * stride_ + share] += time;
  }

  // The same for the shortfall of another spend commitment.
  void AddShortfall(MoneyAmount missing);

  // The money counted since the last Clear(); invalid on overflow.
  MoneyAmount Counted() const;
  void Clear();

 private:
  const Plan* plan_;
  const SpendPlan* spend_;
  const SpendTerms* terms_ = nullptr;
  const Filter* filter_ = nullptr;
  size_t stride_ = 0;           // the most shares of any version
  std::vector<GpuTime> times_;  // by slot, then share
  MoneyAmount shortfall_;  // of others x share: 1e-6 of 1e-18 units
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_SPEND_H_
