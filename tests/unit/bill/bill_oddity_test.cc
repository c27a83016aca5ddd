// Every deviation that is tolerated, by name.
#include <set>

#include "bill/oddity_log.h"
#include "bill_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

struct Case {
  const char* what;
  BillCells changes;
  std::vector<std::string> oddities;  // name/column
};

const std::vector<Case>& Cases() {
  static const auto* const cases = new std::vector<Case>{
      {"NULL", {{"ChargeClass", "NULL"}}, {"null_spelled_as_text/ChargeClass"}},
      {"null",
       {{"ListUnitPrice", "null"}},
       {"null_spelled_as_text/ListUnitPrice"}},
      {"\\N", {{"x_Extra", "\\N"}}, {"null_spelled_as_text/x_Extra"}},
      {"other spellings are text", {{"ServiceName", "nul"}}, {}},
      {"blank and no zone",
       {{"ChargePeriodStart", "2026-10-03 12:00:00"}},
       {"time_with_blank_separator/ChargePeriodStart",
        "time_without_zone/ChargePeriodStart"}},
      {"no seconds",
       {{"BillingPeriodStart", "2026-10-01T00:00Z"}},
       {"time_without_seconds/BillingPeriodStart"}},
      {"milliseconds",
       {{"BillingPeriodEnd", "2026-11-01T00:00:00.000Z"}},
       {"time_with_fraction/BillingPeriodEnd"}},
      {"finer than money",
       {{"BilledCost", "16.4000000000000000005"}},
       {"finer_than_money/BilledCost"}},
      {"zeros are not finer", {{"BilledCost", "16.4000000000000000000"}}, {}},
      {"date",
       {{"BillingPeriodStart", "2026-10-01"}},
       {"time_is_date_only/BillingPeriodStart"}},
      {"applied",
       {{"ContractApplied", "{}"}},
       {"absent_column/HostProviderName",
        "bad_contract_applied/ContractApplied"}},
      {"offset",
       {{"ChargePeriodEnd", "2026-10-03T14:00:00+01:00"}},
       {"time_with_offset/ChargePeriodEnd"}},
      {"enum case",
       {{"ChargeFrequency", "Usage-based"}},
       {"enum_case_drift/ChargeFrequency"}},
      {"category case",
       {{"ChargeCategory", "USAGE"}},
       {"enum_case_drift/ChargeCategory"}},
      {"class case",
       {{"ChargeClass", "correction"}},
       {"enum_case_drift/ChargeClass"}},
      {"status case",
       {{"CommitmentDiscountStatus", "used"}},
       {"enum_case_drift/CommitmentDiscountStatus"}},
      {"unknown pricing category",
       {{"PricingCategory", "Reserved"}},
       {"unknown_enum_value/PricingCategory"}},
      {"unknown column", {{"Id", "7"}}, {"unknown_column/Id"}},
      {"custom column", {{"x_Id", "7"}}, {}},
      {"E+", {{"BilledCost", "1.64E+1"}}, {"exponent_plus_sign/BilledCost"}},
      {"E", {{"BilledCost", "1.64E1"}}, {}},
      {"before the billing period",
       {{"ChargePeriodStart", "2026-09-30T23:00:00Z"}},
       {"charge_outside_billing_period/ChargePeriodStart"}},
      {"after the billing period",
       {{"ChargePeriodEnd", "2026-11-01T00:00:01Z"}},
       {"charge_outside_billing_period/ChargePeriodStart"}},
      {"a correction may be outside",
       {{"ChargePeriodStart", "2026-09-30T23:00:00Z"},
        {"ChargeClass", "Correction"}},
       {}},
      {"the whole billing period",
       {{"ChargePeriodStart", "2026-10-01T00:00:00Z"},
        {"ChargePeriodEnd", "2026-11-01T00:00:00Z"}},
       {}},
      {"instant charge",
       {{"ChargePeriodEnd", "2026-10-03T12:00:00Z"}},
       {"empty_charge_period/ChargePeriodEnd"}},
      {"zero list cost",
       {{"ListCost", "0"}, {"ListUnitPrice", ""}},
       {"zero_list_cost/ListCost"}},
      {"nothing billed",
       {{"ListCost", "0"},
        {"ListUnitPrice", ""},
        {"EffectiveCost", "0"},
        {"BilledCost", "0"}},
       {}},
      {"a refund",
       {{"ListCost", "0"},
        {"ListUnitPrice", ""},
        {"EffectiveCost", "0"},
        {"BilledCost", "-1"}},
       {}},
      {"zero effective cost",
       {{"EffectiveCost", "0.00"}},
       {"zero_effective_cost/EffectiveCost"}},
      {"a purchase has none",
       {{"EffectiveCost", "0.00"}, {"ChargeCategory", "Purchase"}},
       {}},
      {"null contracted cost",
       {{"ContractedCost", ""}},
       {"forbidden_null/ContractedCost"}},
      {"null list cost", {{"ListCost", ""}}, {"forbidden_null/ListCost"}},
      {"null effective cost",
       {{"EffectiveCost", ""}},
       {"forbidden_null/EffectiveCost"}},
      {"no SKU price", {{"SkuPriceId", ""}}, {"empty_sku_price_id/SkuPriceId"}},
      {"tax has no SKU price",
       {{"SkuPriceId", ""}, {"ChargeCategory", "Tax"}},
       {}},
      {"correction without SKU price",
       {{"SkuPriceId", ""}, {"ChargeClass", "Correction"}},
       {}},
      {"power of ten",
       {{"PricingQuantity", "0.0008"}},
       {"unit_scale/ListCost"}},
      {"power of ten in a correction",
       {{"PricingQuantity", "0.0008"}, {"ChargeClass", "Correction"}},
       {}},
      {"residual",
       {{"PricingQuantity", "8.1"}},
       {"list_cost_residual/ListCost"}},
      {"half a unit of ListCost",
       {{"ListCost", "32.8"}, {"PricingQuantity", "8.0121"}},
       {}},
      {"over half a unit",
       {{"ListCost", "32.8"}, {"PricingQuantity", "8.0123"}},
       {"list_cost_residual/ListCost"}},
      {"providers differ",
       {{"ServiceProviderName", "Amazon"}},
       {"provider_names_differ/ServiceProviderName"}},
      {"providers agree", {{"ServiceProviderName", "AWS"}}, {}},
      {"tags collide",
       {{"Tags", "{\"org\":\"a\",\" org\":\"a\"}"}},
       {"tag_key_collision/Tags"}},
      {"tags twice",
       {{"Tags", "{\"org\":1,\"org\":2}"}},
       {"duplicate_json_key/Tags"}},
      {"tags broken", {{"Tags", "{\"org\":}"}}, {"invalid_json/Tags"}},
      {"tags fine", {{"Tags", "{\"a b\":1,\"ab\":2}"}}, {}},
      {"details twice",
       {{"SkuPriceDetails", "{\"x_a\":1,\"x_a\":1}"}},
       {"duplicate_json_key/SkuPriceDetails"}},
      {"details broken",
       {{"SkuPriceDetails", "GpuCount=8"}},
       {"invalid_json/SkuPriceDetails"}},
      {"negative GPUs",
       {{"SkuPriceDetails", "{\"GpuCount\":-8}"}},
       {"bad_gpu_count/SkuPriceDetails"}},
      {"too fine GPUs",
       {{"SkuPriceDetails", "{\"GpuCount\":0.1234567}"}},
       {"bad_gpu_count/SkuPriceDetails"}},
      {"too many GPUs",
       {{"SkuPriceDetails", "{\"GpuCount\":1e13}"}},
       {"bad_gpu_count/SkuPriceDetails"}},
      {"listed GPUs",
       {{"SkuPriceDetails", "{\"GpuCount\":[8]}"}},
       {"bad_gpu_count/SkuPriceDetails"}},
      {"GPUs as text",
       {{"SkuPriceDetails", "{\"GpuCount\":\"8\"}"}},
       {"gpu_count_as_text/SkuPriceDetails"}},
      {"null GPUs", {{"SkuPriceDetails", "{\"GpuCount\":null}"}}, {}},
  };
  return *cases;
}

