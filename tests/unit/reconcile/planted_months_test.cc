// Random months of both example contracts, with random errors planted in their
// bills: written as FOCUS, read, rated and reconciled. What was planted is
// found, with its class and its amounts to the last digit, and nothing else is;
// rows in another order and in other files change no byte.
//
// DRAWDOWN_PLANTED_SEEDS=1000 is the long form.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/source.h"
#include "bill/bill_reader.h"
#include "contract/parse.h"
#include "example/bills.h"
#include "example/contracts.h"
#include "example/planting.h"
#include "gtest/gtest.h"
#include "rating/rating.h"
#include "reconcile/reconcile.h"

namespace drawdown::example {
namespace {

uint32_t Seeds() {
  const char* given = std::getenv("DRAWDOWN_PLANTED_SEEDS");
  return given == nullptr ? 24 : static_cast<uint32_t>(std::atoi(given));
}

// One provider's month.
struct Cloud {
  std::string_view contract_text;
  std::string_view currency;
  int cost_decimals = 0;
  std::vector<const Pool*> pools;  // where somebody runs
  std::vector<Line> (*rate)(const HourlyMeter& meter) = nullptr;
  std::string (*bill)(const std::vector<Line>& lines) = nullptr;
  int64_t (*day)(int day) = nullptr;  // its start
  int64_t charge_hours = 0;           // of a usage row
};

int64_t UtcDay(int day) { return OctoberAt(day); }

Cloud Aws() {
  return {AwsContractText(),
          "USD",
          kAwsCostDecimals,
          {&AwsGb200(), &AwsH200(), &AwsH100()},
          RateAws,
          AwsBill,
          UtcDay,
          1};
}

Cloud Nord() {
  return {NordContractText(), "EUR",
          kNordCostDecimals,  {&NordH100(), &NordH200()},
          RateNord,           NordBill,
          StockholmDay,       24};
}

class MonthMaker {
 public:
  MonthMaker(const Cloud& cloud, uint32_t seed)
      : cloud_(cloud), random_(seed) {}

  int64_t Pick(int64_t below) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(below));
  }

