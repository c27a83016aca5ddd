// kill -9 in the middle of an import, at random points: the books are right
// after every kill, and importing again gives the exact totals.
//
// DRAWDOWN_CRASH_KILLS sets the number of kills (default 200).
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int kRuns = 4'000;

int Kills() {
  const char* given = std::getenv("DRAWDOWN_CRASH_KILLS");
  return given != nullptr ? std::atoi(given) : 200;
}

// Writes runs of known length and returns their GPU-seconds.
int64_t WriteRuns(const std::string& path) {
  Random random(7);
  int64_t gpu_seconds = 0;
  std::string text = "run_id,tenant,pool,gpus,start,end\n";
  for (int i = 0; i < kRuns; ++i) {
    const int64_t gpus = random.Between(1, 64);
    const int64_t start = random.Between(0, 2'000'000);
    const int64_t seconds = random.Between(0, 300'000);
    gpu_seconds += gpus * seconds;
    // Ids out of order, so that batches touch all of the table.
    text += std::to_string(i * 7'919 % kRuns) + "," +
            (random.OneIn(2) ? "acme/chat" : "acme/research") + ",aws/x," +
            std::to_string(gpus) + "," + std::to_string(start) + "," +
            std::to_string(start + seconds) + "\n";
  }
  std::ofstream(path) << text;
  return gpu_seconds;
}

absl::StatusOr<ImportResult> Import(const std::string& ledger_path,
                                    const std::string& csv) {
  auto ledger = Ledger::Open(ledger_path, {.create_if_missing = true});
  if (!ledger.ok()) return ledger.status();
  ImportOptions options;
  options.rows_per_transaction = 100;  // Forty commits to be killed between.
  return (*ledger)->ImportRunFiles({csv}, options);
}

// Imports in a child and kills it after `delay_us`; false if it was done first.
bool KillDuringImport(const std::string& ledger, const std::string& csv,
                      int64_t delay_us) {
  const pid_t child = fork();
  if (child == 0) _exit(Import(ledger, csv).ok() ? 0 : 1);
  usleep(static_cast<useconds_t>(delay_us));
  kill(child, SIGKILL);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

TEST(ImportKillTest, ReimportAfterAnyKillGivesTheExactTotals) {
  ScratchDir dir;
  const std::string csv = dir.Path("runs.csv");
  const std::string total = std::to_string(WriteRuns(csv));
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_THAT(Import(dir.Path("whole"), csv), IsOk());
  const int64_t whole_us =
      std::chrono::duration_cast<std::chrono::microseconds>(
          std::chrono::steady_clock::now() - begin)
          .count();
  Random random(8);
  int killed = 0;
  std::set<uint64_t> found_runs;
  for (int i = 0; killed < Kills() && i < 20 * Kills(); ++i) {
    const std::string path = dir.Path("ledger");
    if (!KillDuringImport(path, csv, random.Between(0, whole_us))) {
      std::filesystem::remove_all(path);
      continue;
    }
    ++killed;
    // What the kill left behind is a whole ledger with whole batches.
    auto ledger = Ledger::Open(path, {.create_if_missing = true});
    ASSERT_THAT(ledger, IsOk());
    const auto report = (*ledger)->VerifyInProcess();
    ASSERT_THAT(report, IsOk());
    ASSERT_TRUE(report->ok) << report->findings.front();
    ASSERT_EQ(report->runs % 100, 0u);
    found_runs.insert(report->runs);
    ledger->reset();
    const auto again = Import(path, csv);
    ASSERT_THAT(again, IsOk());
    ASSERT_EQ(again->unchanged, report->runs);
    ASSERT_EQ(again->inserted, kRuns - report->runs);
    ledger = Ledger::Open(path);
    ASSERT_THAT(ledger, IsOk());
    ASSERT_EQ(FormatGpuSeconds((*ledger)->Usage({})->total), total);
    ASSERT_TRUE((*ledger)->VerifyInProcess()->ok);
    ledger->reset();
    std::filesystem::remove_all(path);
  }
  EXPECT_EQ(killed, Kills());
  // The kills fell into many different states, not all before or after the
  // work.
  EXPECT_GT(found_runs.size(), std::min<size_t>(10, Kills() / 4));
  std::cerr << killed << " kills, " << found_runs.size()
            << " different states found\n";
}

}  // namespace
}  // namespace drawdown
