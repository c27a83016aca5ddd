// Runs: one start of one job, made of segments of constant GPU count.
// Plain values.
#ifndef DRAWDOWN_RUN_H_
#define DRAWDOWN_RUN_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawdown/export.h"
#include "drawdown/ratio.h"
#include "drawdown/units.h"

namespace drawdown {

// Identity of a run. Job ids are reused and wrap, so `run_id` must be unique
// per job life (e.g. cluster + SLUID), and `attempt` tells requeues apart.
struct RunKey {
  std::string run_id;    // 1..200 bytes, UTF-8 without control characters
  uint32_t attempt = 1;  // >= 1

  friend auto operator<=>(const RunKey&, const RunKey&) = default;
};

enum class RunState : uint8_t {
  kNeverStarted = 0,  // known, bills nothing
  kOpen = 1,          // accrues
  kSuspended = 2,     // open, does not accrue
  kEnded = 3,
  kVoided = 4,  // withdrawn by a correction, bills nothing
};

enum class StopReason : uint8_t {
  kUnknown = 0,
  kDone = 1,
  kFailed = 2,
  kPreempted = 3,
  kNodeFailure = 4,
  kCancelled = 5,
  kLost = 6,  // it vanished: closed at its last sign of life
};

// Constant GPU count over the half-open [start_us, end_us).
struct Segment {
  int64_t start_us = 0;
  std::optional<int64_t> end_us;  // empty: still open
  int64_t micro_gpus = 0;
  // The run was suspended meanwhile. It accrues all the same: its pool's policy
  // says that suspended runs keep their GPUs. An empty one marks where a
  // suspended run that did not accrue was stopped.
  bool suspended = false;

  friend bool operator==(const Segment&, const Segment&) = default;
};

// One finished, open or never started run as an import states it.
struct RunRow {
  RunKey key;
  std::string tenant;
  std::string pool;
  int64_t micro_gpus = 0;           // >= 0; 0 bills nothing
  std::optional<int64_t> start_us;  // empty: never started
  std::optional<int64_t> end_us;    // empty: still open
  std::string state;  // as the source spells it; informative, at most 64 bytes
};

// A run as the books know it.
struct RunInfo {
  RunKey key;
  std::string tenant;
  std::string pool;
  RunState state = RunState::kNeverStarted;
  StopReason reason = StopReason::kUnknown;
  std::string source_state;
  std::vector<Segment> segments;  // by time; suspended stretches are gaps
  uint64_t journal_sequence = 0;  // of the entry that last changed it
  std::string device;             // that it has a part of; "": none
  Ratio share;                    // of it

  bool accrues() const { return !segments.empty() && !segments.back().end_us; }
};

// Usage given as an amount over an interval, spread evenly over [start, end).
struct UsageRecord {
  std::string usage_id;  // 1..200 bytes, unique
  std::string tenant;
  std::string pool;
  int64_t start_us = 0;
  int64_t end_us = 0;  // > start_us
  GpuTime gpu_time;    // >= 0
  // What says so, for a person: "bill.csv:6". At most 1,000 bytes, without
  // control characters. The journal keeps that of the first import; a record
  // that differs in nothing else is the same record.
  std::string source = {};
};

DRAWDOWN_EXPORT std::string_view RunStateName(RunState state);  // "open"
DRAWDOWN_EXPORT std::string_view StopReasonName(
    StopReason reason);  // "node_failure"
DRAWDOWN_EXPORT std::optional<StopReason> ParseStopReason(
    std::string_view name);

}  // namespace drawdown

#endif  // DRAWDOWN_RUN_H_
