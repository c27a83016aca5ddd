// Bills whose files are of several versions of FOCUS: each is read, and its
// rules are checked, by its own.
#include <map>
#include <string>
#include <vector>

#include "bill/rule_checker.h"
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
    const std::string name = std::to_string(files.size()) + ".csv";
    files.push_back({MemorySource(name, text), "", {}});
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
  const std::string counts =
      std::to_string(rule.failed) + " of " + std::to_string(rule.rows);
  switch (rule.outcome) {
    case Outcome::kPassed:
      return "passed " + counts;
    case Outcome::kFailed:
      return "failed " + counts;
    case Outcome::kNotApplicable:
      return "not applicable: " + rule.reason;
    case Outcome::kNotExecutable:
      break;
  }
  return "not executable: " + rule.reason;
}

// 1.0 and 1.2.
const BillCells kOld = GoodRow();
const BillCells kNew =
    With(GoodRow(), {{"InvoiceId", "I"}, {"BillingAccountType", "Payer"}});

// A provider that moves to a newer version between two months.
TEST(VersionsTest, FilesOfFocusAreReadEachByItsVersion) {
  const std::string old = BillText({GoodRow()});
  const std::string now =
      BillText({With(GoodRow(), {{"InvoiceId", "I"}, {"BilledCost", "3"}})});
  for (const auto& texts : {std::vector<std::string>{old, now, old},
                            std::vector<std::string>{now, old, old}}) {
    const auto summary = ReadTexts(texts);
    ASSERT_TRUE(summary.ok()) << summary.status();
    EXPECT_EQ(summary->version, "1.0, 1.2");
    EXPECT_THAT(summary->version_reason,
                HasSubstr("files of several versions"));
    EXPECT_EQ(summary->files[2].version, "1.0");
    EXPECT_EQ(FormatMoney(summary->by_currency.at("USD").billed_cost), "35.8");
  }
}

TEST(VersionsTest, FilesOfSeveralVersionsThatAreOfTheSameTimeAreNoted) {
  const auto in = [](BillCells row, const char* month, bool newer) {
    const std::string start = std::string("2026-") + month + "-01T00:00:00Z";
    const std::string end = std::string("2026-") + month + "-02T00:00:00Z";
    row = With(row, {{"ChargePeriodStart", start}, {"ChargePeriodEnd", end}});
    return BillText({newer ? With(row, {{"InvoiceId", "I"}}) : row});
  };
  const std::string october = in(GoodRow(), "10", false);
  const std::string newer = in(GoodRow(), "10", true);
  const std::string september = in(GoodRow(), "09", false);
  const std::string empty = newer.substr(0, newer.find('\n') + 1);
  for (const auto& texts : {std::vector<std::string>{october, october},
                            {september, newer},
                            {newer, september},
                            {september, newer, in(GoodRow(), "11", false)},
                            {october, empty}}) {
    EXPECT_NE(ReadTexts(texts)->version_reason, kMixedCharges) << texts.front();
  }
  for (const auto& texts : {std::vector<std::string>{september, october, newer},
                            {newer, october, september},
                            {october, newer}}) {
    const auto summary = ReadTexts(texts);
    EXPECT_EQ(summary->version, "1.0, 1.2");
    EXPECT_EQ(summary->version_reason, kMixedCharges) << texts.front();
  }
  const auto summary = ReadTexts({october, september});
  EXPECT_EQ(FormatInstant(summary->first_charge_us), "2026-09-01T00:00:00Z");
  EXPECT_EQ(FormatInstant(summary->last_charge_us), "2026-10-02T00:00:00Z");
}

