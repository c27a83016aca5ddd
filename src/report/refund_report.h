// What tenants are not charged for, run by run.
#ifndef DRAWDOWN_SRC_REPORT_REFUND_REPORT_H_
#define DRAWDOWN_SRC_REPORT_REFUND_REPORT_H_

#include "drawdown/refund.h"
#include "report/format.h"
#include "report/table.h"

namespace drawdown {

// A line per run; JSON has its refunds one by one.
class RefundWriter {
 public:
  RefundWriter(Format format, const Sink& sink);
  void Add(const RefundedRun& run);
  void Finish();

 private:
  Format format_;
  ListWriter list_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_REFUND_REPORT_H_
