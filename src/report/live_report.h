// What is being used now, written out.
#ifndef DRAWDOWN_SRC_REPORT_LIVE_REPORT_H_
#define DRAWDOWN_SRC_REPORT_LIVE_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drawdown/live.h"
#include "drawdown/units.h"
#include "report/format.h"

namespace drawdown {

struct LiveTableRow {
  std::string tenant;
  std::string pool;
  GpuTime in_bucket;
  // Thousandths of a GPU: since the sample before, and over a minute.
  std::optional<Int128> milli_gpus_now;
  std::optional<Int128> milli_gpus_minute;
  std::vector<uint32_t> pids;  // of the processes that may be counting it
};

struct LiveTable {
  std::string ledger;  // its directory
  int64_t at_us = 0;
  int64_t bucket_start_us = 0;
  int64_t bucket_us = 0;
  LiveView live;
  std::vector<LiveTableRow> rows;
};

// The fastest first, then the largest.
void SortLiveRows(std::vector<LiveTableRow>* rows);

std::string RenderLive(const LiveTable& table);

// One sample. CSV has its titles with the first of several.
void WriteLive(const LiveTable& table, Format format, bool first,
               const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_LIVE_REPORT_H_
