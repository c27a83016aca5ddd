// The file of budgets and its lock.
#include "meter/budgets_file.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>

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

int64_t FullUntil(const BudgetsFile& file, uint64_t layout, uint32_t quota,
                  int64_t gpu_us) {
  return file.FullUntil(layout, gpu_us, &quota);
}

TEST_F(BudgetsFileTest, IsKnownToBeFullUntilSomethingChanges) {
  const auto file = Open();
  const auto other = Open();
  const BudgetsLock lock(file.get(), milliseconds(1'000));
  ASSERT_TRUE(lock.held());
  ASSERT_THAT(file->Reserve(9), IsOk());
  file->NoteLayout();
  // 7 is below 5, 5 below 2.
  file->NoteAbove(7, 5);
  file->NoteAbove(5, 2);
  file->state().valid_until_us = 1'000;
  const uint64_t layout = other->layout();
  const auto note = [&] { file->NoteFull(5, 40, file->changes()); };
  EXPECT_EQ(FullUntil(*other, layout, 5, 41), 0);
  note();
  EXPECT_EQ(FullUntil(*other, layout, 5, 41), 1'000);
  EXPECT_EQ(FullUntil(*other, layout, 5, 40), 0);
  EXPECT_EQ(FullUntil(*other, layout, 7, 41), 1'000);
  EXPECT_EQ(FullUntil(*other, layout, 2, 41), 0);
  EXPECT_EQ(FullUntil(*other, layout, 0, 41), 0);
  EXPECT_EQ(FullUntil(*other, layout, kMaxBudgets - 1, 41), 0);
  // The one above is known by itself, and to have less.
  file->NoteFull(2, 30, file->changes());
  EXPECT_EQ(FullUntil(*other, layout, 7, 40), 1'000);
  EXPECT_EQ(FullUntil(*other, layout, 7, 30), 0);
  file->NoteChange();
  EXPECT_EQ(FullUntil(*other, layout, 7, 41), 0);
  note();
  EXPECT_EQ(FullUntil(*other, layout, 7, 41), 1'000);
  file->SetTorn();
  EXPECT_EQ(FullUntil(*other, layout, 7, 41), 0);
  // What was seen before a change is not known after it.
  const uint64_t before = file->changes();
  file->NoteChange();
  file->NoteFull(5, 40, before);
  EXPECT_EQ(FullUntil(*other, layout, 7, 41), 0);
  note();
  file->NoteLayout();
  EXPECT_EQ(FullUntil(*other, layout, 7, 41), 0);
  EXPECT_EQ(FullUntil(*other, other->layout(), 7, 41), 1'000);
}

void Overwrite(const std::string& path, off_t at, const std::string& bytes) {
  const int fd = open(path.c_str(), O_WRONLY);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(pwrite(fd, bytes.data(), bytes.size(), at),
            static_cast<ssize_t>(bytes.size()));
  close(fd);
}

// All of it can be made anew from the books: a file that is cut short, or that
// another build has left, is no reason to stop.
TEST_F(BudgetsFileTest, WhatIsDamagedIsMadeAnewUnlessSomebodyCountsByIt) {
  const std::string path = dir_.Path("budgets.boot");
  const auto damage = {
      std::function<void()>([&] { Overwrite(path, 0, "garbage!"); }),
      std::function<void()>([&] { Overwrite(path, 8, "\1\2\3"); }),
      std::function<void()>([&] { ASSERT_EQ(truncate(path.c_str(), 9), 0); })};
  for (const auto& harm : damage) {
    {
      const auto file = Open();
      const BudgetsLock lock(file.get(), milliseconds(1'000));
      ASSERT_THAT(file->Reserve(5), IsOk());
      file->at(4).taken_us = 77;
      file->ClearTorn();
    }
    harm();
    const auto one = Open();
    const auto other = Open();
    EXPECT_TRUE(one->torn());
    const BudgetsLock lock(other.get(), milliseconds(1'000));
    ASSERT_THAT(other->Reserve(5), IsOk());
    EXPECT_EQ(other->at(4).taken_us, 0);
  }
  {
    const auto file = Open();
    Overwrite(path, 0, "garbage!");
    EXPECT_THAT(BudgetsFile::Open(dir_.Path(""), "boot").status(),
                IsError(ErrorCode::kCorrupt, "processes count by it"));
    const BudgetsLock lock(file.get(), milliseconds(1'000));
    EXPECT_TRUE(lock.held());
  }
  EXPECT_TRUE(Open()->torn());
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

}  // namespace
}  // namespace drawdown
