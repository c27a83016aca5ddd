#include "engine/sacct_fields.h"

#include <algorithm>
#include <random>

#include "base/error.h"
#include "drawdown/units.h"
#include "engine/sacct_attempts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(AllocTresTest, CountsEveryGpuOnce) {
  const struct {
    std::string_view text;
    int64_t gpus;
    int types;
    bool shares;
  } kCases[] = {
      {"", 0, 0, false},
      {"Unknown", 0, 0, false},
      {"cpu=1,mem=1.50G,node=1", 0, 0, false},
      {"gres/gpu=8", 8, 0, false},
      {"gres/gpu:h100=8", 8, 1, false},
      {"gres/gpu=8,gres/gpu:h100=8", 8, 1, false},
      {"gres/gpu:a100=3,gres/gpu=8,gres/gpu:h100=5", 8, 2, false},
      {"gres/gpu:a100=0,gres/gpu=8,gres/gpu:h100=8", 8, 1, false},
      {"gres/gpu:a100_80gb=3", 3, 1, false},
      {"gres/gpumem=80G,gres/gpuutil=90", 0, 0, false},
      {"gres/shard=4", 0, 0, true},
      {"gres/mps:tesla=50,gres/gpu=1", 1, 0, true},
      {"license/x@s=1=2,gres/gpu=1", 1, 0, false},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(std::string(one.text));
    const auto gpus = ParseAllocTres(one.text);
    ASSERT_THAT(gpus, IsOk());
    EXPECT_EQ(gpus->micro_gpus, one.gpus * kMicroGpusPerGpu);
    EXPECT_EQ(gpus->types, one.types);
    EXPECT_EQ(gpus->shares, one.shares);
  }
}

