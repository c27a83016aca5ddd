// When the log of commits is opened, closed and renewed, and whose it is.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <thread>

#include "store/registry.h"
#include "tests/unit/store/faults.h"
#include "tests/unit/store/logged_store.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

using testing::HasSubstr;

TEST(RedoLog, IsOpenedForManySmallCommitsAndClosedAtTheEnd) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger");
  ASSERT_TRUE(PutOne(store.get(), "k", "1").ok());
  EXPECT_EQ(LogOf(folder / "ledger"), RedoFile::State::kAbsent);
  store = OpenLogged(folder / "ledger");  // The same environment.
  store.reset();
  store = OpenLogged(folder / "ledger");
  ASSERT_TRUE(PutOne(store.get(), "k", "2").ok());
  EXPECT_EQ(LogOf(folder / "ledger"), RedoFile::State::kOpen);
  // What does not fit closes it.
  ASSERT_TRUE(PutOne(store.get(), "k", std::string(200'000, 'v')).ok());
  EXPECT_EQ(LogOf(folder / "ledger"), RedoFile::State::kClosed);
  ASSERT_TRUE(PutOne(store.get(), "k", "3").ok());
  EXPECT_EQ(LogOf(folder / "ledger"), RedoFile::State::kOpen);
  store.reset();
  EXPECT_EQ(LogOf(folder / "ledger"), RedoFile::State::kClosed);
}

// "Closed" whose writer was killed before its sync is closed once more, before
// anybody writes.
TEST(RedoLog, IsNotTakenForClosedBeforeTheDiskKnows) {
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
  ASSERT_TRUE(PutOne(OpenLogged(ledger).get(), "k", "1").ok());
  ASSERT_EQ(LogOf(ledger), RedoFile::State::kClosed);
  const int fd = open((ledger + "/redo").c_str(), O_RDWR | O_CLOEXEC);
  const uint64_t none = 0;
  ASSERT_EQ(pwrite(fd, &none, sizeof none, kRedoConfirmedAt), 8);
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kUnconfirmed);
  auto store = OpenLmdbStore(ledger, TestOptions());
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kUnconfirmed);
  Arm(Fault{"fdatasync", 1, EIO});
  EXPECT_FALSE(PutOne(store->get(), "k", "2").ok());
  Disarm();
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kUnconfirmed);
  EXPECT_TRUE(PutOne(store->get(), "k", "3").ok());
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kClosed);
  close(fd);
}

// So that a recovery is short: there is a checkpoint before the log has more
// than kMaxRedoPlaces places.
TEST(RedoLog, IsRenewedWhenItsRecordsAreAllOverTheTables) {
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
  auto store = OpenLogged(ledger);
  const auto commit = [&](int from, int to) {
    auto txn = store->BeginWrite().value();
    for (int i = from; i < to; ++i) {
      const std::string key = std::to_string(i) + ".";
      ASSERT_TRUE(txn->Put(Table::kCells, key, "v").ok());
    }
    ASSERT_TRUE(txn->Commit().ok());
  };
  const auto generation = [&] { return ViewOf(ledger).header.generation; };
  constexpr int kMost = kMaxRedoPlaces;
  constexpr int kPart = 2 * kMost / 5;
  commit(0, kPart);
  const uint64_t first = generation();
  commit(0, 1);
  EXPECT_EQ(generation(), first);
  commit(kPart, 2 * kPart);
  EXPECT_EQ(generation(), first);
  commit(0, 1);
  EXPECT_NE(generation(), first);
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kOpen);
  // The large ones of the generation before do not count in this one.
  const uint64_t second = generation();
  const int few = kMost / 10;
  for (int i = 0; i < 9; ++i) commit(few * i, few * i + few);
  EXPECT_EQ(generation(), second);
  // Those that it has already are no more of them.
  for (int i = 0; i < 9; ++i) commit(0, 6 * few);
  EXPECT_EQ(generation(), second);
  commit(0, 2 * kMost);
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kClosed);
}

