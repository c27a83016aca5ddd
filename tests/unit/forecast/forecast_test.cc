// Whole forecasts of contracts small enough to check by hand.
#include "forecast/forecast.h"

#include "base/wide.h"
#include "contract/parse.h"
#include "forecast/burn_rates.h"
#include "forecast/what_if.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rating/rating.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr int64_t kDayUs = 24 * kHour;

// April has 720 hours.
constexpr char kContract[] = R"(
id: "c" provider: "p" currency: "USD"
term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
rate { pool: "p" price: "4" from: "2026-01-01T00:00:00Z" }
commitment {
  id: "block" category: USAGE model: DISCONTINUOUS interval: MONTHLY priority: 20
  applies { dimension: "pool" operator: IN value: "p/e/h" }
  step { from: "2026-01-01T00:00:00Z" quantity: "3000" }
  price: "2" shortfall { policy: TAKE_OR_PAY price: "1" }
}
commitment {
  id: "reserved" category: USAGE model: CONTINUOUS interval: HOURLY priority: 10
  applies { dimension: "pool" operator: IN value: "p/e/h" }
  step { from: "2026-01-01T00:00:00Z" quantity: "4" }
  step { from: "2026-04-21T00:00:00Z" quantity: "10" }
  price: "1" shortfall { policy: TAKE_OR_PAY }
}
commitment {
  id: "spend" category: SPEND model: DISCONTINUOUS interval: MONTHLY layer: 2
  step { from: "2026-01-01T00:00:00Z" cost: "10000" }
  shortfall { policy: TAKE_OR_PAY }
}
expansion { commitment: "block" adds: "1000" price: "1.5"
  exercisable_from: "2026-04-15T00:00:00Z" until: "2026-08-01T00:00:00Z" }
)";

Contract Parsed() {
  const auto contract = ParseContract("test", kContract);
  EXPECT_THAT(contract, IsOk());
  return *contract;
}

int64_t At(const char* text) { return *ParseInstant(text); }

// So many GPUs of one tenant for 40 days before 11 April.
UsageTable Usage(int64_t gpus) {
  UsageTable usage;
  usage.tenants = {"a"};
  usage.pools = {"p/e/h"};
  const int64_t now = At("2026-04-11T00:00:00Z");
  for (int64_t at = now - 40 * kDayUs; at < now; at += kHour) {
    usage.cells.push_back({at, 0, 0, GpuTime(gpus * kHour)});
  }
  return usage;
}

ContractForecast Made(const Contract& contract, const UsageTable& usage,
                      const WhatIf& what_if = {}, const char* until = nullptr) {
  ForecastInput input = {&contract, &usage, {}, At("2026-04-11T00:00:00Z")};
  if (until != nullptr) input.until_us = At(until);
  const auto forecast = MakeForecast(input, what_if);
  EXPECT_THAT(forecast, IsOk());
  return *forecast;
}

Int128 InHours(Int128 amount) { return amount / kHour; }

