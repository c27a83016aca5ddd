// The public interface: opening, runs, contracts, backup, salvage.
#include "drawdown/ledger.h"

#include <cstdlib>
#include <filesystem>

#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr int64_t kGpu = kMicroGpusPerGpu;

class LedgerTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Ledger>> Open(bool create = true) {
    OpenOptions options;
    options.create_if_missing = create;
    options.now_us = [this] { return now_us_; };
    return Ledger::Open(dir_.Path("books"), options);
  }

  static RunStart Start(const char* id, int64_t at_us, int64_t gpus) {
    return {{id}, "acme/chat", "aws/us-east-1/gb200", gpus * kGpu, at_us};
  }

  static GpuTime TotalAt(const Ledger& ledger, int64_t at_us) {
    const auto answer = ledger.Usage({.at_us = at_us});
    EXPECT_THAT(answer, IsOk());
    return answer->total;
  }

  ScratchDir dir_;
  int64_t now_us_ = 1'000 * kHour;
};

TEST_F(LedgerTest, WhatIsAcknowledgedIsThereAfterReopening) {
  {
    const auto ledger = Open();
    ASSERT_THAT(ledger, IsOk());
    ASSERT_THAT((*ledger)->StartRun(Start("a", 0, 8)), IsOk());
    ASSERT_THAT((*ledger)->ResizeRun({"a"}, 16 * kGpu, kHour), IsOk());
    ASSERT_THAT((*ledger)->SuspendRun({"a"}, 2 * kHour), IsOk());
    ASSERT_THAT((*ledger)->ResumeRun({"a"}, 3 * kHour), IsOk());
    ASSERT_THAT((*ledger)->StopRun({"a"}, 4 * kHour, StopReason::kFailed),
                IsOk());
  }
  const auto ledger = Open(/*create=*/false);
  ASSERT_THAT(ledger, IsOk());
  EXPECT_EQ(TotalAt(**ledger, now_us_), GpuTime((8 + 16 + 16) * kHour));
  std::vector<RunInfo> runs;
  ASSERT_THAT((*ledger)->VisitRuns({},
                                   [&](const RunInfo& run) {
                                     runs.push_back(run);
                                     return true;
                                   }),
              IsOk());
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].state, RunState::kEnded);
  EXPECT_EQ(runs[0].reason, StopReason::kFailed);
  EXPECT_EQ(runs[0].segments.size(), 3u);
}

TEST_F(LedgerTest, OpeningWhatIsNotALedgerSaysSo) {
  EXPECT_THAT(Ledger::Open(dir_.Path("absent")),
              IsError(ErrorCode::kNotALedger, "absent"));
  dir_.Write("file", "x");
  EXPECT_THAT(Ledger::Open(dir_.Path("file")),
              IsError(ErrorCode::kNotALedger, "file"));
  std::filesystem::create_directory(dir_.Path("other"));
  dir_.Write("other/notes.txt", "x");
  EXPECT_THAT(Ledger::Open(dir_.Path("other"), {.create_if_missing = true}),
              IsError(ErrorCode::kNotALedger, "other"));
  EXPECT_TRUE(std::filesystem::exists(dir_.Path("other/notes.txt")));
}

TEST_F(LedgerTest, CreateRefusesAnExistingLedgerAndOddBuckets) {
  ASSERT_THAT(Open(), IsOk());
  EXPECT_THAT(Ledger::Create(dir_.Path("books")),
              IsError(ErrorCode::kLedgerExists, "books"));
  OpenOptions options;
  options.bucket = std::chrono::minutes(7);
  EXPECT_THAT(Ledger::Create(dir_.Path("seven"), options),
              IsError(ErrorCode::kInvalidArgument, "7 minutes"));
}

TEST_F(LedgerTest, AsOfShowsTheBooksOfThatDay) {
  const auto ledger = Open();
  ASSERT_THAT(ledger, IsOk());
  ASSERT_THAT((*ledger)->StartRun(Start("a", 0, 1)), IsOk());
  now_us_ += kHour;
  ASSERT_THAT((*ledger)->StopRun({"a"}, kHour), IsOk());
  UsageQuery query;
  query.as_of_us = now_us_ - 1;
  const auto then = (*ledger)->Usage(query);
  ASSERT_THAT(then, IsOk());
  EXPECT_EQ(then->total, GpuTime(now_us_ - 1));
  EXPECT_EQ(TotalAt(**ledger, now_us_), GpuTime(kHour));
}

