// Every file system call fails once at every place: what was acknowledged
// stays, what was refused did not happen, and the store goes on without help.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>

#include "tests/unit/store/faults.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

using testing::HasSubstr;

struct Outcome {
  absl::Status status;
  bool happened;
};

// A commit of pages enough for several writes.
Outcome CommitUnder(Store* store, const Fault& fault, const std::string& tag) {
  auto txn = store->BeginWrite();
  if (!txn.ok()) return {txn.status(), false};
  for (int i = 0; i < 40; ++i) {
    const std::string key = std::to_string(i * 977 % 40);
    if (!(*txn)->Put(Table::kCells, key, tag + std::string(900, 'v')).ok()) {
      return {absl::UnknownError("put"), false};
    }
  }
  const std::string big(70'000, 'b');
  EXPECT_TRUE((*txn)->Put(Table::kRuns, "big", big).ok());
  Arm(fault);
  const absl::Status status = (*txn)->Commit();
  Disarm();
  return {status, Happened()};
}

std::string TagIn(Store* store) {
  const std::string value = GetOne(store, "7");
  return value.substr(0, value.find('v'));
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
