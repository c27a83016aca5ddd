// The exports of providers that are not FOCUS, each through its mapping.
#include "bill/formats.h"

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "bill/mapped_row.h"
#include "bill_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

// A line of a Cost and Usage Report 2.0.
BillCells CurLine(const std::string& type) {
  return {{"identity_line_item_id", "id1"},
          {"bill_invoice_id", "INV-1"},
          {"bill_payer_account_id", "1"},
          {"bill_billing_period_start_date", "2026-10-01T00:00:00.000Z"},
          {"bill_billing_period_end_date", "2026-11-01T00:00:00.000Z"},
          {"line_item_usage_account_id", "2"},
          {"line_item_line_item_type", type},
          {"line_item_usage_start_date", "2026-10-03T12:00:00.000Z"},
          {"line_item_usage_end_date", "2026-10-03T13:00:00.000Z"},
          {"line_item_product_code", "AmazonEC2"},
          {"line_item_usage_type", "USE1-BoxUsage:p5.48xlarge"},
          {"line_item_resource_id", "i-1"},
          {"line_item_usage_amount", "1.0"},
          {"line_item_currency_code", "USD"},
          {"line_item_unblended_rate", "98.32"},
          {"line_item_unblended_cost", "98.32"},
          {"pricing_unit", "Hrs"},
          {"pricing_public_on_demand_rate", "98.32"},
          {"pricing_public_on_demand_cost", "98.32"},
          {"product_instance_type", "p5.48xlarge"},
          {"product_region_code", "us-east-1"},
          {"product_sku", "SKU1"},
          {"reservation_reservation_a_r_n", ""},
          {"reservation_effective_cost", ""},
          {"savings_plan_savings_plan_a_r_n", ""},
          {"savings_plan_savings_plan_effective_cost", ""},
          {"capacity_reservation_capacity_reservation_arn", ""},
          {"capacity_reservation_capacity_reservation_status", ""}};
}

std::string Shown(const BillRow& row) {
  return std::string(row.category_text) + " billed " +
         FormatMoney(row.billed_cost.amount) + " effective " +
         FormatMoney(row.effective_cost.amount) + " list " +
         FormatMoney(row.list_cost.amount) + " " +
         std::string(row.pricing_category) + " " +
         (row.commitment_status == UsageStatus::kUsed ? "used " : "") +
         std::string(row.commitment_category) + " quantity " +
         (row.pricing_quantity ? FormatScaled(row.pricing_quantity->coefficient,
                                              row.pricing_quantity->scale)
                               : "none");
}

std::vector<std::string> ShownRows(const std::string& text, BillSummary* into) {
  std::vector<std::string> rows;
  const auto bill = ReadContents({text}, [&](const BillRow& row) {
    rows.push_back(Shown(row));
    return absl::OkStatus();
  });
  EXPECT_TRUE(bill.ok()) << bill.status();
  if (bill.ok() && into != nullptr) *into = bill->summary;
  return rows;
}

