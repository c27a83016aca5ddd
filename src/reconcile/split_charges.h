// Charges that the provider split among those who shared a resource
// (FOCUS 1.3): the AllocatedRatio of one charge's rows should add up to one.
#ifndef DRAWDOWN_SRC_RECONCILE_SPLIT_CHARGES_H_
#define DRAWDOWN_SRC_RECONCILE_SPLIT_CHARGES_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/interval.h"
#include "bill/bill_row.h"
#include "bill/json_scan.h"
#include "drawdown/units.h"

namespace drawdown {

// The AllocatedRatio of some rows.
struct SplitRatios {
  Int128 sum = 0;  // of 1e-18
  uint64_t parts = 0;
  uint64_t unread = 0;  // rows whose details hold no ratio
};

class SplitCharges {
 public:
  // A row of compared usage with AllocatedMethodDetails, of the group that
  // GroupTable::Add returned. Returns what it adds.
  SplitRatios Add(const BillRow& row, uint32_t group);

  // `new_group` maps groups as GroupTable::MergeOverlapping returned. Call
  // once, after the last Add.
  void Merge(const std::vector<uint32_t>& new_group);

  // Takes `count` copies of one row, of a merged group, out again.
  void TakeOut(const SplitRatios& one, uint64_t count, uint32_t group,
               const std::string& resource, const Interval& charge);

  // Call once, after the last TakeOut.
  void Seal();

  // What of a group's charges does not add up, to end a reason with; empty
  // where all do. A clean item of the group is an allocation_gap then.
  std::string RemarkOn(uint32_t group) const;

 private:
  // One charge before it was split: group, resource, start and end.
  using Origin = std::tuple<uint32_t, std::string, int64_t, int64_t>;
  struct Gap {
    uint64_t origins = 0;
    uint64_t off = 0;
    std::string first;  // of those that are off, in words
  };

  bool ReadRatios(std::string_view details, SplitRatios* ratios);

  std::map<Origin, SplitRatios> origins_;
  std::map<uint32_t, Gap> gaps_;  // by group
  JsonCell object_;
  JsonCell array_;
  JsonCell element_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_SPLIT_CHARGES_H_
