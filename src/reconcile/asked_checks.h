// Whether the bill has what was asked for at all: rows of the period, and tags
// that name tenants. What has nothing to look at is not called clean.
#ifndef DRAWDOWN_SRC_RECONCILE_ASKED_CHECKS_H_
#define DRAWDOWN_SRC_RECONCILE_ASKED_CHECKS_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/interval.h"
#include "bill/bill_row.h"
#include "drawdown/reconcile.h"
#include "reconcile/group.h"

namespace drawdown {

// The provider's rows, up to the first that is of the period.
class PeriodRows {
 public:
  void Add(const BillRow& row, const Interval& period);

  // Only where none is of the period: kFailed, or while it is open
  // kNotExecutable, for more may come.
  std::optional<ReconcileCheck> Check(const std::string& provider,
                                      bool open) const;

  // What to say of it; empty where some row is of the period, or none is of
  // the provider, which another note says.
  std::string Note() const;

 private:
  bool found_ = false;
  uint64_t rows_ = 0;
  int64_t first_us_ = std::numeric_limits<int64_t>::max();  // of their
  int64_t last_us_ = std::numeric_limits<int64_t>::min();   // billing periods
};

// The compared rows of usage, and those that name a tenant.
class TagRows {
 public:
  TagRows() = default;
  // `unnamed`: the tenant of rows that name none.
  TagRows(const std::vector<Group>& groups, uint32_t unnamed);

  // kNotExecutable where some name none: their tenants were not all compared.
  ReconcileCheck Check(const std::string& tag) const;

  // Empty where some row names a tenant.
  std::string Note(const std::string& tag) const;

 private:
  uint64_t rows_ = 0;
  uint64_t named_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_ASKED_CHECKS_H_
