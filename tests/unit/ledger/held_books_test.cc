// What is held as records: they follow from the journal and a mark, and
// `verify` finds any that is lost, or older than the others.
#include "ledger/held_books.h"

#include <map>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "ledger/quota_books.h"
#include "ledger/verify.h"
#include "tests/support/passing_on.h"
#include "tests/support/status.h"
#include "tests/support/units.h"

namespace drawdown {
namespace {

using Records = std::map<std::string, std::string>;

class HeldBooksTest : public testing::Test {
 protected:
  template <typename Post>
  void InOneCommit(int64_t at_us, const Post& post) {
    auto transaction = store_->BeginWrite();
    ASSERT_THAT(transaction, IsOk());
    const auto posting =
        Posting::Begin(*std::move(transaction), header_, at_us);
    ASSERT_THAT(posting, IsOk());
    post(posting->get());
    ASSERT_THAT((*posting)->Commit(), IsOk());
  }

  void SetQuota(int64_t at_us, const std::string& tenant = "acme") {
    InOneCommit(at_us, [&](Posting* posting) {
      QuotaSetting setting;
      setting.scope.tenant = tenant;
      setting.scope.period = QuotaPeriod::kTotal;
      setting.limit = QuotaLimit{.nominal = 100 * kHour};
      setting.from_us = 0;
      ASSERT_THAT(posting->SetQuota(setting, {}), IsOk());
    });
  }
  void Place(const std::string& id, int64_t ttl_us, int64_t at_us) {
    InOneCommit(at_us, [&](Posting* posting) {
      const HoldRequest request = {id, "acme/a", "p", GpuTime(kHour),
                                   0,  ttl_us};
      const auto placed = posting->PlaceHolds({&request, 1}, false, at_us);
      ASSERT_THAT(placed, IsOk());
      ASSERT_TRUE(placed->admitted());
    });
  }
  void Release(const std::string& id, int64_t at_us) {
    InOneCommit(at_us, [&](Posting* posting) {
      ASSERT_THAT(posting->CloseHold({id, false, GpuTime(), at_us},
                                     OverdraftPolicy::kBook),
                  IsOk());
    });
  }

  Records Held() {
    Records records;
    const auto books = store_->BeginRead();
    EXPECT_THAT(books, IsOk());
    const auto cursor = (*books)->NewCursor(Table::kHeld);
    EXPECT_THAT(cursor, IsOk());
    auto found = (*cursor)->SeekAtLeast(std::string(1, '\0'));
    for (; found.ok() && *found; found = (*cursor)->Next()) {
      records.emplace((*cursor)->key(), (*cursor)->value());
    }
    return records;
  }
  void Put(const std::string& key, const std::string* value) {
    const auto transaction = store_->BeginWrite();
    ASSERT_THAT(transaction, IsOk());
    ASSERT_THAT(value != nullptr
                    ? (*transaction)->Put(Table::kHeld, key, *value)
                    : (*transaction)->Delete(Table::kHeld, key),
                IsOk());
    ASSERT_THAT((*transaction)->Commit(), IsOk());
  }
  bool Sound() {
    const auto books = store_->BeginRead();
    EXPECT_THAT(books, IsOk());
    const auto report = VerifyBooks(books->get(), header_, 0);
    EXPECT_THAT(report, IsOk());
    return report->ok;
  }

