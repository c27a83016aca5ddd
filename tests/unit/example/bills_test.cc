#include "example/bills.h"

#include <map>
#include <set>
#include <string>

#include "base/decimal.h"
#include "base/wide.h"
#include "example/focus.h"
#include "gtest/gtest.h"
#include "tests/unit/example/table.h"

namespace drawdown::example {
namespace {

const std::vector<TableRow>& AwsRows() {
  static const auto* const rows = new std::vector<TableRow>(
      ReadTable(AwsBill(RateAws(HourlyMeter(MakeRuns())))));
  return *rows;
}

const std::vector<TableRow>& NordRows() {
  static const auto* const rows = new std::vector<TableRow>(
      ReadTable(NordBill(RateNord(HourlyMeter(MakeRuns())))));
  return *rows;
}

MoneyAmount Money(const TableRow& row, const char* column) {
  const auto amount = ParseMoney(row.at(column));
  EXPECT_TRUE(amount.ok()) << column << ": " << row.at(column);
  return amount.ok() ? *amount : MoneyAmount();
}

MoneyAmount SumOf(const std::vector<TableRow>& rows, const char* column) {
  MoneyAmount sum;
  for (const TableRow& row : rows) sum += Money(row, column);
  return sum;
}

TEST(ExampleBills, HaveTheColumnsOfFocus12) {
  EXPECT_EQ(AwsRows().at(0).size(), 57u);
  EXPECT_EQ(NordRows().at(0).size(), 50u);
  EXPECT_EQ(NordRows().at(0).count("CapacityReservationId"), 0u);
  EXPECT_EQ(NordRows().at(0).count("InvoiceId"), 1u);
  std::set<std::string_view> names;
  for (int i = 0; i < kColumnCount; ++i) {
    names.insert(ColumnName(static_cast<Column>(i)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(kColumnCount));
}

TEST(ExampleBills, FillWhatFocusForbidsToBeNull) {
  for (const auto* rows : {&AwsRows(), &NordRows()}) {
    for (const TableRow& row : *rows) {
      for (const char* column :
           {"BilledCost", "EffectiveCost", "ListCost", "ContractedCost",
            "BillingAccountId", "BillingCurrency", "BillingPeriodStart",
            "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd",
            "ChargeCategory", "ChargeFrequency", "InvoiceIssuerName",
            "ProviderName", "PublisherName", "ServiceCategory",
            "ServiceName"}) {
        EXPECT_NE(row.at(column), "") << column;
      }
    }
  }
}

// Rows about a commitment, as FOCUS has them.
TEST(ExampleBills, SpellCommitmentsByTheRules) {
  std::map<std::string, int> seen;
  for (const TableRow& row : AwsRows()) {
    const bool of_commitment = !row.at("CommitmentDiscountId").empty();
    const std::string& status = row.at("CommitmentDiscountStatus");
    EXPECT_EQ(of_commitment, !row.at("CommitmentDiscountQuantity").empty());
    EXPECT_EQ(of_commitment, !row.at("CommitmentDiscountUnit").empty());
    EXPECT_EQ(!status.empty(),
              of_commitment && row.at("ChargeCategory") == "Usage");
    if (!of_commitment) continue;
    const bool fee = row.at("ChargeCategory") == "Purchase";
    EXPECT_EQ(row.at("PricingCategory"), fee ? "Standard" : "Committed");
    EXPECT_EQ(Money(row, "BilledCost").zero(), !fee);
    EXPECT_EQ(Money(row, "EffectiveCost").zero(), fee);
    EXPECT_EQ(row.at("ConsumedQuantity").empty(), status != "Used");
    EXPECT_EQ(row.at("ResourceId") == row.at("CommitmentDiscountId"),
              status != "Used");
    ++seen[status];
  }
  EXPECT_GT(seen["Used"], 700);
  EXPECT_GT(seen["Unused"], 500);
  EXPECT_EQ(seen[""], 31);
}

// What the fees cost is what their usage is worth, used or not.
TEST(ExampleBills, AmortiseTheFeesInFull) {
  for (const auto* rows : {&AwsRows(), &NordRows()}) {
    MoneyAmount billed;
    MoneyAmount effective;
    for (const TableRow& row : *rows) {
      if (row.at("CommitmentDiscountId").empty()) continue;
      billed += Money(row, "BilledCost");
      effective += Money(row, "EffectiveCost");
    }
    EXPECT_GT(billed, MoneyAmount());
    const MoneyAmount rest = billed - effective;
    EXPECT_LT(rest < MoneyAmount() ? -rest : rest,
              MoneyAmount(1'000'000'000'00));
  }
}

// price x quantity = cost, within half a unit of the cost's last place.
TEST(ExampleBills, MultiplyPricesByQuantities) {
  for (const auto* rows : {&AwsRows(), &NordRows()}) {
    const MoneyAmount half_place(rows == &AwsRows() ? 50'000'000 : 0);
    for (const TableRow& row : *rows) {
      if (row.at("PricingQuantity").empty()) continue;
      const auto quantity = ParseScaled(row.at("PricingQuantity"), 10);
      ASSERT_TRUE(quantity.ok());
      for (const auto& [price, cost] :
           {std::pair{"ListUnitPrice", "ListCost"},
            std::pair{"ContractedUnitPrice", "ContractedCost"}}) {
        const auto product = MulDivHalfEven(Money(row, price).count(),
                                            *quantity, PowerOfTen(10));
        ASSERT_TRUE(product.ok());
        const MoneyAmount rest = MoneyAmount(*product) - Money(row, cost);
        EXPECT_LE(rest < MoneyAmount() ? -rest : rest, half_place)
            << row.at("ChargeDescription");
      }
    }
  }
}

TEST(ExampleBills, CountInstanceHoursAndGpuHours) {
  for (const TableRow& row : AwsRows()) {
    if (row.at("SkuId") != "p6e-gb200.36xlarge") continue;
    EXPECT_EQ(row.at("PricingUnit"), "Hours");
    EXPECT_EQ(row.at("SkuPriceDetails").rfind("{\"GpuCount\":4,", 0), 0u);
  }
  for (const TableRow& row : NordRows()) {
    if (row.at("SkuId") != "NG-H200-SXM") continue;
    EXPECT_EQ(row.at("PricingUnit"), "GPU-Hours");
    // Exact: the quantity times the price is the cost to the last place.
    const auto quantity = ParseScaled(row.at("PricingQuantity"), 4);
    ASSERT_TRUE(quantity.ok());
    EXPECT_EQ(MoneyAmount(Money(row, "ContractedUnitPrice").count() /
                          PowerOfTen(4) * *quantity),
              Money(row, "BilledCost"));
  }
}

// Totals worked out apart: the fees by hand, usage by SumOf over the lines.
TEST(ExampleBills, BillTheFeesOfTheMonth) {
  MoneyAmount aws_fees;
  for (const TableRow& row : AwsRows()) {
    if (row.at("ChargeDescription").find("recurring fee") !=
        std::string::npos) {
      aws_fees += Money(row, "BilledCost");
    }
  }
  // (24576 x 14 + 32768 x 17) GPU-days x 24 x 2.05
  EXPECT_EQ(FormatMoney(aws_fees), "44335104");
  MoneyAmount block;
  for (const TableRow& row : NordRows()) {
    if (row.at("CommitmentDiscountId") == "h100-block") {
      block += Money(row, "BilledCost");
    }
  }
  EXPECT_EQ(FormatMoney(block), "320580");  // 164400 x 1.95
}

TEST(ExampleBills, CarryChargesThatAreNoUsage) {
  std::map<std::string, int> categories;
  for (const TableRow& row : AwsRows()) ++categories[row.at("ChargeCategory")];
  EXPECT_EQ(categories["Tax"], 1);
  EXPECT_EQ(categories["Credit"], 1);
  EXPECT_EQ(categories["Purchase"], 32);
  EXPECT_GT(SumOf(NordRows(), "BilledCost"), MoneyAmount());
}

TEST(ExampleBills, StayWithinTheirMonths) {
  for (const TableRow& row : NordRows()) {
    EXPECT_EQ(row.at("BillingPeriodStart"), "2026-09-30T22:00:00Z");
    EXPECT_EQ(row.at("BillingPeriodEnd"), "2026-10-31T23:00:00Z");
    EXPECT_GE(row.at("ChargePeriodStart"), row.at("BillingPeriodStart"));
    EXPECT_LE(row.at("ChargePeriodEnd"), row.at("BillingPeriodEnd"));
  }
  for (const TableRow& row : AwsRows()) {
    EXPECT_GE(row.at("ChargePeriodStart"), "2026-10-01T00:00:00Z");
    EXPECT_LE(row.at("ChargePeriodEnd"), "2026-11-01T00:00:00Z");
  }
}

}  // namespace
}  // namespace drawdown::example
