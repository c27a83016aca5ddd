// Statements and the state of commitments, written out.
#ifndef DRAWDOWN_SRC_REPORT_STATEMENT_REPORT_H_
#define DRAWDOWN_SRC_REPORT_STATEMENT_REPORT_H_

#include <span>

#include "drawdown/statement.h"
#include "report/format.h"

namespace drawdown {

void WriteStatement(const Statement& statement, Format format,
                    const Sink& sink);

// Why each line is what it is: statement.reasons, a row each.
void WriteReasons(const Statement& statement, Format format, const Sink& sink);

// Amounts are GPU-hours or, of a spend commitment, its currency: `unit` says
// which. JSON carries GPU-seconds beside every amount in GPU-hours.
void WriteStatus(std::span<const CommitmentStatus> commitments, Format format,
                 const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_STATEMENT_REPORT_H_
