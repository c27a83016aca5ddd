// What comes next, and portfolios, of contracts small enough to check by hand.
#include "forecast/due_dates.h"

#include <limits>

#include "contract/parse.h"
#include "forecast/portfolio.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr char kContract[] = R"(
id: "c" provider: "p" currency: "USD" grace: "72h"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
commitment {
  id: "block" category: USAGE model: DISCONTINUOUS interval: QUARTERLY
  applies { dimension: "pool" operator: IN value: "p/e/h" }
  step { from: "2026-01-01T00:00:00Z" quantity: "1000" }
  step { from: "2026-07-01T00:00:00Z" quantity: "3000" }
  price: "2" shortfall { policy: TAKE_OR_PAY }
}
commitment {
  id: "spend" category: SPEND model: DISCONTINUOUS interval: ANNUAL layer: 2
  step { from: "2026-01-01T00:00:00Z" cost: "1500000000000.25" }
  shortfall { policy: TAKE_OR_PAY }
  milestone { name: "half" by: "2026-09-01T00:00:00Z" cost: "7" }
}
expansion { commitment: "block" adds: "500" price: "1.5"
  exercisable_from: "2026-05-01T00:00:00Z" until: "2026-08-01T00:00:00Z" }
credit { id: "sla" amount: "99" from: "2026-02-01T00:00:00Z" until: "2026-06-15T00:00:00Z" }
)";

Contract Parsed(const std::string& text) {
  const auto contract = ParseContract("test", text);
  EXPECT_THAT(contract, IsOk());
  return *contract;
}

std::vector<std::string> DatesAt(const char* at,
                                 const ContractTimeline& contracts) {
  std::vector<std::string> lines;
  for (const DueDate& date : DueDatesOf(contracts, *ParseInstant(at))) {
    lines.push_back(FormatInstant(date.at_us).substr(0, 10) + " " +
                    std::string(DueDateKindName(date.kind)) + " " +
                    date.subject);
  }
  return lines;
}

std::vector<std::string> DatesAt(const char* at) {
  const Contract contract = Parsed(kContract);
  return DatesAt(at, contract);
}

TEST(DueDatesTest, AreTheFirstOfTheirKind) {
  EXPECT_THAT(
      DatesAt("2026-03-15T12:00:00Z"),
      testing::ElementsAre(
          "2026-04-01 interval_end block", "2026-04-04 grace_end ",
          "2026-05-01 expansion_opens block", "2026-06-15 credit_expires sla",
          "2026-07-01 step block", "2026-09-01 milestone spend/half",
          "2027-01-01 interval_end spend", "2027-01-01 term_end "));
}

TEST(DueDatesTest, GraceOfTheMonthBeforeComesFirst) {
  EXPECT_THAT(DatesAt("2026-06-02T00:00:00Z"),
              testing::ElementsAre(
                  "2026-06-04 grace_end ", "2026-06-15 credit_expires sla",
                  "2026-07-01 interval_end block", "2026-07-01 step block",
                  "2026-08-01 expansion_closes block",
                  "2026-09-01 milestone spend/half",
                  "2027-01-01 interval_end spend", "2027-01-01 term_end "));
}

// A credit that is not claimed by then pays nothing; one that has not begun
// lapses all the same.
TEST(DueDatesTest, CreditsAreToBeClaimedInTime) {
  const Contract contract = Parsed(R"(
      id: "c" provider: "p" currency: "USD"
      term { start: "2026-01-01T00:00:00Z" end: "2026-03-01T00:00:00Z" }
      credit { id: "later" amount: "1" from: "2026-02-01T00:00:00Z"
               until: "2026-02-11T00:00:00Z" }
      credit { id: "unclaimed" amount: "1" from: "2026-01-01T00:00:00Z"
               until: "2026-02-12T00:00:00Z" claim_by: "2026-01-20T00:00:00Z" }
      credit { id: "claimed" amount: "1" from: "2026-01-01T00:00:00Z"
               until: "2026-02-13T00:00:00Z" claim_by: "2026-01-20T00:00:00Z"
               claimed_at: "2026-01-02T00:00:00Z" })");
  EXPECT_THAT(DatesAt("2026-01-10T00:00:00Z", contract),
              testing::ElementsAre(
                  "2026-01-20 credit_expires unclaimed",
                  "2026-02-01 grace_end ", "2026-02-11 credit_expires later",
                  "2026-02-13 credit_expires claimed", "2026-03-01 term_end "));
}

