#include "ledger/rebuild.h"

#include "base/error.h"
#include "base/hash_map.h"
#include "ledger/buckets.h"
#include "ledger/heartbeats.h"
#include "ledger/journal.h"
#include "ledger/live_records.h"
#include "ledger/posting.h"

namespace drawdown {
namespace {

constexpr uint64_t kEntriesPerPosting = 65'536;
constexpr size_t kMaxLossesListed = 100;

// A Posting on a store that is begun when needed and committed when large.
class Poster {
 public:
  Poster(Store* store, const Header& header) : store_(store), header_(header) {}

  absl::StatusOr<Posting*> Get(int64_t now_us) {
    if (posting_ == nullptr) {
      ASSIGN_OR_RETURN(std::unique_ptr<WriteTransaction> transaction,
                       store_->BeginWrite());
      ASSIGN_OR_RETURN(posting_,
                       Posting::Begin(std::move(transaction), header_, now_us));
    }
    return posting_.get();
  }
  // Call per entry, or per commit where commits must stay whole.
  absl::Status CommitIfLarge(uint64_t entries) {
    posted_ += entries;
    if (posted_ < kEntriesPerPosting) return absl::OkStatus();
    posted_ = 0;
    return Commit();
  }
  absl::Status Commit() {
    if (posting_ == nullptr) return absl::OkStatus();
    const auto committed = posting_->Commit();
    posting_.reset();
    return committed.status();
  }

 private:
  Store* const store_;
  const Header& header_;
  std::unique_ptr<Posting> posting_;
  uint64_t posted_ = 0;
};

// Posts facts of a damaged journal anew, through ids of the new books.
class Salvager {
 public:
  Salvager(ReadTransaction* from, Store* into, const Header& header)
      : from_(from), bucket_us_(header.bucket_us), poster_(into, header) {}

  absl::StatusOr<SalvageReport> Run() {
    ReadNameTable();
    ASSIGN_OR_RETURN(const uint64_t last, LastSequence());
    ASSIGN_OR_RETURN(JournalCursor cursor, JournalCursor::Make(from_));
    uint64_t expected = 1;
    auto found = cursor.SeekAtLeast(1);
    for (; found.ok() && *found; found = cursor.Next()) {
      const uint64_t sequence = cursor.sequence();
      const auto entry = DecodeEntry(sequence, cursor.entry());
      if (!entry.ok()) {
        if (damage_.empty()) damage_ = std::string(entry.status().message());
        continue;
      }
      LoseRange(expected, sequence);
      RETURN_IF_ERROR(PostOne(sequence, *entry));
      expected = sequence + 1;
    }
    LoseRange(expected, last + 1);
    RETURN_IF_ERROR(PostLive());
    RETURN_IF_ERROR(KeepHeartbeats());
    RETURN_IF_ERROR(poster_.Commit());
    return report_;
  }

 private:
  // Names that survive outside the journal help entries whose names are lost.
  void ReadNameTable() {
    const auto cursor = from_->NewCursor(Table::kNames);
    if (!cursor.ok()) return;
    auto found = (*cursor)->SeekAtLeast("P");
    for (; found.ok() && *found; found = (*cursor)->Next()) {
      const char kind = (*cursor)->key().front();
      if (kind != 'P' && kind != 'T') continue;
      const auto name = DecodeName((*cursor)->key(), (*cursor)->value());
      if (!name.ok()) continue;
      paths_[kind == 'T' ? 0 : 1][name->id] = std::string(name->path);
    }
  }

  absl::StatusOr<uint64_t> LastSequence() {
    const auto tip_bytes = from_->Get(Table::kMeta, kTipKey);
    if (!tip_bytes.ok() || !*tip_bytes) return 0;
    const auto tip = DecodeTip(**tip_bytes);
    return tip.ok() ? tip->next_sequence - 1 : 0;
  }

  // What live meters counted and the journal does not have yet, as far as it
  // was drained.
  absl::Status PostLive() {
    const auto epoch = ReadLiveEpoch(from_);
    if (epoch.ok() && !*epoch) return absl::OkStatus();
    const auto open = epoch.ok() ? ReadOpenUsage(from_) : epoch.status();
    if (!open.ok()) {
      Lose("live meters: " + std::string(open.status().message()));
      return absl::OkStatus();
    }
    for (const auto& [ids, amounts] : *open) {
      for (uint32_t bank = 0; bank < 2; ++bank) {
        if (amounts[bank].zero()) continue;
        ASSIGN_OR_RETURN(Posting* const posting, poster_.Get(last_us_));
        const absl::Status posted =
            Post(posting,
                 UsageDrained{ids.first, ids.second,
                              BucketStart((*epoch)->buckets[bank], bucket_us_),
                              amounts[bank]});
        if (!posted.ok()) Lose(std::string(posted.message()));
      }
    }
    return absl::OkStatus();
  }

