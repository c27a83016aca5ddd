// Manifests, and the files that a bill is made of.
#include "bill/bill_files.h"

#include <sys/resource.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "bill_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class BillFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ("bill_files_" + std::to_string(::getpid()) + "_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }

  std::string Names(const std::vector<std::string>& paths,
                    bool snapshots = false) {
    const auto files = OpenBillFiles(paths, "", snapshots);
    if (!files.ok()) return std::string(files.status().message());
    std::string names;
    for (const BillInput& file : *files) {
      names += std::filesystem::path(file.source->name())
                   .lexically_normal()
                   .lexically_relative(folder_)
                   .string() +
               (file.format.empty() ? "" : " " + file.format) +
               (file.promised_rows ? " " + std::to_string(*file.promised_rows)
                                   : "") +
               (file.delivery ? " of " + std::to_string(*file.delivery) : "") +
               "\n";
    }
    return names;
  }

  std::filesystem::path folder_;
};

TEST_F(BillFilesTest, OfSnapshotsTheLastNamedComesFirst) {
  const std::string one = Write("one.csv", "a\n");
  Write("part-1.csv", "b\n");
  Write("part-2.csv", "c\n");
  const std::string two =
      Write("two.json", R"({"dataFiles": ["part-1.csv", "part-2.csv"]})");
  EXPECT_EQ(Names({one, two}), "one.csv\npart-1.csv\npart-2.csv\n");
  EXPECT_EQ(Names({one, two}, true),
            "part-1.csv of 1\npart-2.csv of 1\none.csv of 0\n");
}

TEST_F(BillFilesTest, AManifestOfADataExportListsItsFiles) {
  Write("data/BILLING_PERIOD=2026-10/x-00001.csv", "a\n");
  Write("data/BILLING_PERIOD=2026-10/x-00002.csv", "b\n");
  Write("data/BILLING_PERIOD=2026-10/stale.csv", "c\n");
  const std::string manifest =
      Write("metadata/BILLING_PERIOD=2026-10/x-Manifest.json",
            R"({"exportArn":"a","dataFiles":[
        "s3://bucket/prefix/x/data/BILLING_PERIOD=2026-10/x-00002.csv",
        "s3://bucket/prefix/x/data/BILLING_PERIOD=2026-10/x-00001.csv"]})");
  EXPECT_EQ(Names({manifest}),
            "data/BILLING_PERIOD=2026-10/x-00002.csv\n"
            "data/BILLING_PERIOD=2026-10/x-00001.csv\n");
}

TEST_F(BillFilesTest, AManifestOfALegacyReportListsItsKeys) {
  Write("r-1.csv", "a\n");
  const std::string manifest =
      Write("r-Manifest.json",
            R"({"reportKeys":["prefix/r/20261001-20261101/id/r-1.csv"]})");
  EXPECT_EQ(Names({manifest}), "r-1.csv\n");
}

TEST_F(BillFilesTest, AnAzureManifestSaysWhichCostAndHowManyRows) {
  Write("part_0.csv", "a\n");
  const std::string manifest =
      Write("manifest.json",
            R"({"exportConfig":{"type":"AmortizedCost"},"blobs":[
         {"blobName":"d/part_0.csv","byteCount":2,"dataRowCount":7}]})");
  EXPECT_EQ(Names({manifest}), "part_0.csv azure-amortized 7\n");
}

TEST_F(BillFilesTest, PromisedBytesMustBeThere) {
  const std::string file = Write("part_0.csv", "a\n");
  Write("part_1.csv.gz", "\x1f\x8b\b");
  Write("part_2.csv", "\x1f\x8b\b");
  const std::string named = Write("part_3.csv.gz", "a\n");
  const auto found = [&](const std::string& blob) {
    return Names({Write("m.json", R"({"blobs":[{"blobName":")" + blob +
                                      R"(","byteCount":7}]})")});
  };
  EXPECT_EQ(found("part_0.csv"), file + ": 2 bytes, but " +
                                     (folder_ / "m.json").string() + " says 7");
  EXPECT_EQ(found("part_1.csv.gz"), "part_1.csv.gz\n");
  // What a file is goes by its bytes, not by its name.
  EXPECT_EQ(found("part_2.csv"), "part_2.csv\n");
  EXPECT_EQ(
      found("part_3.csv.gz"),
      named + ": 2 bytes, but " + (folder_ / "m.json").string() + " says 7");
}

TEST_F(BillFilesTest, PromisedRowsMustBeThere) {
  std::vector<BillInput> files;
  files.push_back({MemorySource("a.csv", BillText({GoodRow()})), "", 2});
  const auto bill =
      ReadBill(files, [](const BillRow&) { return absl::OkStatus(); });
  EXPECT_EQ(GetErrorCode(bill.status()), ErrorCode::kBadInput);
  EXPECT_EQ(std::string(bill.status().message()),
            "a.csv: 1 rows, but its manifest says 2");
}

