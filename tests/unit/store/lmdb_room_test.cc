// Maps that grow and disks that fill up.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>
#include <vector>

#include "store/checks.h"
#include "store/registry.h"
#include "store/transaction.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

using testing::HasSubstr;

LmdbOptions SmallMap() {
  LmdbOptions options = TestOptions();
  options.map_size_bytes = 1 << 20;
  return options;
}

TEST(MapGrowth, FourProcessesFromOneMebibyte) {
  constexpr int kProcesses = 4;
  constexpr int kWrites = 20;
  const std::string value(2 << 20, 'v');
  ScratchFolder folder;
  // Opened before anyone grew it, and read from after.
  auto store = CreateAndOpen(folder / "ledger", SmallMap());
  auto old_reader = store->BeginRead().value();
  std::vector<pid_t> children;
  for (int p = 0; p < kProcesses; ++p) {
    children.push_back(ForkChild([&] {
      auto own = OpenLmdbStore(folder / "ledger", SmallMap());
      if (!own.ok()) return 1;
      for (int i = 0; i < kWrites; ++i) {
        const std::string key = std::to_string(p) + "." + std::to_string(i);
        if (!PutOne(own->get(), key, value).ok()) return 2;
        if (GetOne(own->get(), key) != value) return 3;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(WaitFor(child), 0);
  EXPECT_FALSE(old_reader->Get(Table::kCells, "0.0").value().has_value());
  old_reader.reset();
  for (int p = 0; p < kProcesses; ++p) {
    for (int i = 0; i < kWrites; ++i) {
      const std::string key = std::to_string(p) + "." + std::to_string(i);
      ASSERT_TRUE(GetOne(store.get(), key) == value) << key;
    }
  }
}

TEST(MapGrowth, AReaderInTheWayIsBusyNotACrash) {
  ScratchFolder folder;
  LmdbOptions options = SmallMap();
  options.lock_timeout = std::chrono::milliseconds(50);
  auto store = CreateAndOpen(folder / "ledger", options);
  auto reader = store->BeginRead().value();
  ASSERT_EQ(
      RunInChild([&] {
        auto own = OpenLmdbStore(folder / "ledger", SmallMap());
        return PutOne(own->get(), "k", std::string(2 << 20, 'v')).ok() ? 0 : 1;
      }),
      0);
  const absl::Status busy = store->BeginRead().status();
  EXPECT_EQ(GetErrorCode(busy), ErrorCode::kBusy) << busy;
  reader.reset();
  EXPECT_TRUE(store->BeginRead().ok());
}

TEST(MapGrowth, ATransactionTooLargeForTheMapSucceedsWhenRetried) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger", SmallMap());
  const std::string value(130 << 20, 'v');
  int tries = 0;
  absl::Status status;
  for (; tries < 4; ++tries) {
    status = PutOne(store.get(), "k", value);
    if (status.ok()) break;
    EXPECT_EQ(GetErrorCode(status), ErrorCode::kDiskFull) << status;
    EXPECT_THAT(status.ToString(), HasSubstr("MAP_FULL"));
  }
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_GT(tries, 0) << "the map had room from the start: tests nothing";
}

// How many bytes after the pages in use were written before, by the
// filesystem's account.
int64_t WrittenAhead(const std::string& data_path) {
  const int fd = open(data_path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string head(kMetaBytes, '\0');
  const ssize_t size = pread(fd, head.data(), head.size(), 0);
  EXPECT_EQ(size, static_cast<ssize_t>(head.size()));
  const auto meta =
      ParseMetaPages(head, std::filesystem::file_size(data_path), data_path);
  EXPECT_TRUE(meta.ok()) << meta.status();
  const auto used = static_cast<off_t>((meta->last_page + 1) * meta->page_size);
  const off_t hole = lseek(fd, used, SEEK_HOLE);
  close(fd);
  return hole - used;
}

// With the redo log open they do not wait for data.mdb, and nothing is written
// ahead: here it is never opened.
TEST(WrittenAhead, SmallTransactionsFindBlocksThatWereWritten) {
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  EnvironmentOptions options;
  options.allow_any_filesystem = true;
  options.commits_before_log = 1'000;
  const Deadline deadline = After(std::chrono::milliseconds(60'000));
  const auto ledger = AcquireEnvironment(folder / "ledger", options, deadline);
  ASSERT_TRUE(ledger.ok()) << ledger.status();
  const std::string value(50'000, 'v');
  // Grows by some pages each: what was written ahead runs out several times.
  for (int i = 0; i < 100; ++i) {
    const auto txn = BeginLmdbWrite(*ledger, deadline).value();
    ASSERT_TRUE(txn->Put(Table::kCells, std::to_string(i), value).ok());
    ASSERT_TRUE(txn->Commit().ok());
    ASSERT_GE(WrittenAhead(folder / "ledger/data.mdb"), 100 << 10) << i;
  }
  const auto reader = BeginLmdbRead(*ledger, deadline).value();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(**reader->Get(Table::kCells, std::to_string(i)) == value);
  }
}

// They would write all their room twice.
TEST(WrittenAhead, BulkTransactionsDoNot) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger");
  ASSERT_TRUE(PutOne(store.get(), "k", std::string(8 << 20, 'v')).ok());
  const int64_t after_first = WrittenAhead(folder / "ledger/data.mdb");
  // It is the one before that tells what is to come.
  ASSERT_TRUE(PutOne(store.get(), "l", std::string(10'000, 'v')).ok());
  if (after_first >= 1 << 20) GTEST_SKIP() << "this filesystem tells no holes";
  EXPECT_LT(WrittenAhead(folder / "ledger/data.mdb"), 64 << 10);
}

// Writes until the disk is full, then checks every promise.
void FillUp(Store* store) {
  int acknowledged = 0;
  absl::Status status;
  while (acknowledged < 100'000) {
    status =
        PutOne(store, std::to_string(acknowledged), std::string(50'000, 'v'));
    if (!status.ok()) break;
    ++acknowledged;
  }
  ASSERT_EQ(GetErrorCode(status), ErrorCode::kDiskFull) << status;
  ASSERT_GT(acknowledged, 20);
  for (int i = 0; i < acknowledged; ++i) {
    ASSERT_EQ(GetOne(store, std::to_string(i)).size(), 50'000u) << i;
  }
  EXPECT_EQ(GetOne(store, std::to_string(acknowledged)), "(absent)");
}

// Needs no privilege: a limit on the size of files, in a child.
TEST(DiskFull, FileSizeLimit) {
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  EXPECT_EQ(RunInChild([&] {
              std::signal(SIGXFSZ, SIG_IGN);
              const rlimit limit{10 << 20, RLIM_INFINITY};
              if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
              auto store = OpenLmdbStore(folder / "ledger", TestOptions());
              if (!store.ok()) return 2;
              FillUp(store->get());
              // The limit goes, and the same handle writes on.
              const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
              if (setrlimit(RLIMIT_FSIZE, &none) != 0) return 3;
              if (!PutOne(store->get(), "after", "1").ok()) return 4;
              return testing::Test::HasFailure() ? 5 : 0;
            }),
            0);
}

TEST(DiskFull, SmallTmpfs) {
  ScratchFolder folder;
  if (mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=12m") != 0) {
    GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  }
  {
    auto store = CreateAndOpen(folder / "ledger");
    FillUp(store.get());
    EXPECT_EQ(
        mount("tmpfs", folder.path().c_str(), "tmpfs", MS_REMOUNT, "size=40m"),
        0);
    EXPECT_TRUE(PutOne(store.get(), "after", "1").ok());
    store.reset();
    EXPECT_TRUE(OpenLmdbStore(folder / "ledger", TestOptions()).ok());
  }
  EXPECT_EQ(umount(folder.path().c_str()), 0);
}

}  // namespace
}  // namespace drawdown
