// When each lane is billed: the windows of its compared groups.
#ifndef DRAWDOWN_SRC_RECONCILE_BILLED_LANES_H_
#define DRAWDOWN_SRC_RECONCILE_BILLED_LANES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "base/hash_map.h"
#include "reconcile/books.h"
#include "reconcile/group.h"
#include "reconcile/lane.h"

namespace drawdown {

struct BilledWindow {
  int64_t start_us = 0;
  int64_t end_us = 0;
  GpuTime billed;
  GpuTime slack;  // of `billed`, for published rounding
  MoneyAmount cost;
};

class BilledLanes {
 public:
  BilledLanes() = default;
  // `groups` as GroupTable::MergeOverlapping leaves them; those of a coarser
  // key are left out.
  explicit BilledLanes(const std::vector<Group>& groups)
      : BilledLanes(groups, {}) {}

  // `without`, by index of a group, is not counted as billed.
  BilledLanes(const std::vector<Group>& groups,
              const HashMap<uint32_t, RowSums>& without);

  // By time, disjoint.
  const std::vector<BilledWindow>& Of(const Lane& lane) const;

  bool Overlaps(const Lane& lane, int64_t start_us, int64_t end_us) const;

  // What a window of `lane` that is just [start_us, end_us) costs, if there is
  // one.
  std::optional<MoneyAmount> CostOf(const Lane& lane, int64_t start_us,
                                    int64_t end_us) const;

  // Whether the windows of `lane` that touch [start_us, end_us) leave metered
  // hours in it, or in what they reach beyond it, to other rows; true where
  // there is no such window.
  bool LeavesOver(const Lane& lane, int64_t start_us, int64_t end_us,
                  const Books& books) const;

  // Calls `visit` for each cell of `book` that no window of `lane` touches. Of
  // purchases some have no hours: a savings plan's shortfall.
  template <typename Visit>
  void ForEachUnbilled(const Lane& lane, const BookLane& book,
                       Visit visit) const {
    const std::vector<BilledWindow>& windows = Of(lane);
    size_t next = 0;
    for (const BookCell& cell : book.cells) {
      while (next < windows.size() && windows[next].end_us <= cell.start_us) {
        ++next;
      }
      const bool billed =
          next < windows.size() && windows[next].start_us < cell.end_us;
      const bool empty =
          cell.time.zero() && (IsUsage(lane.kind) || cell.own_cost.zero());
      if (!billed && !empty) visit(cell);
    }
  }

  // What was metered on the pool of `lane` as other kinds of usage, in windows
  // that touch [start_us, end_us), and is not billed as those kinds.
  GpuTime MissingElsewhere(const Lane& lane, int64_t start_us, int64_t end_us,
                           const Books& books) const;

 private:
  GpuTime MissingIn(const Lane& lane, const BookLane& book, int64_t start_us,
                    int64_t end_us, const Books& books) const;

  HashMap<Lane, std::vector<BilledWindow>> windows_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_BILLED_LANES_H_