  // A sign of life of a run that was lost, or of one that is over in what is
  // left, says nothing any more.
  absl::Status KeepHeartbeats() {
    std::vector<Heartbeat> all;
    const absl::Status read =
        VisitHeartbeats(from_, [&](std::string_view run_key, int64_t at_us) {
          all.push_back({DecodeRunKey(run_key), at_us});
        });
    if (!read.ok()) Lose("heartbeats: " + std::string(read.message()));
    for (const Heartbeat& one : all) {
      ASSIGN_OR_RETURN(Posting* const posting, poster_.Get(last_us_));
      posting->PutHeartbeat(one.key.run_id, one.key.attempt, one.at_us)
          .IgnoreError();
    }
    return absl::OkStatus();
  }

  void Lose(const std::string& what) {
    ++report_.entries_lost;
    if (report_.losses.size() < kMaxLossesListed) {
      report_.losses.push_back(what);
    }
  }
  // Entries that are not there or cannot be read. Where a block is damaged, how
  // many it had is known from where the next one starts.
  void LoseRange(uint64_t from, uint64_t to) {
    if (from < to) {
      std::string what = "journal entries " + std::to_string(from) + " to " +
                         std::to_string(to - 1);
      what += damage_.empty() ? " are missing" : " are lost: ";
      Lose(what + damage_);
      report_.entries_lost += to - from - 1;
    }
    damage_.clear();
  }

  absl::Status PostOne(uint64_t sequence, const Entry& entry) {
    ++report_.entries_read;
    if (std::holds_alternative<CommitLink>(entry.body)) {
      return absl::OkStatus();  // The new journal gets links of its own.
    }
    ASSIGN_OR_RETURN(Posting* const posting, poster_.Get(entry.recorded_us));
    posting->AdvanceRecordTime(entry.recorded_us);
    const absl::Status posted = std::visit(
        [&](const auto& body) { return Post(posting, body); }, entry.body);
    if (!posted.ok()) {
      Lose("journal entry " + std::to_string(sequence) + ": " +
           std::string(posted.message()));
    }
    return poster_.CommitIfLarge(1);
  }

  absl::Status Post(Posting*, const NameAdded& name) {
    paths_[static_cast<int>(name.kind)][name.id] = std::string(name.path);
    return absl::OkStatus();
  }
  absl::Status Post(Posting*, const CommitLink&) { return absl::OkStatus(); }
  absl::Status Post(Posting* posting, RunImported row) {
    RETURN_IF_ERROR(Translate(posting, &row.tenant, &row.pool));
    return Count(posting->Post(row), &report_.runs);
  }
  absl::Status Post(Posting* posting, RunChanged change) {
    if (change.change == RunChange::kStart) {
      RETURN_IF_ERROR(Translate(posting, &change.tenant, &change.pool));
    }
    return Count(posting->Post(change), &report_.runs);
  }
  absl::Status Post(Posting* posting, RunCorrected correction) {
    RETURN_IF_ERROR(Translate(posting, &correction.replacement.tenant,
                              &correction.replacement.pool));
    return Count(posting->Post(correction), &report_.runs);
  }
  absl::Status Post(Posting* posting, UsageAdded usage) {
    RETURN_IF_ERROR(Translate(posting, &usage.tenant, &usage.pool));
    return Count(posting->Post(usage), &report_.usage_records);
  }
  absl::Status Post(Posting* posting, ContractApplied contract) {
    ASSIGN_OR_RETURN(const uint32_t latest,
                     posting->LatestContractVersion(contract.id));
    contract.version = latest + 1;
    ++report_.contracts;
    return posting->Post(contract);
  }

  absl::Status Post(Posting* posting, UsageDrained usage) {
    RETURN_IF_ERROR(Translate(posting, &usage.tenant, &usage.pool));
    ++report_.usage_records;
    return posting->Post(usage);
  }
  absl::Status Post(Posting* posting, const UsageLost& loss) {
    return posting->Post(loss);
  }
  absl::Status Post(Posting* posting, const PoolPolicySet& policy) {
    return posting->Post(policy).status();
  }
  absl::Status Post(Posting* posting, const WaiverPolicySet& policy) {
    return posting->Post(policy).status();
  }
  absl::Status Post(Posting* posting, const RunRefunded& refund) {
    return posting->Post(refund).status();
  }
  absl::Status Post(Posting* posting, const RunPlaced& placed) {
    return posting->Post(placed);
  }

