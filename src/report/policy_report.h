// Policies about runs, written out.
#ifndef DRAWDOWN_SRC_REPORT_POLICY_REPORT_H_
#define DRAWDOWN_SRC_REPORT_POLICY_REPORT_H_

#include <span>

#include "drawdown/policy.h"
#include "report/format.h"

namespace drawdown {

// A line per setting.
void WritePolicies(std::span<const PoolPolicy> pools,
                   std::span<const WaiverPolicy> waivers, Format format,
                   const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_POLICY_REPORT_H_
