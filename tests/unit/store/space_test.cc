#include "store/space.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "store/checks.h"
#include "tests/support/random.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

TEST(MapSizeFor, DoublesUntilTheHeadroomIsFree) {
  EXPECT_EQ(MapSizeFor(kMiB, 0, false), 64 * kMiB);
  EXPECT_EQ(MapSizeFor(kMiB, 1, false), 128 * kMiB);
  EXPECT_EQ(MapSizeFor(128 * kMiB, 64 * kMiB, false), 128 * kMiB);
  EXPECT_EQ(MapSizeFor(128 * kMiB, 64 * kMiB + 1, false), 256 * kMiB);
  EXPECT_EQ(MapSizeFor(128 * kMiB, 0, true), 256 * kMiB);
  EXPECT_EQ(MapSizeFor(0, 0, false), 64 * kMiB);
}

TEST(PreallocationStep, IsAnEighthWithinBounds) {
  EXPECT_EQ(PreallocationStep(0), 4 * kMiB);
  EXPECT_EQ(PreallocationStep(32 * kMiB), 4 * kMiB);
  EXPECT_EQ(PreallocationStep(80 * kMiB), 10 * kMiB);
  EXPECT_EQ(PreallocationStep(uint64_t{1} << 40), 256 * kMiB);
}

TEST(OverflowPages, BeginWhereTwoRecordsNoLongerFitALeaf) {
  // LMDB 0.9 keeps nodes of up to 2038 bytes, 8 of them a header, on a page of
  // 4096.
  EXPECT_EQ(OverflowPages(8, 2'016, 4'096), 0u);
  EXPECT_EQ(OverflowPages(8, 2'023, 4'096), 2u);
  EXPECT_EQ(OverflowPages(500, 1'600, 4'096), 2u);
  EXPECT_EQ(OverflowPages(8, 10'000, 4'096), 4u);
}

TEST(PageBound, CountsCopiesGrowthAndFreedPages) {
  WriteLoad load{};
  std::array<TableShape, kTableCount> after{};
  const uint64_t none = PageBound(load, after);
  load[1].before = {1000, 3};
  after[1] = {1000, 3};
  EXPECT_EQ(PageBound(load, after), none) << "nothing was touched";
  load[1].scattered = 2;
  EXPECT_EQ(PageBound(load, after), none + 12);
  load[1].scattered = 1'000'000;
  EXPECT_GE(PageBound(load, after), none + 1000) << "each page copied once";
  EXPECT_LE(PageBound(load, after), none + 1100);
  load[1].scattered = 0;
  load[1].appended = true;
  after[1] = {1020, 3};
  EXPECT_EQ(PageBound(load, after), none + 26);
  load[1].peak_pages = 1050;
  EXPECT_EQ(PageBound(load, after), none + 56);
}

// The bound must hold for LMDB as it is: after any commit the file is as long
// as the pages in use, though it is only ever extended ahead by the bound.
TEST(PageBound, HoldsForRandomTransactions) {
  std::mt19937_64 random(TestSeed());
  ScratchFolder folder;
  const std::unique_ptr<Store> store = CreateAndOpen(folder / "ledger");
  const std::string path = folder / "ledger/data.mdb";
  for (int round = 0; round < 40; ++round) {
    auto txn = store->BeginWrite().value();
    const auto table = static_cast<Table>(random() % kTableCount);
    const int operations = 1 << random() % 13;
    const size_t value_bytes = size_t{1} << random() % 13;
    for (int i = 0; i < operations; ++i) {
      const std::string key = std::to_string(random() % 20'000);
      const std::string value(random() % value_bytes, 'v');
      ASSERT_TRUE((random() % 4 == 0 ? txn->Delete(table, key)
                                     : txn->Put(table, key, value))
                      .ok());
    }
    ASSERT_TRUE(txn->Commit().ok());
    std::ifstream file(path, std::ios::binary);
    std::string head(kMetaBytes, '\0');
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    const auto meta =
        ParseMetaPages(head, std::filesystem::file_size(path), path);
    ASSERT_TRUE(meta.ok()) << meta.status();
  }
}

}  // namespace
}  // namespace drawdown
