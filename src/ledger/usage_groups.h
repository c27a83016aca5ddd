// Amounts by the grouping columns of a usage query: gathered as numbers, told
// as texts. A query can have ten million groups, so none is an object of its
// own.
#ifndef DRAWDOWN_SRC_LEDGER_USAGE_GROUPS_H_
#define DRAWDOWN_SRC_LEDGER_USAGE_GROUPS_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "drawdown/usage.h"
#include "ledger/series.h"
#include "ledger/time_slices.h"

namespace drawdown {

// Where a group stands among all: the rank of its text in each column, the
// first column in the highest bits. Numbers are in the order of the texts.
using GroupPlace = Uint128;

class GroupPlaces {
 public:
  // Keeps `paths` and `slices`, which must outlive it.
  GroupPlaces(const std::vector<UsageDimension>& by, const PathsById& tenants,
              const PathsById& pools, const TimeSlices& slices);
  GroupPlaces(const GroupPlaces&) = delete;  // Its texts are views.
  GroupPlaces& operator=(const GroupPlaces&) = delete;

  // REQUIRES: the tenant and the pool are among those it was made of.
  GroupPlace Of(uint32_t tenant, uint32_t pool) const {
    return Part(tenants_, tenant) + Part(pools_, pool);
  }
  // To be added to it.
  GroupPlace OfSlice(uint32_t slice) const { return slices_[slice]; }

  // Writes the texts of the group, and its hour.
  void Tell(GroupPlace place, UsageRow* row) const;

 private:
  using Parts = absl::flat_hash_map<uint32_t, GroupPlace>;
  struct Column {
    std::vector<std::string_view> texts;  // by rank
    std::vector<int64_t> hours;           // by rank, of kHour
    int shift = 0;
    GroupPlace mask = 0;
  };
  static GroupPlace Part(const Parts& parts, uint32_t id) {
    const auto part = parts.find(id);
    return part == parts.end() ? 0 : part->second;
  }
  // Sorts the texts, gives the column its bits, and adds to `parts[i]` those
  // of texts[i].
  void AddColumn(UsageDimension dimension,
                 const std::vector<std::string_view>& texts,
                 const std::vector<GroupPlace*>& parts);
  void AddPaths(UsageDimension dimension, const PathsById& paths, Parts* parts);
  void AddLabels(UsageDimension dimension, const TimeSlices& slices, size_t at);

  std::vector<Column> columns_;    // one per dimension asked, the last first
  std::vector<size_t> column_of_;  // the column of each `by`
  int bits_ = 0;                   // of the columns so far
  Parts tenants_;                  // empty unless asked for
  Parts pools_;
  std::vector<GroupPlace> slices_;
};

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

 private:
  void Merge();

  std::vector<Sum> sums_;
  // So that what is kept grows with the groups, not with the additions.
  size_t merge_at_ = kFirstMerge;
  static constexpr size_t kFirstMerge = 1 << 20;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_USAGE_GROUPS_H_
