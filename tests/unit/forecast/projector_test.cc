// One series carried on: levels, patterns, and what they must not be fooled by.
#include "forecast/projector.h"

#include <numeric>

#include "forecast/level.h"
#include "forecast/pattern.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr size_t kDay = 24;
constexpr size_t kWeek = 7 * kDay;

using Amounts = std::vector<Int128>;

Amounts Repeat(const Amounts& part, size_t times) {
  Amounts all;
  for (size_t i = 0; i < times; ++i) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

ProjectedSeries Project(const Amounts& history, size_t steps) {
  const auto projected = ProjectSeries(history, kDay, steps);
  EXPECT_THAT(projected, IsOk());
  return *projected;
}

Int128 Sum(const Amounts& amounts) {
  return std::accumulate(amounts.begin(), amounts.end(), Int128{0});
}

TEST(FadeTest, HalvesInFourDays) {
  EXPECT_TRUE(FadeMicro(0) == 917'004);
  EXPECT_TRUE(FadeMicro(3) == 545'254);
  EXPECT_TRUE(FadeMicro(4) == 458'502);
  EXPECT_TRUE(FadeMicro(9) == 192'776);
  EXPECT_TRUE(FadeMicro(1'000'000) == 0);
}

TEST(ProjectorTest, WhatIsConstantGoesOn) {
  const auto projected = Project(Amounts(5 * kWeek, 700), 3 * kWeek);
  EXPECT_TRUE(projected.amounts == Amounts(3 * kWeek, 700));
}

TEST(ProjectorTest, LastDayFadesIntoLastWeek) {
  Amounts history(kWeek, 100);
  std::fill(history.end() - kDay, history.end(), 800);  // the week's mean: 200
  const auto projected = Project(history, 30 * kDay);
  EXPECT_TRUE(projected.amounts[0] == 750);
  EXPECT_TRUE(projected.amounts[kDay - 1] == 750);
  EXPECT_TRUE(projected.amounts[4 * kDay] == 475);
  EXPECT_TRUE(projected.amounts[8 * kDay] == 338);
  EXPECT_TRUE(projected.amounts[29 * kDay] < 210);
}

TEST(ProjectorTest, ShortHistoryIsAllThereIs) {
  EXPECT_TRUE(Project(Amounts(kDay / 2, 60), kWeek).amounts ==
              Amounts(kWeek, 60));
}

TEST(ProjectorTest, WhatEndedAWeekAgoIsOver) {
  Amounts history(4 * kWeek, 90);
  std::fill(history.end() - kWeek, history.end(), 0);
  EXPECT_TRUE(Project(history, kWeek).amounts == Amounts(kWeek, 0));
  EXPECT_TRUE(Project({}, kWeek).amounts == Amounts(kWeek, 0));
}

// Busy from 8 to 18, half of it at weekends.
Amounts OfficeWeek() {
  Amounts week;
  for (size_t hour = 0; hour < kWeek; ++hour) {
    const bool busy = hour % kDay >= 8 && hour % kDay < 18;
    const Int128 scale = hour / kDay >= 5 ? 500 : 1'000;
    week.push_back(busy ? 10 * scale : scale);
  }
  return week;
}

TEST(ProjectorTest, FollowsADailyAndWeeklyPattern) {
  const Amounts week = OfficeWeek();
  const auto projected = Project(Repeat(week, 5), kWeek);
  EXPECT_TRUE(projected.patterned);
  Int128 error = 0;
  Int128 flat_error = 0;
  for (size_t i = 0; i < kWeek; ++i) {
    const auto distance = [](Int128 a, Int128 b) {
      return a < b ? b - a : a - b;
    };
    error += distance(projected.amounts[i], week[i]);
    flat_error += distance(Sum(week) / kWeek, week[i]);
  }
  // Shapes are drawn towards flat, so some error stays.
  EXPECT_LT(static_cast<int64_t>(error), static_cast<int64_t>(flat_error / 2));
}

TEST(ProjectorTest, APatternTurnsWithTheEndOfTheHistory) {
  Amounts history = Repeat(OfficeWeek(), 5);
  const auto whole = Project(history, kWeek);
  history.resize(history.size() - 10);
  const auto cut = Project(history, kWeek);
  ASSERT_TRUE(cut.patterned);
  // 18 o'clock is the fall of use, whenever it is asked.
  EXPECT_LT(static_cast<int64_t>(whole.amounts[18]),
            static_cast<int64_t>(whole.amounts[17] / 2));
  EXPECT_LT(static_cast<int64_t>(cut.amounts[28]),
            static_cast<int64_t>(cut.amounts[27] / 2));
}

TEST(ProjectorTest, NoiseIsNoPattern) {
  Random random;
  int patterned = 0;
  for (int i = 0; i < 100; ++i) {
    Amounts history;
    for (size_t hour = 0; hour < 5 * kWeek; ++hour) {
      history.push_back(random.Between(0, 1'000'000));
    }
    patterned += Project(history, kDay).patterned;
  }
  EXPECT_LT(patterned, 5) << "DRAWDOWN_SEED=" << TestSeed();
}

TEST(ProjectorTest, ARampIsNotAPattern) {
  Amounts history;
  for (size_t hour = 0; hour < 5 * kWeek; ++hour) history.push_back(hour * 10);
  const auto projected = Project(history, kWeek);
  EXPECT_FALSE(projected.patterned);
  // Not carried on upwards: nothing says that it goes on.
  EXPECT_LE(static_cast<int64_t>(projected.amounts.back()),
            static_cast<int64_t>(history.back()));
}

TEST(ProjectorTest, RefusesWhatIsOutOfAllProportion) {
  EXPECT_THAT(ProjectSeries(Amounts(kWeek, Int128{1} << 71), kDay, kDay),
              IsError(ErrorCode::kOverflow, "too large"));
  // 2^70 GPU-microseconds an hour are 3e11 GPUs.
  EXPECT_TRUE(Project(Amounts(kWeek, Int128{1} << 70), 1).amounts[0] ==
              Int128{1} << 70);
}

}  // namespace
}  // namespace drawdown
