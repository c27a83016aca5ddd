#include "ledger/device_shares.h"

#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

DeviceUse Use(const char* id, Ratio share, int64_t start_us,
              std::optional<int64_t> end_us = {}) {
  return {{id}, share, 0, start_us, end_us};
}

TEST(RatioTest, TextsAndBack) {
  const struct {
    const char* text;
    const char* canonical;  // nullptr: kBadNumber
  } kCases[] = {{"1/7", "1/7"},     {"2/14", "1/7"},
                {"0.25", "1/4"},    {"1", "1"},
                {"7/7", "1"},       {"0", "0"},
                {"0/3", "0"},       {"0.000001", "1/1000000"},
                {"1.0", "1"},       {"8/7", nullptr},
                {"1/0", nullptr},   {"-1/7", nullptr},
                {"1/-7", nullptr},  {"0.0000001", nullptr},
                {"1.5", nullptr},   {"", nullptr},
                {"/7", nullptr},    {"1/", nullptr},
                {"1/7/7", nullptr}, {"1/1000001", nullptr},
                {"0.5/2", nullptr}, {"nan", nullptr},
                {"1/ 7", nullptr},  {"99999999999999999999/1", nullptr}};
  for (const auto& one : kCases) {
    const auto ratio = ParseRatio(one.text);
    if (one.canonical == nullptr) {
      EXPECT_THAT(ratio, IsError(ErrorCode::kBadNumber, "part in 0..1"))
          << one.text;
      continue;
    }
    ASSERT_THAT(ratio, IsOk()) << one.text;
    EXPECT_EQ(FormatRatio(*ratio), one.canonical);
    EXPECT_TRUE(IsValidRatio(*ratio));
  }
}

TEST(DeviceSharesTest, RoomIsJudgedFromTheStartOn) {
  const std::vector<DeviceUse> others = {Use("gone", {6, 7}, 0, 10),
                                         Use("here", {3, 7}, 10),
                                         Use("soon", {3, 7}, 20, 30)};
  EXPECT_THAT(CheckRoom("g", {1, 7}, 10, others), IsOk());
  EXPECT_THAT(CheckRoom("g", {2, 7}, 10, others),
              IsError(ErrorCode::kWrongState,
                      "no room for 2/7 at 1970-01-01T00:00:00.00002Z: it holds "
                      "3/7 of run here attempt 1, 3/7 of run soon attempt 1"));
  EXPECT_THAT(CheckRoom("g", {4, 7}, 30, others), IsOk());
  EXPECT_THAT(CheckRoom("g", {1, 7}, 0, others), IsOk());
  EXPECT_THAT(CheckRoom("g", {2, 7}, 9, others),
              IsError(ErrorCode::kWrongState, "run gone"));
}

TEST(DeviceSharesTest, OneMillionthTooMuchIsTooMuch) {
  const std::vector<DeviceUse> others = {Use("a", {1, 3}, 0),
                                         Use("b", {1, 3}, 0)};
  EXPECT_THAT(CheckRoom("g", {1, 3}, 0, others), IsOk());
  // 333,334 millionths are more than a third.
  EXPECT_THAT(CheckRoom("g", {166'667, 500'000}, 0, others),
              IsError(ErrorCode::kWrongState, "no room"));
}

TEST(DeviceSharesTest, SharesWithoutACommonDenominatorAreAnError) {
  std::vector<DeviceUse> others;
  for (const int64_t prime :
       {999'983, 999'979, 999'961, 999'959, 999'953, 999'931, 999'917}) {
    others.push_back(Use("x", {1, prime}, 0));
  }
  EXPECT_THAT(CheckRoom("g", {1, 2}, 0, others),
              IsError(ErrorCode::kOverflow, "common denominator"));
}

// Sevenths come and go in any order; each has its share to within a millionth,
// and a full device is exactly one GPU.
TEST(DeviceSharesTest, AFullDeviceOfSeventhsIsOneGpu) {
  Random random;
  std::vector<DeviceUse> uses;
  int full = 0;
  for (int step = 0; step < 20'000; ++step) {
    const int64_t part = random.Between(1, 4);
    const Ratio share = {part, 7};
    if (!uses.empty() && random.OneIn(3)) {
      uses.erase(uses.begin() +
                 random.Between(0, static_cast<int64_t>(uses.size()) - 1));
      continue;
    }
    if (!CheckRoom("g", share, 0, uses).ok()) continue;
    const auto micro_gpus = MicroGpusBeside(share, uses);
    ASSERT_THAT(micro_gpus, IsOk());
    const int64_t floor = part * kMicroGpusPerGpu / 7;
    EXPECT_GE(*micro_gpus, floor);
    EXPECT_LE(*micro_gpus, floor + 1);
    uses.push_back({{"x"}, share, *micro_gpus, 0, {}});
    int64_t sevenths = 0;
    int64_t total = 0;
    for (const DeviceUse& use : uses) {
      sevenths += use.share.num;
      total += use.micro_gpus;
    }
    EXPECT_LE(total, kMicroGpusPerGpu);
    if (sevenths == 7) {
      ++full;
      EXPECT_EQ(total, kMicroGpusPerGpu);
    }
  }
  EXPECT_GT(full, 100);
}

// Of others that were rounded up, left over from a device with more runs.
TEST(DeviceSharesTest, WhoFillsTheDeviceTakesWhatIsLeft) {
  std::vector<DeviceUse> others = {Use("a", {1, 3}, 0), Use("b", {1, 3}, 0),
                                   Use("over", {1, 3}, 0, 1)};
  others[0].micro_gpus = others[1].micro_gpus = 333'334;
  EXPECT_EQ(*MicroGpusBeside({1, 3}, others), 333'332);
  EXPECT_EQ(*MicroGpusBeside({1, 6}, others), 166'666);
}

TEST(DeviceSharesTest, AFullDeviceOfAnyEqualSharesIsOneGpu) {
  for (int64_t count = 1; count <= 64; ++count) {
    std::vector<DeviceUse> uses;
    int64_t total = 0;
    for (int64_t i = 0; i < count; ++i) {
      const auto micro_gpus = MicroGpusBeside({1, count}, uses);
      ASSERT_THAT(micro_gpus, IsOk());
      uses.push_back({{"x"}, {1, count}, *micro_gpus, 0, {}});
      total += *micro_gpus;
    }
    EXPECT_EQ(total, kMicroGpusPerGpu) << count;
  }
}

}  // namespace
}  // namespace drawdown
