// Answers about quotas are of one moment, and wait for nobody.
#include <chrono>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tests/unit/engine/clocked_books.h"

namespace drawdown {
namespace {

// Whatever is committed while they are asked.
TEST(QuotaAgreementTest, AnswersAreOfOneMoment) {
  bool more = true;
  for (int n = 0; more; ++n) {
    SCOPED_TRACE("reading " + std::to_string(n));
    ClockedBooks books;
    books.Limit("acme", {.nominal = 1'000 * kSecond});
    books.Run("acme", 1);
    more = false;
    const auto drained_beside = [&](const std::function<void()>& ask) {
      ASSERT_TRUE(books.Try("acme", 200 * kSecond));
      const auto drain = [&] { EXPECT_THAT(books->Drain(), IsOk()); };
      more |= books.Beside(n, drain, ask);
    };
    drained_beside([&] { EXPECT_EQ(books.Listed().used, 200 * kSecond); });
    drained_beside([&] { EXPECT_FALSE(books.Fits("acme", 601 * kSecond)); });
    drained_beside([&] {
      const auto next = books->NextExhaustion();
      ASSERT_THAT(next, IsOk());
      EXPECT_EQ((*next)->at_us, books.now_us + 400 * kSecond);
    });
    drained_beside([&] {
      HoldRequest request = {"q", "acme", kPool, GpuTime(201 * kSecond)};
      request.ttl_us = kHour;
      const auto quote = books->QuoteHold(request);
      ASSERT_THAT(quote, IsOk());
      EXPECT_FALSE(quote->admission.admitted());
    });
    ASSERT_TRUE(books.Hold("h", "acme", 30 * kSecond));
    const auto retaken = [&] {
      EXPECT_THAT(books->ReleaseHold("h"), IsOk());
      EXPECT_TRUE(books.Try("acme", 200 * kSecond));
    };
    more |= books.Beside(n, retaken,
                         [&] { EXPECT_GE(books.Listed().available, 0); });
  }
}

// Whoever is at the ledger, and however long: who asks waits for nobody, and
// what a commit under way is to change is not in the answer.
TEST(QuotaAgreementTest, AnswersDoNotWaitForCommits) {
  bool more = true;
  for (int n = 0; more; ++n) {
    SCOPED_TRACE("reading " + std::to_string(n));
    ClockedBooks books(std::chrono::milliseconds(20));
    books.Limit("acme", {.nominal = 1'000 * kSecond});
    ASSERT_TRUE(books.Try("acme", 200 * kSecond));
    more = books.Beside(
        n,
        [&] {
          const QuotaState listed = books.Listed();
          EXPECT_TRUE(listed.used == 200 * kSecond);
          EXPECT_TRUE(listed.held == 0 || listed.held == 30 * kSecond);
          EXPECT_TRUE(books.Fits("acme", 1 * kSecond));
          EXPECT_THAT(books->NextExhaustion(), IsOk());
        },
        [&] { EXPECT_TRUE(books.Hold("h", "acme", 30 * kSecond)); });
  }
}

// The callback is called by the thread that has the writer lock.
TEST(QuotaAgreementTest, QuotasAreToldWhileAFileIsImported) {
  ClockedBooks books(std::chrono::milliseconds(20));
  books.Limit("acme", {.nominal = 1'000 * kSecond});
  ASSERT_TRUE(books.Try("acme", 200 * kSecond));
  const std::string path = books.Path("usage.csv");
  std::ofstream(path) << "usage_id,tenant,pool,start,end,gpu_seconds\n"
                         "u1,acme,p,2026-06-01T00:00:00Z,"
                         "2026-06-01T01:00:00Z,100\n";
  int posting = 0;
  const auto imported = books->ImportUsageFiles(
      {path}, {}, [&](std::string_view phase, uint64_t, uint64_t) {
        posting += phase == "posting";
        EXPECT_TRUE(books.Listed().used == 200 * kSecond);
      });
  EXPECT_THAT(imported, IsOk());
  EXPECT_GT(posting, 0);
  EXPECT_TRUE(books.Listed().used == 300 * kSecond);
}

// What was used until now is in the bucket of now, however little of that is
// over; where the bucket is cut elsewhere, it is in what there is of it.
TEST(QuotaAgreementTest, WhatAHoldWasSettledWithIsUsedAtOnce) {
  ClockedBooks books;
  books.Limit("acme", {.nominal = 1'000 * kSecond});
  books.now_us = kBegin + kHour / 4;
  ASSERT_TRUE(books.Hold("h", "acme", 900 * kSecond));
  ASSERT_THAT(books->SettleHold("h", GpuTime(800 * kSecond)), IsOk());
  EXPECT_EQ(books.Listed().used, 800 * kSecond);
  const auto used = [&](const UsageQuery& query, size_t notes) {
    const auto answer = books->Usage(query);
    EXPECT_THAT(answer, IsOk());
    EXPECT_EQ(answer->notes.size(), notes);
    return answer->total;
  };
  const GpuTime all(800 * kSecond);
  EXPECT_EQ(used({}, 0), all);
  EXPECT_EQ(used({.at_us = kBegin + kHour / 2}, 0), all);
  EXPECT_EQ(used({.as_of_us = kBegin + kHour / 4}, 0), all);
  EXPECT_EQ(used({.from_us = kBegin + kHour / 8}, 1), GpuTime(400 * kSecond));
  EXPECT_EQ(used({.to_us = kBegin + kHour / 16}, 1), GpuTime(200 * kSecond));
  books.now_us = kBegin + 2 * kHour;
  EXPECT_EQ(used({.to_us = kBegin + kHour / 4}, 1), GpuTime(200 * kSecond));
  EXPECT_EQ(used({}, 0), all);
}

// A stop that is said ahead, and runs that go on: of whom is what is used.
TEST(QuotaAgreementTest, UsersHaveUsedWhatTheQuotaSays) {
  ClockedBooks books;
  const std::string stops = books.Run("acme", 2);
  const std::string goes_on = books.Run("acme", 1);
  books.Limit("acme", {.nominal = 1'000 * kSecond, .soft = true});
  books.now_us += 100 * kSecond;
  ASSERT_THAT(books->StopRun({stops}, books.now_us + 50 * kSecond), IsOk());
  EXPECT_EQ(books.Listed().used, 400 * kSecond);
  const auto said = books->ExplainQuota({.tenant = "acme", .pool = kPool});
  ASSERT_THAT(said, IsOk());
  ASSERT_EQ(said->users.size(), 1u);
  const std::vector<QuotaRun>& runs = said->users.front().runs.biggest;
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].run.run_id, stops);
  EXPECT_EQ(runs[0].used, 300 * kSecond);
  EXPECT_EQ(runs[1].run.run_id, goes_on);
  EXPECT_EQ(runs[1].used, 100 * kSecond);
}

}  // namespace
}  // namespace drawdown
