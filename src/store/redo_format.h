// The bytes of the file `redo`: the log of small commits that LMDB's file may
// not have yet (redo_log.h). Pure functions; the layout is in docs/formats.md.
#ifndef DRAWDOWN_SRC_STORE_REDO_FORMAT_H_
#define DRAWDOWN_SRC_STORE_REDO_FORMAT_H_

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/store.h"
#include "store/checks.h"

namespace drawdown {

// What a disk writes whole or not at all. The header fits one; the two marks
// beside it have one each.
inline constexpr size_t kSectorBytes = 512;
inline constexpr uint64_t kRedoMustRecoverAt = kSectorBytes;
inline constexpr uint64_t kRedoConfirmedAt = 2 * kSectorBytes;
// Where records begin, and how many bytes there are for them.
inline constexpr uint64_t kRedoRecordsAt = 4'096;
inline constexpr uint64_t kRedoRecordBytes = uint64_t{256} << 10;
// A commit of more is not small.
inline constexpr size_t kMaxRedoRecord = size_t{128} << 10;
// What bounds the time of a recovery: the pages it touches. Keys that differ in
// their last byte alone lie on one page mostly, and are one place.
inline constexpr size_t kMaxRedoPlaces = 448;

// Places that operations touch, each counted once: by the last bits of their
// hashes, of which some fall together, few of so many.
class RedoPlaces {
 public:
  void Add(uint32_t hash) {
    const size_t bit = hash % bits_.size();
    count_ += bits_[bit] ? 0 : 1;
    bits_.set(bit);
  }
  void Add(const RedoPlaces& others) {
    bits_ |= others.bits_;
    count_ = bits_.count();
  }
  size_t count() const { return count_; }

 private:
  std::bitset<16 * kMaxRedoPlaces> bits_;
  size_t count_ = 0;
};

// Whose page cache has what the log's owner wrote: this boot of the kernel's,
// for this very data file. A copy or a snapshot of the disk is another file.
struct CacheId {
  std::array<char, 36> boot_id{};
  uint64_t device = 0;
  uint64_t inode = 0;

  bool operator==(const CacheId& other) const = default;
};

struct RedoHeader {
  bool open = false;
  uint64_t generation = 0;   // of the records that count
  uint64_t transaction = 0;  // LMDB's, of the last checkpoint
  MetaImage meta{};          // LMDB's meta page of that transaction
  CacheId cache;             // the owner's
};

// Allocates nothing: a log is closed with it after memory ran out.
std::array<char, kSectorBytes> EncodeRedoHeader(const RedoHeader& header);
// Nothing where it is torn, damaged or not one.
std::optional<RedoHeader> DecodeRedoHeader(std::string_view sector);

struct RedoOperation {
  Table table;
  bool deletes;
  std::string_view key;
  std::string_view value;
};

// The operations of one write transaction, gathered as they are asked for.
class RedoRecord {
 public:
  // Makes room for one more, so that noting it cannot fail.
  void Reserve(std::string_view key, size_t value_bytes);
  // REQUIRES: reserved.
  void NotePut(Table table, std::string_view key, std::string_view value);
  void NoteDelete(Table table, std::string_view key);

  // Whether it is small with one more.
  bool HasRoomFor(std::string_view key, size_t value_bytes) const;
  // Where the next one that is noted will be, as long as it is small.
  size_t next_at() const;
  // Its views are valid until one more is noted or reserved for.
  RedoOperation At(size_t at) const;

  bool empty() const { return operations_ == 0; }
  // False once there was more than a record holds; the rest is not kept.
  bool small() const { return !too_large_; }
  size_t size() const { return bytes_.size(); }
  const RedoPlaces& places() const { return places_; }

  // The whole record. REQUIRES: small.
  std::string_view Seal(uint64_t generation, uint64_t transaction);

 private:
  void Note(Table table, bool deletes, std::string_view key,
            std::string_view value);

  std::string bytes_;
  RedoPlaces places_;
  uint64_t operations_ = 0;
  bool too_large_ = false;
};

struct RedoRecords {
  uint64_t count = 0;
  std::vector<RedoOperation> operations;  // views into what was read
};

// The records of `generation` that follow `transaction`, one after another up
// to the first that is not whole, not of it or not the next.
RedoRecords ReadRedoRecords(std::string_view log, uint64_t generation,
                            uint64_t transaction);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_REDO_FORMAT_H_
