#include "ledger/hold_clock.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "base/coding.h"
#include "base/error.h"
#include "ledger/records.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr std::string_view kClockKey = "c";

absl::StatusOr<std::optional<ClockAnchor>> ReadAnchor(ReadTransaction* books) {
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kHeld, kClockKey));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(kClockKey, *bytes, "clock"));
  ByteReader in(body);
  ClockAnchor anchor;
  anchor.boot_id = in.String();
  anchor.hold_us = in.Fixed<int64_t>();
  anchor.since_boot_us = in.Fixed<int64_t>();
  if (!in.done()) return MalformedRecord("clock");
  return anchor;
}

bool IsOf(const std::optional<ClockAnchor>& anchor,
          const ClockReading& reading) {
  return anchor && !reading.boot_id.empty() &&
         anchor->boot_id == reading.boot_id;
}

absl::StatusOr<int64_t> NewestEntry(ReadTransaction* books) {
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kMeta, kTipKey));
  if (!bytes) return std::numeric_limits<int64_t>::min();
  ASSIGN_OR_RETURN(const Tip tip, DecodeTip(*bytes));
  return tip.recorded_us;
}

int64_t TimeBy(const std::optional<ClockAnchor>& anchor,
               const ClockReading& reading, int64_t newest_us) {
  if (IsOf(anchor, reading)) {
    return anchor->hold_us + (reading.since_boot_us - anchor->since_boot_us);
  }
  const int64_t begins_us = std::max(reading.wall_us, newest_us);
  return anchor ? std::max(begins_us, anchor->hold_us) : begins_us;
}

}  // namespace

absl::StatusOr<int64_t> HoldTime(ReadTransaction* books,
                                 const ClockReading& reading) {
  ASSIGN_OR_RETURN(const std::optional<ClockAnchor> anchor, ReadAnchor(books));
  int64_t newest_us = 0;
  if (!IsOf(anchor, reading)) {
    ASSIGN_OR_RETURN(newest_us, NewestEntry(books));
  }
  return TimeBy(anchor, reading, newest_us);
}

absl::StatusOr<int64_t> HoldClock::At(ReadTransaction* books,
                                      const ClockReading& reading,
                                      int64_t newest_us) {
  if (!read_) {
    ASSIGN_OR_RETURN(anchor_, ReadAnchor(books));
    read_ = true;
  }
  const int64_t hold_us = TimeBy(anchor_, reading, newest_us);
  if (reading.boot_id.empty()) return hold_us;
  if (!anchor_) anchor_.emplace();
  anchor_->boot_id = reading.boot_id;
  anchor_->hold_us = hold_us;
  anchor_->since_boot_us = reading.since_boot_us;
  moved_ = true;
  return hold_us;
}

absl::Status HoldClock::Flush(WriteTransaction* books) const {
  if (!moved_) return absl::OkStatus();
  std::string bytes;
  AppendString(anchor_->boot_id, &bytes);
  AppendFixed(anchor_->hold_us, &bytes);
  AppendFixed(anchor_->since_boot_us, &bytes);
  SealRecord(kClockKey, &bytes);
  return books->Put(Table::kHeld, kClockKey, bytes);
}

}  // namespace drawdown
