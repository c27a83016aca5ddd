// Table::kLive: how far each lanes file is drained, and which bucket each bank
// counts for. The counters themselves are outside the books (meter/); these
// records and the amounts they lead to change in one transaction, which is what
// makes a drain exactly-once (docs/design/hot_path.md).
//
//   "epoch"                      LiveEpoch
//   "f" + file uuid              LiveFile
//   "w" + file uuid + number     Watermarks of kMarksPerRecord meters
//   "a" + file uuid + number     AdmittedMarks of kAdmittedPerRecord meters
//   "c" + tenant + pool          Carried
#ifndef DRAWDOWN_SRC_LEDGER_LIVE_RECORDS_H_
#define DRAWDOWN_SRC_LEDGER_LIVE_RECORDS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/uuid.h"
#include "drawdown/units.h"
#include "ledger/store.h"

namespace drawdown {

struct LiveEpoch {
  std::array<int32_t, 2> buckets{};  // by bank
  uint32_t active = 0;               // the bank that counts now
  uint64_t regressions = 0;          // UsageLost entries
  uint64_t rejected = 0;             // negative amounts, in files now gone

  friend bool operator==(const LiveEpoch&, const LiveEpoch&) = default;
};

enum class LiveFileState : uint8_t {
  kCounting = 0,  // may have counts the books do not have
  kRetired = 1,   // wholly in the books; its file is to be removed
  kDamaged = 2,   // posted as far as possible; its file is to be set aside
};

struct LiveFile {
  LiveFileState state = LiveFileState::kCounting;
  std::string boot_id;
  uint32_t pid = 0;
  int64_t created_us = 0;

  friend bool operator==(const LiveFile&, const LiveFile&) = default;
};

// What the books have of one meter of one lanes file, by bank: sums over all
// lanes. The usage of the bank's bucket is the file's sum - base.
struct Watermark {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  std::array<uint64_t, 2> base{};     // journalled up to here
  std::array<uint64_t, 2> drained{};  // durable up to here; >= base

  friend bool operator==(const Watermark&, const Watermark&) = default;
};
// As many as share one overflow page of LMDB (4,096 bytes less its header).
inline constexpr uint32_t kMarksPerRecord = 100;
using Watermarks = std::vector<Watermark>;  // shorter: the rest is zero

// How much of what is drained of a meter TryRecord had admitted, by bank: what
// no longer counts as taken from budgets (settle/budget_keeper.h).
using AdmittedMark = std::array<uint64_t, 2>;
using AdmittedMarks = std::vector<AdmittedMark>;  // shorter: the rest is zero
inline constexpr uint32_t kAdmittedPerRecord = 250;

// Usage of files that are gone, by bank, until its bucket is over and it can be
// journalled like that of all others.
struct Carried {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  std::array<GpuTime, 2> open{};

  bool empty() const { return open[0].zero() && open[1].zero(); }
};

inline constexpr std::string_view kLiveEpochKey = "epoch";
std::string LiveFileKey(const Uuid& file);
std::string WatermarkKey(const Uuid& file, uint32_t record);
std::string AdmittedKey(const Uuid& file, uint32_t record);
std::string CarriedKey(uint32_t tenant, uint32_t pool);

std::string EncodeLiveEpoch(const LiveEpoch& epoch);
absl::StatusOr<LiveEpoch> DecodeLiveEpoch(std::string_view bytes);
std::string EncodeLiveFile(std::string_view key, const LiveFile& file);
absl::StatusOr<LiveFile> DecodeLiveFile(std::string_view key,
                                        std::string_view bytes);
std::string EncodeWatermarks(std::string_view key, const Watermarks& marks);
absl::StatusOr<Watermarks> DecodeWatermarks(std::string_view key,
                                            std::string_view bytes);
std::string EncodeAdmitted(std::string_view key, const AdmittedMarks& marks);
absl::StatusOr<AdmittedMarks> DecodeAdmitted(std::string_view key,
                                             std::string_view bytes);
std::string EncodeCarried(std::string_view key, const Carried& carried);
absl::StatusOr<Carried> DecodeCarried(std::string_view key,
                                      std::string_view bytes);

// None before the first drain.
absl::StatusOr<std::optional<LiveEpoch>> ReadLiveEpoch(ReadTransaction* books);
struct NamedLiveFile {
  Uuid uuid{};
  LiveFile file;
};
absl::StatusOr<std::vector<NamedLiveFile>> ReadLiveFiles(
    ReadTransaction* books);
// All watermarks of a file, by meter.
absl::StatusOr<Watermarks> ReadWatermarks(ReadTransaction* books,
                                          const Uuid& file);
absl::StatusOr<AdmittedMarks> ReadAdmitted(ReadTransaction* books,
                                           const Uuid& file);

absl::StatusOr<std::vector<Carried>> ReadCarried(ReadTransaction* books);

// By meter and bank, all that is drained and not journalled: carried, and
// between the watermarks of every file.
using OpenUsage =
    std::map<std::pair<uint32_t, uint32_t>, std::array<GpuTime, 2>>;
absl::StatusOr<OpenUsage> ReadOpenUsage(ReadTransaction* books);
// The same in parts, which may name a meter more than once: none is zero.
using OpenUsageVisitor = std::function<absl::Status(
    uint32_t tenant, uint32_t pool, size_t bank, GpuTime amount)>;
absl::Status VisitOpenUsage(ReadTransaction* books,
                            const OpenUsageVisitor& visit);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_LIVE_RECORDS_H_
