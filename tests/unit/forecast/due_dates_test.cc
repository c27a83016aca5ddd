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

std::vector<std::string> DatesAt(const char* at) {
  std::vector<std::string> lines;
  for (const DueDate& date : DueDatesOf(Parsed(kContract), *ParseInstant(at))) {
    lines.push_back(FormatInstant(date.at_us).substr(0, 10) + " " +
                    std::string(DueDateKindName(date.kind)) + " " +
                    date.subject);
  }
  return lines;
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
  CommitmentStatus status;
  status.contract = "d";
  status.commitment = "block";
  status.contracted = 1000 * Int128{kMicrosPerHour};
  status.drawn = 400 * Int128{kMicrosPerHour};
  status.projected_shortfall_cost = *ParseMoney("3.5");
  const std::vector<const Contract*> contracts = {&usd, &more, &eur};
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

}  // namespace
}  // namespace drawdown
