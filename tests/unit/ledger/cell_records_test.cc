#include "ledger/cell_records.h"

#include "base/coding.h"
#include "gtest/gtest.h"
#include "ledger/seal.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

bool Same(const Cell& a, const Cell& b) {
  return a.recorded == b.recorded && a.partial == b.partial &&
         a.level_change == b.level_change && a.last_edge_us == b.last_edge_us;
}

std::string Encode(const CellStretch& stretch) {
  std::string bytes;
  AppendStretch("key", stretch, &bytes);
  return bytes;
}

// A body with a sound checksum.
std::string Sealed(std::string body) {
  SealRecord("key", &body);
  return body;
}

Cell SmallCell() {
  Cell cell;
  cell.partial = GpuTime(7);
  cell.last_edge_us = 5;
  return cell;
}

TEST(CellRecordsTest, KeysSortAsTheirBucketsAndNameTheFirst) {
  EXPECT_LT(StretchKey({1, 1, -1}), StretchKey({1, 1, 0}));
  EXPECT_LT(StretchKey({1, 1, 31}), StretchKey({1, 1, 32}));
  EXPECT_EQ(StretchKey({1, 1, 0}), StretchKey({1, 1, 31}));
  EXPECT_EQ(StretchKey({1, 1, -32}), StretchKey({1, 1, -1}));
  EXPECT_LT(StretchKey({1, 1, 99}), StretchKey({1, 2, -99}));
  EXPECT_EQ(FirstOfStretch(StretchKey({3, 4, -1})), (CellKey{3, 4, -32}));
  EXPECT_EQ(FirstOfStretch(StretchKey({3, 4, 95})), (CellKey{3, 4, 64}));
  EXPECT_EQ(PlaceInStretch(-1), 31);
  EXPECT_EQ(PlaceInStretch(64), 0);
}

TEST(CellRecordsTest, CellsOfEverySizeSurviveTheRoundTrip) {
  Random random;
  for (int i = 0; i < 1'000; ++i) {
    const auto any = [&] { return random.OneIn(4) ? 0 : random.Any128(); };
    CellStretch stretch;
    stretch.present = static_cast<uint32_t>(random.Between(0, 0xffffffff));
    if (random.OneIn(3)) stretch.present = 0xffffffff;
    for (Cell& cell : stretch.cells) {
      cell.recorded = GpuTime(any());
      cell.partial = GpuTime(any());
      cell.level_change = any();
      if (random.OneIn(2)) continue;
      cell.last_edge_us = static_cast<uint32_t>(random.Between(0, 0xffffffff));
    }
    CellStretch decoded;
    ASSERT_THAT(DecodeStretch("key", Encode(stretch), &decoded), IsOk());
    ASSERT_EQ(decoded.present, stretch.present);
    for (int at = 0; at < kStretchCells; ++at) {
      const bool present = ((stretch.present >> at) & 1) != 0;
      EXPECT_TRUE(Same(decoded.cells[at], present ? stretch.cells[at] : Cell()))
          << at;
    }
  }
}

// LMDB gives a value of more than half a page pages of its own.
TEST(CellRecordsTest, TheLongestFitsHalfAPage) {
  CellStretch stretch;
  stretch.present = 0xffffffff;
  for (Cell& cell : stretch.cells) {
    cell.recorded = cell.partial = GpuTime(Int128{1} << 100);
    cell.level_change = Int128{1} << 100;
    cell.last_edge_us = 1;
  }
  EXPECT_EQ(Encode(stretch).size(), 4 + 32 * 53 + 4);
}

TEST(CellRecordsTest, EveryFlippedBitIsDamage) {
  CellStretch stretch;
  stretch.present = 0b101;
  stretch.cells[0] = stretch.cells[2] = SmallCell();
  const std::string bytes = Encode(stretch);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_THAT(DecodeStretch("key", flipped, &stretch),
                IsError(ErrorCode::kCorrupt, "checksum"));
  }
  EXPECT_THAT(DecodeStretch("other", bytes, &stretch),
              IsError(ErrorCode::kCorrupt, "checksum"));
}

TEST(CellRecordsTest, ASoundChecksumOverAnythingElseIsDamage) {
  CellStretch stretch;
  stretch.present = 0b10;
  stretch.cells[1] = SmallCell();
  const std::string bytes = Encode(stretch);
  const std::string body = bytes.substr(0, bytes.size() - sizeof(uint32_t));
  for (size_t size = 0; size < body.size(); ++size) {
    EXPECT_THAT(DecodeStretch("key", Sealed(body.substr(0, size)), &stretch),
                IsError(ErrorCode::kCorrupt, "layout"))
        << size;
  }
  EXPECT_THAT(DecodeStretch("key", Sealed(body + '\0'), &stretch),
              IsError(ErrorCode::kCorrupt, "layout"));
  std::string wide_edge = body;
  wide_edge[4] = static_cast<char>(0x80);  // an edge of eight bytes
  EXPECT_THAT(
      DecodeStretch("key", Sealed(wide_edge + std::string(8, 'x')), &stretch),
      IsError(ErrorCode::kCorrupt, "layout"));
  EXPECT_THAT(DecodeStretch("key", Sealed(body), &stretch), IsOk());
}

}  // namespace
}  // namespace drawdown