TEST_F(BillFilesTest, OneFileIsNotNamedTwice) {
  const std::string file = Write("a.csv", "a\n");
  std::filesystem::create_symlink(file, folder_ / "b.csv");
  const std::string other = (folder_ / "b.csv").string();
  EXPECT_EQ(Names({file, other}),
            "the bill names one file twice: " + file + " and " + other);
  const std::string manifest =
      Write("m.json", R"({"reportKeys":["a.csv","x/a.csv"]})");
  EXPECT_THAT(Names({manifest}), HasSubstr("names one file twice"));
}

TEST_F(BillFilesTest, WhatIsNoManifestIsRefused) {
  const auto refused = [](std::string_view text) {
    const auto manifest = ParseManifest(text, "m.json");
    EXPECT_EQ(GetErrorCode(manifest.status()), ErrorCode::kBadInput) << text;
    return std::string(manifest.status().message());
  };
  EXPECT_EQ(refused("[]"), "m.json: manifest: not a JSON object");
  EXPECT_EQ(refused("{}"),
            "m.json: manifest: lists no dataFiles, reportKeys or blobs");
  EXPECT_EQ(refused(R"({"dataFiles":[]})"), "m.json: manifest: lists no file");
  EXPECT_THAT(refused(R"({"dataFiles":{}})"), HasSubstr("is not an array"));
  EXPECT_THAT(refused(R"({"dataFiles":[1]})"), HasSubstr("neither a name nor"));
  EXPECT_THAT(refused(R"({"blobs":[{}]})"),
              HasSubstr("not the name of a file"));
  EXPECT_THAT(refused(R"({"dataFiles":["../../etc/passwd"]})"),
              HasSubstr("leaves its folder"));
  EXPECT_THAT(refused(R"({"dataFiles":["/etc/passwd"]})"),
              HasSubstr("leaves its folder"));
  EXPECT_THAT(refused(R"({"dataFiles":["a/..\u002fb"]})"),
              HasSubstr("leaves its folder"));
  EXPECT_THAT(refused(R"({"dataFiles":["a.snappy.parquet"]})"),
              HasSubstr("is Parquet: export the bill as CSV"));
}

TEST_F(BillFilesTest, AByteOrderMarkIsNoPartOfAManifest) {
  const auto manifest =
      ParseManifest("\xef\xbb\xbf{\"dataFiles\":[\"a.csv\"]}", "m.json");
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->entries.size(), 1u);
}

TEST_F(BillFilesTest, ParquetIsNamedWhereverItIsGiven) {
  const auto files = FindBillFiles({"bill.Parquet"}, "");
  EXPECT_EQ(GetErrorCode(files.status()), ErrorCode::kBadInput);
  EXPECT_EQ(std::string(files.status().message()),
            "\"bill.Parquet\" is Parquet: export the bill as CSV");
}

// A limit of open files while it lives.
class FewFiles {
 public:
  explicit FewFiles(rlim_t most) {
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &before_), 0);
    rlimit limit = before_;
    limit.rlim_cur = most;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
  ~FewFiles() { EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before_), 0); }
  FewFiles(const FewFiles&) = delete;  // The limit is the process's.
  FewFiles& operator=(const FewFiles&) = delete;

 private:
  rlimit before_ = {};
};

TEST_F(BillFilesTest, AManifestMayListMoreFilesThanMayBeOpen) {
  constexpr int kFiles = 5'000;
  std::string listed;
  uint64_t bytes = 0;
  for (int i = 0; i < kFiles; ++i) {
    const std::string name = "part-" + std::to_string(i) + ".csv";
    const std::string text = BillText({GoodRow()});
    Write(name, text);
    bytes += text.size();
    listed += (i == 0 ? "\"" : ",\"") + name + "\"";
  }
  const std::string manifest =
      Write("m.json", "{\"reportKeys\":[" + listed + "]}");
  const FewFiles few(256);
  const auto files = OpenBillFiles({manifest}, "", false);
  ASSERT_TRUE(files.ok()) << files.status();
  uint64_t read = 0;
  uint64_t total = 0;
  const auto bill = ReadBill(
      *files, [](const BillRow&) { return absl::OkStatus(); },
      [&](uint64_t now, uint64_t all) {
        EXPECT_GE(now, read);
        read = now;
        total = all;
      });
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(bill->summary.rows, kFiles);
  EXPECT_EQ(read, bytes);
  EXPECT_EQ(total, bytes);
}

TEST_F(BillFilesTest, AFileThatCannotBeReadIsNamedBeforeAnyIsRead) {
  const std::string file = Write("a.csv", "a\n");
  const std::string gone = (folder_ / "gone.csv").string();
  EXPECT_EQ(Names({file, gone}), gone + ": No such file or directory");
}

TEST_F(BillFilesTest, AListedFileThatIsNotThereIsNamed) {
  const std::string manifest =
      Write("m.json", R"({"dataFiles":["s3://b/x/gone.csv"]})");
  EXPECT_EQ(Names({manifest}),
            manifest +
                ": lists \"s3://b/x/gone.csv\", which is neither in the "
                "manifest's folder nor in those above it");
}

}  // namespace
}  // namespace drawdown
