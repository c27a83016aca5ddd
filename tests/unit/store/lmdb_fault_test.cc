// Every file system call fails once at every place: what was acknowledged
// stays, what was refused did not happen, and the store goes on without help.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "store/registry.h"
#include "store/transaction.h"
#include "tests/unit/store/faults.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Outcome {
  absl::Status status;
  bool happened;
};

// A commit of pages enough for several writes.
Outcome CommitUnder(Store* store, const Fault& fault, const std::string& tag,
                    bool from_the_beginning = false) {
  if (from_the_beginning) Arm(fault);
  auto txn = store->BeginWrite();
  if (!txn.ok()) {
    Disarm();
    return {txn.status(), Happened()};
  }
  for (int i = 0; i < 40; ++i) {
    const std::string key = std::to_string(i * 977 % 40);
    if (!(*txn)->Put(Table::kCells, key, tag + std::string(900, 'v')).ok()) {
      return {absl::UnknownError("put"), false};
    }
  }
  const std::string big(70'000, 'b');
  EXPECT_TRUE((*txn)->Put(Table::kRuns, "big", big).ok());
  if (!from_the_beginning) Arm(fault);
  const absl::Status status = (*txn)->Commit();
  Disarm();
  return {status, Happened()};
}

std::string TagIn(Store* store) {
  const std::string value = GetOne(store, "7");
  return value.substr(0, value.find("vv"));
}

// A store that logs every commit that fits, from the first.
class LoggedStore : public Store {
 public:
  explicit LoggedStore(std::shared_ptr<Environment> environment)
      : environment_(std::move(environment)) {}
  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() override {
    return BeginLmdbRead(environment_, After(std::chrono::seconds(5)));
  }
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite() override {
    return BeginLmdbWrite(environment_, After(std::chrono::seconds(5)));
  }

 private:
  const std::shared_ptr<Environment> environment_;
};

EnvironmentOptions LoggedOptions(const std::string& boot_id) {
  EnvironmentOptions options;
  options.allow_any_filesystem = true;
  options.commits_before_log = 0;
  options.boot_id = boot_id;
  return options;
}

absl::StatusOr<std::unique_ptr<Store>> TryToOpenLogged(
    const std::string& directory, const std::string& boot_id) {
  auto environment = AcquireEnvironment(directory, LoggedOptions(boot_id),
                                        After(std::chrono::seconds(5)));
  if (!environment.ok()) return environment.status();
  return std::make_unique<LoggedStore>(*std::move(environment));
}

std::unique_ptr<Store> OpenLogged(const std::string& directory,
                                  const std::string& boot_id = "") {
  auto store = TryToOpenLogged(directory, boot_id);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

class CommitFaults : public testing::TestWithParam<Fault> {};

TEST_P(CommitFaults, NeverLieAboutACommit) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger");
  std::string committed = "start.";
  ASSERT_TRUE(CommitUnder(store.get(), Fault{"none"}, committed).status.ok());
  int places = 0;
  for (int nth = 1; nth < 60; ++nth) {
    Fault fault = GetParam();
    fault.nth = nth;
    const std::string tag = "n" + std::to_string(nth) + ".";
    const Outcome outcome = CommitUnder(store.get(), fault, tag);
    if (!outcome.happened) {
      ASSERT_TRUE(outcome.status.ok()) << outcome.status;
      break;
    }
    ++places;
    const ErrorCode code = GetErrorCode(outcome.status);
    // Without help: reads, and the next write, work at once.
    const std::string now = TagIn(store.get());
    if (code == ErrorCode::kOk) {
      EXPECT_EQ(now, tag);
    } else if (code == ErrorCode::kUncertain) {
      EXPECT_TRUE(now == tag || now == committed) << now;
    } else {
      EXPECT_TRUE(code == ErrorCode::kIo || code == ErrorCode::kDiskFull)
          << outcome.status;
      EXPECT_EQ(now, committed) << outcome.status;
    }
    // What a new opener sees is the same: it is on disk, not in our memory.
    store.reset();
    store = std::move(OpenLmdbStore(folder / "ledger", TestOptions())).value();
    EXPECT_EQ(TagIn(store.get()), now);
    committed = tag + "again.";
    ASSERT_TRUE(CommitUnder(store.get(), Fault{"none"}, committed).status.ok());
    ASSERT_EQ(TagIn(store.get()), committed);
  }
  EXPECT_GT(places, 0) << "the fault never happened";
}

// From the beginning of the write on, with two commits in the log before it: it
// is full, and a checkpoint comes first.
TEST_P(CommitFaults, NeverLieAboutALoggedCommit) {
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  int places = 0;
  for (int nth = 1; nth < 80; ++nth) {
    auto store = OpenLogged(folder / "ledger");
    const std::string tag = "n" + std::to_string(nth) + ".";
    for (const char* before : {"first", "second"}) {
      ASSERT_TRUE(CommitUnder(store.get(), Fault{"none"}, before).status.ok());
    }
    Fault fault = GetParam();
    fault.nth = nth;
    const Outcome outcome = CommitUnder(store.get(), fault, tag, true);
    const ErrorCode code = GetErrorCode(outcome.status);
    const std::string now = TagIn(store.get());
    if (code == ErrorCode::kOk) {
      EXPECT_EQ(now, tag);
    } else if (code == ErrorCode::kUncertain) {
      EXPECT_TRUE(now == tag || now == "second") << now;
      EXPECT_THAT(outcome.status.ToString(), Not(HasSubstr("nothing was")));
    } else {
      EXPECT_TRUE(code == ErrorCode::kIo || code == ErrorCode::kDiskFull)
          << outcome.status;
      EXPECT_EQ(now, "second") << nth << ": " << outcome.status;
    }
    ASSERT_TRUE(CommitUnder(store.get(), Fault{"none"}, "later.").status.ok());
    EXPECT_EQ(TagIn(store.get()), "later.");
    if (!outcome.happened) break;
    ++places;
  }
  EXPECT_GT(places, 0) << "the fault never happened";
}

INSTANTIATE_TEST_SUITE_P(Lmdb, CommitFaults,
                         testing::Values(Fault{"pwrite", 0, EIO},
                                         Fault{"pwrite", 0, ENOSPC},
                                         Fault{"pwrite", 0, Fault::kShort},
                                         Fault{"pwrite", 0, EIO, true},
                                         Fault{"writev", 0, EIO},
                                         Fault{"writev", 0, ENOSPC},
                                         Fault{"writev", 0, Fault::kShort},
                                         Fault{"fdatasync", 0, EIO},
                                         Fault{"fdatasync", 0, EIO, true}),
                         [](const testing::TestParamInfo<Fault>& info) {
                           return info.param.call + std::to_string(info.index);
                         });

RedoFile::View ViewOf(const std::string& directory) {
  const Fd fd = OpenDirectory(directory).value();
  return RedoFile(fd.get(), directory).Look().value();
}
RedoFile::State LogOf(const std::string& directory) {
  return ViewOf(directory).state;
}

// A process that is killed after `commits` logged ones: k is "1" and so on.
void LeaveLogOpen(const std::string& ledger, int commits) {
  EXPECT_EQ(RunInChild([&] {
              auto store = OpenLogged(ledger);
              for (int i = 1; i <= commits; ++i) {
                if (!PutOne(store.get(), "k", std::to_string(i)).ok()) return 2;
              }
              // Without the end of `store`, which would close it.
              _exit(LogOf(ledger) == RedoFile::State::kOpen ? 0 : 1);
              return 3;
            }),
            0);
}
constexpr char kAnotherBoot[] = "another boot";

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
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
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
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
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
  commit(0, 400);
  const uint64_t first = generation();
  commit(0, 1);
  EXPECT_EQ(generation(), first);
  commit(400, 800);
  EXPECT_EQ(generation(), first);
  commit(0, 1);
  EXPECT_NE(generation(), first);
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kOpen);
  // The large ones of the generation before do not count in this one.
  const uint64_t second = generation();
  for (int i = 0; i < 9; ++i) commit(100 * i, 100 * i + 100);
  EXPECT_EQ(generation(), second);
  commit(0, 2'000);
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kClosed);
}

