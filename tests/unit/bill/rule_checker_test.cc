// The rules of FOCUS, by id. What each says is in rules_1_*.cc.
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
  EXPECT_EQ(rules.size(), 563u);
  size_t official = 0;
  size_t ours = 0;
  for (const auto& [id, rule] : rules) {
    EXPECT_FALSE(rule.text.empty()) << id;
    EXPECT_EQ(rule.reason.empty(), HasRun(rule)) << id;
    if (rule.official) ++official;
    if (!rule.official && HasRun(rule)) ++ours;
  }
  EXPECT_EQ(official, 314u);
  EXPECT_GE(ours, 15u);
  // A dataset of all columns runs 309 and 88 of them.
  size_t executable = 0;
  size_t executable_ours = 0;
  for (const std::string_view line : RuleLines()) {
    std::vector<std::string> fields = {""};
    for (const char c : line) {
      if (c == '~') {
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    ASSERT_EQ(fields.size(), 7u) << fields[0];
    EXPECT_TRUE(ParseRule(fields[3]) && ParseRule(fields[4])) << fields[0];
    // What is not executed says why: one of three.
    const bool permission = fields[2] == "may";
    EXPECT_EQ(fields[4].empty() && !permission, !fields[5].empty())
        << fields[0];
    if (!fields[4].empty()) {
      ++(fields[1].starts_with("official") ? executable : executable_ours);
    }
  }
  EXPECT_EQ(executable, 309u);
  EXPECT_EQ(executable_ours, 88u);
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
      {"NullHandling-A-001-C", {{"RegionId", " "}}},
      {"StringHandling-A-007-M", {{"ServiceName", "  "}}},
      {"UnitFormat-A-001-M", {{"PricingUnit", "1.5 Hours"}}},
      {"UnitFormat-A-003-M", {{"ConsumedUnit", "Core-hours"}}},
      {"KeyValueFormat-A-001-M", {{"Tags", "[]"}}},
      {"KeyValueFormat-A-002-M", {{"Tags", R"({"a":"1","a":"2"})"}}},
      {"KeyValueFormat-A-003-M", {{"Tags", R"({"a":[1]})"}}},
      {"KeyValueFormat-A-004-M", {{"SkuPriceDetails", R"({"x_A":{}})"}}},
      {"DiscountHandling-A-014-C", {{"PricingCategory", "Committed"}}},
      {"DiscountHandling-A-015-C",
       also(committed, {{"CommitmentDiscountId", ""}})},
      {"DiscountHandling-A-016-C", also(committed, {{"ResourceId", ""}})},
      {"CommitmentDiscountId-C-005-C",
       also(committed, {{"CommitmentDiscountId", ""}})},
      {"PricingCategory-C-009-C",
       also(committed, {{"PricingCategory", "Standard"}})},
      {"SkuMeter-C-006-O", {{"SkuMeter", "Another"}}},
      {"ResourceId-C-005-C", {{"ResourceId", ""}}},
      {"ResourceName-C-004-C", {{"ResourceId", ""}}},
      {"RegionId-C-004-C", {{"RegionId", ""}}},
      {"SubAccountId-C-005-C", {{"SubAccountId", ""}}},
      {"SkuPriceDetails-C-002-O", {{"SkuPriceDetails", R"({"x_more":1})"}}},
      {"SkuPriceDetails-C-007-M", {{"SkuPriceId", ""}}},
      {"SkuPriceDetails-C-010-C", {{"SkuPriceDetails", R"({"x_gpuCount":8})"}}},
      {"SkuPriceDetails-C-020-M", {{"SkuPriceDetails", R"({"GPUCount":8})"}}},
      {"SkuPriceDetails-C-021-M", {{"SkuPriceDetails", R"({"GpuCount":"8"})"}}},
      {"PricingCurrencyContractedUnitPrice-C-004-C",
       {{"ChargeCategory", "Tax"}}},
      {"PricingCurrencyContractedUnitPrice-C-005-C",
       {{"PricingCurrencyContractedUnitPrice", ""}}},
      {"PricingCurrencyContractedUnitPrice-C-008-C",
       {{"PricingCurrencyContractedUnitPrice", "-1"}}},
      {"BillingPeriodEnd-C-004-M",
       {{"BillingPeriodEnd", "2026-10-31T23:59:59Z"}}},
      {"ChargePeriodEnd-C-004-M",
       {{"ChargePeriodEnd", "2026-10-03T12:59:59Z"}}},
      {"CapacityReservationId-C-006-C",
       {{"CapacityReservationStatus", "Used"}}},
  };
  // Every row has the columns of every case.
  const BillCells base =
      With(row, {{"RegionId", "us"},
                 {"RegionName", "US"},
                 {"ResourceName", "r-name"},
                 {"SubAccountId", "5678"},
                 {"SubAccountName", "Five"},
                 {"SkuMeter", "Compute"},
                 {"PricingCurrency", "USD"},
                 {"PricingCurrencyContractedUnitPrice", "2.05"}});
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

// A row of 1.4 that keeps a rule of the columns that are new there, and what
// breaks it.
TEST(RuleCheckerTest, TheRulesOfNewerColumnsToo) {
  const char* const applied =
      R"({"Elements":[{"ContractId":"k","ContractCommitmentId":"c",)"
      R"("ContractCommitmentAppliedQuantity":8,)"
      R"("ContractCommitmentAppliedUnit":"GPU-Hours"}]})";
  const BillCells base = With(
      Without(Without(GoodRow(), "ProviderName"), "PublisherName"),
      {{"ServiceProviderName", "AWS"},
       {"HostProviderName", "AWS"},
       {"ContractApplied", applied},
       {"AllocatedMethodId", "m"},
       {"AllocatedMethodDetails", R"({"Elements":[{"AllocatedRatio":0.5}]})"},
       {"AllocatedResourceId", "pod"},
       {"AllocatedResourceName", "pod"},
       {"AllocatedTags", R"({"team":"a"})"},
       {"Tags", R"({"owner":"b"})"},
       {"InvoiceId", "i"},
       {"InvoiceDetailId", "d"},
       {"CommitmentProgramEligibilityDetails",
        R"({"CommitmentPrograms":[{"ProgramType":"Savings Plan"}]})"}});
  const BillCells unallocated = {{"AllocatedMethodId", ""},
                                 {"AllocatedMethodDetails", ""},
                                 {"AllocatedResourceId", ""},
                                 {"AllocatedResourceName", ""},
                                 {"AllocatedTags", ""}};
  const auto alone = [&](const std::string& column, const std::string& value) {
    return With(unallocated, {{column, value}});
  };
  const auto element = [](const std::string& members) {
    return "{\"Elements\":[{" + members + "}]}";
  };
  const std::string ids = R"("ContractId":"k","ContractCommitmentId":"c")";
  const std::string cost = R"(,"ContractCommitmentAppliedCost":1)";
  const std::string hours = R"(,"ContractCommitmentAppliedQuantity":1,)"
                            R"("ContractCommitmentAppliedUnit":"gpu hours")";
  const std::string shaped = "CAU-ContractAppliedObject-O-067-M";
  const std::string method = "CAU-AllocatedMethodDetails-C-007-C";
  const std::string program = "CAU-CommitmentProgramEligibilityDetails-C-009-C";
  const std::vector<Broken> cases = {
      {"CAU-ServiceProviderName-C-003-M",
       {{"ServiceProviderName", ""}, {"ProviderName", "AWS"}}},
      {"CAU-AllocatedMethodId-C-005-C", alone("AllocatedResourceId", "pod")},
      {"CAU-AllocatedResourceId-C-004-C", alone("AllocatedResourceId", "pod")},
      {"CAU-AllocatedResourceId-C-006-C", {{"AllocatedResourceId", ""}}},
      {"CAU-AllocatedResourceName-C-004-C", {{"AllocatedResourceId", ""}}},
      {"CAU-AllocatedResourceName-C-005-C", {{"AllocatedResourceName", ""}}},
      {"CAU-AllocatedMethodDetails-C-003-M", {{"AllocatedMethodDetails", "x"}}},
      {"CAU-AllocatedMethodDetails-C-005-C",
       alone("AllocatedMethodDetails", "{}")},
      {"CAU-AllocatedMethodDetails-C-006-C", {{"AllocatedMethodDetails", ""}}},
      {method, {{"AllocatedMethodDetails", element("")}}},
      {method,
       {{"AllocatedMethodDetails", element(R"("AllocatedRatio":1.01)")}}},
      {method,
       {{"AllocatedMethodDetails",
         element(R"("AllocatedRatio":1.5000000000000000000000001)")}}},
      {method,
       {{"AllocatedMethodDetails",
         element(R"("AllocatedRatio":1,"UsageQuantity":2)")}}},
      {"CAU-AllocatedTags-C-001-M", {{"AllocatedTags", R"({"a":[]})"}}},
      {"CAU-AllocatedTags-C-003-C", alone("AllocatedTags", "{}")},
      {"CAU-AllocatedTags-C-006-M", {{"AllocatedTags", R"({"owner":"a"})"}}},
      {"CAU-ContractApplied-C-001-M", {{"ContractApplied", "[]"}}},
      {shaped, {{"ContractApplied", element(ids)}}},
      {shaped, {{"ContractApplied", element(ids + cost + hours)}}},
      {shaped, {{"ContractApplied", element(ids + cost + R"(,"More":1)")}}},
      {shaped, {{"ContractApplied", R"({"Elements":[]})"}}},
      {shaped,
       {{"ContractApplied",
         R"({"Elements":[{"ContractId":1,"ContractCommitmentId":"c"}]})"}}},
      {"CAU-ContractAppliedObject-O-072-M",
       {{"ContractApplied",
         element(R"("ContractId":"l","ContractCommitmentId":"c")" + cost)}}},
      {"CAU-ContractAppliedObject-O-078-O",
       {{"ContractApplied", element(ids + hours)}}},
      {"CAU-InvoiceDetailId-C-004-C", {{"InvoiceId", ""}}},
      {"CAU-InvoiceDetailId-C-005-C", {{"InvoiceDetailId", ""}}},
      {program, {{"CommitmentProgramEligibilityDetails", "{}"}}},
      {program,
       {{"CommitmentProgramEligibilityDetails",
         R"({"CommitmentPrograms":[{}]})"}}},
  };
  const BillCells fine =
      With(base, {{"AllocatedMethodDetails",
                   element("\"AllocatedRatio\":1e-38,\"x_Note\":[]")}});
  const auto kept = Checked({BillText({base, fine, With(base, unallocated)})});
  for (const auto& [id, rule] : kept) {
    EXPECT_NE(rule.outcome, Outcome::kFailed)
        << id << ": " << Shown(rule) << " " << rule.examples.at(0);
  }
  for (const Broken& test : cases) {
    EXPECT_EQ(kept.at(test.rule).outcome, Outcome::kPassed) << test.rule;
    const BillCells changed = With(base, test.changes);
    BillCells first = base;
    if (changed.size() > base.size()) first.push_back({"ProviderName", "AWS"});
    const BillRule broken = Checked({BillText({first, changed})}).at(test.rule);
    EXPECT_EQ(Shown(broken), "failed 1 of " + std::to_string(broken.rows))
        << test.rule << " by " << test.changes.back().second;
  }
}

// As many keys as a field has room for, in both: 40 rows of them are no work.
TEST(RuleCheckerTest, ManyTagsAreComparedByTheirKeys) {
  const auto tags = [](char first) {
    std::string text = "{";
    for (int i = 0; i < 5'000; ++i) {
      text += '"' + (first + std::to_string(i)) + "\":1,";
    }
    text.back() = '}';
    return text;
  };
  const BillCells apart = With(GoodRow(), {{"InvoiceId", "i"},
                                           {"HostProviderName", "AWS"},
                                           {"ServiceProviderName", "AWS"},
                                           {"Tags", tags('a')},
                                           {"AllocatedTags", tags('b')}});
  const BillCells shared =
      With(apart, {{"AllocatedTags", R"({"c":1,"a4999":2})"}});
  std::vector<BillCells> rows(40, apart);
  rows.push_back(shared);
  EXPECT_EQ(Shown(Checked({BillText(rows)}).at("CAU-AllocatedTags-C-006-M")),
            "failed 1 of 41");
}

TEST(RuleCheckerTest, LongIdsAreToldApart) {
  const std::string id(60'000, 'k');
  const BillCells row = With(GoodRow(), {{"CommitmentDiscountId", id + "1"},
                                         {"CommitmentDiscountUnit", "Hours"}});
  const auto failed = [&](const BillCells& changes) {
    return Checked({BillText({row, With(row, changes)})})
        .at("CommitmentDiscountUnit-C-008-M")
        .failed;
  };
  EXPECT_EQ(failed({{"CommitmentDiscountUnit", "Days"}}), 1u);
  EXPECT_EQ(failed({{"CommitmentDiscountId", id + "2"},
                    {"CommitmentDiscountUnit", "Days"}}),
            0u);
}

TEST(RuleCheckerTest, NamesOfColumnsKeepRules) {
  const BillCells row = With(GoodRow(), {{"x_Discount", "1"}});
  const auto kept = Checked({BillText({row})});
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"ColumnHandling-A-001-M", "billing_note"},
      {"ColumnHandling-A-003-M", "Billing Note"},
      {"ColumnHandling-A-005-O", std::string(51, 'A')},
      {"ColumnHandling-A-010-M", "BillingNote"},
      {"ColumnHandling-A-011-O", "x_billing_note"},
      {"ColumnHandling-A-012-O", "RegionName"},
      {"ColumnHandling-A-013-O", "RegionName"}};
  for (const auto& [id, name] : cases) {
    EXPECT_EQ(Shown(kept.at(id)), "passed 0") << id;
    const BillRule broken =
        Checked({BillText({With(row, {{name, "1"}})})}).at(id);
    EXPECT_EQ(Shown(broken), "failed 1 of 0") << id;
    EXPECT_EQ(broken.examples,
              std::vector<std::string>{"f.csv:1: column \"" + name + "\""});
  }
}

