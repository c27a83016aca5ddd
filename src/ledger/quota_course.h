// What is used of a quota in its windows of time, from sums per account. Pure.
#ifndef DRAWDOWN_SRC_LEDGER_QUOTA_COURSE_H_
#define DRAWDOWN_SRC_LEDGER_QUOTA_COURSE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/quota_records.h"
#include "ledger/quota_windows.h"

namespace drawdown {

// Of a window of time, and of what lies after it.
struct WindowSums {
  Account in;
  Int128 changes = 0;  // of the level by ended segments, from its start on
  Int128 changes_after = 0;  // from its end on
  Int128 opened_after = 0;   // micro-GPUs of open segments begun after it
};

struct QuotaUse {
  FineTime used;     // in the window that counts; of kAtOnce: micro-GPUs in use
  Int128 level = 0;  // micro-GPUs of runs that are open: used grows by these
  // When the next of those begin that are open ahead of time; used does not
  // grow by them before, and GPUs at once have them already.
  std::optional<int64_t> next_start_us = {};
};

// What is used in the window at the instant, with `level` micro-GPUs open.
FineTime UsedIn(const QuotaWindow& window, const WindowSums& sums, Int128 level,
                int64_t at_us);

// What will be used of a quota, if open runs go on and nothing else comes; of
// those that have not begun by the formula, negative until they do. Of
// instants that do not go back, as only what enters and leaves the window is
// added up.
class QuotaCourse {
 public:
  // `accounts`: by where their windows start, of what counts at the first
  // instant that will be asked about and later.
  QuotaCourse(const StoredQuota* quota, int64_t bucket_us, Int128 level,
              const std::map<int64_t, Account>& accounts);

  // `window`: the one that counts at the instant. The level is that of runs
  // which began before its end.
  QuotaUse UseIn(const QuotaWindow& window, int64_t at_us);
  // Whether nothing but open runs is in the window, and in any later one.
  bool OpenRunsAlone(const QuotaWindow& window) const {
    return window.start_us >= last_end_us_;
  }

 private:
  Int128 level_;
  std::vector<std::pair<int64_t, Account>> accounts_;
  int64_t last_end_us_ = QuotaWindow::kNoEdge;  // of the last account's window
  size_t entered_ = 0;
  size_t left_ = 0;
  WindowSums sums_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_QUOTA_COURSE_H_