  // Versions that were lost have no number in the new books.
  absl::Status Post(Posting* posting, PeriodClosed closed) {
    ASSIGN_OR_RETURN(closed.version,
                     posting->LatestContractVersion(closed.contract));
    return posting->Post(closed);
  }

  absl::Status Post(Posting* posting, TenantMoved moved) {
    RETURN_IF_ERROR(
        TranslateOne(posting, NameKind::kTenant, &moved.from_tenant));
    RETURN_IF_ERROR(TranslateOne(posting, NameKind::kTenant, &moved.to_tenant));
    return posting->Post(moved);
  }
  absl::Status Post(Posting* posting, QuotaSet set) {
    RETURN_IF_ERROR(TranslateOne(posting, NameKind::kTenant, &set.tenant));
    return posting->Post(set);
  }
  absl::Status Post(Posting* posting, HoldPlaced placed) {
    RETURN_IF_ERROR(Translate(posting, &placed.tenant, &placed.pool));
    return posting->Post(placed);
  }
  absl::Status Post(Posting* posting, const HoldRenewed& renewed) {
    return posting->Post(renewed);
  }
  absl::Status Post(Posting* posting, const HoldClosed& closed) {
    // A run's stop has closed it already, when it was posted anew.
    const auto state = posting->StateOfHold(closed.hold_id);
    if (state.ok() && *state != HoldState::kOpen) return absl::OkStatus();
    return posting->Post(closed);
  }
  absl::Status Post(Posting* posting, const HoldDrawn& drawn) {
    return posting->Post(drawn);
  }
  absl::Status Post(Posting* posting, CapacityStated row) {
    RETURN_IF_ERROR(TranslateOne(posting, NameKind::kPool, &row.pool));
    return posting->Post(row).status();
  }

  absl::Status Translate(Posting* posting, uint32_t* tenant, uint32_t* pool) {
    RETURN_IF_ERROR(TranslateOne(posting, NameKind::kTenant, tenant));
    return TranslateOne(posting, NameKind::kPool, pool);
  }
  absl::Status TranslateOne(Posting* posting, NameKind kind, uint32_t* id) {
    const auto& paths = paths_[static_cast<int>(kind)];
    const auto path = paths.find(*id);
    if (path == paths.end()) {
      return MakeError(
          ErrorCode::kCorrupt,
          "the name of " +
              std::string(kind == NameKind::kTenant ? "tenant #" : "pool #") +
              std::to_string(*id) + " is lost");
    }
    ASSIGN_OR_RETURN(*id, posting->Intern(kind, path->second, false));
    return absl::OkStatus();
  }

  static absl::Status Count(const absl::StatusOr<Verdict>& verdict,
                            uint64_t* counter) {
    if (verdict.ok() && *verdict == Verdict::kNew) ++*counter;
    return verdict.status();
  }

  ReadTransaction* const from_;
  const int64_t bucket_us_;
  Poster poster_;
  int64_t last_us_ = std::numeric_limits<int64_t>::min();  // record time
  SalvageReport report_;
  std::string damage_;  // of the first entry that could not be read
  HashMap<uint32_t, std::string> paths_[2];  // by NameKind, old ids
};

}  // namespace

absl::Status Rebuild(ReadTransaction* from, const Header& header, Store* into,
                     int64_t until_us) {
  ASSIGN_OR_RETURN(JournalCursor cursor, JournalCursor::Make(from));
  Poster poster(into, header);
  ASSIGN_OR_RETURN(bool found, cursor.SeekAtLeast(0));
  uint64_t in_commit = 0;
  while (found) {
    const uint64_t sequence = cursor.sequence();
    ASSIGN_OR_RETURN(const Entry entry, DecodeEntry(sequence, cursor.entry()));
    if (entry.recorded_us > until_us) break;
    ASSIGN_OR_RETURN(Posting* const posting,
                     poster.Get(std::numeric_limits<int64_t>::min()));
    RETURN_IF_ERROR(posting->Replay(sequence, entry));
    ++in_commit;
    if (std::holds_alternative<CommitLink>(entry.body)) {
      RETURN_IF_ERROR(poster.CommitIfLarge(in_commit));
      in_commit = 0;
    }
    ASSIGN_OR_RETURN(found, cursor.Next());
  }
  return poster.Commit();
}

absl::StatusOr<SalvageReport> SalvageInto(ReadTransaction* from,
                                          const Header& header, Store* into) {
  return Salvager(from, into, header).Run();
}

}  // namespace drawdown
