#include "settle/drain.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "base/error.h"
#include "ledger/buckets.h"
#include "ledger/live_records.h"
#include "meter/owner.h"
#include "settle/epoch_state.h"
#include "settle/file_drain.h"

namespace drawdown {
namespace {

class DrainBuilder {
 public:
  DrainBuilder(Posting* posting, LiveDirectory* live, int64_t bucket_us,
               int64_t now_us, BudgetKeeper* budgets)
      : posting_(posting),
        live_(live),
        bucket_us_(bucket_us),
        now_us_(now_us),
        now_bucket_(BucketOf(now_us, bucket_us)),
        budgets_(budgets) {}

  absl::StatusOr<PreparedDrain> Run() {
    ASSIGN_OR_RETURN(self_, ThisProcess());
    live_->RemoveUnfinished();
    RETURN_IF_ERROR(LoadEpoch());
    if (budgets_ != nullptr) budgets_->WaitForSections();
    ASSIGN_OR_RETURN(const std::vector<Uuid> files, live_->List());
    drain_.result.files = files.size();
    RETURN_IF_ERROR(DrainRecorded(files));
    ASSIGN_OR_RETURN(const std::vector<Carried> carried,
                     ReadCarried(posting_->books()));
    for (const Uuid& file : files) {
      if (!recorded_.contains(file)) RETURN_IF_ERROR(DrainFile(file, nullptr));
    }
    RETURN_IF_ERROR(PostLeaving(carried));
    RETURN_IF_ERROR(PostLosses());
    FlipIfDue();
    if (epoch_ != stored_) {
      posting_->PutLive(std::string(kLiveEpochKey), EncodeLiveEpoch(epoch_));
    }
    BeginBudgets();
    return std::move(drain_);
  }

 private:
  // The books' epoch, and the word in step with it.
  absl::Status LoadEpoch() {
    ASSIGN_OR_RETURN(stored_, ReadLiveEpoch(posting_->books()));
    const Epoch initial = stored_ ? ActiveOf(*stored_) : Epoch{now_bucket_, 0};
    ASSIGN_OR_RETURN(drain_.epoch, live_->OpenEpoch(initial));
    epoch_ = stored_.value_or(LiveEpoch{});
    if (stored_ && FinishFlip(*stored_, drain_.epoch.get())) {
      return absl::OkStatus();
    }
    // The first drain, or books older than the word (a restored copy): the word
    // is what counters follow.
    const Epoch word = drain_.epoch->Get();
    epoch_.active = word.bank;
    epoch_.buckets[word.bank] = word.bucket;
    if (!stored_) epoch_.buckets[1 - word.bank] = word.bucket - 1;
    return absl::OkStatus();
  }

  // Files the books know, there or not.
  absl::Status DrainRecorded(const std::vector<Uuid>& files) {
    ASSIGN_OR_RETURN(const std::vector<NamedLiveFile> records,
                     ReadLiveFiles(posting_->books()));
    for (const NamedLiveFile& record : records) {
      recorded_.insert(record.uuid);
      const bool there =
          std::binary_search(files.begin(), files.end(), record.uuid);
      if (record.file.state == LiveFileState::kCounting) {
        RETURN_IF_ERROR(DrainFile(record.uuid, &record.file));
      } else if (there) {
        RemoveLater(record.uuid, record.file.state);
      } else {
        RETURN_IF_ERROR(ForgetRemoved(record.uuid));
      }
    }
    return absl::OkStatus();
  }

  // Whoever removed the file may have died before it synced the directory: a
  // power loss would bring the file back, and without its record it would be
  // posted again.
  absl::Status ForgetRemoved(const Uuid& file) {
    if (!synced_) RETURN_IF_ERROR(live_->Sync());
    synced_ = true;
    posting_->DeleteLive(LiveFileKey(file));
    return absl::OkStatus();
  }

  absl::Status DrainFile(const Uuid& uuid, const LiveFile* record) {
    auto taken = live_->TakeReader(uuid);
    if (!taken.ok()) return GiveUpFile(uuid, record, taken.status());
    // Asked before the counters are read: who is dead now adds nothing later.
    const bool last = !(*taken)->OwnerMayBeAlive(self_);
    const absl::Status fresh = (*taken)->Refresh();
    if (!fresh.ok()) return GiveUpFile(uuid, record, fresh);
    RecallSlices(taken->get(), last);
    RETURN_IF_ERROR(DrainReadable(**taken, record, last));
    live_->GiveBack(*std::move(taken));
    return absl::OkStatus();
  }