// So that a checkpoint has few pages left to wait for.
TEST(RedoLog, PagesAreWrittenBackWhileItIsFilled) {
  ScratchFolder folder;
  auto store = OpenLogged(NewLedger(folder));
  const auto commit = [&](size_t bytes) {
    auto txn = store->BeginWrite().value();
    ASSERT_TRUE(txn->Put(Table::kRuns, "k", std::string(bytes, 'v')).ok());
    ASSERT_TRUE(txn->Commit().ok());
  };
  const int before = WriteBacks();
  commit(kRedoRecordBytes / 16);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(WriteBacks(), before);
  commit(kRedoRecordBytes / 16);
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (WriteBacks() == before &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_GT(WriteBacks(), before);
}

// Who asks for a file's times makes the writes after it note theirs finely, and
// the sync of a record then writes an inode as well.
TEST(RedoLog, ACommitAsksForNoTimesOfAFile) {
  ScratchFolder folder;
  auto store = OpenLogged(NewLedger(folder));
  ASSERT_TRUE(PutOne(store.get(), "k", "1").ok());
  const int before = Fstats();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(PutOne(store.get(), "k", "2").ok());
  EXPECT_EQ(Fstats(), before);
  ASSERT_EQ(LogOf(folder / "ledger"), RedoFile::State::kOpen);
  EXPECT_GT(Fstats(), before);  // LogOf's own is seen.
}

TEST(RedoLog, AnIdleOwnerClosesIt) {
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  auto store =
      OpenLogged(folder / "ledger", "", std::chrono::milliseconds(500));
  ASSERT_TRUE(PutOne(store.get(), "k", "1").ok());
  EXPECT_EQ(LogOf(folder / "ledger"), RedoFile::State::kOpen);
  while (LogOf(folder / "ledger") != RedoFile::State::kClosed) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_TRUE(PutOne(store.get(), "k", "2").ok());
  EXPECT_EQ(GetOne(store.get(), "k"), "2");
}

TEST(RedoLog, RefusesADataFileThatIsNotItsOwn) {
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
  std::filesystem::copy_file(ledger + "/data.mdb", folder / "older");
  ASSERT_TRUE(
      PutOne(OpenLmdbStore(ledger, TestOptions())->get(), "k", "0").ok());
  LeaveLogOpen(ledger, 3);
  std::filesystem::copy_file(ledger + "/data.mdb", folder / "newer");
  std::filesystem::rename(folder / "older", ledger + "/data.mdb");
  const auto refused = OpenLmdbStore(ledger, TestOptions()).status();
  EXPECT_EQ(GetErrorCode(refused), ErrorCode::kCorrupt) << refused;
  EXPECT_THAT(refused.ToString(), HasSubstr("do not belong together"));
  std::filesystem::rename(folder / "newer", ledger + "/data.mdb");
  auto store = OpenLmdbStore(ledger, TestOptions());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ(GetOne(store->get(), "k"), "3");
}

// Its record is on the disk, so it must not be left open as another's would be.
TEST(RedoLog, OfARefusedCommitIsStillOurs) {
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
  MDB_env* env = nullptr;
  ASSERT_EQ(mdb_env_create(&env), MDB_SUCCESS);
  ASSERT_EQ(mdb_env_open(env, ledger.c_str(), MDB_NOTLS, 0664), MDB_SUCCESS);
  {
    const Fd fd = OpenDirectory(ledger).value();
    RedoLog log(fd.get(), ledger, kAnotherBoot, 0);
    ASSERT_TRUE(log.BeforeWrite(env).ok());
    ASSERT_TRUE(log.owned());
    RedoRecord record;
    record.Reserve("k", 1);
    record.NotePut(Table::kCells, "k", "1");
    const uint64_t next = ViewOf(ledger).header.transaction + 1;
    ASSERT_TRUE(log.Append(&record, next).ok());
    ASSERT_TRUE(log.Sync().ok());
    EXPECT_FALSE(log.TakenOver());
    EXPECT_TRUE(log.Close(env).ok());
    EXPECT_EQ(LogOf(ledger), RedoFile::State::kClosed);
  }
  mdb_env_close(env);
}

TEST(RedoLog, IsOfTheLedgerAlsoWhereThatIsMoved) {
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
  auto store = OpenLogged(ledger);
  std::filesystem::rename(ledger, folder / "moved");
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
  ASSERT_TRUE(PutOne(store.get(), "k", "1").ok());
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kAbsent);
  EXPECT_EQ(LogOf(folder / "moved"), RedoFile::State::kOpen);
  // To reopen would be to open the other.
  Arm(Fault{"fdatasync", 1, EIO});
  EXPECT_FALSE(PutOne(store.get(), "k", std::string(200'000, 'v')).ok());
  Disarm();
  EXPECT_THAT(GetOne(store.get(), "k"), HasSubstr("moved"));
  store.reset();
  EXPECT_EQ(GetOne(OpenLogged(folder / "moved").get(), "k"), "1");
}

TEST(RedoLog, IsTriedAgainWhereItCouldNotBeMade) {
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
  auto store = OpenLogged(ledger);
  Arm(Fault{"fsync", 1, EIO});
  EXPECT_TRUE(PutOne(store.get(), "k", "1").ok());
  Disarm();
  ASSERT_TRUE(Happened());
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kAbsent);
  EXPECT_TRUE(PutOne(store.get(), "k", "2").ok());
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kOpen);
}

TEST(RedoFile, IsForWhoTheDataFileIsFor) {
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
  ASSERT_EQ(chmod((ledger + "/data.mdb").c_str(), 0660), 0);
  const mode_t before = umask(077);
  ASSERT_TRUE(PutOne(OpenLogged(ledger).get(), "k", "1").ok());
  umask(before);
  struct stat info;
  ASSERT_EQ(stat((ledger + "/redo").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0660u);
}

// Who may not write it can still tell that there is nothing in it.
TEST(RedoFile, CanBeReadByWhoMayNotWriteIt) {
  constexpr uid_t kNobody = 65'534;
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
  ASSERT_TRUE(PutOne(OpenLogged(ledger).get(), "k", "1").ok());
  ASSERT_EQ(chmod((ledger + "/redo").c_str(), 0444), 0);
  ASSERT_EQ(chmod(ledger.c_str(), 0755), 0);
  EXPECT_EQ(RunInChild([&] {
              const Fd fd = OpenDirectory(ledger).value();
              if (geteuid() == 0 && setuid(kNobody) != 0) return 1;
              RedoFile redo(fd.get(), ledger);
              const auto view = redo.Look();
              if (!view.ok() || view->state != RedoFile::State::kClosed) {
                return 2;
              }
              return redo.WriteClosed().ok() ? 3 : 0;
            }),
            0);
}

}  // namespace
}  // namespace drawdown
