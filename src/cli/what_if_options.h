// Options that ask what would be if.
#ifndef DRAWDOWN_SRC_CLI_WHAT_IF_OPTIONS_H_
#define DRAWDOWN_SRC_CLI_WHAT_IF_OPTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/program.h"
#include "drawdown/forecast.h"

namespace drawdown {

// As typed.
struct WhatIfArguments {
  std::vector<std::string> exercise;  // COMMITMENT
  std::vector<std::string> scales;    // TENANT=FACTOR
  std::vector<std::string> runs;      // TENANT,POOL,GPUS,START,END
};

void AddWhatIfOptions(WhatIfArguments* arguments, Verb* verb);

// kInvalidArgument names the option.
absl::StatusOr<WhatIf> WhatIfOf(const GlobalOptions& globals,
                                const WhatIfArguments& arguments);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_WHAT_IF_OPTIONS_H_
