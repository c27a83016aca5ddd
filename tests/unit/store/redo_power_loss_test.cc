// Random histories of commits by two processes, and the power lost at random
// moments of them, also in the middle of a recovery: the books are exactly
// those of the last acknowledged commit, or have the one more that was under
// way.
//
// DRAWDOWN_POWER_LOSSES sets how many losses there are at least (default 150).
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/registry.h"
#include "store/transaction.h"
#include "tests/support/random.h"
#include "tests/unit/store/scratch.h"
#include "tests/unit/store/simulated_disk.h"

namespace drawdown {
namespace {

constexpr size_t kActors = 2;
// After the last of these the power stays.
constexpr int kBoots = 3;
constexpr Table kTables[] = {Table::kCells, Table::kRuns, Table::kHolds};

constexpr std::chrono::milliseconds kWait{20'000};

EnvironmentOptions LossOptions(int boot, uint32_t commits_before_log = 0) {
  EnvironmentOptions options;
  options.boot_id = "boot " + std::to_string(boot);
  options.allow_any_filesystem = true;
  options.commits_before_log = commits_before_log;
  options.log_idle = std::chrono::milliseconds(0);
  // Grown within a history.
  options.map_size_bytes = (uint64_t{64} << 20) + (uint64_t{3} << 20);
  return options;
}

LmdbOptions CreateOptions() {
  LmdbOptions options = TestOptions();
  options.map_size_bytes = LossOptions(0).map_size_bytes;
  return options;
}

using Handle = std::shared_ptr<Environment>;

// Kills are in one boot, and after each power loss there is another.
absl::StatusOr<Handle> OpenLogged(const std::string& ledger, int boot,
                                  uint32_t commits_before_log = 0) {
  return AcquireEnvironment(ledger, LossOptions(boot, commits_before_log),
                            After(kWait));
}

struct Operation {
  Table table;
  bool deletes;
  bool late;
  std::string key;
  std::string value;
};

// The operations of a commit, all of them told by its seed.
std::vector<Operation> OperationsOf(uint64_t seed) {
  Random random(seed);
  std::vector<Operation> operations;
  const bool big = random.OneIn(15);
  const int64_t count =
      random.OneIn(5) ? random.Between(20, 60) : random.Between(1, 6);
  const int64_t longest = random.OneIn(3) ? 6'000 : 300;
  const bool late = random.OneIn(2);
  for (int64_t i = 0; i < count; ++i) {
    Operation operation;
    operation.table = kTables[random.Between(0, 2)];
    operation.deletes = random.OneIn(late ? 30 : 5);
    operation.late = late;
    operation.key = "key" + std::to_string(random.Between(0, 80));
    operation.value = random.From("abcdefgh", random.Between(0, 40)) +
                      std::string(random.Between(0, longest), 'v');
    operations.push_back(operation);
  }
  if (big) {
    operations.push_back(
        {Table::kRuns, false, late, "big", std::string(150'000, 'b')});
  }
  if (!big && random.OneIn(3)) {  // The log is soon full.
    operations.push_back({Table::kHolds, false, late, "fill",
                          std::string(random.Between(60'000, 110'000), 'f')});
  }
  return operations;
}

// What the books hold, and a number that tells it.
using Books = std::map<std::string, std::string>;

void Apply(const std::vector<Operation>& operations, Books* books) {
  for (const Operation& operation : operations) {
    const std::string key = TableName(operation.table) + ("/" + operation.key);
    if (operation.deletes) {
      books->erase(key);
    } else {
      (*books)[key] = operation.value;
    }
  }
}

uint32_t DigestOf(const Books& books) {
  uint64_t hash = 1469598103934665603u;
  const auto add = [&](const std::string& text) {
    for (const char c : text + "\n") {
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    }
  };
  for (const auto& [key, value] : books) {
    add(key);
    add(value);
  }
  return static_cast<uint32_t>(hash ^ (hash >> 32)) | 1u;
}

absl::StatusOr<uint32_t> DigestIn(const Handle& ledger) {
  ASSIGN_OR_RETURN(const auto txn, BeginLmdbRead(ledger, After(kWait)));
  Books books;
  for (const Table table : kTables) {
    ASSIGN_OR_RETURN(const auto cursor, txn->NewCursor(table));
    ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(""));
    while (found) {
      books[TableName(table) + ("/" + std::string(cursor->key()))] =
          cursor->value();
      ASSIGN_OR_RETURN(found, cursor->Next());
    }
  }
  return DigestOf(books);
}

absl::Status CommitOf(const Handle& ledger, uint64_t seed, bool abort) {
  ASSIGN_OR_RETURN(const auto txn, BeginLmdbWrite(ledger, After(kWait)));
  for (const Operation& operation : OperationsOf(seed)) {
    const auto& [table, deletes, late, key, value] = operation;
    RETURN_IF_ERROR(deletes ? txn->Delete(table, key)
                    : late  ? txn->PutLate(table, key, value)
                            : txn->Put(table, key, value));
  }
  return abort ? absl::OkStatus() : txn->Commit();
}

// A process that does what it is told, one thing at a time.
class Actor {
 public:
  enum class Verb { kCommit, kAbort, kOpen, kClose, kDigest, kEnd };
  struct Order {
    Verb verb;
    uint64_t seed;
  };
  struct Answer {
    bool ok;
    uint32_t digest;
    char error[300];
  };

  explicit Actor(const std::string& ledger) {
    EXPECT_EQ(pipe(orders_), 0);
    EXPECT_EQ(pipe(answers_), 0);
    child_ = fork();
    if (child_ != 0) {
      close(orders_[0]);
      close(answers_[1]);
      return;
    }
    close(orders_[1]);
    close(answers_[0]);
    Serve(ledger);
  }
  ~Actor() {
    // Not by closing the pipe: the other actor has an end of it too.
    const Order end{Verb::kEnd, 0};
    if (!died_ && write(orders_[1], &end, sizeof end) > 0) WaitFor(child_);
    close(orders_[1]);
    close(answers_[0]);
  }
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  // False when it died meanwhile.
  bool Do(Verb verb, uint64_t seed, Answer* answer) {
    const Order order{verb, seed};
    EXPECT_EQ(write(orders_[1], &order, sizeof order),
              static_cast<ssize_t>(sizeof order));
    if (read(answers_[0], answer, sizeof *answer) ==
        static_cast<ssize_t>(sizeof *answer)) {
      return true;
    }
    died_ = true;
    EXPECT_EQ(WaitFor(child_), kDiedAtEvent);
    return false;
  }

 private:
  [[noreturn]] void Serve(const std::string& ledger) const {
    Handle store;
    Order order;
    while (read(orders_[0], &order, sizeof order) ==
               static_cast<ssize_t>(sizeof order) &&
           order.verb != Verb::kEnd) {
      Answer answer{true, 0, ""};
      const absl::Status status = Obey(ledger, order, &store, &answer.digest);
      answer.ok = status.ok();
      status.ToString().copy(answer.error, sizeof answer.error - 1);
      if (write(answers_[1], &answer, sizeof answer) != sizeof answer) break;
    }
    _exit(0);
  }

  static absl::Status Obey(const std::string& ledger, const Order& order,
                           Handle* store, uint32_t* digest) {
    switch (order.verb) {
      case Verb::kClose:
        store->reset();
        return absl::OkStatus();
      case Verb::kOpen:
        break;
      case Verb::kDigest: {
        ASSIGN_OR_RETURN(*digest, DigestIn(*store));
        return absl::OkStatus();
      }
      default:
        return CommitOf(*store, order.seed, order.verb == Verb::kAbort);
    }
    // At once, after some commits, or never: then it has to close the other's.
    static constexpr uint32_t kCommitsBeforeLog[] = {0, 3, 1'000'000};
    ASSIGN_OR_RETURN(*store, OpenLogged(ledger, /*boot=*/0,
                                        kCommitsBeforeLog[order.seed % 3]));
    return absl::OkStatus();
  }

  int orders_[2];
  int answers_[2];
  pid_t child_;
  bool died_ = false;
};

class RedoPowerLoss : public testing::Test {
 protected:
  using Verb = Actor::Verb;

  RedoPowerLoss() : actors_(kActors), open_(kActors) {}

  void Begin(uint64_t seed) {
    random_ = std::make_unique<Random>(seed);
    scratch_ = std::make_unique<ScratchFolder>();
    ledger_ = *scratch_ / "ledger";
    SimulatedDisk::StopWatching();
    ASSERT_TRUE(CreateLmdbStore(ledger_, "header", "h", CreateOptions()).ok());
    SimulatedDisk::Watch(ledger_, *scratch_ / "losses", 20, seed);
    MayBe({Books()});
  }

  // What the books may be: one, but for the time after a kill.
  void MayBe(const std::vector<Books>& books) {
    candidates_.clear();
    AllowedStates allowed;
    for (const Books& one : books) {
      const uint32_t digest = DigestOf(one);
      if (std::count(allowed.begin(), allowed.end(), digest) > 0) continue;
      allowed.push_back(digest);
      candidates_.push_back(one);
    }
    SimulatedDisk::Allow(allowed);
  }

  // Runs one order, on an actor that has the ledger open unless it is to open.
  bool Do(size_t actor, Verb verb, uint64_t seed, Actor::Answer* answer) {
    if (actors_[actor] == nullptr) {
      actors_[actor] = std::make_unique<Actor>(ledger_);
      open_[actor] = false;
    }
    if (verb != Verb::kOpen && !open_[actor]) {
      Actor::Answer opened;
      const auto how = static_cast<uint64_t>(random_->Between(0, 2));
      if (!Do(actor, Verb::kOpen, how, &opened)) return false;
      EXPECT_TRUE(opened.ok) << opened.error;
    }
    const bool lives = actors_[actor]->Do(verb, seed, answer);
    if (!lives) {
      actors_[actor] = nullptr;
      open_[actor] = false;
      return false;
    }
    EXPECT_TRUE(answer->ok) << answer->error;
    if (verb == Verb::kOpen) open_[actor] = true;
    if (verb == Verb::kClose) open_[actor] = false;
    return true;
  }

  // What a reader sees is one of what may be. It decides nothing as long as no
  // writer has come: LMDB's own lock, and the log, may still bring a commit
  // whose process was killed.
  void Look(size_t actor) {
    Actor::Answer answer;
    ASSERT_TRUE(Do(actor, Verb::kDigest, 0, &answer));
    seen_.clear();
    for (const Books& one : candidates_) {
      if (DigestOf(one) == answer.digest) seen_ = {one};
    }
    ASSERT_EQ(seen_.size(), 1u) << "a reader sees other books";
  }
  // After a write transaction nothing is in doubt.
  void Decide(size_t actor) {
    Look(actor);
    if (!HasFatalFailure()) MayBe(seen_);
  }
  void Abort(size_t actor, uint64_t seed) {
    Actor::Answer answer;
    ASSERT_TRUE(Do(actor, Verb::kAbort, seed, &answer));
    Decide(actor);
  }

  void Commit(size_t actor, uint64_t seed, bool may_die) {
    const std::vector<Books> before = candidates_;
    std::vector<Books> after = before;
    for (Books& one : after) Apply(OperationsOf(seed), &one);
    std::vector<Books> any = before;
    any.insert(any.end(), after.begin(), after.end());
    MayBe(any);
    if (may_die) {
      SimulatedDisk::DieAfter(static_cast<uint32_t>(random_->Between(1, 30)));
    }
    Actor::Answer answer;
    const bool lives = Do(actor, Verb::kCommit, seed, &answer);
    SimulatedDisk::DieAfter(0);
    if (lives) {
      MayBe(after);
      if (candidates_.size() > 1) Decide(actor);
    } else if (candidates_.size() > 4 || random_->OneIn(3)) {
      Abort(1 - actor, seed);
    } else {
      Look(1 - actor);
    }
  }

  void Step() {
    if (random_->OneIn(8)) actor_ = 1 - actor_;
    const auto seed = static_cast<uint64_t>(random_->Between(0, 1 << 30));
    Actor::Answer answer;
    switch (random_->Between(0, 19)) {
      case 0:
        if (open_[actor_]) {
          ASSERT_TRUE(Do(actor_, Verb::kClose, 0, &answer));
        }
        Look(actor_);
        break;
      case 1:
        Abort(actor_, seed);
        break;
      case 2:
        Look(1 - actor_);
        break;
      case 3:
        Commit(actor_, seed, /*may_die=*/true);
        break;
      default:
        Commit(actor_, seed, /*may_die=*/false);
    }
  }

  void End() {
    for (auto& actor : actors_) actor.reset();
    open_.assign(kActors, false);
    SimulatedDisk::StopWatching();
  }

  // Who opens it first may be killed in the middle of it, or right after.
  void OpenAndDie(const std::string& directory, int boot) {
    SimulatedDisk::DieAfter(static_cast<uint32_t>(random_->Between(1, 20)));
    const int status = RunInChild([&] {
      const auto store = OpenLogged(directory, boot);
      _exit(store.ok() ? kDiedAtEvent : 1);
      return 1;
    });
    SimulatedDisk::DieAfter(0);
    EXPECT_EQ(status, kDiedAtEvent);
  }

  // The machine comes up again, and may lose its power again while it recovers.
  void ComeUp(const PowerLoss& loss, int boot) {
    SCOPED_TRACE(loss.directory);
    const std::string again = loss.directory + ".again";
    const int depth = kBoots - boot;
    SimulatedDisk::Watch(loss.directory, again, depth > 0 ? 12 : 1'000'000,
                         static_cast<uint64_t>(random_->Between(0, 1 << 30)));
    SimulatedDisk::Allow(loss.allowed);
    if (random_->OneIn(3)) OpenAndDie(loss.directory, boot);
    auto store = OpenLogged(loss.directory, boot);
    const auto losses = SimulatedDisk::Losses();
    SimulatedDisk::StopWatching();
    ASSERT_TRUE(store.ok()) << store.status();
    const auto digest = DigestIn(*store);
    ASSERT_TRUE(digest.ok()) << digest.status();
    ASSERT_NE(std::find(loss.allowed.begin(), loss.allowed.end(), *digest),
              loss.allowed.end())
        << "after a power loss the books are others";
    // They work on, and a clean end leaves nothing to do.
    EXPECT_TRUE(CommitOf(*store, 7, /*abort=*/false).ok());
    EXPECT_TRUE(CommitOf(*store, 8, /*abort=*/false).ok());
    const auto later = DigestIn(*store);
    store->reset();
    store = OpenLogged(loss.directory, boot);
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ(DigestIn(*store).value(), later.value());
    store->reset();
    ++losses_;
    for (const PowerLoss& next : losses) {
      ComeUp(next, boot + 1);
      if (HasFatalFailure()) return;
    }
    std::filesystem::remove_all(loss.directory);
  }

  std::unique_ptr<Random> random_;
  std::unique_ptr<ScratchFolder> scratch_;
  std::string ledger_;
  std::vector<Books> candidates_;
  std::vector<Books> seen_;
  std::vector<std::unique_ptr<Actor>> actors_;
  std::vector<bool> open_;
  size_t actor_ = 0;
  int losses_ = 0;
};

TEST_F(RedoPowerLoss, TheBooksAreThoseOfTheLastAcknowledgedCommit) {
  const char* const set = std::getenv("DRAWDOWN_POWER_LOSSES");
  const int wanted = set != nullptr ? std::atoi(set) : 150;
  for (uint64_t history = 1; losses_ < wanted; ++history) {
    SCOPED_TRACE(testing::Message() << "history " << history);
    Begin(history);
    for (int step = 0; step < 60 && !HasFailure(); ++step) Step();
    End();
    for (const PowerLoss& loss : SimulatedDisk::Losses()) {
      if (!HasFailure()) ComeUp(loss, /*boot=*/1);
    }
    ASSERT_FALSE(HasFailure());
  }
  std::cerr << losses_ << " power losses\n";
}

// LMDB writes a meta page and then notes for others that it has. Who is killed
// in between leaves a commit that only the next write transaction finds.
TEST_F(RedoPowerLoss, NoLogBeginsBeforeACommitThatIsInTheFile) {
  constexpr uint64_t kFirst = 1, kSecond = 2;
  for (uint32_t events = 1; events <= 24 && !HasFailure(); ++events) {
    SCOPED_TRACE(testing::Message() << "killed at event " << events);
    Begin(events);
    Look(1);  // Who has it open keeps LMDB's notes from being made anew.
    std::vector<Books> all(4);
    for (const size_t i : {1, 3}) Apply(OperationsOf(kFirst), &all[i]);
    for (const size_t i : {2, 3}) Apply(OperationsOf(kSecond), &all[i]);
    MayBe(all);
    const auto commit = [&](uint64_t seed, uint32_t commits_before_log) {
      return RunInChild([&] {
        const auto store = OpenLogged(ledger_, 0, commits_before_log);
        if (!store.ok()) return 1;
        return CommitOf(*store, seed, /*abort=*/false).ok() ? 0 : 1;
      });
    };
    SimulatedDisk::DieAfter(events);
    commit(kFirst, /*commits_before_log=*/1'000'000);
    SimulatedDisk::DieAfter(0);
    SimulatedDisk::LoseEvery(2);
    EXPECT_EQ(commit(kSecond, /*commits_before_log=*/0), 0);
    End();
    for (const PowerLoss& loss : SimulatedDisk::Losses()) {
      if (!HasFailure()) ComeUp(loss, kBoots);
    }
  }
}

}  // namespace
}  // namespace drawdown
