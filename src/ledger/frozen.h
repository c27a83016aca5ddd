// What a close freezes, as bytes: the statement with its names in full, so that
// no later record of any table can change what it says.
#ifndef DRAWDOWN_SRC_LEDGER_FROZEN_H_
#define DRAWDOWN_SRC_LEDGER_FROZEN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/close.h"
#include "ledger/entry.h"

namespace drawdown {

// All of `closed` but what the entry itself says: contract, period, the
// period's bounds and record time.
std::string EncodeFrozen(const ClosedPeriod& closed);

// kCorrupt.
absl::StatusOr<ClosedPeriod> DecodeFrozen(const PeriodClosed& entry,
                                          int64_t recorded_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_FROZEN_H_
