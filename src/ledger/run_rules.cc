#include "ledger/run_rules.h"

#include <cstring>

#include "base/check.h"
#include "base/error.h"

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
  if (run.reason != StopReason::kUnknown) {
    text += ", " + std::string(StopReasonName(run.reason));
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

absl::Status WrongState(const RunChanged& change, const Run& known,
                        std::string_view what) {
  return MakeError(ErrorCode::kWrongState,
                   "run " + DescribeRun(change.run_id, change.attempt) +
                       " is " + std::string(RunStateName(known.state)) +
                       ": it cannot be " + std::string(what) + " at " +
                       FormatInstant(change.at_us));
}

bool IsOpen(const Run& run) {
  return run.state == RunState::kOpen || run.state == RunState::kSuspended;
}

// The latest instant at which the run changed.
int64_t LastChange(const Run& run) {
  CHECK(!run.segments.empty());
  const Segment& last = run.segments.back();
  return last.end_us.value_or(last.start_us);
}

// The empty segment that marks when a run was stopped; AfterChange.
bool IsStopMark(const Run& run, const Segment& segment) {
  return run.state == RunState::kEnded && &segment == &run.segments.back() &&
         segment.end_us == segment.start_us;
}

// Whether a segment of that GPU count starts at the instant.
bool HasSegmentFrom(const Run& run, int64_t at_us, int64_t micro_gpus) {
  for (const Segment& segment : run.segments) {
    if (segment.start_us == at_us && segment.micro_gpus == micro_gpus &&
        !IsStopMark(run, segment)) {
      return true;
    }
  }
  return false;
}

// Whether the run stops accruing at the instant and does not go on at once.
bool HasGapFrom(const Run& run, int64_t at_us) {
  for (size_t i = 0; i < run.segments.size(); ++i) {
    if (run.segments[i].end_us != at_us) continue;
    const bool last = i + 1 == run.segments.size();
    if (last) return run.state == RunState::kSuspended;
    return run.segments[i + 1].start_us != at_us;
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
    case RunChange::kResize:
      return HasSegmentFrom(known, change.at_us, change.micro_gpus);
    case RunChange::kSuspend:
      return HasGapFrom(known, change.at_us);
    case RunChange::kResume:
      return HasSegmentFrom(known, change.at_us, known.micro_gpus) &&
             known.segments.size() > 1;
    case RunChange::kStop:
      return known.state == RunState::kEnded &&
             LastChange(known) == change.at_us && known.reason == change.reason;
  }
  return false;
}

absl::Status CheckFits(const Run& known, const RunChanged& change,
                       const NameOf& name_of) {
  switch (change.change) {
    case RunChange::kStart:
      break;
    case RunChange::kResize:
      if (known.state != RunState::kOpen) {
        return WrongState(change, known, "resized");
      }
      break;
    case RunChange::kSuspend:
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
      if (!IsOpen(known)) return WrongState(change, known, "stopped");
      break;
  }
  return absl::OkStatus();
}

constexpr int64_t kEarliestUs = -2'208'988'800 * kMicrosPerSecond;  // 1900
constexpr int64_t kLatestUs = 253'402'300'800 * kMicrosPerSecond;   // 10000
constexpr int64_t kMaxMicroGpus = 1'000'000'000 * kMicroGpusPerGpu;
constexpr size_t kMaxStateBytes = 64;

// Whether any of eight bytes is below 0x20 or is 0x7f. In a byte with its
// highest bit set, neither is.
bool AnyControl(uint64_t eight) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  const uint64_t low = eight & ~kHighs;
  const uint64_t from_0x20 = low + 0x60 * kOnes;  // Highest bit: 0x20 or more.
  const uint64_t is_0x7f = low + kOnes;
  return (~eight & (~from_0x20 | is_0x7f) & kHighs) != 0;
}

bool HoldsControl(std::string_view text) {
  const char* at = text.data();
  size_t left = text.size();
  for (; left > 8; at += 8, left -= 8) {
    uint64_t eight;
    std::memcpy(&eight, at, sizeof eight);
    if (AnyControl(eight)) return true;
  }
  bool found = false;
  for (; left > 0; ++at, --left) {
    found |= static_cast<unsigned char>(*at) < 0x20 || *at == 0x7f;
  }
  return found;
}

