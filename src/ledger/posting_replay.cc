// Replaying: journalled entries back into the records that follow from them.
#include "base/error.h"
#include "ledger/buckets.h"
#include "ledger/posting.h"

namespace drawdown {

// Derives the records of one journalled entry.
struct Posting::Replayer {
  Posting* posting;
  int64_t recorded_us;

  absl::Status operator()(const NameAdded& name) const {
    posting->ApplyName(name);
    return absl::OkStatus();
  }
  absl::Status operator()(const RunImported& row) const {
    return Store(row.run_id, row.attempt,
                 [&](const Run*) { return AfterImport(row); });
  }
  absl::Status operator()(const RunChanged& change) const {
    return Store(change.run_id, change.attempt,
                 [&](const Run* known) { return AfterChange(known, change); });
  }
  absl::Status operator()(const RunCorrected& correction) const {
    const RunImported& row = correction.replacement;
    return Store(row.run_id, row.attempt,
                 [&](const Run*) { return AfterCorrection(correction); });
  }
  absl::Status operator()(const UsageAdded& usage) const {
    RETURN_IF_ERROR(posting->AddUsageCells(usage));
    posting->usage_.insert_or_assign(
        std::string(usage.usage_id),
        StoredUsage{usage.tenant, usage.pool, usage.start_us, usage.end_us,
                    usage.gpu_time, posting->last_sequence_});
    ++posting->tip_.usage_records;
    return absl::OkStatus();
  }
  absl::Status operator()(const ContractApplied& contract) const {
    posting->ApplyContract(contract, recorded_us);
    return absl::OkStatus();
  }
  absl::Status operator()(const UsageDrained& usage) const {
    return posting->AddAmount(usage.tenant, usage.pool,
                              BucketOf(usage.bucket_us, posting->bucket_us_),
                              usage.gpu_time);
  }
  absl::Status operator()(const UsageLost&) const { return absl::OkStatus(); }
  absl::Status operator()(const PoolPolicySet& policy) const {
    return posting->ApplyPolicy(policy);
  }
  absl::Status operator()(const WaiverPolicySet& policy) const {
    return posting->ApplyWaiver(policy);
  }
  absl::Status operator()(const RunRefunded& refund) const {
    return posting->ApplyRefund(refund);
  }
  absl::Status operator()(const RunPlaced& placed) const {
    return posting->ApplyPlaced(placed);
  }
  absl::Status operator()(const PeriodClosed& closed) const {
    return posting->Apply(closed);
  }
  absl::Status operator()(const TenantMoved& moved) const {
    RETURN_IF_ERROR(posting->AddMove(posting->MoveOf(moved)));
    return posting->Apply(moved);
  }
  absl::Status operator()(const QuotaSet& set) const {
    return posting->Apply(set);
  }
  // What is held now is made from the holds when all is replayed.
  template <typename HoldEntry>
  absl::Status operator()(const HoldEntry& entry) const {
    posting->quotas_->make_held = true;
    return posting->Apply(entry);
  }
  absl::Status operator()(const CapacityStated& row) const {
    posting->ApplyCapacity(row);
    return absl::OkStatus();
  }
  absl::Status operator()(const CommitLink& link) const {
    return posting->CheckLink(link);
  }

  template <typename After>
  absl::Status Store(std::string_view run_id, uint32_t attempt,
                     const After& after) const {
    ASSIGN_OR_RETURN(const KnownRun known, posting->FindRun(run_id, attempt));
    Run run = after(known.known());
    posting->StoreRun(known, &run);
    posting->quotas_->make_held |= posting->quotas_->any_holds;
    return absl::OkStatus();
  }
};

absl::Status Posting::CheckLink(const CommitLink& link) {
  const bool counts = link.entries == journal_.open_entries();
  const Sha256Digest chain = journal_.Chain();
  if (!counts || link.chain != chain) {
    return MakeError(ErrorCode::kCorrupt,
                     "the hash chain is broken at journal entry " +
                         std::to_string(tip_.next_sequence));
  }
  CloseCommit(chain);
  return absl::OkStatus();
}

absl::Status Posting::Replay(uint64_t sequence, const Entry& entry) {
  if (sequence != tip_.next_sequence) {
    return MakeError(
        ErrorCode::kCorrupt,
        "journal entry " + std::to_string(tip_.next_sequence) + " is missing");
  }
  if (entry.recorded_us < tip_.recorded_us) {
    return MakeError(ErrorCode::kCorrupt,
                     "journal entry " + std::to_string(sequence) +
                         " was recorded before the one it follows");
  }
  tip_.recorded_us = entry.recorded_us;
  // A link is checked before it is written: it is about the entries before it.
  if (!std::holds_alternative<CommitLink>(entry.body)) Journal(entry.body);
  return std::visit(Replayer{this, entry.recorded_us}, entry.body);
}

}  // namespace drawdown
