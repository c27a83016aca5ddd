#include "reconcile/tenant_book.h"

#include <cstdint>
#include <map>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/unit/reconcile/support.h"

namespace drawdown::testing {
namespace {

Interval HourAt(int hour) { return {HourOf(hour), HourOf(hour + 1)}; }

std::map<uint32_t, GpuTime> InHour(const TenantBook& book, int hour) {
  std::map<uint32_t, GpuTime> times;
  book.ForEachInside(
      HourOf(hour), HourOf(hour + 1),
      [&](uint32_t tenant, GpuTime time) { times[tenant] += time; });
  return times;
}

TenantBook BookOf(int hour, uint32_t tenant, std::string_view hours) {
  TenantBook book;
  book.Add(HourAt(hour), tenant, Hours(hours));
  book.Seal();
  return book;
}

// The last span by time is not the last one taken.
TEST(TenantBookTest, TakesOfSpansThatAreThereAddUp) {
  using Times = std::map<uint32_t, GpuTime>;
  TenantBook book = BookOf(5, 1, "8");
  book.Take(BookOf(2, 2, "4"));
  book.Take(BookOf(5, 2, "2"));
  book.Take(BookOf(5, 1, "1"));
  EXPECT_EQ(InHour(book, 2), (Times{{2, Hours("4")}}));
  EXPECT_EQ(InHour(book, 5), (Times{{1, Hours("9")}, {2, Hours("2")}}));
}

}  // namespace
}  // namespace drawdown::testing
