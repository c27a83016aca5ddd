// Which rules of FOCUS a bill keeps.
#ifndef DRAWDOWN_SRC_REPORT_CHECK_REPORT_H_
#define DRAWDOWN_SRC_REPORT_CHECK_REPORT_H_

#include "drawdown/bill_check.h"
#include "report/sheet.h"

namespace drawdown {

// The table lists what failed, and with `all` every rule; CSV and JSON have
// every rule, JSON with the examples.
void WriteBillCheck(const BillCheckResult& result, Format format, bool all,
                    const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_CHECK_REPORT_H_
