// The clock that holds live by: the time since boot, told as an instant.
//
// Within a boot it moves with the machine's time since boot, so that a step of
// the wall clock ends no hold early and keeps none too long. The wall clock
// counts once, when a boot is new to the books, and then the clock does not go
// back behind what the books have gone by: neither their newest entry nor the
// last commit that asked this clock. What had expired by then, and is not
// counted any more, would be open again.
//
// Kept in Table::kHeld under "c": where it was at that commit.
#ifndef DRAWDOWN_SRC_LEDGER_HOLD_CLOCK_H_
#define DRAWDOWN_SRC_LEDGER_HOLD_CLOCK_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "ledger/store.h"

namespace drawdown {

struct ClockReading {
  int64_t wall_us = 0;
  std::string boot_id;        // "": the wall clock is all there is
  int64_t since_boot_us = 0;  // CLOCK_BOOTTIME
};

// Where the clock was when a transaction asked it last.
struct ClockAnchor {
  std::string boot_id;
  int64_t hold_us = 0;
  int64_t since_boot_us = 0;
};

absl::StatusOr<int64_t> HoldTime(ReadTransaction* books,
                                 const ClockReading& reading);

// The same within one write transaction, which is asked and told once.
class HoldClock {
 public:
  // `newest_us`: of the transaction's entries.
  absl::StatusOr<int64_t> At(ReadTransaction* books,
                             const ClockReading& reading, int64_t newest_us);
  // Notes for later transactions where it was when it was asked last.
  absl::Status Flush(WriteTransaction* books) const;

 private:
  bool read_ = false;
  bool moved_ = false;
  std::optional<ClockAnchor> anchor_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_HOLD_CLOCK_H_
