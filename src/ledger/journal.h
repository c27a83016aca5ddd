// The journal as the store keeps it: neighbouring entries of one commit share a
// record, a block.
//
// A record of Table::kJournal is the sequence of a block's first entry
// (big-endian) and the entries, each after its length. What is in a block
// follows from the entries alone: it ends with a commit's link, or before the
// entry that would make it longer than kMaxBlockBytes. Entries have checksums
// of their own; blocks have none.
#ifndef DRAWDOWN_SRC_LEDGER_JOURNAL_H_
#define DRAWDOWN_SRC_LEDGER_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/digest.h"
#include "ledger/entry.h"
#include "ledger/store.h"

namespace drawdown {

// Two blocks fill a page of LMDB's.
inline constexpr size_t kMaxBlockBytes = 2'016;

// Appends entries and computes the chain over them.
class JournalAppender {
 public:
  // `chain` is the digest of the last link.
  JournalAppender(WriteTransaction* transaction, uint64_t next_sequence,
                  const Sha256Digest& chain);

  // A store's failure is kept for Close().
  void Add(int64_t recorded_us, const EntryBody& body);
  // The digest that a link now has to hold. Call once, then AddLink.
  Sha256Digest Chain();
  void AddLink(int64_t recorded_us, const CommitLink& link);

  uint64_t next_sequence() const { return next_sequence_; }
  // Entries since the last link.
  uint64_t open_entries() const { return next_sequence_ - link_sequence_; }
  // Writes the last block.
  absl::Status Close();

 private:
  // Both of the block up to `end`.
  void Hash(size_t end);
  void Flush(size_t end);

  WriteTransaction* const transaction_;
  uint64_t next_sequence_;
  uint64_t link_sequence_;   // of the first entry no link has closed
  uint64_t block_sequence_;  // of the block's first entry
  std::string block_;
  size_t hashed_ = 0;  // bytes of block_ that are in hash_
  Sha256 hash_;
  absl::Status failure_;
};

// Walks the entries of a journal, however blocks divide them.
class JournalCursor {
 public:
  static absl::StatusOr<JournalCursor> Make(ReadTransaction* transaction);

  // Each returns false when there is no such entry.
  absl::StatusOr<bool> SeekAtLeast(uint64_t sequence);
  absl::StatusOr<bool> Next();

  // Of the entry it stands on, checksum included (DecodeEntry). Where a block
  // is damaged such that entries cannot be told apart, its rest is one.
  uint64_t sequence() const { return sequence_; }
  std::string_view entry() const { return entry_; }

 private:
  explicit JournalCursor(std::unique_ptr<Cursor> cursor)
      : cursor_(std::move(cursor)) {}
  void EnterBlock();
  void TakeEntry();
  absl::StatusOr<bool> NextBlock();

  std::unique_ptr<Cursor> cursor_;
  uint64_t sequence_ = 0;
  std::string_view entry_;
  std::string_view rest_;  // of the block, after the entry
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_JOURNAL_H_