TEST_F(LedgerTest, ImportIsAllOrNothing) {
  const auto ledger = Open();
  ASSERT_THAT(ledger, IsOk());
  const RunRow good = {{"a"}, "acme", "aws/x", kGpu, 0, kHour, ""};
  RunRow bad = good;
  bad.key.run_id = "b";
  bad.end_us = -kHour;
  const RunRow rows[] = {good, bad};
  EXPECT_THAT((*ledger)->ImportRuns(rows),
              IsError(ErrorCode::kBadRow, "before start"));
  EXPECT_EQ((*ledger)->Info().entries, 0u);
  EXPECT_THAT((*ledger)->ImportRuns(std::span(&good, 1), {.strict = true}),
              IsError(ErrorCode::kUnknownName, "acme"));
  EXPECT_THAT((*ledger)->ImportRuns(std::span(&good, 1)), IsOk());
}

TEST_F(LedgerTest, CorrectionsReplaceAndVoidAndCite) {
  const auto ledger = Open();
  ASSERT_THAT(ledger, IsOk());
  ASSERT_THAT((*ledger)->StartRun(Start("a", 0, 8)), IsOk());
  ASSERT_THAT((*ledger)->StopRun({"a"}, 2 * kHour), IsOk());
  ASSERT_THAT((*ledger)->StartRun(Start("b", 0, 1)), IsOk());
  const std::string header = "run_id,tenant,pool,gpus,start,end,state\n";
  const std::string fix = dir_.Write(
      "fix.csv", header +
                     "a,acme/research,aws/us-east-1/gb200,4,0,7200,DONE\n"
                     "b,acme/chat,aws/us-east-1/gb200,1,0,,VOID\n");
  for (const uint64_t updated : {2, 0}) {  // The second time nothing changes.
    const auto result = (*ledger)->CorrectRunsFile(fix, "wrong tenant");
    ASSERT_THAT(result, IsOk());
    EXPECT_EQ(result->updated, updated);
  }
  EXPECT_EQ(TotalAt(**ledger, now_us_), GpuTime(4 * 2 * kHour));
  const auto research =
      (*ledger)->Usage({.at_us = now_us_, .tenant = "acme/research"});
  ASSERT_THAT(research, IsOk());
  EXPECT_EQ(research->total, GpuTime(8 * kHour));
  int cited = 0;
  ASSERT_THAT((*ledger)->VisitJournal(0,
                                      [&](const JournalEntry& entry) {
                                        cited +=
                                            entry.kind == "correction" &&
                                            entry.detail.find("wrong tenant") !=
                                                std::string::npos;
                                        return true;
                                      }),
              IsOk());
  EXPECT_EQ(cited, 2);
  const std::string unknown =
      dir_.Write("unknown.csv", header + "zz,acme,aws/x,4,0,7200,DONE\n");
  EXPECT_THAT((*ledger)->CorrectRunsFile(unknown, "x"),
              IsError(ErrorCode::kNotFound, "unknown.csv:2"));
  EXPECT_TRUE((*ledger)->VerifyInProcess()->ok);
}

constexpr char kContract[] = R"(
id: "c" provider: "aws" currency: "USD"
term { start: "1970-01-01T00:00:00Z" end: "1971-01-01T00:00:00Z" }
pool { name: "aws/us-east-1/gb200" }
rate { pool: "aws/us-east-1/gb200" price: "2" from: "1970-01-01T00:00:00Z" }
)";

TEST_F(LedgerTest, ContractVersionsAndStatements) {
  const auto ledger = Open();
  ASSERT_THAT(ledger, IsOk());
  EXPECT_THAT((*ledger)->ApplyContracts({{"c.textproto", kContract}}), IsOk());
  const auto again = (*ledger)->ApplyContracts({{"c.textproto", kContract}});
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->front(), "c: version 1 unchanged");
  std::string dearer = kContract;
  dearer.replace(dearer.find("price: \"2\""), 10, "price: \"3\"");
  const auto newer = (*ledger)->ApplyContracts({{"c.textproto", dearer}});
  ASSERT_THAT(newer, IsOk());
  EXPECT_EQ(newer->front(), "c: version 2 applied");
  ASSERT_THAT((*ledger)->StartRun(Start("a", 0, 8)), IsOk());
  ASSERT_THAT((*ledger)->StopRun({"a"}, 2 * kHour), IsOk());
  const auto statement =
      (*ledger)->MakeStatement({.contract = "c", .period = "1970-01"});
  ASSERT_THAT(statement, IsOk());
  ASSERT_EQ(statement->lines.size(), 1u);
  EXPECT_EQ(statement->lines[0].kind, ChargeKind::kOnDemand);
  EXPECT_EQ(FormatMoney(statement->total), "48");
  EXPECT_EQ(statement->contract_version, 2u);
  EXPECT_THAT((*ledger)->MakeStatement({.contract = "d", .period = "1970-01"}),
              IsError(ErrorCode::kNotFound, "the books have c"));
  EXPECT_THAT((*ledger)->MakeStatement({.contract = "c",
                                        .period = "1970"
                                                  "x"}),
              IsError(ErrorCode::kInvalidArgument, "1970x"));
}

