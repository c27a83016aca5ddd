// What live meters have counted beyond the cells of a snapshot of the books.
#ifndef DRAWDOWN_SRC_LEDGER_LIVE_AMOUNTS_H_
#define DRAWDOWN_SRC_LEDGER_LIVE_AMOUNTS_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ledger/cell_records.h"

namespace drawdown {

struct LiveAmount {
  CellKey at;
  GpuTime gpu_time;
};

struct LiveAmounts {
  std::vector<LiveAmount> amounts;  // one per cell, none is zero
  int64_t until_us = 0;             // all of it was counted by this instant
};

// The part of a bucket, [start, end), in which the usage counted for it until
// `until_us` lies.
struct LiveSpan {
  int64_t start_us = 0;
  int64_t end_us = 0;
};
inline LiveSpan SpanOfLive(int32_t bucket, int64_t bucket_us,
                           int64_t until_us) {
  const int64_t start_us = bucket * bucket_us;
  // Counted in this bucket, so not before it and not after now; where the clock
  // has stepped back behind it, just before now.
  if (start_us >= until_us) return {until_us - 1, until_us};
  return {start_us, std::min(start_us + bucket_us, until_us)};
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_LIVE_AMOUNTS_H_
