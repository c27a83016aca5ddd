#include "store/redo_format.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "base/fast_hash.h"

namespace drawdown {
namespace {

constexpr char kRedoMagic[8] = {'d', 'd', 'r', 'e', 'd', 'o', '0', '1'};

struct RawHeader {
  char magic[8];
  uint64_t open;
  uint64_t generation;
  uint64_t transaction;
  MetaImage meta;
  uint64_t device;
  uint64_t inode;
  std::array<char, 36> boot_id;
  uint32_t crc;  // of all before it
};
static_assert(sizeof(RawHeader) == 240 && sizeof(RawHeader) <= kSectorBytes);

struct RecordHead {
  uint32_t crc;    // of all after it
  uint32_t bytes;  // of the operations
  uint64_t generation;
  uint64_t transaction;
};
static_assert(sizeof(RecordHead) == 24);

struct OperationHead {
  uint8_t table;
  uint8_t deletes;
  uint16_t key_bytes;
  uint32_t value_bytes;
};
static_assert(sizeof(OperationHead) == 8);

uint32_t CrcOf(const RawHeader& raw) {
  return Crc32c(
      {reinterpret_cast<const char*>(&raw), offsetof(RawHeader, crc)});
}

// What follows the id of a run in its key: one byte, and the number of an
// attempt, which is 1 nearly always.
constexpr size_t kAttemptBytes = 1 + sizeof(uint32_t);

bool EndsInAttempt(Table table, std::string_view key) {
  if (key.size() <= kAttemptBytes + 1) return false;
  return table == Table::kRuns || table == Table::kHeartbeats ||
         (table == Table::kHolds && key.front() == 'r');
}

uint32_t PlaceOf(Table table, std::string_view key) {
  if (EndsInAttempt(table, key)) key.remove_suffix(kAttemptBytes);
  const uint64_t hash = FastHash64(key.substr(0, key.size() - 1));
  return static_cast<uint32_t>(hash >> 32) + static_cast<uint32_t>(table);
}

// Takes the next operation off `rest`; false where there is none.
bool TakeOperation(std::string_view* rest, RedoOperation* operation) {
  OperationHead head;
  if (rest->size() < sizeof head) return false;
  std::memcpy(&head, rest->data(), sizeof head);
  rest->remove_prefix(sizeof head);
  const size_t bytes = size_t{head.key_bytes} + head.value_bytes;
  const bool sane = head.table < kTableCount && head.deletes <= 1 &&
                    head.key_bytes >= 1 && head.key_bytes <= kMaxKeyBytes;
  if (!sane || rest->size() < bytes) return false;
  operation->table = static_cast<Table>(head.table);
  operation->deletes = head.deletes != 0;
  operation->key = rest->substr(0, head.key_bytes);
  operation->value = rest->substr(head.key_bytes, head.value_bytes);
  rest->remove_prefix(bytes);
  return true;
}

bool TakeOperations(std::string_view bytes,
                    std::vector<RedoOperation>* operations) {
  while (!bytes.empty()) {
    RedoOperation operation;
    if (!TakeOperation(&bytes, &operation)) return false;
    operations->push_back(operation);
  }
  return true;
}

}  // namespace

std::array<char, kSectorBytes> EncodeRedoHeader(const RedoHeader& header) {
  RawHeader raw{};
  std::memcpy(raw.magic, kRedoMagic, sizeof kRedoMagic);
  raw.open = header.open ? 1 : 0;
  raw.generation = header.generation;
  raw.transaction = header.transaction;
  raw.meta = header.meta;
  raw.device = header.cache.device;
  raw.inode = header.cache.inode;
  raw.boot_id = header.cache.boot_id;
  raw.crc = CrcOf(raw);
  std::array<char, kSectorBytes> sector{};
  std::memcpy(sector.data(), &raw, sizeof raw);
  return sector;
}

std::optional<RedoHeader> DecodeRedoHeader(std::string_view sector) {
  RawHeader raw;
  if (sector.size() < sizeof raw) return std::nullopt;
  std::memcpy(&raw, sector.data(), sizeof raw);
  const bool valid =
      std::memcmp(raw.magic, kRedoMagic, sizeof kRedoMagic) == 0 &&
      raw.crc == CrcOf(raw) && raw.open <= 1;
  if (!valid) return std::nullopt;
  return RedoHeader{raw.open != 0, raw.generation, raw.transaction, raw.meta,
                    CacheId{raw.boot_id, raw.device, raw.inode}};
}

size_t RedoRecord::next_at() const {
  return std::max(bytes_.size(), sizeof(RecordHead));
}

bool RedoRecord::HasRoomFor(std::string_view key, size_t value_bytes) const {
  return !too_large_ && places_.count() < kMaxRedoPlaces &&
         next_at() + sizeof(OperationHead) + key.size() + value_bytes <=
             kMaxRedoRecord;
}

RedoOperation RedoRecord::At(size_t at) const {
  std::string_view rest = std::string_view(bytes_).substr(at);
  RedoOperation operation;
  CHECK(TakeOperation(&rest, &operation));
  return operation;
}

void RedoRecord::Reserve(std::string_view key, size_t value_bytes) {
  if (too_large_) return;
  const size_t wanted =
      next_at() + sizeof(OperationHead) + key.size() + value_bytes;
  if (wanted <= kMaxRedoRecord && wanted > bytes_.capacity()) {
    bytes_.reserve(std::max(wanted, 2 * bytes_.capacity()));
  }
}

void RedoRecord::NotePut(Table table, std::string_view key,
                         std::string_view value) {
  Note(table, /*deletes=*/false, key, value);
}

void RedoRecord::NoteDelete(Table table, std::string_view key) {
  Note(table, /*deletes=*/true, key, {});
}

void RedoRecord::Note(Table table, bool deletes, std::string_view key,
                      std::string_view value) {
  ++operations_;
  if (too_large_) return;
  if (bytes_.empty()) bytes_.resize(sizeof(RecordHead));
  places_.Add(PlaceOf(table, key));
  if (places_.count() > kMaxRedoPlaces ||
      bytes_.size() + sizeof(OperationHead) + key.size() + value.size() >
          kMaxRedoRecord) {
    too_large_ = true;
    return;
  }
  AppendFixed(OperationHead{static_cast<uint8_t>(table),
                            static_cast<uint8_t>(deletes ? 1 : 0),
                            static_cast<uint16_t>(key.size()),
                            static_cast<uint32_t>(value.size())},
              &bytes_);
  bytes_.append(key);
  bytes_.append(value);
}

std::string_view RedoRecord::Seal(uint64_t generation, uint64_t transaction) {
  CHECK(small() && !empty());
  RecordHead head{0, static_cast<uint32_t>(bytes_.size() - sizeof(RecordHead)),
                  generation, transaction};
  std::memcpy(bytes_.data(), &head, sizeof head);
  head.crc = Crc32c(std::string_view(bytes_).substr(sizeof head.crc));
  std::memcpy(bytes_.data(), &head, sizeof head);
  return bytes_;
}

RedoRecords ReadRedoRecords(std::string_view log, uint64_t generation,
                            uint64_t transaction) {
  RedoRecords records;
  for (;;) {
    RecordHead head;
    if (log.size() < sizeof head) return records;
    std::memcpy(&head, log.data(), sizeof head);
    const bool next = head.generation == generation &&
                      head.transaction == transaction + records.count + 1;
    if (!next || head.bytes > log.size() - sizeof head) return records;
    const std::string_view record = log.substr(0, sizeof head + head.bytes);
    if (head.crc != Crc32c(record.substr(sizeof head.crc))) return records;
    const size_t before = records.operations.size();
    if (!TakeOperations(record.substr(sizeof head), &records.operations)) {
      records.operations.resize(before);
      return records;
    }
    ++records.count;
    log.remove_prefix(record.size());
  }
}

}  // namespace drawdown
