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
    case Outcome::kNotApplicable:
      return "not applicable: " + rule.reason;
    case Outcome::kNotExecutable:
      break;
  }
  return "not executable: " + rule.reason;
}

bool HasRun(const BillRule& rule) {
  return rule.outcome == Outcome::kPassed || rule.outcome == Outcome::kFailed;
}

TEST(RuleCheckerTest, KnowsEveryRuleOfTheModelThatIsNotOnlyAList) {
  const auto rules = Checked({BillText({GoodRow()})});
  EXPECT_EQ(rules.size(), 478u);
  size_t official = 0;
  size_t ours = 0;
  for (const auto& [id, rule] : rules) {
    EXPECT_FALSE(rule.text.empty()) << id;
    EXPECT_EQ(rule.reason.empty(), HasRun(rule)) << id;
    if (rule.official) ++official;
    if (!rule.official && HasRun(rule)) ++ours;
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

// A bill of each version, with as few of its columns as tell it.
std::map<std::string, BillRule> CheckedAs(const std::string& version) {
  BillCells row = GoodRow();
  if (version == "1.2") row = With(row, {{"InvoiceId", "i-1"}});
  if (version >= "1.3") {
    row = With(row, {{"ServiceProviderName", "AWS"},
                     {"HostProviderName", "AWS"},
                     {"InvoiceId", "i-1"}});
  }
  // Which 1.4 took away: a name in them is of nobody.
  if (version == "1.4") {
    row = With(row, {{"ProviderName", ""},
                     {"PublisherName", ""},
                     {"InvoiceDetailId", "d-1"}});
  }
  RuleChecker checker;
  std::vector<BillInput> files;
  files.push_back({MemorySource("f.csv", BillText({row})), "", {}});
  const auto bill = ReadBill(
      files, [](const BillRow&) { return absl::OkStatus(); }, nullptr, nullptr,
      &checker);
  EXPECT_TRUE(bill.ok()) << bill.status();
  EXPECT_EQ(bill->summary.version, version);
  std::map<std::string, BillRule> rules;
  for (const BillRule& rule : checker.Finish()) rules[rule.id] = rule;
  return rules;
}

size_t CountOf(const std::map<std::string, BillRule>& rules, Outcome outcome) {
  size_t count = 0;
  for (const auto& [id, rule] : rules) count += rule.outcome == outcome;
  return count;
}

TEST(RuleCheckerTest, RulesAreThoseOfTheVersion) {
  const auto of10 = CheckedAs("1.0");
  EXPECT_EQ(Shown(of10.at("CostAndUsage-D-033-O")),
            "not applicable: FOCUS 1.0 has no InvoiceId, which came with 1.2");
  EXPECT_EQ(Shown(of10.at("CommitmentDiscountUnit-C-005-C")),
            "not applicable: FOCUS 1.0 has no CommitmentDiscountQuantity, "
            "which came with 1.1");
  // What no data shows is not of the version either, nor what is permitted.
  for (const char* id : {"InvoiceId-C-006-O", "SkuPriceDetails-C-015-O"}) {
    EXPECT_EQ(of10.at(id).outcome, Outcome::kNotApplicable) << id;
  }
  EXPECT_EQ(Shown(of10.at("PublisherName-C-003-M")), "passed 1");
  EXPECT_EQ(CountOf(of10, Outcome::kFailed), 0u);

  const auto of12 = CheckedAs("1.2");
  EXPECT_EQ(Shown(of12.at("CostAndUsage-D-033-O")), "passed 0");
  EXPECT_EQ(CountOf(of12, Outcome::kNotApplicable), 0u);
  EXPECT_EQ(CountOf(of12, Outcome::kFailed), 0u);

  // Deprecated there, and still to be no null where it is.
  const auto of13 = CheckedAs("1.3");
  EXPECT_EQ(Shown(of13.at("PublisherName-C-003-M")), "passed 1");
  EXPECT_EQ(CountOf(of13, Outcome::kNotApplicable), 0u);
  EXPECT_EQ(CountOf(of13, Outcome::kFailed), 0u);

  const auto of14 = CheckedAs("1.4");
  for (const char* id : {"PublisherName-C-003-M", "CostAndUsage-D-021-M"}) {
    EXPECT_EQ(Shown(of14.at(id)),
              "not applicable: FOCUS 1.4 has no PublisherName, which went "
              "after 1.3");
  }
  EXPECT_EQ(Shown(of14.at("ProviderName-C-003-M")),
            "not applicable: FOCUS 1.4 has no ProviderName, which went after "
            "1.3");
  EXPECT_EQ(CountOf(of14, Outcome::kNotApplicable), 8u);
  EXPECT_EQ(CountOf(of14, Outcome::kFailed), 0u);
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
