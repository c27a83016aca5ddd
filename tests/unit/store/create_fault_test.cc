// Killed, or without a disk, at each system call of creating a ledger.
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <string>

#include "tests/unit/store/faults.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

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