  absl::Status DrainReadable(const LanesReader& reader, const LiveFile* record,
                             bool last) {
    const LanesIdentity& owner = reader.identity();
    ASSIGN_OR_RETURN(const Watermarks before,
                     ReadWatermarks(posting_->books(), owner.uuid));
    Watermarks after = before;
    ASSIGN_OR_RETURN(const AdmittedMarks admitted_before,
                     ReadAdmitted(posting_->books(), owner.uuid));
    AdmittedMarks admitted = admitted_before;
    FileDrain file(epoch_, last, &leaving_);
    AdvanceAll(reader, &file, &after, &admitted);
    drain_.result.meters += file.meters();
    drain_.result.gpu_time += file.news();
    if (file.loss().any()) {
      NoteLoss(file.loss(), owner.uuid, owner.pid,
               owner.boot_id == self_.boot_id ? LossReason::kDamaged
                                              : LossReason::kPowerLoss);
    }
    const LiveFile now = {LiveFileState::kCounting, owner.boot_id, owner.pid,
                          owner.created_us};
    if (last) {
      epoch_.rejected += reader.rejected();
      Retire(owner.uuid, now, LiveFileState::kRetired, before.size());
      return absl::OkStatus();
    }
    PutMarks(before, after, kMarksPerRecord, EncodeWatermarks,
             [&](uint32_t record) { return WatermarkKey(owner.uuid, record); });
    PutMarks(admitted_before, admitted, kAdmittedPerRecord, EncodeAdmitted,
             [&](uint32_t record) { return AdmittedKey(owner.uuid, record); });
    if (record == nullptr) {
      const std::string key = LiveFileKey(owner.uuid);
      posting_->PutLive(key, EncodeLiveFile(key, now));
    }
    return absl::OkStatus();
  }

  void AdvanceAll(const LanesReader& reader, FileDrain* file, Watermarks* marks,
                  AdmittedMarks* admitted) {
    const uint32_t meters = reader.meters();
    // A torn header may count fewer meters than the books know.
    for (size_t i = meters; i < marks->size(); ++i) {
      file->AdvanceUnread(&(*marks)[i]);
    }
    if (marks->size() < meters) marks->resize(meters);
    BlockSums sums;
    for (uint32_t block = 0; block < reader.blocks(); ++block) {
      reader.Sum(block, &sums);
      const uint32_t first = block * kBlockMeters;
      for (uint32_t i = 0; i < sums.by_bank[0].size(); ++i) {
        const std::array<uint64_t, 2> counted = {sums.by_bank[0][i],
                                                 sums.by_bank[1][i]};
        Watermark& mark = (*marks)[first + i];
        if (counted == mark.drained && mark.base == mark.drained) continue;
        const Watermark before = mark;
        file->Advance(counted, NamedMeter(reader, first + i), &mark);
        const AdmittedMark of_it = {sums.admitted[0][i], sums.admitted[1][i]};
        NoteDrained(before, mark, first + i, of_it, admitted);
      }
    }
  }

  // What of a meter's news TryRecord admitted, which budgets know, and what is
  // new to them.
  void NoteDrained(const Watermark& before, const Watermark& after,
                   uint32_t meter, const AdmittedMark& now,
                   AdmittedMarks* marks) {
    if (meter >= marks->size()) {
      if (now == AdmittedMark{} && budgets_ == nullptr) return;
      if (now != AdmittedMark{}) marks->resize(meter + 1);
    }
    Int128 admitted = 0;
    Int128 drained = 0;
    for (uint32_t bank = 0; bank < kBanks; ++bank) {
      const uint64_t mark = meter < marks->size() ? (*marks)[meter][bank] : 0;
      admitted += std::max(now[bank], mark) - mark;
      // Behind only after a power loss.
      drained += std::max(after.drained[bank], before.drained[bank]) -
                 before.drained[bank];
    }
    if (meter < marks->size()) (*marks)[meter] = now;
    if (budgets_ == nullptr) return;
    DrainedUsage& usage = drained_[{after.tenant, after.pool}];
    usage.elsewhere |= IsElsewhere(before, after);
    usage.ids = {after.tenant, after.pool};
    usage.admitted_us += admitted;
    usage.recorded_us += drained - std::min(drained, admitted);
  }

  // A bucket or less before now: seldom, and then budgets are made anew.
  bool IsElsewhere(const Watermark& before, const Watermark& after) {
    TenantMoves& moves = posting_->quotas()->index.moves();
    const auto now = moves.Now(after.tenant);
    for (uint32_t bank = 0; bank < kBanks; ++bank) {
      if (after.drained[bank] <= before.drained[bank]) continue;
      const auto then =
          moves.At(after.tenant, BucketStart(epoch_.buckets[bank], bucket_us_));
      if (!now.ok() || !then.ok() || *now != *then) return true;
    }
    return false;
  }

