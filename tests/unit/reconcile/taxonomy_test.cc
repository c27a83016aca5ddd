// Classes that need more than one group's hours and money: unit scales,
// rounding, open periods.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

using ::testing::HasSubstr;

// 24 GPU-hours of p5 (8 GPUs a unit) at 2.90 in hour 0: 3 units, 69.60.
Scenario ThreeNodes() {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kH100, 0, 1, "24", "2.90").Build();
  return setup;
}

TestRow H100Row(std::string quantity, std::string billed) {
  TestRow row = OnDemandRow(0, 1, std::move(quantity), std::move(billed));
  row.sku = "p5";
  row.sku_price = "p5-price";
  row.region = "us-west-2";
  return row;
}

struct Case {
  const char* name;
  const char* quantity;
  const char* unit;
  const char* billed;
  BreakClass kind;
  const char* quantity_effect;
  const char* price_effect;
  const char* reason;
};

TEST(ReconcileTaxonomyTest, UnitScalesAreNamed) {
  const Case cases[] = {
      {"GPU-hours billed as node-hours", "24", "Hours", "556.80",
       BreakClass::kUnitScaleBreak, "487.2", "0",
       "8 times too much: the GPUs of a billed unit"},
      {"node-hours billed as GPU-hours", "3", "GPU-Hours", "8.70",
       BreakClass::kUnitScaleBreak, "-60.9", "0", "8 times too little"},
      {"a block size applied twice, the money right", "0.03", "Hours", "69.60",
       BreakClass::kUnitScaleBreak, "-68.904", "68.904",
       "100 times too little: a power of ten"},
      {"minutes as hours", "180", "Hours", "4176.00",
       BreakClass::kUnitScaleBreak, "4106.4", "0", "60 times too much"},
      {"a decimal point slipped in the money", "3", "Hours", "696.00",
       BreakClass::kUnitScaleBreak, "0", "626.4", "10 times too much"},
      {"eight times the money", "3", "Hours", "556.80",
       BreakClass::kUnitScaleBreak, "0", "487.2", "8 times too much"},
      {"twice is one delivery more, not a unit", "6", "Hours", "139.20",
       BreakClass::kQuantityBreak, "69.6", "0", "24 GPU-hours too much"},
      {"scaled and at another price", "24", "Hours", "600.00",
       BreakClass::kMixedBreak, "487.2", "43.2", ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    TestRow row = H100Row(c.quantity, c.billed);
    row.unit = c.unit;
    const ReconcileResult result = Reconcile(ThreeNodes(), {row});
    ExpectInvariants(result, {row});
    ASSERT_EQ(result.items.size(), 1u);
    const Break& item = result.items[0];
    EXPECT_EQ(BreakClassName(item.kind), BreakClassName(c.kind));
    EXPECT_EQ(FormatMoney(item.expected_cost), "69.6");
    EXPECT_EQ(FormatMoney(item.quantity_effect), c.quantity_effect);
    EXPECT_EQ(FormatMoney(item.price_effect), c.price_effect);
    EXPECT_EQ(item.difference, item.quantity_effect + item.price_effect);
    EXPECT_THAT(item.reason, HasSubstr(c.reason));
  }
}

// 1.00 h at 2.90 with cents: the contract says six places, the bill has cents
// and shows ten.
TEST(ReconcileTaxonomyTest, RoundingAsTheContractSaysIsRounding) {
  Scenario setup;
  setup.rated = BookBuilder().OnDemand(kH100, 0, 1, "0.801", "2.90").Build();
  const auto kind = [&setup](const char* billed) {
    TestRow row = H100Row("0.100125", billed);
    const ReconcileResult result = Reconcile(setup, {row});
    ExpectInvariants(result, {row});
    EXPECT_EQ(FormatMoney(result.items[0].expected_cost), "2.3229");
    return result.items[0].kind;
  };
  EXPECT_EQ(kind("2.3200000000"), BreakClass::kRounding);
  EXPECT_EQ(kind("2.3300000000"), BreakClass::kPriceBreak);
  EXPECT_EQ(kind("2.3210000000"), BreakClass::kPriceBreak);
  EXPECT_EQ(kind("2.32"), BreakClass::kWithinTolerance);
  setup.options.tolerance = MoneyAmount();
  EXPECT_EQ(kind("2.3200000000"), BreakClass::kPriceBreak);
  setup.options.tolerance.reset();
  setup.contract.rounding_scale = 6;
  EXPECT_EQ(kind("2.3200000000"), BreakClass::kPriceBreak);
}

TEST(ReconcileTaxonomyTest, AnAdjustmentNoLargerThanRoundingIsRounding) {
  const auto item_of = [](const char* billed) {
    TestRow row = H100Row("3", "69.60");
    TestRow adjustment = row;
    adjustment.category = ChargeCategory::kAdjustment;
    adjustment.quantity.reset();
    adjustment.billed = billed;
    const std::vector<TestRow> rows = {row, adjustment};
    const ReconcileResult result = Reconcile(ThreeNodes(), rows);
    ExpectInvariants(result, rows);
    for (const Break& item : result.items) {
      if (item.kind != BreakClass::kMatched) return item;
    }
    return Break();
  };
  // Half a cent for the invoice, half a unit of each row's last place.
  const Break small = item_of("-0.0100");
  EXPECT_EQ(small.kind, BreakClass::kRounding);
  EXPECT_EQ(FormatMoney(small.difference), "-0.01");
  const Break large = item_of("-0.0102");
  EXPECT_EQ(large.kind, BreakClass::kNonUsage);
  EXPECT_EQ(FormatMoney(large.difference), "0");
}

TEST(ReconcileTaxonomyTest, DifferencesOfAnOpenPeriodArePending) {
  Scenario setup = ThreeNodes();
  setup.at_us = HourOf(1);
  TestRow later = H100Row("1", "23.20");
  later.start_us = HourOf(1);
  later.end_us = HourOf(2);
  const std::vector<TestRow> rows = {H100Row("4", "92.80"), later};
  const ReconcileResult open = Reconcile(setup, rows);
  ExpectInvariants(open, rows);
  EXPECT_TRUE(open.clean());
  ASSERT_EQ(open.items.size(), 2u);
  EXPECT_EQ(open.items[0].kind, BreakClass::kQuantityBreak);
  EXPECT_TRUE(open.items[0].pending);
  EXPECT_EQ(open.items[1].kind, BreakClass::kNotExecutable);
  EXPECT_TRUE(open.items[1].pending);
  EXPECT_TRUE(open.items[1].difference.zero());
  EXPECT_THAT(open.items[1].reason, HasSubstr("pending"));

  setup.at_us = kEnd;
  const ReconcileResult ended = Reconcile(setup, rows);
  EXPECT_FALSE(ended.clean());
  EXPECT_FALSE(ended.items[0].pending);
  EXPECT_EQ(ended.items[1].kind, BreakClass::kUnmeteredCharge);
}

// acme/chat used 16 GPU-hours, acme/research/llm 8; the bill splits 24
// otherwise.
Scenario TwoTenants() {
  Scenario setup = ThreeNodes();
  setup.rated.tenants = {"acme/chat", "acme/research/llm"};
  Charge other = setup.rated.charges[0];
  setup.rated.charges[0].tenant = 0;
  setup.rated.charges[0].amount = Hours("16").count();
  other.tenant = 1;
  other.amount = Hours("8").count();
  setup.rated.charges.push_back(other);
  setup.options.tenant_tag = "team";
  return setup;
}

TestRow Tagged(std::string quantity, std::string billed,
               const std::string& tenant) {
  TestRow row = H100Row(std::move(quantity), std::move(billed));
  row.resource = "node of " + tenant;
  row.tags = "{\"team\":\"" + tenant + "\",\"x\":\"acme/chat\"}";
  return row;
}

TEST(ReconcileTaxonomyTest, TenantsThatDoNotAddUpAreAnAllocationGap) {
  // A tag of a tenant takes what is below it.
  const std::vector<TestRow> rows = {Tagged("1", "23.20", "acme/chat"),
                                     Tagged("1.5", "34.80", "acme/research"),
                                     H100Row("0.5", "11.60")};
  const ReconcileResult result = Reconcile(TwoTenants(), rows);
  ExpectInvariants(result, rows);
  EXPECT_FALSE(result.clean());
  const auto gaps = ItemsOf(result, BreakClass::kAllocationGap);
  ASSERT_EQ(gaps.size(), 3u);
  const char* const expected[][3] = {{"", "0", "11.6"},
                                     {"acme/chat", "46.4", "-23.2"},
                                     {"acme/research", "23.2", "11.6"}};
  for (size_t i = 0; i < gaps.size(); ++i) {
    EXPECT_EQ(gaps[i].tenant, expected[i][0]);
    EXPECT_EQ(FormatMoney(gaps[i].expected_cost), expected[i][1]);
    EXPECT_EQ(FormatMoney(gaps[i].difference), expected[i][2]);
    EXPECT_EQ(gaps[i].matched_on, "provider+region+pool+period+kind+tenant");
  }
  EXPECT_THAT(gaps[1].reason, HasSubstr("tenant acme/chat: billed 8 GPU-hours, "
                                        "metered 16; the pool's hours agree"));
}

TEST(ReconcileTaxonomyTest, TenantsThatAgreeAreMatchedByName) {
  const std::vector<TestRow> rows = {Tagged("2", "46.40", "acme/chat"),
                                     Tagged("1", "23.20", "acme/research")};
  const ReconcileResult result = Reconcile(TwoTenants(), rows);
  ExpectInvariants(result, rows);
  EXPECT_TRUE(result.clean()) << Serialized(result);
  ASSERT_EQ(result.items.size(), 2u);
  EXPECT_EQ(result.items[0].tenant, "acme/chat");
  // Without the option, or where the pool itself is off, tenants are not
  // looked at.
  Scenario plain = TwoTenants();
  plain.options.tenant_tag.clear();
  EXPECT_EQ(Reconcile(plain, rows).items.size(), 1u);
  const ReconcileResult off =
      Reconcile(TwoTenants(), {rows[0], Tagged("2", "46.40", "acme/research")});
  ASSERT_EQ(off.items.size(), 1u);
  EXPECT_EQ(off.items[0].kind, BreakClass::kQuantityBreak);
}

// A quantity-only bill: hours are compared, money is not called right or wrong.
TEST(ReconcileTaxonomyTest, WithoutCostsOnlyHoursAreCompared) {
  TestRow row = H100Row("3", "0");
  row.costed = false;
  const ReconcileResult agrees = Reconcile(ThreeNodes(), {row});
  ExpectInvariants(agrees, {row});
  EXPECT_EQ(agrees.items[0].kind, BreakClass::kNotExecutable);
  EXPECT_THAT(agrees.items[0].reason, HasSubstr("these rows have no cost"));
  row.quantity = "4";
  const ReconcileResult more = Reconcile(ThreeNodes(), {row});
  ExpectInvariants(more, {row});
  EXPECT_EQ(more.items[0].kind, BreakClass::kQuantityBreak);
  EXPECT_TRUE(more.items[0].difference.zero());
  EXPECT_THAT(more.items[0].reason,
              HasSubstr("8 GPU-hours too much, worth 23.20 USD"));
}

}  // namespace
}  // namespace drawdown::testing
