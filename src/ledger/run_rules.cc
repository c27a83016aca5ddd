#include "ledger/run_rules.h"

#include "base/check.h"
#include "base/error.h"
#include "ledger/waivers.h"

namespace drawdown {
namespace {

std::string DescribeInstant(const std::optional<int64_t>& instant_us,
                            std::string_view absent) {
  return instant_us ? FormatInstant(*instant_us) : std::string(absent);
}

std::string DescribeSpan(int64_t micro_gpus, std::optional<int64_t> start_us,
                         std::optional<int64_t> end_us) {
  return FormatGpus(micro_gpus) + " GPUs [" +
         DescribeInstant(start_us, "never started") + ", " +
         DescribeInstant(end_us, "open") + ")";
}

std::string DescribePlace(uint32_t tenant, uint32_t pool,
                          const NameOf& name_of) {
  return name_of(NameKind::kTenant, tenant) + " on " +
         name_of(NameKind::kPool, pool);
}

std::string DescribeKnown(const Run& run, const NameOf& name_of) {
  std::string text = DescribePlace(run.tenant, run.pool, name_of);
  if (run.state == RunState::kVoided) return text + ", voided";
  if (run.segments.empty()) {
    return text + ", " + DescribeSpan(run.micro_gpus, {}, {});
  }
  for (const Segment& segment : run.segments) {
    text += ", " +
            DescribeSpan(segment.micro_gpus, segment.start_us, segment.end_us);
  }
  if (const StopReason reason = ReasonOf(run); reason != StopReason::kUnknown) {
    text += ", " + std::string(StopReasonName(reason));
  }
  return text;
}

absl::Status Conflict(std::string_view run_id, uint32_t attempt,
                      const Run& known, const std::string& wanted,
                      const NameOf& name_of) {
  return MakeError(ErrorCode::kConflict, "run " + DescribeRun(run_id, attempt) +
                                             " is in the books as " +
                                             DescribeKnown(known, name_of) +
                                             "; this says " + wanted);
}

// The latest instant at which the run changed.
int64_t LastChange(const Run& run) {
  CHECK(!run.segments.empty());
  const Segment& last = run.segments.back();
  return last.end_us.value_or(last.start_us);
}

absl::Status WrongState(const RunChanged& change, const Run& known,
                        std::string_view what) {
  const std::string since = known.segments.empty()
                                ? ""
                                : " since " + FormatInstant(LastChange(known));
  return MakeError(ErrorCode::kWrongState,
                   "run " + DescribeRun(change.run_id, change.attempt) +
                       " is " + std::string(RunStateName(known.state)) + since +
                       ": it cannot be " + std::string(what) + " at " +
                       FormatInstant(change.at_us));
}

// Whether the run ran with that GPU count from the instant on.
bool HasSegmentFrom(const Run& run, int64_t at_us, int64_t micro_gpus) {
  for (const Segment& segment : run.segments) {
    if (segment.start_us == at_us && segment.micro_gpus == micro_gpus &&
        !segment.suspended) {
      return true;
    }
  }
  return false;
}

// What a resize at the instant made of it; none: there was none then. A
// resumption at the instant leaves a gap, or what accrued while suspended.
const Segment* ResizedAt(const Run& run, int64_t at_us) {
  for (size_t i = run.segments.size(); i-- > 1;) {
    const Segment& before = run.segments[i - 1];
    const Segment& segment = run.segments[i];
    const bool resized = segment.start_us == at_us && before.end_us == at_us &&
                         !segment.suspended && !before.suspended &&
                         before.micro_gpus != segment.micro_gpus;
    if (resized) return &segment;
  }
  return nullptr;
}

// Whether the run is suspended from the instant on, accruing or not. What was
// said last of an instant counts: a run that goes on since then is not.
bool WasSuspendedAt(const Run& run, int64_t at_us) {
  if (!IsOver(run) && LastChange(run) == at_us) {
    return run.state == RunState::kSuspended;
  }
  for (size_t i = 0; i < run.segments.size(); ++i) {
    const Segment& segment = run.segments[i];
    if (segment.start_us == at_us && segment.suspended) return true;
    const bool gap = segment.end_us == at_us && i + 1 < run.segments.size() &&
                     run.segments[i + 1].start_us != at_us;
    if (gap) return true;
  }
  return false;
}

// Whether the run goes on at the instant after a suspension; one without length
// that did not accrue leaves no more than an edge, as a resize to as many GPUs
// does. Not if it is suspended again since that very instant.
bool WasResumedAt(const Run& run, int64_t at_us) {
  if (run.state == RunState::kSuspended && LastChange(run) == at_us) {
    return false;
  }
  for (size_t i = 1; i < run.segments.size(); ++i) {
    const Segment& before = run.segments[i - 1];
    const Segment& segment = run.segments[i];
    if (segment.start_us == at_us && !segment.suspended &&
        (before.suspended || before.end_us != at_us ||
         before.micro_gpus == segment.micro_gpus)) {
      return true;
    }
  }
  return false;
}

absl::StatusOr<Verdict> JudgeStart(const Run* known, const RunChanged& change,
                                   const NameOf& name_of) {
  if (known == nullptr) return Verdict::kNew;
  if (known->state == RunState::kNeverStarted &&
      known->tenant == change.tenant && known->pool == change.pool &&
      known->micro_gpus == change.micro_gpus) {
    return Verdict::kUpdate;
  }
  const bool same = !known->segments.empty() &&
                    known->tenant == change.tenant &&
                    known->pool == change.pool &&
                    known->segments.front().start_us == change.at_us &&
                    known->segments.front().micro_gpus == change.micro_gpus;
  if (same) return Verdict::kUnchanged;
  return Conflict(change.run_id, change.attempt, *known,
                  DescribePlace(change.tenant, change.pool, name_of) + ", " +
                      DescribeSpan(change.micro_gpus, change.at_us, {}),
                  name_of);
}

bool AlreadySaid(const Run& known, const RunChanged& change) {
  switch (change.change) {
    case RunChange::kStart:
      return false;
    case RunChange::kResize: {
      // What it had at the instant before it was resized is not said again.
      const Segment* const resized = ResizedAt(known, change.at_us);
      if (resized != nullptr) return resized->micro_gpus == change.micro_gpus;
      return HasSegmentFrom(known, change.at_us, change.micro_gpus);
    }
    case RunChange::kSuspend:
    case RunChange::kSuspendAccruing:
      return WasSuspendedAt(known, change.at_us);
    case RunChange::kResume:
      return WasResumedAt(known, change.at_us);
    case RunChange::kStop:
      return known.state == RunState::kEnded &&
             LastChange(known) == change.at_us &&
             (known.reason == change.reason ||
              ReasonOf(known) == change.reason);
  }
  return false;
}

absl::Status CheckFits(const Run& known, const RunChanged& change,
                       const NameOf& name_of) {
  switch (change.change) {
    case RunChange::kStart:
      break;
    case RunChange::kResize:
      if (ResizedAt(known, change.at_us) != nullptr) {
        return Conflict(change.run_id, change.attempt, known,
                        "resized to " + FormatGpus(change.micro_gpus) +
                            " GPUs at " + FormatInstant(change.at_us),
                        name_of);
      }
      if (known.state != RunState::kOpen) {
        return WrongState(change, known, "resized");
      }
      break;
    case RunChange::kSuspend:
    case RunChange::kSuspendAccruing:
      if (known.state != RunState::kOpen) {
        return WrongState(change, known, "suspended");
      }
      break;
    case RunChange::kResume:
      if (known.state != RunState::kSuspended) {
        return WrongState(change, known, "resumed");
      }
      break;
    case RunChange::kStop:
      if (known.state == RunState::kEnded) {
        return Conflict(change.run_id, change.attempt, known,
                        "stopped at " + FormatInstant(change.at_us) + ", " +
                            std::string(StopReasonName(change.reason)),
                        name_of);
      }
      if (IsOver(known)) return WrongState(change, known, "stopped");
      break;
  }
  return absl::OkStatus();
}

}  // namespace

std::string DescribeRun(std::string_view run_id, uint32_t attempt) {
  return std::string(run_id) + " attempt " + std::to_string(attempt);
}

bool IsOver(const Run& run) {
  return run.state != RunState::kOpen && run.state != RunState::kSuspended;
}

absl::StatusOr<Verdict> JudgeChange(const Run* known, const RunChanged& change,
                                    const NameOf& name_of) {
  if (change.change == RunChange::kStart) {
    return JudgeStart(known, change, name_of);
  }
  if (known == nullptr) {
    return MakeError(ErrorCode::kNotFound,
                     "run " + DescribeRun(change.run_id, change.attempt) +
                         " is not in the books");
  }
  if (AlreadySaid(*known, change)) return Verdict::kUnchanged;
  RETURN_IF_ERROR(CheckFits(*known, change, name_of));
  if (change.at_us < LastChange(*known)) {
    return MakeError(ErrorCode::kBadRow,
                     "run " + DescribeRun(change.run_id, change.attempt) +
                         " last changed at " +
                         FormatInstant(LastChange(*known)) + "; a change at " +
                         FormatInstant(change.at_us) +
                         " would rewrite it (use `correct runs`)");
  }
  return Verdict::kUpdate;
}

absl::StatusOr<Verdict> JudgeImport(const Run* known, const RunImported& row,
                                    const NameOf& name_of) {
  if (known == nullptr) return Verdict::kNew;
  const Run stated = AfterImport(row);
  const bool same_source = known->source_state.empty() ||
                           stated.source_state.empty() ||
                           known->source_state == stated.source_state;
  if (known->tenant == row.tenant && known->pool == row.pool &&
      known->micro_gpus == row.micro_gpus &&
      known->state != RunState::kVoided && known->segments.size() <= 1) {
    if (known->segments == stated.segments && same_source) {
      return Verdict::kUnchanged;
    }
    if (known->segments.empty()) return Verdict::kUpdate;
    if (stated.segments.empty()) return Verdict::kUnchanged;
    const Segment& before = known->segments.front();
    const Segment& now = stated.segments.front();
    if (before.start_us == now.start_us && before.end_us != now.end_us) {
      if (!before.end_us) return Verdict::kUpdate;
      if (!now.end_us) return Verdict::kUnchanged;
    }
  }
  std::string wanted = DescribePlace(row.tenant, row.pool, name_of) + ", " +
                       DescribeSpan(row.micro_gpus, row.start_us, row.end_us);
  if (!same_source) {
    wanted +=
        ", state " + stated.source_state + " instead of " + known->source_state;
  }
  return Conflict(row.run_id, row.attempt, *known, wanted, name_of);
}

absl::StatusOr<Verdict> JudgeCorrection(const Run* known,
                                        const RunCorrected& correction) {
  const RunImported& row = correction.replacement;
  if (known == nullptr) {
    return MakeError(ErrorCode::kNotFound,
                     "run " + DescribeRun(row.run_id, row.attempt) +
                         " is not in the books: nothing to correct");
  }
  const Run corrected = AfterCorrection(correction);
  const bool same = known->state == corrected.state &&
                    known->tenant == corrected.tenant &&
                    known->pool == corrected.pool &&
                    known->micro_gpus == corrected.micro_gpus &&
                    known->segments == corrected.segments &&
                    known->source_state == corrected.source_state;
  return same ? Verdict::kUnchanged : Verdict::kUpdate;
}

Run AfterChange(const Run* known, const RunChanged& change) {
  Run run = known != nullptr ? *known : Run{};
  const auto close_segment = [&run, &change] {
    if (!run.segments.empty() && !run.segments.back().end_us) {
      run.segments.back().end_us = change.at_us;
    }
  };
  const auto open_segment = [&run, &change](int64_t micro_gpus) {
    run.segments.push_back({change.at_us, std::nullopt, micro_gpus});
    run.micro_gpus = micro_gpus;
    run.state = RunState::kOpen;
  };
  switch (change.change) {
    case RunChange::kStart:
      run.tenant = change.tenant;
      run.pool = change.pool;
      open_segment(change.micro_gpus);
      break;
    case RunChange::kResize:
      close_segment();
      open_segment(change.micro_gpus);
      break;
    case RunChange::kSuspend:
      close_segment();
      run.state = RunState::kSuspended;
      break;
    case RunChange::kSuspendAccruing:
      close_segment();
      open_segment(run.micro_gpus);
      run.segments.back().suspended = true;
      run.state = RunState::kSuspended;
      break;
    case RunChange::kResume:
      close_segment();
      open_segment(change.micro_gpus > 0 ? change.micro_gpus : run.micro_gpus);
      break;
    case RunChange::kStop:
      close_segment();
      // A suspended run has no open segment: without a mark of its own the
      // instant of the stop would be lost, and with it that a repetition is
      // one.
      if (run.segments.back().end_us != change.at_us) {
        run.segments.push_back(
            {change.at_us, change.at_us, run.micro_gpus, /*suspended=*/true});
      }
      run.state = RunState::kEnded;
      run.reason = change.reason;
      break;
  }
  return run;
}

void SetImported(const RunImported& row, Run* run) {
  run->tenant = row.tenant;
  run->pool = row.pool;
  run->state = RunState::kNeverStarted;
  run->reason = StopReason::kUnknown;
  run->micro_gpus = row.micro_gpus;
  run->source_state.assign(row.source_state);
  run->segments.clear();
  if (!row.start_us) return;
  run->segments.push_back({*row.start_us, row.end_us, row.micro_gpus});
  run->state = row.end_us ? RunState::kEnded : RunState::kOpen;
}

Run AfterImport(const RunImported& row) {
  Run run;
  SetImported(row, &run);
  return run;
}

Run AfterCorrection(const RunCorrected& correction) {
  Run run = AfterImport(correction.replacement);
  if (correction.voided) {
    run.segments.clear();
    run.state = RunState::kVoided;
  }
  return run;
}

}  // namespace drawdown
