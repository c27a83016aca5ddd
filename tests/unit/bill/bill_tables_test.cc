// The datasets beside the charges, and the columns that 1.3 and 1.4 added.
#include "base/error.h"
#include "bill_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;

BillCells Commitment() {
  return {{"BillingCurrency", "USD"},
          {"ContractCommitmentCategory", "Usage"},
          {"ContractCommitmentCost", "250000.00"},
          {"ContractCommitmentFulfillmentInterval", "Monthly"},
          {"ContractCommitmentId", "CMT-AI-888"},
          {"ContractCommitmentModel", "Continuous"},
          {"ContractCommitmentPeriodEnd", "2026-05-01T00:00:00Z"},
          {"ContractCommitmentPeriodStart", "2026-02-01T00:00:00Z"},
          {"ContractCommitmentQuantity", "5000.00"},
          {"ContractCommitmentUnit", "GPU-Hours"},
          {"ContractId", "AGR-44"},
          {"ContractPeriodEnd", ""},
          {"ContractPeriodStart", "2026-02-01T00:00:00Z"}};
}

BillCells Invoice() {
  return {{"BilledCost", "-12.50"},
          {"BillingCurrency", "USD"},
          {"BillingPeriodEnd", "2026-11-01T00:00:00Z"},
          {"BillingPeriodStart", "2026-10-01T00:00:00Z"},
          {"ChargeCategory", "Credit"},
          {"InvoiceDetailId", "D-1"},
          {"InvoiceId", "INV-2"},
          {"InvoiceIssueDate", ""},
          {"InvoiceIssueStatus", "Issued"},
          {"InvoiceIssuerName", "Acme"},
          {"PaymentCurrency", "EUR"},
          {"PaymentCurrencyBilledCost", "-11.00"},
          {"ReferenceInvoiceId", "INV-1"}};
}

BillCells Period() {
  return {{"BillingPeriodEnd", "2026-11-01T00:00:00Z"},
          {"BillingPeriodStart", "2026-10-01T00:00:00Z"},
          {"BillingPeriodStatus", "closed"},
          {"InvoiceIssuerName", "Acme"}};
}

TEST(BillTablesTest, OneBillHasAllDatasets) {
  const auto bill =
      ReadContents({BillText({Commitment()}), BillText({GoodRow()}),
                    BillText({Invoice()}), BillText({Period(), Period()})});
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(bill->summary.rows, 1u);
  EXPECT_EQ(bill->summary.version, "1.0");
  ASSERT_EQ(bill->commitments.size(), 1u);
  ASSERT_EQ(bill->invoice_lines.size(), 1u);
  ASSERT_EQ(bill->periods.size(), 2u);
  EXPECT_EQ(bill->periods[1].place.file, 3u);
  EXPECT_EQ(bill->periods[1].place.line, 3u);
  ASSERT_EQ(bill->summary.files.size(), 4u);
  EXPECT_EQ(bill->summary.files[3].rows, 2u);
  EXPECT_EQ(bill->summary.files[3].dataset, "Billing Period");
  EXPECT_EQ(OddityRows(bill->summary)["enum_case_drift/BillingPeriodStatus"],
            2u);
}

TEST(BillTablesTest, ACommitment) {
  const auto bill = ReadContents({BillText({Commitment()})});
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(bill->summary.version, "1.4");
  const BilledCommitment& row = bill->commitments.at(0);
  EXPECT_EQ(row.id, "CMT-AI-888");
  EXPECT_EQ(row.contract_id, "AGR-44");
  EXPECT_EQ(row.category, "Usage");
  EXPECT_EQ(row.model, "Continuous");
  EXPECT_EQ(row.fulfillment_interval, "Monthly");
  EXPECT_EQ(row.currency, *Currency::Parse("USD"));
  EXPECT_EQ(row.contract_start_us, *ParseInstant("2026-02-01T00:00:00Z"));
  EXPECT_FALSE(row.contract_end_us);
  EXPECT_EQ(row.end_us, *ParseInstant("2026-05-01T00:00:00Z"));
  EXPECT_EQ(FormatMoney(row.cost.amount), "250000");
  EXPECT_EQ(row.quantity, (Decimal{500000, 2}));
  EXPECT_EQ(row.unit, "GPU-Hours");
  EXPECT_FALSE(row.discount);
}

