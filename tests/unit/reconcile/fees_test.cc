// Fees that are dated on a part of the period, come in parts, or came twice.
#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kOctober = 744;  // hours
constexpr char kMonthKey[] = "provider+commitment+month+kind";
constexpr char kFeeKey[] = "provider+commitment+period+kind";

// 10 hours an hour, all covered: 20.50 an hour, 492 a day, 15,252 in all.
Scenario ReservedMonth() {
  Scenario setup;
  setup.rated = BookBuilder().Covered(kGb200, 0, kOctober, "10").Build();
  return setup;
}

TestRow CoveredMonth() { return CoveredRow(0, kOctober, "1860", "15252"); }

// Without hours, as of a month.
TestRow FeeOfDay(int day, std::string billed) {
  TestRow row = PurchaseRow(24 * day, 24 * day + 24, "1", std::move(billed));
  row.unit = "Units";
  return row;
}

// The same whichever way the rows come.
ReconcileResult Judged(const Scenario& setup, std::vector<TestRow> rows) {
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  std::reverse(rows.begin(), rows.end());
  EXPECT_EQ(Serialized(Reconcile(setup, rows)), Serialized(result));
  return result;
}

// Items that are not clean, as "class difference", in order.
std::vector<std::string> BreaksOf(const ReconcileResult& result) {
  std::vector<std::string> breaks;
  for (const Break& item : result.items) {
    if (IsClean(item.kind)) continue;
    breaks.push_back(std::string(BreakClassName(item.kind)) + " " +
                     FormatMoney(item.difference));
  }
  return breaks;
}

using Breaks = std::vector<std::string>;

// An empty one, and a failed test, where there is not just one.
Break OneOf(const std::vector<Break>& items) {
  EXPECT_EQ(items.size(), 1u);
  return items.size() == 1 ? items.front() : Break();
}

TEST(ReconcileFeesTest, AMonthsFeeOfOneDayIsOfThePeriod) {
  const ReconcileResult result =
      Judged(ReservedMonth(), {FeeOfDay(0, "15252.00"), CoveredMonth()});
  EXPECT_TRUE(result.clean()) << Serialized(result);
  const auto items = ItemsOf(result, BreakClass::kNonUsage);
  const Break fee = OneOf(items);
  EXPECT_EQ(fee.matched_on, kMonthKey);
  EXPECT_EQ(fee.period_start_us, kStart);
  EXPECT_EQ(fee.period_end_us, kEnd);
  EXPECT_EQ(FormatMoney(fee.expected_cost), "15252");
  EXPECT_EQ(fee.reason,
            "purchase of gb200-reserved: billed 15,252.00 USD, as contracted; "
            "fees of the whole period, dated from 2026-10-01T00:00:00Z to "
            "2026-10-02T00:00:00Z");
  EXPECT_EQ(CheckNamed(result, "commitment_purchases").outcome,
            ReconcileCheck::Outcome::kPassed);
}

TEST(ReconcileFeesTest, SoAreFeesOfSeveralDaysAndThoseWithHours) {
  EXPECT_TRUE(Judged(ReservedMonth(), {FeeOfDay(4, "252"),
                                       FeeOfDay(17, "15000"), CoveredMonth()})
                  .clean());
  const TestRow measured = PurchaseRow(0, 24, "7440", "15252");
  EXPECT_TRUE(Judged(ReservedMonth(), {measured, CoveredMonth()}).clean());
}

TEST(ReconcileFeesTest, AWrongTotalIsOffByItsDifference) {
  struct Case {
    const char* billed;
    const char* difference;
  };
  for (const Case& c : {Case{"15260", "8"}, Case{"15000", "-252"},
                        Case{"30000", "14748"}, Case{"1100", "-14152"}}) {
    const ReconcileResult result =
        Judged(ReservedMonth(), {FeeOfDay(0, c.billed), CoveredMonth()});
    EXPECT_EQ(BreaksOf(result),
              Breaks{std::string("price_break ") + c.difference});
    EXPECT_EQ(CheckNamed(result, "commitment_purchases").outcome,
              ReconcileCheck::Outcome::kFailed);
  }
}

TEST(ReconcileFeesTest, HoursOfAMonthsFeeAreCompared) {
  const TestRow fee = PurchaseRow(0, 24, "7450", "15272.50");
  EXPECT_EQ(BreaksOf(Judged(ReservedMonth(), {fee, CoveredMonth()})),
            Breaks{"quantity_break 20.5"});
}

