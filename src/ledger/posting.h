// One write transaction's worth of posting: facts in, records out.
//
// A Posting judges each fact against the books (store plus what it posted
// itself) and appends an entry for what is new. Runs whose keys ascend past the
// table's end go to the store soon; other derived records are kept in memory
// until Commit() writes them in key order, with the closing link of the hash
// chain, and commits. Coalescing and ordering are what makes bulk imports
// fast; nothing is visible to anyone before Commit() returns.
#ifndef DRAWDOWN_SRC_LEDGER_POSTING_H_
#define DRAWDOWN_SRC_LEDGER_POSTING_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/hash_map.h"
#include "drawdown/hold.h"
#include "drawdown/quota.h"
#include "drawdown/tenant.h"
#include "ledger/byte_pool.h"
#include "ledger/capacity.h"
#include "ledger/cell_deltas.h"
#include "ledger/cell_records.h"
#include "ledger/closes.h"
#include "ledger/entry.h"
#include "ledger/hold_clock.h"
#include "ledger/hold_records.h"
#include "ledger/journal.h"
#include "ledger/live_quotas.h"
#include "ledger/posting_memory.h"
#include "ledger/quota_books.h"
#include "ledger/records.h"
#include "ledger/run_rules.h"
#include "ledger/store.h"

namespace drawdown {

// A run that is to start: names are paths, and created only if it does.
struct RunStarting {
  RunChanged change;  // without tenant and pool
  std::string_view tenant;
  std::string_view pool;
  std::string_view hold_id;  // that it will draw; "": none
  std::string_view device;   // that it has a share of; "": none
  Ratio share;
  bool strict = false;
};

class Posting {
 public:
  // Reads the tip; `now_us` becomes the record time unless the books are ahead.
  static absl::StatusOr<std::unique_ptr<Posting>> Begin(
      std::unique_ptr<WriteTransaction> transaction, const Header& header,
      int64_t now_us, PostingMemory* memory = nullptr);
  ~Posting();
  Posting(const Posting&) = delete;  // Its parts point at each other.
  Posting& operator=(const Posting&) = delete;

  // What it admits must fit beside what live meters took; from here on, before
  // anything is posted. They go by the limits of `began_us`, by the clock of
  // holds, or of later.
  void SetLiveQuotas(std::unique_ptr<LiveQuotas> live, int64_t began_us) {
    live_quotas_ = std::move(live);
    live_began_us_ = began_us;
  }

  // The id of a path, created unless `strict` (then kUnknownName).
  absl::StatusOr<uint32_t> Intern(NameKind kind, std::string_view path,
                                  bool strict);

  // Each judges the fact (run_rules.h) and posts it unless it is unchanged.
  absl::StatusOr<Verdict> Post(RunChanged change);
  absl::StatusOr<Verdict> Post(const RunImported& row);
  // Fills in which entry is corrected.
  absl::StatusOr<Verdict> Post(RunCorrected correction);
  absl::StatusOr<Verdict> Post(const UsageAdded& usage);
  absl::Status Post(const ContractApplied& contract);
  absl::Status Post(const UsageDrained& usage);
  absl::Status Post(const UsageLost& loss);
  absl::StatusOr<Verdict> Post(const CapacityStated& row);
  absl::StatusOr<Verdict> Post(const PoolPolicySet& policy);
  absl::StatusOr<Verdict> Post(const WaiverPolicySet& policy);
  // From now on, where it is not so already.
  absl::StatusOr<Verdict> PostFromNow(PoolPolicySet policy);
  absl::StatusOr<Verdict> PostFromNow(WaiverPolicySet policy);
  // Fills in the amount of a share.
  absl::StatusOr<Verdict> Post(RunRefunded refund);
  // The place of a run that was started; unjudged.
  absl::Status Post(const RunPlaced& placed);
  // A month that was closed; unjudged.
  absl::Status Post(const PeriodClosed& closed);

  // Keeps the newest sign of life of a run, beside the journal (heartbeats.h).
  // kNotFound; kWrongState when the run was over by then.
  absl::StatusOr<Verdict> PutHeartbeat(std::string_view run_id,
                                       uint32_t attempt, int64_t at_us);
  // Stops a run at its last sign of life, as lost; kWrongState unless it is
  // suspect at `at_us`.
  absl::StatusOr<Verdict> CloseGhost(std::string_view run_id, uint32_t attempt,
                                     std::optional<int64_t> lease_us,
                                     int64_t at_us);

  // Now, by the clock of holds.
  absl::StatusOr<int64_t> HoldTime(const ClockReading& reading);
  // The same, asked once for all that is posted together: whoever has a part in
  // it asked for it before. What is used and held is found once, too.
  absl::StatusOr<int64_t> HoldTimeOfAll(
      const std::function<ClockReading()>& read_clock);

