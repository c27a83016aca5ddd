// Closed months, written out.
#ifndef DRAWDOWN_SRC_REPORT_CLOSE_REPORT_H_
#define DRAWDOWN_SRC_REPORT_CLOSE_REPORT_H_

#include <span>

#include "drawdown/close.h"
#include "report/format.h"

namespace drawdown {

// A line per month.
void WriteClosedPeriods(std::span<const ClosedPeriod> periods, Format format,
                        const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_CLOSE_REPORT_H_
