// Other threads, other processes, killed processes and forks.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "store/registry.h"
#include "store/transaction.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

LmdbOptions Impatient() {
  LmdbOptions options = TestOptions();
  options.lock_timeout = milliseconds(80);
  return options;
}

// A child that holds a write transaction with a record in it until it dies.
pid_t HoldWriterInChild(const std::string& directory, Signal* ready) {
  return ForkChild([&] {
    auto store = OpenLmdbStore(directory, TestOptions());
    if (!store.ok()) return 1;
    auto txn = (*store)->BeginWrite();
    if (!txn.ok()) return 2;
    if (!(*txn)->Put(Table::kCells, "lost", "1").ok()) return 3;
    ready->Tell();
    pause();
    return 0;
  });
}

TEST(Writer, BusyNamesTheProcessThatHoldsTheLock) {
  ScratchFolder folder;
  Signal ready;
  auto store = CreateAndOpen(folder / "ledger", Impatient());
  const pid_t child = HoldWriterInChild(folder / "ledger", &ready);
  ASSERT_TRUE(ready.Wait());
  const absl::Status busy = store->BeginWrite().status();
  EXPECT_EQ(GetErrorCode(busy), ErrorCode::kBusy) << busy;
  EXPECT_THAT(busy.ToString(),
              HasSubstr("process " + std::to_string(child) + " has held"));
  EXPECT_EQ(GetOne(store.get(), "lost"), "(absent)") << "readers go on";
  kill(child, SIGKILL);
  WaitFor(child);
  for (const char* value : {"1", "2"}) {
    EXPECT_TRUE(PutOne(store.get(), "k", value).ok()) << "the next one gets it";
  }
  EXPECT_EQ(GetOne(store.get(), "lost"), "(absent)");
}

TEST(Writer, AStoppedOwnerIsBusyToo) {
  ScratchFolder folder;
  Signal ready;
  auto store = CreateAndOpen(folder / "ledger", Impatient());
  const pid_t child = HoldWriterInChild(folder / "ledger", &ready);
  ASSERT_TRUE(ready.Wait());
  kill(child, SIGSTOP);
  EXPECT_EQ(GetErrorCode(store->BeginWrite().status()), ErrorCode::kBusy);
  kill(child, SIGKILL);
  WaitFor(child);
}

TEST(Writer, BusyBetweenThreadsNamesThisProcess) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger", Impatient());
  auto held = store->BeginWrite();
  ASSERT_TRUE(held.ok());
  std::thread([&] {
    const absl::Status busy = store->BeginWrite().status();
    EXPECT_EQ(GetErrorCode(busy), ErrorCode::kBusy) << busy;
    EXPECT_THAT(busy.ToString(),
                HasSubstr("process " + std::to_string(getpid())));
  }).join();
  EXPECT_TRUE((*held)->Commit().ok());
  EXPECT_TRUE(PutOne(store.get(), "k", "1").ok());
}

TEST(Fork, TheChildsHandlesAreDeadAndTheParentsAreNot) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger", Impatient());
  ASSERT_TRUE(PutOne(store.get(), "k", "1").ok());
  auto reader = store->BeginRead().value();
  auto cursor = reader->NewCursor(Table::kCells).value();
  auto writer = store->BeginWrite().value();
  ASSERT_TRUE(writer->Put(Table::kCells, "k", "2").ok());
  const int exit_status = RunInChild([&] {
    const auto dead = [](const absl::Status& status) {
      return GetErrorCode(status) == ErrorCode::kForked;
    };
    if (!dead(store->BeginRead().status())) return 1;
    if (!dead(store->BeginWrite().status())) return 2;
    if (!dead(reader->Get(Table::kCells, "k").status())) return 3;
    if (!dead(cursor->SeekLast().status())) return 4;
    if (!dead(writer->Put(Table::kCells, "k", "3"))) return 5;
    if (!dead(writer->Commit())) return 6;
    cursor.reset();
    reader.reset();
    writer.reset();
    store.reset();
    // Opened again here it works, and sees what was committed.
    auto own = OpenLmdbStore(folder / "ledger", TestOptions());
    if (!own.ok()) return 7;
    if (GetOne(own->get(), "k") != "1") return 8;
    return 0;
  });
  EXPECT_EQ(exit_status, 0);
  // The child's destructors have not let go of the parent's writer lock,
  std::thread([&] {
    EXPECT_THAT(store->BeginWrite().status().ToString(),
                HasSubstr("process " + std::to_string(getpid())));
  }).join();
  EXPECT_TRUE(writer->Commit().ok());
  // nor of its reader slot, which keeps the old pages from being used again.
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(PutOne(store.get(), "k", std::to_string(100 + i)).ok());
  }
  EXPECT_EQ(**reader->Get(Table::kCells, "k"), "1");
  EXPECT_TRUE(cursor->SeekLast().value());
  EXPECT_EQ(GetOne(store.get(), "k"), "119");
}

