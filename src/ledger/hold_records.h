// Table::kHolds: holds, for ever, and which run draws which.
//
//   "h" + hold id    StoredHold
//   "r" + run key    the id of the hold the run draws
//
// Table::kHeld: what open holds hold, kept so that the answer takes one record.
//
//   "e" + instant + hold id    HeldLine, until the instant
//   "i" + hold id              that instant
//   "m"                        an instant: the sums are of the lines beyond it
//   "s" + quota                HeldSum of those lines under the quota
//
// Lines follow from kHolds and kRuns, so from the journal alone; how far the
// mark has come depends on when somebody wrote, and what is answered does not.
#ifndef DRAWDOWN_SRC_LEDGER_HOLD_RECORDS_H_
#define DRAWDOWN_SRC_LEDGER_HOLD_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/hold.h"
#include "ledger/quota_records.h"
#include "ledger/records.h"

namespace drawdown {

struct StoredHold {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  HoldState state = HoldState::kOpen;  // kExpired is never stored
  GpuTime placed;
  int64_t micro_gpus = 0;
  int64_t placed_us = 0;
  int64_t ttl_us = 0;  // as placed
  int64_t expires_us = 0;
  GpuTime extended;  // by renewals
  GpuTime charged;   // by renewals and settling
  uint32_t renewals = 0;
  // Of the last renewal, to tell a repetition.
  GpuTime last_charge;
  GpuTime last_extend;
  int64_t last_ttl_us = 0;
  GpuTime settled;  // what it was settled with
  std::string run;  // key of the run that draws it; "": none

  GpuTime total() const { return placed + extended; }
};

// What an open hold holds at t: constant - rate x t, and GPUs.
struct HeldLine {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  FineTime constant;
  Int128 rate = 0;  // micro-GPUs of the run that draws it
  int64_t micro_gpus = 0;

  friend bool operator==(const HeldLine&, const HeldLine&) = default;
};

struct HeldSum {
  FineTime constant;
  Int128 rate = 0;
  Int128 micro_gpus = 0;

  void Add(const HeldLine& line, int sign);
  void Add(const HeldSum& other);
  // Of GPU time, or of GPUs.
  FineTime At(QuotaPeriod period, int64_t at_us) const {
    return period == QuotaPeriod::kAtOnce ? FineTime(micro_gpus)
                                          : constant - FineTime(rate) * at_us;
  }
  bool empty() const { return *this == HeldSum(); }
  friend bool operator==(const HeldSum&, const HeldSum&) = default;
};

std::string HoldKey(std::string_view hold_id);
std::string HoldOfRunKey(std::string_view run_key);
std::string HeldLineKey(int64_t until_us, std::string_view hold_id);
int64_t UntilOfHeldLineKey(std::string_view key);
std::string_view HoldOfHeldLineKey(std::string_view key);
std::string HeldUntilKey(std::string_view hold_id);
std::string HeldSumKey(uint32_t quota);
inline constexpr std::string_view kHeldMarkKey = "m";

std::string EncodeHold(std::string_view key, const StoredHold& hold);
absl::StatusOr<StoredHold> DecodeHold(std::string_view key,
                                      std::string_view bytes);
std::string EncodeHeldLine(std::string_view key, const HeldLine& line);
absl::StatusOr<HeldLine> DecodeHeldLine(std::string_view key,
                                        std::string_view bytes);
std::string EncodeHeldSum(std::string_view key, const HeldSum& sum);
absl::StatusOr<HeldSum> DecodeHeldSum(std::string_view key,
                                      std::string_view bytes);
std::string EncodeHeldInstant(std::string_view key, int64_t instant_us);
absl::StatusOr<int64_t> DecodeHeldInstant(std::string_view key,
                                          std::string_view bytes);
// A short text under a seal: a hold's id.
std::string EncodeSealed(std::string_view key, std::string_view text);
absl::StatusOr<std::string_view> DecodeSealed(std::string_view key,
                                              std::string_view bytes);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_HOLD_RECORDS_H_
