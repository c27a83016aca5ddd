// The rules of FOCUS, by id. What each says is in rules_1_2.cc.
#include "bill/rule_checker.h"

#include <set>

#include "base/error.h"
#include "bill/rules.h"
#include "bill_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;
using Outcome = BillRule::Outcome;

std::map<std::string, BillRule> Checked(const std::vector<std::string>& texts) {
  RuleChecker checker;
  std::vector<BillInput> files;
  for (const std::string& text : texts) {
    files.push_back({MemorySource("f.csv", text), "", {}});
  }
  const auto bill = ReadBill(
      files, [](const BillRow&) { return absl::OkStatus(); }, nullptr, nullptr,
      &checker);
  EXPECT_TRUE(bill.ok()) << bill.status();
  std::map<std::string, BillRule> rules;
  for (const BillRule& rule : checker.Finish()) rules[rule.id] = rule;
  return rules;
}

std::string Shown(const BillRule& rule) {
  switch (rule.outcome) {
    case Outcome::kPassed:
      return "passed " + std::to_string(rule.rows);
    case Outcome::kFailed:
      return "failed " + std::to_string(rule.failed) + " of " +
             std::to_string(rule.rows);
    case Outcome::kNotExecutable:
      break;
  }
  return "not executable: " + rule.reason;
}

TEST(RuleCheckerTest, KnowsEveryRuleOfTheModelThatIsNotOnlyAList) {
  const auto rules = Checked({BillText({GoodRow()})});
  EXPECT_EQ(rules.size(), 478u);
  size_t official = 0;
  size_t ours = 0;
  for (const auto& [id, rule] : rules) {
    EXPECT_FALSE(rule.text.empty()) << id;
    EXPECT_EQ(rule.reason.empty(), rule.outcome != Outcome::kNotExecutable)
        << id;
    if (rule.official) ++official;
    if (!rule.official && rule.outcome != Outcome::kNotExecutable) ++ours;
  }
  EXPECT_EQ(official, 277u);
  EXPECT_GE(ours, 15u);
  // A dataset of all columns runs 273 and 34 of them.
  size_t executable = 0;
  size_t executable_ours = 0;
  for (const std::string_view part : RuleTexts()) {
    for (size_t at = 0; at < part.size();) {
      const size_t end = std::min(part.find('\n', at), part.size());
      std::vector<std::string> fields = {""};
      for (const char c : part.substr(at, end - at)) {
        if (c == '~') {
          fields.emplace_back();
        } else {
          fields.back() += c;
        }
      }
      ASSERT_EQ(fields.size(), 7u) << fields[0];
      EXPECT_TRUE(ParseRule(fields[3]) && ParseRule(fields[4])) << fields[0];
      if (!fields[4].empty()) {
        ++(fields[1] == "official" ? executable : executable_ours);
      }
      at = end + 1;
    }
  }
  EXPECT_EQ(executable, 273u);
  EXPECT_EQ(executable_ours, 34u);
}

struct Broken {
  std::string rule;
  BillCells changes;
};

