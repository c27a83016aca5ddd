// Whose usage it was that ran on GPUs which the provider excluded: each hour of
// them is left out once, whatever lanes and rows the pool is billed in.
#ifndef DRAWDOWN_SRC_RECONCILE_EXCLUDED_HOURS_H_
#define DRAWDOWN_SRC_RECONCILE_EXCLUDED_HOURS_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/hash_map.h"
#include "reconcile/billed_lanes.h"
#include "reconcile/books.h"
#include "reconcile/exclusions.h"
#include "reconcile/group.h"

namespace drawdown {

class ExcludedHours {
 public:
  ExcludedHours() = default;

  // Sets Group::excluded of compared usage. A bucket of a pool has as many
  // hours to leave out as were excluded in it, and as were metered. They go
  // first to what rows lack of the meter, then to what is in no row; what must
  // have been excluded beyond that is billed all the same, and is taken off
  // what is expected. Lanes come in order, on demand before covered, those by
  // commitment.
  ExcludedHours(const Exclusions& exclusions, const Books& books,
                const BilledLanes& billed, const GroupNames& names,
                std::vector<Group>* groups);

  // Of a cell that no row bills.
  GpuTime Of(const BookCell& cell) const;

 private:
  struct Bucket {
    GpuTime metered;  // of all the pool's lanes
    GpuTime left;
    GpuTime certain;  // of `left`
  };
  // What one lane metered in a bucket.
  struct Slice {
    Bucket* bucket = nullptr;
    int64_t start_us = 0;
    std::vector<BookCell> cells;
    GpuTime free;  // not taken yet
    GpuTime most;  // that may be taken now
  };

  void FillBuckets(const Exclusions& exclusions, const Books& books);
  // Of pools with something excluded, in order.
  std::vector<Group*> Compared(std::vector<Group>* groups,
                               const GroupNames& names) const;
  void TakeMissing(const Books& books, const std::vector<Group*>& groups);
  void TakeUnbilled(const Books& books, const BilledLanes& billed,
                    const GroupNames& names);
  void TakeCertain(const Books& books, const std::vector<Group*>& groups);
  std::vector<Slice> SlicesOf(const Group& group, const Books& books);
  // Takes up to `wanted`, what is certain first, and returns it.
  GpuTime Take(const Lane& lane, std::vector<Slice>& slices, GpuTime wanted);
  static void TakeFrom(Bucket* bucket, GpuTime time);
  static MoneyAmount CostOf(const std::vector<Slice>& slices, GpuTime time,
                            bool dearest);

  HashMap<uint32_t, std::map<int64_t, Bucket>> pools_;  // by start
  HashMap<std::pair<Lane, int64_t>, GpuTime> taken_;
  HashMap<const BookCell*, GpuTime> unbilled_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_EXCLUDED_HOURS_H_
