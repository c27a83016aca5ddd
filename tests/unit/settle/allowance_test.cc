// TryRecord where the highest quota has little left and those below it plenty:
// threads have allowances under the lower ones.
#include "gtest/gtest.h"
#include "tests/support/status.h"
#include "tests/unit/settle/tried_quotas.h"

namespace drawdown {
namespace {

constexpr int64_t kFew = 1'000;      // fills no slice
constexpr int64_t kEnough = 40'000;  // for an allowance of calls of 1
constexpr int64_t kAllowance = 512;

class AllowanceTest : public TriedQuotasTest {
 protected:
  void SetUp() override { Start(kFew, kPlenty, kEnough, kPlenty); }
  // By a commit that leaves budgets as they are but for this one's limit, as
  // the release of a hold does.
  void RaiseHighest(int64_t limit) {
    rules_->limits[1] = limit;
    Touch(1);
  }
  void Touch(uint32_t quota) {
    const auto transaction = MustHave(process_->store().BeginWrite());
    BudgetChange change = MustHave(
        process_->keeper().Begin(transaction.get(), process_->now_us()));
    change.Touch(quota);
    ASSERT_THAT(transaction->Commit(), IsOk());
    const auto books = MustHave(process_->store().BeginRead());
    ASSERT_THAT(change.Finish(books.get(), process_->now_us()), IsOk());
  }
};

TEST_F(AllowanceTest, IsTakenFromTheLowerQuotasAndSpentFromTheHighest) {
  EXPECT_EQ(Try(0, 1), 1);
  EXPECT_EQ(process_->Room(3), kEnough - kAllowance);
  EXPECT_EQ(process_->Room(2), kPlenty - kAllowance);
  EXPECT_EQ(process_->Room(1), kFew - 1);
  EXPECT_EQ(Try(0, 99), 99);
  EXPECT_EQ(process_->Room(3), kEnough - kAllowance);
  EXPECT_EQ(process_->Room(1), kFew - 100);
  EXPECT_EQ(process_->Usage(0), 100);
  // Another when it is spent, to the last of the highest.
  EXPECT_EQ(Try(0, 2'000), kFew - 100);
  EXPECT_EQ(process_->Room(3), kEnough - 2 * kAllowance);
  EXPECT_EQ(process_->Usage(0), kFew);
  ExpectRoomAsInBooks();
}

// There is no other one for calls as large.
TEST_F(AllowanceTest, GivesBackWhatIsTooLittle) {
  EXPECT_EQ(Try(0, 100), 100);
  EXPECT_EQ(Try(0, 1, 500), 1);
  EXPECT_EQ(process_->Room(3), kEnough - 600);
  EXPECT_EQ(process_->Room(2), kPlenty - 600);
  ExpectRoomAsInBooks();
}

// t0's quota is short of what another thread has of it.
TEST_F(AllowanceTest, ComesBackWhenALowerQuotaIsShort) {
  EXPECT_EQ(TryInThread(0, 1), 1);
  EXPECT_EQ(process_->Room(3), kEnough - kAllowance);
  RaiseHighest(kPlenty);
  EXPECT_EQ(Try(0, 1, kEnough), 0);
  EXPECT_EQ(Try(0, 1, kEnough - 1), 1);
  EXPECT_EQ(Try(0, 1), 0);
  EXPECT_EQ(process_->Usage(0), kEnough);
  ExpectRoomAsInBooks();
}

// And both are, the highest of what a slice keeps.
TEST_F(AllowanceTest, ComesBackBesideSlices) {
  EXPECT_EQ(TryInThread(0, 1), 1);
  RaiseHighest(kEnough);
  EXPECT_EQ(TryInThread(2, 1), 1);
  EXPECT_LT(process_->Room(1), kEnough - 2);
  EXPECT_EQ(Try(0, 1, kEnough - 1), 0);
  EXPECT_EQ(Try(0, 1, kEnough - 2), 1);
  ExpectRoomAsInBooks();
}

TEST_F(AllowanceTest, FactsTakeItBack) {
  EXPECT_EQ(Try(0, 1), 1);
  RaiseHighest(kPlenty);
  process_->meter(0).Record(kEnough - 1);
  ASSERT_THAT(process_->Drain(), IsOk());
  EXPECT_EQ(Try(0, 10), 0);
  EXPECT_EQ(process_->Usage(0), kEnough);
  ExpectRoomAsInBooks();
}

TEST_F(AllowanceTest, ALowerLimitTakesItBack) {
  EXPECT_EQ(Try(0, 1), 1);
  SetLimits(kPlenty, kPlenty, 10, kPlenty);
  EXPECT_EQ(Try(0, 100), 9);
  ExpectRoomAsInBooks();
}

// What was counted in the bucket before is not spent in the next one.
TEST_F(AllowanceTest, GoesWithItsBucket) {
  EXPECT_EQ(Try(0, 10), 10);
  rules_->clock_us += process_->bucket_us();
  for (int i = 0; i < 2; ++i) ASSERT_THAT(process_->Drain(), IsOk());
  EXPECT_EQ(Try(0, 2'000), kFew - 10);
  EXPECT_EQ(process_->Usage(0), kFew);
  ExpectRoomAsInBooks();
}

TEST_F(AllowanceTest, IsLeftAloneWhenTheHighestIsShort) {
  EXPECT_EQ(TryInThread(0, 1), 1);
  ASSERT_THAT(process_->keeper().Recall(1), IsOk());
  EXPECT_EQ(process_->Room(3), kEnough - kAllowance);
  EXPECT_EQ(Try(0, 1, kFew), 0);
  EXPECT_EQ(process_->Room(3), kEnough - kAllowance);
}

// Of a quota that keeps something for t0 more would be counted as claimed than
// is taken from the quotas above.
TEST_F(AllowanceTest, IsNotGivenUnderAGuarantee) {
  rules_->guarantees[3] = 600;
  process_->ChangeQuotas();
  EXPECT_EQ(Try(0, 1), 1);
  EXPECT_EQ(process_->Room(3), kEnough - 1);
  EXPECT_EQ(Try(2, kFew), kFew - 600);
  EXPECT_EQ(Try(0, kFew), 599);
}

// Then what is left of it would soon be less than what was given.
TEST_F(AllowanceTest, IsNotGivenWhereWhatIsLeftFalls) {
  rules_->falls = 1;
  process_->ChangeQuotas();
  EXPECT_EQ(Try(0, 1), 1);
  EXPECT_EQ(process_->Room(3), kEnough - 1);
}

// And where it begins to fall, what was given is taken back.
TEST_F(AllowanceTest, IsTakenBackWhereWhatIsLeftBeginsToFall) {
  EXPECT_EQ(Try(0, 1), 1);
  EXPECT_EQ(process_->Room(3), kEnough - kAllowance);
  rules_->falls = 1;
  Touch(3);
  EXPECT_EQ(process_->Room(3), kEnough - 1);
  ExpectRoomAsInBooks();
}

// Slices are better as soon as there is room for them.
TEST_F(AllowanceTest, GivesWayToSlices) {
  EXPECT_EQ(Try(0, 1), 1);
  RaiseHighest(kPlenty);
  const int64_t before = process_->Room(3);
  EXPECT_EQ(Try(0, 1), 1);
  EXPECT_LT(process_->Room(3), before - 1);
}

}  // namespace
}  // namespace drawdown
