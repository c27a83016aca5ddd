#include "ledger/journal.h"

#include "base/check.h"
#include "base/coding.h"
#include "base/error.h"

namespace drawdown {
namespace {

std::string_view ViewOf(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

JournalAppender::JournalAppender(WriteTransaction* transaction,
                                 uint64_t next_sequence,
                                 const Sha256Digest& chain)
    : transaction_(transaction),
      next_sequence_(next_sequence),
      link_sequence_(next_sequence),
      block_sequence_(next_sequence) {
  block_.reserve(2 * kMaxBlockBytes);
  hash_.Update(ViewOf(chain));
}

void JournalAppender::Add(int64_t recorded_us, const EntryBody& body) {
  const size_t start = block_.size();
  block_.push_back('\0');  // Its length, which most often is one byte.
  AppendEntry(next_sequence_, recorded_us, body, &block_);
  const size_t length = block_.size() - start - 1;
  if (length < 0x80) {
    block_[start] = static_cast<char>(length);
  } else {
    std::string varint;
    AppendVarint(length, &varint);
    block_.replace(start, 1, varint);
  }
  if (start > 0 && block_.size() > kMaxBlockBytes) Flush(start);
  ++next_sequence_;
}

Sha256Digest JournalAppender::Chain() {
  Hash(block_.size());
  return hash_.Finish();
}

void JournalAppender::AddLink(int64_t recorded_us, const CommitLink& link) {
  // What is in the block is hashed, and the link itself never is.
  CHECK(hashed_ == block_.size());
  Add(recorded_us, link);
  hashed_ = block_.size();
  Flush(block_.size());
  link_sequence_ = next_sequence_;
  hash_.Update(ViewOf(link.chain));
}

absl::Status JournalAppender::Close() {
  if (!block_.empty()) Flush(block_.size());
  return failure_;
}

void JournalAppender::Hash(size_t end) {
  if (hashed_ >= end) return;
  hash_.Update(std::string_view(block_).substr(hashed_, end - hashed_));
  hashed_ = end;
}

void JournalAppender::Flush(size_t end) {
  Hash(end);
  if (failure_.ok()) {
    failure_ =
        transaction_->AppendLate(Table::kJournal, SequenceKey(block_sequence_),
                                 std::string_view(block_).substr(0, end));
  }
  block_.erase(0, end);
  hashed_ -= end;
  block_sequence_ = next_sequence_;
}

absl::StatusOr<JournalCursor> JournalCursor::Make(
    ReadTransaction* transaction) {
  ASSIGN_OR_RETURN(std::unique_ptr<Cursor> cursor,
                   transaction->NewCursor(Table::kJournal));
  return JournalCursor(std::move(cursor));
}

absl::StatusOr<bool> JournalCursor::SeekAtLeast(uint64_t sequence) {
  // The block is the last one that starts at or before the sequence.
  const std::string key = SequenceKey(sequence);
  ASSIGN_OR_RETURN(bool found, cursor_->SeekAtLeast(key));
  if (!found || cursor_->key() != key) {
    ASSIGN_OR_RETURN(const bool before,
                     found ? cursor_->Previous() : cursor_->SeekLast());
    if (!before) {
      ASSIGN_OR_RETURN(found, cursor_->SeekAtLeast(key));
      if (!found) return false;
    }
  }
  EnterBlock();
  while (sequence_ < sequence) {
    ASSIGN_OR_RETURN(found, Next());
    if (!found) return false;
  }
  return true;
}

absl::StatusOr<bool> JournalCursor::Next() {
  if (rest_.empty()) return NextBlock();
  ++sequence_;
  TakeEntry();
  return true;
}

absl::StatusOr<bool> JournalCursor::NextBlock() {
  ASSIGN_OR_RETURN(const bool found, cursor_->Next());
  if (found) EnterBlock();
  return found;
}

void JournalCursor::EnterBlock() {
  const std::string_view key = cursor_->key();
  sequence_ = key.size() == sizeof(uint64_t) ? ReadKey64(key.data()) : 0;
  rest_ = cursor_->value();
  TakeEntry();
}

void JournalCursor::TakeEntry() {
  ByteReader in(rest_);
  entry_ = in.String();
  if (in.ok() && !entry_.empty()) {
    rest_ = in.rest();
    return;
  }
  entry_ = rest_;
  rest_ = {};
}

}  // namespace drawdown