TEST(DueDatesTest, ALaterVersionSaysWhatComesFromThenOn) {
  const auto terms = [](const std::string& quantity, const std::string& more,
                        const std::string& effective) {
    return R"(id: "c" provider: "p" currency: "USD" )" + effective + R"(
        term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
        commitment { id: "k" category: USAGE model: DISCONTINUOUS
          interval: FULL_PERIOD price: "2"
          step { from: "2026-01-01T00:00:00Z" quantity: )" +
           quantity + " } " + more + "}";
  };
  const Contract first = Parsed(terms("'100'", R"(
      milestone { name: "m" by: "2026-08-01T00:00:00Z" quantity: "1" }
      delivered { from: "2026-01-01T00:00:00Z" quantity: "50" }
      delivered { from: "2026-04-01T00:00:00Z" quantity: "60" })",
                                      ""));
  Contract second =
      Parsed(terms("'300'", "", R"(effective: "2026-06-01T00:00:00Z")"));
  second.version = 2;
  const Contract* versions[] = {&first, &second};
  const auto dates = DueDatesOf(ContractTimeline::Of(versions),
                                *ParseInstant("2026-03-10T00:00:00Z"));
  std::vector<std::string> lines;
  for (const DueDate& date : dates) {
    lines.push_back(FormatInstant(date.at_us).substr(0, 10) + " " +
                    date.subject + " " + date.detail);
  }
  EXPECT_THAT(
      lines,
      testing::ElementsAre(
          "2026-04-01 k delivered per interval from then on: 60 GPU-hours",
          "2026-04-01  the month that ends at 2026-04-01T00:00:00Z may be "
          "closed from then on",
          "2026-06-01 k per interval from then on: 300 GPU-hours, says version "
          "2",
          "2027-01-01 k what is missing then lapses",
          "2027-01-01  the contract ends"));
}

// It ends on 10 June: what its file says of later has become void, and an
// option on it can be exercised as long as it is there.
TEST(DueDatesTest, ACanceledCommitmentHasNoLaterDates) {
  const auto dates_with = [](const std::string& status) {
    const Contract contract = Parsed(R"(
        id: "c" provider: "p" currency: "USD"
        term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
        commitment { id: "k" )" + status +
                                     R"(
          category: USAGE model: DISCONTINUOUS interval: QUARTERLY price: "2"
          step { from: "2026-01-01T00:00:00Z" quantity: "100" }
          step { from: "2026-07-01T00:00:00Z" quantity: "300" }
          delivered { from: "2026-01-01T00:00:00Z" quantity: "50" }
          delivered { from: "2026-08-01T00:00:00Z" quantity: "60" }
          milestone { name: "by" by: "2026-06-10T00:00:00Z" quantity: "1" }
          milestone { name: "m" by: "2026-09-01T00:00:00Z" quantity: "1" } }
        expansion { commitment: "k" adds: "1" price: "1"
          exercisable_from: "2026-02-01T00:00:00Z"
          until: "2026-10-01T00:00:00Z" }
        expansion { commitment: "k" adds: "2" price: "1"
          exercisable_from: "2026-11-01T00:00:00Z"
          until: "2026-12-01T00:00:00Z" })");
    return DatesAt("2026-05-03T00:00:00Z", contract);
  };
  EXPECT_THAT(
      dates_with(""),
      testing::ElementsAre(
          "2026-06-01 grace_end ", "2026-06-10 milestone k/by",
          "2026-07-01 interval_end k", "2026-07-01 step k", "2026-08-01 step k",
          "2026-09-01 milestone k/m", "2026-10-01 expansion_closes k",
          "2026-11-01 expansion_opens k", "2027-01-01 term_end "));
  EXPECT_THAT(
      dates_with(R"(status: CANCELED canceled_at: "2026-06-10T00:00:00Z")"),
      testing::ElementsAre("2026-06-01 grace_end ", "2026-06-10 interval_end k",
                           "2026-06-10 expansion_closes k",
                           "2026-06-10 milestone k/by",
                           "2027-01-01 term_end "));
  EXPECT_THAT(
      dates_with("status: PROPOSED"),
      testing::ElementsAre("2026-06-01 grace_end ", "2027-01-01 term_end "));
}