TEST(RuleCheckerTest, ASecondInTheMiddleOfAnHourIsAnEnd) {
  const BillCells row =
      With(GoodRow(), {{"ChargePeriodStart", "2026-10-03T12:59:29Z"},
                       {"ChargePeriodEnd", "2026-10-03T12:59:59Z"}});
  EXPECT_EQ(Shown(Checked({BillText({row})}).at("ChargePeriodEnd-C-004-M")),
            "passed 1");
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
            "not executable: a number does not say in which currency it is");
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
  EXPECT_EQ(Shown(of12.at("CAU-CostAndUsage-D-076-M")),
            "not applicable: FOCUS 1.2 has no such rule, which came with 1.3");
  EXPECT_EQ(Shown(of12.at("CAU-ContractApplied-C-001-M")),
            "not applicable: FOCUS 1.2 has no ContractApplied, which came with "
            "1.3");
  // All that are newer, and no other.
  EXPECT_EQ(CountOf(of12, Outcome::kNotApplicable), 85u);
  EXPECT_EQ(CountOf(of12, Outcome::kFailed), 0u);

  // Deprecated there, and still to be no null where it is.
  const auto of13 = CheckedAs("1.3");
  EXPECT_EQ(Shown(of13.at("PublisherName-C-003-M")), "passed 1");
  EXPECT_EQ(Shown(of13.at("CAU-CostAndUsage-D-076-M")), "passed 0");
  EXPECT_EQ(Shown(of13.at("CAU-ContractAppliedObject-O-067-M")),
            "not applicable: FOCUS 1.3 has no such rule, which came with 1.4");
  EXPECT_EQ(CountOf(of13, Outcome::kNotApplicable), 31u);
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

TEST(RuleCheckerTest, ANewerVersionDemandsItsColumn) {
  const BillCells row =
      With(GoodRow(), {{"HostProviderName", "AWS"}, {"InvoiceId", "i"}});
  const BillRule rule =
      Checked({BillText({row})}).at("CAU-CostAndUsage-D-076-M");
  EXPECT_EQ(Shown(rule), "failed 1 of 0");
  EXPECT_EQ(rule.examples.at(0), "f.csv:1: no column ServiceProviderName");
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