// 7 GPUs: 4 reserved for 20 days, then 7 of the 10; the other 3 for 20 days.
TEST(ForecastTest, RatesWhatIsProjectedAsStatementsDo) {
  const Contract contract = Parsed();
  const ContractForecast forecast = Made(contract, Usage(7));
  EXPECT_EQ(forecast.until_us, At("2026-05-01T00:00:00Z"));
  ASSERT_EQ(forecast.commitments.size(), 3u);

  const ForecastInterval& block = forecast.commitments[0].intervals.at(0);
  EXPECT_FALSE(block.summed);
  EXPECT_TRUE(InHours(block.contracted) == 3'000);
  EXPECT_TRUE(InHours(block.drawn) == 10 * 24 * 3);
  EXPECT_TRUE(InHours(block.projected.mid) == 20 * 24 * 3);
  EXPECT_TRUE(InHours(block.missing.mid) == 3'000 - 1'440);
  EXPECT_EQ(FormatMoney(MoneyAmount(block.missing_cost.mid)), "1560");
  EXPECT_FALSE(block.exhausted_us.has_value());

  const ForecastInterval& reserved = forecast.commitments[1].intervals.at(0);
  EXPECT_TRUE(reserved.summed);
  EXPECT_TRUE(InHours(reserved.contracted) == 24 * (20 * 4 + 10 * 10));
  EXPECT_TRUE(InHours(reserved.projected.mid) == 24 * (20 * 4 + 10 * 7));
  EXPECT_TRUE(InHours(reserved.missing.mid) == 24 * 10 * 3);
  EXPECT_EQ(FormatMoney(MoneyAmount(reserved.missing_cost.mid)), "720");

  // 3600 covered at 1, 720 unused, 1440 at 2, 1560 of shortfall: 8760.
  const ForecastInterval& spend = forecast.commitments[2].intervals.at(0);
  EXPECT_EQ(FormatMoney(MoneyAmount(spend.projected.mid)), "8760");
  EXPECT_EQ(FormatMoney(MoneyAmount(spend.missing.mid)), "1240");
  EXPECT_EQ(FormatMoney(MoneyAmount(spend.missing_cost.mid)), "1240");
  ASSERT_EQ(forecast.costs.size(), 1u);
  EXPECT_EQ(FormatMoney(MoneyAmount(forecast.costs[0].cost.mid)), "10000");
}

TEST(ForecastTest, IsTheStatementOfTheMonthWhenUsageCameAsProjected) {
  const Contract contract = Parsed();
  const ContractForecast forecast = Made(contract, Usage(7));
  UsageTable came = Usage(7);
  for (int64_t at = At("2026-04-11T00:00:00Z"); at < At("2026-05-01T00:00:00Z");
       at += kHour) {
    came.cells.push_back({at, 0, 0, GpuTime(7 * kHour)});
  }
  const RatingInput input = {
      &contract,
      &came,
      {At("2026-04-01T00:00:00Z"), At("2026-05-01T00:00:00Z")},
      At("2026-06-01T00:00:00Z")};
  const auto rated = RateUsage(input);
  ASSERT_THAT(rated, IsOk());
  const auto statement = MakeStatement(input, *rated);
  ASSERT_THAT(statement, IsOk());
  EXPECT_EQ(statement->total.count(), forecast.costs.at(0).cost.mid);
}

TEST(ForecastTest, SaysWhenSomethingIsExhausted) {
  // 20 of the 24 GPUs are left to the block: 3000 h last 150 h.
  const ContractForecast forecast = Made(Parsed(), Usage(24));
  const ForecastInterval& block = forecast.commitments[0].intervals.at(0);
  ASSERT_TRUE(block.exhausted_us.has_value());
  EXPECT_EQ(FormatInstant(*block.exhausted_us), "2026-04-07T06:00:00Z");
  EXPECT_TRUE(block.missing.high == 0);
  // Spent: 150 h of 4 x 1 + 20 x 2 = 6600, then 84 an hour: in the 41st.
  const ForecastInterval& spend = forecast.commitments[2].intervals.at(0);
  ASSERT_TRUE(spend.exhausted_us.has_value());
  EXPECT_EQ(FormatInstant(*spend.exhausted_us), "2026-04-08T23:00:00Z");
}

TEST(ForecastTest, WhatIsGoneWasGoneWhenStatusSays) {
  const Contract contract = Parsed();
  const UsageTable usage = Usage(24);
  const ContractForecast forecast = Made(contract, usage);
  const auto status = MakeStatus(contract, usage, At("2026-04-11T00:00:00Z"));
  ASSERT_THAT(status, IsOk());
  ASSERT_EQ(status->size(), 3u);
  for (const size_t i : {0u, 2u}) {
    ASSERT_TRUE((*status)[i].exhausted_at_us.has_value());
    EXPECT_EQ(forecast.commitments[i].intervals.at(0).exhausted_us,
              (*status)[i].exhausted_at_us);
  }
}

// 1 an hour of 1000 a month, and what of it is carried on.
Contract SpendThatRolls(const std::string& rollover) {
  return *ParseContract("test", R"(
      id: "c" provider: "p" currency: "USD"
      term { start: "2026-01-01T00:00:00Z" end: "2027-01-01T00:00:00Z" }
      rate { pool: "p" price: "1" from: "2026-01-01T00:00:00Z" }
      commitment { id: "s" category: SPEND model: DISCONTINUOUS
        interval: MONTHLY layer: 2
        step { from: "2026-03-01T00:00:00Z" cost: "1000" }
        shortfall { policy: TAKE_OR_PAY } rollover { )" +
                                    rollover + " } }");
}

std::string SpendText(const ContractForecast& forecast, size_t interval = 0) {
  const ForecastInterval& spend =
      forecast.commitments.at(0).intervals.at(interval);
  std::string text;
  for (const Int128 amount :
       {spend.contracted, spend.available, spend.projected.mid,
        spend.missing.mid, spend.missing_cost.mid}) {
    text += FormatMoney(MoneyAmount(amount)) + " ";
  }
  return text + (spend.exhausted_us.has_value()
                     ? FormatInstant(*spend.exhausted_us)
                     : "");
}

// One GPU since 2 March: 720 counted, 280 carried into April, where 720 more
// are counted and 560 are left. Of these, half of 1000 goes on.
TEST(ForecastTest, WhatASpendCommitmentCarriesOnIsThereToBeCounted) {
  const Contract contract = SpendThatRolls("intervals: 1 cap: '0.5'");
  EXPECT_EQ(SpendText(Made(contract, Usage(1))), "1000 1280 720 60 60 ");
  // May: 500 carried in, 744 counted of 1500, 756 left, 500 go on.
  const ContractForecast long_one =
      Made(contract, Usage(1), {}, "2026-06-01T00:00:00Z");
  EXPECT_EQ(SpendText(long_one, 1), "1000 1500 744 256 256 ");
}

TEST(ForecastTest, TheCapLimitsWhatASpendCommitmentCarriesOn) {
  EXPECT_EQ(
      SpendText(Made(SpendThatRolls("intervals: 1 cap: '0.1'"), Usage(1))),
      "1000 1100 720 280 280 ");
  // All of the 280 that came in were counted, 280 of what is left of April's
  // own go on.
  EXPECT_EQ(
      SpendText(Made(SpendThatRolls("intervals: 2 cap: '0.28'"), Usage(1))),
      "1000 1280 720 280 280 ");
}

// The second version of kContract, with one text exchanged for another.
Contract Amended(const std::string& effective, const std::string& from,
                 const std::string& to) {
  std::string text = kContract;
  text.replace(text.find(from), from.size(), to);
  auto contract = ParseContract("test", text + effective);
  EXPECT_THAT(contract, IsOk());
  contract->version = 2;
  return *std::move(contract);
}

ContractForecast MadeOf(const Contract& first, const Contract& second,
                        const char* until = nullptr) {
  const Contract* versions[] = {&first, &second};
  const UsageTable usage = Usage(7);
  ForecastInput input = {
      ContractTimeline::Of(versions), &usage, {}, At("2026-04-11T00:00:00Z")};
  if (until != nullptr) input.until_us = At(until);
  const auto forecast = MakeForecast(input, {});
  EXPECT_THAT(forecast, IsOk());
  return *forecast;
}

// 3000 for 14 days of 30, 1500 for 16: an interval goes on into a version that
// names only its own step.
TEST(ForecastTest, AnIntervalRunsAcrossVersions) {
  const Contract first = Parsed();
  const Contract second =
      Amended(R"(effective: "2026-04-15T00:00:00Z")",
              R"(step { from: "2026-01-01T00:00:00Z" quantity: "3000" })",
              R"(step { from: "2026-04-15T00:00:00Z" quantity: "1500" })");
  const ForecastInterval block =
      MadeOf(first, second).commitments.at(0).intervals.at(0);
  EXPECT_EQ(FormatInstant(block.start_us), "2026-04-01T00:00:00Z");
  EXPECT_TRUE(InHours(block.contracted) == 2'200);
  EXPECT_TRUE(InHours(block.drawn) == 720);
  EXPECT_TRUE(InHours(block.projected.mid) == 1'440);
  EXPECT_TRUE(InHours(block.missing.mid) == 760);
}

// What the next version has no more is told of as long as it is there, and what
// it makes another commitment of from then on.
TEST(ForecastTest, WhatAVersionEndsIsToldOfUntilThen) {
  const Contract first = Parsed();
  const Contract second =
      Amended(R"(effective: "2026-04-21T00:00:00Z")",
              "DISCONTINUOUS interval: MONTHLY priority: 20",
              "DISCONTINUOUS interval: QUARTERLY priority: 20");
  const ContractForecast forecast =
      MadeOf(first, second, "2026-07-01T00:00:00Z");
  ASSERT_EQ(forecast.commitments.size(), 4u);
  EXPECT_EQ(forecast.commitments[0].commitment, "block");
  EXPECT_EQ(forecast.commitments[1].commitment, "block");
  // 20 days of 30 of April; 3 GPUs are left to it until the 21st, then none.
  ASSERT_EQ(forecast.commitments[0].intervals.size(), 1u);
  const ForecastInterval& old = forecast.commitments[0].intervals[0];
  EXPECT_EQ(FormatInstant(old.end_us), "2026-04-21T00:00:00Z");
  EXPECT_TRUE(InHours(old.contracted) == 2'000);
  EXPECT_TRUE(InHours(old.projected.mid) == 1'440);
  EXPECT_TRUE(InHours(old.missing.mid) == 560);
  // 71 days of 91 of the quarter.
  ASSERT_EQ(forecast.commitments[1].intervals.size(), 1u);
  const ForecastInterval& next = forecast.commitments[1].intervals[0];
  EXPECT_EQ(FormatInstant(next.start_us), "2026-04-21T00:00:00Z");
  EXPECT_TRUE(InHours(next.contracted) == 3'000 * 71 / 91);
  EXPECT_TRUE(next.projected.mid == 0);
}

// 240 by the 11th, then 3 an hour: 1280 in the 347th hour, 14 days 11 hours on;
// of 1000 alone it would be the 254th.
TEST(ForecastTest, WhatIsCarriedInIsDrawnBeforeItIsExhausted) {
  WhatIf what_if;
  what_if.scales = {{"", 3'000'000}};
  EXPECT_EQ(SpendText(Made(SpendThatRolls("intervals: 1 cap: '0.5'"), Usage(1),
                           what_if)),
            "1000 1280 1680 0 0 2026-04-25T11:00:00Z");
}

TEST(ForecastTest, WhatIfOptionIsExercised) {
  const Contract contract = Parsed();
  ASSERT_TRUE(CanExercise(contract, "block"));
  EXPECT_FALSE(CanExercise(contract, "spend"));
  const std::vector<std::string> ids = {"block"};
  const auto exercised = Exercise(contract, ids, At("2026-04-11T00:00:00Z"));
  ASSERT_THAT(exercised, IsOk());
  const ContractForecast forecast = Made(*exercised->contracts[0], Usage(7));
  const ForecastInterval& block = forecast.commitments[0].intervals.at(0);
  // 1000 of a month from the 15th, the first instant allowed: 16 of 30 days.
  EXPECT_TRUE(block.contracted ==
              3'000 * Int128{kHour} +
                  DivHalfEven(1'000 * Int128{kHour} * 16, 30));
  EXPECT_THAT(Exercise(contract, ids, At("2026-08-01T00:00:00Z")),
              IsError(ErrorCode::kInvalidArgument,
                      "could be exercised until 2026-08-01T00:00:00Z"));
}

// One that has lapsed hides none that is open.
TEST(ForecastTest, WhatIfTheNextOptionIsExercised) {
  const auto contract = ParseContract("test", std::string(kContract) + R"(
      expansion { commitment: "block" adds: "500" price: "1.5"
        exercisable_from: "2026-09-01T00:00:00Z"
        until: "2026-12-01T00:00:00Z" })");
  ASSERT_THAT(contract, IsOk());
  const std::vector<std::string> ids = {"block"};
  const auto exercised = Exercise(*contract, ids, At("2026-09-02T00:00:00Z"));
  ASSERT_THAT(exercised, IsOk());
  const std::vector<Expansion>& options = exercised->contracts[0]->expansions;
  EXPECT_FALSE(options.at(0).exercised_from_us.has_value());
  EXPECT_EQ(options.at(1).exercised_from_us, At("2026-09-02T00:00:00Z"));
  EXPECT_THAT(Exercise(*contract, ids, At("2026-12-01T00:00:00Z")),
              IsError(ErrorCode::kInvalidArgument,
                      "could be exercised until 2026-12-01T00:00:00Z"));
}

// The month is projected beyond the 20th, but it is the 11th.
TEST(ForecastTest, ACreditCanBeClaimedUntilItCannot) {
  const auto contract = ParseContract("test", std::string(kContract) + R"(
      credit { id: "sla" amount: "5" from: "2026-04-01T00:00:00Z"
        until: "2026-05-01T00:00:00Z" claim_by: "2026-04-20T00:00:00Z" })");
  ASSERT_THAT(contract, IsOk());
  EXPECT_THAT(Made(*contract, Usage(7)).notes,
              testing::Contains("credit sla of 5 USD must be claimed by "
                                "2026-04-20T00:00:00Z"));
}

// It was not there to be drawn from before now.
TEST(ForecastTest, WhatIfAProposalComesIntoForceNow) {
  const auto contract = ParseContract("test", std::string(kContract) + R"(
      commitment { id: "option" status: PROPOSED category: USAGE
        model: DISCONTINUOUS interval: MONTHLY priority: 1
        applies { dimension: "pool" operator: IN value: "p/e/h" }
        step { from: "2026-01-01T00:00:00Z" quantity: "900" }
        step { from: "2026-02-01T00:00:00Z" quantity: "1500" }
        price: "1" shortfall { policy: TAKE_OR_PAY } })");
  ASSERT_THAT(contract, IsOk());
  const ContractForecast base = Made(*contract, Usage(7));
  const std::vector<std::string> ids = {"option"};
  const auto exercised = Exercise(*contract, ids, At("2026-04-11T00:00:00Z"));
  ASSERT_THAT(exercised, IsOk());
  const ContractForecast forecast = Made(*exercised->contracts[0], Usage(7));
  ASSERT_EQ(forecast.commitments[1].commitment, "option");
  const ForecastInterval& option = forecast.commitments[1].intervals.at(0);
  EXPECT_TRUE(option.contracted == 1'000 * Int128{kHour});  // 20 of 30 days
  EXPECT_TRUE(option.drawn == 0);
  EXPECT_TRUE(forecast.commitments[0].intervals.at(0).drawn ==
              base.commitments[0].intervals.at(0).drawn);
}

TEST(ForecastTest, MilestonesToComeAreNotMissedYet) {
  std::string text = kContract;
  const std::string before = "price: \"2\" shortfall";
  text.insert(text.find(before), R"(
      milestone { name: "past" by: "2026-04-06T00:00:00Z" quantity: "2999" }
      milestone { name: "soon" by: "2026-04-13T00:00:00Z" quantity: "2999" })");
  const auto contract = ParseContract("test", text);
  ASSERT_THAT(contract, IsOk());
  const ContractForecast forecast = Made(*contract, Usage(7));
  // 3 of the 7 GPUs are left to it: 360 hours in five days, 864 in twelve.
  EXPECT_THAT(
      forecast.notes,
      testing::AllOf(
          testing::Contains(testing::StartsWith(
              "contract c, commitment block: milestone past, 2999.000000000 "
              "GPU-hours by 2026-04-06T00:00:00Z: missed by 2639.")),
          testing::Contains(testing::StartsWith(
              "contract c, commitment block: milestone soon, 2999.000000000 "
              "GPU-hours by 2026-04-13T00:00:00Z, will be missed by 2135."))));
}

TEST(ForecastTest, WhatIfUsageGrows) {
  WhatIf what_if;
  what_if.scales = {{"a", 1'500'000}};
  what_if.runs = {{"a", "p/e/h", 1'000'000, At("2026-04-29T00:00:00Z"),
                   At("2026-06-01T00:00:00Z")}};
  const ContractForecast forecast = Made(Parsed(), Usage(7), what_if);
  // 10.5 GPUs from the 11th, 11.5 from the 29th; 4 and then 10 are reserved.
  EXPECT_TRUE(forecast.commitments[0].intervals.at(0).projected.mid ==
              Int128{kDayUs} * (10 * 30 + 10 * 65 + 8 * 5 + 2 * 15) / 10);
}

TEST(ForecastTest, UntilTellsEveryIntervalThatEndsByIt) {
  const ContractForecast forecast =
      Made(Parsed(), Usage(7), {}, "2026-07-10T00:00:00Z");
  ASSERT_EQ(forecast.commitments.size(), 3u);
  EXPECT_EQ(forecast.commitments[0].intervals.size(), 3u);
  EXPECT_EQ(forecast.commitments[1].intervals.size(), 3u);
  EXPECT_EQ(forecast.costs.size(), 3u);
  // May: 31 days of 7 within the 10 reserved.
  EXPECT_TRUE(InHours(forecast.commitments[0].intervals[1].projected.mid) == 0);
  EXPECT_TRUE(InHours(forecast.commitments[1].intervals[1].missing.mid) ==
              31 * 24 * 3);
}

TEST(ForecastTest, PathAddsUpToTheInterval) {
  const ContractForecast forecast = Made(Parsed(), Usage(7));
  for (const CommitmentForecast& commitment : forecast.commitments) {
    Int128 drawn = 0;
    Int128 due = 0;
    for (const ForecastPoint& point : commitment.path) {
      drawn += point.drawn.mid;
      due += point.due;
    }
    EXPECT_EQ(commitment.path.size(), 30u);
    EXPECT_TRUE(drawn == commitment.intervals[0].projected.mid);
    if (commitment.intervals[0].summed) {
      EXPECT_TRUE(due == commitment.intervals[0].contracted);
    }
  }
}

TEST(ForecastTest, BandsHoldTheProjection) {
  UsageTable usage = Usage(7);
  for (size_t i = 0; i < usage.cells.size(); ++i) {
    usage.cells[i].gpu_time =
        GpuTime((3 + static_cast<int64_t>(i / 24 * 7 % 11)) * kHour);
  }
  const ContractForecast forecast = Made(Parsed(), usage);
  const ForecastInterval& block = forecast.commitments[0].intervals.at(0);
  EXPECT_TRUE(block.projected.low < block.projected.mid);
  EXPECT_TRUE(block.projected.mid < block.projected.high);
  EXPECT_TRUE(block.missing.low < block.missing.high);
  EXPECT_TRUE(block.projected.low + block.missing.high == block.available);
  EXPECT_TRUE(forecast.pools.at(0).banded);
  EXPECT_THAT(forecast.notes, testing::IsEmpty());
}

TEST(ForecastTest, SaysWhenThereIsTooLittleHistory) {
  UsageTable usage = Usage(7);
  usage.cells.erase(usage.cells.begin(), usage.cells.end() - 24 * 5);
  const ContractForecast forecast = Made(Parsed(), usage);
  EXPECT_THAT(forecast.notes,
              testing::ElementsAre("pool p/e/h: too little history to say how "
                                   "wrong this can be"));
  const ForecastInterval& block = forecast.commitments[0].intervals.at(0);
  EXPECT_TRUE(block.projected.low == block.projected.high);
}

TEST(WhatIfTest, RefusesWhatMakesNoSense) {
  WhatIf what_if;
  what_if.scales = {{"a", -1}};
  EXPECT_THAT(CheckWhatIf(what_if),
              IsError(ErrorCode::kInvalidArgument, "not in 0 to 1000"));
  what_if.scales.clear();
  what_if.runs = {{"a", "p/e/h", 1, 5, 5}};
  EXPECT_THAT(CheckWhatIf(what_if),
              IsError(ErrorCode::kInvalidArgument, "makes no sense"));
  what_if.runs = {{"a//b", "p/e/h", 1, 5, 6}};
  EXPECT_THAT(CheckWhatIf(what_if), IsError(ErrorCode::kBadRow, "a//b"));
}

TEST(BurnRatesTest, AreNowAndOverTrailingWindows) {
  const Contract contract = Parsed();
  UsageTable usage = Usage(7);
  const int64_t now = At("2026-04-11T00:00:00Z");
  for (UsageCell& cell : usage.cells) {
    if (cell.bucket_us >= now - kDayUs) cell.gpu_time = GpuTime(14 * kHour);
  }
  usage.cells.push_back({now, 0, 0, GpuTime(5 * kHour)});
  const auto rates = MakeBurnRates(contract, usage, now + kHour / 3, {});
  ASSERT_THAT(rates, IsOk());
  ASSERT_EQ(rates->size(), 3u);
  const BurnRates& block = (*rates)[0];
  EXPECT_EQ(block.commitment, "block");
  EXPECT_EQ(FormatGpuHours(GpuTime(block.now)), "1.000000000");
  EXPECT_EQ(FormatGpuHours(GpuTime(block.day)), "10.000000000");
  EXPECT_EQ(FormatGpuHours(GpuTime(block.week)), "4.000000000");
  EXPECT_EQ(FormatGpuHours(GpuTime(block.four_weeks)), "3.250000000");
  const BurnRates& reserved = (*rates)[1];
  EXPECT_EQ(FormatGpuHours(GpuTime(reserved.four_weeks)), "4.000000000");
  // Money: 4 x 1 + 1 x 2 now; 4 x 1 + 10 x 2 over the day.
  const BurnRates& spend = (*rates)[2];
  EXPECT_TRUE(spend.spend);
  EXPECT_EQ(FormatMoney(MoneyAmount(spend.now)), "6");
  EXPECT_EQ(FormatMoney(MoneyAmount(spend.day)), "24");
  EXPECT_EQ(FormatMoney(MoneyAmount(spend.week)), "12");
}

}  // namespace
}  // namespace drawdown
