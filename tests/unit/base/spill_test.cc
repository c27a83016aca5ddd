// What goes to temporary files and comes back.
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/record_log.h"
#include "base/sorted_runs.h"
#include "base/spill_log.h"
#include "base/temp_file.h"
#include "drawdown/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {
namespace {

using ::testing::HasSubstr;

struct Pair {
  uint32_t key = 0;
  uint64_t value = 0;
  friend auto operator<=>(const Pair&, const Pair&) = default;
};

// Sets $TMPDIR, and puts it back.
class TempDirectory {
 public:
  explicit TempDirectory(const char* path) {
    const char* before = std::getenv("TMPDIR");
    had_ = before != nullptr;
    if (had_) before_ = before;
    setenv("TMPDIR", path, 1);
  }
  ~TempDirectory() {
    if (had_) {
      setenv("TMPDIR", before_.c_str(), 1);
    } else {
      unsetenv("TMPDIR");
    }
  }

 private:
  bool had_ = false;
  std::string before_;
};

// No file of this process grows over `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    before_signal_ = signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, before_signal_);
  }

 private:
  rlimit before_ = {};
  sighandler_t before_signal_ = SIG_DFL;
};

std::vector<Pair> RandomPairs(std::mt19937& random, size_t count) {
  std::vector<Pair> pairs(count);
  for (Pair& pair : pairs) {
    pair = {static_cast<uint32_t>(random() % 50), random()};
  }
  return pairs;
}

TEST(RecordLogTest, KeepsTheOrderInAnyMemory) {
  std::mt19937 random(20'261'129);
  for (const size_t count : {0u, 1u, 2u, 7u, 8u, 9u, 500u}) {
    for (const size_t held : {1u, 3u, 8u, 500u, 501u}) {
      const std::vector<Pair> pairs = RandomPairs(random, count);
      RecordLog<Pair> log(held * sizeof(Pair));
      for (const Pair& pair : pairs) ASSERT_TRUE(log.Add(pair).ok());
      std::vector<Pair> found;
      ASSERT_TRUE(log.ForEach([&found](std::span<const Pair> some) {
                       found.insert(found.end(), some.begin(), some.end());
                       return absl::OkStatus();
                     })
                      .ok());
      EXPECT_TRUE(found == pairs) << count << " in memory of " << held;
    }
  }
}

TEST(RecordLogTest, AFullDiskIsAnError) {
  const FileSizeLimit limit(4096);
  RecordLog<Pair> log(sizeof(Pair) * 300);
  absl::Status added;
  for (int i = 0; i < 10'000 && added.ok(); ++i) added = log.Add({});
  EXPECT_FALSE(added.ok());
}

TEST(SortedRunsTest, SortsLikeTheStandardLibraryInAnyMemory) {
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    std::vector<Pair> pairs = RandomPairs(random, random() % 2'000);
    // From one record to more than all of them.
    const size_t memory = sizeof(Pair) << random() % 12;
    SortedRuns<Pair> runs(memory);
    for (const Pair& pair : pairs) ASSERT_TRUE(runs.Add(pair).ok());
    const size_t held = std::max<size_t>(1, memory / sizeof(Pair));
    EXPECT_EQ(runs.runs(), pairs.empty() ? 0 : (pairs.size() - 1) / held);
    std::sort(pairs.begin(), pairs.end());
    for (int time = 0; time < 2; ++time) {
      std::vector<Pair> sorted;
      ASSERT_TRUE(runs.ForEach([&](const Pair& pair) {
                        sorted.push_back(pair);
                        return absl::OkStatus();
                      })
                      .ok());
      ASSERT_TRUE(sorted == pairs);
    }
  }
}

TEST(SortedRunsTest, RunsOfManyReadsAreMergedWhole) {
  std::mt19937 random(7);
  std::vector<Pair> pairs = RandomPairs(random, 100'000);
  SortedRuns<Pair> runs(sizeof(Pair) * 30'000);
  for (const Pair& pair : pairs) ASSERT_TRUE(runs.Add(pair).ok());
  EXPECT_EQ(runs.runs(), 3u);
  std::sort(pairs.begin(), pairs.end());
  size_t next = 0;
  ASSERT_TRUE(runs.ForEach([&](const Pair& pair) {
                    EXPECT_TRUE(pair == pairs[next]);
                    ++next;
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(next, pairs.size());
}

TEST(SortedRunsTest, AnErrorOfTheVisitorEndsIt) {
  SortedRuns<Pair> runs(sizeof(Pair) * 2);
  for (uint32_t i = 0; i < 10; ++i) ASSERT_TRUE(runs.Add({i, 0}).ok());
  int visits = 0;
  const absl::Status status = runs.ForEach([&](const Pair&) {
    return ++visits == 4 ? MakeError(ErrorCode::kOverflow, "enough")
                         : absl::OkStatus();
  });
  EXPECT_EQ(status.message(), "enough");
  EXPECT_EQ(visits, 4);
}

TEST(SpillLogTest, GivesBackEveryTextInAnyMemory) {
  for (uint32_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    SpillLog log(random() % 500);
    std::vector<std::pair<uint64_t, std::string>> texts;
    for (int i = 0; i < 300; ++i) {
      std::string text(random() % 40, static_cast<char>('a' + i % 26));
      const auto place = log.Append(text);
      ASSERT_TRUE(place.ok());
      texts.emplace_back(*place, text);
    }
    std::string read;
    for (const auto& [place, text] : texts) {
      ASSERT_TRUE(log.Read(place, &read).ok());
      ASSERT_EQ(read, text);
    }
  }
}

TEST(TempFileTest, AMissingDirectoryIsNamed) {
  const TempDirectory missing("/nonexistent/tmp");
  const auto file = TempFile::Create();
  EXPECT_EQ(GetErrorCode(file.status()), ErrorCode::kIo);
  EXPECT_THAT(std::string(file.status().message()),
              HasSubstr("/nonexistent/tmp"));
  SortedRuns<Pair> runs(sizeof(Pair));
  ASSERT_TRUE(runs.Add({1, 1}).ok());
  EXPECT_EQ(GetErrorCode(runs.Add({2, 2})), ErrorCode::kIo);
}

TEST(TempFileTest, AFullDiskIsNamed) {
  const FileSizeLimit limit(4'096);
  auto file = TempFile::Create();
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(file->Append(std::string(4'000, 'x')).ok());
  const absl::Status full = file->Append(std::string(4'000, 'x'));
  EXPECT_EQ(GetErrorCode(full), ErrorCode::kDiskFull);
  EXPECT_THAT(std::string(full.message()), HasSubstr("(set TMPDIR)"));
}

TEST(TempFileTest, ReadsBeyondItsEndAreAnError) {
  auto file = TempFile::Create();
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(file->Append("abc").ok());
  char bytes[4];
  EXPECT_EQ(GetErrorCode(file->ReadAt(0, bytes, 4)), ErrorCode::kIo);
}

}  // namespace
}  // namespace drawdown
