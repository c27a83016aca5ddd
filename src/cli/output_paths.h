// Where a verb writes, checked before it reads or writes anything.
#ifndef DRAWDOWN_SRC_CLI_OUTPUT_PATHS_H_
#define DRAWDOWN_SRC_CLI_OUTPUT_PATHS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace drawdown {

struct OutputPath {
  std::string_view option;  // that names it: "--breaks"
  std::string path;         // empty: nothing is written; DIR/: files in it are
};

// kInvalidArgument, naming both, where an output would take the place of one
// of `inputs` or of another option's output, by whatever name or link, or lies
// in the directory of the ledger. The input "-" is stdin. Inputs that are not
// there are left to who reads them.
absl::Status CheckOutputs(const std::vector<std::string>& inputs,
                          const std::vector<OutputPath>& outputs,
                          const std::string& ledger);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_OUTPUT_PATHS_H_
