// The FOCUS Foundation's own sample of real bills, and its examples. The
// numbers were computed apart, with Python's decimal and json.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>

#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/wide.h"
#include "bill/json_scan.h"
#include "bill/rules.h"
#include "bill_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;

std::string SharedData() {
  const char* given = std::getenv("DRAWDOWN_SHARED_DATA");
  return given != nullptr ? given : DRAWDOWN_SHARED_DATA_DEFAULT;
}

class FocusSampleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(path_)) {
      GTEST_SKIP() << "no " << path_ << ": set DRAWDOWN_SHARED_DATA";
    }
    text_ = *ReadWholeFile(path_);
  }

  // The header and the lines of the data rows; no row of the sample has a line
  // end inside.
  std::pair<std::string, std::vector<std::string>> Lines() const {
    std::vector<std::string> lines;
    for (size_t at = 0; at < text_.size();) {
      const size_t next = text_.find('\n', at) + 1;
      lines.push_back(text_.substr(at, next - at));
      at = next;
    }
    const std::string header = lines.front();
    lines.erase(lines.begin());
    return {header, lines};
  }

  std::string path_ =
      SharedData() + "/focus/focus-sample-data-1.0/focus_sample.csv";
  std::string text_;
};

std::string Totals(const BillSummary& summary) {
  std::string shown;
  for (const auto& [key, total] : summary.totals) {
    shown += key.provider + "/" + key.category + "/" + key.currency + " " +
             std::to_string(total.rows) + " " + FormatMoney(total.billed_cost) +
             " " + FormatMoney(total.effective_cost) + " " +
             FormatMoney(total.list_cost) + " " +
             FormatMoney(total.contracted_cost) + "\n";
  }
  return shown;
}

TEST_F(FocusSampleTest, ControlTotals) {
  const auto summary = ReadTexts({text_});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->rows, 1000u);
  EXPECT_EQ(summary->version, "1.0");
  EXPECT_EQ(FormatMoney(summary->by_currency.at("USD").billed_cost),
            "20.52022672899");
  const auto& providers = summary->by_provider_currency;
  const auto& aws = providers.at({"AWS", "USD"});
  const auto& microsoft = providers.at({"Microsoft", "USD"});
  const auto& oracle = providers.at({"Oracle", "USD"});
  EXPECT_EQ(FormatMoney(aws.billed_cost), "18.0066386184");
  EXPECT_EQ(FormatMoney(aws.list_cost), "18.1493176406");
  EXPECT_EQ(FormatMoney(aws.effective_cost), "13");
  EXPECT_EQ(FormatMoney(microsoft.billed_cost), "1.97651418586");
  EXPECT_EQ(FormatMoney(microsoft.list_cost), "1.97651418586");
  EXPECT_EQ(FormatMoney(microsoft.contracted_cost), "1.97626039326");
  EXPECT_EQ(FormatMoney(oracle.billed_cost), "0.53707392473");
  EXPECT_EQ(FormatMoney(oracle.list_cost), "0.26507392473");
  EXPECT_EQ(aws.rows, 942u);
  EXPECT_EQ(microsoft.rows, 51u);
  EXPECT_EQ(oracle.rows, 7u);
}