  // A job that always runs in each pool, and others that come and go.
  std::vector<Run> MakeRandomRuns() {
    std::vector<Run> runs;
    for (const Pool* pool : cloud_.pools) {
      const bool large = pool == &AwsGb200();
      AddRun(pool, kRunsStart, kRunsEnd, large ? 24'000 : 40, &runs);
      for (int i = 0; i < 60; ++i) {
        const int64_t start =
            OnTick(*pool, kRunsStart + Pick(kRunsEnd - kRunsStart));
        const int64_t end = OnTick(*pool, start + kHour + Pick(3 * kDay));
        AddRun(pool, start, std::min(end, kRunsEnd),
               1 + Pick(large ? 6'000 : 24), &runs);
      }
    }
    return runs;
  }

  // Each kind of error at most once, each in a day of its pool of its own.
  void PlantRandomly(const PlantBed& bed) {
    std::vector<const ErrorKind*> kinds;
    for (const ErrorKind& kind : ErrorKinds()) kinds.push_back(&kind);
    std::shuffle(kinds.begin(), kinds.end(), random_);
    kinds.resize(kinds.size() / 2);
    for (const ErrorKind* kind : kinds) PlantOne(bed, *kind);
  }

 private:
  static void AddRun(const Pool* pool, int64_t start, int64_t end, int64_t gpus,
                     std::vector<Run>* runs) {
    Run run;
    run.run_id = absl::StrCat("run-", runs->size());
    run.tenant = pool->tenant.empty() ? tenant::kLlm : pool->tenant;
    run.pool = pool;
    run.micro_gpus = gpus * kMicroGpusPerGpu;
    run.start = start;
    run.end = end;
    runs->push_back(run);
  }

  // A pool's day that no error has been planted in.
  bool TakeDay(const Pool* pool, int day) {
    return taken_.emplace(pool, day).second;
  }

  void PlantOne(const PlantBed& bed, const ErrorKind& kind) {
    Story story;
    story.error = kind.name;
    story.plant = std::string(kind.name);
    const bool commitment = kind.line != LineKind::kOnDemand;
    const size_t usage_pools = cloud_.pools.size() - 1;
    // The first pool of each is the one under a commitment.
    story.pool =
        commitment ? cloud_.pools.front()
                   : cloud_.pools[1 + static_cast<size_t>(Pick(
                                          static_cast<int64_t>(usage_pools)))];
    int day = static_cast<int>(2 + Pick(29));
    // Neighbouring days without a row would be one item.
    if (cloud_.charge_hours != 1) day -= day % 2;
    if (kind.name == "other_month") day = Pick(2) == 0 ? 0 : 33;
    if (kind.name == "orphan_correction") day = -3;
    if (kind.name == "across_the_edge") day = 31;
    if (kind.name == "day_of_24_hours") day = 25;
    if (kind.name == "never_ran") {
      if (cloud_.charge_hours != 1) return;
      story.pool = &AwsB200();
    }
    // A correction that says nothing is told from another by its time alone.
    if (!TakeDay(story.pool, day)) return;
    SetTimes(kind, day, &story);
    Plant(bed, story);
  }

  void SetTimes(const ErrorKind& kind, int day, Story* story) {
    story->start = cloud_.day(day);
    story->end = cloud_.day(day + 1);
    const bool fee = kind.line == LineKind::kPurchase;
    if (kind.line == LineKind::kTrueUp) {
      story->start = cloud_.day(1);
      story->end = cloud_.day(32);
    } else if (cloud_.charge_hours == 1 && !fee) {
      story->start += Pick(20) * kHour;
      story->end = story->start + (1 + Pick(3)) * kHour;
      if (kind.name == "wrong_hour") story->end = story->start + 2 * kHour;
      if (kind.name == "across_the_edge") {
        story->start = kMonthEnd - kHour;
        story->end = kMonthEnd;
      }
    }
  }

  const Cloud& cloud_;
  std::mt19937_64 random_;
  std::set<std::pair<const Pool*, int>> taken_;
};

UsageTable UsageOf(const Cloud& cloud, const HourlyMeter& meter,
                   const Interval& window) {
  UsageTable table;
  table.tenants = {std::string(tenant::kLlm), std::string(tenant::kGlobex)};
  std::map<std::string, const Pool*> pools;
  for (const Pool* pool : cloud.pools) pools[std::string(pool->name)] = pool;
  for (const auto& entry : pools) table.pools.push_back(entry.first);
  const int64_t from = std::max(window.start_us / kMicrosPerSecond, kRunsStart);
  const int64_t to = std::min(window.end_us / kMicrosPerSecond, kRunsEnd);
  for (int64_t hour = from; hour < to; hour += kHour) {
    uint32_t index = 0;
    for (const auto& entry : pools) {
      const GpuTime time = meter.At(*entry.second, hour);
      if (!time.zero()) {
        const uint32_t tenant = entry.second->tenant == tenant::kGlobex ? 1 : 0;
        table.cells.push_back({hour * kMicrosPerSecond, tenant, index, time});
      }
      ++index;
    }
  }
  return table;
}

// Everything that reconciling the month needs, alive together.
struct Month {
  Contract contract;
  UsageTable usage;
  Interval period;
  RatedUsage rated;
  std::string bill;
  std::vector<Planted> planted;
};

void MakeMonth(const Cloud& cloud, uint32_t seed, Month* month) {
  MonthMaker maker(cloud, seed);
  const HourlyMeter meter(maker.MakeRandomRuns());
  auto contract = ParseContract("contract", cloud.contract_text);
  ASSERT_TRUE(contract.ok()) << contract.status();
  month->contract = *std::move(contract);
  month->period = month->contract.calendar.ParsePeriod("2026-10").value();
  month->usage =
      UsageOf(cloud, meter, RatingWindow(month->contract, month->period));
  auto rated = RateUsage(
      {&month->contract, &month->usage, month->period, month->period.end_us});
  ASSERT_TRUE(rated.ok()) << rated.status();
  month->rated = *std::move(rated);
  std::vector<Line> lines = cloud.rate(meter);
  maker.PlantRandomly({"bill.csv", "contract", cloud.currency,
                       cloud.cost_decimals, &lines, &month->planted});
  month->bill = cloud.bill(lines);
}

ReconcileResult ReconcileMonth(const Month& month,
                               const std::vector<std::string>& files) {
  std::vector<BillInput> inputs;
  for (const std::string& text : files) {
    inputs.push_back({MemorySource("bill.csv", text), "", std::nullopt});
  }
  Reconciler reconciler({&month.contract, &month.rated, month.period,
                         kMicrosPerHour, month.period.end_us},
                        {.tenant_tag = "tenant"});
  const auto bill =
      ReadBill(inputs, [&](const BillRow& row) { return reconciler.Add(row); });
  EXPECT_TRUE(bill.ok()) << bill.status();
  if (!bill.ok()) return {};
  auto result = reconciler.Finish(*bill);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : ReconcileResult();
}

using Lines = std::vector<std::string>;

std::string Describe(std::string_view kind, std::string_view pool,
                     std::string_view tenant, int64_t start_us, int64_t end_us,
                     MoneyAmount billed, MoneyAmount expected,
                     std::string_view currency) {
  return absl::StrCat(std::string(kind), " ", std::string(pool), " ",
                      std::string(tenant), " ", FormatInstant(start_us), " ",
                      FormatInstant(end_us), " ", FormatMoney(billed), " ",
                      FormatMoney(expected), " ", std::string(currency));
}

Lines PlantedIn(const Month& month) {
  Lines lines;
  for (const Planted& item : month.planted) {
    lines.push_back(Describe(item.kind_of_break, item.pool, item.tenant,
                             item.start * kMicrosPerSecond,
                             item.end * kMicrosPerSecond, item.billed_cost,
                             item.expected_cost, item.currency));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Lines FoundIn(const ReconcileResult& result) {
  Lines lines;
  for (const Break& item : result.items) {
    if (IsClean(item.kind)) continue;
    // Other breaks are of whole groups, whoever their rows name.
    const bool split = item.kind == BreakClass::kAllocationGap;
    lines.push_back(Describe(BreakClassName(item.kind), item.pool,
                             split ? item.tenant : "", item.period_start_us,
                             item.period_end_us, item.billed_cost,
                             item.expected_cost, item.currency.ToString()));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

// Both of: sum of billed = the bill's total; sum(difference) = billed -
// expected, per currency.
void ExpectBothInvariants(const ReconcileResult& result, const Month& month) {
  for (const char* name : {"conservation", "metered_conservation"}) {
    const auto check = std::find_if(
        result.checks.begin(), result.checks.end(),
        [name](const ReconcileCheck& c) { return c.name == name; });
    ASSERT_NE(check, result.checks.end());
    EXPECT_EQ(check->outcome, ReconcileCheck::Outcome::kPassed)
        << check->detail << " " << month.planted.size();
  }
  std::map<std::string, MoneyAmount> rest;
  for (const Break& item : result.items) {
    rest[item.currency.ToString()] += item.difference;
  }
  for (const auto& [currency, sum] : rest) {
    EXPECT_EQ(sum, result.billed_total.at(currency) -
                       result.expected_total.at(currency))
        << currency;
  }
}

std::string Serialized(const ReconcileResult& result) {
  std::string text = absl::StrJoin(FoundIn(result), "\n");
  for (const Break& item : result.items) {
    absl::StrAppend(&text, "\n", item.reason, "|", item.matched_on, "|",
                    item.resource, "|", item.rows, "|",
                    FormatMoney(item.difference));
  }
  for (const ReconcileCheck& check : result.checks) {
    absl::StrAppend(&text, "\n", check.name, "|", check.detail);
  }
  return text;
}

// The bill's rows in another order, in so many files.
std::vector<std::string> Shuffled(const std::string& bill, size_t files,
                                  uint32_t seed) {
  std::vector<std::string> rows = absl::StrSplit(bill, '\n', absl::SkipEmpty());
  std::mt19937 random(seed);
  std::shuffle(rows.begin() + 1, rows.end(), random);
  std::vector<std::string> texts(files, rows.front() + "\n");
  for (size_t i = 1; i < rows.size(); ++i) {
    absl::StrAppend(&texts[random() % files], rows[i], "\n");
  }
  return texts;
}

void ExpectExactlyThePlants(const Cloud& cloud, uint32_t seed,
                            std::map<std::string_view, int>* seen) {
  Month month;
  MakeMonth(cloud, seed, &month);
  if (::testing::Test::HasFailure()) return;
  const ReconcileResult result = ReconcileMonth(month, {month.bill});
  ExpectBothInvariants(result, month);
  EXPECT_EQ(absl::StrJoin(FoundIn(result), "\n"),
            absl::StrJoin(PlantedIn(month), "\n"));
  for (const Planted& item : month.planted) ++(*seen)[item.error];
  if (seed % 8 != 1) return;
  EXPECT_EQ(Serialized(ReconcileMonth(
                month, Shuffled(month.bill, 1 + seed % 3, seed))),
            Serialized(result));
}

TEST(PlantedMonthsTest, ExactlyWhatWasPlantedIsFound) {
  std::map<std::string_view, int> seen;
  for (uint32_t seed = 1; seed <= Seeds(); ++seed) {
    for (const Cloud& cloud : {Aws(), Nord()}) {
      SCOPED_TRACE(
          absl::StrCat("seed ", seed, ", ", std::string(cloud.currency)));
      ExpectExactlyThePlants(cloud, seed, &seen);
      if (::testing::Test::HasFailure()) return;
    }
  }
  // A kind that never was planted was not tested.
  if (Seeds() >= 24) {
    for (const ErrorKind& kind : ErrorKinds()) {
      EXPECT_TRUE(seen.contains(kind.name)) << kind.name;
    }
  }
}

}  // namespace
}  // namespace drawdown::example