// A device of a MIG profile is that part of a GPU; the parts of a record are
// added up exactly and rounded half-even once.
TEST(AllocTresTest, MigDevicesAreParts) {
  const struct {
    std::string_view text;
    int64_t micro_gpus;
  } kCases[] = {
      {"gres/gpu=1,gres/gpu:a100_1g.5gb=1", 142'857},  // 142,857.142...
      {"gres/gpu:a100_1g.5gb=2", 285'714},             // 285,714.285...
      {"gres/gpu:1g.10gb=3", 428'571},                 // 428,571.428...
      {"gres/gpu:a100_1g.5gb=4", 571'429},             // 571,428.571...
      {"gres/gpu=7,gres/gpu:a100_1g.5gb=7", 1'000'000},
      {"gres/gpu:3g.20gb=1,gres/gpu:4g.20gb=1", 1'000'000},
      {"gres/gpu:7g.80gb=2", 2'000'000},
      {"gres/gpu:1g.10gb+me=7", 1'000'000},
      {"gres/gpu:nvidia_h100_80gb_hbm3_2g.20gb=1", 285'714},
      {"gres/gpu:a30_1g.6gb=1", 250'000},
      {"gres/gpu:2g.12gb=1", 500'000},  // of an A30
      {"gres/gpu:4g.24gb=1", 1'000'000},
      {"gres/gpu:rtx_pro_6000_1g.24gb=3", 750'000},
      {"gres/gpu:h100=1,gres/gpu:h100_1g.12gb=1", 1'142'857},
      {"gres/mig:1g.5gb=7", 1'000'000},
      {"gres/mig=7,gres/mig:1g.5gb=7", 1'000'000},
      // Resources of their own, typed or not.
      {"gres/gpu=2,gres/mig:1g.5gb=2", 2'285'714},
      {"gres/gpu=2,gres/gpu:a100=2,gres/mig:1g.5gb=2", 2'285'714},
      {"gres/gpu=2,gres/gpu:1g.5gb=2,gres/mig:1g.5gb=2", 571'429},
      // In any case of letters, however it is joined.
      {"gres/gpu:A30_1g.6gb=1", 250'000},
      {"gres/gpu:A100_1G.5GB=1", 142'857},
      {"gres/gpu:a100.mig-2g_10gb=1", 285'714},
      {"gres/gpu:a100_1g5gb=1", 142'857},
      // Compute instances; engines.
      {"gres/gpu:a100_1c.3g.20gb=1", 142'857},
      {"gres/gpu:2c.3g.20gb=1,gres/gpu:1c.3g.20gb=1", 428'571},
      {"gres/gpu:h100_1g.12gb+me.all=1", 142'857},
      {"gres/gpu:rtx_pro_6000_1g.24gb_gfx=1", 250'000},
      {"gres/gpu:rtx_pro_6000_2g.48gb-me=1", 500'000},
      {"gres/gpu:rtx_pro_5000_1g.24gb=1", 500'000},
      {"gres/gpu:h100_1g.24gb=1", 142'857},
      // What has gigabytes and no slices is a GPU.
      {"gres/gpu:h100_80gb_hbm3=1", 1'000'000},
      {"gres/gpu:v100-32g=1", 1'000'000},
      // So is what says that it is not cut, or has these letters in a name.
      {"gres/gpu:a100_nomig=2", 2'000'000},
      {"gres/gpu:h100-nonmig=1", 1'000'000},
      {"gres/gpu:h100-non-mig=1", 1'000'000},
      {"gres/gpu:no_mig.a100=1", 1'000'000},
      {"gres/gpu:A100_MIG_disabled=2", 2'000'000},
      {"gres/gpu:migration=1", 1'000'000},
  };
  for (const auto& one : kCases) {
    const auto gpus = ParseAllocTres(one.text);
    ASSERT_THAT(gpus, IsOk()) << one.text;
    EXPECT_EQ(gpus->micro_gpus, one.micro_gpus) << one.text;
  }
}

TEST(AllocTresTest, RefusesWhatContradictsItself) {
  const struct {
    const char* text;
    ErrorCode code;
    const char* message;
  } kCases[] = {
      {"gres/gpu=8,gres/gpu:h100=4", ErrorCode::kBadRow, "add up to 4"},
      {"gres/gpu=0,gres/gpu:h100=4", ErrorCode::kBadRow, "add up to 4"},
      {"gres/gpu=8,gres/gpu=8", ErrorCode::kBadRow, "twice"},
      {"gres/gpu:a=8,gres/gpu:a=8", ErrorCode::kBadRow, "twice"},
      {"gres/gpu=", ErrorCode::kBadNumber, "gres/gpu="},
      {"gres/gpu=-1", ErrorCode::kBadNumber, "gres/gpu=-1"},
      {"gres/gpu=1.5", ErrorCode::kBadNumber, "whole"},
      {"gres/gpu=1e3", ErrorCode::kBadNumber, "whole"},
      {"gres/gpu:x=8K", ErrorCode::kBadNumber, "whole"},
      {"gres/gpu=99999999999999999999", ErrorCode::kBadNumber, "9999"},
      {"gres/gpu:a=9000000000000,gres/gpu:b=9000000000000",
       ErrorCode::kBadNumber, "is more than 1000000000 GPUs"},
      {"gres/gpu", ErrorCode::kBadRow, "NAME=COUNT"},
      {"gres/gpu:a100_5g.40gb=1", ErrorCode::kBadRow, "5 of 7 slices"},
      {"gres/gpu:9g.90gb=1", ErrorCode::kBadRow, "9 of 7 slices"},
      {"gres/gpu:a30_3g.18gb=1", ErrorCode::kBadRow, "3 of 4 slices"},
      {"gres/gpu=1,gres/gpu:1g.5gb=7", ErrorCode::kBadRow, "add up to 7"},
      {"gres/gpu:rtx_pro_5000_4g.96gb=1", ErrorCode::kBadRow, "4 of 2"},
      {"gres/gpu:1g.24gb_gfx=1", ErrorCode::kBadRow, "of which GPU"},
      {"gres/gpu:2g.48gb=1", ErrorCode::kBadRow, "of which GPU"},
      {"gres/gpu:a100_1g.5gb_x=1", ErrorCode::kBadRow, "_x"},
      {"gres/gpu:a100_4c.3g.20gb=1", ErrorCode::kBadRow, "1 to 3 slices"},
      {"gres/gpu:a100_0c.3g.20gb=1", ErrorCode::kBadRow, "1 to 3 slices"},
      {"gres/gpu:a100_mig=1", ErrorCode::kBadRow, "of which MIG profile"},
      {"gres/gpu:a100_mig_a=1", ErrorCode::kBadRow, "of which MIG profile"},
      {"gres/mig=2", ErrorCode::kBadRow, "of which MIG profile"},
      {"gres/mig:a100=2", ErrorCode::kBadRow, "of which MIG profile"},
      {"gres/mig=3,gres/mig:1g.5gb=2", ErrorCode::kBadRow, "add up to 2"},
      {"cpu=1,,gres/gpu=1", ErrorCode::kBadRow, "NAME=COUNT"},
  };
  for (const auto& one : kCases) {
    EXPECT_THAT(ParseAllocTres(one.text), IsError(one.code, one.message))
        << one.text;
  }
}

TEST(SacctDurationTest, ReadsSlurmsForms) {
  const struct {
    const char* text;
    int64_t seconds;
  } kCases[] = {{"00:00", 0},           {"45:00", 2'700},
                {"01:02:03", 3'723},    {"1-02:03:04", 93'784},
                {"120:00:00", 432'000}, {"365-00:00:00", 31'536'000}};
  for (const auto& one : kCases) {
    const auto duration = ParseSacctDuration(one.text);
    ASSERT_THAT(duration, IsOk());
    EXPECT_EQ(*duration, one.seconds * kMicrosPerSecond) << one.text;
  }
  EXPECT_EQ(**ParseSacctDuration("00:01.25"), 1'250'000);
  for (const char* absent : {"", "Unknown", "INVALID", "None"}) {
    EXPECT_EQ(*ParseSacctDuration(absent), std::nullopt) << absent;
  }
}

TEST(SacctDurationTest, RefusesEverythingElse) {
  for (const char* text :
       {"5", "1:2:3:4", "00:60", "60:00:61", "1-24:00:00", "1-00:00", "-1:00",
        "1--00:00:00", ":", "::", "a:b", "1-", "00:01.", "00:01.1234567",
        "99999999-00:00:00", "00:01-1", "00:00:00.0-1"}) {
    EXPECT_THAT(ParseSacctDuration(text), IsError(ErrorCode::kBadTime, "MM:SS"))
        << text;
  }
}

TEST(SacctStateTest, OpenStatesAndSteps) {
  for (const char* state : {"RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING",
                            "STOPPED", "STAGE_OUT"}) {
    EXPECT_TRUE(MayStillRunInSacct(state)) << state;
  }
  for (const char* state :
       {"CANCELLED by 1000", "COMPLETED", "REQUEUED", "RESIZING",
        "SPECIAL_EXIT", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD",
        "RECONFIG_FAIL", "", "NEW"}) {
    EXPECT_FALSE(MayStillRunInSacct(state)) << state;
  }
  for (const char* id : {"1.batch", "1.extern", "1.0", "1_2.batch", "1+1.0"}) {
    EXPECT_TRUE(IsSacctStep(id)) << id;
  }
  for (const char* id : {"1", "1_2", "1+1", "1_[2-9%3]"}) {
    EXPECT_FALSE(IsSacctStep(id)) << id;
  }
}

TEST(NumberAttemptsTest, KnownStartsKeepTheirNumbersOthersGetTheLowestFree) {
  EXPECT_THAT(NumberAttempts({30, 10, 20}, {}),
              ElementsAre(Pair(10, 1), Pair(20, 2), Pair(30, 3)));
  EXPECT_THAT(NumberAttempts({5, 10, 20}, {{1, 10}, {2, 20}}),
              ElementsAre(Pair(5, 3), Pair(10, 1), Pair(20, 2)));
  EXPECT_THAT(NumberAttempts({10, 20, 30}, {{2, 20}}),
              ElementsAre(Pair(10, 1), Pair(20, 2), Pair(30, 3)));
}

TEST(NumberAttemptsTest, AnAttemptThatNoRecordStatesIsNotPassedBy) {
  // Corrected to another start, or voided.
  EXPECT_THAT(NumberAttempts({10}, {{1, 11}}), ElementsAre(Pair(10, 1)));
  EXPECT_THAT(NumberAttempts({10, 20}, {{1, std::nullopt}, {2, 20}}),
              ElementsAre(Pair(10, 1), Pair(20, 2)));
}

TEST(NumberAttemptsTest, AKilledImportIsCompletedWithTheSameNumbers) {
  std::mt19937_64 random(TestSeed());
  for (int round = 0; round < 2'000; ++round) {
    std::vector<int64_t> starts;
    KnownAttempts known;
    for (int i = 0; i < 6; ++i) {
      const int64_t start_us = i * 10 + 1;
      if (random() % 2 == 0) starts.push_back(start_us);
      // The books know some of these, under numbers with gaps.
      if (!starts.empty() && starts.back() == start_us && random() % 3 == 0) {
        known.emplace(1 + random() % 9, start_us);
      }
    }
    const auto whole = NumberAttempts(starts, known);
    for (const int64_t start_us : starts) {
      if (random() % 2 == 0) known.emplace(whole.at(start_us), start_us);
    }
    std::shuffle(starts.begin(), starts.end(), random);
    EXPECT_EQ(NumberAttempts(starts, known), whole);
  }
}

}  // namespace
}  // namespace drawdown
