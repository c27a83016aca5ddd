// Corrections by the line that they name.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;

TEST(ReconcileRoutingTest, ACorrectionIsOfTheLineThatItNames) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 2, "4").Build();
  std::vector<TestRow> rows = {
      OnDemandRow(0, 1, "1", "16.40"), OnDemandRow(1, 2, "1", "16.40"),
      OnDemandRow(1, 2, "-1", "-16.40"), OnDemandRow(0, 1, "0", "5")};
  const char* const ids[] = {"A", "B", "C", "D"};
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].line_id = ids[i];
    rows[i].links_lines = true;
    rows[i].correction = i >= 2;
  }
  rows[2].corrects = "NOSUCH";
  rows[3].corrects = "B";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto orphans = ItemsOf(result, BreakClass::kCorrectionOrphan);
  ASSERT_EQ(orphans.size(), 1u);
  EXPECT_EQ(FormatMoney(orphans[0].billed_cost), "-16.4");
  EXPECT_THAT(orphans[0].reason,
              HasSubstr("of line \"NOSUCH\", which is in no bill"));
  const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
  ASSERT_EQ(linked.size(), 1u);
  EXPECT_EQ(linked[0].matched_on, "provider+line");
  EXPECT_EQ(FormatMoney(linked[0].billed_cost), "5");
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 2u);
  std::vector<TestRow> turned(rows.rbegin(), rows.rend());
  EXPECT_EQ(Serialized(Reconcile(setup, turned)), Serialized(result));
}

// A correction may be of a correction, but not of itself, nor of a line of
// another provider.
TEST(ReconcileRoutingTest, OnlyAnotherLineOfTheProviderIsAnOriginal) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "4").Build();
  std::vector<TestRow> rows(5, OnDemandRow(0, 1, "-1", "-16.40"));
  const char* const ids[] = {"A", "B", "C", "D", "E"};
  const char* const corrects[] = {"", "B", "", "C", "D"};
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].line_id = ids[i];
    rows[i].corrects = corrects[i];
    rows[i].links_lines = true;
    rows[i].correction = i > 0;
  }
  rows[0] = OnDemandRow(0, 1, "1", "16.40");
  rows[2].provider = "other";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto orphans = ItemsOf(result, BreakClass::kCorrectionOrphan);
  ASSERT_EQ(orphans.size(), 2u);
  EXPECT_THAT(orphans[0].reason, HasSubstr("of line \"B\""));
  EXPECT_THAT(orphans[1].reason, HasSubstr("of line \"C\""));
  const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
  ASSERT_EQ(linked.size(), 1u);
  EXPECT_THAT(linked[0].reason, HasSubstr("of line \"D\""));
}

// Whichever way it goes, and whatever else is given back or charged.
TEST(ReconcileRoutingTest, ACorrectionWithOneIdTwiceIsACopy) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "4").Build();
  TestRow less = OnDemandRow(0, 1, "-1", "-16.40");
  less.correction = less.links_lines = true;
  less.line_id = "B";
  TestRow more = less;
  more.quantity = "0";
  more.billed = "5";
  more.line_id = "C";
  TestRow unnamed = less;  // may be two of one hour
  unnamed.line_id = "";
  unnamed.billed = "-2";
  const std::vector<TestRow> rows = {OnDemandRow(0, 1, "2", "32.80"),
                                     less,
                                     less,
                                     more,
                                     more,
                                     more,
                                     unnamed,
                                     unnamed};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto copies = ItemsOf(result, BreakClass::kDuplicateCharge);
  ASSERT_EQ(copies.size(), 1u);
  EXPECT_EQ(copies[0].rows, 3u);
  EXPECT_EQ(FormatMoney(copies[0].billed_cost), "-6.4");
  EXPECT_EQ(FormatMoney(copies[0].expected_cost), "0");
  EXPECT_EQ(copies[0].reason,
            "3 more copies of rows that the bill already holds, equal in every "
            "column, each a correction with the id of a line");
  const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
  ASSERT_EQ(linked.size(), 1u);
  EXPECT_EQ(FormatMoney(linked[0].billed_cost), "-15.4");
  EXPECT_EQ(linked[0].rows, 4u);
  std::vector<TestRow> turned(rows.rbegin(), rows.rend());
  EXPECT_EQ(Serialized(Reconcile(setup, turned)), Serialized(result));
}

TEST(ReconcileRoutingTest, ACorrectionIsLinkedToRowsOfTheBill) {
  Scenario setup = MeteredHours(1);
  TestRow correction = OnDemandRow(0, 1, "-1", "-16.40");
  correction.correction = true;
  const std::vector<TestRow> rows = {OnDemandRow(0, 1, "3", "49.20"),
                                     correction};
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto linked = ItemsOf(result, BreakClass::kCorrectionLinked);
  ASSERT_EQ(linked.size(), 1u);
  EXPECT_EQ(FormatMoney(linked[0].difference), "-16.4");
  const auto original = ItemsOf(result, BreakClass::kQuantityBreak);
  ASSERT_EQ(original.size(), 1u);
  EXPECT_EQ(FormatMoney(original[0].difference), "16.4");
}

}  // namespace
}  // namespace drawdown::testing
