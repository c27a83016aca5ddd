// A hold as it was typed, and the request that it says.
#ifndef DRAWDOWN_SRC_CLI_HOLD_REQUEST_H_
#define DRAWDOWN_SRC_CLI_HOLD_REQUEST_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/amounts.h"
#include "cli/program.h"
#include "drawdown/hold.h"

namespace drawdown {

struct HoldTexts {
  std::string hold_id;
  std::string tenant;
  std::string pool;
  GpuTimeTexts amount;
  std::string gpus;
  std::string ttl = "1h";
};

// Whose and how much it is, and for how long.
void AddHoldOptions(Verb* verb, HoldTexts* texts);

// kInvalidArgument names what is missing.
absl::Status CheckWhose(const HoldTexts& texts);
absl::StatusOr<HoldRequest> HoldRequestOf(const HoldTexts& texts);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_HOLD_REQUEST_H_