TEST(RedoLog, AnIdleOwnerClosesIt) {
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  auto store = OpenLogged(folder / "ledger");
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
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
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
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
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
    EXPECT_FALSE(log.TakenOver());
    EXPECT_TRUE(log.Close(env).ok());
    EXPECT_EQ(LogOf(ledger), RedoFile::State::kClosed);
  }
  mdb_env_close(env);
}

TEST(RedoLog, IsOfTheLedgerAlsoWhereThatIsMoved) {
  ScratchFolder folder;
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
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
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
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
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
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
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
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

// In the boot that opened it the page cache is the truth, and the next writer
// closes the log.
TEST(RedoRecovery, IsOfAnotherBootOnly) {
  ScratchFolder folder;
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
  LeaveLogOpen(ledger, 3);
  auto store = OpenLogged(ledger);
  EXPECT_EQ(GetOne(store.get(), "k"), "3");
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kOpen);
  store.reset();
  store = OpenLogged(ledger, kAnotherBoot);
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kClosed);
  EXPECT_EQ(GetOne(store.get(), "k"), "3");
}

// What the disk had of a ledger that is open, in a snapshot, is another file.
TEST(RedoRecovery, IsOfACopyToo) {
  ScratchFolder folder;
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
  LeaveLogOpen(ledger, 2);
  std::filesystem::copy(ledger, folder / "copy",
                        std::filesystem::copy_options::recursive);
  auto store = OpenLogged(folder / "copy");
  EXPECT_EQ(LogOf(folder / "copy"), RedoFile::State::kClosed);
  EXPECT_EQ(GetOne(store.get(), "k"), "2");
}

