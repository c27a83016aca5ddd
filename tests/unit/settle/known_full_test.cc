// What TryRecord refuses without the lock of the budgets, and what it decides
// by a clock that was read before the lock was had.
#include "gtest/gtest.h"
#include "tests/support/quota_process.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

class KnownFullTest : public testing::Test {
 protected:
  void SetUp() override {
    QuotaProcess::MakeBooks(path_);
    SetLimits(kPlenty, kPlenty);
    process_ = std::make_unique<QuotaProcess>(path_, &*rules_,
                                              std::chrono::milliseconds(100));
    file_ = MustHave(
        BudgetsFile::Open(process_->live().path(), process_->live().boot_id()));
  }
  // Of the quota over t0, t1 and t2 and of the one over t0 alone.
  void SetLimits(int64_t all, int64_t first) {
    const int64_t limits[] = {0, all, kPlenty, first, kPlenty};
    for (uint32_t i = 1; i <= kQuotas; ++i) rules_->limits[i] = limits[i];
    if (process_ != nullptr) process_->ChangeQuotas();
  }
  Decision Try(int tenant, int64_t gpu_us) {
    return process_->meter(tenant).TryRecord(gpu_us);
  }
  // kBusy: it has to look.
  Decision TryWithoutTheLock(int tenant, int64_t gpu_us) {
    const BudgetsLock lock(file_.get(), std::chrono::milliseconds(1'000));
    EXPECT_TRUE(lock.held());
    return Try(tenant, gpu_us);
  }
  void ExpectHasToLook(int tenant, int64_t gpu_us) {
    EXPECT_EQ(TryWithoutTheLock(tenant, gpu_us), Decision::kBusy);
  }
  void ExpectKnownFull(int tenant, int64_t gpu_us) {
    EXPECT_EQ(TryWithoutTheLock(tenant, gpu_us), Decision::kQuotaExceeded);
  }
  // Of t0.
  BudgetChange BeginHold(WriteTransaction* transaction, int64_t gpu_us) {
    BudgetChange change =
        MustHave(process_->keeper().Begin(transaction, process_->now_us()));
    const std::string_view bytes(reinterpret_cast<const char*>(&gpu_us),
                                 sizeof gpu_us);
    EXPECT_THAT(transaction->Put(Table::kMeta, kHeldKey, bytes), IsOk());
    for (uint32_t quota = 1; quota <= 3; ++quota) change.Touch(quota);
    return change;
  }
  void SetHeld(int64_t gpu_us) {
    const auto transaction = MustHave(process_->store().BeginWrite());
    BudgetChange change = BeginHold(transaction.get(), gpu_us);
    EXPECT_THAT(transaction->Commit(), IsOk());
    const auto books = MustHave(process_->store().BeginRead());
    EXPECT_THAT(change.Finish(books.get(), process_->now_us()), IsOk());
  }

  ScratchDir dir_;
  const std::string path_ = dir_.Path("books");
  ForkShared<QuotaRules> rules_;
  std::unique_ptr<QuotaProcess> process_;
  std::unique_ptr<BudgetsFile> file_;
};

TEST_F(KnownFullTest, WhatWasRefusedIsRefusedAgainWithoutTheLock) {
  SetLimits(kPlenty, 100);
  EXPECT_EQ(Try(0, 60), Decision::kAdmitted);
  ExpectHasToLook(0, 70);
  EXPECT_EQ(Try(0, 70), Decision::kQuotaExceeded);
  ExpectKnownFull(0, 70);
  // 40 are left, whatever was asked for.
  ExpectKnownFull(0, 41);
  ExpectHasToLook(0, 40);
  ExpectHasToLook(1, 70);
  // What is admitted lets no more be admitted.
  EXPECT_EQ(Try(0, 30), Decision::kAdmitted);
  ExpectKnownFull(0, 41);
  ExpectHasToLook(0, 11);
  EXPECT_EQ(Try(0, 11), Decision::kQuotaExceeded);
  ExpectKnownFull(0, 11);
  EXPECT_EQ(Try(0, 10), Decision::kAdmitted);
}

TEST_F(KnownFullTest, WhatIsAboveIsFullForAllBelow) {
  SetLimits(100, kPlenty);
  EXPECT_EQ(Try(2, 60), Decision::kAdmitted);
  EXPECT_EQ(Try(0, 1), Decision::kAdmitted);
  EXPECT_EQ(Try(1, 50), Decision::kQuotaExceeded);
  ExpectKnownFull(0, 50);
  ExpectKnownFull(2, 50);
  EXPECT_EQ(Try(3, 50), Decision::kAdmitted);  // Under nothing.
}

TEST_F(KnownFullTest, ARoomThatSlicesHaveIsNotFull) {
  SetLimits(kPlenty, 100'000);
  EXPECT_EQ(Try(0, 1), Decision::kAdmitted);  // And a slice of more.
  EXPECT_EQ(Try(0, 100'000), Decision::kQuotaExceeded);
  ExpectKnownFull(0, 100'000);
  EXPECT_EQ(Try(0, 99'999), Decision::kAdmitted);
  // Refused by the quota over t0, which says nothing of the one above.
  SetLimits(200'000, 100'010);
  EXPECT_EQ(Try(2, 1), Decision::kAdmitted);
  EXPECT_EQ(Try(0, 99'000), Decision::kQuotaExceeded);
  EXPECT_EQ(Try(2, 99'000), Decision::kAdmitted);
}

TEST_F(KnownFullTest, ACommitThatMayGiveRoomIsAskedFrom) {
  SetLimits(kPlenty, 100);
  SetHeld(100);
  EXPECT_EQ(Try(0, 1), Decision::kQuotaExceeded);
  ExpectKnownFull(0, 1);
  const auto transaction = MustHave(process_->store().BeginWrite());
  BudgetChange change = BeginHold(transaction.get(), 10);
  ExpectHasToLook(0, 1);
  EXPECT_THAT(transaction->Commit(), IsOk());
  ExpectHasToLook(0, 1);
  // Its author may be dead: the books say that it fits.
  EXPECT_EQ(Try(0, 1), Decision::kAdmitted);
  const auto books = MustHave(process_->store().BeginRead());
  EXPECT_THAT(change.Finish(books.get(), process_->now_us()), IsOk());
  EXPECT_EQ(Try(0, 90), Decision::kQuotaExceeded);
  ExpectKnownFull(0, 90);
  SetHeld(0);
  EXPECT_EQ(Try(0, 90), Decision::kAdmitted);
}

// Torn between Begin and Promise, budgets are made anew, and settled until the
// change is begun once more: who asks in between may not go by that later.
TEST_F(KnownFullTest, AChangeThatIsBegunOnceMoreIsAChange) {
  SetLimits(kPlenty, 100);
  SetHeld(100);
  const auto transaction = MustHave(process_->store().BeginWrite());
  BudgetChange change = BeginHold(transaction.get(), 10);
  process_->keeper().SetTorn();
  const auto books = MustHave(process_->store().BeginRead());
  EXPECT_THAT(process_->keeper().Freshen(books.get(), process_->now_us()),
              IsOk());
  EXPECT_EQ(Try(0, 1), Decision::kQuotaExceeded);
  ExpectKnownFull(0, 1);
  EXPECT_FALSE(MustHave(change.Promise(AskedFrom(3, 50), process_->now_us())));
  ExpectHasToLook(0, 1);
}

TEST_F(KnownFullTest, ALimitIsAskedForAgainWhenItIsRaised) {
  SetLimits(kPlenty, 100);
  EXPECT_EQ(Try(0, 101), Decision::kQuotaExceeded);
  ExpectKnownFull(0, 101);
  rules_->limits[3] = 200;
  process_->ChangeQuotas();
  ExpectHasToLook(0, 101);
  EXPECT_EQ(Try(0, 101), Decision::kAdmitted);
}

TEST_F(KnownFullTest, AWindowThatTurnsIsNoticedWithoutADrain) {
  rules_->window = 1;
  SetLimits(kPlenty, 100);
  EXPECT_EQ(Try(0, 100), Decision::kAdmitted);
  EXPECT_EQ(Try(0, 1), Decision::kQuotaExceeded);
  ExpectKnownFull(0, 1);
  rules_->clock_us += process_->bucket_us() - 1;
  ExpectKnownFull(0, 1);
  rules_->clock_us += 1;
  ExpectHasToLook(0, 1);
  EXPECT_EQ(Try(0, 100), Decision::kAdmitted);
}

TEST_F(KnownFullTest, ALedgerThatIsClosedIsBusyAllTheSame) {
  SetLimits(kPlenty, 100);
  EXPECT_EQ(Try(0, 101), Decision::kQuotaExceeded);
  process_->keeper().Stop();
  EXPECT_EQ(Try(0, 101), Decision::kBusy);
}

// A call that read the clock, and then had to wait for one that read it later,
// is not decided by what was left before that.
TEST_F(KnownFullTest, TheLatestReadingOfTheClockIsGoneBy) {
  rules_->falls = 1'000'000;  // A GPU-second a second.
  SetLimits(kPlenty, 100'000);
  EXPECT_EQ(Try(0, 200), Decision::kAdmitted);
  rules_->clock_us += 99'000;
  EXPECT_EQ(Try(0, 500), Decision::kAdmitted);
  rules_->read_once_us = rules_->clock_us - 50'000;
  EXPECT_EQ(Try(0, 301), Decision::kQuotaExceeded);
  rules_->read_once_us = rules_->clock_us - 50'000;
  EXPECT_EQ(Try(0, 300), Decision::kAdmitted);
  // A clock that was put back is believed.
  rules_->clock_us -= 10;
  EXPECT_EQ(Try(0, 11), Decision::kQuotaExceeded);
  EXPECT_EQ(Try(0, 10), Decision::kAdmitted);
}

// However many are filled, there is room left that nobody has to recall.
TEST_F(KnownFullTest, EverySliceIsSmallerThanTheOneBefore) {
  SetLimits(6'400'000, kPlenty);
  int64_t room = 6'400'000;
  for (int filled = 0; filled < 3; ++filled) {
    EXPECT_EQ(Try(filled, 2'000), Decision::kAdmitted);
    room -= room / (64 + filled);
    EXPECT_EQ(process_->Room(1), room);
  }
  // One that is filled again is no further one.
  while (process_->Room(1) == room) {
    ASSERT_EQ(Try(0, 2'000), Decision::kAdmitted);
  }
  EXPECT_EQ(process_->Room(1), room - room / (64 + 3));
  room = process_->Room(1);
  while (process_->Room(1) == room) {
    ASSERT_EQ(Try(1, 2'000), Decision::kAdmitted);
  }
  EXPECT_EQ(process_->Room(1), room - room / (64 + 3));
}

// A thread that calls now and then for one of many tenants keeps little from
// the others; one that calls often asks seldom.
TEST_F(KnownFullTest, ASliceIsTwiceTheOneBefore) {
  SetLimits(kPlenty, kPlenty);
  for (const int64_t calls : {64, 128, 256, 512, 1'024, 2'048, 4'096, 4'096}) {
    const int64_t room = process_->Room(1);
    for (int64_t i = 0; i < calls; ++i) {
      ASSERT_EQ(Try(0, 5), Decision::kAdmitted);
      ASSERT_EQ(process_->Room(1), room - 5 * calls);
    }
  }
  EXPECT_EQ(Try(0, 5), Decision::kAdmitted);
  ASSERT_THAT(process_->keeper().Recall(1), IsOk());
  const int64_t room = process_->Room(1);
  EXPECT_EQ(Try(0, 5), Decision::kAdmitted);
  EXPECT_EQ(process_->Room(1), room - 5 * 64);
}

}  // namespace
}  // namespace drawdown
