#include "reconcile/quantity.h"

#include <string>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

TEST(ParseUnitTest, ReadsTheSpellingsOfBills) {
  struct Case {
    std::string text;
    int64_t seconds;
    bool per_gpu;
  };
  const Case cases[] = {
      {"Hours", 3600, false},         {"Hour", 3600, false},
      {"Hrs", 3600, false},           {"1 Hour", 3600, false},
      {"100 Hours", 360'000, false},  {"Instance-Hours", 3600, false},
      {"Node Hours", 3600, false},    {"GPU-Hours", 3600, true},
      {"GPU Hours", 3600, true},      {"H100 GPU-Hours", 3600, true},
      {"gpu-hour", 3600, true},       {"GPU-Seconds", 1, true},
      {"Minutes", 60, false},         {"Seconds", 1, false},
      {"10 GPU-Minutes", 600, true},  {"Day", 86'400, false},
      {"GPU-Days", 86'400, true},     {"GPU Per Hour", 3600, true},
      {"Node Per Hour", 3600, false}, {"Units/Hour", 3600, false},
      {"GPU/Hour", 3600, true},       {"1/Hour", 3600, false},
      {"10 /Hour", 36'000, false},    {"1 GPU/Hour", 3600, true},
      {"ONE GPU HOUR", 3600, true},   {"One Hour", 3600, false},
      {"A10 GPU Hours", 3600, true},  {"Nvidia M60 GPU Hours", 3600, true},
  };
  for (const Case& c : cases) {
    const std::optional<TimeUnit> unit = ParseUnit(c.text).time;
    ASSERT_TRUE(unit.has_value()) << c.text;
    EXPECT_EQ(unit->seconds, c.seconds) << c.text;
    EXPECT_EQ(unit->per_gpu, c.per_gpu) << c.text;
  }
}

TEST(ParseUnitTest, KnowsWhatIsNotTimeOfAMachine) {
  for (const char* text :
       {"", "GB-Hours", "GB Hours", "vCPU-Hours", "1,000 GB-Hours",
        "Gigabyte Per Hour", "OCPU Per Hour", "Requests", "Hours of Requests",
        "GB-Mo", "-3 GB", "1000 Tokens", "vCPU-Months", "1 GB/Hour", "GB/Month",
        "IOPS/Month", "IOPS-Months", "Users/Month", "100 Users/Year"}) {
    EXPECT_FALSE(ParseUnit(text).time.has_value()) << text;
    EXPECT_FALSE(ParseUnit(text).unclear) << text;
  }
}

// Neither read as plain hours nor passed as something else.
TEST(ParseUnitTest, GuessesNeitherNumbersNorNouns) {
  for (const char* text : {"1,000 Hours",      "1.5 Hours",
                           "1e3 Hours",        "-1 Hours",
                           "+1 Hours",         "0 Hours",
                           "9999999 Hours",    "99999999999999999999 Hours",
                           "2 100 Hours",      "8x Hours",
                           "License-Hours",    "USD-Hours",
                           "H200-Hours",       "Accelerator-Hours",
                           "Normalized Hours", "Rack-Hours",
                           "Per Hour",         "/Hour",
                           "1/1 Hour",         "Instances/Month",
                           "100 Hours/Month",  "1/10 Days",
                           "TPU-Hours",        "Node Instance-Hours",
                           "Months",           "1 Mo",
                           "Node-Years",       "Weeks",
                           "1/Month",          "H200/Month",
                           "Accelerator/Year", "Things/Week"}) {
    EXPECT_FALSE(ParseUnit(text).time.has_value()) << text;
    EXPECT_TRUE(ParseUnit(text).unclear) << text;
    EXPECT_FALSE(ParseUnit(text).gpus) << text;
  }
  for (const char* text :
       {"1,000 GPU-Hours", "-1 GPU-Hours", "2 8 GPU-Hours", "GPU-Months",
        "GPU/Month", "ONE HUNDRED GPU HOURS", "Hundred GPU Hours",
        "K GPU-Hours", "M GPU-Hours", "Half GPU Hours", "One Half GPU Hour",
        "Dozen GPU-Hours", "x8 GPU Hours", "x 8 GPU Hours", "8 x GPU Hours",
        "8 Thousand GPU-Hours", "Two H100 GPU-Hours"}) {
    EXPECT_FALSE(ParseUnit(text).time.has_value()) << text;
    EXPECT_TRUE(ParseUnit(text).unclear && ParseUnit(text).gpus) << text;
  }
}

TEST(ToGpuTimeTest, MultipliesExactly) {
  struct Case {
    Decimal quantity;
    TimeUnit unit;
    int64_t micro_gpus;
    Int128 gpu_us;
  };
  const Case cases[] = {
      {{1, 0}, {3600, false}, 8'000'000, 8 * kMicrosPerHour},
      {{333'333, 6}, {3600, false}, 4'000'000, 4'799'995'200},
      {{-25, 1}, {3600, false}, 1'000'000, -9'000'000'000},
      {{12'288, 0}, {3600, true}, 4'000'000, 12'288 * kMicrosPerHour},
      {{1, 0}, {360'000, false}, 250'000, 25 * kMicrosPerHour},
  };
  for (const Case& c : cases) {
    const auto time = ToGpuTime(c.quantity, c.unit, c.micro_gpus);
    ASSERT_TRUE(time.ok());
    EXPECT_TRUE(time->time == GpuTime(c.gpu_us))
        << FormatGpuSeconds(time->time);
    EXPECT_EQ(time->scale, c.quantity.scale);
  }
}

TEST(ToGpuTimeTest, RefusesWhatDoesNotFit) {
  const Int128 huge = static_cast<Int128>(1) << 120;
  EXPECT_FALSE(ToGpuTime({huge, 0}, {3600, false}, 1'000'000).ok());
}

TEST(PublishingSlackTest, IsHalfAUnitOfTheLastPlacePerRow) {
  const GpuTime eight(8 * kMicrosPerHour);
  EXPECT_TRUE(PublishingSlack(eight, 0, 1) == GpuTime());
  EXPECT_TRUE(PublishingSlack(eight, 1, 1) == GpuTime(1'440'000'000));
  EXPECT_TRUE(PublishingSlack(eight * 3, 6, 3) == GpuTime(43'200));
  // Beyond six places the conversion itself may round, once a row.
  EXPECT_TRUE(PublishingSlack(eight, 9, 1) == GpuTime(15 + 1));
  EXPECT_TRUE(PublishingSlack(eight, 38, 2) == GpuTime(1 + 2));
}

}  // namespace
}  // namespace drawdown
