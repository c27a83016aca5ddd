// `run heartbeat` and `run close-ghost`.
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/error.h"
#include "cli/amounts.h"
#include "cli/exit_code.h"
#include "cli/run_verbs.h"

namespace drawdown {
namespace {

struct HeartbeatArguments {
  std::vector<std::string> run_ids;
  uint64_t attempt = 1;
};

absl::StatusOr<HeartbeatResult> Beat(const GlobalOptions& globals,
                                     const HeartbeatArguments& arguments) {
  RETURN_IF_ERROR(CheckAttempt(arguments.attempt));
  ASSIGN_OR_RETURN(const auto at, EventInstant(globals));
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  std::vector<Heartbeat> heartbeats;
  for (const std::string& run_id : arguments.run_ids) {
    heartbeats.push_back({{run_id, static_cast<uint32_t>(arguments.attempt)},
                          at ? *at : SystemClock().NowUs()});
  }
  return ledger->HeartbeatRuns(heartbeats);
}

int RunHeartbeat(Program* program, const HeartbeatArguments& arguments) {
  const auto result = Beat(program->globals(), arguments);
  if (!result.ok()) return Fail(result.status());
  for (const std::string& refused : result->refused) {
    Say(absl::StrCat("drawdown: ", refused));
  }
  return result->refused.empty() ? kExitFine : kExitUsage;
}

absl::StatusOr<RunChangeRequest> CloseGhostRequest(
    const RunArguments& arguments) {
  ASSIGN_OR_RETURN(const auto lease, DurationOption("lease", arguments.lease));
  RunChangeRequest request;
  request.post = [key = KeyOf(arguments), lease](
                     Ledger* ledger,
                     int64_t at_us) -> absl::StatusOr<Admission> {
    RETURN_IF_ERROR(ledger->ConfirmGhost(key, lease, at_us));
    return Admission{};
  };
  request.is_so = [](const RunInfo& run) {
    return run.state == RunState::kEnded && run.reason == StopReason::kLost;
  };
  return request;
}

}  // namespace

void AddHeartbeat(Program* program) {
  auto arguments = std::make_shared<HeartbeatArguments>();
  program
      ->AddVerb("run heartbeat",
                {"Say that runs are alive now (--at)",
                 "A run that accrues and gives no sign of life for longer than "
                 "its lease is listed\nby `runs --suspect`. A heartbeat older "
                 "than the last one changes nothing. Those of\nruns that are "
                 "unknown or over are named, exit status 2; the others are "
                 "taken.",
                 "drawdown run heartbeat job-1\n"
                 "drawdown run heartbeat job-1 job-2 job-3 --at "
                 "2026-10-01T02:30:00Z",
                 "", TimeOptions::kEvent})
      .Operands("RUN", "The ids of runs", &arguments->run_ids)
      .Number("attempt", "N", "Which start of them; else 1",
              &arguments->attempt)
      .Does([program, arguments] { return RunHeartbeat(program, *arguments); });
}

void AddCloseGhost(Program* program) {
  AddChange(
      program, "close-ghost",
      {"Close a run that vanished, at its last sign of life",
       "For a run that `runs --suspect` lists and that you know to be gone. It "
       "ends at its\nlast heartbeat, or where there was none at its last "
       "change, with the reason lost;\nwhat it accrued since is taken back. "
       "Refused when it gave a sign of life within the\nlease before now "
       "(--at).",
       "drawdown run close-ghost job-1\n"
       "drawdown run close-ghost job-1 --lease 2h",
       ""},
      "closed", CloseGhostRequest, [](Verb* verb, RunArguments* arguments) {
        verb->Text("lease", "TIME",
                   "How long it may be silent: 90s, 30m, 2h, 1d; else 30m",
                   &arguments->lease);
      });
}

}  // namespace drawdown
