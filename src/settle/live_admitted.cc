#include "settle/live_admitted.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"

namespace drawdown {

absl::StatusOr<AdmittedCounts> AdmittedCounts::Read(LiveDirectory* live) {
  AdmittedCounts all(live);
  ASSIGN_OR_RETURN(const std::vector<Uuid> files, live->List());
  for (const Uuid& uuid : files) RETURN_IF_ERROR(all.ReadFile(uuid));
  return all;
}

absl::Status AdmittedCounts::ReadFile(const Uuid& uuid) {
  auto taken = live_->TakeReader(uuid);
  if (!taken.ok()) {
    // Gone: all of it is in the books. Damaged: a drain sets it aside.
    const ErrorCode code = GetErrorCode(taken.status());
    if (code == ErrorCode::kNotFound || code == ErrorCode::kCorrupt) {
      return absl::OkStatus();
    }
    return taken.status();
  }
  const LanesReader& reader = **taken;
  File file{uuid, {}};
  BlockSums sums;
  for (uint32_t block = 0; block < reader.blocks(); ++block) {
    reader.SumAdmitted(block, &sums);
    for (uint32_t i = 0; i < sums.admitted[0].size(); ++i) {
      const AdmittedMark admitted = {sums.admitted[0][i], sums.admitted[1][i]};
      if (admitted == AdmittedMark{}) continue;
      const uint32_t meter = block * kBlockMeters + i;
      const std::optional<MeterIds> ids = reader.MeterAt(meter);
      if (ids) file.counts.push_back({meter, *ids, admitted});
    }
  }
  live_->GiveBack(*std::move(taken));
  if (!file.counts.empty()) files_.push_back(std::move(file));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::vector<MeterAdmitted>>>
AdmittedCounts::Beyond(ReadTransaction* books, bool last) const {
  ASSIGN_OR_RETURN(const std::vector<NamedLiveFile> records,
                   ReadLiveFiles(books));
  std::map<Uuid, LiveFileState> known;
  for (const NamedLiveFile& one : records) known[one.uuid] = one.file.state;
  ASSIGN_OR_RETURN(const std::vector<Uuid> there, live_->List());
  std::vector<MeterAdmitted> beyond;
  for (const File& file : files_) {
    const auto record = known.find(file.uuid);
    if (record == known.end()) {
      // There still: nobody has drained it.
      if (std::find(there.begin(), there.end(), file.uuid) == there.end()) {
        if (!last) return std::nullopt;
        continue;
      }
    } else if (record->second != LiveFileState::kCounting) {
      continue;  // all of it is in the books
    }
    ASSIGN_OR_RETURN(const AdmittedMarks marks, ReadAdmitted(books, file.uuid));
    for (const Count& count : file.counts) {
      const AdmittedMark mark =
          count.meter < marks.size() ? marks[count.meter] : AdmittedMark{};
      Int128 gpu_us = 0;
      for (size_t bank = 0; bank < mark.size(); ++bank) {
        // Behind where a drain took more meanwhile, or after a power loss.
        gpu_us += std::max(count.admitted[bank], mark[bank]) - mark[bank];
      }
      if (gpu_us != 0) beyond.push_back({count.ids, gpu_us});
    }
  }
  return std::optional(std::move(beyond));
}

}  // namespace drawdown
