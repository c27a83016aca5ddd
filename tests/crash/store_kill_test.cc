// Four writer processes, killed -9 at random again and again: every commit that
// was acknowledged is there, nothing that was not begun, and nobody waits.
//
// DRAWDOWN_CRASH_KILLS sets the number of kills (default 40).
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <thread>

#include "store/lmdb_store.h"
#include "store/registry.h"
#include "store/transaction.h"
#include "tests/support/random.h"

namespace drawdown {
namespace {

constexpr int kWriters = 4;

// What each writer was told or has read, in memory that its death does not
// touch.
struct Oracle {
  std::array<std::atomic<int64_t>, kWriters> acknowledged;
};

std::string RowKey(int writer, int64_t n) {
  std::string digits = std::to_string(n);
  return "row" + std::to_string(writer) + "." +
         std::string(10 - digits.size(), '0') + digits;
}
std::string RowValue(int writer, int64_t n) {
  return std::to_string(writer) + ":" + std::to_string(n) +
         std::string(static_cast<size_t>(n % 3000), 'v');
}

int64_t CounterOf(ReadTransaction* txn, int writer) {
  const auto value = txn->Get(Table::kMeta, "w" + std::to_string(writer));
  if (!value.ok()) return -1;
  return value->has_value() ? std::atoll(std::string(**value).c_str()) : 0;
}

constexpr std::chrono::milliseconds kWait{20'000};

// Every commit that it fits is in the redo log, or each waits twice.
EnvironmentOptions StormOptions(bool logged) {
  EnvironmentOptions options;
  options.allow_any_filesystem = true;
  options.commits_before_log = logged ? 0 : 1'000'000;
  return options;
}

absl::Status WriteNext(const std::shared_ptr<Environment>& store, int writer,
                       Oracle* oracle) {
  auto txn = BeginLmdbWrite(store, After(kWait));
  if (!txn.ok()) return txn.status();
  const int64_t stored = CounterOf(txn->get(), writer);
  // Relaxed: the parent reads it only after this process has died.
  auto& acknowledged = oracle->acknowledged[writer];
  if (stored < acknowledged.load(std::memory_order_relaxed)) {
    _exit(3);  // something acknowledged went away
  }
  // Its writer before this one may have been killed before he told, and so may
  // this one: what has been read stays, too.
  acknowledged.store(stored, std::memory_order_relaxed);
  const int64_t n = stored + 1;
  absl::Status status = (*txn)->Put(Table::kMeta, "w" + std::to_string(writer),
                                    std::to_string(n));
  if (status.ok()) {
    status = (*txn)->Put(Table::kRuns, RowKey(writer, n), RowValue(writer, n));
  }
  if (status.ok()) status = (*txn)->Commit();
  if (status.ok()) acknowledged.store(n, std::memory_order_relaxed);
  return status;
}

[[noreturn]] void RunWriter(const std::string& directory, bool logged,
                            int writer, Oracle* oracle) {
  for (;;) {
    auto store =
        AcquireEnvironment(directory, StormOptions(logged), After(kWait));
    if (!store.ok()) _exit(1);
    // Opened again now and then, so that kills hit that too.
    for (int i = 0; i < 20; ++i) {
      if (!WriteNext(*store, writer, oracle).ok()) _exit(2);
    }
  }
}

void CheckBooks(const std::string& directory, const Oracle& oracle) {
  LmdbOptions options;
  options.allow_any_filesystem = true;
  auto store = OpenLmdbStore(directory, options);
  ASSERT_TRUE(store.ok()) << store.status();
  auto txn = (*store)->BeginRead();
  ASSERT_TRUE(txn.ok()) << txn.status();
  for (int writer = 0; writer < kWriters; ++writer) {
    const int64_t told =
        oracle.acknowledged[writer].load(std::memory_order_relaxed);
    const int64_t stored = CounterOf(txn->get(), writer);
    // One commit may have been done and not yet acknowledged.
    ASSERT_GE(stored, told);
    ASSERT_LE(stored, told + 1);
    for (int64_t n = 1; n <= stored; ++n) {
      const auto row = (*txn)->Get(Table::kRuns, RowKey(writer, n));
      ASSERT_TRUE(row.ok() && row->has_value()) << RowKey(writer, n);
      ASSERT_TRUE(**row == RowValue(writer, n)) << RowKey(writer, n);
    }
    const auto beyond = (*txn)->Get(Table::kRuns, RowKey(writer, stored + 1));
    ASSERT_TRUE(beyond.ok() && !beyond->has_value());
  }
}

void Storm(bool logged) {
  const char* const set = std::getenv("DRAWDOWN_CRASH_KILLS");
  const int kills = set != nullptr ? std::atoi(set) : 40;
  std::mt19937_64 random(TestSeed());
  std::string folder = testing::TempDir() + "/drawdown-kill-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string directory = folder + "/ledger";
  LmdbOptions options;
  options.allow_any_filesystem = true;
  ASSERT_TRUE(CreateLmdbStore(directory, "header", "h", options).ok());
  void* const memory = mmap(nullptr, sizeof(Oracle), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* const oracle = new (memory) Oracle();
  std::array<pid_t, kWriters> writers;
  const auto start = [&](int writer) {
    writers[writer] = fork();
    if (writers[writer] == 0) RunWriter(directory, logged, writer, oracle);
  };
  const auto stop = [&](int writer) {
    kill(writers[writer], SIGKILL);
    int status = 0;
    waitpid(writers[writer], &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << "writer " << writer << " gave up by itself: " << status;
  };
  for (int writer = 0; writer < kWriters; ++writer) start(writer);
  for (int i = 0; i < kills && !testing::Test::HasFailure(); ++i) {
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 100'000));
    const int writer = static_cast<int>(random() % kWriters);
    stop(writer);
    start(writer);
  }
  for (int writer = 0; writer < kWriters; ++writer) stop(writer);
  CheckBooks(directory, *oracle);
  int64_t commits = 0;
  for (const auto& count : oracle->acknowledged) commits += count.load();
  EXPECT_GT(commits, kills / 4) << "too few commits to mean anything";
  munmap(memory, sizeof(Oracle));
  std::filesystem::remove_all(folder);
}

TEST(StoreKill, AcknowledgedCommitsAreAllThere) { Storm(/*logged=*/false); }
TEST(StoreKill, AlsoThoseOfTheRedoLog) { Storm(/*logged=*/true); }

}  // namespace
}  // namespace drawdown
