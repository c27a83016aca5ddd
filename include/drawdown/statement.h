// Statements: what we say is owed under one contract for one period, and the
// state of its commitments. Plain values; formats in docs/formats.md.
#ifndef DRAWDOWN_STATEMENT_H_
#define DRAWDOWN_STATEMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawdown/export.h"
#include "drawdown/units.h"

namespace drawdown {

// In the order statements list them. Numbers are part of the ledger's format.
enum class ChargeKind : uint8_t {
  kCovered,
  kOnDemand,
  kOverage,
  kUnpriced,  // usage no rate covers: hours without cost, a finding
  kGrain,
  kUnused,  // money already committed of a CONTINUOUS commitment
  kUndelivered,
  kShortfall,  // the true-up of a DISCONTINUOUS commitment
  kRolloverIn,
  kRolloverOut,
  kCredit,
  kCorrection,
  kRounding,
};

DRAWDOWN_EXPORT std::string_view ChargeKindName(
    ChargeKind kind);  // "on_demand"

// One line per (tenant, pool, commitment, kind, unit_price, what it corrects).
struct StatementLine {
  std::string tenant;      // empty: no tenant caused it
  std::string pool;        // empty: no pool caused it
  std::string commitment;  // empty: none
  ChargeKind kind = ChargeKind::kCovered;
  GpuTime gpu_time;                       // zero with has_gpu_time == false
  bool has_gpu_time = true;               // false: a line of money alone
  std::optional<MoneyAmount> unit_price;  // per GPU-hour
  std::optional<MoneyAmount> cost;        // empty for kUnpriced
  // Of a kCorrection: the closed period and the kind of its line that this
  // adds to; unit_price is that line's.
  std::string corrects_period;  // "2026-09"
  ChargeKind corrects_kind = ChargeKind::kCovered;

  // What was charged: of a correction, what it corrects.
  ChargeKind charged_kind() const {
    return kind == ChargeKind::kCorrection ? corrects_kind : kind;
  }

  friend bool operator==(const StatementLine&, const StatementLine&) = default;
};

// Why a part of a line is what it is.
struct StatementReason {
  uint32_t line = 0;  // index into Statement::lines
  uint32_t contract_version = 0;
  std::string rule;     // what priced it
  std::string because;  // why no commitment before it did; empty: there is none
  GpuTime gpu_time;
  std::optional<MoneyAmount> cost;  // exact: lines are rounded, parts are not
};

struct Statement {
  std::string contract;
  uint32_t contract_version = 0;
  int64_t period_start_us = 0;
  int64_t period_end_us = 0;
  int64_t at_us = 0;  // buckets and intervals that end after it are not covered
  bool complete = false;             // at_us >= period_end_us
  std::optional<int64_t> closed_us;  // when it was closed: it is final
  Currency currency;
  std::vector<StatementLine> lines;      // by tenant, pool, commitment, kind,
                                         // unit_price, then what they correct
  MoneyAmount total;                     // sum of cost
  GpuTime metered;                       // of the pools this contract prices
  std::vector<StatementReason> reasons;  // by line; only where asked for
  std::vector<std::string> notes;
};

// FOCUS 1.4's lifecycle of a commitment, at an instant.
enum class CommitmentState : uint8_t {
  kProposed,
  kPending,  // before its first step
  kActive,
  kExhausted,  // all of a DISCONTINUOUS one's interval is drawn before its end
  kExpired,    // the term has ended
  kCanceled,
  kSuperseded,  // the version that holds has it no more
};
DRAWDOWN_EXPORT std::string_view CommitmentStateName(
    CommitmentState state);  // "active"

// A commitment of any version so far, and when it binds.
struct CommitmentLife {
  std::string commitment;
  CommitmentState state = CommitmentState::kActive;
  int64_t start_us = 0;
  int64_t end_us = 0;
};

// A dated partial target that is still to come in the current interval.
struct MilestoneStatus {
  std::string name;
  int64_t by_us = 0;
  Int128 amount = 0;   // to be drawn since the interval's start; as the status
  Int128 missing = 0;  // of it, so far
};

// One commitment in the interval that contains `at` (formats.md, status).
struct CommitmentStatus {
  std::string contract;
  std::string commitment;
  int64_t interval_start_us = 0;
  int64_t interval_end_us = 0;
  CommitmentState state = CommitmentState::kActive;  // or kExhausted
  bool spend = false;  // amounts below are money (1e-18), else GPU-microseconds
  Currency currency;
  Int128 contracted = 0;
  Int128 delivered = 0;
  Int128 drawn = 0;
  Int128 remaining = 0;
  Int128 burn_rate_per_hour = 0;  // drawn per hour since the interval's start
  Int128 projected = 0;           // drawn at the interval's end at that rate
  Int128 projected_shortfall = 0;
  MoneyAmount projected_shortfall_cost;
  std::optional<int64_t>
      exhausted_at_us;  // at that rate; empty: not in the interval
  std::vector<MilestoneStatus> milestones;  // by time
};

}  // namespace drawdown

#endif  // DRAWDOWN_STATEMENT_H_