std::vector<std::string> NamesOf(const BillSummary& summary) {
  std::vector<std::string> names;
  for (const Oddity& oddity : summary.oddities) {
    names.push_back(oddity.name + "/" + oddity.column);
  }
  return names;
}

TEST(OddityTest, EachIsCountedUnderItsNameAndNoOther) {
  for (const Case& test : Cases()) {
    const auto summary = ReadTexts({BillText({With(GoodRow(), test.changes)})});
    ASSERT_TRUE(summary.ok()) << test.what << ": " << summary.status();
    EXPECT_EQ(NamesOf(*summary), test.oddities) << test.what;
    for (const Oddity& oddity : summary->oddities) {
      EXPECT_EQ(oddity.rows, 1u) << test.what;
      EXPECT_FALSE(oddity.meaning.empty());
    }
  }
}

// What a text came to is remembered; what is odd about it is counted anyway.
TEST(OddityTest, EachIsCountedInEveryRow) {
  for (const Case& test : Cases()) {
    const BillCells odd = With(GoodRow(), test.changes);
    const auto summary = ReadTexts({BillText({odd, odd, odd})});
    ASSERT_TRUE(summary.ok()) << test.what << ": " << summary.status();
    EXPECT_EQ(NamesOf(*summary), test.oddities) << test.what;
    for (const Oddity& oddity : summary->oddities) {
      EXPECT_EQ(oddity.rows, 3u) << test.what;
    }
  }
}