TEST(DueDatesTest, AStepHidesNoExpansion) {
  const Contract contract = Parsed(R"(
      id: "c" provider: "p" currency: "USD"
      term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
      commitment { id: "k" category: USAGE model: DISCONTINUOUS
        interval: FULL_PERIOD price: "2"
        step { from: "2026-01-01T00:00:00Z" quantity: "100" }
        step { from: "2026-03-01T00:00:00Z" quantity: "200" }
        step { from: "2026-04-01T00:00:00Z" quantity: "300" } }
      expansion { commitment: "k" adds: "1" price: "1"
        exercisable_from: "2026-01-01T00:00:00Z"
        until: "2026-12-01T00:00:00Z" exercised_from: "2026-05-01T00:00:00Z" }
      expansion { commitment: "k" adds: "2" price: "1"
        exercisable_from: "2026-01-01T00:00:00Z"
        until: "2026-12-01T00:00:00Z"
        exercised_from: "2026-06-01T00:00:00Z" })");
  EXPECT_THAT(DatesAt("2026-02-10T00:00:00Z", contract),
              testing::ElementsAre("2026-03-01 step k", "2026-03-01 grace_end ",
                                   "2026-05-01 step k", "2026-06-01 step k",
                                   "2027-01-01 interval_end k",
                                   "2027-01-01 term_end "));
}

TEST(DueDatesTest, NothingFollowsTheEnd) {
  EXPECT_THAT(DatesAt("2027-02-01T00:00:00Z"), testing::IsEmpty());
}

TEST(DueDatesTest, AnyInstantMayBeAskedAbout) {
  const Contract contract = Parsed(kContract);
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max();
  constexpr int64_t kFirst = std::numeric_limits<int64_t>::min();
  EXPECT_THAT(DueDatesOf(contract, kLast), testing::IsEmpty());
  EXPECT_FALSE(DueDatesOf(contract, kFirst).empty());
}

TEST(PortfolioTest, SumsPerCurrencyAndCategoryAndNeverAcross) {
  const Contract usd = Parsed(kContract);
  Contract more = usd;
  more.id = "d";
  Contract eur = usd;
  eur.id = "e";
  eur.currency = *Currency::Parse("EUR");
  ValuedStatus status;
  status.status.contract = "d";
  status.drawn = *ParseMoney("800");
  status.status.projected_shortfall_cost = *ParseMoney("3.5");
  const std::vector<ContractTimeline> contracts = {usd, more, eur};
  const auto lines = MakePortfolio(contracts, {&status, 1},
                                   *ParseInstant("2026-05-01T00:00:00Z"));
  ASSERT_THAT(lines, IsOk());
  std::vector<std::string> texts;
  for (const PortfolioLine& line : *lines) {
    texts.push_back(
        line.currency.ToString() + " " + line.contract + " " +
        (line.spend ? "spend " : "usage ") + FormatMoney(line.committed) + " " +
        FormatMoney(line.committed_by_now) + " " + FormatMoney(line.drawn) +
        " " + FormatMoney(line.projected_shortfall_cost));
  }
  // A block: 2 x 1000 + 2 x 3000 hours at 2; by May two quarters of 1000.
  EXPECT_THAT(texts, testing::ElementsAre(
                         "EUR  usage 16000 4000 0 0",
                         "EUR  spend 1500000000000.25 1500000000000.25 0 0",
                         "EUR e usage 16000 4000 0 0",
                         "EUR e spend 1500000000000.25 1500000000000.25 0 0",
                         "USD  usage 32000 8000 800 3.5",
                         "USD  spend 3000000000000.5 3000000000000.5 0 0",
                         "USD c usage 16000 4000 0 0",
                         "USD c spend 1500000000000.25 1500000000000.25 0 0",
                         "USD d usage 16000 4000 800 3.5",
                         "USD d spend 1500000000000.25 1500000000000.25 0 0"));
}

