#include "ledger/hold_clock.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/coding.h"
#include "base/error.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr std::string_view kClockKey = "c";

// What the wall clock said when the boot was new to the books.
struct ClockAnchor {
  std::string boot_id;
  int64_t wall_us = 0;
  int64_t since_boot_us = 0;
};

absl::StatusOr<std::optional<ClockAnchor>> ReadAnchor(ReadTransaction* books) {
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kHeld, kClockKey));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(kClockKey, *bytes, "clock"));
  ByteReader in(body);
  ClockAnchor anchor;
  anchor.boot_id = in.String();
  anchor.wall_us = in.Fixed<int64_t>();
  anchor.since_boot_us = in.Fixed<int64_t>();
  if (!in.done()) return MalformedRecord("clock");
  return anchor;
}

}  // namespace

absl::StatusOr<int64_t> HoldTime(ReadTransaction* books,
                                 const ClockReading& reading) {
  ASSIGN_OR_RETURN(const std::optional<ClockAnchor> anchor, ReadAnchor(books));
  if (!anchor || anchor->boot_id != reading.boot_id) return reading.wall_us;
  return anchor->wall_us + (reading.since_boot_us - anchor->since_boot_us);
}

absl::StatusOr<int64_t> BeginHoldTime(WriteTransaction* books,
                                      const ClockReading& reading,
                                      int64_t newest_us) {
  if (reading.boot_id.empty()) return std::max(reading.wall_us, newest_us);
  ASSIGN_OR_RETURN(const std::optional<ClockAnchor> anchor, ReadAnchor(books));
  if (anchor && anchor->boot_id == reading.boot_id) {
    return HoldTime(books, reading);
  }
  const int64_t wall_us = std::max(reading.wall_us, newest_us);
  std::string bytes;
  AppendString(reading.boot_id, &bytes);
  AppendFixed(wall_us, &bytes);
  AppendFixed(reading.since_boot_us, &bytes);
  SealRecord(kClockKey, &bytes);
  RETURN_IF_ERROR(books->Put(Table::kHeld, kClockKey, bytes));
  return wall_us;
}

}  // namespace drawdown
