// Many callers, few commits, and each call as if alone.
#include "engine/group_commit.h"

#include <atomic>
#include <new>
#include <thread>
#include <vector>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "tests/support/passing_on.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr int kThreads = 16;
constexpr int kCalls = 25;

class GroupCommitTest : public testing::Test {
 protected:
  void SetUp() override {
    auto ledger = Ledger::Open(dir_.Path("books"), {.create_if_missing = true});
    ASSERT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
  }
  static RunStart Start(const std::string& id, int64_t gpus) {
    return {{id}, "acme", "p", gpus * kMicroGpusPerGpu, kHour};
  }
  void InThreads(const std::function<void(int thread, int call)>& work) {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&work, t] {
        for (int i = 0; i < kCalls; ++i) work(t, i);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  uint64_t Commits() {
    uint64_t commits = 0;
    EXPECT_THAT(ledger_->VisitJournal(1,
                                      [&](const JournalEntry& entry) {
                                        commits += entry.kind == "commit";
                                        return true;
                                      }),
                IsOk());
    return commits;
  }
  uint64_t Runs() {
    uint64_t runs = 0;
    EXPECT_THAT(ledger_->VisitRuns({},
                                   [&](const RunInfo&) {
                                     ++runs;
                                     return true;
                                   }),
                IsOk());
    return runs;
  }

  ScratchDir dir_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(GroupCommitTest, ConcurrentCallsShareCommits) {
  InThreads([this](int thread, int call) {
    const std::string id = std::to_string(thread) + "-" + std::to_string(call);
    EXPECT_THAT(ledger_->StartRun(Start(id, 8)), IsOk());
  });
  EXPECT_EQ(Runs(), uint64_t{kThreads * kCalls});
  EXPECT_LT(Commits(), uint64_t{kThreads * kCalls});
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

TEST_F(GroupCommitTest, ACallThatFailsTakesNoOtherWithIt) {
  ASSERT_THAT(ledger_->StartRun(Start("taken", 1)), IsOk());
  std::atomic<int> refused{0};  // by any thread, read when all have ended
  InThreads([&](int thread, int call) {
    if (call % 2 == 0) {
      refused += GetErrorCode(ledger_->StartRun(Start("taken", 2)).status()) ==
                 ErrorCode::kConflict;
      return;
    }
    const std::string id = std::to_string(thread) + "-" + std::to_string(call);
    EXPECT_THAT(ledger_->StartRun(Start(id, 8)), IsOk());
  });
  const int good = kThreads * (kCalls / 2);
  EXPECT_EQ(Runs(), static_cast<uint64_t>(1 + good));
  EXPECT_EQ(refused, kThreads * kCalls - good);
  EXPECT_TRUE(ledger_->VerifyInProcess()->ok);
}

TEST_F(GroupCommitTest, TheSameCallFromManyThreadsIsOneRun) {
  InThreads([this](int, int call) {
    EXPECT_THAT(ledger_->StartRun(Start(std::to_string(call), 8)), IsOk());
  });
  EXPECT_EQ(Runs(), uint64_t{kCalls});
}

// A commit that takes long, as on a slow disk.
class SlowCommit : public PassingOn {
 public:
  using PassingOn::PassingOn;

  absl::Status Commit() override {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return PassingOn::Commit();
  }
};

// Two who ask again soon after their answer: of eight calls not each is a
// commit of its own, though nobody has asked yet when a leader could begin.
TEST(GroupCommitOfMany, WaitsForThoseWhoAskAgain) {
  constexpr int kEach = 4;
  const std::unique_ptr<Store> store = NewMemoryStore();
  Header header;
  header.uuid = "00000000-0000-4000-8000-000000000000";
  std::atomic<int> begun{0};  // Counted by leaders; read when they are done.
  GroupCommit commit([&]() -> absl::StatusOr<std::unique_ptr<Posting>> {
    begun.fetch_add(1, std::memory_order_relaxed);
    auto transaction = store->BeginWrite();
    if (!transaction.ok()) return transaction.status();
    return Posting::Begin(std::make_unique<SlowCommit>(*std::move(transaction)),
                          header, kHour);
  });
  std::atomic<int> names{0};  // A new one each; tied to nothing.
  const auto ask = [&] {
    for (int i = 0; i < kEach; ++i) {
      const std::string name = std::to_string(names.fetch_add(1));
      EXPECT_THAT(commit.Run([&](Posting* posting) {
        return posting->Intern(NameKind::kTenant, name, false).status();
      }),
                  IsOk());
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  };
  std::thread other(ask);
  ask();
  other.join();
  EXPECT_LT(begun.load(), 2 * kEach);
}

// Nobody has to be woken to begin: the founder of a group waits for those who
// are expected, and the last of them is awake. Tried again where the machine
// stood still for as long as a founder waits.
TEST(GroupCommitOfMany, IsLedByWhoCompletesIt) {
  bool led = false;
  for (int attempt = 0; attempt < 20 && !led; ++attempt) {
    const std::unique_ptr<Store> store = NewMemoryStore();
    Header header;
    header.uuid = "00000000-0000-4000-8000-000000000000";
    std::atomic<int> begun{0};  // Counted by leaders; tied to nothing.
    GroupCommit commit([&]() -> absl::StatusOr<std::unique_ptr<Posting>> {
      begun.fetch_add(1, std::memory_order_relaxed);
      auto transaction = store->BeginWrite();
      if (!transaction.ok()) return transaction.status();
      return Posting::Begin(
          std::make_unique<SlowCommit>(*std::move(transaction)), header, kHour);
    });
    int names = 0;  // By leaders, one at a time.
    const auto intern = [&](Posting* posting) {
      return posting->Intern(NameKind::kTenant, std::to_string(++names), false)
          .status();
    };
    // Of the founder's operation; read when it is done.
    std::thread::id leader;
    std::thread founder([&] {
      while (begun.load() == 0) std::this_thread::yield();
      EXPECT_THAT(commit.Run([&](Posting* posting) {
        leader = std::this_thread::get_id();
        return intern(posting);
      }),
                  IsOk());
    });
    EXPECT_THAT(commit.Run(intern), IsOk());
    EXPECT_THAT(commit.Run(intern), IsOk());
    founder.join();
    led = leader == std::this_thread::get_id();
  }
  EXPECT_TRUE(led);
}

// Callers that come and go at any moment of a group: each is done once, and
// nobody sleeps for ever.
TEST(GroupCommitOfMany, ForgetsNobody) {
  constexpr int kEach = 150;
  const std::unique_ptr<Store> store = NewMemoryStore();
  Header header;
  header.uuid = "00000000-0000-4000-8000-000000000000";
  GroupCommit commit([&]() -> absl::StatusOr<std::unique_ptr<Posting>> {
    auto transaction = store->BeginWrite();
    if (!transaction.ok()) return transaction.status();
    return Posting::Begin(*std::move(transaction), header, kHour);
  });
  const uint64_t seed = TestSeed();
  int done = 0;  // By leaders, one at a time.
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Random random(seed + static_cast<uint64_t>(t));
      const auto rest = [&random](int64_t most_us) {
        std::this_thread::sleep_for(
            std::chrono::microseconds(random.Between(0, most_us)));
      };
      for (int i = 0; i < kEach; ++i) {
        EXPECT_THAT(commit.Run([&](Posting*) {
          if (t == 0) rest(300);
          ++done;
          return absl::OkStatus();
        }),
                    IsOk());
        if (random.OneIn(3)) rest(t % 4 == 0 ? 2'000 : 100);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, kThreads * kEach);
}

// As an admission whose limits change meanwhile.
TEST(GroupCommitOfMany, ABusyOperationIsBusyForItsCallerAlone) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  Header header;
  header.uuid = "00000000-0000-4000-8000-000000000000";
  std::atomic<int> begun{0};  // Counted by leaders; read when they are done.
  GroupCommit commit([&]() -> absl::StatusOr<std::unique_ptr<Posting>> {
    auto transaction = store->BeginWrite();
    if (!transaction.ok()) return transaction.status();
    if (begun.fetch_add(1, std::memory_order_relaxed) == 0) {
      // Whoever asks meanwhile is of the next group.
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    }
    return Posting::Begin(*std::move(transaction), header, kHour);
  });
  const auto good = [](Posting*) { return absl::OkStatus(); };
  // How many of this have been done; by leaders.
  std::atomic<int> done{0};
  std::thread first([&] { EXPECT_THAT(commit.Run(good), IsOk()); });
  while (begun.load() == 0) std::this_thread::yield();
  std::thread busy([&] {
    EXPECT_THAT(commit.Run([&](Posting*) -> absl::Status {
      done.fetch_add(1);
      return MakeError(ErrorCode::kBusy, "ask again");
    }),
                IsError(ErrorCode::kBusy, "ask again"));
  });
  std::thread other([&] { EXPECT_THAT(commit.Run(good), IsOk()); });
  first.join();
  busy.join();
  other.join();
  EXPECT_EQ(done.load(), 2);  // with the other, and alone
}

TEST(GroupCommitOfMany, ThrowsToEachCallerAndGoesOn) {
  std::atomic<int> begun{0};  // Counted by leaders; read when they are done.
  GroupCommit commit([&]() -> absl::StatusOr<std::unique_ptr<Posting>> {
    begun.fetch_add(1, std::memory_order_relaxed);
    throw std::bad_alloc();
  });
  std::atomic<int> thrown{0};  // Likewise, by callers.
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kCalls; ++i) {
        try {
          (void)commit.Run([](Posting*) { return absl::OkStatus(); });
        } catch (const std::bad_alloc&) {
          thrown.fetch_add(1, std::memory_order_relaxed);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(thrown.load(), kThreads * kCalls);
  EXPECT_GE(begun.load(), kThreads * kCalls);
}

}  // namespace
}  // namespace drawdown
