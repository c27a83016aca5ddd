// Corrections that our own statement of the period makes too.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;

constexpr int64_t kSeptember = kStart - 720 * kMicrosPerHour;

StatementLine CorrectionLine(ChargeKind kind, std::string_view hours,
                             std::string_view cost) {
  StatementLine line;
  line.kind = ChargeKind::kCorrection;
  line.corrects_kind = kind;
  line.corrects_period = "2026-09";
  line.gpu_time = Hours(hours);
  line.unit_price = Usd("2.05");
  line.cost = Usd(cost);
  if (kind != ChargeKind::kUnused) line.pool = kGb200;
  if (kind != ChargeKind::kOnDemand) line.commitment = kReserved;
  return line;
}

// Late in September: 3 GPU-hours that fit the reservation, 2 that did not.
Scenario LateInSeptember() {
  Scenario setup = MeteredHours(2);
  setup.corrected = {{"2026-09", kSeptember, kStart, 1}};
  setup.corrections = {CorrectionLine(ChargeKind::kOnDemand, "2", "8.20"),
                       CorrectionLine(ChargeKind::kCovered, "3", "6.15"),
                       CorrectionLine(ChargeKind::kUnused, "-3", "-6.15")};
  return setup;
}

// Units of 4 GPUs, in hours of September 30th.
const std::vector<TestRow> kTheSame = {
    OnDemandRow(0, 2, "4", "65.60"),
    Corrected(OnDemandRow(-9, -8, "0.25", "4.10")),
    Corrected(OnDemandRow(-5, -4, "0.25", "4.10")),
    Corrected(CoveredRow(-7, -6, "0.75", "6.15")),
    Corrected(UnusedRow(-7, -6, "-0.75")),
    Corrected(PurchaseRow(-7, -6, "3", "6.15")),
    Corrected(PurchaseRow(-7, -6, "-3", "-6.15"))};

TEST(ReconcileCorrectionsTest, WhatOurStatementPostsTooAgrees) {
  const ReconcileResult result = Reconcile(LateInSeptember(), kTheSame);
  ExpectInvariants(result, kTheSame);
  for (const Break& item : result.items) {
    EXPECT_TRUE(IsClean(item.kind)) << Serialized(result);
    EXPECT_TRUE(item.difference.zero()) << Serialized(result);
  }
  const std::string text = Serialized(result);
  EXPECT_THAT(text, HasSubstr("provider+pool+month+kind"));
  EXPECT_THAT(text, HasSubstr("that our statement of the period makes too: "
                              "2026-09 by 2 GPU-hours and 8.20 USD"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("our statement corrects")));
}

