#include "base/error.h"
#include "bill/columns.h"
#include "bill_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> HeaderOf(const BillCells& row) {
  std::vector<std::string> names;
  for (const auto& cell : row) names.push_back(cell.first);
  return names;
}

absl::StatusOr<BillLayout> Layout(const BillCells& row) {
  return ReadLayout(HeaderOf(row), "f.csv:1");
}

TEST(ColumnsTest, EveryReadColumnHasAName) {
  for (size_t i = 0; i < kColumnCount; ++i) {
    EXPECT_FALSE(ColumnName(static_cast<BillColumn>(i)).empty());
  }
}

struct VersionCase {
  std::string column;
  std::string version;
  std::string reason;
};

TEST(ColumnsTest, TheNewestColumnTellsTheVersion) {
  const std::vector<VersionCase> cases = {
      {"Tags", "1.0", "no column that 1.1 or a later version added"},
      {"SkuMeter", "1.1", "has SkuMeter, which 1.1 added"},
      {"SkuPriceDetails", "1.1", "has SkuPriceDetails, which 1.1 added"},
      {"CapacityReservationId", "1.1", "has CapacityReservationId, which"},
      {"InvoiceId", "1.2", "has InvoiceId, which 1.2 added"},
      {"PricingCurrency", "1.2", "has PricingCurrency, which 1.2 added"},
      {"BillingAccountType", "1.2", "has BillingAccountType, which 1.2 added"},
      {"ContractApplied", "1.3", "has ContractApplied, which 1.3 added"},
      {"HostProviderName", "1.3", "has HostProviderName, which 1.3 added"},
      {"InvoiceDetailId", "1.4", "has InvoiceDetailId, which 1.4 added"},
      {"CommitmentProgramEligibilityDetails", "1.4", "which 1.4 added"},
      {"x_InvoiceId", "1.0", "no column"},
  };
  for (const VersionCase& test : cases) {
    const auto layout = Layout(With(GoodRow(), {{test.column, ""}}));
    ASSERT_TRUE(layout.ok()) << layout.status();
    EXPECT_EQ(layout->version, test.version);
    EXPECT_THAT(layout->version_reason, HasSubstr(test.reason));
  }
  const auto both = Layout(
      With(GoodRow(), {{"SkuMeter", ""}, {"InvoiceId", ""}, {"Tags", ""}}));
  EXPECT_EQ(both->version, "1.2");
}

TEST(ColumnsTest, WhatWasRemovedTellsThe14ThatHasNoNewColumn) {
  const BillCells row13 = With(
      GoodRow(), {{"ServiceProviderName", "AWS"}, {"HostProviderName", "AWS"}});
  EXPECT_EQ(Layout(row13)->version, "1.3");
  const auto layout =
      Layout(Without(Without(row13, "ProviderName"), "PublisherName"));
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->version, "1.4");
  EXPECT_EQ(layout->version_reason,
            "has HostProviderName, which 1.3 added; lacks ProviderName and "
            "PublisherName, which 1.4 removed");
  EXPECT_THAT(layout->absent, IsEmpty());
}

TEST(ColumnsTest, TheNamesTellTheDataset) {
  const auto tell = [](const std::vector<std::string>& header) {
    const auto layout = ReadLayout(header, "f.csv:1");
    if (!layout.ok()) return std::string(layout.status().message());
    return std::string(DatasetName(layout->dataset)) + " " + layout->version;
  };
  EXPECT_EQ(tell({"InvoiceIssuerName", "BillingPeriodStart", "BillingPeriodEnd",
                  "BillingPeriodStatus"}),
            "Billing Period 1.4");
  EXPECT_EQ(tell({"BillingPeriodStatus", "BillingPeriodCreated"}),
            "f.csv:1: missing columns BillingPeriodEnd, BillingPeriodStart, "
            "InvoiceIssuerName");
  const std::vector<std::string> commitment = {
      "ContractId", "ContractCommitmentId", "ContractCommitmentCategory",
      "ContractCommitmentPeriodStart", "ContractCommitmentPeriodEnd"};
  EXPECT_EQ(tell(commitment), "Contract Commitment 1.3");
  std::vector<std::string> newer = commitment;
  newer.push_back("ContractCommitmentDiscount%");
  EXPECT_EQ(tell(newer), "Contract Commitment 1.4");
  newer.push_back("ContractCommitmentDiscountPercentage");
  EXPECT_EQ(tell(newer),
            "f.csv:1: columns ContractCommitmentDiscount% and "
            "ContractCommitmentDiscountPercentage are both "
            "ContractCommitmentDiscountPercentage");
  EXPECT_EQ(tell({"InvoiceId", "InvoiceIssuerName", "BilledCost",
                  "BillingCurrency", "BillingPeriodStart", "BillingPeriodEnd",
                  "InvoiceDetailId", "ChargeCategory", "PaymentTerms"}),
            "Invoice Detail 1.4");
}

