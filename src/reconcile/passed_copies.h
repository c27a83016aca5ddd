// Copies among rows that pass through: no meter counts them, but what is billed
// twice is billed twice.
#ifndef DRAWDOWN_SRC_RECONCILE_PASSED_COPIES_H_
#define DRAWDOWN_SRC_RECONCILE_PASSED_COPIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
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

// Whether it is a correction with the id of a line: twice it is one too many,
// whichever way it goes. One of what is not compared is of the period and of
// some money.
bool IsNamedCorrection(const BillRow& row, const RoutedRow& routed,
                       const Interval& period);

// Whether a row is of a pool and costs something but has no hours that the
// meter could say are too many: copies of it are noted.
bool IsUnjudged(const BillRow& row, const RoutedRow& routed,
                const RowSums& one);
PassedRow UnjudgedRow(const RoutedRow& routed);

class PassedCopies {
 public:
  // What is kept of such a row. Rows may rightly look alike: two disks without
  // a name, two seats or two idle nodes of one agreement or reservation, two
  // taxes of a resource, and two kinds of requests to it, once each in an hour,
  // which are less than a cent. So only the id of a line, or usage of a
  // resource, says that there is one.
  PassedRow PassedRowOf(const BillRow& row, const RoutedRow& routed);
  PassedRow CorrectionRow(const BillRow& row, const RoutedRow& routed,
                          const Interval& period);
  // Of any row: what it gives back is no longer billed twice in `period`.
  void GiveBack(const BillRow& row, const RoutedRow& routed,
                const Interval& period) {
    given_back_.Add(row, routed, period);
  }

  // In the order of CopyFinder::ForEach; `group`, `currency` and the key, as
  // coarse as its group's, are those of the rows. Copies that are given back,
  // be it in part, are none, and are noted where that is not certain. REQUIRES:
  // copies.passed, all rows were given to GiveBack, and copies of corrections
  // come first, because they give nothing back.
  void Add(const Copies& copies, uint32_t group, Currency currency);

  // Takes the copies of rows with a name out of their groups, and returns one
  // item for those of each. Break::lines of them go on after the groups'. Call
  // once.
  std::vector<Break> TakeOut(const CompareContext& context,
                             std::vector<Group>* groups);

  // Of an item of TakeOut, by its Break::lines.
  const InvoiceSet& InvoicesOf(uint32_t lines) const;

  bool empty() const { return lines_.empty(); }
  // Break::lines of the item that copies with this CopyFinder::OrderOf are in;
  // kNoLines: of none, or beyond the first kMostLines rows.
  uint32_t LinesOf(const Hash128& order) const;

  // About the copies that are not asked for.
  std::vector<std::string> Notes(const GroupNames& names) const;

 private:
  static constexpr size_t kMostLines = size_t{1} << 16;

  struct Taken {
    RowSums sums;
    RowNames names;
    InvoiceSet invoices;
    int64_t first_us = 0;
    int64_t last_us = 0;
    uint32_t lines = 0;  // beyond the groups'
  };

  struct Noted {
    uint64_t rows = 0;
    std::map<std::string, MoneyAmount> cost;  // by currency
    MoneyAmount most;                         // of one charge's copies
    std::string dearest_in;                   // in the first currency
    Copies dearest;                           // those

    void Add(const Copies& copies, uint64_t more, Currency currency);
    std::string Text(const GroupNames& names) const;
  };

  GivenBack::Left LeftOf(const Copies& copies);

  GivenBack given_back_;
  // Charges and corrections of one group apart.
  std::map<std::pair<uint32_t, bool>, Taken> by_group_;
  std::vector<const InvoiceSet*> invoices_;  // in by_group_, by Taken::lines
  std::map<Hash128, uint32_t> lines_;
  uint32_t groups_ = 0;
  Noted unnamed_;  // rows that may be charges of their own
  Noted doubted_;  // rows of which some may be given back
  Noted unknown_;  // rows of which nobody knows whether some are
  std::map<std::string, MoneyAmount> given_;  // of those, by currency
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_PASSED_COPIES_H_
