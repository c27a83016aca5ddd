#include "example/plants.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "example/bills.h"
#include "example/planting.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/example/table.h"

namespace drawdown::example {
namespace {

struct Bill {
  std::vector<Line> right;  // as rated
  std::vector<Line> lines;  // as delivered
  std::vector<Planted> planted;
};

Bill Aws() {
  Bill bill;
  bill.right = bill.lines = RateAws(HourlyMeter(MakeRuns()));
  PlantAws(
      {"aws.csv", "aws", "USD", kAwsCostDecimals, &bill.lines, &bill.planted});
  return bill;
}

Bill Nord() {
  Bill bill;
  bill.right = bill.lines = RateNord(HourlyMeter(MakeRuns()));
  PlantNord({"nord.csv", "nord", "EUR", kNordCostDecimals, &bill.lines,
             &bill.planted});
  return bill;
}

MoneyAmount Sum(const std::vector<Line>& lines, int decimals) {
  MoneyAmount sum;
  for (const Line& line : lines)
    sum += BilledCost(line, decimals) * line.copies;
  return sum;
}

MoneyAmount SumOfDifferences(const std::vector<Planted>& planted) {
  MoneyAmount sum;
  for (const Planted& item : planted) {
    sum += item.billed_cost - item.expected_cost;
    // Nothing is known of it but what was billed; what it should have been
    // stands beside it as unbilled.
    if (item.start == item.end) sum += item.billed_cost;
  }
  return sum;
}

TEST(Plants, AreOfEveryClass) {
  std::set<std::string_view> classes;
  std::set<std::string> plants;
  std::set<std::string_view> errors;
  for (const Bill& bill : {Aws(), Nord()}) {
    std::set<std::string_view> in_bill;
    for (const Planted& item : bill.planted) {
      in_bill.insert(item.kind_of_break);
      plants.insert(item.plant);
      errors.insert(item.error);
    }
    EXPECT_THAT(in_bill,
                testing::IsSupersetOf(std::vector<std::string_view>{
                    "currency_break", "duplicate_charge", "mixed_break",
                    "price_break", "quantity_break", "timing", "unbilled_usage",
                    "unit_scale_break", "unmetered_charge"}));
    classes.merge(in_bill);
  }
  EXPECT_THAT(classes,
              testing::IsSupersetOf(std::vector<std::string_view>{
                  "allocation_gap", "commitment_overage",
                  "commitment_shortfall", "commitment_waste",
                  "correction_linked", "correction_orphan", "not_executable"}));
  EXPECT_GE(plants.size(), 60u);
  EXPECT_EQ(errors.size(), ErrorKinds().size());
}

// What the bill asks too much is what was planted, to the last digit; only the
// rounding of published costs may remain (AWS), and NordGPU's are exact.
TEST(Plants, ExplainTheWholeDifferenceOfTheBills) {
  const Bill nord = Nord();
  EXPECT_EQ(Sum(nord.lines, kNordCostDecimals) - Sum(nord.right, 18),
            SumOfDifferences(nord.planted));
  const Bill aws = Aws();
  const MoneyAmount rest = Sum(aws.lines, kAwsCostDecimals) -
                           Sum(aws.right, 18) - SumOfDifferences(aws.planted);
  const MoneyAmount half_place(50'000'000);  // 5e-11
  const MoneyAmount bound = half_place * static_cast<Int128>(aws.lines.size());
  EXPECT_LT(rest, bound);
  EXPECT_LT(-rest, bound);
}

TEST(Plants, AreNotRounding) {
  for (const Bill& bill : {Aws(), Nord()}) {
    for (const Planted& item : bill.planted) {
      const MoneyAmount difference = item.billed_cost - item.expected_cost;
      const MoneyAmount size =
          difference < MoneyAmount() ? -difference : difference;
      const bool by_hours_alone =
          item.kind == LineKind::kCovered || item.kind == LineKind::kUnused ||
          item.error == "compensating" || item.error == "block_size_twice" ||
          item.error == "late_as_correction" ||
          item.kind_of_break == "not_executable";
      if (by_hours_alone && size < Micros(1)) continue;
      EXPECT_GT(size, Micros(1'000'000)) << item.plant;
    }
  }
}

// Each is found by class, pool, period and amount, so no two may agree in all,
// and no two plants may touch one row.
TEST(Plants, KeepOutOfEachOthersWay) {
  for (const Bill& bill : {Aws(), Nord()}) {
    std::map<std::tuple<std::string_view, LineKind, int64_t>, std::string> rows;
    std::set<std::tuple<std::string_view, std::string_view, std::string_view,
                        LineKind, int64_t>>
        items;
    for (const Planted& item : bill.planted) {
      EXPECT_TRUE(items
                      .emplace(item.kind_of_break, item.pool, item.tenant,
                               item.kind, item.start)
                      .second)
          << item.plant;
      if (item.pool.empty()) continue;
      const auto [row, added] =
          rows.try_emplace({item.pool, item.kind, item.start}, item.plant);
      EXPECT_EQ(row->second, item.plant);
    }
  }
}

// A day without a row is one item only if somebody ran in each of its hours.
TEST(Plants, OmitDaysWithoutAnIdleHour) {
  const HourlyMeter meter(MakeRuns());
  int omitted = 0;
  for (const Planted& item : Nord().planted) {
    if (item.kind_of_break != "unbilled_usage") continue;
    for (int64_t hour = item.start; hour < item.end; hour += kHour) {
      EXPECT_GT(meter.At(NordH200(), hour), GpuTime()) << hour;
    }
    ++omitted;
  }
  EXPECT_GT(omitted, 0);
}

TEST(Plants, AreListedWithAmountsThatAddUp) {
  const std::vector<Planted> planted = Nord().planted;
  const std::vector<TableRow> rows = ReadTable(PlantedCsv(planted));
  ASSERT_EQ(rows.size(), planted.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const TableRow& row = rows[i];
    EXPECT_EQ(row.at("class"), planted[i].kind_of_break);
    EXPECT_EQ(row.at("pool"), planted[i].pool);
    EXPECT_EQ(row.at("currency"), planted[i].currency);
    EXPECT_EQ(row.at("error"), planted[i].error);
    EXPECT_EQ(*ParseMoney(row.at("billed_cost")) -
                  *ParseMoney(row.at("expected_cost")),
              *ParseMoney(row.at("difference")));
  }
}

// The amounts of some plants, worked out by hand.
TEST(Plants, CostWhatAPersonWouldSay) {
  std::map<std::string, MoneyAmount> by_plant;
  for (const Bill& bill : {Aws(), Nord()}) {
    for (const Planted& item : bill.planted) {
      by_plant[item.plant] += item.billed_cost - item.expected_cost;
    }
  }
  EXPECT_EQ(FormatMoney(by_plant["aws-1"]), "691.2");       // 8 x 24 x 3.60
  EXPECT_EQ(FormatMoney(by_plant["aws-4"]), "91.2");        // 8 x 3 x 3.80
  EXPECT_EQ(FormatMoney(by_plant["aws-8"]), "403046.4");    // 8192 x 24 x 2.05
  EXPECT_EQ(FormatMoney(by_plant["aws-10"]), "1612185.6");  // 32768 x 24 x 2.05
  EXPECT_EQ(FormatMoney(by_plant["nordgpu-1"]), "566.4");   // 8 x 24 x 2.95
  EXPECT_EQ(FormatMoney(by_plant["nordgpu-6"]), "247.68");  // 8 x 24 x 1.29
  EXPECT_EQ(FormatMoney(by_plant["nordgpu-7"]), "28080");   // 14400 x 1.95
}

}  // namespace
}  // namespace drawdown::example
