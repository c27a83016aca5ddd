#include "meter/epoch_file.h"

#include <filesystem>

#include "drawdown/meter.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

class EpochFileTest : public testing::Test {
 protected:
  std::shared_ptr<EpochFile> Open(const std::string& boot,
                                  std::optional<Epoch> initial) {
    auto file = EpochFile::Open(dir_.Path(""), boot, initial);
    EXPECT_THAT(file, IsOk());
    return *std::move(file);
  }
  ScratchDir dir_;
};

TEST_F(EpochFileTest, IsMadeOnceAndSharedByAllWhoOpenIt) {
  EXPECT_EQ(Open("boot", std::nullopt), nullptr);
  const auto first = Open("boot", Epoch{7, 1});
  const auto second = Open("boot", Epoch{9, 0});
  EXPECT_EQ(second->Get(), (Epoch{7, 1}));
  EXPECT_TRUE(first->Publish({7, 1}, {8, 0}));
  EXPECT_EQ(second->Get(), (Epoch{8, 0}));
}

TEST_F(EpochFileTest, PublishMovesOnlyFromWhatItExpects) {
  const auto word = Open("boot", Epoch{7, 0});
  EXPECT_TRUE(word->Publish({7, 0}, {8, 1}));
  EXPECT_FALSE(word->Publish({7, 0}, {8, 1}));
  EXPECT_FALSE(word->Publish({8, 0}, {9, 1}));
  EXPECT_EQ(word->Get(), (Epoch{8, 1}));
}

TEST_F(EpochFileTest, BucketsBefore1970HaveWordsToo) {
  for (const Epoch epoch :
       {Epoch{-1, 0}, Epoch{INT32_MIN, 1}, Epoch{INT32_MAX, 0}, Epoch{0, 1}}) {
    const ScratchDir dir;
    const auto word = EpochFile::Open(dir.Path(""), "boot", epoch);
    ASSERT_THAT(word, IsOk());
    EXPECT_EQ((*word)->Get(), epoch);
    EXPECT_EQ(meter_internal::ActiveCounters((*word)->word()->load()),
              uint64_t{epoch.bank} << meter_internal::kBankShift);
  }
}

TEST_F(EpochFileTest, TheWordOfAnEarlierBootGoes) {
  Open("before", Epoch{7, 0});
  const auto word = Open("after", Epoch{8, 1});
  EXPECT_EQ(word->Get(), (Epoch{8, 1}));
  EXPECT_FALSE(std::filesystem::exists(dir_.Path("epoch.before")));
}

TEST_F(EpochFileTest, ADamagedFileIsAnError) {
  dir_.Write("epoch.short", "too short");
  EXPECT_THAT(EpochFile::Open(dir_.Path(""), "short", Epoch{}),
              IsError(ErrorCode::kCorrupt, "9 bytes"));
  dir_.Write("epoch.zero", std::string(65'536, '\0'));
  EXPECT_THAT(EpochFile::Open(dir_.Path(""), "zero", Epoch{}),
              IsError(ErrorCode::kCorrupt, "not an epoch file"));
}

TEST_F(EpochFileTest, RemembersTheLatestAndTheLongestLateness) {
  const auto word = Open("boot", Epoch{7, 0});
  word->NoteFlip(500);
  word->NoteFlip(20);
  EXPECT_EQ(word->last_lateness_us(), 20);
  EXPECT_EQ(word->longest_lateness_us(), 500);
  EXPECT_EQ(word->flips(), 2u);
}

}  // namespace
}  // namespace drawdown
