// Account names for journals. Different names stay different.
#ifndef DRAWDOWN_SRC_REPORT_JOURNAL_ACCOUNTS_H_
#define DRAWDOWN_SRC_REPORT_JOURNAL_ACCOUNTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "report/journal_export.h"

namespace drawdown {

// `parts` joined by ':'; a part that is a path gives an account per part of it,
// an empty one none.
std::string JournalAccount(JournalStyle style,
                           const std::vector<std::string_view>& parts);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_JOURNAL_ACCOUNTS_H_
