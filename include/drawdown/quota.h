// Quotas: how much GPU time, or how many GPUs at once, a tenant's subtree may
// have on the pools of a selector. Plain values.
//
// *Never over*: no admission (Meter::TryRecord, a hold, a start, a renewal's
// extension) takes used + held of a hard quota over its limit. Facts (Record,
// imports, accrual of open runs, settling more than was held, a lowered limit)
// are always booked; what passes the limit is overdraft: available is negative,
// new work is refused, nothing is killed.
//
// Quotas of one tenant tree that share selector and period form a chain from a
// tenant to its ancestors. Words are Kueue's: a quota's limit is its *nominal
// quota*; of a *slice* the nominal quota is set aside in the next quota above,
// except what its *lending limit* lets siblings use meanwhile; a *ceiling* sets
// nothing aside. The *borrowing limit* is how far it may pass its nominal quota
// into what the quota above has left. Lent time is *reclaimed* by settling or
// releasing holds of those who borrowed it: a Refusal says who they are.
#ifndef DRAWDOWN_QUOTA_H_
#define DRAWDOWN_QUOTA_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawdown/export.h"
#include "drawdown/run.h"
#include "drawdown/units.h"

namespace drawdown {

// Over which time used GPU time counts. Windows are half-open and whole
// buckets. Numbers are part of the format.
enum class QuotaPeriod : uint8_t {
  kTotal = 0,     // since ever
  kMonth = 1,     // calendar month: UTC, or a contract's calendar
  kInterval = 2,  // a commitment's fulfilment interval
  kRolling = 3,   // this bucket and those before it
  kAtOnce = 4,    // not GPU time: GPUs in use at one instant
};

// Amounts of a quota are whole GPU-microseconds, and micro-GPUs where the
// period is kAtOnce.
struct QuotaLimit {
  Int128 nominal = 0;                  // >= 0
  bool soft = false;                   // never refuses; shows overdraft
  bool slice = false;                  // set aside in the quota above
  std::optional<Int128> lending = {};  // of a slice; absent: nothing is lent
  Int128 borrowing = 0;

  friend bool operator==(const QuotaLimit&, const QuotaLimit&) = default;
};

// What a quota is over: two settings with the same of these are the same quota.
struct QuotaScope {
  std::string tenant;      // a path; covers its subtree
  std::string pool = "*";  // selector
  QuotaPeriod period = QuotaPeriod::kMonth;
  int64_t rolling_us = 0;  // kRolling: length, a whole number of buckets
  std::string contract;    // kMonth: whose calendar, "": UTC. kInterval: whose
  std::string commitment;  // kInterval

  friend bool operator==(const QuotaScope&, const QuotaScope&) = default;
};

struct QuotaSetting {
  QuotaScope scope;
  std::optional<QuotaLimit> limit;  // absent: no limit from then on
  std::optional<int64_t> from_us;   // absent: now
};

// Why an admission was or would be refused: the first quota, chain after chain
// and in each from the tenant upward, that has no room.
struct Refusal {
  QuotaScope scope;
  Int128 limit = 0;  // nominal, with what may be borrowed
  Int128 asked = 0;
  Int128 used = 0;  // in the current window; includes what live meters took
  Int128 held = 0;
  Int128 reserved = 0;                  // set aside for slices below, unused
  std::optional<int64_t> resets_at_us;  // the window's end; none: never
  // Of several that were asked for together, with whose the sum did not fit:
  // the hold or the run. What it and those before it ask for is asked, and
  // used and held is what there was before the call. "": one alone.
  std::string id = {};
};

// "acme/chat on aws/*: 5000 GPU-hours a month, 4980 used, 10 held, 15 asked".
DRAWDOWN_EXPORT std::string DescribeRefusal(const Refusal& refusal);

// What became of an admission: admitted, or nothing changed and why.
struct Admission {
  std::optional<Refusal> refusal;