  const Header header_{};
  const std::unique_ptr<Store> store_ = NewMemoryStore();
};

TEST_F(HeldBooksTest, VerifyFindsARecordThatIsLostOrOld) {
  SetQuota(0);
  Place("early", kHour, 0);
  Place("late", 9 * kHour, 0);
  const Records before = Held();
  // Leaves out what is over by then: the mark moves.
  Place("last", 9 * kHour, 2 * kHour);
  const Records after = Held();
  // Three lines, when each ends, the sum and the mark.
  ASSERT_EQ(after.size(), 8u);
  ASSERT_TRUE(Sound());
  for (const auto& [key, value] : after) {
    SCOPED_TRACE(key);
    Put(key, nullptr);
    EXPECT_FALSE(Sound()) << "lost";
    const auto old = before.find(key);
    if (old != before.end() && old->second != value) {
      Put(key, &old->second);
      EXPECT_FALSE(Sound()) << "old";
    }
    Put(key, &value);
    EXPECT_TRUE(Sound());
  }
  // One that nothing explains: a hold that is closed.
  Release("late", 2 * kHour);
  for (const auto& [key, value] : after) {
    if (Held().contains(key)) continue;
    Put(key, &value);
    EXPECT_FALSE(Sound()) << key;
    Put(key, nullptr);
  }
  EXPECT_TRUE(Sound());
}

// Whoever writes when: the same lines.
TEST_F(HeldBooksTest, WhatIsOverStaysUntilItIsClosed) {
  SetQuota(0);
  Place("early", kHour, 0);
  Place("last", 9 * kHour, 2 * kHour);
  EXPECT_TRUE(Held().contains(HeldUntilKey("early")));
  Release("early", 3 * kHour);
  EXPECT_FALSE(Held().contains(HeldUntilKey("early")));
  EXPECT_TRUE(Sound());
  Release("last", 3 * kHour);
  EXPECT_EQ(Held().size(), 1u);  // the mark
  EXPECT_TRUE(Sound());
}

// What is over is summed once an instant, and anew when a line is gone: it
// would be taken off twice.
TEST_F(HeldBooksTest, WhatIsOverIsTakenOffOnce) {
  SetQuota(0);
  Place("early", kHour, 0);
  Place("early too", kHour, 0);
  Place("last", 9 * kHour, 0);
  const auto books = store_->BeginWrite();
  ASSERT_THAT(books, IsOk());
  QuotaIndex index(books->get());
  const auto quotas = index.All();
  ASSERT_THAT(quotas, IsOk());
  ASSERT_EQ(quotas->size(), 1u);
  LaterStarts later(books->get());
  HeldBooks held(books->get(), &index, &later, NamesOf(books->get()));
  const auto hours_held = [&](int64_t at_us) {
    const auto sum = held.HeldAt(*quotas->front(), at_us);
    EXPECT_THAT(sum, IsOk());
    return WholeUnits(QuotaPeriod::kTotal, *sum) / kHour;
  };
  EXPECT_EQ(hours_held(2 * kHour), 1);
  EXPECT_EQ(hours_held(0), 3);
  EXPECT_EQ(hours_held(2 * kHour), 1);
  ASSERT_THAT(held.Set(books->get(), "early", std::nullopt), IsOk());
  EXPECT_EQ(hours_held(2 * kHour), 1);
  ASSERT_THAT(held.LeaveOutUntil(books->get(), 2 * kHour), IsOk());
  EXPECT_EQ(hours_held(2 * kHour), 1);
}

TEST_F(HeldBooksTest, AHoldEndsUnderTheQuotasOverItAlone) {
  SetQuota(0);
  SetQuota(0, "acme/b");
  Place("one", kHour, 0);
  const auto books = store_->BeginRead();
  ASSERT_THAT(books, IsOk());
  QuotaIndex index(books->get());
  const auto quotas = index.All();
  ASSERT_THAT(quotas, IsOk());
  ASSERT_EQ(quotas->size(), 2u);
  LaterStarts later(books->get());
  HeldBooks held(books->get(), &index, &later, NamesOf(books->get()));
  for (const StoredQuota* const quota : *quotas) {
    const auto ends = [&](int64_t from_us, int64_t until_us) {
      const auto any = held.AnyEnds(*quota, from_us, until_us);
      EXPECT_THAT(any, IsOk());
      return any.ok() && *any;
    };
    EXPECT_EQ(ends(0, kHour), quota->scope.tenant == "acme");
    EXPECT_FALSE(ends(0, kHour - 1));
    EXPECT_FALSE(ends(kHour, 2 * kHour));
  }
}

// The mark and the sums are moved on by whoever writes, also beside the
// journal.
TEST_F(HeldBooksTest, WhatIsLeftOutWithoutAnEntryIsLeftOutOfTheSumsToo) {
  SetQuota(0);
  Place("early", kHour, 0);
  Place("last", 9 * kHour, 0);
  InOneCommit(0, [&](Posting* posting) {
    RunStarting start;
    start.change.run_id = "r";
    start.change.micro_gpus = 1;
    start.tenant = "other";
    start.pool = "p";
    ASSERT_THAT(posting->StartRun(start, 0), IsOk());
  });
  const Records before = Held();
  InOneCommit(2 * kHour, [&](Posting* posting) {
    const HoldRequest again = {"last",         "acme/a", "p",
                               GpuTime(kHour), 0,        9 * kHour};
    ASSERT_THAT(posting->PlaceHolds({&again, 1}, false, 2 * kHour), IsOk());
    ASSERT_THAT(posting->PutHeartbeat("r", 1, 2 * kHour), IsOk());
  });
  EXPECT_NE(Held(), before);
  EXPECT_TRUE(Sound());
}

TEST_F(HeldBooksTest, AMoveTakesHoldsAlongWithoutAnyQuota) {
  Place("one", 9 * kHour, 0);
  const Records before = Held();
  InOneCommit(kHour, [&](Posting* posting) {
    ASSERT_THAT(posting->MoveTenant({"acme/a", "beta/a", kHour}, kHour),
                IsOk());
  });
  EXPECT_NE(Held(), before);
  EXPECT_TRUE(Sound());
}

// The wall clock is two hours ahead of that of holds, and a run with a hold
// begins between both. By the clock of holds it has used an hour less than
// nothing, and its hold holds an hour more; both end when it grows, so that it
// asks for nothing that is not held for it.
TEST_F(HeldBooksTest, ARunBetweenTheClocksGrowsWithinItsHold) {
  SetQuota(0);
  InOneCommit(0, [&](Posting* posting) {
    const HoldRequest all = {"all",    "acme/a", "p", GpuTime(100 * kHour),
                             4 * kGpu, 9 * kHour};
    const auto placed = posting->PlaceHolds({&all, 1}, false, 0);
    ASSERT_THAT(placed, IsOk());
    ASSERT_TRUE(placed->admitted());
  });
  InOneCommit(2 * kHour, [&](Posting* posting) {
    RunStarting start;
    start.change.run_id = "r";
    start.change.at_us = kHour;
    start.change.micro_gpus = kGpu;
    start.tenant = "acme/a";
    start.pool = "p";
    start.hold_id = "all";
    const auto started = posting->StartRun(start, 0);
    ASSERT_THAT(started, IsOk());
    ASSERT_TRUE(started->admitted());
    RunChanged growth;
    growth.run_id = "r";
    growth.change = RunChange::kResize;
    growth.at_us = 2 * kHour + 1;
    growth.micro_gpus = 2 * kGpu;
    const auto grown = posting->ChangeRun(growth, 0);
    ASSERT_THAT(grown, IsOk());
    EXPECT_TRUE(grown->admitted()) << DescribeRefusal(*grown->refusal);
  });
  EXPECT_TRUE(Sound());
}

// A write transaction that counts the seeks of its cursors.
class CountedSeeks : public PassingOn {
 public:
  using PassingOn::PassingOn;

