#include "contract/parse.h"

#include <gtest/gtest.h>

#include <string>

#include "drawdown/units.h"
#include "tests/unit/contract/example_contract.h"

namespace drawdown {
namespace {

int64_t At(std::string_view text) { return ParseInstant(text).value(); }
GpuTime Hours(std::string_view text) { return ParseGpuHours(text).value(); }
MoneyAmount Money(std::string_view text) { return ParseMoney(text).value(); }

Contract Parse(std::string_view text) {
  absl::StatusOr<Contract> contract = ParseContract("f", text);
  EXPECT_TRUE(contract.ok()) << contract.status();
  return contract.ok() ? *contract : Contract();
}

constexpr char kFrame[] =
    "id: \"c\" provider: \"aws\" currency: \"EUR\"\n"
    "term { start: \"2026-01-15T00:00:00Z\" end: \"2028-01-01T00:00:00Z\" }\n";
constexpr char kUsage[] =
    "id: \"u\" category: USAGE model: DISCONTINUOUS interval: MONTHLY\n"
    "step { from: \"2026-02-01T00:00:00Z\" quantity: \"100.5\" }\n"
    "price: \"1.5\"\n";

Contract WithFrame(const std::string& text) { return Parse(kFrame + text); }
Commitment WithUsage(const std::string& text) {
  const Contract contract =
      WithFrame(std::string("commitment {") + kUsage + text + "}");
  EXPECT_EQ(contract.commitments.size(), 1u);
  return contract.commitments.empty() ? Commitment() : contract.commitments[0];
}

TEST(ParseExampleTest, Frame) {
  const Contract contract = Parse(kExampleContract);
  EXPECT_EQ(contract.id, "aws-2025");
  EXPECT_EQ(contract.version, 1u);
  EXPECT_EQ(contract.provider, "aws");
  EXPECT_EQ(contract.provider_aliases,
            std::vector<std::string>{"Amazon Web Services"});
  EXPECT_EQ(contract.currency.ToString(), "USD");
  const Term term{At("2025-11-03T00:00:00Z"), At("2032-11-03T00:00:00Z")};
  EXPECT_EQ(contract.term, term);
  EXPECT_EQ(contract.effective_us, term.start_us);
  EXPECT_EQ(contract.calendar,
            *Calendar::Make("UTC", 0, Calendar::DayLabel::kStart, 1, 11, 3));
  EXPECT_EQ(contract.grace_us, 72 * kMicrosPerHour);
  const PoolNaming pool{"aws/us-east-1/gb200", "p6e-gb200.36xlarge",
                        "us-east-1", 4};
  EXPECT_EQ(contract.pools, std::vector<PoolNaming>{pool});
  EXPECT_EQ(contract.rounding_level, RoundingLevel::kLine);
  EXPECT_EQ(contract.rounding_scale, 6);
  EXPECT_EQ(contract.grain_us, kMicrosPerSecond);
  EXPECT_EQ(contract.grain_minimum_us, 60 * kMicrosPerSecond);
  EXPECT_EQ(contract.grain_direction, RoundingDirection::kUp);
}

TEST(ParseExampleTest, Rates) {
  const Contract contract = Parse(kExampleContract);
  ASSERT_EQ(contract.rates.size(), 2u);
  EXPECT_EQ(contract.rates[0].pool, "aws/*/gb200");
  const RateTier flat{std::nullopt, Money("4.10")};
  EXPECT_EQ(contract.rates[0].tiers, std::vector<RateTier>{flat});
  EXPECT_EQ(contract.rates[1].from_us, contract.term.start_us);
  EXPECT_EQ(contract.rates[1].tier_interval, FulfilmentInterval::kMonthly);
  const std::vector<RateTier> tiers = {{Hours("100000"), Money("2.90")},
                                       {std::nullopt, Money("2.60")}};
  EXPECT_EQ(contract.rates[1].tiers, tiers);
}

TEST(ParseExampleTest, Commitments) {
  const Contract contract = Parse(kExampleContract);
  ASSERT_EQ(contract.commitments.size(), 3u);
  const Commitment& reserved = contract.commitments[0];
  EXPECT_EQ(reserved.id, "gb200-reserved");
  EXPECT_EQ(reserved.model, CommitmentModel::kContinuous);
  EXPECT_EQ(reserved.interval, FulfilmentInterval::kHourly);
  EXPECT_EQ(reserved.priority, 10);
  ASSERT_EQ(reserved.steps.size(), 3u);
  EXPECT_EQ(reserved.steps[2].from_us, At("2026-12-31T00:00:00Z"));
  EXPECT_EQ(reserved.steps[2].quantity, Hours("262144"));
  ASSERT_EQ(reserved.delivered.size(), 2u);
  EXPECT_TRUE(reserved.delivered[0].quantity.zero());
  EXPECT_EQ(reserved.price, Money("2.05"));
  EXPECT_EQ(reserved.shortfall.policy, ShortfallPolicy::kTakeOrPay);
  EXPECT_EQ(reserved.shortfall.price, Money("2.05"));

  const Commitment& block = contract.commitments[1];
  ASSERT_TRUE(block.overage.has_value());
  EXPECT_EQ(block.overage->factor_micro, 1'250'000);
  EXPECT_FALSE(block.overage->price.has_value());
  const Rollover rollover{1, 500'000};
  EXPECT_EQ(block.rollover, rollover);

  const Commitment& spend = contract.commitments[2];
  EXPECT_EQ(spend.category, CommitmentCategory::kSpend);
  EXPECT_EQ(spend.interval, FulfilmentInterval::kAnnual);
  EXPECT_EQ(spend.layer, 2);
  ASSERT_EQ(spend.applies.size(), 3u);
  const ApplicabilityRule half{
      Dimension::kRegion, Operator::kIn, {"us-west-2"}, 500'000};
  EXPECT_EQ(spend.applies[2], half);
  ASSERT_EQ(spend.spend_steps.size(), 2u);
  EXPECT_EQ(spend.spend_steps[1].cost, Money("5428571428.57"));
  EXPECT_FALSE(spend.shortfall.price.has_value());
}

TEST(ParseExampleTest, Promises) {
  const Contract contract = Parse(kExampleContract);
  const Expansion expansion{
      "gb200-reserved",           Hours("131072"), At("2027-01-01T00:00:00Z"),
      At("2028-12-31T00:00:00Z"), Money("1.95"),   std::nullopt};
  EXPECT_EQ(contract.expansions, std::vector<Expansion>{expansion});
  ASSERT_EQ(contract.credits.size(), 1u);
  EXPECT_EQ(contract.credits[0].amount, Money("125000"));
  EXPECT_EQ(contract.credits[0].applies.size(), 1u);
  const std::vector<Allotment> allotments = {
      {"gb200-reserved", "acme/chat", 600'000, std::nullopt, true},
      {"gb200-reserved", "acme/research", 400'000, std::nullopt, true}};
  EXPECT_EQ(contract.allotments, allotments);
}

TEST(ParseTest, JsonIsTheSameContract) {
  EXPECT_EQ(Parse(kExampleContractJson), Parse(kExampleContract));
  EXPECT_EQ(Parse(std::string(" \r\n\t") + kExampleContractJson),
            Parse(kExampleContract));
}

TEST(ParseTest, ByteOrderMarkAndCrlfAreRead) {
  EXPECT_EQ(Parse(std::string("\xEF\xBB\xBF") + kExampleContract),
            Parse(kExampleContract));
  std::string crlf;
  for (const char c : std::string(kExampleContract)) {
    if (c == '\n') crlf += '\r';
    crlf += c;
  }
  EXPECT_EQ(Parse(crlf), Parse(kExampleContract));
}

TEST(ParseTest, Defaults) {
  const Contract contract = WithFrame("pool { name: \"aws/x\" }");
  EXPECT_EQ(contract.effective_us, contract.term.start_us);
  EXPECT_EQ(contract.grace_us, 0);
  EXPECT_EQ(contract.rounding_scale, 2);
  EXPECT_EQ(contract.rounding_level, RoundingLevel::kLine);
  EXPECT_FALSE(contract.grain_us.has_value());
  EXPECT_EQ(contract.pools[0].gpus_per_unit, 0);  // the rows say
  // The contract year starts on the anniversary of the term.
  EXPECT_EQ(contract.calendar,
            *Calendar::Make("UTC", 0, Calendar::DayLabel::kStart, 1, 1, 15));
}

TEST(ParseTest, WhatTellsPoolsOfOneSkuApart) {
  const Contract contract = WithFrame(
      "pool { name: \"aws/x\" sku: \"x\" sub_account: \"1\" sub_account: "
      "\"2\" sku_price: \"p\" resource: \"r\" }");
  EXPECT_EQ(contract.pools[0].sub_accounts,
            (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(contract.pools[0].sku_prices, std::vector<std::string>{"p"});
  EXPECT_EQ(contract.pools[0].resources, std::vector<std::string>{"r"});
}

TEST(ParseTest, DefaultsOfACommitment) {
  const Commitment commitment = WithUsage("");
  EXPECT_EQ(commitment.layer, 1);
  EXPECT_EQ(commitment.priority, 0);
  EXPECT_EQ(commitment.lifecycle, CommitmentLifecycle::kActive);
  EXPECT_EQ(commitment.shortfall, Shortfall());
  EXPECT_EQ(commitment.shortfall.policy, ShortfallPolicy::kWaived);
  EXPECT_TRUE(commitment.delivered.empty());
  EXPECT_FALSE(commitment.overage.has_value());
  EXPECT_FALSE(commitment.rollover.has_value());
  EXPECT_EQ(commitment.steps[0].quantity, Hours("100.5"));
  EXPECT_EQ(WithUsage("rollover { intervals: 3 }").rollover->cap_micro,
            1'000'000);
}

TEST(ParseTest, AnniversaryFollowsTheCalendar) {
  const auto year_of = [](const std::string& start, const std::string& rest) {
    return Parse(
               "id: \"c\" provider: \"aws\" currency: \"USD\" term { start: "
               "\"" +
               start + "\" end: \"2030-01-01T00:00:00Z\" } " + rest)
        .calendar;
  };
  const auto start = Calendar::DayLabel::kStart;
  EXPECT_EQ(year_of("2026-11-03T07:00:00Z",
                    "calendar { time_zone: \"America/Los_Angeles\" }"),
            *Calendar::Make("America/Los_Angeles", 0, start, 1, 11, 2));
  EXPECT_EQ(year_of("2028-02-29T00:00:00Z", ""),
            *Calendar::Make("UTC", 0, start, 1, 2, 28));
  EXPECT_EQ(
      year_of("2026-11-03T00:00:00Z",
              "calendar { day_cut: \"17:30\" day_label: END "
              "month_day: 5 year_start: \"04-06\" }"),
      *Calendar::Make("UTC", 17 * 60 + 30, Calendar::DayLabel::kEnd, 5, 4, 6));
}

TEST(ParseTest, GraceUnits) {
  const std::pair<const char*, int64_t> cases[] = {
      {"72h", 72 * kMicrosPerHour},
      {"3d", 72 * kMicrosPerHour},
      {"90m", kMicrosPerHour * 3 / 2},
      {"30s", 30 * kMicrosPerSecond},
      {"0h", 0},
      {"3660d", 3660 * 24 * kMicrosPerHour},
  };
  for (const auto& [text, expected] : cases) {
    const std::string field = std::string("grace: \"") + text + "\"";
    EXPECT_EQ(WithFrame(field).grace_us, expected) << text;
  }
  for (const char* text : {"", "h", "3661d", "1.5h", "1w", "1 h", "+1h",
                           "999999999d", "9999999999s", "72"}) {
    const std::string field = std::string("grace: \"") + text + "\"";
    EXPECT_FALSE(ParseContract("f", kFrame + field).ok()) << text;
  }
}

TEST(ParseTest, BothSpellingsOfCancelled) {
  const int64_t at = At("2026-06-01T00:00:00Z");
  for (const char* text :
       {"status: CANCELED canceled_at: \"2026-06-01T00:00:00Z\"",
        "status: CANCELLED cancelled_at: \"2026-06-01T00:00:00Z\""}) {
    const Commitment commitment = WithUsage(text);
    EXPECT_EQ(commitment.lifecycle, CommitmentLifecycle::kCancelled);
    EXPECT_EQ(commitment.cancelled_at_us, at);
  }
  EXPECT_EQ(WithUsage("status: PROPOSED").lifecycle,
            CommitmentLifecycle::kProposed);
}

TEST(ParseTest, Overages) {
  EXPECT_EQ(WithUsage("overage { price: \"3\" }").overage->price, Money("3"));
  EXPECT_TRUE(WithUsage("overage { refuse: true }").overage->refuse);
}

TEST(ParseTest, Milestones) {
  const Commitment commitment = WithUsage(
      "milestone { name: \"half\" by: \"2027-01-01T00:00:00Z\" "
      "quantity: \"50\" }");
  const Milestone half{"half", At("2027-01-01T00:00:00Z"), Hours("50").count()};
  EXPECT_EQ(commitment.milestones, std::vector<Milestone>{half});
}

TEST(ParseTest, ExpansionTakesTheCommitmentsPrice) {
  const Contract contract =
      WithFrame(std::string("commitment {") + kUsage +
                "} expansion { commitment: \"u\" adds: \"5\" exercisable_from: "
                "\"2026-03-01T00:00:00Z\" until: \"2026-05-01T00:00:00Z\" "
                "exercised_from: \"2026-04-01T00:00:00Z\" }");
  ASSERT_EQ(contract.expansions.size(), 1u);
  EXPECT_EQ(contract.expansions[0].price, Money("1.5"));
  EXPECT_EQ(contract.expansions[0].exercised_from_us,
            At("2026-04-01T00:00:00Z"));
}

TEST(ParseTest, AllotmentOfAnAmount) {
  const Contract contract = WithFrame(
      std::string("commitment {") + kUsage +
      "} allotment { commitment: \"u\" tenant: \"acme\" amount: \"0.25\" }");
  ASSERT_EQ(contract.allotments.size(), 1u);
  EXPECT_EQ(contract.allotments[0].amount, Hours("0.25"));
  EXPECT_FALSE(contract.allotments[0].share_micro.has_value());
  EXPECT_FALSE(contract.allotments[0].may_borrow);
}

// Each list of enum names in order; compile.cc casts their numbers.
TEST(ParseTest, EnumsKeepTheirMeaning) {
  const std::pair<const char*, Operator> operators[] = {
      {"IN", Operator::kIn},
      {"NOT_IN", Operator::kNotIn},
      {"STARTS_WITH", Operator::kStartsWith},
      {"NOT_STARTS_WITH", Operator::kNotStartsWith},
      {"CONTAINS", Operator::kContains},
      {"NOT_CONTAINS", Operator::kNotContains},
      {"ENDS_WITH", Operator::kEndsWith}};
  for (const auto& [name, op] : operators) {
    const Commitment commitment =
        WithUsage(std::string("applies { dimension: \"sku\" operator: ") +
                  name + " value: \"x\" }");
    EXPECT_EQ(commitment.applies[0].op, op) << name;
  }
  const std::pair<const char*, FulfilmentInterval> intervals[] = {
      {"HOURLY", FulfilmentInterval::kHourly},
      {"DAILY", FulfilmentInterval::kDaily},
      {"WEEKLY", FulfilmentInterval::kWeekly},
      {"MONTHLY", FulfilmentInterval::kMonthly},
      {"QUARTERLY", FulfilmentInterval::kQuarterly},
      {"SEMI_ANNUAL", FulfilmentInterval::kSemiAnnual},
      {"ANNUAL", FulfilmentInterval::kAnnual},
      {"FULL_PERIOD", FulfilmentInterval::kFullPeriod}};
  for (const auto& [name, interval] : intervals) {
    const Contract contract =
        WithFrame(std::string("rate { pool: \"*\" tier { price: \"1\" } "
                              "tier_interval: ") +
                  name + " }");
    EXPECT_EQ(contract.rates[0].tier_interval, interval) << name;
  }
}

}  // namespace
}  // namespace drawdown
