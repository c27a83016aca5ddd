#include "reconcile/checks.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using Outcome = ReconcileCheck::Outcome;
using ::testing::HasSubstr;

Scenario CoveredHour() {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, 1, "80").Build();
  return setup;
}

Outcome EffectiveOutcome(const Scenario& setup, const TestRow& row) {
  return CheckNamed(Reconcile(setup, {row}), "effective_cost").outcome;
}

TEST(ReconcileChecksTest, EffectiveCostIsTheCommitmentsPrice) {
  Scenario setup = CoveredHour();
  struct Case {
    const char* quantity;
    const char* effective;
    Outcome outcome;
  };
  const Case cases[] = {
      {"20", "164.00", Outcome::kPassed},
      {"20", "164.01", Outcome::kFailed},
      {"20", "0", Outcome::kFailed},
      {"20", "164.0", Outcome::kPassed},
      // Judged on the billed hours: a quantity break is not a price break too.
      {"21", "172.20", Outcome::kPassed},
      {"21", "164.00", Outcome::kFailed},
      {"20", "90000000000000000000",
       Outcome::kFailed},  // twice it does not fit
  };
  for (const Case& c : cases) {
    EXPECT_EQ(
        EffectiveOutcome(setup, CoveredRow(0, 1, c.quantity, c.effective)),
        c.outcome)
        << c.quantity << " " << c.effective;
  }
  setup.options.tolerance = Usd("0.01");
  EXPECT_EQ(EffectiveOutcome(setup, CoveredRow(0, 1, "20", "164.01")),
            Outcome::kPassed);
}

TEST(ReconcileChecksTest, EffectiveCostSaysBothAmounts) {
  const ReconcileResult result =
      Reconcile(CoveredHour(), {CoveredRow(0, 1, "20", "165")});
  EXPECT_EQ(CheckNamed(result, "effective_cost").detail,
            "gb200-reserved: EffectiveCost of covered usage is 165.00 USD, 80 "
            "GPU-hours at 2.05 USD are 164.00 USD");
  EXPECT_FALSE(result.clean());
}

// The outcomes and the details of all checks of this name.
std::vector<std::pair<Outcome, std::string>> EffectiveChecks(
    const Scenario& setup, const std::vector<TestRow>& rows) {
  std::vector<std::pair<Outcome, std::string>> found;
  for (const ReconcileCheck& check : Reconcile(setup, rows).checks) {
    if (check.name == "effective_cost") {
      found.emplace_back(check.outcome, check.detail);
    }
  }
  return found;
}

TEST(ReconcileChecksTest, UnusedHoursCarryWhatTheyWasteAndFeesNothing) {
  Scenario setup;
  setup.rated =
      BookBuilder().Covered(kGb200, 0, 1, "80").Unused(0, 1, "20").Build();
  TestRow fee = PurchaseRow(0, 1, "100", "205.00");
  TestRow unused = UnusedRow(0, 1, "5");
  const TestRow covered = CoveredRow(0, 1, "20", "164.00");
  using ::testing::ElementsAre;
  using ::testing::Pair;
  EXPECT_THAT(
      EffectiveChecks(setup, {fee, covered, unused}),
      ElementsAre(Pair(Outcome::kPassed, HasSubstr("covered usage is 164.00")),
                  Pair(Outcome::kPassed,
                       "gb200-reserved: EffectiveCost of unused hours is 41.00 "
                       "USD, 20 GPU-hours at 2.05 USD are 41.00 USD"),
                  Pair(Outcome::kPassed,
                       "gb200-reserved: EffectiveCost of fees is 0.00 USD, "
                       "what no usage and no unused row carries is 0.00 USD")));
  // Some providers' fees carry what no row says was left.
  EXPECT_THAT(EffectiveChecks(setup, {fee, covered}),
              ElementsAre(Pair(Outcome::kPassed, HasSubstr("covered")),
                          Pair(Outcome::kNotExecutable,
                               HasSubstr("no rows of unused hours"))));
  unused.effective = "0";
  fee.effective = "205.00";
  EXPECT_THAT(EffectiveChecks(setup, {fee, covered, unused}),
              ElementsAre(Pair(Outcome::kPassed, HasSubstr("covered")),
                          Pair(Outcome::kFailed, HasSubstr("unused")),
                          Pair(Outcome::kFailed, HasSubstr("fees"))));
  unused.quantity.reset();
  fee.amount = BilledAmount::kNone;
  EXPECT_THAT(EffectiveChecks(setup, {unused}),
              ElementsAre(Pair(Outcome::kNotExecutable,
                               HasSubstr("1 rows of unused hours carry no"))));
}