// What is in which file, and in which order, changes no note; what is of
// another account or hour is not of one time. A provider of another name may be
// the same one.
TEST(VersionsTest, OneTimeIsAnHourOfAnAccount) {
  const auto row = [](const BillCells& of, const std::string& start,
                      const std::string& end, bool newer) {
    const BillCells in =
        With(of, {{"ChargePeriodStart", start}, {"ChargePeriodEnd", end}});
    return newer ? With(in, {{"InvoiceId", "I"}}) : in;
  };
  const auto mixed = [](const std::vector<std::string>& texts) {
    return ReadTexts(texts)->version_reason == kMixedCharges;
  };
  const BillCells good = GoodRow();
  const std::string t = "2026-10-05T12:00:00Z";
  const std::string next = "2026-10-05T13:00:00Z";
  const std::string empty = BillText({row(good, t, t, true)});
  const std::string hour = BillText({row(good, t, next, false)});
  EXPECT_TRUE(mixed({empty, hour}));
  EXPECT_TRUE(mixed({hour, empty}));

  const BillCells before =
      row(good, "2026-09-01T00:00:00Z", "2026-09-02T00:00:00Z", false);
  const BillCells after =
      row(good, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", false);
  EXPECT_FALSE(mixed({BillText({before, after}), empty}));
  EXPECT_FALSE(mixed({BillText({before}), BillText({after}), empty}));

  const std::string start = "2026-10-05T13:00:00Z";
  EXPECT_FALSE(mixed({hour, BillText({row(good, start, start, true)})}));
  const BillCells other = With(good, {{"BillingAccountId", "another"}});
  EXPECT_FALSE(mixed({hour, BillText({row(other, t, next, true)})}));
  const BillCells spelled = With(good, {{"ProviderName", "another"}});
  EXPECT_TRUE(mixed({hour, BillText({row(spelled, t, next, true)})}));
}

// Of more hours of accounts than are told apart, hours alone are.
TEST(VersionsTest, OfTooManyAccountsTheHourIsTheTime) {
  std::vector<BillCells> many;
  for (int i = 0; i <= 65'536; ++i) {
    many.push_back(With(GoodRow(), {{"BillingAccountId", std::to_string(i)}}));
  }
  const std::string old = BillText(many);
  const BillCells newer =
      With(GoodRow(), {{"BillingAccountId", "another"}, {"InvoiceId", "I"}});
  const std::string same = BillText({newer});
  const std::string other =
      BillText({With(newer, {{"ChargePeriodStart", "2026-10-09T00:00:00Z"},
                             {"ChargePeriodEnd", "2026-10-10T00:00:00Z"}})});
  EXPECT_EQ(ReadTexts({old, same})->version_reason, kMixedCharges);
  EXPECT_EQ(ReadTexts({same, old})->version_reason, kMixedCharges);
  EXPECT_NE(ReadTexts({old, other})->version_reason, kMixedCharges);
}

TEST(RuleVersionsTest, ARuleIsOfTheFilesWhoseVersionHasIt) {
  const BillCells without = With(kNew, {{"BillingAccountType", ""}});
  for (const auto& texts :
       {std::vector<std::string>{BillText({kOld, kOld}), BillText({without})},
        {BillText({without}), BillText({kOld, kOld})}}) {
    const auto rules = Checked(texts);
    // A column of 1.2: the rows of 1.0 neither break nor keep its rules.
    EXPECT_EQ(Shown(rules.at("BillingAccountType-C-005-C")), "failed 1 of 1");
    // A column of both.
    EXPECT_EQ(Shown(rules.at("BilledCost-C-003-M")), "passed 0 of 3");
    EXPECT_EQ(Shown(rules.at("CAU-ContractApplied-C-001-M")),
              "not applicable: FOCUS 1.2 has no ContractApplied, which came "
              "with 1.3");
  }
}

// That a rule did not run for want of a column is not that it is no rule.
TEST(RuleVersionsTest, WhatAVersionHasAndNoFileShowsIsNotExecutable) {
  const BillCells bare = Without(kNew, "BillingAccountType");
  for (const auto& texts :
       {std::vector<std::string>{BillText({kOld}), BillText({bare})},
        {BillText({bare}), BillText({kOld})}}) {
    EXPECT_EQ(Shown(Checked(texts).at("BillingAccountType-C-005-C")),
              "not executable: no column BillingAccountType");
    EXPECT_EQ(Shown(Checked(texts).at("InvoiceId-C-006-O")),
              "not executable: a permission: there is nothing to break");
  }
}

// Nothing of what a file before it said holds for one whose version has not
// the rule, though another's has.
TEST(RuleVersionsTest, ManyFiles) {
  const auto rules = Checked(
      {BillText({kNew}), BillText({kOld}), BillText({kNew}), BillText({kOld})});
  EXPECT_EQ(Shown(rules.at("BillingAccountType-C-005-C")), "passed 0 of 2");
  EXPECT_EQ(Shown(rules.at("BilledCost-C-003-M")), "passed 0 of 4");
}

// One commitment has one unit, in whatever file: what is remembered is of all.
TEST(RuleVersionsTest, WhatFilesSayTogether) {
  const BillCells hours =
      With(kOld, {{"CommitmentDiscountId", "c"},
                  {"CommitmentDiscountQuantity", "1"},  // since 1.1
                  {"CommitmentDiscountUnit", "Hours"}});
  const BillCells money =
      With(With(kNew, hours), {{"CommitmentDiscountUnit", "USD"}});
  EXPECT_EQ(Shown(Checked({BillText({hours}), BillText({money})})
                      .at("CommitmentDiscountUnit-C-008-M")),
            "failed 1 of 2");
}

// In whichever order files come, with one reason each.
TEST(RuleVersionsTest, WhyARuleDidNotRunDependsOnNoOrder) {
  const std::string old = BillText({kOld});
  const std::string now = BillText({Without(kNew, "BillingAccountType")});
  const std::string bare = BillText({Without(kOld, "SkuPriceId")});
  const auto reasons = [](const std::vector<std::string>& texts) {
    std::map<std::string, std::string> shown;
    for (const auto& [id, rule] : Checked(texts)) shown[id] = rule.reason;
    return shown;
  };
  EXPECT_EQ(reasons({old, now}), reasons({now, old}));
  EXPECT_EQ(reasons({old, bare, now}), reasons({now, bare, old}));
  const std::string unpriced = BillText({Without(kOld, "ListUnitPrice")});
  EXPECT_EQ(reasons({unpriced, bare}), reasons({bare, unpriced}));
}

}  // namespace
}  // namespace drawdown