  absl::StatusOr<std::unique_ptr<Cursor>> NewCursor(Table table) override {
    ASSIGN_OR_RETURN(auto cursor, PassingOn::NewCursor(table));
    return std::make_unique<Seeker>(std::move(cursor), &seeks);
  }

  int seeks = 0;

 private:
  class Seeker : public Cursor {
   public:
    Seeker(std::unique_ptr<Cursor> cursor, int* seeks)
        : cursor_(std::move(cursor)), seeks_(seeks) {}
    absl::StatusOr<bool> SeekAtLeast(std::string_view key) override {
      ++*seeks_;
      return cursor_->SeekAtLeast(key);
    }
    absl::StatusOr<bool> SeekLast() override { return cursor_->SeekLast(); }
    absl::StatusOr<bool> Next() override { return cursor_->Next(); }
    absl::StatusOr<bool> Previous() override { return cursor_->Previous(); }
    std::string_view key() const override { return cursor_->key(); }
    std::string_view value() const override { return cursor_->value(); }

   private:
    const std::unique_ptr<Cursor> cursor_;
    int* const seeks_;
  };
};

// What is deleted lies before the next record until the commit: a seek for each
// would take quadratic time.
TEST_F(HeldBooksTest, ThatAllIsMadeAnewTakesNoSeekForEachLine) {
  SetQuota(0);
  for (int i = 0; i < 50; ++i) Place("h" + std::to_string(i), kHour, 0);
  const Records before = Held();
  auto books = store_->BeginWrite();
  ASSERT_THAT(books, IsOk());
  CountedSeeks counted(*std::move(books));
  QuotaIndex index(&counted);
  LaterStarts later(&counted);
  HeldBooks held(&counted, &index, &later, NamesOf(&counted));
  // What was asked before is not added to what is made.
  const auto quotas = index.All();
  ASSERT_THAT(quotas, IsOk());
  ASSERT_THAT(held.HeldAt(*quotas->front(), 0), IsOk());
  ASSERT_THAT(held.Make(&counted), IsOk());
  ASSERT_THAT(held.Flush(&counted), IsOk());
  EXPECT_LT(counted.seeks, 50);
  ASSERT_THAT(counted.Commit(), IsOk());
  EXPECT_EQ(Held(), before);
  EXPECT_TRUE(Sound());
}

}  // namespace
}  // namespace drawdown
