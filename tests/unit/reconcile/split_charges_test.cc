// AllocatedRatio of charges that the provider split (FOCUS 1.3).
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;

TestRow Part(int hour, const char* quantity, const char* billed,
             const char* ratio) {
  TestRow row = OnDemandRow(hour, hour + 1, quantity, billed);
  row.allocated =
      absl::StrCat("{\"Elements\":[{\"AllocatedRatio\":", ratio, "}]}");
  return row;
}

Scenario Metered(std::string_view hours) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, hours).Build();
  return setup;
}

TEST(SplitChargesTest, SplitChargesAddUpToOne) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 3, "8").Build();
  std::vector<TestRow> rows = {
      Part(0, "1.2", "19.68", "0.6"), Part(0, "0.8", "13.12", "0.7"),
      Part(1, "1.2", "19.68", "0.6"), Part(1, "0.8", "13.12", "0.4"),
      Part(2, "1.2", "19.68", "0.6"), Part(2, "0.8", "13.12", "0.4")};
  rows[5].allocated = "{}";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto gaps = ItemsOf(result, BreakClass::kAllocationGap);
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_THAT(gaps[0].reason,
              HasSubstr("of 1 of 1 charges that were split AllocatedRatio does "
                        "not add up to 1: that of resource \"i-1\" from "
                        "2026-10-01T00:00:00Z is 1.3"));
  EXPECT_THAT(gaps[1].reason, HasSubstr("cannot be read"));
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 1u);
}

TEST(SplitChargesTest, RatiosMayHaveAnyNumberOfPlaces) {
  const std::vector<TestRow> rows = {
      Part(0, "0.333333", "5.466666", "0.3333333333333333"),
      Part(0, "0.333333", "5.466666",
           "0.33333333333333333333333333333333333333"),
      Part(0, "0.333334", "5.466668", "3.333333333333334e-1")};
  const ReconcileResult result = Reconcile(Metered("4"), rows);
  ExpectInvariants(result, rows);
  ASSERT_EQ(result.items.size(), 1u);
  EXPECT_EQ(result.items[0].kind, BreakClass::kMatched)
      << result.items[0].reason;
}

TEST(SplitChargesTest, NoNumberOfHugeRatiosOverflows) {
  const std::vector<TestRow> rows(
      4, Part(0, "0.25", "4.10", "99999999999999999999"));
  const ReconcileResult result = Reconcile(Metered("4"), rows);
  EXPECT_THAT(result.items[0].reason, HasSubstr("cannot be read"));
  // Of however many places.
  const std::vector<TestRow> longer(
      200,
      Part(0, "0.005", "0.082", "1000000000000000000.0000000000000000001"));
  EXPECT_THAT(Reconcile(Metered("4"), longer).items[0].reason,
              HasSubstr("cannot be read"));
}

// The copies are items of their own, and no part of the charge.
TEST(SplitChargesTest, CopiesAreNotCounted) {
  TestRow half = Part(0, "0.5", "8.20", "0.5");
  TestRow other = Part(0, "0.5", "8.20", "0.50");
  const std::vector<TestRow> rows = {half, other, half, other};
  const ReconcileResult result = Reconcile(Metered("4"), rows);
  ExpectInvariants(result, rows);
  EXPECT_EQ(ItemsOf(result, BreakClass::kDuplicateCharge).size(), 2u);
  EXPECT_EQ(ItemsOf(result, BreakClass::kMatched).size(), 1u);
  // What is left of it must still add up.
  other = Part(0, "0.5", "8.20", "0.4");
  const auto gaps = ItemsOf(Reconcile(Metered("4"), {half, other, half, other}),
                            BreakClass::kAllocationGap);
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_THAT(gaps[0].reason, HasSubstr("is 0.9"));
}

TEST(SplitChargesTest, RowsWithoutAResourceMayBeOfSeveralCharges) {
  std::vector<TestRow> rows(4, Part(0, "0.25", "4.10", "0.5"));
  for (TestRow& row : rows) row.resource = "";
  EXPECT_EQ(Reconcile(Metered("4"), rows).items[0].kind, BreakClass::kMatched);
  rows[3].allocated = Part(0, "", "0", "0.4").allocated;
  const Break gap = Reconcile(Metered("4"), rows).items[0];
  EXPECT_EQ(gap.kind, BreakClass::kAllocationGap);
  EXPECT_THAT(gap.reason, HasSubstr("that of rows without a resource from "
                                    "2026-10-01T00:00:00Z is 1.9"));
  for (TestRow& row : rows) row.allocated = Part(0, "", "0", "0.05").allocated;
  EXPECT_THAT(Reconcile(Metered("4"), rows).items[0].reason,
              HasSubstr("is 0.2"));
}

// A charge whose ratios are wrong does not hide whose hours are.
TEST(SplitChargesTest, WrongRatiosDoNotHideATenant) {
  Scenario setup;
  setup.options.tenant_tag = "team";
  setup.rated = BookBuilder().OnDemand(kGb200, 0, 1, "4").Build();
  setup.rated.tenants = {"acme/chat"};
  for (Charge& charge : setup.rated.charges) charge.tenant = 0;
  std::vector<TestRow> rows = {Part(0, "0.5", "8.20", "0.4"),
                               Part(0, "0.5", "8.20", "0.4")};
  rows[0].tags = R"({"team":"acme/chat"})";
  rows[1].tags = R"({"team":"acme/wrong"})";
  const ReconcileResult result = Reconcile(setup, rows);
  ExpectInvariants(result, rows);
  const auto gaps = ItemsOf(result, BreakClass::kAllocationGap);
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(gaps[0].tenant, "acme/chat");
  EXPECT_EQ(FormatMoney(gaps[0].difference), "-8.2");
  EXPECT_EQ(gaps[1].tenant, "acme/wrong");
  EXPECT_EQ(FormatMoney(gaps[1].difference), "8.2");
  for (const Break& gap : gaps) {
    EXPECT_THAT(gap.reason, HasSubstr("its tenants' do not"));
    EXPECT_THAT(gap.reason, HasSubstr("is 0.8"));
  }
}

}  // namespace
}  // namespace drawdown::testing