TEST(FormatsTest, TheLineItemTypesOfACostAndUsageReport) {
  const BillCells plan = {
      {"savings_plan_savings_plan_a_r_n", "arn:sp"},
      {"savings_plan_savings_plan_effective_cost", "49.20"}};
  const std::vector<BillCells> lines = {
      CurLine("Usage"),
      With(With(CurLine("SavingsPlanCoveredUsage"), plan),
           {{"line_item_usage_amount", "0.5"}}),
      With(With(CurLine("SavingsPlanNegation"), plan),
           {{"line_item_unblended_cost", "-98.32"}}),
      With(With(CurLine("SavingsPlanRecurringFee"), plan),
           {{"line_item_unblended_cost", "60.00"}}),
      With(CurLine("DiscountedUsage"),
           {{"reservation_reservation_a_r_n", "arn:ri"},
            {"reservation_effective_cost", "40.1"},
            {"line_item_unblended_cost", "0"}}),
      With(CurLine("EdpDiscount"), {{"line_item_unblended_cost", "-9.832"}}),
      With(CurLine("Tax"), {{"line_item_unblended_cost", "7.00"}}),
      With(CurLine("Credit"), {{"line_item_unblended_cost", "-5"}}),
      With(CurLine("Usage"),
           {{"line_item_usage_type", "USE1-SpotUsage:p5.48xlarge"}})};
  BillSummary summary;
  EXPECT_THAT(
      ShownRows(BillText(lines), &summary),
      ::testing::ElementsAre(
          "Usage billed 98.32 effective 98.32 list 98.32 Standard  quantity 1",
          "Usage billed 0 effective 49.2 list 98.32 Committed used Spend "
          "quantity 0.5",
          "Adjustment billed 0 effective 0 list 0  Spend quantity none",
          "Purchase billed 60 effective 0 list 98.32  Spend quantity none",
          "Usage billed 0 effective 40.1 list 98.32 Committed used Usage "
          "quantity 1",
          "Adjustment billed -9.832 effective -9.832 list 0   quantity none",
          "Tax billed 7 effective 7 list 98.32   quantity none",
          "Credit billed -5 effective -5 list 98.32   quantity none",
          "Usage billed 98.32 effective 98.32 list 98.32 Dynamic  quantity "
          "1"));
  EXPECT_EQ(summary.format, "AWS CUR");
  EXPECT_EQ(summary.version, "2.0");
}

TEST(FormatsTest, ALegacyReportIsTheSameInItsOwnSpelling) {
  EXPECT_EQ(ComparableName("savingsPlan/SavingsPlanARN", true),
            "savings_plan_savings_plan_a_r_n");
  EXPECT_EQ(ComparableName("product/instanceType", true),
            "product_instance_type");
  EXPECT_EQ(ComparableName("BenefitId", false), "benefitid");
  BillCells legacy = CurLine("Usage");
  for (auto& cell : legacy) {
    std::string& name = cell.first;
    if (name == "line_item_line_item_type") name = "lineItem/LineItemType";
    if (name == "line_item_unblended_cost") name = "lineItem/UnblendedCost";
    if (name == "line_item_usage_start_date") name = "lineItem/UsageStartDate";
    if (name == "product_sku") name = "product/sku";
    if (name == "product_instance_type") name = "product/instanceType";
  }
  const auto bill = ReadContents({BillText({legacy})}, [](const BillRow& row) {
    EXPECT_EQ(row.sku, "p5.48xlarge");
    EXPECT_EQ(row.sku_price, "SKU1");
    EXPECT_EQ(row.instance_type, "p5.48xlarge");
    EXPECT_EQ(row.region, "us-east-1");
    EXPECT_EQ(row.line_id, "id1");
    EXPECT_EQ(row.provider, "AWS");
    EXPECT_EQ(row.charge_start_us, *ParseInstant("2026-10-03T12:00:00Z"));
    return absl::OkStatus();
  });
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(bill->summary.version, "legacy");
}

TEST(FormatsTest, TagsOfReportsAreTags) {
  BillCells mapped = CurLine("Usage");
  mapped.emplace_back("resource_tags", R"({"user_team":"chat"})");
  BillCells legacy = CurLine("Usage");
  for (auto& cell : legacy) {
    std::string& name = cell.first;
    if (name == "line_item_line_item_type") name = "lineItem/LineItemType";
    if (name == "line_item_unblended_cost") name = "lineItem/UnblendedCost";
    if (name == "line_item_usage_start_date") name = "lineItem/UsageStartDate";
  }
  legacy.emplace_back("resourceTags/user:team", "a \"b\"\\c\n");
  legacy.emplace_back("resourceTags/aws:createdBy", "");
  BillCells untagged = legacy;
  untagged[untagged.size() - 2].second = "";
  BillCells created = legacy;
  created.back().second = "root";
  std::vector<std::string> tags;
  for (const std::string& text :
       {BillText({mapped}), BillText({legacy, untagged, created})}) {
    const auto bill = ReadContents({text}, [&](const BillRow& row) {
      tags.emplace_back(row.tags);
      return absl::OkStatus();
    });
    ASSERT_TRUE(bill.ok()) << bill.status();
    EXPECT_TRUE(bill->summary.unknown_columns.empty());
  }
  EXPECT_THAT(
      tags,
      ::testing::ElementsAre(
          R"({"user_team":"chat"})", R"({"user:team":"a \"b\"\\c\u000a"})", "",
          R"({"aws:createdBy":"root","user:team":"a \"b\"\\c\u000a"})"));
}

