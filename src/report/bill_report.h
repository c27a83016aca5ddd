// What a bill is, written out.
#ifndef DRAWDOWN_SRC_REPORT_BILL_REPORT_H_
#define DRAWDOWN_SRC_REPORT_BILL_REPORT_H_

#include "drawdown/bill.h"
#include "report/format.h"

namespace drawdown {

// CSV is the totals per provider, charge category and currency.
void WriteBillSummary(const BillSummary& summary, Format format,
                      const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_BILL_REPORT_H_
