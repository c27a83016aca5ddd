#include "store/checks.h"

#include <gtest/gtest.h>
#include <linux/magic.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

TEST(CheckLmdbVersion, RefusesTheBrokenReleasesByName) {
  const struct {
    int patch;
    bool good;
  } kCases[] = {{17, true},  {24, true},  {25, true}, {26, false},
                {29, false}, {31, false}, {32, true}, {35, true}};
  for (const auto& c : kCases) {
    const absl::Status status = CheckLmdbVersion(0, 9, c.patch);
    EXPECT_EQ(status.ok(), c.good) << c.patch;
    if (c.good) continue;
    EXPECT_EQ(GetErrorCode(status), ErrorCode::kUnsupportedLmdb);
    EXPECT_NE(status.ToString().find("0.9." + std::to_string(c.patch)),
              std::string::npos);
  }
  EXPECT_TRUE(CheckLmdbVersion(1, 0, 28).ok());
  EXPECT_TRUE(CheckLmdbVersion(0, 10, 28).ok());
}

TEST(CheckFilesystem, AllowsLocalOnesOnly) {
  const struct {
    uint64_t type;
    bool good;
  } kCases[] = {{EXT4_SUPER_MAGIC, true},      {0x58465342 /* xfs */, true},
                {BTRFS_SUPER_MAGIC, true},     {TMPFS_MAGIC, true},
                {0x2fc12fc1 /* zfs */, true},  {F2FS_SUPER_MAGIC, true},
                {NFS_SUPER_MAGIC, false},      {OVERLAYFS_SUPER_MAGIC, false},
                {V9FS_MAGIC, false},           {0x65735546 /* fuse */, false},
                {0xff534d42 /* cifs */, false}};
  for (const auto& c : kCases) {
    const absl::Status status = CheckFilesystem(c.type, false, "/x");
    EXPECT_EQ(status.ok(), c.good) << std::hex << c.type;
    EXPECT_TRUE(CheckFilesystem(c.type, true, "/x").ok());
    if (c.good) continue;
    EXPECT_EQ(GetErrorCode(status), ErrorCode::kUnsupportedFilesystem);
    EXPECT_NE(status.ToString().find("allow_any_filesystem"),
              std::string::npos);
  }
}

// The head of a real file, and what may befall it.
class ParseMetaPagesTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(CreateAndOpen(folder_ / "ledger"), nullptr);
    std::ifstream file(folder_ / "ledger/data.mdb", std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
    ASSERT_GT(bytes_.size(), kMetaBytes);
  }

  absl::StatusOr<MetaPage> Parse() const {
    return ParseMetaPages(bytes_.substr(0, kMetaBytes), bytes_.size(), "f");
  }
  ErrorCode ParseCode() const { return GetErrorCode(Parse().status()); }
  template <typename T>
  void Set(size_t offset, T value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof value);
  }

  ScratchFolder folder_;
  std::string bytes_;
};

constexpr size_t kPage = 4096;
constexpr size_t kMeta = 16;
constexpr size_t kMapSize = kMeta + 16;
constexpr size_t kPageSize = kMeta + 24;
constexpr size_t kMainRoot = kMeta + 24 + 48 + 40;
constexpr size_t kLastPage = kMeta + 24 + 96;
constexpr size_t kTransaction = kLastPage + 8;

TEST_F(ParseMetaPagesTest, ReadsTheNewerOne) {
  const absl::StatusOr<MetaPage> meta = Parse();
  ASSERT_TRUE(meta.ok()) << meta.status();
  EXPECT_EQ(meta->page_size, kPage);
  EXPECT_EQ(meta->map_size, uint64_t{64} << 30);
  EXPECT_EQ(meta->last_page, 3u);  // the list of tables, the header
  EXPECT_EQ(meta->transaction, 1u);
  Set<uint64_t>(kTransaction, 9);
  Set<uint64_t>(kLastPage, 20);
  EXPECT_EQ(Parse()->last_page, 20u);
}

TEST_F(ParseMetaPagesTest, NamesWhatIsWrong) {
  const std::string good = bytes_;
  const struct {
    const char* what;
    size_t offset;
    uint64_t value;
    size_t width;
  } kCases[] = {
      {"magic of the first", kMeta, 0, 4},
      {"magic of the second", kPage + kMeta, 0, 4},
      {"format", kMeta + 4, 999, 4},
      {"page flags", 10, 0, 2},
      {"page size", kPageSize, 1000, 4},
      {"page size of the second", kPage + kPageSize, 8192, 4},
      {"map size", kMapSize, 0, 8},
      {"root past the end", kPage + kMainRoot, 1 << 20, 8},
      {"root on a meta page", kPage + kMainRoot, 1, 8},
      {"last page", kPage + kLastPage, 0, 8},
      {"more pages than bytes", kPage + kLastPage, 1 << 20, 8},
  };
  for (const auto& c : kCases) {
    bytes_ = good;
    std::memcpy(bytes_.data() + c.offset, &c.value, c.width);
    EXPECT_EQ(ParseCode(), ErrorCode::kCorrupt) << c.what;
  }
}

TEST_F(ParseMetaPagesTest, ForgivesRootsInTheOlderOne) {
  Set<uint64_t>(kMainRoot, 1 << 20);
  EXPECT_TRUE(Parse().ok()) << Parse().status();
}

TEST_F(ParseMetaPagesTest, TellsTruncatedFromForeign) {
  const uint64_t pages = Parse()->last_page + 1;
  bytes_.resize(pages * kPage);
  EXPECT_TRUE(Parse().ok());
  bytes_.pop_back();
  EXPECT_EQ(ParseCode(), ErrorCode::kCorrupt);
  bytes_.resize(kPage);
  EXPECT_EQ(ParseCode(), ErrorCode::kCorrupt);
  bytes_.clear();
  EXPECT_EQ(ParseCode(), ErrorCode::kNotALedger);
  bytes_ = std::string(3 * kPage, 'x');
  EXPECT_EQ(ParseCode(), ErrorCode::kNotALedger);
}

}  // namespace
}  // namespace drawdown