// An export may have the product's attributes in one map alone.
TEST(FormatsTest, AReportsProductMapNamesTheInstance) {
  BillCells line = CurLine("Usage");
  std::erase_if(line, [](const auto& cell) {
    return cell.first == "product_instance_type" || cell.first == "product_sku";
  });
  for (const std::string key : {"instance_type", "instanceType"}) {
    BillCells mapped = line;
    mapped.emplace_back("product",
                        "{\"gpu\":\"8\",\"" + key + "\":\"p5.48xlarge\"}");
    BillCells other = line;
    other.emplace_back("product", "not JSON");
    std::vector<std::string> seen;
    const auto bill = ReadContents(
        {BillText({mapped, other, mapped})}, [&](const BillRow& row) {
          seen.push_back(std::string(row.sku) + " " +
                         std::to_string(row.gpu_count_micro.value_or(0)));
          return absl::OkStatus();
        });
    ASSERT_TRUE(bill.ok()) << bill.status();
    EXPECT_THAT(seen, ::testing::ElementsAre("p5.48xlarge 8000000", " 0",
                                             "p5.48xlarge 8000000"));
  }
}

TEST(FormatsTest, AnUnknownLineItemTypeIsRefusedByName) {
  const auto bill = ReadContents({BillText({CurLine("Rebate")})});
  EXPECT_EQ(GetErrorCode(bill.status()), ErrorCode::kBadRow);
  EXPECT_THAT(std::string(bill.status().message()),
              HasSubstr("0.csv:2: ChargeCategory: \"Rebate\" is not Usage,"));
}

BillCells OracleLine() {
  return {{"lineItem/referenceNo", "V2.a"},
          {"lineItem/tenantId", "t"},
          {"lineItem/intervalUsageStart", "2026-10-03T12:00Z"},
          {"lineItem/intervalUsageEnd", "2026-10-03T13:00Z"},
          {"product/service", "COMPUTE"},
          {"product/compartmentId", "c"},
          {"product/region", "us-ashburn-1"},
          {"product/resourceId", "ocid1"},
          {"product/Description", "GPU4"},
          {"usage/billedQuantity", "8"},
          {"cost/productSku", "B95909"},
          {"cost/unitPrice", "4.00"},
          {"cost/myCost", "32.00"},
          {"cost/currencyCode", "USD"},
          {"cost/billingUnitReadable", "GPU Hour"},
          {"lineItem/isCorrection", "false"},
          {"lineItem/backreferenceNo", ""}};
}

