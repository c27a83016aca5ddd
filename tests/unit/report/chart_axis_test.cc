// Ticks and labels of charts' axes.
#include "report/chart_axis.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> LabelsOf(Int128 largest, Int128 unit) {
  std::vector<std::string> labels;
  for (const AmountTick& tick : AmountTicks(largest, unit)) {
    labels.push_back(tick.label);
  }
  return labels;
}

std::vector<std::string> LabelsOf(const char* from, const char* to) {
  std::vector<std::string> labels;
  const int64_t from_us = *ParseInstant(from);
  const int64_t to_us = *ParseInstant(to);
  for (const TimeTick& tick : TimeTicks(from_us, to_us)) {
    EXPECT_LE(from_us, tick.at_us);
    EXPECT_LE(tick.at_us, to_us);
    labels.push_back(tick.label);
  }
  return labels;
}

TEST(ChartAxisTest, ShortAmountsHaveThreeDigits) {
  EXPECT_EQ(ShortAmount(0, 1), "0");
  EXPECT_EQ(ShortAmount(999, 1), "999");
  EXPECT_EQ(ShortAmount(1'250, 1), "1.25k");
  EXPECT_EQ(ShortAmount(999'949, 1), "1M");
  EXPECT_EQ(ShortAmount(12'345, 10), "1.23k");
  EXPECT_EQ(ShortAmount(5, 1'000), "0.005");
  EXPECT_EQ(ShortAmount(-38'000'000'000, 1), "-38B");
  EXPECT_EQ(ShortAmount(kAttosPerUnit * 1'520'000'000'000, kAttosPerUnit),
            "1.52T");
}

TEST(ChartAxisTest, AmountTicksAreRoundAndReachTheLargest) {
  EXPECT_THAT(LabelsOf(0, 1), ElementsAre("0", "1"));
  EXPECT_THAT(LabelsOf(37, 1), ElementsAre("0", "10", "20", "30", "40"));
  EXPECT_THAT(LabelsOf(400, 10), ElementsAre("0", "10", "20", "30", "40"));
  EXPECT_THAT(LabelsOf(5, 10),
              ElementsAre("0", "0.1", "0.2", "0.3", "0.4", "0.5"));
  const Int128 huge = Int128{1} << 120;
  EXPECT_GE(AmountTicks(huge, kAttosPerUnit).back().amount, huge);
  EXPECT_LE(AmountTicks(huge, kAttosPerUnit).size(), 7u);
}

TEST(ChartAxisTest, TimeTicksFitTheSpan) {
  EXPECT_THAT(LabelsOf("2026-10-01T00:00:00Z", "2026-10-01T06:00:00Z"),
              ElementsAre("00:00", "01:00", "02:00", "03:00", "04:00", "05:00",
                          "06:00"));
  EXPECT_THAT(LabelsOf("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"),
              ElementsAre("1 Oct", "6 Oct", "11 Oct", "16 Oct", "21 Oct",
                          "26 Oct", "31 Oct"));
  EXPECT_THAT(LabelsOf("2025-11-03T00:00:00Z", "2026-11-03T00:00:00Z"),
              ElementsAre("2026-01", "2026-03", "2026-05", "2026-07", "2026-09",
                          "2026-11"));
  EXPECT_THAT(
      LabelsOf("2025-11-03T00:00:00Z", "2032-11-03T00:00:00Z"),
      ElementsAre("2026", "2027", "2028", "2029", "2030", "2031", "2032"));
}

}  // namespace
}  // namespace drawdown