absl::Status CheckText(std::string_view what, std::string_view text,
                       size_t min_bytes, size_t max_bytes) {
  if (text.size() < min_bytes || text.size() > max_bytes) {
    return MakeError(ErrorCode::kBadRow,
                     std::string(what) + " has " + std::to_string(text.size()) +
                         " bytes; " + std::to_string(min_bytes) + " to " +
                         std::to_string(max_bytes) + " are allowed");
  }
  if (!HoldsControl(text)) return absl::OkStatus();
  return MakeError(ErrorCode::kBadRow,
                   std::string(what) + " holds a control character");
}

}  // namespace

absl::Status CheckId(std::string_view what, std::string_view id) {
  return CheckText(what, id, 1, kMaxIdBytes);
}

absl::Status CheckMicroGpus(int64_t micro_gpus) {
  if (micro_gpus >= 0 && micro_gpus <= kMaxMicroGpus) return absl::OkStatus();
  return MakeError(ErrorCode::kBadRow, "gpus " + FormatGpus(micro_gpus) +
                                           " is not in 0..1000000000");
}

absl::Status CheckInstant(std::string_view what, int64_t instant_us) {
  if (instant_us >= kEarliestUs && instant_us < kLatestUs) {
    return absl::OkStatus();
  }
  return MakeError(ErrorCode::kBadRow,
                   std::string(what) + " is not in the years 1900 to 9999");
}

namespace {

absl::Status CheckRunKey(std::string_view run_id, uint32_t attempt) {
  RETURN_IF_ERROR(CheckId("run_id", run_id));
  if (attempt >= 1) return absl::OkStatus();
  return MakeError(ErrorCode::kBadRow, "run " + std::string(run_id) +
                                           ": attempt must be 1 or more");
}

}  // namespace

absl::Status CheckRun(const RunImported& row) {
  RETURN_IF_ERROR(CheckRunKey(row.run_id, row.attempt));
  RETURN_IF_ERROR(CheckMicroGpus(row.micro_gpus));
  RETURN_IF_ERROR(CheckText("state", row.source_state, 0, kMaxStateBytes));
  if (row.start_us) RETURN_IF_ERROR(CheckInstant("start", *row.start_us));
  if (row.end_us) RETURN_IF_ERROR(CheckInstant("end", *row.end_us));
  if (row.start_us && row.end_us && *row.end_us < *row.start_us) {
    return MakeError(ErrorCode::kBadRow,
                     "run " + DescribeRun(row.run_id, row.attempt) + ": end " +
                         FormatInstant(*row.end_us) + " is before start " +
                         FormatInstant(*row.start_us));
  }
  return absl::OkStatus();
}

absl::Status CheckChange(const RunChanged& change) {
  RETURN_IF_ERROR(CheckRunKey(change.run_id, change.attempt));
  RETURN_IF_ERROR(CheckMicroGpus(change.micro_gpus));
  return CheckInstant("at", change.at_us);
}

absl::Status CheckUsage(const UsageAdded& usage) {
  RETURN_IF_ERROR(CheckId("usage_id", usage.usage_id));
  RETURN_IF_ERROR(CheckInstant("start", usage.start_us));
  RETURN_IF_ERROR(CheckInstant("end", usage.end_us));
  const std::string id(usage.usage_id);
  if (usage.end_us <= usage.start_us) {
    return MakeError(ErrorCode::kBadRow, "usage " + id + ": end " +
                                             FormatInstant(usage.end_us) +
                                             " is not after start " +
                                             FormatInstant(usage.start_us));
  }
  if (usage.gpu_time < GpuTime()) {
    return MakeError(ErrorCode::kBadRow, "usage " + id + ": gpu_seconds " +
                                             FormatGpuSeconds(usage.gpu_time) +
                                             " is negative");
  }
  return absl::OkStatus();
}

std::string DescribeRun(std::string_view run_id, uint32_t attempt) {
  return std::string(run_id) + " attempt " + std::to_string(attempt);
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
    case RunChange::kResume:
      open_segment(run.micro_gpus);
      break;
    case RunChange::kStop:
      close_segment();
      // A suspended run has no open segment: without a mark of its own the
      // instant of the stop would be lost, and with it that a repetition is
      // one.
      if (run.segments.back().end_us != change.at_us) {
        run.segments.push_back({change.at_us, change.at_us, run.micro_gpus});
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