TEST(ColumnsTest, OtherFilesAreRefused) {
  const auto status =
      ReadLayout({"identity_line_item_id", "BillingCurrency"}, "f:1").status();
  EXPECT_EQ(GetErrorCode(status), ErrorCode::kUnknownFormat);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("f:1: not a FOCUS cost and usage file"));
}

TEST(ColumnsTest, OtherSeparatorsAreNamed) {
  for (const char* header : {"BilledCost;ChargeCategory", "a\tb", "a|b"}) {
    const auto layout = ReadLayout({header}, "f:1");
    EXPECT_EQ(GetErrorCode(layout.status()), ErrorCode::kUnknownFormat);
    EXPECT_THAT(std::string(layout.status().message()),
                HasSubstr("f:1: one column whose name has separators in it"));
  }
  EXPECT_THAT(std::string(ReadLayout({"a"}, "f:1").status().message()),
              HasSubstr("not a FOCUS cost and usage file"));
}

// As people and other programs write them.
TEST(ColumnsTest, NamesMayHaveBlanksAndUnderscores) {
  std::vector<std::string> header;
  for (const auto& cell : GoodRow()) header.push_back(cell.first);
  for (std::string& name : header) {
    if (name == "BilledCost") name = "Billed Cost";
    if (name == "ChargePeriodStart") name = "charge_period_start";
  }
  header.push_back("charge-period start");  // taken already
  header.push_back("x_Sku Id");
  const auto layout = ReadLayout(header, "f:1");
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_TRUE(layout->Has(BillColumn::kBilledCost));
  EXPECT_TRUE(layout->Has(BillColumn::kChargePeriodStart));
  EXPECT_FALSE(layout->Has(BillColumn::kSkuId));
  EXPECT_EQ(layout->drifted.size(), 2u);
  EXPECT_EQ(layout->unknown, std::vector<std::string>{"charge-period start"});
  // A column of its own name is the one that is meant.
  header.push_back("BilledCost");
  const auto both = ReadLayout(header, "f:1");
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(both->At(BillColumn::kBilledCost),
            static_cast<int>(header.size()) - 1);
}

// `name` in the place of BilledCost, which it is beside where `beside` says so.
absl::StatusOr<BillLayout> Renamed(const std::string& name,
                                   bool beside = false) {
  return Layout(With(beside ? GoodRow() : Without(GoodRow(), "BilledCost"),
                     {{name, "16.40"}}));
}

// As programs leave them that write a file anew.
TEST(ColumnsTest, NamesMayHaveMarksAndBlanksAround) {
  for (const std::string name :
       {"\ufeffBilledCost", "\ufeff\ufeffBilledCost", "BilledCost\u00a0",
        " BilledCost\t", "\u00a0 billed_cost\ufeff"}) {
    const auto layout = Renamed(name);
    ASSERT_TRUE(layout.ok()) << layout.status();
    EXPECT_TRUE(layout->Has(BillColumn::kBilledCost));
    ASSERT_EQ(layout->drifted.size(), 1u);
    EXPECT_EQ(layout->drifted[0].written, name);
    EXPECT_EQ(layout->drifted[0].meant, "BilledCost");
    EXPECT_FALSE(layout->drifted[0].draft);
    EXPECT_THAT(layout->unknown, IsEmpty());
  }
  const auto status = Renamed("BilledCost\u00a0", true).status();
  EXPECT_EQ(GetErrorCode(status), ErrorCode::kBadCsv);
  EXPECT_THAT(std::string(status.message()), HasSubstr("are both BilledCost"));
}

