#include <limits>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/hold_change.h"
#include "cli/run_change.h"
#include "report/books_report.h"

namespace drawdown {
namespace {

constexpr char kRefused[] = "a quota refuses it: nothing changed";

constexpr StopReason kReasons[] = {
    StopReason::kDone,        StopReason::kFailed,    StopReason::kPreempted,
    StopReason::kNodeFailure, StopReason::kCancelled, StopReason::kUnknown};

struct RunArguments {
  std::string run_id;
  uint64_t attempt = 1;
  std::string tenant;
  std::string pool;
  std::string gpus;
  std::string reason = std::string(StopReasonName(StopReason::kDone));
  std::string hold_id;
  bool strict = false;
};

// What one verb asks for; `done` is its past participle.
using RequestOf =
    std::function<absl::StatusOr<RunChangeRequest>(const RunArguments&)>;

std::vector<std::string> ReasonNames() {
  std::vector<std::string> names;
  for (const StopReason reason : kReasons) {
    names.emplace_back(StopReasonName(reason));
  }
  return names;
}

bool HasGap(const RunInfo& run) {
  for (size_t i = 1; i < run.segments.size(); ++i) {
    if (run.segments[i - 1].end_us != run.segments[i].start_us) return true;
  }
  return false;
}

bool IsOpenWith(const RunInfo& run, int64_t micro_gpus) {
  return run.state == RunState::kOpen &&
         run.segments.back().micro_gpus == micro_gpus;
}

// Whether the run was started so and has not ended.
bool IsStarted(const RunInfo& run, const RunStart& start) {
  const bool going =
      run.state == RunState::kOpen || run.state == RunState::kSuspended;
  return going && run.tenant == start.tenant && run.pool == start.pool &&
         run.segments.front().micro_gpus == start.micro_gpus;
}

absl::StatusOr<RunChangeRequest> StartRequest(const RunArguments& arguments) {
  RunStart start;
  start.key.run_id = arguments.run_id;
  start.key.attempt = static_cast<uint32_t>(arguments.attempt);
  start.tenant = arguments.tenant;
  start.pool = arguments.pool;
  start.hold_id = arguments.hold_id;
  ASSIGN_OR_RETURN(start.micro_gpus, GpusOption("gpus", arguments.gpus));
  const WriteOptions options = {arguments.strict};
  RunChangeRequest request;
  request.post = [start, options](Ledger* ledger, int64_t at_us) {
    RunStart timed = start;
    timed.at_us = at_us;
    return ledger->StartRun(timed, options);
  };
  request.is_so = [start](const RunInfo& run) { return IsStarted(run, start); };
  return request;
}

RunKey KeyOf(const RunArguments& arguments) {
  return {arguments.run_id, static_cast<uint32_t>(arguments.attempt)};
}

absl::StatusOr<RunChangeRequest> ResizeRequest(const RunArguments& arguments) {
  ASSIGN_OR_RETURN(const int64_t micro_gpus,
                   GpusOption("gpus", arguments.gpus));
  RunChangeRequest request;
  request.post = [key = KeyOf(arguments), micro_gpus](Ledger* ledger,
                                                      int64_t at_us) {
    return ledger->ResizeRun(key, micro_gpus, at_us);
  };
  request.is_so = [micro_gpus](const RunInfo& run) {
    return IsOpenWith(run, micro_gpus);
  };
  return request;
}

absl::StatusOr<RunChangeRequest> SuspendRequest(const RunArguments& arguments) {
  RunChangeRequest request;
  request.post = [key = KeyOf(arguments)](
                     Ledger* ledger,
                     int64_t at_us) -> absl::StatusOr<Admission> {
    RETURN_IF_ERROR(ledger->SuspendRun(key, at_us));
    return Admission{};
  };
  request.is_so = [](const RunInfo& run) {
    return run.state == RunState::kSuspended;
  };
  return request;
}

absl::StatusOr<RunChangeRequest> ResumeRequest(const RunArguments& arguments) {
  RunChangeRequest request;
  request.post = [key = KeyOf(arguments)](Ledger* ledger, int64_t at_us) {
    return ledger->ResumeRun(key, at_us);
  };
  request.is_so = [](const RunInfo& run) {
    return run.state == RunState::kOpen && HasGap(run);
  };
  return request;
}

absl::StatusOr<RunChangeRequest> StopRequest(const RunArguments& arguments) {
  const StopReason reason =
      ParseStopReason(arguments.reason).value_or(StopReason::kUnknown);
  RunChangeRequest request;
  request.post = [key = KeyOf(arguments), reason](
                     Ledger* ledger,
                     int64_t at_us) -> absl::StatusOr<Admission> {
    RETURN_IF_ERROR(ledger->StopRun(key, at_us, reason));
    return Admission{};
  };
  request.is_so = [reason](const RunInfo& run) {
    return run.state == RunState::kEnded && run.reason == reason;
  };
  return request;
}

// A run that goes on was started with this hold, or this is another request.
absl::Status CheckDraws(const Ledger& ledger, const RunArguments& arguments) {
  if (arguments.hold_id.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<HoldInfo> hold,
                   FindHold(ledger, arguments.hold_id));
  if (hold && hold->run == KeyOf(arguments)) return absl::OkStatus();
  return MakeError(
      ErrorCode::kConflict,
      absl::StrCat("run ", arguments.run_id, " attempt ", arguments.attempt,
                   " was not started with hold ", arguments.hold_id));
}

absl::StatusOr<RunChangeResult> Change(const GlobalOptions& globals,
                                       const RunArguments& arguments,
                                       const RequestOf& request_of) {
  if (arguments.attempt < 1 ||
      arguments.attempt > std::numeric_limits<uint32_t>::max()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     absl::StrCat("--attempt: ", arguments.attempt,
                                  " is not in 1..4294967295"));
  }
  ASSIGN_OR_RETURN(RunChangeRequest request, request_of(arguments));
  request.key = KeyOf(arguments);
  ASSIGN_OR_RETURN(request.at_us, EventInstant(globals));
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  ASSIGN_OR_RETURN(RunChangeResult result, ChangeRun(ledger.get(), request));
  if (!result.changed && !result.refusal) {
    RETURN_IF_ERROR(CheckDraws(*ledger, arguments));
  }
  return result;
}

int RunChangeVerb(Program* program, const RunArguments& arguments,
                  std::string_view done, const RequestOf& request_of) {
  const GlobalOptions& globals = program->globals();
  const auto result = Change(globals, arguments, request_of);
  if (!result.ok()) return Fail(result.status());
  if (result->refusal) {
    Say(absl::StrCat("run ", arguments.run_id, " attempt ", arguments.attempt,
                     " was refused: ", DescribeRefusal(*result->refusal)));
    return kExitFindings;
  }
  Say(absl::StrCat("run ", arguments.run_id, " attempt ", arguments.attempt,
                   result->changed ? " is " : " was already ",
                   std::string(done),
                   result->changed ? "" : ": nothing changed"));
  // A prolog's stdout may be read by its scheduler, so there is data on it only
  // when asked for.
  if (!globals.format.empty()) {
    WriteRunChange(result->run, result->changed, globals.FormatFor(false),
                   program->output().sink());
  }
  return kExitFine;
}

// Adds a verb with what all of them have; `describe` adds the rest.
void AddChange(Program* program, std::string_view name, VerbHelp help,
               std::string_view done, RequestOf request_of,
               const std::function<void(Verb*, RunArguments*)>& describe) {
  auto arguments = std::make_shared<RunArguments>();
  help.times = TimeOptions::kEvent;
  Verb verb = program->AddVerb(absl::StrCat("run ", std::string(name)),
                               std::move(help));
  verb.Operand("RUN", "The run's id, never used again for another",
               &arguments->run_id);
  describe(&verb, arguments.get());
  verb.Number("attempt", "N", "Which start of it: 1, then 2 when requeued ...",
              &arguments->attempt);
  verb.Does([program, arguments, done, request_of = std::move(request_of)] {
    return RunChangeVerb(program, *arguments, done, request_of);
  });
}

void AddStart(Program* program) {
  AddChange(
      program, "start",
      {"Start a run: it accrues from now (--at)",
       "Unknown tenants and pools are made. Starting it again with the same "
       "values changes\nnothing and says so; with others it is a conflict. "
       "Without --at a run that was\nstarted so and goes on is left as it is, "
       "so a prolog may run twice.",
       "drawdown run start job-1 --tenant acme/chat --pool aws/us-east-1/gb200 "
       "--gpus 8\n"
       "drawdown run start \"$RUN_ID\" --attempt "
       "$((${SLURM_RESTART_COUNT:-0} + 1)) --tenant \"$SLURM_JOB_ACCOUNT\" "
       "--pool aws/us-east-1/gb200 --gpus \"$GPUS\"\n"
       "drawdown run start job-2 --tenant acme/chat --pool aws/us-east-1/gb200 "
       "--gpus 0.25 --at 2026-10-01T00:00:00Z --strict",
       kRefused},
      "started", StartRequest, [](Verb* verb, RunArguments* arguments) {
        verb->RequiredText("tenant", "PATH", "Whose it is", &arguments->tenant)
            .RequiredText("pool", "PATH", "Where it runs", &arguments->pool)
            .RequiredText("gpus", "N", "How many GPUs; at most six decimals",
                          &arguments->gpus)
            .Text("hold", "ID",
                  "The hold it draws; needed under a hard quota of GPU time",
                  &arguments->hold_id)
            .Flag("strict",
                  "Refuse tenants and pools that the books do not know",
                  &arguments->strict);
      });
}

void AddResize(Program* program) {
  AddChange(program, "resize",
            {"Change the GPU count of an open run from now (--at) on",
             "Closes its segment and opens one of the new count, at one "
             "instant.",
             "drawdown run resize job-1 --gpus 16\n"
             "drawdown run resize job-1 --gpus 4 --at 2026-10-01T02:30:00Z",
             kRefused},
            "resized", ResizeRequest, [](Verb* verb, RunArguments* arguments) {
              verb->RequiredText("gpus", "N",
                                 "How many GPUs; at most six decimals",
                                 &arguments->gpus);
            });
}

void AddSuspendAndResume(Program* program) {
  const auto nothing_more = [](Verb*, RunArguments*) {};
  AddChange(program, "suspend",
            {"Suspend an open run: it does not accrue from now (--at) on",
             "For jobs that give their GPUs back. If they keep them, do not "
             "suspend the run.",
             "drawdown run suspend job-1", ""},
            "suspended", SuspendRequest, nothing_more);
  AddChange(program, "resume",
            {"Resume a suspended run: it accrues again from now (--at) on",
             "With the GPU count that it had.", "drawdown run resume job-1",
             kRefused},
            "resumed", ResumeRequest, nothing_more);
}

void AddStop(Program* program) {
  AddChange(program, "stop",
            {"Stop a run: it accrues up to now (--at)",
             "Stopping it again for the same reason changes nothing and says "
             "so; for another\nreason, or at another --at, it is a conflict.",
             "drawdown run stop job-1\n"
             "drawdown run stop job-1 --reason preempted --at "
             "2026-10-01T02:30:00Z",
             ""},
            "stopped", StopRequest, [](Verb* verb, RunArguments* arguments) {
              verb->Choice("reason", ReasonNames(), "Why; else done",
                           &arguments->reason);
            });
}

}  // namespace

void AddRun(Program* program) {
  program->AddGroup(
      "run", {"Start, resize, suspend, resume and stop one run",
              "For prolog and epilog scripts. Every verb may be repeated: what "
              "the books say\nalready is left as it is. A line on stderr says "
              "what happened; with --format the\nrun is written to stdout. "
              "--at says when it happened, else it is now.",
              "drawdown run start job-1 --tenant acme/chat --pool "
              "aws/us-east-1/gb200 --gpus 8\n"
              "drawdown run stop job-1 --reason preempted",
              ""});
  AddStart(program);
  AddResize(program);
  AddSuspendAndResume(program);
  AddStop(program);
}

}  // namespace drawdown