// A day's fee is of its day, though the others are missing.
TEST(ReconcileFeesTest, FeesOfTheirDaysStayThere) {
  const ReconcileResult right =
      Judged(ReservedMonth(),
             {FeeOfDay(0, "492"), FeeOfDay(1, "492"), CoveredMonth()});
  EXPECT_EQ(BreaksOf(right), Breaks{"quantity_break -14268"});
  const ReconcileResult dear =
      Judged(ReservedMonth(),
             {FeeOfDay(0, "492"), FeeOfDay(1, "500"), CoveredMonth()});
  EXPECT_EQ(BreaksOf(dear), (Breaks{"quantity_break -14268", "price_break 8"}));
  for (const Break& item : ItemsOf(right, BreakClass::kNonUsage)) {
    EXPECT_EQ(item.matched_on, kFeeKey);
  }
}

// An hour of a day whose shortfall is owed ends before the day does.
TEST(ReconcileFeesTest, DaysThatTheBillLacksAreOneItem) {
  Scenario setup = ReservedMonth();
  setup.contract.commitments[0].model = CommitmentModel::kDiscontinuous;
  setup.contract.commitments[0].interval = FulfilmentInterval::kDaily;
  BookBuilder books;
  for (int hour = 0; hour < 96; hour += 24) {
    books.Covered(kGb200, hour, hour + 6, "10")
        .Fee(ChargeKind::kShortfall, hour, hour + 24, "180", "369", kReserved);
  }
  setup.rated = books.Build();
  std::vector<TestRow> rows{FeeOfDay(0, "492")};
  rows[0].effective = "369";
  for (int hour = 0; hour < 96; hour += 24) {
    rows.push_back(CoveredRow(hour, hour + 6, "15", "123"));
  }
  const ReconcileResult result = Judged(setup, rows);
  EXPECT_EQ(BreaksOf(result), Breaks{"commitment_shortfall -1476"});
  const Break missing =
      OneOf(ItemsOf(result, BreakClass::kCommitmentShortfall));
  EXPECT_EQ(missing.period_start_us, HourOf(24));
  EXPECT_EQ(missing.period_end_us, HourOf(96));
}

std::vector<TestRow> DailyFees() {
  std::vector<TestRow> rows{CoveredMonth()};
  for (int day = 0; day < 31; ++day) rows.push_back(FeeOfDay(day, "492"));
  return rows;
}

