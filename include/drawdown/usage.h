// Usage queries and their answers. Plain values.
#ifndef DRAWDOWN_USAGE_H_
#define DRAWDOWN_USAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drawdown/units.h"

namespace drawdown {

enum class UsageDimension : uint8_t { kTenant, kPool, kHour, kDay, kMonth };

struct UsageQuery {
  std::optional<int64_t> from_us;  // inclusive; default: the first usage
  std::optional<int64_t> to_us;    // exclusive; default: at_us
  // The instant taken as now: open runs accrue up to it and nothing after it is
  // counted. Default: as_of_us, else the clock.
  std::optional<int64_t> at_us;
  // Only what was recorded by this instant. Default: everything.
  std::optional<int64_t> as_of_us;
  std::vector<UsageDimension> by;  // grouping columns, in the order asked
  std::string tenant;              // this tenant and everything below; "": all
  std::string pool;                // selector; "": all
  std::string zone = "UTC";        // IANA zone of hours, days and months
  // Also what is waived and refunded (drawdown/refund.h). Reads every run.
  bool net = false;
};

struct UsageRow {
  // One text per UsageQuery::by: a path; "2026-10-01T14:00:00+02:00" (hour, in
  // the zone), "2026-10-01", "2026-10".
  std::vector<std::string> group;
  GpuTime gpu_time;
  GpuTime waived;  // with UsageQuery::net; at most gpu_time
  // The instant that its hour's text tells, where hours are asked for; else 0.
  int64_t hour_us = 0;
};

struct UsageAnswer {
  std::vector<UsageRow> rows;  // ordered by group; groups without usage absent
  GpuTime total;
  GpuTime waived;       // of it
  int64_t from_us = 0;  // the window that was answered
  int64_t to_us = 0;
  // What the reader should know: "2 imported amounts were prorated over a cut
  // bucket". One line each.
  std::vector<std::string> notes;
};

}  // namespace drawdown

#endif  // DRAWDOWN_USAGE_H_
