#include "base/error.h"
#include "cli/ask_again.h"
#include "cli/commands.h"
#include "cli/run_verbs.h"

namespace drawdown {
namespace {

constexpr StopReason kReasons[] = {
    StopReason::kDone,        StopReason::kFailed,    StopReason::kPreempted,
    StopReason::kNodeFailure, StopReason::kCancelled, StopReason::kUnknown};

std::vector<std::string> ReasonNames() {
  std::vector<std::string> names;
  for (const StopReason reason : kReasons) {
    names.emplace_back(StopReasonName(reason));
  }
  return names;
}

// Whether it was suspended and resumed.
bool WasResumed(const RunInfo& run) {
  for (size_t i = 1; i < run.segments.size(); ++i) {
    if (run.segments[i - 1].suspended) return true;
    if (run.segments[i - 1].end_us != run.segments[i].start_us) return true;
  }
  return false;
}

bool IsOpenWith(const RunInfo& run, int64_t micro_gpus) {
  return run.state == RunState::kOpen &&
         run.segments.back().micro_gpus == micro_gpus;
}

}  // namespace

bool IsStarted(const RunInfo& run, const RunStart& start) {
  const bool going =
      run.state == RunState::kOpen || run.state == RunState::kSuspended;
  return going && run.pool == start.pool && run.device == start.device &&
         run.share == start.share &&
         (!start.device.empty() ||
          run.segments.front().micro_gpus == start.micro_gpus);
}

namespace {

absl::StatusOr<RunChangeRequest> StartRequest(const RunArguments& arguments) {
  RunStart start;
  start.key.run_id = arguments.run_id;
  start.key.attempt = static_cast<uint32_t>(arguments.attempt);
  start.tenant = arguments.tenant;
  start.pool = arguments.pool;
  if (arguments.gpus.empty() == arguments.device.empty() ||
      arguments.device.empty() != arguments.share.empty()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "give --gpus, or --device and --share");
  }
  if (!arguments.gpus.empty()) {
    ASSIGN_OR_RETURN(start.micro_gpus, GpusOption("gpus", arguments.gpus));
  }
  start.device = arguments.device;
  ASSIGN_OR_RETURN(const auto share, RatioOption("share", arguments.share));
  start.share = share.value_or(Ratio());
  start.hold_id = arguments.hold_id;
  const WriteOptions options = {arguments.strict};
  RunChangeRequest request;
  request.post = [start, options](Ledger* ledger, int64_t at_us) {
    RunStart timed = start;
    timed.at_us = at_us;
    return ledger->StartRun(timed, options);
  };
  request.is_so = [start](const RunInfo& run) { return IsStarted(run, start); };
  request.say_again = [start, options](Ledger* ledger, const RunInfo& run) {
    RunStart then = start;
    then.at_us = run.segments.front().start_us;
    return AskWhileBusy<Admission>(
               [&] { return ledger->StartRun(then, options); })
        .status();
  };
  return request;
}

absl::StatusOr<RunChangeRequest> ResizeRequest(const RunArguments& arguments) {
  ASSIGN_OR_RETURN(const int64_t micro_gpus,
                   GpusOption("gpus", arguments.gpus));
  RunChangeRequest request;
  request.after_us = 1;  // Two counts at one instant are a conflict.
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
    return run.state == RunState::kOpen && WasResumed(run);
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
       "--gpus 0.25 --at 2026-10-01T00:00:00Z --strict\n"
       "drawdown run start job-3 --tenant acme/chat --pool "
       "onprem/a/h100-1g.10gb --device GPU-5c3f --share 1/7",
       kQuotaRefuses},
      "started", StartRequest, [](Verb* verb, RunArguments* arguments) {
        verb->RequiredText("tenant", "PATH", "Whose it is", &arguments->tenant)
            .RequiredText("pool", "PATH", "Where it runs", &arguments->pool)
            .Text("gpus", "N", "How many GPUs; at most six decimals",
                  &arguments->gpus)
            .Text("device", "ID",
                  "Instead: the one GPU that it shares with other runs",
                  &arguments->device)
            .Text("share", "PART",
                  "Its part of that GPU: 1/7, 0.25; never more than 1 together",
                  &arguments->share)
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
             kQuotaRefuses},
            "resized", ResizeRequest, [](Verb* verb, RunArguments* arguments) {
              verb->RequiredText("gpus", "N",
                                 "How many GPUs; at most six decimals",
                                 &arguments->gpus);
            });
}

void AddSuspendAndResume(Program* program) {
  const auto nothing_more = [](Verb*, RunArguments*) {};
  AddChange(program, "suspend",
            {"Suspend an open run from now (--at) on",
             "It does not accrue meanwhile, unless the policy of its pool says "
             "that suspended runs\nkeep their GPUs (`policy pool`).",
             "drawdown run suspend job-1", ""},
            "suspended", SuspendRequest, nothing_more);
  AddChange(program, "resume",
            {"Resume a suspended run: it accrues again from now (--at) on",
             "With the GPU count that it had.", "drawdown run resume job-1",
             kQuotaRefuses},
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
      "run", {"Start, resize, suspend, resume and stop one run; heartbeats",
              "For prolog and epilog scripts. Every verb may be repeated: what "
              "the books say\nalready is left as it is. A line on stderr says "
              "what happened (heartbeat and refund\nare silent); with --format "
              "the run is written to stdout (start-array writes none).\n--at "
              "says when it happened, else it is now, or right after the run's "
              "last change, where a\nclock that is ahead of this one by up to "
              "ten minutes told it.",
              "drawdown run start job-1 --tenant acme/chat --pool "
              "aws/us-east-1/gb200 --gpus 8\n"
              "drawdown run stop job-1 --reason preempted",
              ""});
  AddStart(program);
  AddStartArray(program);
  AddResize(program);
  AddSuspendAndResume(program);
  AddStop(program);
  AddHeartbeat(program);
  AddCloseGhost(program);
  AddRefund(program);
}

}  // namespace drawdown