// Read as no column they would be left out, and another cost compared.
TEST(ColumnsTest, NamesThatOnlyLookLikeAColumnsAreRefused) {
  struct Case {
    std::string name;
    std::string character;
  };
  const std::vector<Case> cases = {{"Billed\u200bCost", "U+200B"},
                                   {"BilledCost\u200b", "U+200B"},
                                   {"\u0412illedCost", "U+0412"},
                                   {"\uff22\uff49lledCost", "U+FF22"},
                                   {"Billed\u00a0Cost", "U+00A0"},
                                   {"Billed\u2011Cost", "U+2011"},
                                   {"Billed\tCost", "U+0009"},
                                   {"\U0001d401illedCost", "U+1D401"},
                                   {"billed_\u0441\u043est", "U+0441"},
                                   {"BiIledCost", "U+0049"},
                                   {"Bi11edCost", "U+0031"},
                                   {"BilledC0st", "U+0030"},
                                   {"Billed\U000e0020Cost", "U+E0020"}};
  for (const Case& test : cases) {
    for (const bool beside : {false, true}) {
      const auto status = Renamed(test.name, beside).status();
      EXPECT_EQ(GetErrorCode(status), ErrorCode::kBadCsv) << test.name;
      EXPECT_THAT(
          std::string(status.message()),
          ::testing::AllOf(HasSubstr("f.csv:1: column \""),
                           HasSubstr("\" looks like BilledCost but has " +
                                     test.character + " in it")));
    }
  }
  for (const std::string name :
       {"BiledCost", "BilledCosts", "BilledCost\u20ac", "Billed.Cost",
        "BilledC\u00f3st", "\u200b", "", "\u8d39\u7528"}) {
    const auto layout = Renamed(name);
    ASSERT_TRUE(layout.ok()) << layout.status();
    EXPECT_THAT(layout->unknown, ElementsAre(name));
  }
  EXPECT_TRUE(Renamed("x_Billed\u200bCost").ok());
  const auto needed = Layout(With(Without(GoodRow(), "ChargePeriodEnd"),
                                  {{"ChargePeriodEnd\u200b", ""}}));
  EXPECT_THAT(std::string(needed.status().message()),
              HasSubstr("looks like ChargePeriodEnd but has U+200B in it"));
}

TEST(ColumnsTest, EveryRequiredColumnIsMissed) {
  for (const std::string name :
       {"BillingCurrency", "ChargePeriodStart", "ChargePeriodEnd",
        "BillingPeriodStart", "BillingPeriodEnd", "ChargeCategory",
        "ProviderName"}) {
    const auto status = Layout(Without(GoodRow(), name)).status();
    EXPECT_EQ(GetErrorCode(status), ErrorCode::kMissingColumn);
    EXPECT_EQ(std::string(status.message()), "f.csv:1: missing column " + name);
  }
}

TEST(ColumnsTest, AllMissingColumnsAreNamedAtOnce) {
  const auto status = ReadLayout({"ChargeCategory"}, "f.csv:1").status();
  EXPECT_EQ(std::string(status.message()),
            "f.csv:1: missing columns BillingCurrency, "
            "BillingPeriodEnd, BillingPeriodStart, ChargePeriodEnd, "
            "ChargePeriodStart, ProviderName");
}

TEST(ColumnsTest, TheServiceProviderNamesTheProviderToo) {
  const auto layout = Layout(With(Without(GoodRow(), "ProviderName"),
                                  {{"ServiceProviderName", "AWS"}}));
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->version, "1.0");
}

TEST(ColumnsTest, CaseDriftIsUnderstoodAndTold) {
  const auto layout =
      Layout(With(Without(GoodRow(), "SkuPriceId"), {{"SkuPriceid", ""}}));
  ASSERT_TRUE(layout.ok());
  EXPECT_TRUE(layout->Has(BillColumn::kSkuPriceId));
  ASSERT_EQ(layout->drifted.size(), 1u);
  EXPECT_EQ(layout->drifted[0].written, "SkuPriceid");
  EXPECT_EQ(layout->drifted[0].meant, "SkuPriceId");
}

TEST(ColumnsTest, TwoNamesThatDifferInCaseAreRefused) {
  const auto status = Layout(With(GoodRow(), {{"SkuPriceid", ""}})).status();
  EXPECT_EQ(GetErrorCode(status), ErrorCode::kBadCsv);
  EXPECT_THAT(
      std::string(status.message()),
      HasSubstr("columns SkuPriceId and SkuPriceid are both SkuPriceId"));
}

TEST(ColumnsTest, ListsUnknownAndAbsentColumns) {
  const auto layout = Layout(With(Without(GoodRow(), "ListCost"),
                                  {{"Id", ""}, {"x_Id", ""}, {"Zone", ""}}));
  ASSERT_TRUE(layout.ok());
  EXPECT_THAT(layout->unknown, ElementsAre("Id", "Zone"));
  EXPECT_THAT(layout->absent, ElementsAre("ListCost"));
  EXPECT_THAT(Layout(GoodRow())->absent, IsEmpty());
}

}  // namespace
}  // namespace drawdown
