#include "base/spill_log.h"

#include <cstring>

#include "base/coding.h"
#include "base/error.h"

namespace drawdown {

absl::StatusOr<uint64_t> SpillLog::Append(std::string_view text) {
  const uint64_t place = written() + held_.size();
  AppendFixed(static_cast<uint64_t>(text.size()), &held_);
  held_.append(text);
  if (held_.size() <= capacity_) return place;
  if (!file_.has_value()) {
    ASSIGN_OR_RETURN(file_, TempFile::Create());
  }
  RETURN_IF_ERROR(file_->Append(held_));
  held_.clear();
  return place;
}

absl::Status SpillLog::Read(uint64_t place, std::string* text) const {
  uint64_t size = 0;
  RETURN_IF_ERROR(
      ReadBytes(place, reinterpret_cast<char*>(&size), sizeof size));
  text->resize(size);
  return ReadBytes(place + sizeof size, text->data(), size);
}

// A text is in the file or in memory, never in both.
absl::Status SpillLog::ReadBytes(uint64_t place, char* buffer,
                                 size_t count) const {
  if (place < written()) return file_->ReadAt(place, buffer, count);
  std::memcpy(buffer, held_.data() + (place - written()), count);
  return absl::OkStatus();
}

}  // namespace drawdown