TEST(BillTablesTest, AnInvoiceLine) {
  const auto bill = ReadContents({BillText({Invoice()})});
  ASSERT_TRUE(bill.ok()) << bill.status();
  const InvoiceLine& row = bill->invoice_lines.at(0);
  EXPECT_EQ(row.invoice_id, "INV-2");
  EXPECT_EQ(row.reference_invoice_id, "INV-1");
  EXPECT_EQ(row.detail_id, "D-1");
  EXPECT_EQ(row.status, InvoiceStatus::kIssued);
  EXPECT_EQ(row.category, ChargeCategory::kCredit);
  EXPECT_EQ(FormatMoney(row.billed_cost.amount), "-12.5");
  EXPECT_EQ(row.payment_currency, *Currency::Parse("EUR"));
  EXPECT_EQ(FormatMoney(row.payment_cost.amount), "-11");
  EXPECT_FALSE(row.issued_us);
}

TEST(BillTablesTest, DraftValuesAreReadAsTheirLaterNames) {
  const auto bill = ReadContents({BillText({With(
      Commitment(), {{"ContractCommitmentBenefitCategory", "Monetary Pool"},
                     {"ContractCommitmentFulfillmentInterval", "Total Term"},
                     {"ContractCommitmentDiscount%", "0.30"}})})});
  ASSERT_TRUE(bill.ok()) << bill.status();
  const BilledCommitment& row = bill->commitments.at(0);
  EXPECT_EQ(row.benefit_category, "Entitlement");
  EXPECT_EQ(row.fulfillment_interval, "Full Period");
  EXPECT_EQ(row.discount, (Decimal{30, 2}));
  auto oddities = OddityRows(bill->summary);
  EXPECT_EQ(oddities["draft_enum_value/ContractCommitmentBenefitCategory"], 1u);
  EXPECT_EQ(oddities["draft_column_name/ContractCommitmentDiscountPercentage"],
            1u);
}

TEST(BillTablesTest, WhatIsNeededIsRefusedByName) {
  const auto refused = [](const BillCells& row) {
    return std::string(ReadContents({BillText({row})}).status().message());
  };
  EXPECT_EQ(refused(With(Commitment(), {{"ContractCommitmentId", ""}})),
            "0.csv:2: ContractCommitmentId: is empty");
  EXPECT_EQ(refused(With(Commitment(), {{"ContractCommitmentPeriodEnd",
                                         "2026-02-01T00:00:00Z"}})),
            "0.csv:2: ContractCommitmentPeriodEnd: is not after "
            "ContractCommitmentPeriodStart");
  EXPECT_EQ(refused(With(Invoice(), {{"BilledCost", "null"}})),
            "0.csv:2: BilledCost: is empty");
  EXPECT_EQ(refused(With(Invoice(), {{"InvoiceId", ""}})),
            "0.csv:2: InvoiceId: is empty");
  EXPECT_THAT(refused(With(Invoice(), {{"PaymentCurrency", "euro"}})),
              HasSubstr("0.csv:2: PaymentCurrency: "));
  EXPECT_EQ(refused(With(Period(), {{"BillingPeriodStatus", "Shut"}})),
            "0.csv:2: BillingPeriodStatus: \"Shut\" is not Open or Closed");
}