  // --- admissions (posting_holds.cc, posting_admissions.cc): judged against
  // quotas at `at_us`, an instant of the clock of holds. A refusal has changed
  // nothing.
  absl::StatusOr<Admission> StartRun(RunStarting starting, int64_t at_us);
  // One after the other. A refusal is of all up to the one that did not fit, as
  // things were before them; those before it are posted then, so that the
  // transaction has to be left.
  absl::StatusOr<Admission> StartRuns(std::span<const RunStarting> starts,
                                      int64_t at_us);
  // Of a run that has started. A suspension and a stop are facts, and never
  // refused. A stopped run's hold is released.
  absl::StatusOr<Admission> ChangeRun(RunChanged change, int64_t at_us);
  // All or none.
  absl::StatusOr<Admission> PlaceHolds(std::span<const HoldRequest> requests,
                                       bool strict, int64_t at_us);
  absl::StatusOr<Admission> RenewHold(const HoldRenewal& renewal,
                                      int64_t at_us);
  absl::StatusOr<Admission> CloseHold(const HoldClosed& closing,
                                      OverdraftPolicy policy);

  // A limit from an instant on. `edges`: where windows begin, on a contract's
  // calendar. kInvalidArgument, kBadRow.
  absl::StatusOr<Verdict> SetQuota(const QuotaSetting& setting,
                                   const std::vector<int64_t>& edges);

  // Moves a tenant and all below it, and the limits of their quotas; no later
  // than `now_us`. kInvalidArgument, kUnknownName, kWrongState.
  absl::StatusOr<Verdict> MoveTenant(const TenantMove& move, int64_t now_us);
  // What is named `path` now.
  absl::StatusOr<std::string> PathNow(std::string_view path) {
    return quotas_->index.moves().PathNow(path);
  }

  // --- unjudged, for these and for rebuilding
  absl::Status Post(const TenantMoved& moved);
  absl::Status Post(const QuotaSet& set);
  absl::Status Post(const HoldPlaced& placed);
  absl::Status Post(const HoldRenewed& renewed);
  absl::Status Post(const HoldClosed& closed);
  absl::Status Post(const HoldDrawn& drawn);

  // As stored: kNotFound, or open, settled or released.
  absl::StatusOr<HoldState> StateOfHold(std::string_view hold_id);

  // What the quotas have at an instant, counting what was posted here.
  QuotaBooks* quotas() { return quotas_.get(); }

  // A record of Table::kLive, which is no part of the journal's truth: it says
  // how far something outside the books is in them (live_records.h).
  void PutLive(std::string key, std::string value);
  void DeleteLive(std::string key);

  // Writes and commits; false when there was nothing to write. Afterwards only
  // destruction is allowed.
  absl::StatusOr<bool> Commit();

  // Posts an entry again exactly as it was journalled, unjudged: its sequence
  // must be the next. For rebuilding books (ledger/rebuild.h).
  absl::Status Replay(uint64_t sequence, const Entry& entry);

  const Tip& tip() const { return tip_; }
  // The books before this posting, while nothing was posted.
  ReadTransaction* books() { return transaction_.get(); }
  // Later posts carry this record time, unless the books are ahead already.
  void AdvanceRecordTime(int64_t recorded_us) {
    tip_.recorded_us = std::max(tip_.recorded_us, recorded_us);
  }
  // Versions of the contract in the books, counting what was posted here.
  absl::StatusOr<uint32_t> LatestContractVersion(std::string_view id);

  static constexpr int64_t kMaxUsageBuckets = 200'000;  // 22 years of hours

 private:
  // A run this posting has met. Kept encoded, since few are met twice.
  struct RunRecord {
    std::string_view key;
    std::optional<std::string_view> bytes;  // none: not in the books
    bool dirty = false;
  };
  struct KnownRun {
    size_t index = 0;  // into runs_
    std::optional<Run> run;
    const Run* known() const { return run ? &*run : nullptr; }
  };
  using Attempts = absl::InlinedVector<uint32_t, 4>;
  // The id interned last, since rows of one pool or tenant follow each other.
  struct LastName {
    std::string path;
    uint32_t id = 0;
  };
  struct SmallRecord {
    Table table;
    std::string key;
    std::string value;
  };
  struct QuotaPart : QuotaBooks {
    using QuotaBooks::QuotaBooks;

