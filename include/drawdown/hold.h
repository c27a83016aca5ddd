// Holds: quota earmarked before use. Plain values.
//
//   placed -> (renewed)* -> settled | released | expired
//
// A hold counts in full against every quota over it from the moment it is
// placed. A run started with it draws it: what the run has accrued is used, the
// rest is held, so that nothing changes for others until the hold is spent.
// The same holds for GPUs at once: those that a run started with fewer leaves
// are kept for it until the hold ends, is spent, or the run shrinks; shrinking
// gives back all that it has no longer.
// Expiry is a fact of time: from its deadline on a hold holds nothing, whoever
// has or has not run. A hold that expired can still be settled.
//
// Deadlines are of the ledger's own clock, which follows the time since boot:
// a step of the wall clock moves no deadline.
#ifndef DRAWDOWN_HOLD_H_
#define DRAWDOWN_HOLD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawdown/export.h"
#include "drawdown/quota.h"
#include "drawdown/run.h"
#include "drawdown/statement.h"
#include "drawdown/units.h"

namespace drawdown {

struct HoldRequest {
  std::string hold_id;  // 1..200 bytes, unique for ever
  std::string tenant;
  std::string pool;
  GpuTime gpu_time;                // >= 0
  int64_t micro_gpus = 0;          // GPUs at once, for quotas of GPUs
  int64_t ttl_us = 3'600'000'000;  // 1 us to 366 days: cap it, and renew
  // Where it stands, for a person: "holds.csv:6". Errors begin with it.
  std::string source = {};
};

struct HoldRenewal {
  std::string hold_id;
  uint32_t renewal = 0;  // 1, 2, ...: the newest again is a repetition
  // Used since it was placed or renewed, to be charged now: from held to used.
  // 0 for a hold that a run draws: that accrues by itself.
  GpuTime charge;
  GpuTime extend;  // added; what its run used beyond the hold is taken off it
  // From now, 1 us to 366 days; 0: an hour, or as long as it lasts anyway where
  // that is longer.
  int64_t ttl_us = 0;
};

// What becomes of settling more than is held.
enum class OverdraftPolicy : uint8_t {
  kBook = 0,    // it was used: it is booked, whatever the quotas say
  kRefuse = 1,  // refused unless the quotas have room for the rest
};

enum class HoldState : uint8_t {
  kOpen = 0,
  kExpired = 1,  // by time; can be settled, renewed or released
  kSettled = 2,
  kReleased = 3,
};

struct HoldInfo {
  std::string hold_id;
  std::string tenant;
  std::string pool;
  HoldState state = HoldState::kOpen;
  GpuTime gpu_time;  // placed, with what renewals added
  GpuTime charged;   // by renewals and settling
  GpuTime drawn;     // by its run
  GpuTime held;      // what is left of it for others not to take
  int64_t micro_gpus = 0;
  std::optional<RunKey> run;
  int64_t placed_us = 0;
  int64_t expires_us = 0;
  uint32_t renewals = 0;
  int64_t held_micro_gpus = 0;  // kept now beside what its run has
};

struct HoldQuery {
  std::string tenant;  // at or below; "": all
  std::string pool;    // selector; "": all
  std::optional<HoldState> state;
  uint64_t limit = 0;  // 0: no limit
  std::optional<int64_t> at_us;
  std::string hold_id = {};  // this one alone; "": all
  std::string after = {};    // only those with a greater id; "": all
};

// A line of statements as it would change.
struct QuoteLine {
  std::string contract;
  std::string commitment;  // empty: none
  ChargeKind kind = ChargeKind::kCovered;
  std::optional<MoneyAmount> unit_price;
  GpuTime gpu_time;  // kUnused, kShortfall: < 0, of intervals over by its end
  MoneyAmount cost;  // kUnpriced: 0, as it is not known
  Currency currency;
};
struct HoldQuote {
  Admission admission;
  // None where no contract prices the pool then. Else their kCovered, kOnDemand,
  // kOverage and kUnpriced add up to what was asked for: what lies beyond the
  // contracts' terms is kUnpriced of no contract. kCovered without a price is
  // not among them: a commitment of a higher layer counts these hours too.
  std::vector<QuoteLine> lines;
};

DRAWDOWN_EXPORT std::string_view HoldStateName(HoldState state);

}  // namespace drawdown

#endif  // DRAWDOWN_HOLD_H_