  // What is left of slices that nobody will spend from any more, in this bucket
  // or at all.
  void RecallSlices(LanesReader* reader, bool last) {
    if (budgets_ == nullptr || reader->identity().boot_id != live_->boot_id()) {
      return;
    }
    const std::array<uint32_t, kBanks> banks = {1 - epoch_.active,
                                                epoch_.active};
    budgets_->RecallFrom(reader, std::span(banks).first(last ? 2 : 1),
                         posting_->books());
  }

  void BeginBudgets() {
    if (budgets_ == nullptr) return;
    std::vector<DrainedUsage> usage;
    for (const auto& [ids, one] : drained_) usage.push_back(one);
    drain_.budgets = budgets_->BeginDrain(posting_->books(), usage,
                                          !drain_.result.flipped, now_us_);
  }

  // None where the file, or a copy of the books it is not of, lacks the name.
  std::optional<MeterIds> NamedMeter(const LanesReader& reader,
                                     uint32_t meter) const {
    const std::optional<MeterIds> ids = reader.MeterAt(meter);
    if (!ids || ids->tenant >= posting_->tip().tenants ||
        ids->pool >= posting_->tip().pools) {
      return std::nullopt;
    }
    return ids;
  }

  template <typename Marks, typename Encode, typename Key>
  void PutMarks(const Marks& before, const Marks& after, size_t per_record,
                const Encode& encode, const Key& key_of) {
    for (size_t first = 0; first < after.size(); first += per_record) {
      const auto part = [first, per_record](const Marks& marks) {
        const size_t from = std::min(first, marks.size());
        const size_t to = std::min(first + per_record, marks.size());
        return Marks(marks.begin() + from, marks.begin() + to);
      };
      const Marks now = part(after);
      if (now == part(before)) continue;
      const std::string key = key_of(static_cast<uint32_t>(first / per_record));
      posting_->PutLive(key, encode(key, now));
    }
  }

  void NoteLoss(const FileLoss& loss, const Uuid& uuid, uint32_t pid,
                LossReason reason) {
    losses_.push_back({reason, FormatUuid(uuid), pid, loss});
    ++epoch_.regressions;
    ++drain_.result.regressions;
  }

  // All of the file is in the books: its watermarks go, and after the commit
  // the file itself.
  void Retire(const Uuid& uuid, LiveFile record, LiveFileState state,
              size_t marks) {
    record.state = state;
    const std::string key = LiveFileKey(uuid);
    posting_->PutLive(key, EncodeLiveFile(key, record));
    for (size_t first = 0; first < marks; first += kMarksPerRecord) {
      posting_->DeleteLive(
          WatermarkKey(uuid, static_cast<uint32_t>(first / kMarksPerRecord)));
    }
    for (size_t first = 0; first < marks; first += kAdmittedPerRecord) {
      posting_->DeleteLive(
          AdmittedKey(uuid, static_cast<uint32_t>(first / kAdmittedPerRecord)));
    }
    RemoveLater(uuid, state);
    ++drain_.result.retired;
  }

  void RemoveLater(const Uuid& uuid, LiveFileState state) {
    (state == LiveFileState::kDamaged ? drain_.follow_up.damaged
                                      : drain_.follow_up.retired)
        .push_back(uuid);
  }

  // A file that is gone or damaged: what the books have of it is posted, and
  // that something may be missing.
  absl::Status GiveUpFile(const Uuid& uuid, const LiveFile* record,
                          const absl::Status& why) {
    const bool gone = GetErrorCode(why) == ErrorCode::kNotFound;
    if (!gone && GetErrorCode(why) != ErrorCode::kCorrupt) return why;
    if (gone && record == nullptr) return absl::OkStatus();  // Just removed.
    ASSIGN_OR_RETURN(Watermarks marks, ReadWatermarks(posting_->books(), uuid));
    FileDrain file(epoch_, true, &leaving_);
    for (Watermark& mark : marks) file.AdvanceUnread(&mark);
    const LiveFile known = record != nullptr ? *record : LiveFile{};
    NoteLoss(file.loss(), uuid, known.pid,
             gone ? LossReason::kGone : LossReason::kDamaged);
    Retire(uuid, known, LiveFileState::kDamaged, marks.size());
    if (budgets_ != nullptr) budgets_->SetTorn();
    return absl::OkStatus();
  }