TEST(BillTablesTest, TheColumnsOf13And14) {
  const BillCells cells = With(
      GoodRow(),
      {{"ServiceProviderName", "AWS"},
       {"HostProviderName", "Host"},
       {"InvoiceDetailId", "D-1"},
       {"CommitmentDiscountCategory", "spend"},
       {"CommitmentDiscountType", "Savings Plan"},
       {"CommitmentDiscountQuantity", "0.75"},
       {"CommitmentDiscountUnit", "USD"},
       {"CapacityReservationId", "cr-1"},
       {"SkuMeter", "meter"},
       {"SkuPriceDetails", R"({"InstanceType":"p5.48xlarge","GpuCount":8})"},
       {"PricingCurrency", "Tokens"},
       {"PricingCurrencyListUnitPrice", "2"},
       {"PricingCurrencyContractedUnitPrice", "1.5"},
       {"PricingCurrencyEffectiveCost", "12.0"},
       {"AllocatedMethodId", "m"},
       {"AllocatedResourceId", "r"},
       {"AllocatedResourceName", "n"},
       {"AllocatedTags", "{}"},
       {"AllocatedMethodDetails", R"({"Elements":[]})"},
       {"ContractApplied", R"({"Elements":[{"ContractCommitmentID":"C",)"
                           R"("ContractCommitmentAppliedCost":1.5}]})"}});
  const auto bill = ReadContents({BillText({cells})}, [](const BillRow& row) {
    EXPECT_EQ(row.host_provider, "Host");
    EXPECT_EQ(row.invoice_detail_id, "D-1");
    EXPECT_EQ(row.commitment_category, "Spend");
    EXPECT_EQ(row.commitment_type, "Savings Plan");
    EXPECT_EQ(row.commitment_quantity, (Decimal{75, 2}));
    EXPECT_EQ(row.commitment_unit, "USD");
    EXPECT_EQ(row.capacity_id, "cr-1");
    EXPECT_EQ(row.sku_meter, "meter");
    EXPECT_EQ(row.instance_type, "p5.48xlarge");
    EXPECT_EQ(row.pricing_currency, "Tokens");
    EXPECT_EQ(row.pricing_currency_list_unit_price, (Decimal{2, 0}));
    EXPECT_EQ(row.pricing_currency_contracted_unit_price, (Decimal{15, 1}));
    EXPECT_EQ(row.pricing_currency_effective_cost, (Decimal{120, 1}));
    EXPECT_EQ(row.allocated_method, "m");
    EXPECT_EQ(row.allocated_resource, "r");
    EXPECT_EQ(row.allocated_resource_name, "n");
    EXPECT_EQ(row.allocated_tags, "{}");
    EXPECT_EQ(row.allocated_method_details, R"({"Elements":[]})");
    EXPECT_EQ(row.applied.size(), 1u);
    EXPECT_EQ(row.applied[0].commitment, "C");
    EXPECT_TRUE(row.billed_cost.given);
    return absl::OkStatus();
  });
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(bill->summary.version, "1.4");
  EXPECT_EQ(OddityRows(bill->summary)["erratum_key_case/ContractApplied"], 1u);
}

TEST(BillTablesTest, WhatOneRowSaidIsNotTheNextRows) {
  const BillCells full = With(
      GoodRow(),
      {{"CommitmentDiscountQuantity", "1"},
       {"PricingCurrencyEffectiveCost", "2"},
       {"SkuPriceDetails", R"({"InstanceType":"p5"})"},
       {"ContractApplied", R"({"Elements":[{"ContractCommitmentId":"C"}]})"}});
  const BillCells bare = With(full, {{"CommitmentDiscountQuantity", ""},
                                     {"PricingCurrencyEffectiveCost", ""},
                                     {"SkuPriceDetails", ""},
                                     {"EffectiveCost", ""},
                                     {"ContractApplied", "{}"}});
  int rows = 0;
  const auto bill =
      ReadContents({BillText({full, bare})}, [&](const BillRow& row) {
        const bool first = rows++ == 0;
        EXPECT_EQ(row.commitment_quantity.has_value(), first);
        EXPECT_EQ(row.pricing_currency_effective_cost.has_value(), first);
        EXPECT_EQ(row.instance_type.empty(), !first);
        EXPECT_EQ(row.effective_cost.given, first);
        EXPECT_EQ(row.applied.empty(), !first);
        return absl::OkStatus();
      });
  ASSERT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(OddityRows(bill->summary)["bad_contract_applied/ContractApplied"],
            1u);
}

}  // namespace
}  // namespace drawdown
