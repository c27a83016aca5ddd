// What each table of a ledger holds, byte for byte (docs/formats.md, "The
// ledger directory"). Keys are big-endian so that they sort as their values;
// bodies are little-endian and end with a CRC-32C of everything before it, key
// included, so that a record found under another key is damage too.
//
// Layouts are part of the on-disk format: changing one is a new format number.
#ifndef DRAWDOWN_SRC_LEDGER_RECORDS_H_
#define DRAWDOWN_SRC_LEDGER_RECORDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/coding.h"
#include "base/digest.h"
#include "drawdown/run.h"
#include "drawdown/units.h"

namespace drawdown {

inline constexpr uint32_t kLedgerFormat = 5;
// Has the same records; who opens it makes it the other (ledger/upgrade.h).
inline constexpr uint32_t kUpgradedFormat = 4;
inline constexpr size_t kMaxIdBytes = 200;

// --- Table::kMeta ------------------------------------------------------------
inline constexpr std::string_view kHeaderKey = "header";
inline constexpr std::string_view kTipKey = "tip";

// Written once, when the ledger is made.
struct Header {
  uint32_t format = kLedgerFormat;
  int64_t bucket_us = kMicrosPerHour;
  int64_t created_us = 0;
  std::string uuid;          // RFC 4122 text
  std::string boot_id;       // of the machine that made it
  std::string lmdb_version;  // that made it
};
std::string EncodeHeader(const Header& header);
// kLedgerVersion unless of a format above, kCorrupt.
absl::StatusOr<Header> DecodeHeader(std::string_view bytes);

// The end of the journal. Rewritten by every commit.
struct Tip {
  uint64_t next_sequence = 1;
  int64_t recorded_us = 0;  // of the newest commit; record time never goes back
  Sha256Digest chain{};
  uint32_t tenants = 0;  // ids 0..tenants-1 are taken
  uint32_t pools = 0;
  uint64_t runs = 0;
  uint64_t usage_records = 0;
};
std::string EncodeTip(const Tip& tip);
absl::StatusOr<Tip> DecodeTip(std::string_view bytes);

// --- Table::kNames
// -------------------------------------------------------------
enum class NameKind : uint8_t { kTenant = 0, kPool = 1 };
std::string NameByPathKey(NameKind kind, std::string_view path);
std::string NameByIdKey(NameKind kind, uint32_t id);
std::string EncodeName(std::string_view key, std::string_view path,
                       uint32_t id);
struct Name {
  std::string_view path;
  uint32_t id = 0;
};
absl::StatusOr<Name> DecodeName(std::string_view key, std::string_view bytes);

// --- Table::kRuns
// -------------------------------------------------------------- A run as
// stored. Segments are in time order; only the last may be open.
struct Run {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  RunState state = RunState::kNeverStarted;
  StopReason reason = StopReason::kUnknown;
  uint64_t sequence = 0;  // of the entry that last changed it
  int64_t micro_gpus =
      0;  // as started or resized last; kept when never started
  std::string source_state;
  std::vector<Segment> segments;
};
// The segment that goes on; nullptr when none does.
const Segment* OpenSegment(const Run& run);
void AppendRunKey(std::string_view run_id, uint32_t attempt, std::string* out);
inline std::string EncodeRunKey(std::string_view run_id, uint32_t attempt) {
  std::string key;
  AppendRunKey(run_id, attempt, &key);
  return key;
}
RunKey DecodeRunKey(std::string_view key);
void AppendRun(std::string_view key, const Run& run, std::string* out);
absl::StatusOr<Run> DecodeRun(std::string_view key, std::string_view bytes);

// --- Table::kUsage
// -------------------------------------------------------------
struct StoredUsage {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  int64_t start_us = 0;
  int64_t end_us = 0;
  GpuTime gpu_time;
  uint64_t sequence = 0;

  // Whether both state the same fact; the sequence is not part of it.
  bool SameAs(const StoredUsage& other) const;
};
std::string EncodeUsage(std::string_view key, const StoredUsage& usage);
absl::StatusOr<StoredUsage> DecodeUsage(std::string_view key,
                                        std::string_view bytes);

// --- Table::kContracts
// ----------------------------------------------------------
struct StoredContract {
  std::string id;
  uint32_t version = 0;
  int64_t applied_us = 0;
  std::string file_name;
  std::string text;
};
std::string ContractKey(std::string_view id, uint32_t version);
std::string EncodeContract(std::string_view key,
                           const StoredContract& contract);
absl::StatusOr<StoredContract> DecodeContract(std::string_view key,
                                              std::string_view bytes);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_RECORDS_H_