TEST(OddityTest, EveryKindIsTested) {
  std::set<std::string> tested = {
      "absent_column", "column_name_case_drift", "integer_cost_column",
      // In bill_tables_test.cc.
      "draft_column_name", "draft_enum_value", "erratum_key_case",
      // In snapshots_test.cc and formats_test.cc.
      "beside_later_snapshot", "partial_sum"};
  for (const Case& test : Cases()) {
    for (const std::string& name : test.oddities) {
      tested.insert(name.substr(0, name.find('/')));
    }
  }
  for (size_t i = 0; i < kOddityKindCount; ++i) {
    EXPECT_EQ(tested.count(std::string(OddityName(static_cast<OddityKind>(i)))),
              1u)
        << OddityName(static_cast<OddityKind>(i));
  }
}

TEST(OddityTest, CountsRowsAndShowsTheFirst) {
  const BillCells odd = With(GoodRow(), {{"ChargeFrequency", "one-time"}});
  const BillCells odder = With(GoodRow(), {{"ChargeFrequency", "USAGE-BASED"}});
  const auto summary = ReadTexts(
      {BillText({GoodRow(), odd, odder}), BillText({odder, GoodRow()})});
  ASSERT_TRUE(summary.ok()) << summary.status();
  ASSERT_EQ(summary->oddities.size(), 1u);
  EXPECT_EQ(summary->oddities[0].rows, 3u);
  EXPECT_EQ(summary->oddities[0].example, "0.csv:3: \"one-time\"");
}

TEST(OddityTest, HeaderOdditiesCountTheRowsOfTheirFiles) {
  const BillCells drifted =
      With(Without(GoodRow(), "SkuPriceId"), {{"SkuPriceid", "S"}});
  const BillCells bare = Without(Without(GoodRow(), "ListCost"), "PricingUnit");
  const BillCells extra = With(GoodRow(), {{"Zone", ""}, {"Id", "1"}});
  const auto summary =
      ReadTexts({BillText({drifted, drifted}), BillText({bare}),
                 BillText({extra, extra, extra}), BillText({extra})});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(OddityRows(*summary),
              ElementsAre(Pair("absent_column/ListCost", 1),
                          Pair("absent_column/PricingUnit", 1),
                          Pair("column_name_case_drift/SkuPriceId", 2),
                          Pair("unknown_column/Id", 4),
                          Pair("unknown_column/Zone", 4)));
  EXPECT_THAT(summary->unknown_columns, ElementsAre("Id", "Zone"));
  EXPECT_EQ(summary->oddities[2].example, "0.csv:1: \"SkuPriceid\"");
}

TEST(OddityTest, AQuotedNullIsTextInTextAndNullElsewhere) {
  std::string text = BillText({With(
      GoodRow(), {{"ServiceName", "NULL!"}, {"PricingCategory", "NULL!"}})});
  for (size_t at; (at = text.find("NULL!")) != std::string::npos;) {
    text.replace(at, 5, "\"NULL\"");
  }
  const auto summary = ReadTexts({text}, [](const BillRow& row) {
    EXPECT_EQ(row.service, "NULL");
    EXPECT_EQ(row.pricing_category, "");
    return absl::OkStatus();
  });
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(NamesOf(*summary),
              ElementsAre("null_spelled_as_text/PricingCategory"));
}

