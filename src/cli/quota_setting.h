// `quota set` as it was typed, and the setting that it says.
#ifndef DRAWDOWN_SRC_CLI_QUOTA_SETTING_H_
#define DRAWDOWN_SRC_CLI_QUOTA_SETTING_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/options.h"
#include "drawdown/quota.h"

namespace drawdown {

struct QuotaSetArguments {
  std::string tenant;
  std::string pool = "*";
  std::string gpu_hours;
  std::string gpu_seconds;
  std::string gpus;
  std::string per;
  std::string calendar;
  std::string contract;
  std::string commitment;
  std::string lend;
  std::string borrow;
  std::string from;
  bool soft = false;
  bool slice = false;
  bool no_limit = false;
};

// kInvalidArgument names the option.
absl::StatusOr<QuotaSetting> QuotaSettingOf(const GlobalOptions& globals,
                                            const QuotaSetArguments& arguments);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_QUOTA_SETTING_H_
