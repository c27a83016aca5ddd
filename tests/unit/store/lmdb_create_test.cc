#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

namespace fs = std::filesystem;
using testing::UnorderedElementsAre;

ErrorCode CreateCode(const std::string& directory) {
  return GetErrorCode(CreateLmdbStore(directory, "header", "h", TestOptions()));
}

std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

TEST(CreateLmdb, MakesAnAbsentDirectory) {
  ScratchFolder folder;
  ASSERT_EQ(CreateCode(folder / "ledger/"), ErrorCode::kOk);
  EXPECT_THAT(NamesIn(folder.path()), UnorderedElementsAre("ledger"));
  EXPECT_THAT(NamesIn(folder / "ledger"),
              UnorderedElementsAre("data.mdb", "live"));
  auto store = OpenLmdbStore(folder / "ledger", TestOptions());
  ASSERT_TRUE(store.ok()) << store.status();
  auto reader = (*store)->BeginRead().value();
  EXPECT_EQ(**reader->Get(Table::kMeta, "header"), "h");
  EXPECT_THAT(NamesIn(folder / "ledger"),
              UnorderedElementsAre("data.mdb", "live", "lock.mdb", "peers.lock",
                                   "writer.lock"));
  EXPECT_TRUE(fs::is_empty(folder / "ledger/live"));
}

TEST(CreateLmdb, UsesAnEmptyDirectoryAsItIs) {
  ScratchFolder folder;
  fs::create_directory(folder / "ledger");
  fs::create_directory(folder / "ledger/lost+found");
  fs::permissions(folder / "ledger", fs::perms::owner_all);
  struct stat before;
  ASSERT_EQ(stat((folder / "ledger").c_str(), &before), 0);
  ASSERT_EQ(CreateCode(folder / "ledger"), ErrorCode::kOk);
  struct stat after;
  ASSERT_EQ(stat((folder / "ledger").c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_THAT(NamesIn(folder / "ledger"),
              UnorderedElementsAre("data.mdb", "live", "lost+found"));
  EXPECT_TRUE(OpenLmdbStore(folder / "ledger", TestOptions()).ok());
}

TEST(CreateLmdb, RefusesWhatIsNotEmpty) {
  ScratchFolder folder;
  ASSERT_EQ(CreateCode(folder / "ledger"), ErrorCode::kOk);
  EXPECT_EQ(CreateCode(folder / "ledger"), ErrorCode::kLedgerExists);
  std::ofstream(folder / "file") << "x";
  EXPECT_EQ(CreateCode(folder.path()), ErrorCode::kNotALedger);
  EXPECT_EQ(CreateCode(folder / "file"), ErrorCode::kNotALedger);
  EXPECT_FALSE(
      CreateLmdbStore(folder / "a/b/c", "header", "h", TestOptions()).ok());
  EXPECT_THAT(NamesIn(folder.path()), UnorderedElementsAre("ledger", "file"));
}

TEST(CreateLmdb, OneOfManyCreatorsWins) {
  ScratchFolder folder;
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    children.push_back(ForkChild(
        [&] { return static_cast<int>(CreateCode(folder / "ledger")) % 300; }));
  }
  int made = 0;
  for (const pid_t child : children) {
    const int code = WaitFor(child);
    made += code == 0 ? 1 : 0;
    EXPECT_TRUE(code == 0 || code == 2 || code == 6) << code;
  }
  EXPECT_EQ(made, 1);
  EXPECT_TRUE(OpenLmdbStore(folder / "ledger", TestOptions()).ok());
}

TEST(CopyLmdb, IsCompactAndConsistent) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger");
  for (int i = 0; i < 30; ++i) {
    ASSERT_TRUE(PutOne(store.get(), "k", std::string(200'000, 'v')).ok());
  }
  auto writer = store->BeginWrite().value();
  ASSERT_TRUE(writer->Put(Table::kCells, "uncommitted", "1").ok());
  const absl::Status copied =
      CopyLmdbStore(folder / "ledger", TestOptions(), folder / "copy");
  ASSERT_TRUE(copied.ok()) << copied;
  EXPECT_LT(fs::file_size(folder / "copy/data.mdb"),
            fs::file_size(folder / "ledger/data.mdb") / 4);
  auto copy = OpenLmdbStore(folder / "copy", TestOptions());
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ(GetOne(copy->get(), "k"), std::string(200'000, 'v'));
  EXPECT_EQ(GetOne(copy->get(), "uncommitted"), "(absent)");
  EXPECT_TRUE(PutOne(copy->get(), "k", "2").ok());
}

TEST(CopyLmdb, RefusesADestinationThatExists) {
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  fs::create_directory(folder / "copy");
  const auto copy = [&](const std::string& from) {
    return GetErrorCode(CopyLmdbStore(from, TestOptions(), folder / "copy"));
  };
  EXPECT_EQ(copy(folder / "ledger"), ErrorCode::kLedgerExists);
  EXPECT_EQ(copy(folder / "absent"), ErrorCode::kNotALedger);
}

}  // namespace
}  // namespace drawdown
