// Whether values can stand in the books at all (run_rules.h).
#include <cstring>

#include "base/error.h"
#include "base/utf8.h"
#include "ledger/run_rules.h"

namespace drawdown {
namespace {

constexpr int64_t kEarliestUs = -2'208'988'800 * kMicrosPerSecond;  // 1900
constexpr int64_t kLatestUs = 253'402'300'800 * kMicrosPerSecond;   // 10000
constexpr int64_t kMaxMicroGpus = 1'000'000'000 * kMicroGpusPerGpu;
constexpr size_t kMaxStateBytes = 64;
constexpr size_t kMaxSourceBytes = 1'000;

// Whether any of eight bytes is below 0x20 or is 0x7f. In a byte with its
// highest bit set, neither is.
bool AnyControl(uint64_t eight) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  const uint64_t low = eight & ~kHighs;
  const uint64_t from_0x20 = low + 0x60 * kOnes;  // Highest bit: 0x20 or more.
  const uint64_t is_0x7f = low + kOnes;
  return (~eight & (~from_0x20 | is_0x7f) & kHighs) != 0;
}

bool HoldsControl(std::string_view text) {
  const char* at = text.data();
  size_t left = text.size();
  for (; left > 8; at += 8, left -= 8) {
    uint64_t eight;
    std::memcpy(&eight, at, sizeof eight);
    if (AnyControl(eight)) return true;
  }
  bool found = false;
  for (; left > 0; ++at, --left) {
    found |= static_cast<unsigned char>(*at) < 0x20 || *at == 0x7f;
  }
  return found;
}

absl::Status CheckRunKey(std::string_view run_id, uint32_t attempt) {
  RETURN_IF_ERROR(CheckId("run_id", run_id));
  if (attempt >= 1) return absl::OkStatus();
  return MakeError(ErrorCode::kBadRow, "run " + std::string(run_id) +
                                           ": attempt must be 1 or more");
}

}  // namespace

absl::Status CheckText(std::string_view what, std::string_view text,
                       size_t min_bytes, size_t max_bytes) {
  if (text.size() < min_bytes || text.size() > max_bytes) {
    return MakeError(ErrorCode::kBadRow,
                     std::string(what) + " has " + std::to_string(text.size()) +
                         " bytes; " + std::to_string(min_bytes) + " to " +
                         std::to_string(max_bytes) + " are allowed");
  }
  if (HoldsControl(text)) {
    return MakeError(ErrorCode::kBadRow,
                     std::string(what) + " holds a control character");
  }
  if (Utf8ValidPrefix(text) == text.size()) return absl::OkStatus();
  return MakeError(ErrorCode::kBadRow,
                   std::string(what) + " is not valid UTF-8");
}

absl::Status CheckId(std::string_view what, std::string_view id) {
  return CheckText(what, id, 1, kMaxIdBytes);
}

absl::Status CheckMicroGpus(int64_t micro_gpus) {
  if (micro_gpus >= 0 && micro_gpus <= kMaxMicroGpus) return absl::OkStatus();
  return MakeError(ErrorCode::kBadRow, "gpus " + FormatGpus(micro_gpus) +
                                           " is not in 0..1000000000");
}

absl::Status CheckInstant(std::string_view what, int64_t instant_us) {
  if (instant_us >= kEarliestUs && instant_us < kLatestUs) {
    return absl::OkStatus();
  }
  return MakeError(ErrorCode::kBadRow,
                   std::string(what) + " is not in the years 1900 to 9999");
}

absl::Status TooFarAhead(const std::string& event, int64_t at_us,
                         int64_t now_us) {
  return MakeError(ErrorCode::kBadRow,
                   event + " at " + FormatInstant(at_us) + " is more than " +
                       std::to_string(kMaxAheadMinutes) +
                       " minutes ahead of the ledger's clock, " +
                       FormatInstant(now_us));
}

absl::Status CheckRun(const RunImported& row) {
  RETURN_IF_ERROR(CheckRunKey(row.run_id, row.attempt));
  RETURN_IF_ERROR(CheckMicroGpus(row.micro_gpus));
  RETURN_IF_ERROR(CheckText("state", row.source_state, 0, kMaxStateBytes));
  if (row.start_us) RETURN_IF_ERROR(CheckInstant("start", *row.start_us));
  if (row.end_us) RETURN_IF_ERROR(CheckInstant("end", *row.end_us));
  if (row.start_us && row.end_us && *row.end_us < *row.start_us) {
    return MakeError(ErrorCode::kBadRow,
                     "run " + DescribeRun(row.run_id, row.attempt) + ": end " +
                         FormatInstant(*row.end_us) + " is before start " +
                         FormatInstant(*row.start_us));
  }
  return absl::OkStatus();
}

absl::Status CheckChange(const RunChanged& change) {
  RETURN_IF_ERROR(CheckRunKey(change.run_id, change.attempt));
  RETURN_IF_ERROR(CheckMicroGpus(change.micro_gpus));
  return CheckInstant("at", change.at_us);
}

absl::Status CheckUsage(const UsageAdded& usage) {
  RETURN_IF_ERROR(CheckId("usage_id", usage.usage_id));
  RETURN_IF_ERROR(CheckInstant("start", usage.start_us));
  RETURN_IF_ERROR(CheckInstant("end", usage.end_us));
  RETURN_IF_ERROR(CheckText("source", usage.source, 0, kMaxSourceBytes));
  const std::string id(usage.usage_id);
  if (usage.end_us <= usage.start_us) {
    return MakeError(ErrorCode::kBadRow, "usage " + id + ": end " +
                                             FormatInstant(usage.end_us) +
                                             " is not after start " +
                                             FormatInstant(usage.start_us));
  }
  if (usage.gpu_time < GpuTime()) {
    return MakeError(ErrorCode::kBadRow, "usage " + id + ": gpu_seconds " +
                                             FormatGpuSeconds(usage.gpu_time) +
                                             " is negative");
  }
  return absl::OkStatus();
}

}  // namespace drawdown