TEST(FormatsTest, CorrectionsOfOracleNameTheirOriginal) {
  const BillCells line = OracleLine();
  const BillCells correction =
      With(line, {{"lineItem/referenceNo", "V2.b"},
                  {"cost/myCost", "-32.00"},
                  {"lineItem/isCorrection", "true"},
                  {"lineItem/backreferenceNo", "V2.a"}});
  int rows = 0;
  const auto bill =
      ReadContents({BillText({line, correction})}, [&](const BillRow& row) {
        const bool first = rows++ == 0;
        EXPECT_EQ(row.correction, !first);
        EXPECT_EQ(row.line_id, first ? "V2.a" : "V2.b");
        EXPECT_EQ(row.corrects, first ? "" : "V2.a");
        EXPECT_EQ(row.sku, "B95909");
        EXPECT_EQ(row.pricing_unit, "GPU Hour");
        // It has no billing period but its own time.
        EXPECT_EQ(row.billing_start_us, *ParseInstant("2026-10-03T12:00:00Z"));
        EXPECT_EQ(row.billing_end_us, *ParseInstant("2026-10-03T13:00:00Z"));
        return absl::OkStatus();
      });
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(FormatMoney(bill->summary.by_currency.at("USD").billed_cost), "0");
  EXPECT_EQ(bill->summary.format, "OCI cost report");
  // Costs that such a report never has are no oddity of it.
  for (const Oddity& oddity : bill->summary.oddities) {
    EXPECT_EQ(oddity.name, "time_without_seconds") << oddity.column;
  }
}

TEST(FormatsTest, ALineOfOracleMayHaveNoTime) {
  const BillCells line =
      With(OracleLine(), {{"lineItem/intervalUsageEnd", "2026-10-03T12:00Z"}});
  const auto bill = ReadContents({BillText({line})});
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_THAT(OddityRows(bill->summary),
              Contains(Pair("empty_charge_period/ChargePeriodEnd", 1)));
  // Of FOCUS, and of a billing period of its own, it is an error.
  const auto focus = ReadContents({BillText(
      {With(GoodRow(), {{"BillingPeriodStart", "2026-10-03T12:00:00Z"},
                        {"BillingPeriodEnd", "2026-10-03T12:00:00Z"},
                        {"ChargePeriodEnd", "2026-10-03T12:00:00Z"}})})});
  EXPECT_EQ(GetErrorCode(focus.status()), ErrorCode::kBadRow);
}

TEST(FormatsTest, OraclesTagsAndCorrectionsAreReadHoweverSpelled) {
  BillCells line = OracleLine();
  line.emplace_back("tags/team", "acme");
  line.emplace_back("tags/Oracle-Tags.CreatedBy", "");
  for (const auto& [says, correction] :
       {std::pair{"Y", true}, std::pair{"yes", true}, std::pair{"", false},
        std::pair{"No", false}}) {
    const bool expected = correction;
    const auto bill = ReadContents(
        {BillText({With(line, {{"lineItem/isCorrection", says}})})},
        [&](const BillRow& row) {
          EXPECT_EQ(row.correction, expected);
          EXPECT_EQ(row.tags, R"({"team":"acme"})");
          return absl::OkStatus();
        });
    EXPECT_TRUE(bill.ok()) << says << ": " << bill.status();
  }
  EXPECT_EQ(
      GetErrorCode(
          ReadContents(
              {BillText({With(line, {{"lineItem/isCorrection", "perhaps"}})})})
              .status()),
      ErrorCode::kBadRow);
}

TEST(FormatsTest, CapacityThatAmazonReservesIsNoUsage) {
  const auto status_of = [](const char* column, const char* says) {
    UsageStatus status = UsageStatus::kNone;
    const auto bill =
        ReadContents({BillText({With(CurLine("Usage"), {{column, says}})})},
                     [&](const BillRow& row) {
                       status = row.capacity_status;
                       EXPECT_EQ(row.sku, row.instance_type);
                       return absl::OkStatus();
                     });
    EXPECT_TRUE(bill.ok()) << bill.status();
    return status;
  };
  const char* const column = "capacity_reservation_capacity_reservation_status";
  EXPECT_EQ(status_of(column, "used"), UsageStatus::kUsed);
  EXPECT_EQ(status_of(column, "unused"), UsageStatus::kUnused);
  EXPECT_EQ(status_of(column, "reserved"), UsageStatus::kUnused);
  EXPECT_EQ(status_of("line_item_usage_type", "USE1-UnusedBox:p5.48xlarge"),
            UsageStatus::kUnused);
  EXPECT_EQ(status_of("line_item_usage_type", "USE1-BoxUsage:p5.48xlarge"),
            UsageStatus::kNone);
}

