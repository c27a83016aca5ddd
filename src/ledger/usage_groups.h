// Amounts by the grouping columns of a usage query: gathered as numbers, told
// as texts. A query can have ten million groups, so none is an object of its
// own.
#ifndef DRAWDOWN_SRC_LEDGER_USAGE_GROUPS_H_
#define DRAWDOWN_SRC_LEDGER_USAGE_GROUPS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/hash_map.h"
#include "drawdown/usage.h"
#include "ledger/series.h"
#include "ledger/time_slices.h"

namespace drawdown {

// Where a group stands: a number in each column, the first column in the
// highest bits.
using GroupPlace = Uint128;

// Amounts summed by place.
class GroupSums {
 public:
  struct Sum {
    GroupPlace place;
    GpuTime amount;
  };

  void Add(GroupPlace place, GpuTime amount) {
    if (amount.zero()) return;
    if (sums_.size() >= merge_at_) Merge();
    sums_.push_back({place, amount});
  }
  // In the order of places, each once.
  const std::vector<Sum>& Merged() {
    Merge();
    return sums_;
  }
  // Puts every sum at another place.
  template <typename Placed>
  void Move(const Placed& placed) {
    for (Sum& sum : sums_) sum.place = placed(sum.place);
  }

 private:
  void Merge();

  std::vector<Sum> sums_;
  // So that what is kept grows with the groups, not with the additions.
  static constexpr size_t kFirstMerge = 1 << 20;
  size_t merge_at_ = kFirstMerge;
};

class GroupPlaces {
 public:
  // Keeps `slices`, which must outlive it.
  GroupPlaces(const std::vector<UsageDimension>& by, const PathsById& tenants,
              const PathsById& pools, const TimeSlices& slices);

  // REQUIRES: the tenant and the pool are among those it was made of.
  GroupPlace Of(uint32_t tenant, uint32_t pool) const {
    return Part(tenants_, tenant) + Part(pools_, pool);
  }
  // To be added to it.
  GroupPlace OfSlice(uint32_t slice) const {
    return by_time_ ? GroupPlace{slice} << slice_shift_ : 0;
  }

  // Moves sums to where they stand in the order of texts. Once, and then no
  // more may be added.
  void Order(const std::vector<GroupSums*>& all);
  // Writes the texts of a group that was ordered, and its hour.
  void Tell(GroupPlace place, UsageRow* row) const;

 private:
  using Parts = HashMap<uint32_t, GroupPlace>;
  struct Column {
    UsageDimension dimension;
    int shift = 0;
    GroupPlace mask = 0;
    std::vector<std::string> texts;  // by rank
    std::vector<int64_t> hours;      // by rank, of kHour
  };
  static GroupPlace Part(const Parts& parts, uint32_t id) {
    const auto part = parts.find(id);
    return part == parts.end() ? 0 : part->second;
  }
  // Of at most `count` texts.
  Column* AddColumn(UsageDimension dimension, size_t count);
  static Parts Rank(const PathsById& paths, Column* column);
  // Adds the ranks of the labels of slices to their places.
  void RankLabels(const std::vector<uint32_t>& used, Column* column,
                  std::vector<GroupPlace>* places) const;
  uint32_t SliceAt(GroupPlace place) const {
    return static_cast<uint32_t>(place >> slice_shift_ & slice_mask_);
  }

  const TimeSlices& slices_;
  std::vector<Column> columns_;    // one per dimension asked, the last first
  std::vector<size_t> column_of_;  // the column of each `by`
  int bits_ = 0;                   // of the columns so far
  Parts tenants_;                  // empty unless asked for
  Parts pools_;
  // Until they are ordered, a slice's number is in a column of time.
  bool by_time_ = false;
  int slice_shift_ = 0;
  GroupPlace slice_mask_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_USAGE_GROUPS_H_
