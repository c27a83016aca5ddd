#include "settle/live_usage.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/hash_map.h"
#include "ledger/records.h"
#include "meter/owner.h"
#include "settle/epoch_state.h"

namespace drawdown {
namespace {

class LiveUsageReading {
 public:
  LiveUsageReading(ReadTransaction* books, LiveDirectory* live,
                   const std::vector<Uuid>& files, bool books_stand_still)
      : books_(books),
        live_(live),
        listed_(files),
        books_stand_still_(books_stand_still) {}

  absl::StatusOr<std::optional<LiveUsage>> Run(int64_t now_us) {
    ASSIGN_OR_RETURN(const std::optional<LiveEpoch> epoch,
                     ReadLiveEpoch(books_));
    usage_.amounts.until_us = now_us;
    if (!epoch) return usage_;  // No meter was ever made.
    usage_.epoch = *epoch;
    // Null: nobody has metered in this boot, so the files listed are of ended
    // processes, and no flip can change what their banks count for.
    ASSIGN_OR_RETURN(usage_.word, live_->OpenEpoch());
    if (!InStep()) return std::nullopt;
    ASSIGN_OR_RETURN(self_, ThisProcess());
    ASSIGN_OR_RETURN(const Tip tip, ReadTip());
    tip_ = tip;
    ASSIGN_OR_RETURN(const bool all, ReadFiles());
    if (!all || !InStep()) return std::nullopt;
    RETURN_IF_ERROR(AddCarried());
    for (const auto& [at, gpu_time] : amounts_) {
      usage_.amounts.amounts.push_back({at, gpu_time});
    }
    return std::move(usage_);
  }

 private:
  // Whether the word says what the snapshot says, which it is helped to.
  bool InStep() {
    return usage_.word == nullptr ||
           FinishFlip(usage_.epoch, usage_.word.get()) || books_stand_still_;
  }

  absl::StatusOr<Tip> ReadTip() {
    ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kMeta, kTipKey));
    if (!bytes) return Tip{};
    return DecodeTip(*bytes);
  }

  // False when a file has gone that the snapshot counts on.
  absl::StatusOr<bool> ReadFiles() {
    ASSIGN_OR_RETURN(const std::vector<NamedLiveFile> records,
                     ReadLiveFiles(books_));
    std::map<Uuid, const LiveFile*> all;
    for (const Uuid& file : listed_) all[file] = nullptr;
    for (const NamedLiveFile& named : records) all[named.uuid] = &named.file;
    for (const auto& [uuid, record] : all) {
      if (record != nullptr && record->state != LiveFileState::kCounting) {
        continue;
      }
      ASSIGN_OR_RETURN(const bool there, ReadFile(uuid, record));
      if (!there) return false;
    }
    return true;
  }

  absl::StatusOr<bool> ReadFile(const Uuid& uuid, const LiveFile* record) {
    ASSIGN_OR_RETURN(const Watermarks marks, ReadWatermarks(books_, uuid));
    auto taken = live_->TakeReader(uuid);
    if (!taken.ok()) {
      const ErrorCode code = GetErrorCode(taken.status());
      if (code != ErrorCode::kNotFound && code != ErrorCode::kCorrupt) {
        return taken.status();
      }
      // Unknown to the snapshot and gone: drained and removed before it, or
      // after it, when the snapshot lacks all of it.
      if (record == nullptr) {
        return code == ErrorCode::kCorrupt || books_stand_still_;
      }
      if (!books_stand_still_) return false;
      AddFromMarks(marks, 0);
      return true;
    }
    AddFile(**taken, marks);
    live_->GiveBack(*std::move(taken));
    return true;
  }

  void AddFile(const LanesReader& reader, const Watermarks& marks) {
    LiveFileCounts& file = usage_.files.emplace_back();
    file.owner = reader.identity();
    file.counting = reader.OwnerMayBeAlive(self_);
    file.lanes = reader.lanes();
    file.meters = reader.meters();
    file.rejected = reader.rejected();
    // A torn header may count fewer meters than the books know.
    AddFromMarks(marks, file.meters);
    BlockSums sums;
    for (uint32_t block = 0; block < reader.blocks(); ++block) {
      reader.Sum(block, &sums);
      for (uint32_t i = 0; i < sums.by_bank[0].size(); ++i) {
        const uint32_t meter = block * kBlockMeters + i;
        const Watermark mark =
            meter < marks.size() ? marks[meter] : Watermark{};
        const std::array<uint64_t, 2> counted = {sums.by_bank[0][i],
                                                 sums.by_bank[1][i]};
        if (counted != mark.base || mark.drained != mark.base) {
          AddMeter(reader.MeterAt(meter), counted, mark, &file);
        }
      }
    }
  }

  void AddMeter(const std::optional<MeterIds>& ids,
                const std::array<uint64_t, 2>& counted, const Watermark& mark,
                LiveFileCounts* file) {
    if (!ids && mark == Watermark{}) return;
    LiveCount count;
    count.ids = ids.value_or(MeterIds{mark.tenant, mark.pool});
    // A name younger than the snapshot: so is all its usage.
    if (count.ids.tenant >= tip_.tenants || count.ids.pool >= tip_.pools) {
      return;
    }
    for (uint32_t bank = 0; bank < 2; ++bank) {
      // Behind only after a power loss: what the books have stays.
      const uint64_t now = std::max(counted[bank], mark.drained[bank]);
      count.open += AddBank(count.ids, bank, GpuTime(now - mark.base[bank]));
      count.undrained += GpuTime(now - mark.drained[bank]);
    }
    file->counts.push_back(count);
  }

  absl::Status AddCarried() {
    ASSIGN_OR_RETURN(const std::vector<Carried> all, ReadCarried(books_));
    for (const Carried& one : all) {
      LiveCount& count = usage_.carried.emplace_back();
      count.ids = {one.tenant, one.pool};
      for (uint32_t bank = 0; bank < 2; ++bank) {
        count.open += AddBank(count.ids, bank, one.open[bank]);
      }
    }
    return absl::OkStatus();
  }

  void AddFromMarks(const Watermarks& marks, size_t first) {
    for (size_t i = first; i < marks.size(); ++i) {
      const Watermark& mark = marks[i];
      for (uint32_t bank = 0; bank < 2; ++bank) {
        AddBank({mark.tenant, mark.pool}, bank,
                GpuTime(mark.drained[bank] - mark.base[bank]));
      }
    }
  }

  GpuTime AddBank(const MeterIds& ids, uint32_t bank, GpuTime amount) {
    if (amount.zero()) return amount;
    amounts_[{ids.tenant, ids.pool, usage_.epoch.buckets[bank]}] += amount;
    return amount;
  }

  ReadTransaction* const books_;
  LiveDirectory* const live_;
  const std::vector<Uuid>& listed_;
  const bool books_stand_still_;
  OwnerIdentity self_;
  Tip tip_;
  LiveUsage usage_;
  HashMap<CellKey, GpuTime> amounts_;
};

}  // namespace

absl::StatusOr<std::optional<LiveUsage>> ReadLiveUsage(
    ReadTransaction* books, LiveDirectory* live, const std::vector<Uuid>& files,
    int64_t now_us, bool books_stand_still) {
  return LiveUsageReading(books, live, files, books_stand_still).Run(now_us);
}

}  // namespace drawdown
