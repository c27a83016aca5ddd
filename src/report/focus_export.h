// Statements as FOCUS (FinOps Open Cost and Usage Specification) datasets:
// docs/formats.md says which line becomes which row.
#ifndef DRAWDOWN_SRC_REPORT_FOCUS_EXPORT_H_
#define DRAWDOWN_SRC_REPORT_FOCUS_EXPORT_H_

#include <cstdint>

#include "drawdown/statement.h"
#include "drawdown/terms.h"
#include "report/format.h"

namespace drawdown {

enum class FocusVersion : uint8_t { k12, k14 };

// Cost and Usage as CSV. `terms` are the statement's.
void WriteFocus(const Statement& statement, const StatementTerms& terms,
                FocusVersion version, const Sink& sink);

// The Contract Commitment dataset of FOCUS 1.4 as CSV.
void WriteContractCommitments(const Statement& statement,
                              const StatementTerms& terms, const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_FOCUS_EXPORT_H_