TEST(ReconcileChecksTest, ATrueUpCarriesItsOwnCost) {
  Scenario setup;
  Commitment& reserved = setup.contract.commitments[0];
  reserved.model = CommitmentModel::kDiscontinuous;
  reserved.interval = FulfilmentInterval::kMonthly;
  setup.rated = BookBuilder()
                    .Covered(kGb200, 0, 1, "80")
                    .Fee(ChargeKind::kShortfall, 0, 744, "20", "41", kReserved)
                    .Build();
  TestRow fee = PurchaseRow(0, 744, "80", "164.00");
  TestRow true_up = PurchaseRow(0, 744, "20", "41.00");
  const auto fees = [&] {
    return EffectiveChecks(setup, {fee, true_up}).at(0).first;
  };
  EXPECT_EQ(fees(), Outcome::kFailed);
  true_up.effective = "41.00";
  EXPECT_EQ(fees(), Outcome::kPassed);
  fee.effective = "164.00";
  EXPECT_EQ(fees(), Outcome::kFailed);
}

TEST(ReconcileChecksTest, WithoutItsInputACheckIsNotExecutable) {
  Scenario setup = CoveredHour();
  const ReconcileResult none =
      Reconcile(setup, {OnDemandRow(0, 1, "1", "4.10")});
  EXPECT_EQ(CheckNamed(none, "effective_cost").outcome,
            Outcome::kNotExecutable);
  EXPECT_EQ(CheckNamed(none, "commitment_purchases").outcome,
            Outcome::kNotExecutable);
  EXPECT_EQ(CheckNamed(none, "invoice_totals").outcome,
            Outcome::kNotExecutable);
  TestRow unmeasured = CoveredRow(0, 1, "20", "164.00");
  unmeasured.quantity.reset();
  EXPECT_EQ(EffectiveOutcome(setup, unmeasured), Outcome::kNotExecutable);
}

TEST(ReconcileChecksTest, ConservationFailsOnASummaryThatDiffers) {
  ReconcileResult result;
  Break item;
  item.currency = Code("USD");
  item.rows = 2;
  item.billed_cost = Usd("10");
  item.expected_cost = Usd("9");
  item.difference = Usd("1");
  StoredBreaks items;
  items.wholes = {item};
  const ItemSums sums = SumItems(items, &result);
  AddedRows added;
  added.rows = 2;
  added.billed["USD"] = Usd("10");
  BillSummary summary;
  summary.rows = 2;
  summary.by_currency["USD"].billed_cost = Usd("10");
  EXPECT_EQ(CheckConservation(result, sums, added, summary).outcome,
            Outcome::kPassed);

  BillSummary fewer = summary;
  fewer.rows = 1;
  EXPECT_EQ(CheckConservation(result, sums, added, fewer).outcome,
            Outcome::kFailed);
  BillSummary other = summary;
  other.by_currency["EUR"].billed_cost = Usd("1");
  EXPECT_EQ(CheckConservation(result, sums, added, other).outcome,
            Outcome::kFailed);
  AddedRows more = added;
  more.billed["USD"] = Usd("11");
  EXPECT_EQ(CheckConservation(result, sums, more, summary).outcome,
            Outcome::kFailed);
  AddedRows lost = added;
  lost.rows = 3;
  EXPECT_EQ(CheckConservation(result, sums, lost, summary).outcome,
            Outcome::kFailed);
  ReconcileResult wrong = result;
  wrong.totals.begin()->second.difference = Usd("2");
  EXPECT_EQ(CheckConservation(wrong, sums, added, summary).outcome,
            Outcome::kFailed);
}

TEST(ReconcileChecksTest, TotalsAreByCurrencyAndClass) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 2, "8").Build();
  const ReconcileResult result = Reconcile(
      setup,
      {OnDemandRow(0, 1, "2", "32.80"), OnDemandRow(1, 2, "3", "49.20")});
  const ClassTotal& matched = result.totals.at({"USD", BreakClass::kMatched});
  EXPECT_EQ(matched.items, 1u);
  EXPECT_EQ(FormatMoney(matched.billed_cost), "32.8");
  const ClassTotal& broken =
      result.totals.at({"USD", BreakClass::kQuantityBreak});
  EXPECT_EQ(FormatMoney(broken.difference), "16.4");
  EXPECT_EQ(FormatMoney(result.billed_total.at("USD")), "82");
  EXPECT_EQ(FormatMoney(result.expected_total.at("USD")), "65.6");
}

