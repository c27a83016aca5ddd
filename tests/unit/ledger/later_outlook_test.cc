// When quotas run out, where a run has not begun.
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "ledger/exhaustions.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "tests/support/status.h"
#include "tests/support/units.h"

namespace drawdown {
namespace {

class LaterOutlookTest : public testing::Test {
 protected:
  template <typename Post>
  void InOneCommit(int64_t wall_us, const Post& post) {
    auto transaction = store_->BeginWrite();
    ASSERT_THAT(transaction, IsOk());
    const auto posting =
        Posting::Begin(*std::move(transaction), header_, wall_us);
    ASSERT_THAT(posting, IsOk());
    post(posting->get());
    ASSERT_THAT((*posting)->Commit(), IsOk());
  }

  void SetQuota(const std::string& tenant, int64_t limit) {
    InOneCommit(0, [&](Posting* posting) {
      QuotaSetting setting;
      setting.scope.tenant = tenant;
      setting.scope.period = QuotaPeriod::kTotal;
      setting.limit = QuotaLimit{.nominal = limit};
      setting.from_us = 0;
      ASSERT_THAT(posting->SetQuota(setting, {}), IsOk());
    });
  }

  std::vector<int64_t> RunsOut(const std::string& tenant, int64_t at_us) {
    const auto books = store_->BeginRead();
    EXPECT_THAT(books, IsOk());
    const auto all =
        ExhaustionsFrom(books->get(), header_.bucket_us, at_us, {});
    EXPECT_THAT(all, IsOk());
    std::vector<int64_t> instants;
    for (const Exhaustion& one : *all) {
      if (one.quota && one.quota->tenant == tenant) {
        instants.push_back(one.at_us);
      }
    }
    return instants;
  }

  const Header header_{};
  const std::unique_ptr<Store> store_ = NewMemoryStore();
};

// The wall clock was 40 hours ahead for a while, so that a tenant comes under
// the quota five hours after its run begins, which is to come: it counts from
// then on, and until the run begins it counts nothing. All is used now. Between
// both it counts for less than nothing, so that there is room once more.
TEST_F(LaterOutlookTest, ARunCountsFromWhereItsTenantCame) {
  SetQuota("e", 100 * kHour);
  InOneCommit(1000 * kHour, [](Posting* posting) {
    UsageDrained usage;
    usage.tenant = *posting->Intern(NameKind::kTenant, "e", false);
    usage.pool = *posting->Intern(NameKind::kPool, "p", false);
    usage.bucket_us = 900 * kHour;
    usage.gpu_time = GpuTime(100 * kHour);
    ASSERT_THAT(posting->Post(usage), IsOk());
    RunImported row;
    row.run_id = "r";
    row.tenant = *posting->Intern(NameKind::kTenant, "a", false);
    row.pool = usage.pool;
    row.micro_gpus = kGpu;
    row.start_us = 1030 * kHour;
    ASSERT_THAT(posting->Post(row), IsOk());
  });
  InOneCommit(1040 * kHour, [](Posting* posting) {
    ASSERT_THAT(posting->MoveTenant({"a", "e/a", 1035 * kHour}, 1040 * kHour),
                IsOk());
  });
  EXPECT_EQ(RunsOut("e", 1000 * kHour),
            (std::vector<int64_t>{1000 * kHour, 1035 * kHour}));
}

// What its hold holds is held under the hold's tenant, and only becomes less.
TEST_F(LaterOutlookTest, ACorrectedRunDrawsTheHoldOfAnotherTenant) {
  constexpr int64_t kMinute = kHour / 60;
  SetQuota("a", 10 * kHour + 3 * kMinute);
  InOneCommit(0, [](Posting* posting) {
    const HoldRequest hold = {"h", "a",       "p", GpuTime(10 * kHour),
                              0,   90 * kHour};
    const auto placed = posting->PlaceHolds({&hold, 1}, false, 0);
    ASSERT_THAT(placed, IsOk());
    ASSERT_TRUE(placed->admitted());
    RunStarting start;
    start.change.run_id = "r";
    start.change.at_us = 6 * kMinute;
    start.change.micro_gpus = kGpu;
    start.tenant = "a";
    start.pool = "p";
    start.hold_id = "h";
    const auto started = posting->StartRun(start, 0);
    ASSERT_THAT(started, IsOk());
    ASSERT_TRUE(started->admitted());
  });
  // Six minutes until it begins, ten hours of the hold, three minutes more.
  EXPECT_EQ(RunsOut("a", 0), std::vector<int64_t>{10 * kHour + 9 * kMinute});
  InOneCommit(0, [](Posting* posting) {
    RunCorrected correction;
    correction.replacement.run_id = "r";
    correction.replacement.tenant =
        *posting->Intern(NameKind::kTenant, "b", false);
    correction.replacement.pool = *posting->Intern(NameKind::kPool, "p", false);
    correction.replacement.micro_gpus = kGpu;
    correction.replacement.start_us = 6 * kMinute;
    correction.reason = "of another tenant";
    ASSERT_THAT(posting->Post(correction), IsOk());
  });
  EXPECT_TRUE(RunsOut("a", 0).empty());
}

}  // namespace
}  // namespace drawdown