TEST_F(LedgerTest, ApplyRefusesContractsThatPriceOnePoolTogether) {
  const auto ledger = Open();
  ASSERT_THAT(ledger, IsOk());
  std::string other = kContract;
  other.replace(other.find("id: \"c\""), 7, "id: \"d\"");
  EXPECT_THAT((*ledger)->ApplyContracts(
                  {{"c.textproto", kContract}, {"d.textproto", other}}),
              IsError(ErrorCode::kBadContract, "aws/us-east-1/gb200"));
  const auto contracts = (*ledger)->Contracts();
  ASSERT_THAT(contracts, IsOk());
  EXPECT_TRUE(contracts->empty());
}

TEST_F(LedgerTest, BackupIsAWholeLedger) {
  const auto ledger = Open();
  ASSERT_THAT(ledger, IsOk());
  ASSERT_THAT((*ledger)->StartRun(Start("a", 0, 8)), IsOk());
  const std::string copy = dir_.Path("copy");
  ASSERT_THAT((*ledger)->Backup(copy), IsOk());
  EXPECT_FALSE((*ledger)->Backup(copy).ok());
  const auto opened = Ledger::Open(copy);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(TotalAt(**opened, kHour), GpuTime(8 * kHour));
  EXPECT_EQ((*opened)->Info().chain_hash, (*ledger)->Info().chain_hash);
}

TEST_F(LedgerTest, SalvageOfAHealthyLedgerLosesNothing) {
  {
    const auto ledger = Open();
    ASSERT_THAT(ledger, IsOk());
    ASSERT_THAT((*ledger)->StartRun(Start("a", 0, 8)), IsOk());
    ASSERT_THAT((*ledger)->StopRun({"a"}, kHour), IsOk());
    ASSERT_THAT((*ledger)->ApplyContracts({{"c.textproto", kContract}}),
                IsOk());
  }
  const auto report = Salvage(dir_.Path("books"), dir_.Path("saved"));
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->entries_lost, 0u);
  EXPECT_EQ(report->runs, 1u);
  EXPECT_EQ(report->contracts, 1u);
  const auto saved = Ledger::Open(dir_.Path("saved"));
  ASSERT_THAT(saved, IsOk());
  EXPECT_EQ(TotalAt(**saved, now_us_), GpuTime(8 * kHour));
  EXPECT_TRUE((*saved)->VerifyInProcess()->ok);
}

TEST_F(LedgerTest, VerifyIsDoneByTheProgram) {
  const auto ledger = Open();
  ASSERT_THAT(ledger, IsOk());
  ASSERT_THAT((*ledger)->StartRun(Start("a", 0, 8)), IsOk());
  const char* const program = std::getenv("DRAWDOWN_BIN");
  if (program == nullptr) GTEST_SKIP() << "DRAWDOWN_BIN does not name it";
  const auto report = (*ledger)->Verify();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->ok);
  EXPECT_EQ(report->runs, 1u);
  EXPECT_EQ(report->chain_hash, (*ledger)->Info().chain_hash);
  const std::string kept = program;
  const std::string path = std::getenv("PATH");
  unsetenv("DRAWDOWN_BIN");
  setenv("PATH", "/nowhere", 1);
  EXPECT_THAT((*ledger)->Verify(),
              IsError(ErrorCode::kNotFound, "$DRAWDOWN_BIN"));
  setenv("DRAWDOWN_BIN", kept.c_str(), 1);
  setenv("PATH", path.c_str(), 1);
}

TEST_F(LedgerTest, TwoHandlesOnOneDirectorySeeOneAnother) {
  const auto one = Open();
  const auto two = Open();
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(two, IsOk());
  ASSERT_THAT((*one)->StartRun(Start("a", 0, 1)), IsOk());
  EXPECT_EQ(TotalAt(**two, kHour), GpuTime(kHour));
}

}  // namespace
}  // namespace drawdown