// How ListUnitPrice x PricingQuantity misses ListCost, counted apart from the
// reader's own check: unrounded, at a fixed tolerance, and by powers of ten.
TEST_F(FocusSampleTest, ListPricesAndListCosts) {
  std::map<std::string, int> rows;
  const auto bill = ReadContents({text_}, [&](const BillRow& row) {
    if (!row.list_unit_price) return absl::OkStatus();
    ++rows["priced"];
    const Decimal& price = *row.list_unit_price;
    const Decimal& quantity = *row.pricing_quantity;
    // In units of 1e-30: every price and quantity of the sample is coarser.
    const Int128 product = price.coefficient * quantity.coefficient *
                           PowerOfTen(30 - price.scale - quantity.scale);
    const Int128 cost = row.list_cost.amount.count() * PowerOfTen(12);
    const Int128 miss = product > cost ? product - cost : cost - product;
    if (miss == 0) return absl::OkStatus();
    ++rows["differ"];
    const bool microsoft = row.provider == "Microsoft";
    if (miss <= 5 * PowerOfTen(19)) {
      ++rows[microsoft ? "rounded Microsoft" : "rounded"];
      return absl::OkStatus();
    }
    ++rows[microsoft && product * 10'000 == cost ? "scaled" : "other"];
    ++rows[cost < 0 ? "refund" : "charge"];
    if (miss > PowerOfTen(24)) ++rows["over a millionth"];
    return absl::OkStatus();
  });
  ASSERT_TRUE(bill.ok()) << bill.status();
  const std::map<std::string, int> expected = {
      {"priced", 999},  {"differ", 490},
      {"rounded", 452}, {"rounded Microsoft", 7},
      {"scaled", 31},   {"charge", 26},
      {"refund", 5},    {"over a millionth", 25}};
  EXPECT_EQ(rows, expected);
}

TEST_F(FocusSampleTest, Oddities) {
  const std::map<std::string, uint64_t> expected = {
      {"charge_outside_billing_period/ChargePeriodStart", 1},
      {"empty_sku_price_id/SkuPriceId", 5},
      {"enum_case_drift/ChargeFrequency", 7},
      {"forbidden_null/ContractedCost", 7},
      {"integer_cost_column/ContractedCost", 942},
      {"integer_cost_column/ContractedUnitPrice", 942},
      {"integer_cost_column/EffectiveCost", 942},
      {"null_spelled_as_text/AvailabilityZone", 893},
      {"null_spelled_as_text/ChargeClass", 1000},
      {"null_spelled_as_text/CommitmentDiscountCategory", 989},
      {"null_spelled_as_text/CommitmentDiscountId", 989},
      {"null_spelled_as_text/CommitmentDiscountName", 993},
      {"null_spelled_as_text/CommitmentDiscountStatus", 996},
      {"null_spelled_as_text/CommitmentDiscountType", 989},
      {"null_spelled_as_text/ConsumedQuantity", 1},
      {"null_spelled_as_text/ConsumedUnit", 1},
      {"null_spelled_as_text/ContractedCost", 7},
      {"null_spelled_as_text/ContractedUnitPrice", 7},
      {"null_spelled_as_text/ListUnitPrice", 1},
      {"null_spelled_as_text/RegionId", 7},
      {"null_spelled_as_text/RegionName", 2},
      {"null_spelled_as_text/ResourceId", 75},
      {"null_spelled_as_text/ResourceName", 942},
      {"null_spelled_as_text/ResourceType", 791},
      {"null_spelled_as_text/SkuPriceId", 1},
      {"null_spelled_as_text/Tags", 289},
      {"tag_key_collision/Tags", 21},
      {"time_with_blank_separator/BillingPeriodEnd", 1000},
      {"time_with_blank_separator/BillingPeriodStart", 1000},
      {"time_with_blank_separator/ChargePeriodEnd", 1000},
      {"time_with_blank_separator/ChargePeriodStart", 1000},
      {"time_without_zone/BillingPeriodEnd", 1000},
      {"time_without_zone/BillingPeriodStart", 1000},
      {"time_without_zone/ChargePeriodEnd", 1000},
      {"time_without_zone/ChargePeriodStart", 1000},
      {"unit_scale/ListCost", 31},
      {"unknown_column/Id", 1000},
      {"zero_effective_cost/EffectiveCost", 610},
      {"zero_list_cost/ListCost", 2},
  };
  const auto summary = ReadTexts({text_});
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(OddityRows(*summary), expected);
}

TEST_F(FocusSampleTest, ShuffledAndSplitItIsTheSameBill) {
  constexpr unsigned kSeed = 999;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  const auto whole = ReadTexts({text_});
  auto [header, lines] = Lines();
  ASSERT_EQ(lines.size(), 1000u);
  for (const size_t files : {1, 2, 7}) {
    std::shuffle(lines.begin(), lines.end(), random);
    std::vector<std::string> texts(files, header);
    for (size_t i = 0; i < lines.size(); ++i)
      texts[i * files / 1000] += lines[i];
    const auto summary = ReadTexts(texts);
    ASSERT_TRUE(summary.ok()) << summary.status();
    EXPECT_EQ(Totals(*summary), Totals(*whole));
    EXPECT_EQ(OddityRows(*summary), OddityRows(*whole));
    EXPECT_EQ(summary->first_charge_us, whole->first_charge_us);
    EXPECT_EQ(summary->last_charge_us, whole->last_charge_us);
  }
}

// The examples of the specification are excerpts: they lack columns, and some
// spell dates and amounts for people. A mapping says what they leave out; then
// all are read but two, whose hour 30 is refused by name.
TEST_F(FocusSampleTest, TheExamplesOfTheSpecificationAreRead) {
  constexpr std::string_view kPlain =
      "focus: yes\nProviderName = 'Example'\nBillingCurrency = 'USD'\n";
  std::string dated(kPlain);
  for (const char* field : {"BillingPeriodStart", "BillingPeriodEnd",
                            "ChargePeriodStart", "ChargePeriodEnd"}) {
    dated += std::string(field) + " = " + field + " as time 'M/D/YY'\n";
  }
  for (const char* field :
       {"BilledCost", "EffectiveCost", "ListCost", "ContractedCost",
        "ListUnitPrice", "ContractedUnitPrice"}) {
    dated += std::string(field) + " = " + field + " as number\n";
  }
  const BillMapping plain = *ParseMapping(kPlain, "plain.map");
  const BillMapping people = *ParseMapping(dated, "people.map");
  std::vector<std::string> refused;
  int read = 0;
  int corrections = 0;
  uint64_t commitments = 0;
  for (const char* folder :
       {"focus-spec-1.2-examples", "focus-spec-1.4-examples"}) {
    for (const auto& entry : std::filesystem::directory_iterator(
             SharedData() + "/focus/" + folder)) {
      if (entry.path().extension() != ".csv") continue;
      const std::string text = *ReadWholeFile(entry.path().string());
      const bool table = text.find("ContractCommitmentId") != std::string::npos;
      const BillMapping* mapping =
          text.find("/25,") != std::string::npos ? &people : &plain;
      const bool correction =
          entry.path().filename().string().starts_with("correction_");
      const auto count = [&](const BillRow& row) {
        // Of a closed period, on a later invoice.
        EXPECT_EQ(row.correction, correction) << entry.path();
        if (!correction) return absl::OkStatus();
        ++corrections;
        EXPECT_LT(row.charge_end_us, row.billing_start_us);
        EXPECT_EQ(row.invoice_id, "INV-20250601-20250701");
        EXPECT_EQ(row.pricing_quantity.has_value(),
                  row.category == ChargeCategory::kUsage);
        return absl::OkStatus();
      };
      const auto bill = ReadContents({text}, count, table ? nullptr : mapping);
      if (!bill.ok()) {
        refused.push_back(entry.path().filename().string() + ": " +
                          std::string(bill.status().message()));
        continue;
      }
      ++read;
      commitments += bill->commitments.size();
      EXPECT_EQ(bill->summary.rows == 0, table) << entry.path();
    }
  }
  std::sort(refused.begin(), refused.end());
  const std::string hour =
      ": ChargePeriodEnd: \"2023-02-01T30:00:00Z\" has an hour beyond 23";
  EXPECT_EQ(
      refused,
      (std::vector<std::string>{
          "commitment_discount_purchase_scenario_2.csv: 0.csv:4" + hour,
          "commitment_discount_purchase_scenario_3.csv: 0.csv:5" + hour}));
  EXPECT_EQ(read, 29);
  EXPECT_EQ(commitments, 6u);
  EXPECT_EQ(corrections, 6);
}

std::string MemberOf(std::string_view object, std::string_view key) {
  JsonCell cell;
  EXPECT_TRUE(cell.Parse(object)) << key;
  for (const JsonCell::Member& member : cell.members()) {
    if (member.key == key) return std::string(member.value);
  }
  return "";
}

// The values that a requirement lists: A is 'x' | A is 'y'.
std::set<std::string> ListedValues(const std::string& requirement) {
  std::set<std::string> values;
  const std::vector<std::string> parts = absl::StrSplit(requirement, '\'');
  for (size_t i = 1; i < parts.size(); i += 2) values.insert(parts[i]);
  return values;
}

std::set<std::string> AllowedValues(const std::string& column) {
  std::set<std::string> values;
  const std::string text = MemberOf(column, "allowed_values");
  JsonCell list;
  if (!list.ParseArray(text)) return values;
  for (const JsonCell::Member& value : list.members()) {
    values.emplace(list.TextOf(value));
  }
  return values;
}

// The rules are of 1.2, and bill check runs them on bills of 1.4: of columns
// that both have, what rules say of levels, nulls and values is what 1.4 says.
TEST(FocusModelTest, WhatTheRulesSayOfColumnsHoldsIn14) {
  const std::string path =
      SharedData() + "/focus/focus-1.4-model/focus_1_4_model.json";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "no " << path << ": set DRAWDOWN_SHARED_DATA";
  }
  const std::string columns = MemberOf(
      MemberOf(MemberOf(*ReadWholeFile(path), "datasets"), "Cost and Usage"),
      "columns");
  int levels = 0;
  int nulls = 0;
  int values = 0;
  for (const std::string_view line : RuleLines()) {
    const std::vector<std::string> fields =
        absl::StrSplit(absl::string_view(line.data(), line.size()), '~');
    const std::string& id = fields[0];
    const std::string& requirement = fields[4];
    const size_t from = requirement.starts_with('(') ? 1 : 0;
    const std::string name =
        requirement.substr(from, requirement.find(' ') - from);
    const std::string column = MemberOf(columns, name);
    if (column.empty()) continue;
    if (requirement == name + " present") {
      ++levels;
      EXPECT_EQ(MemberOf(column, "feature_level") == "Mandatory",
                id.ends_with("-M"))
          << id;
    } else if (requirement == name + " not null" && fields[2] == "must" &&
               fields[3].empty()) {
      ++nulls;
      EXPECT_EQ(MemberOf(column, "allows_nulls"), "false") << id;
    } else if (requirement.find(name + " is '") == from &&
               fields[3] == name + " not null") {
      ++values;
      EXPECT_EQ(ListedValues(requirement), AllowedValues(column)) << id;
    }
  }
  EXPECT_EQ(levels, 71);
  EXPECT_EQ(nulls, 19);
  EXPECT_EQ(values, 9);
}

}  // namespace
}  // namespace drawdown