  bool admitted() const { return !refusal.has_value(); }
};

// A limit that begins later; none: there is none from then on.
struct LaterLimit {
  int64_t from_us = 0;
  std::optional<QuotaLimit> limit;
};

// A quota as it is at an instant.
struct QuotaState {
  QuotaScope scope;
  QuotaLimit limit;
  bool limited = true;  // false: the limit was taken away
  int64_t from_us = 0;  // since when the limit is so
  int64_t window_start_us = 0;
  std::optional<int64_t> window_end_us;
  Int128 used = 0;
  Int128 held = 0;
  Int128 reserved = 0;
  Int128 available = 0;  // limit + borrowing - used - held - reserved
  // Micro-GPUs by which used + held grows now: open runs beyond their holds.
  Int128 accruing = 0;
  std::vector<LaterLimit> later = {};  // than the instant, soonest first
};

// Who holds what under a quota.
struct QuotaHolder {
  std::string hold_id;
  std::string tenant;
  std::string pool;
  Int128 held = 0;
  std::optional<RunKey> run;
  std::optional<int64_t> expires_at_us;
  bool borrows = false;  // its tenant's slice is beyond its nominal quota
  QuotaPeriod period = QuotaPeriod::kTotal;  // of the quota: says held's unit
};

// A run that uses a quota, or draws on it.
struct QuotaRun {
  RunKey run;
  std::string tenant;  // as it is named now
  std::string pool;
  int64_t micro_gpus = 0;  // that it has now; 0 when it has none any more
  Int128 used = 0;         // in the window that counts; of kAtOnce: those GPUs
};
struct QuotaRuns {
  std::vector<QuotaRun> biggest;  // at most 10
  uint64_t more = 0;              // how many are not among them
};
struct QuotaUsers {
  QuotaScope scope;
  QuotaRuns runs;  // that used something of it, those that used most first
};

struct QuotaQuery {
  std::string tenant;
  std::string pool;              // "": every quota of the tenant and above
  GpuTime gpu_time;              // would this be admitted?
  int64_t micro_gpus = 0;        // and this many GPUs at once?
  std::optional<int64_t> at_us;  // now
};
struct QuotaExplanation {
  std::vector<QuotaState> quotas;  // from the tenant upward
  Admission admission;             // of what was asked
  // Under the refusing quota, else under all; then a hold that holds GPU time
  // and GPUs under quotas of both is there for each.
  std::vector<QuotaHolder> holders;
  // Of the refusing quota, else of each of them.
  std::vector<QuotaUsers> users = {};
};

// When something will run out if all goes on as it does now: open runs accrue,
// holds expire or are spent, limits change as was said. A quota runs out when
// used + held reaches its limit, with what may be borrowed; what slices below
// set aside is not used. One that is out already is there with the present
// instant, and once more with the next at which it will be out after it had
// room again. Time alone exhausts no GPUs at once: a limit that begins does.
// Looked at are windows that begin within 366 days after the last change that
// is known, so that each kind of month has come; what is not cut into windows
// is looked at for ever.
enum class ExhaustionKind : uint8_t {
  kHoldExpires = 0,
  kHoldSpent = 1,  // its run has drawn it
  kQuotaExhausted = 2,
};
struct Exhaustion {
  ExhaustionKind kind = ExhaustionKind::kHoldExpires;
  int64_t at_us = 0;
  std::string hold_id;              // of the first two
  std::optional<RunKey> run;        // that draws the hold
  std::optional<QuotaScope> quota;  // kQuotaExhausted
  // Of it: open runs under it now, which draw on it, most GPUs first.
  QuotaRuns runs = {};
};

DRAWDOWN_EXPORT std::string_view QuotaPeriodName(QuotaPeriod period);
DRAWDOWN_EXPORT std::string_view ExhaustionKindName(ExhaustionKind kind);

}  // namespace drawdown

#endif  // DRAWDOWN_QUOTA_H_