TEST(Fork, AChildThatLivesOnHoldsNoneOfTheParentsLocks) {
  ScratchFolder folder;
  Signal child_runs;
  Signal may_end;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  // A parent that opens, forks a child that outlives it, and ends.
  const pid_t parent = ForkChild([&] {
    auto store = OpenLmdbStore(folder / "ledger", TestOptions());
    if (!store.ok()) return 1;
    if (fork() == 0) {
      child_runs.Tell();
      may_end.Wait();
      _exit(0);
    }
    return 0;
  });
  EXPECT_EQ(WaitFor(parent), 0);
  ASSERT_TRUE(child_runs.Wait());
  const int fd = open((folder / "ledger/peers.lock").c_str(), O_RDWR);
  EXPECT_EQ(flock(fd, LOCK_EX | LOCK_NB), 0) << strerror(errno);
  close(fd);
  may_end.Tell();
}

TEST(Fork, StormInAParentWithManyThreads) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger");
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      while (!stop.load()) {
        const std::string key = "t" + std::to_string(t);
        ASSERT_TRUE(PutOne(store.get(), key, "v").ok());
        ASSERT_EQ(GetOne(store.get(), key), "v");
        ASSERT_TRUE(OpenLmdbStore(folder / "ledger", TestOptions()).ok());
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(
        RunInChild([&] {
          alarm(30);
          if (GetErrorCode(store->BeginRead().status()) != ErrorCode::kForked) {
            return 1;
          }
          auto own = OpenLmdbStore(folder / "ledger", TestOptions());
          if (!own.ok()) return 2;
          return PutOne(own->get(), "child", "v").ok() ? 0 : 3;
        }),
        0);
  }
  stop.store(true);
  for (std::thread& thread : threads) thread.join();
}

// Reader slots of killed processes are found and used again.
TEST(Readers, SlotsOfKilledProcessesComeBack) {
  constexpr int kSlots = 200;
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  std::filesystem::remove(folder / "ledger/lock.mdb");
  EnvironmentOptions options;
  options.max_readers = kSlots;
  options.allow_any_filesystem = true;
  const auto acquire = [&] {
    return AcquireEnvironment(folder / "ledger", options,
                              After(milliseconds(20'000)));
  };
  auto environment = acquire();
  ASSERT_TRUE(environment.ok()) << environment.status();
  Signal ready;
  std::vector<pid_t> children;
  for (int i = 0; i < kSlots; ++i) {
    children.push_back(ForkChild([&] {
      auto own = acquire();
      if (!own.ok()) return 1;
      auto txn = BeginLmdbRead(*own, After(milliseconds(20'000)));
      if (!txn.ok()) return 2;
      ready.Tell();
      pause();
      return 0;
    }));
    ASSERT_TRUE(ready.Wait());
  }
  const auto read = [&] {
    return BeginLmdbRead(*environment, After(milliseconds(1'000))).status();
  };
  const absl::Status full = read();
  EXPECT_EQ(GetErrorCode(full), ErrorCode::kBusy) << full;
  EXPECT_THAT(full.ToString(), HasSubstr("reader slots"));
  for (const pid_t child : children) kill(child, SIGKILL);
  for (const pid_t child : children) WaitFor(child);
  const absl::Status again = read();
  EXPECT_TRUE(again.ok()) << again;
}

// A killed reader does not keep old pages for ever.
TEST(Readers, KilledOnesDoNotLetTheFileGrow) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger");
  const std::string value(100'000, 'v');
  ASSERT_TRUE(PutOne(store.get(), "k", value).ok());
  Signal ready;
  const pid_t child = ForkChild([&] {
    auto own = OpenLmdbStore(folder / "ledger", TestOptions());
    if (!own.ok()) return 1;
    auto txn = (*own)->BeginRead();
    if (!txn.ok()) return 2;
    ready.Tell();
    pause();
    return 0;
  });
  ASSERT_TRUE(ready.Wait());
  kill(child, SIGKILL);
  WaitFor(child);
  for (int i = 0; i < 80; ++i) {
    ASSERT_TRUE(PutOne(store.get(), "k", value).ok());
  }
  // Without the check that every 64th write makes, it would grow by 15 MB.
  const std::string data = folder / "ledger/data.mdb";
  const auto before = std::filesystem::file_size(data);
  for (int i = 0; i < 150; ++i) {
    ASSERT_TRUE(PutOne(store.get(), "k", value).ok());
  }
  EXPECT_LE(std::filesystem::file_size(data), before + (1 << 20));
}

}  // namespace
}  // namespace drawdown
