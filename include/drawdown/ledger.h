// The ledger: books of GPU time per tenant and pool, in one directory.
//
//   auto ledger = drawdown::Ledger::Open("books", {.create_if_missing = true});
//   if (!ledger.ok()) return ledger.status();
//   (*ledger)->StartRun({.key = {"job-1"}, .tenant = "acme/chat",
//                        .pool = "aws/us-east-1/gb200", .micro_gpus =
//                        8'000'000, .at_us = now});
//
// Thread-safe: any method from any thread. Any number of processes may have the
// same ledger open. Each call is one transaction that is durable when it
// returns OK, and waits for other writers at most OpenOptions::lock_timeout
// (kBusy names the writer's pid). After fork() the child must open its own
// Ledger: methods on an inherited one return kForked.
//
// A query of usage that is outrun by drains many times in a row waits for the
// writer lock too: kBusy. A call that asks for room under a quota is kBusy at
// once, naming no pid, where a limit, its window or what is held changed then.
//
// Errors common to all calls that write: kBusy, kDiskFull, kIo, kUncertain,
// kForked, kCorrupt. A failed call changed nothing, except kUncertain, after
// which the same call may be repeated (every call is idempotent by its ids).
#ifndef DRAWDOWN_LEDGER_H_
#define DRAWDOWN_LEDGER_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "drawdown/bill.h"
#include "drawdown/capacity.h"
#include "drawdown/close.h"
#include "drawdown/contract.h"
#include "drawdown/export.h"
#include "drawdown/forecast.h"
#include "drawdown/ghost.h"
#include "drawdown/hold.h"
#include "drawdown/import.h"
#include "drawdown/inspect.h"
#include "drawdown/live.h"
#include "drawdown/meter.h"
#include "drawdown/policy.h"
#include "drawdown/quota.h"
#include "drawdown/reconcile.h"
#include "drawdown/refund.h"
#include "drawdown/run.h"
#include "drawdown/statement.h"
#include "drawdown/tenant.h"
#include "drawdown/terms.h"
#include "drawdown/units.h"
#include "drawdown/usage.h"

