// What a reconciliation found, as a page.
#ifndef DRAWDOWN_SRC_REPORT_RECONCILE_PAGE_H_
#define DRAWDOWN_SRC_REPORT_RECONCILE_PAGE_H_

#include "drawdown/reconcile.h"
#include "report/format.h"

namespace drawdown {

// Billed, expected, and the difference by class, by pool and by day; the
// findings, big money first; the checks. All texts are escaped.
void WriteReconcilePage(const ReconcileResult& result, const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_RECONCILE_PAGE_H_
