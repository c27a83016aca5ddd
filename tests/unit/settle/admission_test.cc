// TryRecord in one process: exact at the limit, whatever lies in slices.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/status.h"
#include "tests/unit/settle/tried_quotas.h"

namespace drawdown {
namespace {

class AdmissionTest : public TriedQuotasTest {
 protected:
  void SetUp() override { Start(kPlenty, kPlenty, kPlenty, kPlenty); }
  void OpenImpatient() {
    process_ = nullptr;
    process_ = std::make_unique<QuotaProcess>(path_, &*rules_,
                                              std::chrono::milliseconds(200));
  }
  void NextBucket() { rules_->clock_us += process_->bucket_us(); }
};

TEST_F(AdmissionTest, ExactlyTheLimitIsAdmitted) {
  SetLimits(kPlenty, kPlenty, 10'007, kPlenty);
  EXPECT_EQ(Try(0, 12'000), 10'007);
  EXPECT_EQ(process_->Usage(0), 10'007);
  EXPECT_EQ(Try(1, 100), 100);
  ExpectRoomAsInBooks();
  EXPECT_EQ(process_->Room(3), 0);
}

TEST_F(AdmissionTest, TheTightestOfTheChainBinds) {
  SetLimits(300, 200, 150, kPlenty);
  EXPECT_EQ(Try(0, 1'000), 150);
  EXPECT_EQ(Try(1, 1'000), 50);
  EXPECT_EQ(Try(2, 1'000), 100);
  EXPECT_EQ(Try(0, 10) + Try(1, 10) + Try(2, 10), 0);
  ExpectRoomAsInBooks();
}

TEST_F(AdmissionTest, ALargerAmountIsRefusedAndASmallerOneFits) {
  SetLimits(kPlenty, kPlenty, 100, kPlenty);
  EXPECT_EQ(Try(0, 1, 101), 0);
  EXPECT_EQ(Try(0, 2, 60), 1);
  EXPECT_EQ(Try(0, 2, 40), 1);
  EXPECT_EQ(process_->Usage(0), 100);
}

TEST_F(AdmissionTest, AmountsPastAnySliceAreAdmitted) {
  const int64_t huge = static_cast<int64_t>(kMaxSlice) * 3;
  SetLimits(2 * huge, 2 * huge, 2 * huge, huge);
  EXPECT_EQ(Try(0, 3, huge), 2);
  EXPECT_EQ(Try(3, 2, std::numeric_limits<int64_t>::max() / 4), 2);
  EXPECT_EQ(process_->Usage(0), 2 * huge);
  ExpectRoomAsInBooks();
}

// Calls of a GPU-hour, of which the word of a slice holds few.
TEST_F(AdmissionTest, LargeCallsFillSlicesFarFromTheLimit) {
  constexpr int64_t kGpuHour = 3'600'000'000;
  constexpr int64_t kFar = 1'000'000 * kGpuHour;
  SetLimits(kFar, kFar, kFar, kFar);
  EXPECT_EQ(Try(0, 1, kGpuHour), 1);
  EXPECT_LE(process_->Room(1), kFar - 8 * kGpuHour);
  EXPECT_GE(process_->Room(1), kFar - 20 * kGpuHour) << "no allowance";
  EXPECT_EQ(process_->Usage(0), kGpuHour);
}

TEST_F(AdmissionTest, WhatAnotherThreadKeepsComesBack) {
  SetLimits(kPlenty, 1'000'000, kPlenty, kPlenty);
  std::atomic<bool> stop{false};   // written by the test, read by the thread
  std::atomic<bool> ready{false};  // the other way round
  std::thread idle([&] {
    EXPECT_EQ(Try(0, 1), 1);  // and a slice for 64
    ready = true;
    while (!stop) std::this_thread::yield();
  });
  while (!ready) std::this_thread::yield();
  EXPECT_EQ(process_->Room(2), 1'000'000 - 64);
  EXPECT_EQ(Try(1, 999, 1'000), 999);
  EXPECT_EQ(Try(1, 1'000), 999);
  stop = true;
  idle.join();
  // And of threads that have ended.
  SetLimits(kPlenty, 2'000'000, kPlenty, kPlenty);
  EXPECT_EQ(TryInThread(0, 1), 1);
  EXPECT_EQ(Try(1, 1, 999'999), 1);
  EXPECT_EQ(Try(1, 1), 0);
  ExpectRoomAsInBooks();
}

TEST_F(AdmissionTest, WithoutAQuotaAllIsAdmitted) {
  SetLimits(0, 0, 0, 0);
  EXPECT_EQ(Try(3, 100'000, 1'000), 100'000);
  process_->meter(3).Record(5);
  EXPECT_EQ(process_->Usage(3), 100'000'005);
  ASSERT_THAT(process_->Drain(), IsOk());
  EXPECT_EQ(process_->Usage(3), 100'000'005);
}

TEST_F(AdmissionTest, NothingAndLess) {
  SetLimits(0, 0, 0, 0);
  EXPECT_EQ(process_->meter(0).TryRecord(0), Decision::kAdmitted);
  EXPECT_EQ(process_->meter(0).TryRecord(1), Decision::kQuotaExceeded);
  EXPECT_EQ(process_->meter(3).TryRecord(-1), Decision::kQuotaExceeded);
  EXPECT_EQ(process_->meter(3).TryRecord(1), Decision::kAdmitted);
  EXPECT_EQ(process_->meter(3).TryRecord(std::numeric_limits<int64_t>::min()),
            Decision::kQuotaExceeded);
  EXPECT_EQ(Meter().TryRecord(1), Decision::kBusy);
  EXPECT_EQ(process_->Usage(3), 1);
}

TEST_F(AdmissionTest, FactsLowerTheRoom) {
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  EXPECT_EQ(Try(0, 10), 10);
  process_->meter(0).Record(900);
  ASSERT_THAT(process_->Drain(), IsOk());
  EXPECT_EQ(Try(0, 1'000), 90);
  process_->meter(0).Record(5'000);
  ASSERT_THAT(process_->Drain(), IsOk());
  EXPECT_EQ(Try(0, 1), 0);
  EXPECT_EQ(process_->Room(3), -5'000);
  ExpectRoomAsInBooks();
}

TEST_F(AdmissionTest, FactsPastTheLimitTakeSlicesBack) {
  SetLimits(kPlenty, kPlenty, 1'000'000, kPlenty);
  EXPECT_EQ(Try(0, 1), 1);  // and a slice of thousands
  process_->meter(0).Record(2'000'000);
  ASSERT_THAT(process_->Drain(), IsOk());
  EXPECT_EQ(Try(0, 10), 0);
  ExpectRoomAsInBooks();
}

TEST_F(AdmissionTest, FactsTakeSlicesBackBeforeTheirCommit) {
  OpenImpatient();
  SetLimits(kPlenty, kPlenty, 1'000'000, kPlenty);
  EXPECT_EQ(Try(0, 1), 1);
  process_->meter(0).Record(2'000'000);
  const auto posting = process_->BeginPosting();
  const auto drain =
      PrepareDrain(posting.get(), &process_->live(), process_->bucket_us(),
                   process_->now_us(), &process_->keeper());
  ASSERT_THAT(drain, IsOk());
  // The writer is at work, so nobody is refused; but nothing is in a slice.
  EXPECT_EQ(process_->meter(0).TryRecord(1), Decision::kBusy);
}

TEST_F(AdmissionTest, AQuotaThatIsAboutToChangeLeavesNothingInSlices) {
  OpenImpatient();
  EXPECT_EQ(Try(0, 1), 1);
  const int64_t before = process_->Usage(0);
  ASSERT_THAT(process_->keeper().BeginQuotaChange(), IsOk());
  const auto transaction = MustHave(process_->store().BeginWrite());
  std::thread([&] {
    // Waits for the writer, and is told in the end.
    EXPECT_EQ(process_->meter(0).TryRecord(1), Decision::kBusy);
  }).join();
  EXPECT_EQ(process_->Usage(0), before);
}

TEST_F(AdmissionTest, DrainsBetweenAdmissionsChangeNothing) {
  SetLimits(kPlenty, kPlenty, 5'000, kPlenty);
  int64_t admitted = 0;
  for (int i = 0; i < 60; ++i) {
    admitted += Try(0, 100);
    ASSERT_THAT(process_->Drain(), IsOk());
    if (i % 7 == 0) NextBucket();
  }
  EXPECT_EQ(admitted, 5'000);
  EXPECT_EQ(process_->Usage(0), 5'000);
  ExpectRoomAsInBooks();
}

TEST_F(AdmissionTest, UsageLandsInTheBucketThatIsCurrent) {
  EXPECT_EQ(Try(0, 100), 100);
  NextBucket();
  ASSERT_THAT(process_->Drain(), IsOk());
  EXPECT_EQ(process_->InCells(0), 100);
  EXPECT_EQ(Try(0, 50), 50);
  ASSERT_THAT(process_->Drain(), IsOk());
  EXPECT_EQ(process_->InCells(0), 100);
  EXPECT_EQ(process_->Usage(0), 150);
  NextBucket();
  ASSERT_THAT(process_->Drain(), IsOk());
  EXPECT_EQ(process_->InCells(0), 150);
  ExpectRoomAsInBooks();
}

TEST_F(AdmissionTest, AWindowThatTurnsBringsANewLimit) {
  rules_->window = 2;
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  rules_->clock_us = kQuotaStart;
  int64_t admitted = 0;
  for (int bucket = 0; bucket < 6; ++bucket) {
    admitted += Try(0, 2'000);
    NextBucket();
  }
  EXPECT_EQ(admitted, 3'000);
  EXPECT_EQ(process_->Usage(0), 3'000);
  ExpectRoomAsInBooks();
}

TEST_F(AdmissionTest, AQuotaSetLaterBindsFromThenOn) {
  rules_->exists = false;
  process_->ChangeQuotas();
  EXPECT_EQ(Try(0, 100), 100);  // and the rest of a slice of billions
  rules_->exists = true;
  SetLimits(kPlenty, kPlenty, 150, kPlenty);
  EXPECT_EQ(Try(0, 100), 50);
  EXPECT_EQ(process_->Usage(0), 150);
  rules_->exists = false;
  process_->ChangeQuotas();
  EXPECT_EQ(Try(0, 100), 100);
}

TEST_F(AdmissionTest, ALedgerThatIsClosedIsBusy) {
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  EXPECT_EQ(Try(0, 1), 1);
  ASSERT_THAT(process_->keeper().Recall(1), IsOk());
  process_->Close();
  EXPECT_EQ(process_->meter(0).TryRecord(1), Decision::kBusy);
  process_ = nullptr;
  // Another on the same place decides for the same meters.
  process_ = std::make_unique<QuotaProcess>(path_, &*rules_);
  EXPECT_EQ(Try(0, 2'000), 999);
}

// --- holds: promises that a commit follows -----------------------------------

class PromiseTest : public AdmissionTest {
 protected:
  absl::Status Hold(int64_t gpu_us, bool finish = true) {
    auto transaction = MustHave(process_->store().BeginWrite());
    BudgetChange change = MustHave(
        process_->keeper().Begin(transaction.get(), process_->now_us()));
    const bool fits =
        MustHave(change.Promise(AskedFrom(3, gpu_us), process_->now_us()));
    if (!fits) {
      RETURN_IF_ERROR(change.Cancel());
      return MakeError(ErrorCode::kConflict, "does not fit");
    }
    RETURN_IF_ERROR(transaction->Put(
        Table::kMeta, kHeldKey,
        std::string_view(reinterpret_cast<const char*>(&gpu_us),
                         sizeof gpu_us)));
    RETURN_IF_ERROR(transaction->Commit());
    if (!finish) return absl::OkStatus();
    const auto books = MustHave(process_->store().BeginRead());
    return change.Finish(books.get(), process_->now_us());
  }
};

TEST_F(PromiseTest, AHoldIsTakenFromTheRoomOnce) {
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  EXPECT_EQ(Try(0, 100), 100);
  EXPECT_THAT(Hold(901), IsError(ErrorCode::kConflict, ""));
  EXPECT_THAT(Hold(400), IsOk());
  EXPECT_EQ(Try(0, 1'000), 500);
  ExpectRoomAsInBooks();
}

// Whoever had the lock was killed after Begin, and left anything behind.
TEST_F(PromiseTest, BudgetsTornInBetweenRefuseNobodyAndForgetNoPromise) {
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  EXPECT_EQ(Try(0, 100), 100);
  const auto file = MustHave(
      BudgetsFile::Open(process_->live().path(), process_->live().boot_id()));
  const auto tear = [&](int64_t taken_us) {
    const BudgetsLock lock(file.get(), std::chrono::milliseconds(1'000));
    ASSERT_TRUE(lock.held());
    for (uint32_t quota = 1; quota <= kQuotas; ++quota) {
      file->at(quota).taken_us = taken_us;
    }
    file->SetTorn();
  };
  const auto transaction = MustHave(process_->store().BeginWrite());
  BudgetChange change =
      MustHave(process_->keeper().Begin(transaction.get(), process_->now_us()));
  tear(900);
  EXPECT_TRUE(MustHave(change.Promise(AskedFrom(3, 300), process_->now_us())));
  tear(0);
  EXPECT_FALSE(MustHave(change.Promise(AskedFrom(3, 601), process_->now_us())));
  tear(0);
  EXPECT_TRUE(MustHave(change.Promise(AskedFrom(3, 600), process_->now_us())));
  EXPECT_EQ(process_->Room(3), 0);
  EXPECT_THAT(change.Cancel(), IsOk());
  EXPECT_EQ(process_->Room(3), 900);
}

TEST_F(PromiseTest, AHoldRecallsWhatSlicesKeep) {
  SetLimits(kPlenty, kPlenty, 1'000'000, kPlenty);
  EXPECT_EQ(TryInThread(0, 1), 1);
  EXPECT_THAT(Hold(1'000'000), IsError(ErrorCode::kConflict, ""));
  EXPECT_THAT(Hold(999'999), IsOk());
  EXPECT_EQ(Try(0, 10), 0);
}

TEST_F(PromiseTest, ACommitWhoseAuthorDiedIsFoundInTheBooks) {
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  EXPECT_EQ(Try(0, 10), 10);
  // Committed and never published: held, once.
  EXPECT_THAT(Hold(400, false), IsOk());
  EXPECT_EQ(Try(0, 1'000), 590);
  ExpectRoomAsInBooks();
}

TEST_F(PromiseTest, APromiseWithoutACommitComesBack) {
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  EXPECT_EQ(Try(0, 10), 10);
  {
    const auto transaction = MustHave(process_->store().BeginWrite());
    BudgetChange change = MustHave(
        process_->keeper().Begin(transaction.get(), process_->now_us()));
    ASSERT_TRUE(
        MustHave(change.Promise(AskedFrom(3, 600), process_->now_us())));
    // Nobody is refused while it may still come to nothing; what fits is
    // admitted all the same.
    EXPECT_EQ(Try(0, 100), 100);
  }
  EXPECT_EQ(Try(0, 1'000), 890);
  ExpectRoomAsInBooks();
}

// The limit of one quota changes: what is left of it is taken before the
// commit, and others go on. Nothing is made anew.
TEST_F(PromiseTest, OfAClosedQuotaNothingIsTakenUntilItsCommit) {
  OpenImpatient();
  SetLimits(kPlenty, kPlenty, 1'000'000, 1'000'000);
  EXPECT_EQ(TryInThread(0, 10), 10);  // and a slice of 0's
  const auto file = MustHave(
      BudgetsFile::Open(process_->live().path(), process_->live().boot_id()));
  const uint64_t generation = file->state().generation;
  for (const int64_t limit : {int64_t{100}, int64_t{500}}) {
    auto transaction = MustHave(process_->store().BeginWrite());
    BudgetChange change = MustHave(
        process_->keeper().Begin(transaction.get(), process_->now_us()));
    ASSERT_THAT(change.Close(3, process_->now_us()), IsOk());
    EXPECT_EQ(process_->meter(0).TryRecord(1), Decision::kBusy);
    EXPECT_EQ(Try(1, 10), 10);
    rules_->limits[3] = limit;
    ASSERT_THAT(transaction->Put(Table::kMeta, "test-limit", "changed"),
                IsOk());
    ASSERT_THAT(transaction->Commit(), IsOk());
    const auto books = MustHave(process_->store().BeginRead());
    ASSERT_THAT(change.Finish(books.get(), process_->now_us()), IsOk());
    EXPECT_EQ(process_->Room(3), limit - process_->Usage(0));
    EXPECT_EQ(Try(0, 1'000), limit == 100 ? 90 : 400);
  }
  EXPECT_EQ(file->state().generation, generation);
  ExpectRoomAsInBooks();
}

TEST_F(PromiseTest, AClosedQuotaIsOpenAgainWithoutACommit) {
  OpenImpatient();
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  EXPECT_EQ(Try(0, 10), 10);
  {
    const auto transaction = MustHave(process_->store().BeginWrite());
    BudgetChange change = MustHave(
        process_->keeper().Begin(transaction.get(), process_->now_us()));
    ASSERT_THAT(change.Close(3, process_->now_us()), IsOk());
    EXPECT_LE(process_->Room(3), 0);
    EXPECT_THAT(change.Cancel(), IsOk());
  }
  EXPECT_EQ(Try(0, 1'000), 990);
  ExpectRoomAsInBooks();
}

// Whoever made them anew was killed: what is not there yet is closed too.
TEST_F(PromiseTest, AQuotaIsClosedInBudgetsThatAreWhole) {
  OpenImpatient();
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  const auto file = MustHave(
      BudgetsFile::Open(process_->live().path(), process_->live().boot_id()));
  const auto transaction = MustHave(process_->store().BeginWrite());
  BudgetChange change =
      MustHave(process_->keeper().Begin(transaction.get(), process_->now_us()));
  file->state().end = 0;
  file->SetTorn();
  ASSERT_THAT(change.Close(3, process_->now_us()), IsOk());
  EXPECT_TRUE(MustHave(change.Promise(AskedFrom(4, 1), process_->now_us())));
  EXPECT_EQ(process_->meter(0).TryRecord(1), Decision::kBusy);
}

TEST_F(PromiseTest, AFinishThatComesAfterARebuildDoesNothing) {
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  EXPECT_EQ(Try(0, 10), 10);
  auto transaction = MustHave(process_->store().BeginWrite());
  BudgetChange change =
      MustHave(process_->keeper().Begin(transaction.get(), process_->now_us()));
  ASSERT_TRUE(MustHave(change.Promise(AskedFrom(3, 600), process_->now_us())));
  const int64_t held = 600;
  ASSERT_THAT(
      transaction->Put(
          Table::kMeta, kHeldKey,
          std::string_view(reinterpret_cast<const char*>(&held), sizeof held)),
      IsOk());
  ASSERT_THAT(transaction->Commit(), IsOk());
  transaction = nullptr;
  EXPECT_EQ(Try(0, 1'000), 390);  // rebuilt on the way
  const auto books = MustHave(process_->store().BeginRead());
  EXPECT_THAT(change.Finish(books.get(), process_->now_us()), IsOk());
  EXPECT_EQ(Try(0, 1'000), 0);
  ExpectRoomAsInBooks();
}

TEST_F(PromiseTest, APartOfACommitCanBeTakenBack) {
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  const auto transaction = MustHave(process_->store().BeginWrite());
  const int64_t now_us = process_->now_us();
  BudgetChange change =
      MustHave(process_->keeper().Begin(transaction.get(), now_us));
  EXPECT_TRUE(MustHave(change.Promise(AskedFrom(3, 600), now_us)));
  EXPECT_TRUE(MustHave(change.Promise(AskedFrom(3, 300), now_us)));
  EXPECT_FALSE(MustHave(change.Promise(AskedFrom(3, 101), now_us)));
  EXPECT_THAT(change.Unpromise(), IsOk());
  EXPECT_EQ(process_->Room(3), 400);
  EXPECT_THAT(change.Cancel(), IsOk());
  EXPECT_EQ(process_->Room(3), 1'000);
}

TEST_F(PromiseTest, AHoldAtATurnLeavesTheFlipToADrain) {
  rules_->window = 1;
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  EXPECT_EQ(Try(0, 2'000), 1'000);
  NextBucket();
  {
    // Budgets of the new window, with the old one's usage not drained.
    const auto transaction = MustHave(process_->store().BeginWrite());
    BudgetChange change = MustHave(
        process_->keeper().Begin(transaction.get(), process_->now_us()));
    ASSERT_THAT(change.Cancel(), IsOk());
  }
  EXPECT_EQ(Try(0, 2'000), 1'000);
  EXPECT_EQ(process_->InCells(0), 1'000);
}

TEST_F(PromiseTest, CancelGivesBack) {
  SetLimits(kPlenty, kPlenty, 1'000, kPlenty);
  EXPECT_EQ(Try(0, 10), 10);
  EXPECT_THAT(Hold(991), IsError(ErrorCode::kConflict, ""));
  EXPECT_EQ(Try(0, 1'000), 990);
}

}  // namespace
}  // namespace drawdown
