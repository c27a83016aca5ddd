// A ledger's metrics as Prometheus text, or as OpenMetrics 1.0.
#ifndef DRAWDOWN_SRC_REPORT_PROMETHEUS_H_
#define DRAWDOWN_SRC_REPORT_PROMETHEUS_H_

#include <cstdint>
#include <string>

#include "drawdown/inspect.h"
#include "drawdown/live.h"
#include "drawdown/usage.h"
#include "report/format.h"

namespace drawdown {

struct LedgerMetrics {
  std::string version;  // of the program
  LedgerInfo info;
  LiveView live;
  UsageAnswer usage;  // by tenant, pool
  uint64_t open_ledgers = 0;
};

enum class MetricsText : uint8_t {
  kPrometheus,   // text exposition format 0.0.4
  kOpenMetrics,  // 1.0: units, no _total in a counter's name, # EOF
};

// Values are exact decimals. A figure that does not exist yet (before the first
// drain since boot) has no sample.
void WriteMetrics(const LedgerMetrics& metrics, MetricsText text,
                  const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_PROMETHEUS_H_
