#include "store/redo_format.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/crc32c.h"

namespace drawdown {
namespace {

RedoHeader SomeHeader() {
  RedoHeader header;
  header.open = true;
  header.generation = 0x0102030405060708;
  header.transaction = 77;
  for (size_t i = 0; i < header.meta.size(); ++i) {
    header.meta[i] = static_cast<char>(i * 7);
  }
  header.cache.device = 3;
  header.cache.inode = 4;
  header.cache.boot_id.fill('b');
  return header;
}

std::string TwoOperations(uint64_t generation, uint64_t transaction) {
  RedoRecord record;
  record.Reserve("key", 5);
  record.NotePut(Table::kRuns, "key", "value");
  record.Reserve("gone", 0);
  record.NoteDelete(Table::kCells, "gone");
  return std::string(record.Seal(generation, transaction));
}

std::string SomeSector() {
  const auto sector = EncodeRedoHeader(SomeHeader());
  return std::string(sector.data(), sector.size());
}

TEST(RedoHeader, ReadsWhatWasWritten) {
  const std::string sector = SomeSector();
  ASSERT_EQ(sector.size(), kSectorBytes);
  const auto header = DecodeRedoHeader(sector);
  ASSERT_TRUE(header.has_value());
  EXPECT_TRUE(header->open);
  EXPECT_EQ(header->generation, SomeHeader().generation);
  EXPECT_EQ(header->transaction, 77u);
  EXPECT_EQ(header->meta, SomeHeader().meta);
  EXPECT_EQ(header->cache, SomeHeader().cache);
}

TEST(RedoHeader, LayoutIsTheFilesForEver) {
  std::string bytes(
      "ddredo01\1\0\0\0\0\0\0\0\x8\7\6\5\4\3\2\1\x4d\0\0\0\0\0\0\0", 32);
  const MetaImage meta = SomeHeader().meta;
  bytes.append(meta.data(), meta.size());
  bytes.append("\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0", 16);
  bytes.append(36, 'b');
  const uint32_t crc = Crc32c(bytes);
  bytes.append(reinterpret_cast<const char*>(&crc), sizeof crc);
  bytes.resize(kSectorBytes);
  EXPECT_EQ(SomeSector(), bytes);
}

TEST(RedoHeader, EveryFlippedBitAndEveryTruncationIsNone) {
  const std::string sector = SomeSector();
  constexpr size_t kUsed = 240;  // up to the checksum's end
  for (size_t bit = 0; bit < kUsed * 8; ++bit) {
    std::string bad = sector;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(DecodeRedoHeader(bad).has_value()) << bit;
  }
  for (size_t size = 0; size < kUsed; ++size) {
    EXPECT_FALSE(DecodeRedoHeader(sector.substr(0, size)).has_value()) << size;
    EXPECT_FALSE(DecodeRedoHeader(sector.substr(0, size) +
                                  std::string(kSectorBytes - size, '\0'))
                     .has_value())
        << size;
  }
  EXPECT_FALSE(DecodeRedoHeader(std::string(kSectorBytes, '\0')).has_value());
}

TEST(RedoRecords, LayoutIsTheFilesForEver) {
  const std::string body(
      "\x1c\0\0\0\x9\0\0\0\0\0\0\0\x5\0\0\0\0\0\0\0"
      "\2\0\3\0\5\0\0\0keyvalue\4\1\4\0\0\0\0\0gone",
      48);
  const uint32_t crc = Crc32c(body);
  EXPECT_EQ(TwoOperations(9, 5),
            std::string(reinterpret_cast<const char*>(&crc), 4) + body);
}

TEST(RedoRecords, FollowOneAnother) {
  const std::string log =
      TwoOperations(9, 5) + TwoOperations(9, 6) + std::string(100, '\0');
  const RedoRecords records = ReadRedoRecords(log, 9, 4);
  EXPECT_EQ(records.count, 2u);
  ASSERT_EQ(records.operations.size(), 4u);
  EXPECT_EQ(records.operations[0].table, Table::kRuns);
  EXPECT_FALSE(records.operations[0].deletes);
  EXPECT_EQ(records.operations[0].key, "key");
  EXPECT_EQ(records.operations[0].value, "value");
  EXPECT_EQ(records.operations[3].table, Table::kCells);
  EXPECT_TRUE(records.operations[3].deletes);
  EXPECT_EQ(records.operations[3].key, "gone");
}

TEST(RedoRecords, EndWithTheFirstThatDoesNotFit) {
  // Of another generation, not the next, and behind a gap.
  EXPECT_EQ(ReadRedoRecords(TwoOperations(8, 5), 9, 4).count, 0u);
  EXPECT_EQ(ReadRedoRecords(TwoOperations(9, 6), 9, 4).count, 0u);
  EXPECT_EQ(ReadRedoRecords(TwoOperations(9, 4), 9, 4).count, 0u);
  EXPECT_EQ(
      ReadRedoRecords(TwoOperations(9, 5) + TwoOperations(9, 7), 9, 4).count,
      1u);
  EXPECT_EQ(
      ReadRedoRecords(TwoOperations(9, 5) + TwoOperations(8, 6), 9, 4).count,
      1u);
}

TEST(RedoRecords, NoTruncatedOrFlippedOneIsTaken) {
  const std::string first = TwoOperations(9, 5);
  const std::string log = first + TwoOperations(9, 6);
  for (size_t size = 0; size < log.size(); ++size) {
    const RedoRecords records = ReadRedoRecords(log.substr(0, size), 9, 4);
    EXPECT_EQ(records.count, size >= first.size() ? 1u : 0u) << size;
    EXPECT_EQ(records.operations.size(), 2 * records.count);
  }
  for (size_t bit = 0; bit < log.size() * 8; ++bit) {
    std::string bad = log;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    const RedoRecords records = ReadRedoRecords(bad, 9, 4);
    EXPECT_EQ(records.count, bit / 8 >= first.size() ? 1u : 0u) << bit;
  }
}

// Well summed, and still nonsense: a table that there is not, a key that is
// empty or too long, an operation that goes on past the record.
TEST(RedoRecords, NonsenseWithAGoodChecksumIsNotTaken) {
  const auto with = [](size_t at, char value) {
    std::string record = TwoOperations(9, 5);
    record[at] = value;
    const uint32_t crc = Crc32c(std::string_view(record).substr(4));
    record.replace(0, 4, reinterpret_cast<const char*>(&crc), 4);
    return ReadRedoRecords(record, 9, 4);
  };
  EXPECT_EQ(with(24, 3).count, 1u);  // another table is fine
  EXPECT_EQ(with(24, kTableCount).count, 0u);
  EXPECT_EQ(with(25, 2).count, 0u);
  EXPECT_EQ(with(26, 0).count, 0u);
  EXPECT_EQ(with(27, 2).count, 0u);
  EXPECT_EQ(with(28, 100).count, 0u);
  EXPECT_TRUE(with(28, 100).operations.empty());
}

TEST(RedoRecord, StopsKeepingWhatIsTooMuch) {
  RedoRecord record;
  EXPECT_TRUE(record.empty());
  const std::string value(kMaxRedoRecord / 2, 'v');
  record.Reserve("a", value.size());
  record.NotePut(Table::kRuns, "a", value);
  EXPECT_TRUE(record.small());
  record.Reserve("b", value.size());
  record.NotePut(Table::kRuns, "b", value);
  EXPECT_FALSE(record.small());
  EXPECT_FALSE(record.empty());
  EXPECT_LE(record.size(), kMaxRedoRecord);
  // And no more after that, however little.
  record.Reserve("c", 1);
  record.NotePut(Table::kRuns, "c", "v");
  EXPECT_FALSE(record.small());
}

// Neighbours are one place, and what is all over the tables is not small.
TEST(RedoRecord, CountsPlaces) {
  RedoRecord record;
  const auto put = [&](const std::string& key, Table table = Table::kUsage) {
    record.Reserve(key, 1);
    record.NotePut(table, key, "v");
  };
  for (char last = 'a'; last <= 'z'; ++last) put(std::string("run-1") + last);
  EXPECT_EQ(record.places().count(), 1u);
  // However often: a group of callers writes one key many times.
  for (int i = 0; i < 2'000; ++i) put("run-1" + std::to_string(i % 10));
  EXPECT_EQ(record.places().count(), 1u);
  // Of keys that end in an attempt, what is before it.
  for (int i = 0; i < 100; ++i) {
    std::string key = "run-" + std::to_string(100 + i) + std::string(4, '\0');
    put(key + '\1', Table::kRuns);
    put("r" + key + '\1', Table::kHolds);
  }
  EXPECT_EQ(record.places().count(), 21u);
  // Some of so many fall together.
  size_t keys = 0;
  for (; record.small(); ++keys) put("key" + std::to_string(keys) + ".");
  EXPECT_GE(keys, kMaxRedoPlaces);
  EXPECT_LE(keys, kMaxRedoPlaces + kMaxRedoPlaces / 16);
}

}  // namespace
}  // namespace drawdown