// ListCost is published rounded: what is half a unit of its last place is told
// by the finest ListCost of the provider, wherever in the bill that stands.
TEST(OddityTest, TheLastPlaceOfListCostIsTheProvidersFinest) {
  const BillCells rough =
      With(GoodRow(), {{"ListCost", "32.80"}, {"PricingQuantity", "8.0004"}});
  const BillCells fine =
      With(GoodRow(), {{"ListCost", "0.004"}, {"ListUnitPrice", ""}});
  const BillCells elsewhere = With(fine, {{"ProviderName", "Nebius"}});
  EXPECT_THAT(NamesOf(*ReadTexts({BillText({rough})})), IsEmpty());
  EXPECT_THAT(NamesOf(*ReadTexts({BillText({elsewhere, rough})})), IsEmpty());
  for (const auto& rows : {std::vector<BillCells>{rough, fine},
                           std::vector<BillCells>{fine, rough}}) {
    EXPECT_THAT(NamesOf(*ReadTexts({BillText(rows)})),
                ElementsAre("list_cost_residual/ListCost"));
  }
}

// A power of ten must explain a ListCost to its last place.
TEST(OddityTest, APowerOfTenThatIsOnlyNearIsAResidual) {
  const BillCells near = With(GoodRow(), {{"ListUnitPrice", "0.12345678"},
                                          {"PricingQuantity", "1"},
                                          {"ListCost", "12.3457"}});
  const BillCells fine =
      With(GoodRow(), {{"ListCost", "0.123456"}, {"ListUnitPrice", ""}});
  EXPECT_THAT(NamesOf(*ReadTexts({BillText({near})})),
              ElementsAre("unit_scale/ListCost"));
  EXPECT_THAT(NamesOf(*ReadTexts({BillText({near, fine})})),
              ElementsAre("list_cost_residual/ListCost"));
}

TEST(OddityTest, ColumnsCutToWholeNumbersAreFoundPerProvider) {
  const BillCells cut = With(GoodRow(), {{"EffectiveCost", "16.00"},
                                         {"ContractedCost", "16"},
                                         {"ContractedUnitPrice", "2.0"}});
  const BillCells zero = With(
      cut,
      {{"EffectiveCost", "0"}, {"ContractedCost", "0"}, {"BilledCost", "0.4"}});
  const BillCells other = With(cut, {{"ProviderName", "Nebius"},
                                     {"EffectiveCost", "16.4"},
                                     {"ContractedCost", "16.4"}});
  const auto summary = ReadTexts({BillText({other, cut, zero, cut})});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_THAT(OddityRows(*summary),
              ElementsAre(Pair("integer_cost_column/ContractedCost", 3),
                          Pair("integer_cost_column/ContractedUnitPrice", 3),
                          Pair("integer_cost_column/EffectiveCost", 3),
                          Pair("zero_effective_cost/EffectiveCost", 1)));
  EXPECT_EQ(summary->oddities[0].example, "0.csv:3: \"16\"");
}

TEST(OddityTest, WholeNumbersAreFineWhereTheyAreTrue) {
  const BillCells whole = With(GoodRow(), {{"BilledCost", "16"},
                                           {"EffectiveCost", "16"},
                                           {"ContractedCost", "16"}});
  const BillCells price = With(GoodRow(), {{"ContractedUnitPrice", "2"}});
  const BillCells purchase = With(GoodRow(), {{"ChargeCategory", "Purchase"},
                                              {"BilledCost", "99.5"},
                                              {"EffectiveCost", "0"},
                                              {"ContractedCost", "99"}});
  EXPECT_THAT(NamesOf(*ReadTexts({BillText({whole, purchase})})), IsEmpty());
  EXPECT_THAT(NamesOf(*ReadTexts({BillText({price})})), IsEmpty());
  // All zero is counted row by row, as zero_effective_cost.
  const BillCells none = With(GoodRow(), {{"EffectiveCost", "0"}});
  EXPECT_THAT(NamesOf(*ReadTexts({BillText({none})})),
              ElementsAre("zero_effective_cost/EffectiveCost"));
}

}  // namespace
}  // namespace drawdown
