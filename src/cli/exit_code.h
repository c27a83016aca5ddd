// What the program's exit status says.
#ifndef DRAWDOWN_SRC_CLI_EXIT_CODE_H_
#define DRAWDOWN_SRC_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace drawdown {

inline constexpr int kExitFine = 0;
inline constexpr int kExitFindings = 1;  // differences, a failed verify
inline constexpr int kExitUsage = 2;     // the command line
inline constexpr int kExitBadInput = 3;  // a file, a row, a contract
inline constexpr int kExitLedger = 4;    // the ledger, its host, the output

int ExitCodeOf(const absl::Status& status);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_EXIT_CODE_H_