namespace drawdown {

struct OpenOptions {
  // Makes a new ledger when the directory is absent or empty.
  bool create_if_missing = false;
  // Bucket length of a ledger made now: 1 h, 30 min or 15 min. An existing
  // ledger keeps its own.
  std::chrono::minutes bucket = std::chrono::minutes(60);
  // How long a call waits for another writer before kBusy.
  std::chrono::milliseconds lock_timeout = std::chrono::milliseconds(5'000);
  // Address space reserved for the store; grows by doubling when full.
  uint64_t map_size_bytes = uint64_t{64} << 30;
  // Opens on a filesystem whose locks and maps are not known to be coherent
  // (network, overlay).
  bool allow_any_filesystem = false;
  // How often what live meters have counted is drained into the books in the
  // background, from the first call of meter() on: what a power loss can take
  // is at most this much usage. 1 ms to 1 h; 0: only when Drain is called, and
  // then usage lands in the right bucket only to within the time between calls.
  std::chrono::milliseconds drain_interval = std::chrono::milliseconds(1'000);
  // The time source, in microseconds since the epoch; the system clock when
  // empty. Must be thread-safe.
  std::function<int64_t()> now_us;
};

// --- runs --------------------------------------------------------------------
struct RunStart {
  RunKey key;
  std::string tenant;
  std::string pool;
  int64_t micro_gpus = 0;
  int64_t at_us = 0;
  // The hold that it draws; required under a hard quota of GPU time.
  std::string hold_id = {};
  // A part of one GPU (MIG, time slices) instead of `micro_gpus`, which is then
  // 0: the shares of a device never exceed it, and its micro-GPUs are split
  // among them so that a full device is exactly one GPU.
  std::string device;  // its id: 1..200 bytes, one device for all pools: a
                       // node's name belongs in it; "": none
  Ratio share;
};

struct WriteOptions {
  // Refuse unknown tenants and pools (kUnknownName) instead of creating them.
  bool strict = false;
};

struct StatementQuery {
  std::string contract;
  std::string period;  // "2026-10", "2026", "A/B"; in the contract's calendar
  std::optional<int64_t> at_us;
  std::optional<int64_t> as_of_us;
  // Only this tenant's lines and those of all below it; empty text: only lines
  // that no tenant caused. The tenants that are below no other, and nobody, add
  // up to the contract's statement.
  std::optional<std::string> tenant = {};
  bool explain = false;  // fills Statement::reasons
};

class DRAWDOWN_EXPORT Ledger {
 public:
  // Opens (or, with create_if_missing, makes) the ledger in `directory`.
  // kNotALedger, kLedgerVersion, kUnsupportedLmdb, kUnsupportedFilesystem,
  // kBusy, kAlreadyOpen, kForeignNamespace, kInvalidArgument (bucket), kIo,
  // kDiskFull, kCorrupt. Opening one directory several times in a process
  // shares one environment. Books of format 4 become format 5, in one commit.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(
      const std::string& directory, const OpenOptions& options = {});

  // Makes a new ledger; kLedgerExists if there is one, kNotALedger if the
  // directory holds anything else.
  static absl::Status Create(const std::string& directory,
                             const OpenOptions& options = {});

  ~Ledger();
  Ledger(const Ledger&) = delete;  // Owns a place in a process-wide registry.
  Ledger& operator=(const Ledger&) = delete;

  LedgerInfo Info() const;

  // --- runs. Idempotent: the same call again is OK and changes nothing; the
  // same id with another payload is kConflict and names both. What happens more
  // than ten minutes ahead of the ledger's clock is kBadRow, in imports too.
  // A start, a growth and a going-on are admissions (drawdown/quota.h): quotas
  // of GPUs at once must have room, and under a hard quota of GPU time a start
  // needs a hold (kHoldRequired) of the same tenant and pool, open, and of no
  // other run (kWrongState, kConflict); a growth and a going-on need something
  // left of it. What lies in the past must fit with what the run has used by
  // now beyond its hold. A refusal is an answer, not an error, and has changed
  // nothing.
  absl::StatusOr<Admission> StartRun(const RunStart& start,
                                     const WriteOptions& options = {});
  // All of them or none, with one commit; a refusal is of the first that was,
  // with what those before it ask for (Refusal::id).
  absl::StatusOr<Admission> StartRuns(std::span<const RunStart> starts,
                                      const WriteOptions& options = {});
  // Closes the open segment and opens one of `micro_gpus`, at one instant.
  absl::StatusOr<Admission> ResizeRun(const RunKey& key, int64_t micro_gpus,
                                      int64_t at_us);
  // A suspended run does not accrue, unless its pool's policy says so.
  absl::Status SuspendRun(const RunKey& key, int64_t at_us);
  absl::StatusOr<Admission> ResumeRun(const RunKey& key, int64_t at_us);
  // What is left of the run's hold is released with it.
  absl::Status StopRun(const RunKey& key, int64_t at_us,
                       StopReason reason = StopReason::kDone);

  // --- ghosts: runs whose stop never came (drawdown/ghost.h)
  // "It was alive at at_us." Durable when it returns; one that is older than
  // what is known changes nothing. kNotFound; kWrongState when the run was
  // over by then.
  absl::Status HeartbeatRun(const RunKey& key, int64_t at_us);
  // Many with one commit; those of unknown runs are named in the result.
  absl::StatusOr<HeartbeatResult> HeartbeatRuns(
      std::span<const Heartbeat> heartbeats);
  // Accruing runs that are suspect, by key. They go on accruing: nothing is
  // closed by itself. Reads every run.
  absl::StatusOr<std::vector<Ghost>> Ghosts(const GhostQuery& query = {}) const;
  // Closes a suspect run at its last sign of life, as kLost. kWrongState when
  // it is not suspect at `at_us` (default: the clock), for instance because a
  // heartbeat came meanwhile.
  absl::Status ConfirmGhost(const RunKey& key,
                            std::optional<int64_t> lease_us = {},
                            std::optional<int64_t> at_us = {});

  // --- policies (drawdown/policy.h)
  // kBadRow when it cannot stand in the books, kInvalidArgument when it says
  // nothing. What is in force already changes nothing.
  absl::Status SetPoolPolicy(const PoolPolicy& policy);
  // Oldest word first, a setting each.
  absl::StatusOr<std::vector<PoolPolicy>> PoolPolicies() const;
  absl::Status SetWaiverPolicy(const WaiverPolicy& policy);
  absl::StatusOr<std::vector<WaiverPolicy>> WaiverPolicies() const;

  // --- refunds (drawdown/refund.h): tenants' side alone, no statement changes.
  // Idempotent by refund_id. kWrongState unless the run has ended, kBadRow when
  // the run's refunds would pass what it used.
  absl::Status RefundRun(const Refund& refund);
  // Runs that have something waived or refunded, of the runs that `query`
  // selects, in key order, until `visit` returns false.
  absl::Status VisitRefunds(
      const RunQuery& query,
      const std::function<bool(const RefundedRun&)>& visit) const;

  // --- quotas (drawdown/quota.h)
  // Whether it changed anything: the same again does not. A limit holds from
  // `from_us` on; lowering it below what is used refuses new work and ends
  // nothing. kBadRow (names), kInvalidArgument (a limit that makes no sense,
  // slices that do not fit the quota above), kNotFound (contract, commitment).
  // The first setting of a quota reads all runs and cells of the books once.
  absl::StatusOr<bool> SetQuota(const QuotaSetting& setting);
  // Those at or below a tenant ("": all), as they are at an instant (now).
  absl::StatusOr<std::vector<QuotaState>> Quotas(
      std::string_view tenant = {}, std::optional<int64_t> at_us = {}) const;
  // What is over a tenant, whether something would fit, and if not why and who
  // has what it would need.
  absl::StatusOr<QuotaExplanation> ExplainQuota(const QuotaQuery& query) const;

  // --- the tree of tenants (drawdown/tenant.h)
  // Whether it changed anything: the same again does not. Reads all runs and
  // cells of the books once. kNotFound when nothing is known at or below the
  // old path; kInvalidArgument (an instant inside a bucket or still to come, a
  // path below the old one, slices that do not fit the quotas above the new
  // one); kWrongState when a path means another by then, or a later move is in
  // the books already. The new path is created, and names below it.
  absl::StatusOr<bool> MoveTenant(const TenantMove& move);

  // --- holds (drawdown/hold.h). Idempotent by id, as runs are.
  // All are placed, or none and the refusal says why. Of several that are bad
  // the error names up to twenty, a line each.
  absl::StatusOr<Admission> PlaceHolds(std::span<const HoldRequest> requests,
                                       const WriteOptions& options = {});
  absl::StatusOr<Admission> PlaceHold(const HoldRequest& request,
                                      const WriteOptions& options = {});
  // Dry run: would it fit, what would it draw down, at what price, if its GPUs
  // used it from now on (without GPUs: evenly while it lasts) and all else went
  // on as it does? Needs no id. Errors: those of PlaceHold and MakeStatement.
  absl::StatusOr<HoldQuote> QuoteHold(const HoldRequest& request) const;
  // Charges and extends at one instant, or changes nothing. Of an expired hold
  // all that it will hold is asked anew.
  absl::StatusOr<Admission> RenewHold(const HoldRenewal& renewal);
  // Ends it with what was used since it was placed or renewed: less, as much or
  // more than is held; also after it expired. Admitted unless `policy` refuses.
  absl::StatusOr<Admission> SettleHold(
      std::string_view hold_id, GpuTime used,
      OverdraftPolicy policy = OverdraftPolicy::kBook);
  absl::Status ReleaseHold(std::string_view hold_id);
  // Calls `visit` for each hold in the order of ids until it returns false.
  absl::Status VisitHolds(
      const HoldQuery& query,
      const std::function<bool(const HoldInfo&)>& visit) const;
  // What will run out, soonest first, if all goes on as it does now; and the
  // first of it that is later than now. A scheduler need not poll: it can sleep
  // until then. Where a quota runs out, all runs are read to name those under
  // it.
  absl::StatusOr<std::vector<Exhaustion>> Exhaustions() const;
  absl::StatusOr<std::optional<Exhaustion>> NextExhaustion() const;
  // Now by the clock of holds, which deadlines are on.
  absl::StatusOr<int64_t> HoldTime() const;

  // --- live meters (drawdown/meter.h)
  // The meter of (tenant, pool): the same one however often it is asked for, in
  // this process. Names unknown to the books are created, durably, unless
  // `strict` (kUnknownName). Room for its counts is reserved before it is
  // returned: kDiskFull is an error here, never later in Record. kBadRow for a
  // name that is not a path; kInvalidArgument beyond 1,048,576 meters.
  absl::StatusOr<Meter> meter(std::string_view tenant, std::string_view pool,
                              const WriteOptions& options = {});
  // Many at once, with one commit for all new names. All or an error.
  absl::StatusOr<std::vector<Meter>> meters(std::span<const MeterName> names,
                                            const WriteOptions& options = {});
  // Moves what live meters of all processes, living and dead, have counted into
  // the books: afterwards everything recorded before the call is durable. Any
  // process may, at any time; meters go on counting. On an error nothing is
  // lost: what was counted stays where it is until a drain succeeds.
  absl::StatusOr<DrainResult> Drain();
  // What is counting now, and what of it is not drained.
  absl::StatusOr<LiveView> Live() const;

  // All rows or none, in one transaction. kBadRow, kConflict name the run.
  absl::StatusOr<ImportResult> ImportRuns(std::span<const RunRow> rows,
                                          const WriteOptions& options = {});
  absl::StatusOr<ImportResult> ImportUsage(std::span<const UsageRecord> records,
                                           const WriteOptions& options = {});

  // What was delivered of pools (drawdown/capacity.h). The same record again is
  // unchanged; one that overlaps another of its (pool, state, capacity_id) is
  // kConflict and names both. Statements and statuses count it from now on.
  absl::StatusOr<ImportResult> ImportCapacity(
      std::span<const CapacityRecord> records,
      const WriteOptions& options = {});

  // CSV files (docs/formats.md). Every row of every file is validated before
  // the first is posted; posting is in batches by key, which a re-run
  // completes.
  absl::StatusOr<ImportResult> ImportRunFiles(
      const std::vector<std::string>& paths, const ImportOptions& options = {},
      const ProgressCallback& progress = {});
  absl::StatusOr<ImportResult> ImportUsageFiles(
      const std::vector<std::string>& paths, const ImportOptions& options = {},
      const ProgressCallback& progress = {});

  absl::StatusOr<ImportResult> ImportCapacityFiles(
      const std::vector<std::string>& paths, const ImportOptions& options = {},
      const ProgressCallback& progress = {});

  // What Slurm's `sacct -P` prints (docs/formats.md), in the same way.
  absl::StatusOr<ImportResult> ImportSacctFiles(
      const std::vector<std::string>& paths, const ImportOptions& options = {},
      const ProgressCallback& progress = {});

  // Replaces (a row) or voids (a row whose state is VOID) named runs, recorded
  // as corrections that cite `reason` and the entry they correct.
  absl::StatusOr<ImportResult> CorrectRunsFile(
      const std::string& path, std::string_view reason,
      const ImportOptions& options = {});

  // --- queries
  absl::StatusOr<UsageAnswer> Usage(const UsageQuery& query) const;
  // The same without the rows: calls `visit` with each, in their order, so that
  // the caller keeps what it needs of them. Rows may have been visited when it
  // fails. `visit` must not call the ledger.
  absl::StatusOr<UsageAnswer> VisitUsage(
      const UsageQuery& query,
      const std::function<void(const UsageRow&)>& visit) const;
  // Whether the books have the tenant, or one below it; queries of one that
  // they do not have answer with nothing.
  absl::StatusOr<bool> HasTenant(std::string_view path) const;
  // Calls `visit` for each run in key order until it returns false.
  absl::Status VisitRuns(
      const RunQuery& query,
      const std::function<bool(const RunInfo&)>& visit) const;
  // Calls `visit` for each capacity record in order of pool, state, capacity_id
  // and start until it returns false.
  absl::Status VisitCapacity(
      const CapacityQuery& query,
      const std::function<bool(const CapacityInfo&)>& visit) const;
  // What those runs come to at an instant (default: the clock).
  absl::StatusOr<RunTotals> TotalsOf(const RunQuery& query,
                                     std::optional<int64_t> at_us = {}) const;
  // Entries with sequence >= from, oldest first, until `visit` returns false.
  absl::Status VisitJournal(
      uint64_t from,
      const std::function<bool(const JournalEntry&)>& visit) const;

  // --- contracts
  // Applies the files' texts together or not at all: (file name, text) pairs.
  // An unchanged contract is not a new version. Returns one line per contract.
  absl::StatusOr<std::vector<std::string>> ApplyContracts(
      const std::vector<std::pair<std::string, std::string>>& files);
  absl::StatusOr<std::vector<ContractInfo>> Contracts() const;
  // kNotFound names the contracts there are.
  absl::StatusOr<ContractInfo> GetContract(std::string_view id) const;

  // What is owed for a period. Of a month that was closed, what was closed, for
  // ever. The month after the closed ones also has what was recorded of those
  // since, as corrections. Any other period is rated from all that is known; a
  // Ledger keeps the ratings of the four statements that were asked for last,
  // up to 1 GiB in all, so that the same again costs what was recorded since.
  // kNotFound when the query's tenant is not in the books.
  absl::StatusOr<Statement> MakeStatement(const StatementQuery& query) const;
  // What the version that the statement was made with says of what it names.
  // kNotFound when the books have no such contract and version.
  absl::StatusOr<StatementTerms> TermsOf(const Statement& statement) const;
  absl::StatusOr<std::vector<CommitmentStatus>> Status(
      std::optional<int64_t> at_us = {},
      std::optional<int64_t> as_of_us = {}) const;
  // What will be drawn, missed and owed (drawdown/forecast.h), by the newest
  // version of each contract whose term contains the instant. kNotFound names
  // the contracts there are, or that none has an option to exercise;
  // kInvalidArgument for what-if questions that make no sense and for forecasts
  // that would be too large; MakeStatement's errors.
  absl::StatusOr<Forecast> MakeForecast(const ForecastQuery& query) const;
  // Of the commitments that are in force, by contract and commitment.
  absl::StatusOr<std::vector<BurnRates>> BurnRatesAt(
      std::optional<int64_t> at_us = {},
      std::optional<int64_t> as_of_us = {}) const;
  // What comes next of each contract, the first of its kind for each
  // commitment, credit and milestone; soonest first.
  absl::StatusOr<std::vector<DueDate>> DueDates(
      std::optional<int64_t> at_us = {},
      std::optional<int64_t> as_of_us = {}) const;
  // By currency, the sum of all contracts first. Amounts are exact; kOverflow
  // where they do not fit.
  absl::StatusOr<std::vector<PortfolioLine>> Portfolio(
      std::optional<int64_t> at_us = {},
      std::optional<int64_t> as_of_us = {}) const;
  // With `line`, the bill is read a second time, so it must not be a pipe.
  absl::StatusOr<ReconcileResult> Reconcile(
      const StatementQuery& query, const std::vector<std::string>& bill_paths,
      const ReconcileOptions& options = {},
      const ProgressCallback& progress = {},
      const BillLineCallback& line = {}) const;

  // --- closing (drawdown/close.h)
  // Drains, then freezes a calendar month of the contract: its statement, the
  // contracts' versions, the time zones' version, the chain hash. Months are
  // closed in order from the term's first on. Closing one again changes
  // nothing. kInvalidArgument: not a month; kWrongState: another is to be
  // closed first, or usage may still come by the contract's `grace`; kNotFound,
  // and MakeStatement's errors.
  absl::StatusOr<CloseResult> ClosePeriod(std::string_view contract,
                                          std::string_view period);
  // Closed months of one contract ("": of all), by contract and time.
  absl::StatusOr<std::vector<ClosedPeriod>> ClosedPeriods(
      std::string_view contract = {},
      std::optional<int64_t> as_of_us = {}) const;

  // --- care
  // Proves the books: journal CRCs and hash chain, every table rebuilt from the
  // journal and compared, sum of buckets = runs + imported usage. LMDB can
  // abort its host on a damaged page, so the work is done by the installed
  // `drawdown` program (found as $DRAWDOWN_BIN, beside this process's
  // executable, or on $PATH); kNotFound names where it was looked for. A
  // damaged ledger is a report with ok == false, not an error.
  absl::StatusOr<VerifyReport> Verify() const;
  // The same inside this process: the CLI calls it in a child it forked.
  absl::StatusOr<VerifyReport> VerifyInProcess() const;

  // A consistent copy into a directory that must not exist.
  absl::Status Backup(const std::string& destination) const;

  class Impl;  // Of the library itself.

 private:
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// What a bill is: format, totals, oddities. Needs no ledger.
DRAWDOWN_EXPORT absl::StatusOr<BillSummary> SummarizeBill(
    const std::vector<std::string>& paths, const BillOptions& options = {},
    const ProgressCallback& progress = {});

// Rebuilds a ledger in `destination` (which must not exist) from what of the
// journal in `directory` can still be read; lists what was lost. Moved there
// whole: a kill leaves at most destination.salvaging-UUID*, which may be
// removed; an error nothing, or all of it where only making the move durable
// failed.
DRAWDOWN_EXPORT absl::StatusOr<SalvageReport> Salvage(
    const std::string& directory, const std::string& destination);

}  // namespace drawdown

#endif  // DRAWDOWN_LEDGER_H_
