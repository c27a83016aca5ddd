// Usage as it was priced, summed: per slot, tenant and pool.
#ifndef DRAWDOWN_SRC_RATING_USAGE_TALLY_H_
#define DRAWDOWN_SRC_RATING_USAGE_TALLY_H_

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "rating/lines.h"
#include "rating/plan.h"

namespace drawdown {

class UsageTally {
 public:
  // Adds an amount `sign` times, 1 or -1. What is taken away was added before.
  void Add(uint32_t slot, uint32_t tenant, uint32_t pool, Int128 amount,
           int sign) {
    if (slot >= by_slot_.size()) by_slot_.resize(slot + 1);
    const size_t series = SeriesOf(uint64_t{tenant} << 32 | pool);
    std::vector<Sum>& sums = by_slot_[slot];
    if (series >= sums.size()) sums.resize(series_.size());
    sums[series].time += sign * amount;
    sums[series].charges += sign;
  }

  // Calls `visit(slot, tenant, pool, time)` for all that something is booked
  // of.
  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (uint32_t slot = 0; slot < by_slot_.size(); ++slot) {
      for (size_t i = 0; i < by_slot_[slot].size(); ++i) {
        const Sum& sum = by_slot_[slot][i];
        if (sum.charges == 0) continue;
        visit(slot, static_cast<uint32_t>(series_[i] >> 32),
              static_cast<uint32_t>(series_[i]), sum.time);
      }
    }
  }

  size_t bytes() const;

 private:
  struct Sum {
    Int128 time = 0;
    int64_t charges = 0;
  };

  // Cells come in one order, bucket after bucket, so the one asked for is
  // nearly always the last one or the one after it.
  size_t SeriesOf(uint64_t key) {
    if (last_ < series_.size() && series_[last_] == key) return last_;
    if (last_ + 1 < series_.size() && series_[last_ + 1] == key) {
      return ++last_;
    }
    return last_ = Find(key);
  }
  size_t Find(uint64_t key);

  std::vector<uint64_t> series_;  // tenant and pool, by when they came
  std::unordered_map<uint64_t, size_t> known_;
  size_t last_ = 0;
  std::vector<std::vector<Sum>> by_slot_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_USAGE_TALLY_H_
