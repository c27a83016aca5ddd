// Table::kQuotas: what quotas there are, and how much of each is used, kept so
// that the answer takes a few records however much was used.
//
//   "q" + quota            StoredQuota
//   "t" + tenant + quota   which quotas a tenant has
//   "g"                    which quotas set something aside above
//   "a" + quota + window   Account
//   "o" + quota            OpenLevel
//   "l" + start + run key  LaterStart
//
// All follow from the journal: accounts are sums over cells and runs.
#ifndef DRAWDOWN_SRC_LEDGER_QUOTA_RECORDS_H_
#define DRAWDOWN_SRC_LEDGER_QUOTA_RECORDS_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/quota.h"
#include "drawdown/units.h"

namespace drawdown {

// Micro-GPU-microseconds: in them, what open runs have accrued is a whole
// number at every instant. A million are one GPU-microsecond.
using FineTime = Quantity<struct MicroGpuMicrosecond>;
inline constexpr int64_t kFinePerMicro = 1'000'000;
inline FineTime FineOf(GpuTime time) {
  return time.valid() ? FineTime(time.count()) * kFinePerMicro
                      : FineTime::Invalid();
}

// The limit of a quota from an instant on; none: there is no limit.
struct QuotaVersion {
  int64_t from_us = 0;
  std::optional<QuotaLimit> limit;

  friend bool operator==(const QuotaVersion&, const QuotaVersion&) = default;
};

struct StoredQuota {
  uint32_t id = 0;
  uint32_t tenant = 0;
  QuotaScope scope;
  // Where windows begin, of a quota on a contract's calendar; else none.
  std::vector<int64_t> edges;
  std::vector<QuotaVersion> versions;  // by from_us, ascending

  // The version in force, none before the first.
  const QuotaVersion* At(int64_t at_us) const;
};

// What a quota has of one window of time: of the window itself, or for a
// rolling quota of one bucket.
//
// Segments that ended are there as their cells are: amounts, and changes of the
// level. Open ones are apart, to the microsecond.
struct Account {
  GpuTime amount;           // partial buckets, and usage given as amounts
  Int128 level_change = 0;  // micro-GPUs, of segments that ended
  FineTime level_moment;    // sum of level change x where it begins
  Int128 open = 0;          // micro-GPUs of open segments begun in the window
  FineTime open_moment;     // sum of micro-GPUs x where they begin

  void Add(const Account& delta, int sign = +1);
  bool valid() const {
    return amount.valid() && level_moment.valid() && open_moment.valid();
  }
  bool empty() const { return *this == Account(); }
  friend bool operator==(const Account&, const Account&) = default;
};

// An open segment that began later than it was recorded (later_starts.h).
struct LaterStart {
  std::string run;  // its key
  uint32_t tenant = 0;
  uint32_t pool = 0;
  int64_t start_us = 0;
  int64_t micro_gpus = 0;
};

std::string QuotaKey(uint32_t quota);
std::string QuotasOfTenantKey(uint32_t tenant, uint32_t quota);
inline constexpr std::string_view kSlicesKey = "g";
std::string AccountKey(uint32_t quota, int64_t window_us);
int64_t WindowOfAccountKey(std::string_view key);
std::string OpenLevelKey(uint32_t quota);
std::string LaterStartKey(int64_t start_us, std::string_view run_key);
bool IsLaterStartKey(std::string_view key);

// Instants where windows begin, in a record and in a journal entry.
std::string PackEdges(const std::vector<int64_t>& edges);
std::vector<int64_t> UnpackEdges(std::string_view packed);

std::string EncodeQuota(std::string_view key, const StoredQuota& quota);
absl::StatusOr<StoredQuota> DecodeQuota(std::string_view key,
                                        std::string_view bytes);
std::string EncodeAccount(std::string_view key, const Account& account);
absl::StatusOr<Account> DecodeAccount(std::string_view key,
                                      std::string_view bytes);
std::string EncodeOpenLevel(std::string_view key, Int128 micro_gpus);
absl::StatusOr<Int128> DecodeOpenLevel(std::string_view key,
                                       std::string_view bytes);
std::string EncodeLaterStart(std::string_view key, const LaterStart& start);
absl::StatusOr<LaterStart> DecodeLaterStart(std::string_view key,
                                            std::string_view bytes);
std::string EncodeQuotaIds(std::string_view key,
                           const std::vector<uint32_t>& ids);
absl::StatusOr<std::vector<uint32_t>> DecodeQuotaIds(std::string_view key,
                                                     std::string_view bytes);

// The body of a limit, in records and in journal entries.
class ByteReader;
void AppendLimit(const std::optional<QuotaLimit>& limit, std::string* out);
std::optional<QuotaLimit> ReadLimit(ByteReader* in);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_QUOTA_RECORDS_H_
