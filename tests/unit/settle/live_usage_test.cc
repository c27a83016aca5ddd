// What a query makes of files that come and go around its snapshot.
#include "settle/live_usage.h"

#include "gtest/gtest.h"
#include "ledger/memory_store.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

class LiveUsageTest : public testing::Test {
 protected:
  void SetUp() override {
    auto write = store_->BeginWrite();
    ASSERT_THAT(write, IsOk());
    const LiveEpoch epoch = {{10, 9}, 0};
    ASSERT_THAT(
        (*write)->Put(Table::kLive, kLiveEpochKey, EncodeLiveEpoch(epoch)),
        IsOk());
    ASSERT_THAT((*write)->Commit(), IsOk());
  }
  // Whether a query that has listed `files` answers, or starts again.
  bool Answers(const std::vector<Uuid>& files, bool books_stand_still) {
    const auto books = store_->BeginRead();
    EXPECT_THAT(books, IsOk());
    const auto usage =
        ReadLiveUsage(books->get(), &live_, files, 1, books_stand_still);
    EXPECT_THAT(usage, IsOk());
    return usage->has_value();
  }

  ScratchDir dir_;
  LiveDirectory live_{dir_.Path(""), NewUuid(), "boot"};
  const std::unique_ptr<Store> store_ = NewMemoryStore();
};

TEST_F(LiveUsageTest, AnswersWhereNothingIsListed) {
  EXPECT_TRUE(Answers({}, false));
}

// It may hold what was recorded before the question, and be in the books only
// since after the snapshot.
TEST_F(LiveUsageTest, StartsAgainWhenAFileNobodyKnowsHasGone) {
  EXPECT_FALSE(Answers({NewUuid()}, false));
}

TEST_F(LiveUsageTest, AnswersFromBooksThatStandStill) {
  EXPECT_TRUE(Answers({NewUuid()}, true));
}

}  // namespace
}  // namespace drawdown