// 1000 at 2 in 2026, and for its last two days 365 a year more at 1; in 2027,
// by the next version, 2000 at 3 and the 365.
TEST(PortfolioTest, EachVersionIsWorthWhatItSaysWithItsExpansions) {
  const auto terms = [](const std::string& effective,
                        const std::string& quantity, const std::string& price) {
    return R"(id: "c" provider: "p" currency: "USD" )" + effective + R"(
        term { start: "2026-01-01T00:00:00Z" end: "2028-01-01T00:00:00Z" }
        commitment { id: "k" category: USAGE model: DISCONTINUOUS
          interval: ANNUAL price: )" +
           price + R"(
          step { from: "2026-01-01T00:00:00Z" quantity: )" +
           quantity + R"( } }
        expansion { commitment: "k" adds: "365" price: "1"
          exercisable_from: "2026-01-01T00:00:00Z"
          until: "2027-06-01T00:00:00Z"
          exercised_from: "2026-12-30T00:00:00Z" })";
  };
  const Contract first = Parsed(terms("", "'1000'", "'2'"));
  const Contract second =
      Parsed(terms(R"(effective: "2027-01-01T00:00:00Z")", "'2000'", "'3'"));
  const Contract* versions[] = {&first, &second};
  const std::vector<ContractTimeline> contracts = {
      ContractTimeline::Of(versions)};
  const auto lines =
      MakePortfolio(contracts, {}, *ParseInstant("2026-12-31T00:00:00Z"));
  ASSERT_THAT(lines, IsOk());
  ASSERT_EQ(lines->size(), 2u);
  EXPECT_EQ(lines->back().contract, "c");
  EXPECT_EQ(lines->back().commitments, 1u);
  // 2000 and two days of the expansion, then 6000 and 365.
  EXPECT_EQ(FormatMoney(lines->back().committed_by_now), "2002");
  EXPECT_EQ(FormatMoney(lines->back().committed), "8367");
}

// 744 in January, one an hour: 360 by the 16th at 2, then at 3. By the 26th 240
// of these are drawn. Of what an hour costs now alone it would be 2232 and
// 1800.
TEST(PortfolioTest, WhatIsDrawnIsWorthWhatItCostThen) {
  const auto terms = [](const std::string& effective,
                        const std::string& price) {
    return R"(id: "c" provider: "p" currency: "USD" )" + effective + R"(
        term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
        commitment { id: "k" category: USAGE model: DISCONTINUOUS
          interval: MONTHLY price: )" +
           price + R"(
          applies { dimension: "pool" operator: IN value: "p/e/h" }
          step { from: "2026-01-01T00:00:00Z" quantity: "744" } })";
  };
  const Contract first = Parsed(terms("", "'2'"));
  Contract second =
      Parsed(terms(R"(effective: "2026-01-16T00:00:00Z")", "'3'"));
  second.version = 2;
  const Contract* versions[] = {&first, &second};
  const std::vector<ContractTimeline> contracts = {
      ContractTimeline::Of(versions)};
  UsageTable usage;
  usage.tenants = {"a"};
  usage.pools = {"p/e/h"};
  const int64_t start_us = *ParseInstant("2026-01-01T00:00:00Z");
  const int64_t now_us = *ParseInstant("2026-01-26T00:00:00Z");
  for (int64_t at = start_us; at < now_us; at += kMicrosPerHour) {
    usage.cells.push_back({at, 0, 0, GpuTime(kMicrosPerHour)});
  }
  const auto statuses = MakeValuedStatus(contracts[0], usage, now_us);
  ASSERT_THAT(statuses, IsOk());
  const auto lines = MakePortfolio(contracts, *statuses, now_us);
  ASSERT_THAT(lines, IsOk());
  EXPECT_EQ(FormatMoney(lines->back().contracted), "1872");
  EXPECT_EQ(FormatMoney(lines->back().drawn), "1440");
  // February is all of the second version.
  const auto later =
      MakeValuedStatus(contracts[0], usage, now_us + 10 * 24 * kMicrosPerHour);
  ASSERT_THAT(later, IsOk());
  EXPECT_EQ(FormatMoney(later->at(0).drawn), "0");
}

}  // namespace
}  // namespace drawdown