// A row that keeps a rule, and what breaks it.
TEST(RuleCheckerTest, EachRuleIsBrokenByTheRowThatBreaksIt) {
  const BillCells row =
      With(GoodRow(), {{"ContractedUnitPrice", "2.05"},
                       {"ConsumedQuantity", "8"},
                       {"ConsumedUnit", "Hours"},
                       {"CommitmentDiscountId", ""},
                       {"CommitmentDiscountStatus", ""},
                       {"CommitmentDiscountQuantity", ""},
                       {"CommitmentDiscountUnit", ""},
                       {"PricingCategory", "Standard"},
                       {"ResourceId", "r"},
                       {"SkuId", "S"},
                       {"Tags", "{}"},
                       {"SkuPriceDetails", R"({"GpuCount":8,"x_More":1})"},
                       {"CapacityReservationId", ""},
                       {"CapacityReservationStatus", ""}});
  const BillCells committed = {{"CommitmentDiscountId", "c"},
                               {"CommitmentDiscountStatus", "Used"},
                               {"PricingCategory", "Committed"},
                               {"BilledCost", "0"}};
  const BillCells unused = {{"CommitmentDiscountId", "c"},
                            {"CommitmentDiscountStatus", "Unused"},
                            {"ConsumedQuantity", ""}};
  const BillCells bought = {{"CommitmentDiscountId", "c"},
                            {"ChargeCategory", "Purchase"},
                            {"EffectiveCost", "0"},
                            {"ResourceId", "c"}};
  const BillCells credit = {{"ChargeCategory", "Credit"},
                            {"ListUnitPrice", ""},
                            {"ContractedUnitPrice", ""},
                            {"ListCost", "16.40"}};
  const auto also = [](BillCells base, const BillCells& more) {
    return With(std::move(base), more);
  };
  const std::vector<Broken> cases = {
      {"ListCost-C-009-C", {{"ListCost", "32.81"}}},
      {"ContractedCost-C-009-C", {{"ContractedUnitPrice", "2.06"}}},
      {"ListUnitPrice-C-005-C", {{"ListUnitPrice", ""}}},
      {"ListUnitPrice-C-008-M", {{"ListUnitPrice", "-4.10"}}},
      {"PricingUnit-C-006-C", {{"PricingUnit", ""}}},
      {"ConsumedQuantity-C-006-C", {{"ConsumedQuantity", ""}}},
      {"ConsumedUnit-C-005-C", {{"ConsumedQuantity", ""}}},
      {"ChargeFrequency-C-004-C", {{"ChargeCategory", "Purchase"}}},
      {"SkuPriceId-C-005-C", {{"SkuPriceId", ""}}},
      {"SkuPriceDetails-C-017-C", {{"SkuPriceDetails", R"({"Gpus":8})"}}},
      {"Tags-C-001-M", {{"Tags", R"({"a":{}})"}}},
      {"ChargeClass-C-003-C", {{"ChargeClass", "Correction"}}},
      {"EffectiveCost-C-010-C", also(credit, {{"EffectiveCost", "1"}})},
      {"ListCost-C-008-C", also(credit, {{"ListCost", "1"}})},
      {"ContractedCost-C-008-C", also(credit, {{"ContractedCost", "1"}})},
      {"EffectiveCost-C-005-C", also(bought, {{"EffectiveCost", "1"}})},
      {"DiscountHandling-A-012-C", also(bought, {{"ResourceId", "r"}})},
      {"DiscountHandling-A-006-C",
       also(committed, {{"CommitmentDiscountId", ""}})},
      {"DiscountHandling-A-009-C", also(committed, {{"BilledCost", "1"}})},
      {"DiscountHandling-A-018-C", also(unused, {{"ChargeCategory", "Tax"}})},
      {"DiscountHandling-A-019-C", unused},
      {"CommitmentDiscountStatus-C-003-C",
       {{"CommitmentDiscountStatus", "Used"}}},
      {"CommitmentDiscountStatus-C-004-C", {{"CommitmentDiscountId", "c"}}},
      {"EffectiveCost-C-013-C", {{"CommitmentDiscountId", "c"}}},
      {"CommitmentDiscountQuantity-C-005-C", committed},
      {"CapacityReservationStatus-C-003-C",
       {{"CapacityReservationStatus", "Unused"}}},
      {"DateTimeFormat-A-004-M", {{"ChargePeriodEnd", "2026-10-03 13:00:00"}}},
      {"DateTimeFormat-A-006-M", {{"ChargePeriodEnd", "2026-10-03T13:00:00"}}},
      {"NumericFormat-A-006-M", {{"PricingQuantity", "8e+0"}}},
      {"NullHandling-A-002-M", {{"RegionId", "N/A"}}},
  };
  // Every row has the columns of every case.
  const BillCells base = With(row, {{"RegionId", "us"}});
  const auto kept = Checked({BillText({base})});
  for (const Broken& test : cases) {
    EXPECT_NE(kept.at(test.rule).outcome, Outcome::kFailed)
        << test.rule << ": " << Shown(kept.at(test.rule));
    const BillRule broken =
        Checked({BillText({base, With(base, test.changes)})}).at(test.rule);
    EXPECT_EQ(broken.outcome, Outcome::kFailed)
        << test.rule << ": " << Shown(broken);
    EXPECT_EQ(broken.failed, 1u) << test.rule;
    ASSERT_EQ(broken.examples.size(), 1u) << test.rule;
    EXPECT_THAT(broken.examples[0], HasSubstr("f.csv:3: ")) << test.rule;
  }
}

