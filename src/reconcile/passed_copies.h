// Copies among rows that pass through: no meter counts them, but what is billed
// twice is billed twice.
#ifndef DRAWDOWN_SRC_RECONCILE_PASSED_COPIES_H_
#define DRAWDOWN_SRC_RECONCILE_PASSED_COPIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/interval.h"
#include "bill/bill_row.h"
#include "drawdown/reconcile.h"
#include "reconcile/compare.h"
#include "reconcile/copies.h"
#include "reconcile/group.h"
#include "reconcile/route.h"

namespace drawdown {

// Whether copies of a row are looked for though it is not compared: a charge of
// the contract's provider in the period that costs something.
bool PassesWithCost(const BillRow& row, const RoutedRow& routed,
                    const Interval& period);

// What is kept of such a row. Rows without a name of what they charge for may
// rightly look alike, two disks or two seats, and so may those of less than a
// cent of one resource: two kinds of requests to it, once each in an hour.
PassedRow PassedRowOf(const BillRow& row, const RoutedRow& routed);

class PassedCopies {
 public:
  // In the order of CopyFinder::ForEach; `group` and `currency` are those of
  // the rows. REQUIRES: copies.passed.
  void Add(const Copies& copies, uint32_t group, Currency currency);

  // Takes the copies of rows with a name out of their groups, and returns one
  // item for those of each. Break::lines of them go on after the groups'. Call
  // once.
  std::vector<Break> TakeOut(const CompareContext& context,
                             std::vector<Group>* groups);

  bool empty() const { return lines_.empty(); }
  // Break::lines of the item that copies with this CopyFinder::OrderOf are in;
  // kNoLines: of none, or beyond the first kMostLines rows.
  uint32_t LinesOf(const Hash128& order) const;

  // About the copies of rows without a name; empty: there are none.
  std::string Note() const;

 private:
  static constexpr size_t kMostLines = size_t{1} << 16;

  struct Taken {
    RowSums sums;
    RowNames names;
    int64_t first_us = 0;
    int64_t last_us = 0;
    uint32_t lines = 0;  // beyond the groups'
  };

  std::map<uint32_t, Taken> by_group_;
  std::map<Hash128, uint32_t> lines_;
  uint32_t groups_ = 0;
  uint64_t unnamed_rows_ = 0;
  std::map<std::string, MoneyAmount> unnamed_cost_;  // by currency
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_PASSED_COPIES_H_