TEST(ReconcileFeesTest, DaysThatTogetherComeToThePeriodsFeesAgree) {
  std::vector<TestRow> rows = DailyFees();
  rows[3].billed = "480";
  rows[9].billed = "504";
  const ReconcileResult result = Judged(ReservedMonth(), rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  rows[9].billed = "505";
  EXPECT_EQ(BreaksOf(Judged(ReservedMonth(), rows)),
            (Breaks{"price_break -12", "price_break 13"}));
}

TEST(ReconcileFeesTest, ADayThatCameTwiceDoesNotPayForOneThatIsMissing) {
  std::vector<TestRow> rows = DailyFees();
  rows[9] = rows[3];
  EXPECT_EQ(BreaksOf(Judged(ReservedMonth(), rows)),
            (Breaks{"quantity_break -492", "duplicate_charge 492"}));
}

TEST(ReconcileFeesTest, AMonthsFeeThatCameTwiceIsACopy) {
  const ReconcileResult result =
      Judged(ReservedMonth(),
             {FeeOfDay(0, "15252"), FeeOfDay(0, "15252"), CoveredMonth()});
  EXPECT_EQ(BreaksOf(result), Breaks{"duplicate_charge 15252"});
  const auto items = ItemsOf(result, BreakClass::kDuplicateCharge);
  EXPECT_EQ(OneOf(items).reason,
            "1 more copy of a row that the bill already holds, equal in every "
            "column: 15,252.00 USD beyond what our books owe");
  EXPECT_FALSE(OneOf(items).billed.has_value());
  // Of two that are half of it each neither is.
  EXPECT_TRUE(Judged(ReservedMonth(),
                     {FeeOfDay(0, "7626"), FeeOfDay(0, "7626"), CoveredMonth()})
                  .clean());
}

TEST(ReconcileFeesTest, NothingIsBrokenBeforeThePeriodIsOver) {
  Scenario setup = ReservedMonth();
  setup.at_us = HourOf(24 * 20);
  setup.rated = BookBuilder().Covered(kGb200, 0, 24 * 20, "10").Build();
  const ReconcileResult result = Judged(
      setup, {FeeOfDay(0, "15252"), CoveredRow(0, 24 * 20, "1200", "9840")});
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_EQ(BreaksOf(result), Breaks{"not_executable 0"});
}

// A monthly pool: 8,000 hours, 7,440 of them used; 20 an hour left.
Scenario MonthlyBlock() {
  Scenario setup = ReservedMonth();
  Commitment& block = setup.contract.commitments[0];
  block.model = CommitmentModel::kDiscontinuous;
  block.interval = FulfilmentInterval::kMonthly;
  setup.rated =
      BookBuilder()
          .Covered(kGb200, 0, kOctober, "10")
          .Fee(ChargeKind::kShortfall, 0, kOctober, "560", "1148", kReserved)
          .Build();
  return setup;
}

TestRow OneTime(TestRow row) {
  row.frequency = "One-Time";
  return row;
}

TEST(ReconcileFeesTest, AFeeAndItsTrueUpAgreeTogether) {
  const TestRow fee = PurchaseRow(0, kOctober, "7440", "15252");
  TestRow true_up = OneTime(PurchaseRow(0, kOctober, "560", "1148"));
  true_up.effective = "1148";
  const ReconcileResult right =
      Judged(MonthlyBlock(), {fee, true_up, CoveredMonth()});
  EXPECT_TRUE(right.clean()) << Serialized(right);
  const auto items = ItemsOf(right, BreakClass::kNonUsage);
  EXPECT_THAT(OneOf(items).reason, HasSubstr("billed and contracted 8,000"));
  // A fee that may be for a longer time says nothing of this one's.
  true_up.billed = "1150";
  EXPECT_EQ(BreaksOf(Judged(MonthlyBlock(), {fee, true_up, CoveredMonth()})),
            (Breaks{"commitment_shortfall -1148", "not_executable 0"}));
}

TEST(ReconcileFeesTest, ABlocksFeeOfOneDayIsJudgedByTheMonth) {
  TestRow fee = FeeOfDay(0, "16400");
  fee.effective = "1148";
  EXPECT_TRUE(Judged(MonthlyBlock(), {fee, CoveredMonth()}).clean());
  // That of a day in which as much is used as it is of is not one of the month.
  EXPECT_EQ(
      BreaksOf(Judged(MonthlyBlock(), {FeeOfDay(0, "492"), CoveredMonth()})),
      (Breaks{"commitment_shortfall -14760", "not_executable 0"}));
  EXPECT_EQ(
      BreaksOf(Judged(MonthlyBlock(), {FeeOfDay(0, "16500"), CoveredMonth()})),
      Breaks{"commitment_shortfall 100"});
}

Scenario OwedToSpend(std::string_view amount) {
  Scenario setup;
  Commitment spend;
  spend.id = "spend";
  spend.category = CommitmentCategory::kSpend;
  spend.model = CommitmentModel::kDiscontinuous;
  spend.interval = FulfilmentInterval::kMonthly;
  setup.contract.commitments.push_back(spend);
  setup.rated =
      BookBuilder()
          .Fee(ChargeKind::kShortfall, 0, kOctober, "0", amount, "spend")
          .Build();
  return setup;
}

TestRow TrueUp(std::string billed) {
  TestRow row = PurchaseRow(0, kOctober, "1", std::move(billed));
  row.resource = row.commitment = "spend";
  row.unit = "Units";
  row.effective = row.billed;  // it covers nothing
  return row;
}

TEST(ReconcileFeesTest, TheTrueUpOfASpendCommitmentIsMoney) {
  TestRow row = TrueUp("1000.00");
  row.commitment.clear();  // of a purchase ResourceId is the commitment
  EXPECT_TRUE(Reconcile(OwedToSpend("1000"), {row}).clean());
  row.billed = "1200";
  const auto items = ItemsOf(Reconcile(OwedToSpend("1000"), {row}),
                             BreakClass::kCommitmentShortfall);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(FormatMoney(items[0].difference), "200");
  EXPECT_THAT(items[0].reason, HasSubstr("billed 1,200.00 USD, expected "
                                         "1,000.00 USD: 200.00 USD too much"));
}

TEST(ReconcileFeesTest, ATrueUpOfSpendThatCameTwiceIsACopy) {
  const Scenario setup = OwedToSpend("1000");
  for (const TestRow& row : {TrueUp("1000"), OneTime(TrueUp("1000"))}) {
    EXPECT_TRUE(Judged(setup, {row}).clean());
    EXPECT_EQ(BreaksOf(Judged(setup, {row, row})),
              Breaks{"duplicate_charge 1000"});
    EXPECT_EQ(BreaksOf(Judged(setup, {row, row, row})),
              Breaks{"duplicate_charge 2000"});
  }
  // What else is wrong with it is not its copies'.
  EXPECT_EQ(BreaksOf(Judged(setup, {TrueUp("1100"), TrueUp("1100")})),
            (Breaks{"duplicate_charge 1100", "commitment_shortfall 100"}));
  const TestRow half = TrueUp("500");
  EXPECT_TRUE(Judged(setup, {half, half}).clean());
  // On one day, as where a row has but one date.
  TestRow last = OneTime(TrueUp("1000"));
  last.start_us = HourOf(kOctober - 24);
  EXPECT_TRUE(Judged(setup, {last}).clean());
  EXPECT_EQ(BreaksOf(Judged(setup, {last, last})),
            Breaks{"duplicate_charge 1000"});
}

TEST(ReconcileFeesTest, AOneTimeTrueUpOfSpendIsCompared) {
  const Scenario setup = OwedToSpend("1000");
  const TestRow dear = OneTime(TrueUp("1200"));
  const ReconcileResult result = Judged(setup, {dear});
  EXPECT_EQ(BreaksOf(result), Breaks{"commitment_shortfall 200"});
  EXPECT_THAT(
      OneOf(ItemsOf(result, BreakClass::kCommitmentShortfall)).reason,
      HasSubstr("one-time purchase of spend: billed 1,200.00 USD, expected "
                "1,000.00 USD: 200.00 USD too much"));
  // Over a part of the month it may be of anything.
  TestRow day = dear;
  day.end_us = HourOf(24);
  EXPECT_EQ(BreaksOf(Judged(setup, {day})), Breaks{"not_executable 0"});
  // So may it be beside another fee, or where usage is billed as covered by
  // what was bought.
  EXPECT_EQ(BreaksOf(Judged(setup, {dear, TrueUp("10")})),
            (Breaks{"commitment_shortfall -990", "not_executable 0"}));
  TestRow covered = CoveredRow(0, 1, "2", "16.40");
  covered.commitment = "spend";
  const ReconcileResult prepaid = Judged(setup, {dear, covered});
  EXPECT_EQ(ItemsOf(prepaid, BreakClass::kCommitmentShortfall).size(), 0u);
  EXPECT_EQ(ItemsOf(prepaid, BreakClass::kNotExecutable).size(), 1u);
}

// Of a fee for three years it is not known how many there are.
TEST(ReconcileFeesTest, FeesForALongerTimeAreNotCalledCopies) {
  const TestRow fee = OneTime(FeeOfDay(0, "500000"));
  EXPECT_EQ(BreaksOf(Judged(ReservedMonth(), {fee, fee, CoveredMonth()})),
            Breaks{"not_executable 0"});
  // But of the month's it is.
  const TestRow month = OneTime(FeeOfDay(0, "15252"));
  EXPECT_EQ(BreaksOf(Judged(ReservedMonth(), {month, month, CoveredMonth()})),
            Breaks{"duplicate_charge 15252"});
}

std::string PurchasesOf(const ReconcileResult& result, std::string_view id) {
  std::string details;
  for (const ReconcileCheck& check : result.checks) {
    if (check.name == "commitment_purchases" && check.detail.starts_with(id)) {
      EXPECT_EQ(check.outcome, ReconcileCheck::Outcome::kNotExecutable);
      details += check.detail;
    }
  }
  return details;
}

TEST(ReconcileFeesTest, WhatTheBillHasNoFeeOfIsNoted) {
  Scenario setup = OwedToSpend("6700");
  RatedUsage& rated = setup.rated;
  rated = BookBuilder()
              .Covered(kGb200, 0, kOctober, "10")
              .Fee(ChargeKind::kShortfall, 0, kOctober, "0", "6700", "spend")
              .Build();
  const ReconcileResult none = Judged(setup, {CoveredMonth()});
  EXPECT_TRUE(none.clean()) << Serialized(none);
  EXPECT_THAT(
      none.notes,
      Contains("our statement has fees of 15,252.00 USD "
               "(gb200-reserved), a shortfall of 6,700.00 USD (spend), in no "
               "row of the bill: they may be billed elsewhere"));
  EXPECT_EQ(PurchasesOf(none, kReserved),
            "gb200-reserved: the bill holds no purchase row of it, our "
            "statement has fees of 15,252.00 USD");
  EXPECT_EQ(PurchasesOf(none, "spend"),
            "spend: the bill holds no purchase row of it, our statement has a "
            "shortfall of 6,700.00 USD");
  const ReconcileResult fee =
      Judged(setup, {CoveredMonth(), FeeOfDay(0, "15252")});
  EXPECT_THAT(
      fee.notes,
      Contains("our statement has a shortfall of 6,700.00 USD (spend), in no "
               "row of the bill: they may be billed elsewhere"));
  const ReconcileResult both =
      Judged(setup, {CoveredMonth(), FeeOfDay(0, "15252"), TrueUp("6700")});
  EXPECT_THAT(both.notes, Each(Not(HasSubstr("our statement"))));
  // A part of it is paid by other rows.
  rated = BookBuilder().Covered(kGb200, 0, 1, "80").Unused(0, 1, "20").Build();
  const ReconcileResult part = Judged(
      setup, {CoveredRow(0, 1, "20", "164"), UnusedRow(0, 1, "5", "41")});
  EXPECT_TRUE(part.clean()) << Serialized(part);
  EXPECT_THAT(part.notes, Contains(HasSubstr("fees of 164.00 USD")));
  EXPECT_EQ(PurchasesOf(part, "spend"), "");
  // Before it has ended nobody knows.
  setup.at_us = HourOf(24);
  EXPECT_THAT(Judged(setup, {CoveredRow(0, 1, "20", "164")}).notes,
              Each(Not(HasSubstr("our statement"))));
}

// A biller in arrears has last month's fee in each bill, and this month's in
// the next.
TEST(ReconcileFeesTest, FeesOfLastMonthAloneAreInArrears) {
  TestRow last = FeeOfDay(-30, "14760");
  const ReconcileResult result =
      Judged(ReservedMonth(), {CoveredMonth(), last});
  EXPECT_EQ(BreaksOf(result), Breaks{"timing 14760"}) << Serialized(result);
  EXPECT_THAT(result.notes,
              Contains(HasSubstr("our statement has fees of 15,252.00 USD")));
  // With some of this month's the others are missing.
  EXPECT_EQ(BreaksOf(Judged(ReservedMonth(),
                            {CoveredMonth(), last, FeeOfDay(0, "492.00")})),
            (Breaks{"quantity_break -14760", "timing 14760"}));
}

// Where rows of usage pay for it there is less to ask for, or nothing.
TEST(ReconcileFeesTest, WhatUsagePaysForIsNotLacking) {
  TestRow flat = OnDemandRow(0, kOctober, "1860", "15252");
  EXPECT_THAT(Judged(ReservedMonth(), {flat}).notes,
              Each(Not(HasSubstr("our statement"))));
  TestRow as_used = CoveredMonth();
  as_used.billed = "15252";
  EXPECT_THAT(Judged(ReservedMonth(), {as_used}).notes,
              Each(Not(HasSubstr("our statement"))));
  const char kRest[] = "our statement has fees of 1,148.00 USD";
  EXPECT_THAT(Judged(MonthlyBlock(), {flat}).notes, Contains(HasSubstr(kRest)));
  EXPECT_THAT(Judged(MonthlyBlock(), {as_used}).notes,
              Contains(HasSubstr(kRest)));
  // It does whatever it costs: too little of it is a break of its own.
  as_used.billed = "15000";
  EXPECT_THAT(Judged(MonthlyBlock(), {as_used}).notes,
              Contains(HasSubstr(kRest)));
  // What was left is billed as usage too.
  Scenario left;
  left.rated =
      BookBuilder().Covered(kGb200, 0, 1, "80").Unused(0, 1, "20").Build();
  EXPECT_THAT(Judged(left, {OnDemandRow(0, 1, "25", "205")}).notes,
              Each(Not(HasSubstr("our statement"))));
  EXPECT_THAT(Judged(left, {OnDemandRow(0, 1, "20", "164")}).notes,
              Contains(HasSubstr("our statement has fees of 41.00 USD")));
}

}  // namespace
}  // namespace drawdown::testing