TEST(RuleCheckerTest, WhatCannotRunHasNotPassed) {
  const auto rules = Checked({BillText({Without(GoodRow(), "ListCost")})});
  EXPECT_EQ(Shown(rules.at("ListCost-C-009-C")),
            "not executable: no column ListCost");
  EXPECT_EQ(Shown(rules.at("BilledCost-C-007-M")),
            "not executable: needs the invoice: reconcile compares it");
  EXPECT_EQ(Shown(rules.at("PricingQuantity-C-006-O")),
            "not executable: a permission: there is nothing to break");
  EXPECT_EQ(Shown(rules.at("BilledCost-C-006-M")),
            "not executable: the data of a bill does not show it");
}

TEST(RuleCheckerTest, ABillWithoutChargesShowsNothing) {
  const auto rules =
      Checked({"InvoiceIssuerName,BillingPeriodStart,BillingPeriodEnd,"
               "BillingPeriodStatus\n"});
  for (const auto& [id, rule] : rules) {
    EXPECT_EQ(rule.outcome, Outcome::kNotExecutable) << id;
    EXPECT_FALSE(rule.reason.empty()) << id;
  }
  EXPECT_EQ(Shown(rules.at("ListCost-C-009-C")),
            "not executable: the bill has no file of charges");
}

TEST(RuleCheckerTest, ColumnsThatTheVersionDemandsMustBeThere) {
  const auto rules = Checked({BillText({Without(GoodRow(), "ListCost")})});
  size_t missing = 0;
  for (const auto& [id, rule] : rules) {
    if (rule.outcome != Outcome::kFailed) continue;
    ++missing;
    EXPECT_EQ(rule.examples.at(0), "f.csv:1: no column ListCost");
  }
  EXPECT_EQ(missing, 1u);
}

TEST(RuleCheckerTest, OneUnitForOneCommitment) {
  const BillCells row = With(GoodRow(), {{"CommitmentDiscountId", "c"},
                                         {"CommitmentDiscountUnit", "USD"}});
  const auto rules = Checked(
      {BillText({row, row, With(row, {{"CommitmentDiscountUnit", "Hours"}}),
                 With(row, {{"CommitmentDiscountId", "d"}})})});
  EXPECT_EQ(Shown(rules.at("CommitmentDiscountUnit-C-008-M")), "failed 1 of 4");
}

TEST(RuleCheckerTest, APriceIsComparedToTheLastPublishedPlace) {
  const BillCells row = With(GoodRow(), {{"ListUnitPrice", "0.333"},
                                         {"PricingQuantity", "1"},
                                         {"ListCost", "0.33"}});
  EXPECT_EQ(Shown(Checked({BillText({row})}).at("ListCost-C-009-C")),
            "passed 1");
  // Another row shows that the provider publishes three places.
  const BillCells finer = With(row, {{"ListCost", "0.333"}});
  EXPECT_EQ(Shown(Checked({BillText({row, finer})}).at("ListCost-C-009-C")),
            "failed 1 of 2");
}

TEST(RuleExpressionTest, WhatIsNoExpressionIsRefused) {
  EXPECT_TRUE(ParseRule(""));
  EXPECT_TRUE(
      ParseRule("(BilledCost is '0' | BilledCost is null) & Tags text"));
  for (const char* text :
       {"BilledCost", "BilledCost is", "BilledCost is 'x", "Cost is null",
        "(BilledCost is null", "BilledCost is null)", "BilledCost is null &",
        "A * B = C", "distinct SkuId SkuPriceId 2", "every day",
        "BilledCost = Cost"}) {
    EXPECT_FALSE(ParseRule(text)) << text;
  }
}

TEST(RuleCheckerTest, OnlyFocusIsChecked) {
  RuleChecker checker;
  std::vector<BillInput> files;
  files.push_back({MemorySource("f.csv",
                                "ChargeType,MeterId,UnitOfMeasure,"
                                "Quantity,Date,BillingPeriodStartDate,"
                                "BillingPeriodEndDate,BillingCurrency"
                                "\n"),
                   "azure-actual",
                   {}});
  const auto bill = ReadBill(
      files, [](const BillRow&) { return absl::OkStatus(); }, nullptr, nullptr,
      &checker);
  EXPECT_EQ(GetErrorCode(bill.status()), ErrorCode::kUnknownFormat);
}

}  // namespace
}  // namespace drawdown
