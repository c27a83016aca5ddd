// Journal entries: the facts from which everything else in a ledger follows.
//
// Sequences start at 1 and have no gaps; ledger/journal.h says how the store
// keeps entries. A commit is a stretch of entries closed by a CommitLink, whose
// digest chains the bytes of its entries to the digest of the commit before.
// The other tables can be rebuilt from the journal alone (ledger/rebuild.h).
#ifndef DRAWDOWN_SRC_LEDGER_ENTRY_H_
#define DRAWDOWN_SRC_LEDGER_ENTRY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "base/digest.h"
#include "drawdown/capacity.h"
#include "drawdown/quota.h"
#include "drawdown/ratio.h"
#include "drawdown/run.h"
#include "drawdown/units.h"
#include "ledger/records.h"

namespace drawdown {

// Views point into the caller's data, or into the bytes an entry was decoded
// from.

struct NameAdded {
  NameKind kind = NameKind::kTenant;
  uint32_t id = 0;
  std::string_view path;
};

// The whole of a run as an import states it: a new run, or the update of a
// known one.
struct RunImported {
  std::string_view run_id;
  uint32_t attempt = 1;
  uint32_t tenant = 0;
  uint32_t pool = 0;
  int64_t micro_gpus = 0;
  std::optional<int64_t> start_us;
  std::optional<int64_t> end_us;
  std::string_view source_state;
};

// Do not change the values of existing entries: they are part of the format.
enum class RunChange : uint8_t {
  kStart = 0,
  kResize = 1,
  kSuspend = 2,
  kResume = 3,
  kStop = 4,
  kSuspendAccruing = 5,  // by its pool's policy: its GPUs stay with it
};

struct RunChanged {
  RunChange change = RunChange::kStart;
  std::string_view run_id;
  uint32_t attempt = 1;
  int64_t at_us = 0;
  uint32_t tenant = 0;  // kStart
  uint32_t pool = 0;    // kStart
  // kStart, kResize; kResume: 0 for as many as before.
  int64_t micro_gpus = 0;
  StopReason reason = StopReason::kUnknown;  // kStop
};

// Replaces what the books say of a run, or voids it.
struct RunCorrected {
  RunImported replacement;
  bool voided = false;
  uint64_t corrects = 0;  // sequence of the entry that said otherwise
  std::string_view reason;
};

struct UsageAdded {
  std::string_view usage_id;
  uint32_t tenant = 0;
  uint32_t pool = 0;
  int64_t start_us = 0;
  int64_t end_us = 0;
  GpuTime gpu_time;
  std::string_view source = {};  // what says so, for a person; empty: nothing
};

struct ContractApplied {
  std::string_view id;
  uint32_t version = 0;
  std::string_view file_name;
  std::string_view text;
};

struct CommitLink {
  uint64_t entries = 0;  // closed by this link, itself not counted
  Sha256Digest chain{};
};

// Usage of one (tenant, pool) in one bucket that meters counted: one per cell
// when the bucket is over, and one per remainder that came later.
struct UsageDrained {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  int64_t bucket_us = 0;  // start of the bucket
  GpuTime gpu_time;
};

// Usage that meters counted may be missing: the counters of a lanes file were
// behind what the books already have of them, or could not be read. Nothing is
// taken back. Numbers of the reasons are part of the format.
enum class LossReason : uint8_t {
  kPowerLoss = 0,  // the file is of an earlier boot and older than the books
  kDamaged = 1,    // its header, directory or meter entries are damaged
  kGone = 2,       // it was removed by someone else
};
struct UsageLost {
  LossReason reason = LossReason::kPowerLoss;
  std::string_view file;  // uuid
  uint32_t pid = 0;       // of its owner
  uint64_t meters = 0;    // whose counters were behind, or unnamed
  GpuTime behind;         // how far: what is missing beyond it is not known
  GpuTime uncounted;      // found for meters whose names are lost
};

// A limit of a quota from an instant on.
struct QuotaSet {
  uint32_t tenant = 0;
  std::string_view pool;  // selector
  QuotaPeriod period = QuotaPeriod::kTotal;
  int64_t rolling_us = 0;
  std::string_view contract;
  std::string_view commitment;
  std::string_view edges;  // of windows on a contract's calendar: int64 each
  int64_t from_us = 0;
  std::optional<QuotaLimit> limit;
};

struct HoldPlaced {
  std::string_view hold_id;
  uint32_t tenant = 0;
  uint32_t pool = 0;
  GpuTime gpu_time;
  int64_t micro_gpus = 0;
  int64_t at_us = 0;
  int64_t ttl_us = 0;
};

// A charge is usage in the bucket of `at_us`.
struct HoldRenewed {
  std::string_view hold_id;
  uint32_t renewal = 1;
  GpuTime charge;
  GpuTime extend;
  int64_t at_us = 0;
  int64_t ttl_us = 0;
};

struct HoldClosed {
  std::string_view hold_id;
  bool settled = false;  // else released
  GpuTime charge;
  int64_t at_us = 0;
};

// From its start on, the run draws the hold.
struct HoldDrawn {
  std::string_view hold_id;
  std::string_view run_id;
  uint32_t attempt = 1;
};

// What was stated of the GPUs of a pool over [start, end).
struct CapacityStated {
  uint32_t pool = 0;
  CapacityState state = CapacityState::kDelivered;
  std::string_view capacity_id;
  int64_t start_us = 0;
  int64_t end_us = 0;
  int64_t micro_gpus = 0;
};

// What holds for the pools that a selector covers, from an instant on. Numbers
// of the settings are part of the format.
enum class PoolSetting : uint8_t {
  kSuspendedAccrues = 0,  // 0 no, 1 yes
  kLease = 1,             // microseconds
};
struct PoolPolicySet {
  std::string_view pool;  // selector
  int64_t from_us = 0;
  PoolSetting setting = PoolSetting::kSuspendedAccrues;
  int64_t value = 0;
};

// Usage that tenants are not charged for, of runs that stop for a reason from
// an instant on.
struct WaiverPolicySet {
  std::string_view tenant;  // at or below
  std::string_view pool;    // selector
  StopReason reason = StopReason::kUnknown;
  int64_t from_us = 0;
  Ratio share;                     // of the run's usage, where last_us is none
  std::optional<int64_t> last_us;  // usage of the run's end
};

struct RunRefunded {
  std::string_view refund_id;
  std::string_view run_id;
  uint32_t attempt = 1;
  GpuTime amount;
  Ratio share;  // that the amount was computed from; zero: it was given
  std::string_view reason;
};

// Follows the start of a run that has a part of one device.
struct RunPlaced {
  std::string_view run_id;
  uint32_t attempt = 1;
  std::string_view device;
  Ratio share;
};

// A month of a contract that was closed.
struct PeriodClosed {
  std::string_view contract;
  std::string_view period;  // "2026-10"
  int64_t start_us = 0;
  int64_t end_us = 0;
  uint32_t version = 0;     // the contract's newest then
  std::string_view frozen;  // what was closed (frozen.h)
};

// From an instant on, what is at a tenant's path and below it is at another's.
struct TenantMoved {
  uint32_t from_tenant = 0;
  uint32_t to_tenant = 0;
  int64_t from_us = 0;
};

using EntryBody =
    std::variant<NameAdded, RunImported, RunChanged, RunCorrected, UsageAdded,
                 ContractApplied, CommitLink, UsageDrained, UsageLost, QuotaSet,
                 HoldPlaced, HoldRenewed, HoldClosed, HoldDrawn, CapacityStated,
                 PoolPolicySet, WaiverPolicySet, RunRefunded, RunPlaced,
                 PeriodClosed, TenantMoved>;

struct Entry {
  int64_t recorded_us = 0;
  EntryBody body;
};

std::string SequenceKey(uint64_t sequence);

// Appends the encoded entry, checksum included, to `out`.
void AppendEntry(uint64_t sequence, int64_t recorded_us, const EntryBody& body,
                 std::string* out);
inline void AppendEntry(uint64_t sequence, const Entry& entry,
                        std::string* out) {
  AppendEntry(sequence, entry.recorded_us, entry.body, out);
}

// kCorrupt names the sequence. The entry views `bytes`.
absl::StatusOr<Entry> DecodeEntry(uint64_t sequence, std::string_view bytes);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_ENTRY_H_