TEST(ReconcileChecksTest, ABillOfAnotherPeriodIsNotClean) {
  const auto other = [](int64_t by_us) {
    TestRow row = OnDemandRow(0, 1, "2", "32.80");
    for (int64_t* at : {&row.start_us, &row.end_us, &row.billing_start_us,
                        &row.billing_end_us}) {
      *at += by_us;
    }
    return row;
  };
  const TestRow earlier = other(-60 * kMicrosPerDay);
  const ReconcileResult wrong = Reconcile(Scenario(), {earlier});
  EXPECT_FALSE(wrong.clean());
  const ReconcileCheck& check = CheckNamed(wrong, "billed_period");
  EXPECT_EQ(check.outcome, Outcome::kFailed);
  EXPECT_EQ(check.detail,
            "no row of the provider is of the period: they are billed in "
            "2026-08-02T00:00:00Z to 2026-09-02T00:00:00Z");
  EXPECT_THAT(wrong.notes, ::testing::Contains(check.detail));

  // A year's fee reaches into the period and is of another bill.
  TestRow fee = earlier;
  fee.start_us = kStart - 200 * kMicrosPerDay;
  fee.end_us = kEnd + 100 * kMicrosPerDay;
  const ReconcileResult reached = Reconcile(Scenario(), {earlier, fee});
  EXPECT_EQ(CheckNamed(reached, "billed_period").outcome, Outcome::kFailed);

  // Where lines have no other billing period than their time, too.
  TestRow line = earlier;
  line.own_period = fee.own_period = true;
  for (TestRow* row : {&line, &fee}) {
    row->billing_start_us = row->start_us;
    row->billing_end_us = row->end_us;
  }
  const ReconcileResult lines = Reconcile(Scenario(), {line, fee});
  EXPECT_EQ(CheckNamed(lines, "billed_period").outcome, Outcome::kFailed);
  fee.start_us = kStart;
  for (const ReconcileCheck& some : Reconcile(Scenario(), {line, fee}).checks) {
    EXPECT_NE(some.name, "billed_period");
  }

  TestRow foreign = OnDemandRow(0, 1, "2", "32.80");
  foreign.provider = "Oracle";
  EXPECT_EQ(
      CheckNamed(Reconcile(Scenario(), {foreign}), "billed_period").detail,
      "the bill has no row of provider aws at all");

  Scenario open;
  open.at_us = kStart;
  EXPECT_EQ(CheckNamed(Reconcile(open, {earlier}), "billed_period").outcome,
            Outcome::kNotExecutable);

  // Late usage of another month is of this bill, and one such row is enough.
  TestRow tax = earlier;
  tax.category = ChargeCategory::kTax;
  tax.billing_start_us = kStart;
  tax.billing_end_us = kEnd;
  for (const ReconcileCheck& some :
       Reconcile(Scenario(), {earlier, tax}).checks) {
    EXPECT_NE(some.name, "billed_period");
  }
}

TEST(ReconcileChecksTest, TenantsThatNoTagNamesWereNotCompared) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 2, "8").Build();
  setup.options.tenant_tag = "team";
  const auto checked = [&setup](const char* first, const char* second) {
    TestRow one = OnDemandRow(0, 1, "2", "32.80");
    TestRow two = OnDemandRow(1, 2, "2", "32.80");
    one.tags = first;
    two.tags = second;
    return Reconcile(setup, {one, two});
  };
  const char* const tagged = R"({"team":"acme"})";
  EXPECT_EQ(CheckNamed(checked(tagged, tagged), "tenant_tag").outcome,
            Outcome::kPassed);
  const ReconcileCheck half = CheckNamed(checked(tagged, ""), "tenant_tag");
  EXPECT_EQ(half.outcome, Outcome::kNotExecutable);
  EXPECT_EQ(half.detail,
            "1 of 2 compared rows of usage name a tenant by tag team");
  for (const char* tags :
       {"", R"({"Team":"acme"})", "{bad", R"({"team":5})", R"({"team":""})"}) {
    const ReconcileResult none = checked(tags, tags);
    const ReconcileCheck& check = CheckNamed(none, "tenant_tag");
    EXPECT_EQ(check.outcome, Outcome::kNotExecutable) << tags;
    EXPECT_THAT(check.detail, HasSubstr("none of the 2 compared rows")) << tags;
    EXPECT_THAT(none.notes, ::testing::Contains(check.detail)) << tags;
  }
}

}  // namespace
}  // namespace drawdown::testing
