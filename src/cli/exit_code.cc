#include "cli/exit_code.h"

#include "drawdown/status.h"

namespace drawdown {

int ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitFine;
  const ErrorCode code = GetErrorCode(status);
  switch (code) {
    case ErrorCode::kVerifyFailed:
      return kExitFindings;
    case ErrorCode::kNotALedger:
      return kExitUsage;  // The wrong directory was named.
    default:
      break;
  }
  const int hundred = static_cast<int>(code) / 100;
  if (hundred == 1) return kExitBadInput;
  return hundred == 2 ? kExitUsage : kExitLedger;
}

}  // namespace drawdown