  // The older bank is wholly posted by now; what stragglers add to it from here
  // on counts for the new bucket.
  void FlipIfDue() {
    if (now_bucket_ <= epoch_.buckets[epoch_.active]) return;
    const Epoch from = ActiveOf(epoch_);
    epoch_.active = 1 - epoch_.active;
    epoch_.buckets[epoch_.active] = now_bucket_;
    drain_.follow_up.flip = {from, ActiveOf(epoch_)};
    drain_.result.flipped = true;
  }

  // Of each bank: what its bucket is over for is journalled, the rest carried.
  absl::Status PostLeaving(const std::vector<Carried>& carried) {
    LeavingUsage before;
    for (const Carried& one : carried) {
      before[{one.tenant, one.pool}] = one.open;
    }
    for (const auto& [ids, open] : before) {
      for (uint32_t bank = 0; bank < 2; ++bank) {
        leaving_[ids][bank] += open[bank];
      }
    }
    const uint32_t over = 1 - epoch_.active;
    for (const auto& [ids, amounts] : leaving_) {
      Carried now = {ids.first, ids.second, amounts};
      RETURN_IF_ERROR(JournalOver(over, &now));
      const auto was = before.find(ids);
      if (was != before.end() ? was->second != now.open : !now.empty()) {
        PutCarried(now);
      }
    }
    return absl::OkStatus();
  }

  void PutCarried(const Carried& one) {
    const std::string key = CarriedKey(one.tenant, one.pool);
    if (one.empty()) return posting_->DeleteLive(key);
    posting_->PutLive(key, EncodeCarried(key, one));
  }

  absl::Status JournalOver(uint32_t over, Carried* one) {
    const GpuTime amount = std::exchange(one->open[over], GpuTime());
    if (amount.zero()) return absl::OkStatus();
    return posting_->Post(
        UsageDrained{one->tenant, one->pool,
                     BucketStart(epoch_.buckets[over], bucket_us_), amount});
  }

  absl::Status PostLosses() {
    for (const Loss& loss : losses_) {
      RETURN_IF_ERROR(posting_->Post(
          UsageLost{loss.reason, loss.file, loss.pid, loss.what.meters,
                    loss.what.behind, loss.what.uncounted}));
    }
    return absl::OkStatus();
  }

  struct Loss {
    LossReason reason;
    std::string file;
    uint32_t pid;
    FileLoss what;
  };

  Posting* const posting_;
  LiveDirectory* const live_;
  const int64_t bucket_us_;
  const int64_t now_us_;
  const int32_t now_bucket_;
  BudgetKeeper* const budgets_;
  OwnerIdentity self_;
  std::optional<LiveEpoch> stored_;
  LiveEpoch epoch_;
  std::set<Uuid> recorded_;
  bool synced_ = false;  // the directory, since it was listed
  LeavingUsage leaving_;
  std::map<std::pair<uint32_t, uint32_t>, DrainedUsage> drained_;
  std::vector<Loss> losses_;
  PreparedDrain drain_;
};

}  // namespace

absl::StatusOr<PreparedDrain> PrepareDrain(Posting* posting,
                                           LiveDirectory* live,
                                           int64_t bucket_us, int64_t now_us,
                                           BudgetKeeper* budgets) {
  return DrainBuilder(posting, live, bucket_us, now_us, budgets).Run();
}

absl::Status FinishDrain(PreparedDrain* drain, LiveDirectory* live,
                         int64_t bucket_us, int64_t now_us,
                         ReadTransaction* books) {
  const DrainFollowUp& follow_up = drain->follow_up;
  drain->epoch->NoteDrain(now_us);
  if (follow_up.flip) {
    const auto& [from, to] = *follow_up.flip;
    const bool counting = drain->result.files > drain->result.retired;
    if (drain->epoch->Publish(from, to) && counting) {
      drain->epoch->NoteFlip(now_us - BucketStart(to.bucket, bucket_us));
    }
  }
  // After the flip: what is admitted by the new bucket's budgets must count
  // there. Where it fails they are made anew.
  if (drain->budgets) drain->budgets->Finish(books, now_us).IgnoreError();
  const bool moved = !follow_up.retired.empty() || !follow_up.damaged.empty();
  for (const Uuid& file : follow_up.retired) {
    RETURN_IF_ERROR(live->Remove(file));
  }
  for (const Uuid& file : follow_up.damaged) {
    RETURN_IF_ERROR(live->SetAside(file));
  }
  // Soon, so that a power loss brings no file back that is posted.
  return moved ? live->Sync() : absl::OkStatus();
}

}  // namespace drawdown