// No row says which of the late hours were covered.
TEST(ReconcileCorrectionsTest, WithoutKindsBothAreOneCorrection) {
  const std::vector<TestRow> rows = {
      OnDemandRow(0, 2, "4", "65.60"),
      Corrected(OnDemandRow(-9, -8, "1.25", "14.35"))};
  const ReconcileResult result = Reconcile(LateInSeptember(), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  EXPECT_THAT(Serialized(result),
              HasSubstr("2026-09 by 5 GPU-hours and 14.35 USD"));
}

TEST(ReconcileCorrectionsTest, WhatIsOffByMoreThanRoundingIsAsBefore) {
  struct Case {
    const char* name;
    size_t row;
    const char* quantity;
    const char* billed;
    size_t orphans;
    const char* off;  // from what our statement corrects
  };
  // The two rows of on-demand usage are one correction: both are what is off.
  const Case cases[] = {
      {"money", 2, "0.25", "4.12", 2, "0.02"},
      {"hours", 2, "0.30", "4.10", 2, "0"},
      {"covered hours", 3, "1.25", "0", 1, "0"},
      {"covered money", 3, "0.75", "1", 1, "1"},
      {"unused hours", 4, "-0.50", "0", 1, "0"},
      {"fee", 5, "3", "6.20", 1, "0.05"},
      // Twice it does not fit.
      {"huge", 5, "3", "90000000000000000006.15", 1, "90000000000000000000"}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<TestRow> rows = kTheSame;
    rows[c.row].quantity = c.quantity;
    rows[c.row].billed = c.billed;
    const ReconcileResult result = Reconcile(LateInSeptember(), rows);
    ExpectInvariants(result, rows);
    const auto orphans = ItemsOf(result, BreakClass::kCorrectionOrphan);
    EXPECT_EQ(orphans.size(), c.orphans) << Serialized(result);
    MoneyAmount off;
    for (const Break& item : orphans) {
      off += item.difference;
      EXPECT_THAT(item.reason, HasSubstr("our statement corrects 2026-09 by"));
    }
    EXPECT_EQ(FormatMoney(off), c.off);
  }
}

// Late usage may come as plain rows of a later bill, and its money alone.
TEST(ReconcileCorrectionsTest, LateRowsOfAClosedMonthAgreeWhateverTheirClass) {
  const auto plain = [](TestRow row) {
    row.correction = false;
    return row;
  };
  std::vector<TestRow> rows = kTheSame;
  for (TestRow& row : rows) row = plain(row);
  TestRow money = CostOnly(-9, -8, "8.20", "p6e");
  std::vector<TestRow> of_money = {rows[0], money,   rows[3],
                                   rows[4], rows[5], rows[6]};
  for (const std::vector<TestRow>& given : {rows, of_money}) {
    const ReconcileResult result = Reconcile(LateInSeptember(), given);
    ExpectInvariants(result, given);
    for (const Break& item : result.items) {
      EXPECT_TRUE(IsClean(item.kind)) << Serialized(result);
    }
    EXPECT_THAT(Serialized(result),
                ::testing::Not(HasSubstr("of which the bill has no row")));
  }
  // Too much is off by the excess alone.
  rows[1].billed = "6.10";
  const ReconcileResult more = Reconcile(LateInSeptember(), rows);
  ExpectInvariants(more, rows);
  EXPECT_EQ(SumOf(more, BreakClass::kTiming, &Break::difference), "2");
}

// The statement is rounded to six places, the bill to two.
TEST(ReconcileCorrectionsTest, WhatRoundingExplainsIsOnTheLastRow) {
  Scenario setup = LateInSeptember();
  setup.corrections[0].cost = Usd("8.204");
  const ReconcileResult result = Reconcile(setup, kTheSame);
  ExpectInvariants(result, kTheSame);
  const auto tolerated = ItemsOf(result, BreakClass::kWithinTolerance);
  ASSERT_EQ(tolerated.size(), 2u) << Serialized(result);
  EXPECT_EQ(FormatMoney(tolerated[0].difference), "0");
  EXPECT_EQ(FormatMoney(tolerated[1].difference), "-0.004");
  setup.options.tolerance = Usd("0.003");
  EXPECT_EQ(
      ItemsOf(Reconcile(setup, kTheSame), BreakClass::kCorrectionOrphan).size(),
      2u);
}

TEST(ReconcileCorrectionsTest, TheOrderOfEqualCorrectionsChangesNothing) {
  Scenario setup = MeteredHours(2);
  setup.corrected = {{"2026-09", kSeptember, kStart, 1}};
  setup.corrections = {CorrectionLine(ChargeKind::kOnDemand, "2", "8.20")};
  TestRow first = Corrected(OnDemandRow(-9, -8, "0.5", "8.20"));
  first.corrects = "L1";
  TestRow second = first;
  second.corrects = "L2";
  EXPECT_EQ(Serialized(Reconcile(setup, {first, second})),
            Serialized(Reconcile(setup, {second, first})));
}

TEST(ReconcileCorrectionsTest, WhatTheBillDoesNotCorrectIsInANote) {
  const std::vector<TestRow> rows = {kTheSame[0], kTheSame[3], kTheSame[4],
                                     kTheSame[5], kTheSame[6]};
  const ReconcileResult result = Reconcile(LateInSeptember(), rows);
  EXPECT_THAT(Serialized(result),
              HasSubstr("our statement corrects 2026-09 by 8.20 USD, of which "
                        "the bill has no row for 8.20 USD"));
}

// A bill without fees has their money on covered and unused rows.
TEST(ReconcileCorrectionsTest, BillsOfEffectiveCostAgreeByIt) {
  std::vector<TestRow> rows = kTheSame;
  rows[4].effective = "-6.15";
  for (TestRow& row : rows) {
    row.amount = BilledAmount::kEffectiveCost;
    if (row.commitment.empty() && row.category == ChargeCategory::kUsage) {
      row.effective = row.billed;
    }
  }
  const ReconcileResult result = Reconcile(LateInSeptember(), rows);
  for (const Break& item : result.items) {
    EXPECT_TRUE(IsClean(item.kind)) << Serialized(result);
  }
}

}  // namespace
}  // namespace drawdown::testing
