// Items that are made when they are asked for.
#include <ranges>

#include "gtest/gtest.h"
#include "model/stored_breaks.h"

namespace drawdown {
namespace {

GpuTime Hours(std::string_view text) { return *ParseGpuHours(text); }
MoneyAmount Money(std::string_view text) { return *ParseMoney(text); }

TenantPart Part(uint32_t tenant, std::string_view billed,
                std::string_view metered) {
  TenantPart part;
  part.tenant = tenant;
  part.rows = tenant + 2;
  part.billed = Hours(billed);
  part.metered = Hours(metered);
  part.billed_cost = Money(billed);
  part.expected_cost = Money(metered);
  if (billed != metered) {
    part.kind = BreakClass::kAllocationGap;
    part.differs = true;
  }
  return part;
}

static_assert(std::ranges::input_range<const BreakList>);

// Parts of three tenants with a whole item between them.
BreakList Items() {
  auto stored = std::make_shared<StoredBreaks>();
  stored->tenant_tag = "team";
  stored->tenants = {"", "acme", "acme/chat"};
  Break whole;
  whole.pool = "aws/h100";
  whole.lines = 7;
  whole.reason = "agreed";
  whole.billed_cost = Money("99");
  stored->splits = {{whole, {Part(0, "3", "4"), Part(1, "5", "5")}},
                    {whole, {Part(2, "2", "1.5")}, "; and more"}};
  stored->splits[1].parts[0].pending = true;
  whole.reason = "alone";
  stored->wholes = {whole};
  stored->order = {{0, 0}, {StoredBreaks::kWhole, 0}, {1, 0}, {0, 1}};
  stored->FindBreaks();
  return BreakList(stored);
}

TEST(BreakListTest, PartsShareWhatTheirWholeSays) {
  const BreakList items = Items();
  ASSERT_EQ(items.size(), 4u);
  EXPECT_EQ(items[0].reason,
            "rows without tag team: billed 3 GPU-hours, metered 4; the pool's "
            "hours agree, its tenants' do not");
  EXPECT_EQ(items[1].reason, "alone");
  EXPECT_EQ(items[1].tenant, "");
  EXPECT_EQ(FormatMoney(items[1].billed_cost), "99");
  EXPECT_EQ(items[2].reason,
            "tenant acme/chat: billed 2 GPU-hours, metered 1.5; the pool's "
            "hours agree, its tenants' do not; and more");
  EXPECT_TRUE(items[2].pending);
  EXPECT_EQ(FormatMoney(items[2].difference), "0.5");
  EXPECT_EQ(items[3].reason, "agreed");
  EXPECT_EQ(items[3].tenant, "acme");
  EXPECT_FALSE(items[3].pending);
  EXPECT_EQ(items[3].kind, BreakClass::kMatched);
  EXPECT_EQ(items[3].rows, 3u);
  for (const Break& item : items) {
    EXPECT_EQ(item.pool, "aws/h100");
    EXPECT_EQ(item.lines, 7u);
  }
}

// The same item by three ways, also in the memory of others.
TEST(BreakListTest, AnItemIsTheSameHoweverItIsRead) {
  const BreakList items = Items();
  size_t i = 0;
  for (const Break& item : items) {
    const Break one = items[i];
    const BreakFigures figures = items.figures(i);
    EXPECT_EQ(item.reason, one.reason);
    EXPECT_EQ(item.tenant, one.tenant);
    for (const BreakFigures& other : {BreakFigures(item), figures}) {
      EXPECT_EQ(other.kind, one.kind);
      EXPECT_EQ(other.pending, one.pending);
      EXPECT_EQ(other.lines, one.lines);
      EXPECT_EQ(other.rows, one.rows);
      EXPECT_TRUE(other.billed == one.billed);
      EXPECT_TRUE(other.metered == one.metered);
      EXPECT_TRUE(other.billed_cost == one.billed_cost);
      EXPECT_TRUE(other.expected_cost == one.expected_cost);
      EXPECT_TRUE(other.difference == one.difference);
    }
    ++i;
  }
  EXPECT_EQ(i, items.size());
}

std::vector<uint32_t> BreaksOf(const BreakList& items) {
  return {items.breaks().begin(), items.breaks().end()};
}

TEST(BreakListTest, WhatIsNotCleanIsListedInOrder) {
  const BreakList parts = Items();
  EXPECT_EQ(BreaksOf(parts), (std::vector<uint32_t>{0, 2}));
  for (const uint32_t i : parts.breaks()) {
    EXPECT_FALSE(IsClean(parts.figures(i).kind)) << i;
  }
  Break clean;
  Break timing;
  timing.kind = BreakClass::kTiming;
  EXPECT_EQ(BreaksOf({clean, timing, clean, timing}),
            (std::vector<uint32_t>{1, 3}));
  EXPECT_TRUE(BreaksOf({clean}).empty());
}

TEST(BreakListTest, NothingIsEmptyAndItemsKeepTheirOrder) {
  EXPECT_TRUE(BreakList().empty());
  EXPECT_TRUE(BreakList().breaks().empty());
  EXPECT_TRUE(BreakList().begin() == BreakList().end());
  Break first;
  first.tenant = "z";
  Break second;
  second.tenant = "a";
  const BreakList items = {first, second};
  EXPECT_EQ(items[0].tenant, "z");
  EXPECT_EQ(items[1].tenant, "a");
  EXPECT_EQ(BreakList(std::vector<Break>{second})[0].tenant, "a");
}

}  // namespace
}  // namespace drawdown
