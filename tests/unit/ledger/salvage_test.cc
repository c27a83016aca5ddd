// What salvage makes of entries that would be refused today: sound books have
// them, from before the rule or where the entry that made room is lost.
#include "gtest/gtest.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "ledger/rebuild.h"
#include "ledger/run_policies.h"
#include "ledger/usage_query.h"
#include "ledger/verify.h"
#include "ledger/waivers.h"
#include "tests/support/status.h"
#include "tests/support/units.h"

namespace drawdown {
namespace {

class SalvageTest : public testing::Test {
 protected:
  void SetUp() override {
    auto transaction = store_->BeginWrite();
    ASSERT_THAT(transaction, IsOk());
    auto posting = Posting::Begin(*std::move(transaction), header_, 0);
    ASSERT_THAT(posting, IsOk());
    posting_ = *std::move(posting);
  }

  static RunChanged Change(RunChange kind, const char* run, int64_t at_us) {
    RunChanged change;
    change.change = kind;
    change.run_id = run;
    change.at_us = at_us;
    return change;
  }

  // On all of device D, whoever else has it.
  void Start(const char* run, int64_t at_us) {
    RunChanged start = Change(RunChange::kStart, run, at_us);
    start.micro_gpus = kGpu;
    start.tenant = *posting_->Intern(NameKind::kTenant, "acme", false);
    start.pool = *posting_->Intern(NameKind::kPool, "aws/x", false);
    ASSERT_THAT(posting_->Post(start), IsOk());
    ASSERT_THAT(posting_->Post(RunPlaced{run, 1, "D", {1, 1}}), IsOk());
  }
  void Post(RunChange kind, const char* run, int64_t at_us) {
    ASSERT_THAT(posting_->Post(Change(kind, run, at_us)), IsOk());
  }

  // The books of what was posted, which are sound and lose nothing.
  std::unique_ptr<Store> Salvaged() {
    EXPECT_THAT(posting_->Commit(), IsOk());
    posting_.reset();
    auto fresh = NewMemoryStore();
    const auto books = store_->BeginRead();
    const auto report = SalvageInto(books->get(), header_, fresh.get());
    EXPECT_THAT(report, IsOk());
    EXPECT_EQ(report->losses, std::vector<std::string>());
    const auto fresh_books = fresh->BeginRead();
    const auto verified = VerifyBooks(fresh_books->get(), header_, 0);
    EXPECT_THAT(verified, IsOk());
    EXPECT_TRUE(verified->ok);
    return fresh;
  }

  UsageAnswer NetOf(Store* store) {
    const auto books = store->BeginRead();
    EXPECT_THAT(books, IsOk());
    UsageQuery query;
    query.at_us = 100 * kHour;
    query.net = true;
    auto answer = AnswerUsage(books->get(), header_.bucket_us, {}, query);
    EXPECT_THAT(answer, IsOk());
    return *std::move(answer);
  }

  Header header_;
  std::unique_ptr<Store> store_ = NewMemoryStore();
  std::unique_ptr<Posting> posting_;
};

TEST_F(SalvageTest, KeepsARunThatWentOnWhereAnotherIs) {
  Start("a", 0);
  Post(RunChange::kSuspend, "a", kHour);
  Start("b", 2 * kHour);
  Post(RunChange::kResume, "a", 3 * kHour);
  Post(RunChange::kStop, "b", 4 * kHour);
  Post(RunChange::kStop, "a", 13 * kHour);
  EXPECT_EQ(NetOf(Salvaged().get()).total, GpuTime((1 + 2 + 10) * kHour));
}

TEST_F(SalvageTest, KeepsPoliciesWithSelectorsThatAreRefusedToday) {
  WaiverPolicySet waiver;
  waiver.pool = "aws/";
  waiver.reason = StopReason::kFailed;
  waiver.share = {1, 2};
  ASSERT_THAT(posting_->Post(waiver), IsOk());
  ASSERT_THAT(
      posting_->Post(PoolPolicySet{"aws/", 0, PoolSetting::kLease, kHour}),
      IsOk());
  Start("a", 0);
  RunChanged stop = Change(RunChange::kStop, "a", 20 * kHour);
  stop.reason = StopReason::kFailed;
  ASSERT_THAT(posting_->Post(stop), IsOk());
  const auto salvaged = Salvaged();
  EXPECT_EQ(NetOf(salvaged.get()).waived, GpuTime(10 * kHour));
  const auto books = salvaged->BeginRead();
  const auto policies = ReadPoolPolicies(books->get());
  ASSERT_THAT(policies, IsOk());
  ASSERT_EQ(policies->size(), 1u);
  EXPECT_EQ(policies->front().pool, "aws/");
}

// It never gave its place back, so none is asked for, though a correction (a
// fact, and unchecked) put another run on it.
TEST_F(SalvageTest, ARunThatAccruedWhileSuspendedGoesOnWhereAnotherIs) {
  ASSERT_THAT(
      posting_->Post(PoolPolicySet{"*", 0, PoolSetting::kSuspendedAccrues, 1}),
      IsOk());
  Start("a", 0);
  Post(RunChange::kSuspend, "a", kHour);
  Start("b", 2 * kHour);
  const RunChanged resume = Change(RunChange::kResume, "a", 3 * kHour);
  ASSERT_THAT(posting_->ChangeRun(resume, 3 * kHour), IsOk());
  Post(RunChange::kStop, "b", 4 * kHour);
  Post(RunChange::kStop, "a", 5 * kHour);
  EXPECT_EQ(NetOf(Salvaged().get()).total, GpuTime((5 + 2) * kHour));
}

// Where it gave its place back it has to ask; but what is in the books may be
// said again, whoever came since.
TEST_F(SalvageTest, ACallIsAskedForRoomAndItsRepetitionIsNot) {
  Start("a", 0);
  Post(RunChange::kSuspend, "a", kHour);
  Start("b", 2 * kHour);
  const RunChanged resume = Change(RunChange::kResume, "a", 3 * kHour);
  EXPECT_THAT(posting_->ChangeRun(resume, 3 * kHour),
              IsError(ErrorCode::kWrongState, "device D has no room"));
  Post(RunChange::kStop, "b", 3 * kHour);
  EXPECT_THAT(posting_->ChangeRun(resume, 3 * kHour), IsOk());
  Start("c", 4 * kHour);
  EXPECT_THAT(posting_->ChangeRun(resume, 3 * kHour), IsOk());
}

}  // namespace
}  // namespace drawdown
