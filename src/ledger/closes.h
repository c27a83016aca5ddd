// Closed months: their records in Table::kCloses, and from when on something
// was recorded late.
//
//   "c" + contract + 0 + start    StoredClose
//   "f" + contract + 0 + start    what was closed (frozen.h)
//   "m" + contract                CloseMark
#ifndef DRAWDOWN_SRC_LEDGER_CLOSES_H_
#define DRAWDOWN_SRC_LEDGER_CLOSES_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/close.h"
#include "ledger/entry.h"
#include "ledger/store.h"

namespace drawdown {

// A closed month without its statement.
struct StoredClose {
  std::string contract;
  std::string period;
  int64_t start_us = 0;
  int64_t end_us = 0;
  uint32_t version = 0;  // the contract's newest then
  int64_t closed_us = 0;
  uint64_t sequence = 0;
};
// Of one contract ("": all) by contract and start.
absl::StatusOr<std::vector<StoredClose>> ReadCloses(
    ReadTransaction* books, std::string_view contract = {});
absl::StatusOr<ClosedPeriod> ReadFrozen(ReadTransaction* books,
                                        const StoredClose& close);

// How far a contract is closed, and from which event instant on its closed
// months may differ from what was closed: the earliest that something was
// recorded of since the newest close, none where nothing was.
struct CloseMark {
  int64_t closed_until_us = 0;
  std::optional<int64_t> late_from_us;
};
using CloseMarks = std::map<std::string, CloseMark, std::less<>>;
absl::StatusOr<CloseMarks> ReadCloseMarks(ReadTransaction* books);

// The marks as entries change them, one after the other.
class CloseTracker {
 public:
  explicit CloseTracker(CloseMarks marks);

  // Usage from the instant on is no longer what it was.
  void Touch(int64_t from_us) {
    if (from_us < closed_until_us_)
      touched_us_ = std::min(touched_us_, from_us);
  }
  bool any() const { return !marks_.empty(); }
  const CloseMarks& marks() const { return marks_; }

  absl::Status Close(WriteTransaction* transaction, const PeriodClosed& closed,
                     int64_t recorded_us, uint64_t sequence);
  // Writes the marks that changed.
  absl::Status Flush(WriteTransaction* transaction);

 private:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  // What was touched is late for the months that are closed now.
  void Settle();

  CloseMarks marks_;
  int64_t closed_until_us_ = std::numeric_limits<int64_t>::min();  // of any
  int64_t touched_us_ = kNever;
  bool dirty_ = false;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_CLOSES_H_
