// Statements, written out.
#ifndef DRAWDOWN_SRC_REPORT_STATEMENT_REPORT_H_
#define DRAWDOWN_SRC_REPORT_STATEMENT_REPORT_H_

#include "drawdown/statement.h"
#include "report/format.h"

namespace drawdown {

void WriteStatement(const Statement& statement, Format format,
                    const Sink& sink);

// Why each line is what it is: statement.reasons, a row each.
void WriteReasons(const Statement& statement, Format format, const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_STATEMENT_REPORT_H_
