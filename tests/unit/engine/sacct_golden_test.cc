// The cases of tests/golden/sacct (its README has the format).
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

GpuTime Accrued(const RunInfo& run, int64_t at_us) {
  Int128 sum = 0;
  for (const Segment& segment : run.segments) {
    const int64_t end_us = segment.end_us.value_or(at_us);
    sum += static_cast<Int128>(segment.micro_gpus) *
           (end_us - segment.start_us) / kMicroGpusPerGpu;
  }
  return GpuTime(sum);
}

std::string Micros(GpuTime time) {
  return std::to_string(static_cast<int64_t>(time.count()));
}

std::string Describe(const RunInfo& run, int64_t at_us) {
  const Segment& segment = run.segments.front();
  std::ostringstream out;
  out << run.key.run_id << "," << run.key.attempt << "," << run.tenant << ","
      << run.pool << "," << FormatGpus(segment.micro_gpus) << ","
      << FormatInstant(segment.start_us) << ","
      << (segment.end_us ? FormatInstant(*segment.end_us) : "open") << ","
      << run.source_state << "," << Micros(Accrued(run, at_us));
  return out.str();
}

// Plays one case, line by line.
class SacctCase {
 public:
  SacctCase() {
    OpenOptions options;
    options.create_if_missing = true;
    options.now_us = [at_us = at_us_] { return at_us; };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    EXPECT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
  }

  void Option(const std::string& text) {
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const std::string value = text.substr(equals + 1);
    const size_t inner = value.find('=');
    const std::pair pair(value.substr(0, inner), value.substr(inner + 1));
    if (name == "zone") {
      options_.zone = value;
    } else if (name == "set") {
      options_.constants.push_back(pair);
    } else {
      ASSERT_EQ(name, "columns");
      options_.columns.push_back(pair);
    }
  }

  void At(const std::string& text) { at_us_ = *ParseInstant(text); }

  void Import(const std::string& counts, const std::string& table) {
    const auto result =
        ledger_->ImportSacctFiles({dir_.Write("input", table)}, options_);
    ASSERT_THAT(result, IsOk());
    EXPECT_EQ(std::to_string(result->inserted) + " " +
                  std::to_string(result->updated) + " " +
                  std::to_string(result->unchanged),
              counts);
    notes_ = result->notes;
  }

  void Refuse(const std::string& expected, const std::string& table) {
    const size_t space = expected.find(' ');
    const uint64_t entries = ledger_->Info().entries;
    const absl::Status status =
        ledger_->ImportSacctFiles({dir_.Write("input", table)}, options_)
            .status();
    EXPECT_EQ(ErrorCodeName(GetErrorCode(status)), expected.substr(0, space));
    EXPECT_NE(status.message().find(expected.substr(space + 1)),
              absl::string_view::npos)
        << status;
    EXPECT_EQ(ledger_->Info().entries, entries);
  }

  void Note(const std::string& text) {
    for (const std::string& note : notes_) {
      if (note.find(text) != note.npos) return;
    }
    ADD_FAILURE() << "no note has \"" << text
                  << "\": " << testing::PrintToString(notes_);
  }

  void Runs(const std::vector<std::string>& expected) {
    std::vector<std::string> runs;
    Int128 sum = 0;
    EXPECT_THAT(ledger_->VisitRuns({},
                                   [&](const RunInfo& run) {
                                     runs.push_back(Describe(run, at_us_));
                                     sum += Accrued(run, at_us_).count();
                                     return true;
                                   }),
                IsOk());
    EXPECT_EQ(runs, expected);
    const auto usage = ledger_->Usage({.at_us = at_us_});
    ASSERT_THAT(usage, IsOk());
    EXPECT_EQ(usage->total, GpuTime(sum));
  }

 private:
  ScratchDir dir_;
  int64_t at_us_ = *ParseInstant("2030-01-01T00:00:00Z");  // at first the clock
  std::unique_ptr<Ledger> ledger_;
  ImportOptions options_;
  std::vector<std::string> notes_;
};

// The word before the first space, and what follows it.
std::pair<std::string, std::string> FirstWord(const std::string& line) {
  const size_t space = line.find(' ');
  if (space == line.npos) return {line, ""};
  return {line.substr(0, space), line.substr(space + 1)};
}

std::string ReadTable(std::istream* in) {
  std::string table;
  std::string line;
  while (std::getline(*in, line) && line != "end") table += line + "\n";
  return table;
}

std::vector<std::string> ReadRuns(std::istream* in) {
  std::vector<std::string> runs;
  while (in->peek() == '=') {
    std::string line;
    std::getline(*in, line);
    runs.push_back(line.substr(2));
  }
  return runs;
}

void Play(const std::string& line, std::istream* in, SacctCase* golden) {
  const auto [word, rest] = FirstWord(line);
  if (word == "option") return golden->Option(rest);
  if (word == "at") return golden->At(rest);
  if (word == "import") return golden->Import(rest, ReadTable(in));
  if (word == "refuse") return golden->Refuse(rest, ReadTable(in));
  if (word == "note") return golden->Note(rest);
  ASSERT_EQ(word, "runs") << line;
  golden->Runs(ReadRuns(in));
}

class SacctGoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(SacctGoldenTest, RunsAreAsTheTableSays) {
  std::ifstream in(std::string(SACCT_GOLDEN_DIRECTORY) + "/" + GetParam() +
                   ".txt");
  std::unique_ptr<SacctCase> golden;
  int cases = 0;
  std::string name;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("case ")) {
      name = line.substr(5);
      golden = std::make_unique<SacctCase>();
      ++cases;
      continue;
    }
    SCOPED_TRACE(name + ": " + line);
    ASSERT_NE(golden, nullptr);
    Play(line, &in, golden.get());
  }
  EXPECT_GT(cases, 0);
}

// The state of an import says why a run ended, wherever it is asked; who says
// the same as Slurm does contradicts nothing.
TEST(SacctReasonTest, OneWordForOneRun) {
  ScratchDir dir;
  OpenOptions options;
  options.create_if_missing = true;
  auto ledger = Ledger::Open(dir.Path("books"), options);
  ASSERT_THAT(ledger, IsOk());
  ImportOptions import;
  import.constants.emplace_back("pool", "p");
  const std::string table =
      "JobIDRaw|Cluster|SLUID|Start|End|State|AllocTRES|Account\n"
      "7|alpha|s1|2026-10-01T01:00:00Z|2026-10-01T02:00:00Z|NODE_FAIL|"
      "gres/gpu=1|acme\n";
  ASSERT_THAT((*ledger)->ImportSacctFiles({dir.Write("in", table)}, import),
              IsOk());
  const auto reason = [&] {
    StopReason found = StopReason::kUnknown;
    EXPECT_THAT((*ledger)->VisitRuns({},
                                     [&](const RunInfo& run) {
                                       found = run.reason;
                                       return true;
                                     }),
                IsOk());
    return found;
  };
  EXPECT_EQ(reason(), StopReason::kNodeFailure);
  const RunKey key = {"alpha/7@s1", 1};
  const int64_t end_us = *ParseInstant("2026-10-01T02:00:00Z");
  EXPECT_THAT((*ledger)->StopRun(key, end_us, StopReason::kNodeFailure),
              IsOk());
  EXPECT_THAT((*ledger)->StopRun(key, end_us, StopReason::kDone),
              IsError(ErrorCode::kConflict, "node_failure"));
}

// What overlaps in the books stays, and an import that says no more changes
// nothing; what comes beside it may not overlap.
TEST(SacctOverlapTest, WhatTheBooksHaveMayBeImportedAgain) {
  ScratchDir dir;
  OpenOptions options;
  options.create_if_missing = true;
  auto ledger = Ledger::Open(dir.Path("books"), options);
  ASSERT_THAT(ledger, IsOk());
  // Rows of runs are not compared.
  const std::string runs =
      "run_id,attempt,tenant,pool,gpus,start,end,state\n"
      "alpha/7@s1,1,acme,p,2,2026-10-01T01:00:00Z,2026-10-01T09:00:00Z,"
      "NODE_FAIL\n"
      "alpha/7@s1,2,acme,p,2,2026-10-01T02:00:00Z,2026-10-01T04:00:00Z,"
      "COMPLETED\n";
  ASSERT_THAT((*ledger)->ImportRunFiles({dir.Write("runs", runs)}, {}), IsOk());
  ImportOptions import;
  import.constants.emplace_back("pool", "p");
  const std::string known =
      "JobIDRaw|Cluster|SLUID|Start|End|State|AllocTRES|Account\n"
      "7|alpha|s1|2026-10-01T01:00:00Z|2026-10-01T09:00:00Z|NODE_FAIL|"
      "gres/gpu=2|acme\n"
      "7|alpha|s1|2026-10-01T02:00:00Z|2026-10-01T04:00:00Z|COMPLETED|"
      "gres/gpu=2|acme\n";
  const auto again =
      (*ledger)->ImportSacctFiles({dir.Write("known", known)}, import);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->unchanged, 2u);
  const auto beside = [&](const std::string& span) {
    return (*ledger)
        ->ImportSacctFiles(
            {dir.Write("more", known + "7|alpha|s1|" + span +
                                   "|COMPLETED|gres/gpu=2|acme\n")},
            import)
        .status();
  };
  // The first goes on beyond the second.
  EXPECT_THAT(beside("2026-10-01T05:00:00Z|2026-10-01T10:00:00Z"),
              IsError(ErrorCode::kConflict, "records of one run overlap"));
  EXPECT_THAT(beside("2026-10-01T00:30:00Z|2026-10-01T01:30:00Z"),
              IsError(ErrorCode::kConflict, "records of one run overlap"));
  EXPECT_THAT(beside("2026-10-01T09:00:00Z|2026-10-01T10:00:00Z"), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Files, SacctGoldenTest,
                         testing::Values("gpus", "identity", "lives"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace drawdown
