// Every file system call fails once at every place: what was acknowledged
// stays, what was refused did not happen, and the store goes on without help.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "tests/unit/store/faults.h"
#include "tests/unit/store/logged_store.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Outcome {
  absl::Status status;
  bool happened;
};

enum class Puts { kAtOnce, kLate };

// A commit of pages enough for several writes.
Outcome CommitUnder(Store* store, const Fault& fault, const std::string& tag,
                    bool from_the_beginning = false,
                    Puts puts = Puts::kAtOnce) {
  if (from_the_beginning) Arm(fault);
  auto txn = store->BeginWrite();
  if (!txn.ok()) {
    Disarm();
    return {txn.status(), Happened()};
  }
  for (int i = 0; i < 40; ++i) {
    const std::string key = std::to_string(i * 977 % 40);
    const std::string value = tag + std::string(900, 'v');
    if (!(puts == Puts::kLate ? (*txn)->PutLate(Table::kCells, key, value)
                              : (*txn)->Put(Table::kCells, key, value))
             .ok()) {
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

class CommitFaults : public testing::TestWithParam<Fault> {
 protected:
  // From the beginning of the write on, with two commits in the log before it:
  // it is full, and a checkpoint comes first.
  void FailLoggedCommits(Puts puts) const;
};

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

void CommitFaults::FailLoggedCommits(Puts puts) const {
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
    const Outcome outcome = CommitUnder(store.get(), fault, tag, true, puts);
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

TEST_P(CommitFaults, NeverLieAboutALoggedCommit) {
  FailLoggedCommits(Puts::kAtOnce);
}

TEST_P(CommitFaults, NeverLieAboutALoggedCommitOfLatePuts) {
  FailLoggedCommits(Puts::kLate);
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

// Late puts are done while the disk writes the record, which it is told to.
TEST(LoggedCommit, ThatCannotBeBegunIsNotMade) {
  ScratchFolder folder;
  ASSERT_NE(CreateAndOpen(folder / "ledger"), nullptr);
  auto store = OpenLogged(folder / "ledger");
  const auto commit = [&](const Fault& fault, const std::string& tag) {
    return CommitUnder(store.get(), fault, tag, true, Puts::kLate);
  };
  ASSERT_TRUE(commit(Fault{"none"}, "first.").status.ok());
  const Outcome failed =
      commit(Fault{"sync_file_range", 1, EIO, true}, "second.");
  EXPECT_TRUE(failed.happened);
  EXPECT_EQ(GetErrorCode(failed.status), ErrorCode::kIo) << failed.status;
  EXPECT_THAT(failed.status.ToString(), HasSubstr("nothing was written"));
  EXPECT_EQ(TagIn(store.get()), "first.");
  EXPECT_EQ(LogOf(folder / "ledger"), RedoFile::State::kClosed);
  // Where the system has no such call, the sync does all of it.
  store.reset();
  store = OpenLogged(folder / "ledger");
  ASSERT_TRUE(commit(Fault{"none"}, "third.").status.ok());
  const Outcome without =
      commit(Fault{"sync_file_range", 1, ENOSYS, true}, "last.");
  EXPECT_TRUE(without.happened);
  EXPECT_TRUE(without.status.ok()) << without.status;
  EXPECT_EQ(LogOf(folder / "ledger"), RedoFile::State::kOpen);
  EXPECT_EQ(TagIn(store.get()), "last.");
}

// Whose record is in the log when it finds out that the last of its late puts
// cannot be.
std::unique_ptr<WriteTransaction> BeginOfBadPuts(Store* store) {
  auto txn = store->BeginWrite().value();
  for (int i = 10; i < 50; ++i) {
    EXPECT_TRUE(txn->PutLate(Table::kCells, std::to_string(i), "late").ok());
  }
  EXPECT_TRUE(txn->AppendLate(Table::kCells, "10", "not the greatest").ok());
  return txn;
}

// After a power loss it would be done.
TEST(LoggedCommit, WhoseLatePutsFailLeavesNoRecord) {
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
  auto store = OpenLogged(ledger);
  ASSERT_TRUE(PutOne(store.get(), "50", "first").ok());
  ASSERT_EQ(LogOf(ledger), RedoFile::State::kOpen);
  const absl::Status failed = BeginOfBadPuts(store.get())->Commit();
  EXPECT_EQ(GetErrorCode(failed), ErrorCode::kCorrupt) << failed;
  EXPECT_THAT(failed.ToString(), HasSubstr("nothing was written"));
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kClosed);
  EXPECT_EQ(GetOne(store.get(), "10"), "(absent)");
  ASSERT_TRUE(PutOne(store.get(), "50", "second").ok());
  EXPECT_EQ(GetOne(store.get(), "50"), "second");
}

TEST(LoggedCommit, ThatHasNoMemoryToFailLeavesNoRecord) {
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
  auto store = OpenLogged(ledger);
  ASSERT_TRUE(PutOne(store.get(), "50", "first").ok());
  ASSERT_EQ(LogOf(ledger), RedoFile::State::kOpen);
  auto txn = BeginOfBadPuts(store.get());
  bool thrown = false;
  RunOutOfMemory(true);
  try {
    txn->Commit().IgnoreError();
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  RunOutOfMemory(false);
  EXPECT_TRUE(thrown);
  EXPECT_EQ(LogOf(ledger), RedoFile::State::kClosed);
  txn.reset();
  ASSERT_TRUE(PutOne(store.get(), "50", "second").ok());
  EXPECT_EQ(GetOne(store.get(), "10"), "(absent)");
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

}  // namespace
}  // namespace drawdown
