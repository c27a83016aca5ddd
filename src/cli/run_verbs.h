// What the verbs of `run` share.
#ifndef DRAWDOWN_SRC_CLI_RUN_VERBS_H_
#define DRAWDOWN_SRC_CLI_RUN_VERBS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "cli/program.h"
#include "cli/run_change.h"

namespace drawdown {

struct RunArguments {
  std::string run_id;
  uint64_t attempt = 1;
  std::string tenant;
  std::string pool;
  std::string gpus;
  std::string device;
  std::string hold_id;
  std::string share;
  std::string reason = std::string(StopReasonName(StopReason::kDone));
  bool strict = false;
  std::string lease;
};

// What one verb asks for; `done` is its past participle.
using RequestOf =
    std::function<absl::StatusOr<RunChangeRequest>(const RunArguments&)>;

// kInvalidArgument unless --attempt is one.
absl::Status CheckAttempt(uint64_t attempt);
RunKey KeyOf(const RunArguments& arguments);

// Exit code 1 of the verbs that ask for something.
inline constexpr char kQuotaRefuses[] = "a quota refuses it: nothing changed";

// Says that and why `what` was refused ("run r attempt 1 was"), and what to do
// where it is said to have happened.
void SayRefused(const GlobalOptions& globals, const std::string& what,
                const Refusal& refusal);

// Whether the run was started so, whenever, and has not ended. Whose it is the
// ledger is asked, which knows what its tenants were named before they moved.
bool IsStarted(const RunInfo& run, const RunStart& start);

// Adds a verb with what all of them have; `describe` adds the rest.
void AddChange(Program* program, std::string_view name, VerbHelp help,
               std::string_view done, RequestOf request_of,
               const std::function<void(Verb*, RunArguments*)>& describe);

// cmd_refund.cc
void AddRefund(Program* program);
// cmd_run_array.cc
void AddStartArray(Program* program);
// cmd_run_ghost.cc
void AddHeartbeat(Program* program);
void AddCloseGhost(Program* program);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_RUN_VERBS_H_
