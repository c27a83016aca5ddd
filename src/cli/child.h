// Work that a damaged page may kill, done in a process of its own.
#ifndef DRAWDOWN_SRC_CLI_CHILD_H_
#define DRAWDOWN_SRC_CLI_CHILD_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace drawdown {

struct ChildResult {
  std::string output;   // what the work returned, maybe cut short
  std::string stopped;  // "SIGBUS" or "exit code 3"; empty: it came to its end
};

// Forks, runs `work` in the child and returns what it returned. The ledger must
// not be open and there must be one thread. Shows `phase` as progress. kIo when
// there is no process to be had.
absl::StatusOr<ChildResult> RunInChild(
    std::string_view phase, const std::function<std::string()>& work);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_CHILD_H_
