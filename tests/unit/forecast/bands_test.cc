// Bands from past errors.
#include "forecast/bands.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

using Amounts = std::vector<Int128>;

constexpr int64_t kOne = 1'000'000;

ErrorBands Measured(const Amounts& days) {
  const auto bands = ErrorBands::Measure(days);
  EXPECT_THAT(bands, IsOk());
  return *bands;
}

TEST(ErrorBandsTest, ConstantUsageHasNoErrors) {
  const ErrorBands bands = Measured(Amounts(56, 1'000));
  ASSERT_TRUE(bands.known());
  EXPECT_TRUE(bands.Over(1).low == kOne && bands.Over(1).high == kOne);
  EXPECT_TRUE(bands.Over(300).low == kOne && bands.Over(300).high == kOne);
}

TEST(ErrorBandsTest, NeedAWeekAndFourDays) {
  EXPECT_FALSE(Measured(Amounts(10, 5)).known());
  EXPECT_TRUE(Measured(Amounts(11, 5)).known());
  EXPECT_FALSE(Measured(Amounts(56, 0)).known());
  // Days before the first usage are not history.
  Amounts days(56, 0);
  std::fill(days.end() - 10, days.end(), 5);
  EXPECT_FALSE(Measured(days).known());
}

TEST(ErrorBandsTest, HoldWhatHappened) {
  Random random;
  Amounts days;
  for (int i = 0; i < 56; ++i) days.push_back(random.Between(800, 1'200));
  const ErrorBands bands = Measured(days);
  const ErrorBand day = bands.Over(1);
  EXPECT_TRUE(day.low < kOne && day.low > kOne / 2);
  EXPECT_TRUE(day.high > kOne && day.high < 2 * kOne);
}

// Each second day is high, so that no draw decides it.
TEST(ErrorBandsTest, ErrorsOfDaysEvenOutOverWeeks) {
  Amounts days;
  for (int i = 0; i < 56; ++i) days.push_back(i % 2 == 0 ? 800 : 1'200);
  const ErrorBands bands = Measured(days);
  EXPECT_TRUE(bands.Over(28).high < bands.Over(1).high);
  EXPECT_TRUE(bands.Over(28).low > bands.Over(1).low);
}

TEST(ErrorBandsTest, GrowWithTheRootOfTimeBeyondWhatWasMeasured) {
  // 11 days: one day ahead is measured, four times.
  Amounts days(11, 1'000);
  for (size_t i = 7; i < 11; i += 2) days[i] = 2'000;
  const ErrorBands bands = Measured(days);
  const ErrorBand one = bands.Over(1);
  const ErrorBand four = bands.Over(4);
  ASSERT_TRUE(one.high > kOne && one.low < kOne);
  EXPECT_TRUE(four.high - kOne == 2 * (one.high - kOne));
  EXPECT_TRUE(bands.Over(1'000'000).low == 0);
}

TEST(DayFactorsTest, SumsBecomeWhatTheBandsSay) {
  Amounts days(17, 1'000);
  for (size_t i = 7; i < 17; i += 2) days[i] = 2'000;
  const ErrorBands bands = Measured(days);
  const Amounts projected = {500, 0, 1'000, 700};
  const Amounts factors = DayFactors(bands, projected, &ErrorBand::high);
  Int128 sum = 0;
  Int128 banded = 0;
  for (size_t i = 0; i < projected.size(); ++i) {
    sum += projected[i];
    banded += projected[i] * factors[i] / kOne;
    if (projected[i] == 0) continue;
    const Int128 expected =
        sum * bands.Over(static_cast<int64_t>(i) + 1).high / kOne;
    EXPECT_LE(static_cast<int64_t>(expected - banded), 2) << i;
    EXPECT_LE(static_cast<int64_t>(banded - expected), 2) << i;
  }
  EXPECT_TRUE(DayFactors(ErrorBands(), projected, &ErrorBand::low) ==
              Amounts(4, kOne));
}

}  // namespace
}  // namespace drawdown
