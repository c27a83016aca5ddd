// The file of budgets and its lock.
#include "meter/budgets_file.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

using std::chrono::milliseconds;

class BudgetsFileTest : public testing::Test {
 protected:
  std::unique_ptr<BudgetsFile> Open(const std::string& boot = "boot") {
    auto file = BudgetsFile::Open(dir_.Path(""), boot);
    EXPECT_THAT(file, IsOk());
    return *std::move(file);
  }

  ScratchDir dir_;
};

TEST_F(BudgetsFileTest, IsBornTornAndSharedByAll) {
  const auto one = Open();
  const auto other = Open();
  EXPECT_TRUE(one->torn());
  {
    const BudgetsLock lock(one.get(), milliseconds(1'000));
    ASSERT_TRUE(lock.held());
    one->ClearTorn();
    ASSERT_THAT(one->Reserve(5), IsOk());
    one->at(4).taken_us = 77;
    const BudgetsLock second(other.get(), milliseconds(1));
    EXPECT_FALSE(second.held());
    EXPECT_THAT(other->BusyError(),
                IsError(ErrorCode::kBusy, std::to_string(getpid())));
  }
  const BudgetsLock lock(other.get(), milliseconds(1'000));
  ASSERT_TRUE(lock.held());
  EXPECT_FALSE(other->torn());
  EXPECT_EQ(other->at(4).taken_us, 77);
  other->SetTorn();
  EXPECT_TRUE(one->torn());
}

TEST_F(BudgetsFileTest, GrowsUnderThoseWhoHaveItMapped) {
  const auto one = Open();
  const auto other = Open();
  {
    const BudgetsLock lock(one.get(), milliseconds(1'000));
    ASSERT_THAT(one->Reserve(200'000), IsOk());
    one->at(199'999).taken_us = 5;
    EXPECT_THAT(one->Reserve(kMaxBudgets), IsOk());
    EXPECT_THAT(one->Reserve(kMaxBudgets + 1),
                IsError(ErrorCode::kInvalidArgument, "quota"));
  }
  const BudgetsLock lock(other.get(), milliseconds(1'000));
  EXPECT_EQ(other->at(199'999).taken_us, 5);
  EXPECT_EQ(other->state().end, kMaxBudgets);
}

TEST_F(BudgetsFileTest, AnOwnerThatIsKilledLeavesItTorn) {
  const auto file = Open();
  {
    const BudgetsLock lock(file.get(), milliseconds(1'000));
    file->ClearTorn();
  }
  const pid_t child = fork();
  if (child == 0) {
    file->Lock(milliseconds(1'000));
    raise(SIGKILL);
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const BudgetsLock lock(file.get(), milliseconds(1'000));
  EXPECT_TRUE(lock.held());
  EXPECT_TRUE(file->torn());
}

TEST_F(BudgetsFileTest, FilesOfOtherBootsAreRemoved) {
  Open("before");
  const auto file = Open("after");
  EXPECT_FALSE(std::filesystem::exists(dir_.Path("budgets.before")));
  EXPECT_TRUE(std::filesystem::exists(dir_.Path("budgets.after")));
}

TEST_F(BudgetsFileTest, ADamagedFileIsAnErrorNotASignal) {
  dir_.Write("budgets.boot", "short");
  EXPECT_THAT(BudgetsFile::Open(dir_.Path(""), "boot"),
              IsError(ErrorCode::kCorrupt, "bytes"));
  dir_.Write("budgets.boot", std::string(200'000, 'x'));
  EXPECT_THAT(BudgetsFile::Open(dir_.Path(""), "boot"),
              IsError(ErrorCode::kCorrupt, "not a budgets file"));
}

}  // namespace
}  // namespace drawdown
