// A verb asks again while what it asks about changes, and no longer.
#include "cli/ask_again.h"

#include <chrono>

#include "gtest/gtest.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

using std::chrono::milliseconds;

TEST(AskWhileBusyTest, AsksUntilItIsAnswered) {
  int asked = 0;
  const auto answer = AskWhileBusy<int>([&]() -> absl::StatusOr<int> {
    if (++asked < 3) return MakeError(ErrorCode::kBusy, "the limits changed");
    return 7;
  });
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(*answer, 7);
  EXPECT_EQ(asked, 3);
}

TEST(AskWhileBusyTest, AsksNoLongerThanACallWaits) {
  int asked = 0;
  const auto busy = [&]() -> absl::StatusOr<int> {
    ++asked;
    return MakeError(ErrorCode::kBusy, "the limits changed");
  };
  EXPECT_THAT(AskWhileBusy<int>(busy, milliseconds(20)),
              IsError(ErrorCode::kBusy, "the limits changed"));
  EXPECT_GT(asked, 1);
  // What has waited for another writer has waited.
  asked = 0;
  EXPECT_THAT(AskWhileBusy<int>(busy, milliseconds(0)),
              IsError(ErrorCode::kBusy, ""));
  EXPECT_EQ(asked, 1);
}

TEST(AskWhileBusyTest, OtherErrorsAreAnswers) {
  int asked = 0;
  const auto answer = AskWhileBusy<int>([&]() -> absl::StatusOr<int> {
    ++asked;
    return MakeError(ErrorCode::kConflict, "another hold");
  });
  EXPECT_THAT(answer, IsError(ErrorCode::kConflict, "another hold"));
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace drawdown
