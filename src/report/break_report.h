// What a reconciliation found, written out.
#ifndef DRAWDOWN_SRC_REPORT_BREAK_REPORT_H_
#define DRAWDOWN_SRC_REPORT_BREAK_REPORT_H_

#include <string>

#include "drawdown/reconcile.h"
#include "report/format.h"

namespace drawdown {

// "passed", "failed", "not_executable".
std::string_view CheckOutcomeName(ReconcileCheck::Outcome outcome);

// Every item, exact, in the order of the result.
void WriteBreaksCsv(const ReconcileResult& result, const Sink& sink);

// The breaks, totals per class and checks, as one object.
void WriteReconcileJson(const ReconcileResult& result, const Sink& sink);

// For people: totals per class, then findings (findings.h), big money first;
// what is clean is a count and a sum. With `all`, every item instead.
std::string ReconcileTable(const ReconcileResult& result, bool all);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_BREAK_REPORT_H_