// A writer is killed before any of its system calls. What a reader then sees is
// what whoever opens the ledger next sees, without a power loss.
TEST(RedoRecovery, BringsNothingBackThatAReaderSawAbsent) {
  int status = kExitStatus;
  int absent = 0;
  for (int nth = 1; status == kExitStatus; ++nth) {
    ASSERT_LT(nth, 100);
    ScratchFolder folder;
    const std::string ledger = folder / "ledger";
    auto reader = CreateAndOpen(ledger);
    ASSERT_NE(reader, nullptr);
    status = RunInChild([&] {
      auto store = OpenLogged(ledger);
      if (!PutOne(store.get(), "k", "1").ok()) return 2;
      Arm(Fault{"", nth, Fault::kExit});
      if (!PutOne(store.get(), "k", "2").ok()) return 3;
      _exit(0);
      return 0;
    });
    const std::string seen = GetOne(reader.get(), "k");
    EXPECT_EQ(LogOf(ledger), RedoFile::State::kOpen);
    absent += seen == "1" ? 1 : 0;
    reader.reset();
    EXPECT_EQ(GetOne(OpenLogged(ledger).get(), "k"), seen) << nth;
  }
  EXPECT_EQ(status, 0);
  EXPECT_GT(absent, 1);
}

// A recovery that fails anywhere is done by who opens the ledger next.
TEST(RedoRecovery, ThatFailsLosesNothing) {
  int failures = 0;
  for (const char* call : {"pwrite", "fdatasync", "writev"}) {
    for (int nth = 1;; ++nth) {
      ASSERT_LT(nth, 100);
      ScratchFolder folder;
      const std::string ledger = folder / "ledger";
      ASSERT_NE(CreateAndOpen(ledger), nullptr);
      LeaveLogOpen(ledger, 3);
      Arm(Fault{call, nth, ENOSPC});
      const absl::Status status =
          TryToOpenLogged(ledger, kAnotherBoot).status();
      Disarm();
      if (!Happened()) break;
      failures += status.ok() ? 0 : 1;
      // The same boot as that of the log: it has only the mark to go by.
      auto store = OpenLogged(ledger);
      ASSERT_NE(store, nullptr);
      ASSERT_TRUE(PutOne(store.get(), "other", "v").ok());
      EXPECT_EQ(GetOne(store.get(), "k"), "3") << call << nth;
    }
  }
  EXPECT_GT(failures, 3);
}