    bool any = false;             // quotas, in the store or posted here
    bool any_holds = false;       // likewise
    bool make_held = false;       // anew before the commit
    bool facts = false;           // something was used that nobody promised
    bool limits = false;          // which quotas there are, or slices
    std::set<uint32_t> ceilings;  // no slices: of which the limit is another
    std::set<uint32_t> made;      // quotas whose accounts are to be made
  };
  struct Replayer;

  Posting(std::unique_ptr<WriteTransaction> transaction, const Header& header,
          const Tip& tip, CloseMarks marks, PostingMemory* memory);

  std::string PathOf(NameKind kind, uint32_t id);
  NameOf Names();
  absl::StatusOr<KnownRun> FindRun(std::string_view run_id, uint32_t attempt);
  absl::StatusOr<StoredUsage*> FindUsage(std::string_view usage_id);

  void Journal(const EntryBody& body);
  void IndexRuns();
  // `run` gets the sequence.
  void StoreRun(const KnownRun& known, Run* run);
  void AddRunCells(const Run& run, int sign);
  // By the policy of the run's pool.
  absl::StatusOr<RunChange> SuspensionOf(uint32_t pool, int64_t at_us);
  absl::Status ApplyPolicy(const PoolPolicySet& policy);
  absl::Status ApplyWaiver(const WaiverPolicySet& policy);
  absl::Status ApplyRefund(const RunRefunded& refund);
  // Of a start on a part of a device, from which its GPUs follow. kWrongState
  // when the device has no room.
  absl::StatusOr<int64_t> GpusOfShare(const RunStarting& starting);
  absl::Status ApplyPlaced(const RunPlaced& placed);
  // Of a run that goes on and gave its GPUs back: anew beside the others, if it
  // has a part of a device; else 0, for as many as before. kWrongState when the
  // device has no room.
  absl::StatusOr<int64_t> GpusOfResumption(const KnownRun& known,
                                           const RunChanged& resume);
  absl::Status CheckResizable(std::string_view run_key,
                              const RunChanged& change);
  // What else follows from a change of a known run.
  absl::Status FollowChange(std::string_view run_key, const Run& before,
                            const Run& after);
  // Closed months are told what becomes of a run (none: it is new).
  void TouchRun(const Run* before, const Run& after);
  absl::Status Apply(const PeriodClosed& closed);
  absl::Status AddUsageCells(const UsageAdded& usage);
  // Usage of a tenant in one bucket that no run has, where it counts.
  absl::Status AddAmount(uint32_t tenant, uint32_t pool, int32_t bucket,
                         GpuTime amount);
  void ApplyName(const NameAdded& name);
  void ApplyCapacity(const CapacityStated& row);
  void ApplyContract(const ContractApplied& contract, int64_t recorded_us);

  TenantMove MoveOf(const TenantMoved& moved);
  absl::Status AddMove(const TenantMove& move);
  absl::Status Apply(const TenantMoved& moved);
  // Names of where a tenant goes, so that all are there when usage comes.
  absl::Status InternMoved(std::string_view tenant);
  using TenantIds = std::map<uint32_t, uint32_t>;  // from, to
  absl::Status MoveCells(const TenantIds& to, int64_t from_us);
  absl::Status MoveLimits(const TenantMove& move);
  // A version of the quota, said of `scope`.
  absl::Status PostLimit(const StoredQuota& quota, const QuotaScope& scope,
                         const QuotaVersion& version);

