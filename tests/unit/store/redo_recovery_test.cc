// Who recovers from the log of commits, when, and what is lost by failures:
// none.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "store/registry.h"
#include "tests/unit/store/faults.h"
#include "tests/unit/store/logged_store.h"
#include "tests/unit/store/scratch.h"

namespace drawdown {
namespace {

// In the boot that opened it the page cache is the truth, and the next writer
// closes the log.
TEST(RedoRecovery, IsOfAnotherBootOnly) {
  ScratchFolder folder;
  const std::string ledger = NewLedger(folder);
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
  const std::string ledger = NewLedger(folder);
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
      const std::string ledger = NewLedger(folder);
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
  const std::string ledger = NewLedger(folder);
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
  const std::string ledger = NewLedger(folder);
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
    const std::string ledger = NewLedger(folder);
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

}  // namespace
}  // namespace drawdown
