// Statements as plain-text accounting journals, for hledger and ledger or for
// beancount: docs/formats.md has the accounts.
#ifndef DRAWDOWN_SRC_REPORT_JOURNAL_EXPORT_H_
#define DRAWDOWN_SRC_REPORT_JOURNAL_EXPORT_H_

#include <cstdint>

#include "drawdown/statement.h"
#include "report/format.h"

namespace drawdown {

enum class JournalStyle : uint8_t { kHledger, kBeancount };

// A balanced transaction per line, in money and in GPU-seconds, with the
// balances asserted that come out. Of a statement alone, so journals of several
// can stand in one file.
void WriteJournal(const Statement& statement, JournalStyle style,
                  const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_JOURNAL_EXPORT_H_