// Costs and quantities of the files were added up apart, with Python's decimal.
class AzureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("DRAWDOWN_SHARED_DATA");
    folder_ =
        std::string(given != nullptr ? given : DRAWDOWN_SHARED_DATA_DEFAULT) +
        "/focus/finops-toolkit/";
    if (!std::filesystem::exists(folder_)) {
      GTEST_SKIP() << "no " << folder_ << ": set DRAWDOWN_SHARED_DATA";
    }
  }

  absl::StatusOr<BillContents> Read(const std::string& file,
                                    const std::string& name,
                                    const std::string& format = "") {
    std::vector<BillInput> files;
    files.push_back(
        {MemorySource(name, *ReadWholeFile(folder_ + file)), format, {}});
    rows_.clear();
    return ReadBill(files, [&](const BillRow& row) {
      rows_.push_back(Shown(row));
      return absl::OkStatus();
    });
  }

  std::string folder_;
  std::vector<std::string> rows_;
};

TEST_F(AzureTest, ActualCost) {
  const auto bill = Read("EA_ActualCost_Small.csv", "EA_ActualCost_Small.csv");
  ASSERT_TRUE(bill.ok()) << bill.status();
  const BillSummary& summary = bill->summary;
  EXPECT_EQ(summary.format, "Azure actual cost");
  EXPECT_EQ(summary.rows, 11u);
  EXPECT_TRUE(summary.has_billed_cost);
  EXPECT_EQ(FormatMoney(summary.by_currency.at("USD").billed_cost),
            "8.5450077867419368");
  EXPECT_EQ(rows_.at(0),
            "Purchase billed 3.25 effective 0 list 0  Usage "
            "quantity 1");
  EXPECT_EQ(rows_.at(1),
            "Usage billed 0.00004 effective 0 list 0.00004 "
            "Standard  quantity 0.0004");
  // No list price, and so no list cost: the sum is of the others.
  auto odd = OddityRows(summary);
  EXPECT_EQ(odd["partial_sum/ListCost"], 4u);
  EXPECT_EQ(odd["partial_sum/ContractedCost"], 3u);
  EXPECT_EQ(odd.count("partial_sum/EffectiveCost"), 0u);
  // The end of Azure's periods is their last day.
  EXPECT_EQ(summary.first_charge_us, *ParseInstant("2023-09-04T00:00:00Z"));
  EXPECT_EQ(summary.last_charge_us, *ParseInstant("2023-09-22T00:00:00Z"));
}

TEST_F(AzureTest, AmortizedCostIsNotBilled) {
  const auto bill =
      Read("EA_AmortizedCost_Small.csv", "part_0.csv", "azure-amortized");
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_FALSE(bill->summary.has_billed_cost);
  const BillTotal& total = bill->summary.by_currency.at("USD");
  EXPECT_EQ(total.rows, 28u);
  // Exactly 16.296932136636644627485419: some costs have more than 18 decimals.
  EXPECT_EQ(FormatMoney(total.effective_cost), "16.296932136636644627");
  EXPECT_EQ(OddityRows(bill->summary)["finer_than_money/EffectiveCost"], 3u);
  EXPECT_EQ(FormatMoney(total.billed_cost), "0");
  EXPECT_EQ(rows_.at(0),
            "Usage billed 0 effective 0.493152 list 0 Committed "
            "used Usage quantity 8");
}

TEST_F(AzureTest, WhichCostItIsMustBeSaid) {
  const auto bill = Read("EA_ActualCost_Small.csv", "part_0.csv");
  EXPECT_EQ(GetErrorCode(bill.status()), ErrorCode::kUnknownFormat);
  EXPECT_EQ(std::string(bill.status().message()),
            "part_0.csv:1: the columns do not say which of these it is: say "
            "--as azure-actual or --as azure-amortized");
}

}  // namespace
}  // namespace drawdown