  absl::Status OpenQuotas();
  // What this posting knows of the books with that tip is for the next.
  void KeepKnown(const Tip& tip);
  absl::Status Apply(const QuotaSet& set);
  absl::Status AddSlice(uint32_t quota);
  absl::StatusOr<QuotaIndex::Quotas> WhatPromisesWith(const QuotaScope& scope);
  absl::Status Apply(const HoldPlaced& placed);
  absl::Status Apply(const HoldRenewed& renewed);
  absl::Status Apply(const HoldClosed& closed);
  absl::Status Apply(const HoldDrawn& drawn);
  absl::Status AddCharge(const StoredHold& hold, int64_t at_us, GpuTime charge);
  absl::StatusOr<std::optional<StoredHold>> FindHold(std::string_view hold_id);
  absl::StatusOr<StoredHold> GetHold(std::string_view hold_id);
  absl::Status PutHold(std::string_view hold_id, const StoredHold& hold);
  absl::StatusOr<std::optional<std::string>> HoldOfRun(
      std::string_view run_key);
  absl::StatusOr<std::optional<Run>> RunOf(std::string_view run_key);
  // The hold of a run that has changed.
  absl::Status FollowRun(const RunKey& key, const Run& run);
  // `path` where it names now what `known` does, else that: for comparing.
  absl::StatusOr<std::string> AsNamed(std::string_view known,
                                      std::string_view path);
  absl::Status CheckStrict(std::string_view tenant, std::string_view pool);
  absl::StatusOr<std::optional<uint32_t>> LookUp(NameKind kind,
                                                 std::string_view path);
  // In the books, and started by this posting; they ascend.
  absl::StatusOr<Attempts> AttemptsOf(std::string_view run_id);
  absl::Status AddStoredAttempts(std::string_view run_id, Attempts* attempts);
  // kConflict where another attempt of the run runs then, or later.
  absl::Status CheckOtherAttempts(const RunChanged& start,
                                  const Attempts& attempts);
  absl::StatusOr<std::optional<RunChanged>> NewStart(
      const RunStarting& starting);
  // By the books, and beside what live meters took.
  absl::StatusOr<Admission> AdmitTime(Admitter* admitter,
                                      std::string_view tenant,
                                      std::string_view pool, const Ask& ask);
  absl::StatusOr<Admission> RefusedBesideMeters(Admitter* admitter,
                                                std::string_view tenant,
                                                std::string_view pool,
                                                const Ask& ask);
  absl::Status TellLiveQuotas();
  // `start`: with the ids of the books.
  absl::StatusOr<Admission> AdmitStart(const RunStarting& starting,
                                       const RunChanged& start, int64_t at_us);
  bool IsAhead(const RunChanged& change, int64_t at_us) const;
  absl::Status AskForAccrued(const Run& before, const RunChanged& change,
                             const StoredHold* hold, int64_t at_us, Ask* ask);
  absl::StatusOr<Admission> AdmitChange(const RunChanged& change,
                                        const Run& known, int64_t at_us);
  // Whose run it is, and the hold that is to cover it; null: none.
  struct Covered {
    std::string tenant;
    std::string pool;
    std::string hold_id;
    const StoredHold* hold = nullptr;
    int64_t at_us = 0;  // when something must be held
  };
  absl::Status CheckCovered(const RunChanged& change, const Run& known,
                            const Covered& by, int64_t at_us);
  absl::StatusOr<bool> IsNewHold(const HoldRequest& request, bool strict);
  absl::StatusOr<std::vector<const HoldRequest*>> NewHolds(
      std::span<const HoldRequest> requests, bool strict);

  absl::Status CheckLink(const CommitLink& link);
  void CloseCommit(const Sha256Digest& chain);
  absl::Status AppendRuns();
  absl::Status FlushRuns();
  absl::Status FlushUsage();
  absl::Status FlushCells();
  absl::Status FlushSmall();
  absl::Status FlushLive();
  absl::Status FlushQuotas();
  absl::Status FlushCapacity();

  std::unique_ptr<WriteTransaction> transaction_;
  const int64_t bucket_us_;
  Tip tip_;
  const uint64_t first_sequence_;  // of this posting
  JournalAppender journal_;
  uint64_t last_sequence_ = 0;  // of the newest entry

  std::string last_run_key_;  // of the table: none beyond it
  std::string run_key_;       // scratch
  std::string run_bytes_;     // scratch
  Run imported_;              // scratch, for its capacity
  absl::Status failure_;      // of a write before Commit
  // Something was written that no entry speaks of.
  bool beside_journal_ = false;

  LastName last_names_[2];
  BytePool kept_;  // what runs_ and started_ view
  std::vector<RunRecord> runs_;
  // While it holds, keys of runs_ ascend from beyond the table, and there is no
  // index.
  bool in_order_ = true;
  HashMap<absl::string_view, size_t> run_index_;  // into runs_
  // Attempts that StartRun has posted, by run id: the table has them later.
  HashMap<absl::string_view, Attempts> started_;
  // The id that was last asked for and has no attempt in the table; "": none.
  std::string none_stored_;
  std::unique_ptr<Cursor> run_cursor_;  // over the table of runs
  HashMap<std::string, StoredUsage> usage_;
  CellDeltas cells_;
  CloseTracker closes_;
  PostingMemory* memory_;  // null: it gets nothing, or has it
  const Tip tip_before_;
  PostingMemory::Known known_;  // its quotas are in quotas_
  HoldClock clock_;
  std::optional<int64_t> hold_time_of_all_us_;
  std::unique_ptr<QuotaPart> quotas_;
  std::unique_ptr<LiveQuotas> live_quotas_;
  int64_t live_began_us_ = 0;
  CapacityMap capacity_;                                    // stated here
  std::vector<SmallRecord> small_;                          // contracts
  std::map<std::string, std::optional<std::string>> live_;  // none: delete
  HashMap<std::string, uint32_t> contract_versions_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_POSTING_H_
