#include "ledger/closes.h"

#include <utility>

#include "base/coding.h"
#include "base/error.h"
#include "ledger/frozen.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr char kCloseTag = 'c';
constexpr char kFrozenTag = 'f';
constexpr char kMarkTag = 'm';

std::string PrefixOf(char tag, std::string_view contract) {
  std::string prefix(1, tag);
  prefix.append(contract);
  prefix.push_back('\0');
  return prefix;
}

std::string PeriodKey(char tag, std::string_view contract, int64_t start_us) {
  std::string key = PrefixOf(tag, contract);
  AppendInstantKey(start_us, &key);
  return key;
}

std::string MarkKey(std::string_view contract) {
  return std::string(1, kMarkTag).append(contract);
}

std::string EncodeClose(std::string_view key, const StoredClose& close) {
  std::string out;
  AppendString(close.contract, &out);
  AppendString(close.period, &out);
  AppendFixed(close.start_us, &out);
  AppendFixed(close.end_us, &out);
  AppendFixed(close.version, &out);
  AppendFixed(close.closed_us, &out);
  AppendFixed(close.sequence, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<StoredClose> DecodeClose(std::string_view key,
                                        std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "closed period"));
  ByteReader in(body);
  StoredClose close;
  close.contract = in.String();
  close.period = in.String();
  close.start_us = in.Fixed<int64_t>();
  close.end_us = in.Fixed<int64_t>();
  close.version = in.Fixed<uint32_t>();
  close.closed_us = in.Fixed<int64_t>();
  close.sequence = in.Fixed<uint64_t>();
  if (!in.done()) return MalformedRecord("closed period");
  return close;
}

std::string EncodeMark(std::string_view key, const CloseMark& mark) {
  std::string out;
  AppendFixed(mark.closed_until_us, &out);
  AppendFixed(static_cast<uint8_t>(mark.late_from_us.has_value()), &out);
  if (mark.late_from_us) AppendFixed(*mark.late_from_us, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<CloseMark> DecodeMark(std::string_view key,
                                     std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "mark of closed periods"));
  ByteReader in(body);
  CloseMark mark;
  mark.closed_until_us = in.Fixed<int64_t>();
  if (in.Fixed<uint8_t>() != 0) mark.late_from_us = in.Fixed<int64_t>();
  if (!in.done()) return MalformedRecord("mark of closed periods");
  return mark;
}

}  // namespace

absl::StatusOr<std::vector<StoredClose>> ReadCloses(ReadTransaction* books,
                                                    std::string_view contract) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kCloses));
  const std::string prefix = contract.empty() ? std::string(1, kCloseTag)
                                              : PrefixOf(kCloseTag, contract);
  std::vector<StoredClose> closes;
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(prefix));
  while (found && cursor->key().starts_with(prefix)) {
    ASSIGN_OR_RETURN(StoredClose close,
                     DecodeClose(cursor->key(), cursor->value()));
    closes.push_back(std::move(close));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return closes;
}

absl::StatusOr<ClosedPeriod> ReadFrozen(ReadTransaction* books,
                                        const StoredClose& close) {
  const std::string key = PeriodKey(kFrozenTag, close.contract, close.start_us);
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kCloses, key));
  if (!bytes) {
    return MakeError(ErrorCode::kCorrupt, "what was closed as " + close.period +
                                              " of contract " + close.contract +
                                              " is missing");
  }
  ASSIGN_OR_RETURN(const std::string_view frozen,
                   OpenRecord(key, *bytes, "closed period"));
  return DecodeFrozen({close.contract, close.period, close.start_us,
                       close.end_us, close.version, frozen},
                      close.closed_us);
}

absl::StatusOr<CloseMarks> ReadCloseMarks(ReadTransaction* books) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kCloses));
  CloseMarks marks;
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(std::string(1, kMarkTag)));
  while (found && cursor->key().front() == kMarkTag) {
    ASSIGN_OR_RETURN(const CloseMark mark,
                     DecodeMark(cursor->key(), cursor->value()));
    marks.emplace(cursor->key().substr(1), mark);
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return marks;
}

CloseTracker::CloseTracker(CloseMarks marks) : marks_(std::move(marks)) {
  for (const auto& [contract, mark] : marks_) {
    closed_until_us_ = std::max(closed_until_us_, mark.closed_until_us);
  }
}

void CloseTracker::Settle() {
  if (touched_us_ == kNever) return;
  for (auto& [contract, mark] : marks_) {
    if (touched_us_ >= mark.closed_until_us) continue;
    mark.late_from_us =
        std::min(mark.late_from_us.value_or(kNever), touched_us_);
    dirty_ = true;
  }
  touched_us_ = kNever;
}

absl::Status CloseTracker::Close(WriteTransaction* transaction,
                                 const PeriodClosed& closed,
                                 int64_t recorded_us, uint64_t sequence) {
  Settle();
  marks_[std::string(closed.contract)] = {closed.end_us, std::nullopt};
  closed_until_us_ = std::max(closed_until_us_, closed.end_us);
  dirty_ = true;
  const std::string key =
      PeriodKey(kCloseTag, closed.contract, closed.start_us);
  RETURN_IF_ERROR(transaction->Put(
      Table::kCloses, key,
      EncodeClose(key,
                  {std::string(closed.contract), std::string(closed.period),
                   closed.start_us, closed.end_us, closed.version, recorded_us,
                   sequence})));
  const std::string frozen_key =
      PeriodKey(kFrozenTag, closed.contract, closed.start_us);
  std::string frozen(closed.frozen);
  SealRecord(frozen_key, &frozen);
  return transaction->Put(Table::kCloses, frozen_key, frozen);
}

absl::Status CloseTracker::Flush(WriteTransaction* transaction) {
  Settle();
  if (!dirty_) return absl::OkStatus();
  for (const auto& [contract, mark] : marks_) {
    const std::string key = MarkKey(contract);
    RETURN_IF_ERROR(
        transaction->Put(Table::kCloses, key, EncodeMark(key, mark)));
  }
  dirty_ = false;
  return absl::OkStatus();
}

}  // namespace drawdown