// A poisoned process reopens, rolls back, and fails: whoever comes while it
// lives is refused, and does not take the checkpoint for the books.
TEST(RedoRecovery, OfAPeerThatFailedIsWaitedFor) {
  ScratchFolder folder;
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
  auto store = OpenLogged(ledger);
  ASSERT_TRUE(PutOne(store.get(), "k", "1").ok());
  ASSERT_TRUE(PutOne(store.get(), "k", "2").ok());
  // Its log cannot be closed, and then data.mdb not written.
  Arm(Fault{"fdatasync", 1, EIO, true});
  EXPECT_FALSE(PutOne(store.get(), "k", std::string(200'000, 'v')).ok());
  EXPECT_NE(GetOne(store.get(), "k"), "2");  // an error: it recovers, and fails
  Disarm();
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kMustRecover);
  EXPECT_EQ(RunInChild([&] {
              const auto other = TryToOpenLogged(ledger, "");
              return GetErrorCode(other.status()) == ErrorCode::kIo ? 0 : 1;
            }),
            0);
  EXPECT_EQ(GetOne(store.get(), "k"), "2");
}

// Who gets the directory's lock after an open that failed is alone, and
// recovers.
TEST(RedoRecovery, IsDoneByWhoComesAfterAFailedOpen) {
  ScratchFolder folder;
  const std::string ledger = folder / "ledger";
  ASSERT_NE(CreateAndOpen(ledger), nullptr);
  LeaveLogOpen(ledger, 2);
  int unlocked_alone = 0;
  BeforeUnlock([&] {
    const Fd peers(open((ledger + "/peers.lock").c_str(), O_RDWR | O_CLOEXEC));
    unlocked_alone += flock(peers.get(), LOCK_EX | LOCK_NB) == 0 ? 1 : 0;
  });
  Arm(Fault{"fdatasync", 1, EIO, true});
  EXPECT_FALSE(TryToOpenLogged(ledger, kAnotherBoot).ok());
  Disarm();
  BeforeUnlock(nullptr);
  EXPECT_EQ(unlocked_alone, 1);
  EXPECT_EQ(GetOne(OpenLogged(ledger, kAnotherBoot).get(), "k"), "2");
}

// Whether the checkpoint's meta page has its number, and is another.
bool CheckpointIsUndone(const std::string& ledger) {
  const RedoHeader header = ViewOf(ledger).header;
  const MetaPage checkpoint = ParseMetaImage(header.meta).value();
  const Fd data(open((ledger + "/data.mdb").c_str(), O_RDONLY | O_CLOEXEC));
  MetaImage image{};
  const uint64_t at = (header.transaction & 1) * checkpoint.page_size;
  EXPECT_EQ(
      pread(data.get(), image.data(), image.size(), static_cast<off_t>(at)),
      static_cast<ssize_t>(image.size()));
  return ParseMetaImage(image).value().transaction == header.transaction &&
         image != header.meta;
}

// Where LMDB could not write a meta page, it puts the number before it back,
// and not the roots: here in the checkpoint's own.
TEST(RedoRecovery, TakesAMetaPageThatLmdbHasUndone) {
  int undone = 0;
  for (int nth = 1;; ++nth) {
    ASSERT_LT(nth, 100);
    ScratchFolder folder;
    const std::string ledger = folder / "ledger";
    ASSERT_NE(CreateAndOpen(ledger), nullptr);
    const int status = RunInChild([&] {
      auto store = OpenLogged(ledger);
      if (!PutOne(store.get(), "k", "1").ok()) return 2;
      const Fd redo(open((ledger + "/redo").c_str(), O_RDWR | O_CLOEXEC));
      char header[kSectorBytes];
      if (pread(redo.get(), header, sizeof header, 0) != kSectorBytes) return 3;
      Arm(Fault{"pwrite", nth, EIO});
      PutOne(store.get(), "k", "2").IgnoreError();
      const bool happened = Happened();
      Disarm();
      // The log as it is if it could not be closed.
      if (pwrite(redo.get(), header, sizeof header, 0) != kSectorBytes) {
        return 4;
      }
      _exit(happened ? 0 : 1);
      return 5;
    });
    if (status == 1) break;
    ASSERT_EQ(status, 0);
    undone += CheckpointIsUndone(ledger) ? 1 : 0;
    const auto store = TryToOpenLogged(ledger, kAnotherBoot);
    ASSERT_TRUE(store.ok()) << nth << ": " << store.status();
    const std::string now = GetOne(store->get(), "k");
    EXPECT_TRUE(now == "1" || now == "2") << now;
  }
  EXPECT_EQ(undone, 1);
}

// The last pwrite of a commit is that of the meta page.
TEST(CommitFault, InTheMetaPageIsUncertainAndHealsItself) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger");
  ASSERT_TRUE(PutOne(store.get(), "k", "1").ok());
  bool uncertain = false;
  for (int nth = 1; nth < 20 && !uncertain; ++nth) {
    Arm(Fault{"pwrite", nth, EIO});
    const absl::Status status = PutOne(store.get(), "k", "2");
    Disarm();
    uncertain = GetErrorCode(status) == ErrorCode::kUncertain;
    ASSERT_TRUE(uncertain || !status.ok()) << nth;
  }
  ASSERT_TRUE(uncertain);
  EXPECT_EQ(GetOne(store.get(), "k"), "1");
  EXPECT_TRUE(PutOne(store.get(), "k", "3").ok());
  EXPECT_EQ(GetOne(store.get(), "k"), "3");
}

// After a failed sync or meta page the file is read anew, but while a reader of
// before lives the map cannot be taken away from under it.
TEST(CommitFault, ReopeningWaitsForReaders) {
  for (const char* call : {"pwrite", "fdatasync"}) {
    ScratchFolder folder;
    LmdbOptions options = TestOptions();
    options.lock_timeout = std::chrono::milliseconds(50);
    auto store = CreateAndOpen(folder / "ledger", options);
    ASSERT_TRUE(PutOne(store.get(), "k", "1").ok());
    auto reader = store->BeginRead().value();
    Arm(Fault{call, 1, EIO, true});
    EXPECT_FALSE(PutOne(store.get(), "k", "2").ok());
    Disarm();
    EXPECT_EQ(GetErrorCode(store->BeginWrite().status()), ErrorCode::kUncertain)
        << call;
    EXPECT_EQ(**reader->Get(Table::kCells, "k"), "1");
    reader.reset();
    EXPECT_TRUE(PutOne(store.get(), "k", "3").ok());
  }
}

TEST(FullDisk, IsToldBeforeAnythingIsWritten) {
  ScratchFolder folder;
  auto store = CreateAndOpen(folder / "ledger");
  ASSERT_TRUE(PutOne(store.get(), "k", "1").ok());
  // More than what was reserved ahead.
  const std::string big(6 << 20, 'b');
  auto txn = store->BeginWrite().value();
  ASSERT_TRUE(txn->Put(Table::kCells, "big", big).ok());
  Arm(Fault{"fallocate", 1, ENOSPC, true});
  const absl::Status full = txn->Commit();
  EXPECT_EQ(GetErrorCode(full), ErrorCode::kDiskFull) << full;
  EXPECT_THAT(full.ToString(), HasSubstr("nothing was written"));
  // What fits into the reserve still goes, a correction for instance.
  EXPECT_TRUE(PutOne(store.get(), "k", "2").ok());
  Disarm();
  EXPECT_EQ(GetOne(store.get(), "big"), "(absent)");
  EXPECT_TRUE(PutOne(store.get(), "big", big).ok());
}

TEST(FullDisk, FilesystemsWithoutFallocateWorkToo) {
  ScratchFolder folder;
  Arm(Fault{"fallocate", 1, EOPNOTSUPP, true});
  auto store = CreateAndOpen(folder / "ledger");
  ASSERT_NE(store, nullptr);
  EXPECT_TRUE(PutOne(store.get(), "big", std::string(6 << 20, 'b')).ok());
  Disarm();
  store.reset();
  EXPECT_TRUE(OpenLmdbStore(folder / "ledger", TestOptions()).ok());
}

// Killed before its n-th file system call, for every n: there is no ledger, and
// creating works at once; or there is a whole one.
void KillEverywhere(
    const std::function<std::string(const ScratchFolder&)>& at) {
  for (int nth = 1;; ++nth) {
    ASSERT_LT(nth, 200);
    ScratchFolder folder;
    const std::string directory = at(folder);
    const int exit_status = RunInChild([&] {
      Arm(Fault{"", nth, Fault::kExit});
      return CreateLmdbStore(directory, "header", "h", TestOptions()).ok() ? 0
                                                                           : 1;
    });
    auto store = OpenLmdbStore(directory, TestOptions());
    if (GetErrorCode(store.status()) == ErrorCode::kNotALedger) {
      ASSERT_NE(exit_status, 0);
      const absl::Status again =
          CreateLmdbStore(directory, "header", "h", TestOptions());
      ASSERT_TRUE(again.ok())
          << "after a kill at call " << nth << ": " << again;
      store = OpenLmdbStore(directory, TestOptions());
    }
    ASSERT_TRUE(store.ok()) << nth << ": " << store.status();
    auto reader = (*store)->BeginRead().value();
    ASSERT_EQ(**reader->Get(Table::kMeta, "header"), "h");
    if (exit_status == 0) break;
    ASSERT_EQ(exit_status, kExitStatus);
  }
}

TEST(CreateKilled, LeavesNothingOrAWholeLedger) {
  KillEverywhere([](const ScratchFolder& folder) { return folder / "new"; });
}

TEST(CreateKilled, InAnExistingDirectoryToo) {
  KillEverywhere([](const ScratchFolder& folder) { return folder.path(); });
}

TEST(CreateFaults, ReportAndLeaveNoLedger) {
  for (int nth = 1;; ++nth) {
    ASSERT_LT(nth, 200);
    ScratchFolder folder;
    const std::string directory = folder / "new";
    Arm(Fault{"", nth, ENOSPC});
    const absl::Status status =
        CreateLmdbStore(directory, "header", "h", TestOptions());
    Disarm();
    if (!Happened()) break;
    if (status.ok()) continue;  // a call that may fail, like removing debris
    EXPECT_EQ(GetErrorCode(status), ErrorCode::kDiskFull) << status;
    const absl::Status again =
        CreateLmdbStore(directory, "header", "h", TestOptions());
    // Where only the last sync of the parent failed, the ledger is there.
    EXPECT_TRUE(again.ok() || GetErrorCode(again) == ErrorCode::kLedgerExists)
        << again;
  }
}

}  // namespace
}  // namespace drawdown
