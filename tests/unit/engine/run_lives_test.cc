// Lives of runs from tests/golden/runs/*.txt: each line is a call or a
// question, in the order that scheduler scripts would have made them. The books
// are verified, which replays their journal, at the end of each, and every call
// is repeated: that must change nothing.
//
//   start RUN GPUS AT [attempt=N] [pool=P] [tenant=T]
//         [device=D share=PART], and then GPUS is 0
//   resize RUN GPUS AT
//   suspend|resume|heartbeat RUN AT     stop RUN REASON AT
//   close-ghost RUN LEASE AT
//   policy POOL FROM [suspended=accrues|free] [lease=LEASE]
//   refused CODE CALL...                the call fails with that code
//   usage AT GPU_MICROSECONDS           of all runs
//   state RUN STATE REASON
//   suspects AT LEASE [RUN=LAST_SIGN...]   lease -: the pool's
//
//   refund ID RUN share=PART|amount=GPU_MICROSECONDS
//   waive REASON FROM share=PART|last=TIME [tenant=T] [pool=P]
//   net AT METERED WAIVED               of all runs
//   waived-by-hour AT GPU_MICROSECONDS...   of the hours with usage
//   refunded RUN METERED BY_POLICY REFUNDED
//   gpus RUN MICRO_GPUS                 of its last segment
//
// RUN is ID or ID#ATTEMPT; times are 90s, 30m, 2h since 1970, or microseconds.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

Words WordsOf(const std::string& line) {
  std::istringstream in(line);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

int64_t TimeOf(const std::string& text) {
  static const std::map<char, int64_t> kUnits = {{'s', kMicrosPerSecond},
                                                 {'m', 60 * kMicrosPerSecond},
                                                 {'h', kMicrosPerHour}};
  const auto unit = kUnits.find(text.back());
  return std::stoll(text) * (unit == kUnits.end() ? 1 : unit->second);
}

RunKey KeyOf(const std::string& text) {
  const size_t hash = text.find('#');
  if (hash == std::string::npos) return {text};
  return {text.substr(0, hash),
          static_cast<uint32_t>(std::stoul(text.substr(hash + 1)))};
}

std::string TextOf(const RunKey& key) {
  if (key.attempt == 1) return key.run_id;
  return key.run_id + "#" + std::to_string(key.attempt);
}

// "key=value" words from `from` on.
std::map<std::string, std::string> OptionsOf(const Words& words, size_t from) {
  std::map<std::string, std::string> options;
  for (size_t i = from; i < words.size(); ++i) {
    const size_t equals = words[i].find('=');
    options[words[i].substr(0, equals)] = words[i].substr(equals + 1);
  }
  return options;
}

std::string Or(const std::map<std::string, std::string>& options,
               const char* name, const char* otherwise) {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : found->second;
}

class Life {
 public:
  explicit Life(Ledger* ledger) : ledger_(ledger) {}

  void Play(const Words& words) {
    const std::string& verb = words[0];
    if (verb == "refused") {
      const absl::Status refused = Call({words.begin() + 2, words.end()});
      EXPECT_EQ(ErrorCodeName(GetErrorCode(refused)), words[1]) << refused;
    } else if (verb == "usage") {
      CheckUsage(words);
    } else if (verb == "state") {
      CheckState(words);
    } else if (verb == "suspects") {
      CheckSuspects(words);
    } else if (verb == "net" || verb == "waived-by-hour") {
      CheckNet(words);
    } else if (verb == "refunded") {
      CheckRefunded(words);
    } else if (verb == "gpus") {
      CheckGpus(words);
    } else {
      EXPECT_THAT(Call(words), IsOk());
      calls_.push_back(words);
    }
  }

  void RepeatAll() {
    const uint64_t entries = ledger_->Info().entries;
    for (const Words& words : calls_) {
      EXPECT_THAT(Call(words), IsOk()) << words[0] << " " << words[1];
    }
    EXPECT_EQ(ledger_->Info().entries, entries);
  }

 private:
  absl::Status Call(const Words& words) {
    const std::string& verb = words[0];
    const RunKey key = KeyOf(words[1]);
    if (verb == "start") return Start(words);
    if (verb == "policy") return SetPolicy(words);
    if (verb == "refund") return GiveRefund(words);
    if (verb == "waive") return SetWaiver(words);
    const int64_t last = TimeOf(words.back());
    if (verb == "resize") {
      return ledger_->ResizeRun(key, *ParseGpus(words[2]), last).status();
    }
    if (verb == "suspend") return ledger_->SuspendRun(key, last);
    if (verb == "resume") return ledger_->ResumeRun(key, last).status();
    if (verb == "heartbeat") return ledger_->HeartbeatRun(key, last);
    if (verb == "stop") {
      return ledger_->StopRun(key, last, *ParseStopReason(words[2]));
    }
    if (verb == "close-ghost") {
      std::optional<int64_t> lease;
      if (words[2] != "-") lease = TimeOf(words[2]);
      return ledger_->ConfirmGhost(key, lease, last);
    }
    ADD_FAILURE() << "no such call: " << verb;
    return absl::OkStatus();
  }

  absl::Status Start(const Words& words) {
    auto options = OptionsOf(words, 4);
    RunStart start;
    start.key = KeyOf(words[1]);
    if (options.contains("attempt")) {
      start.key.attempt = static_cast<uint32_t>(std::stoul(options["attempt"]));
    }
    start.tenant = Or(options, "tenant", "acme/chat");
    start.pool = Or(options, "pool", "aws/us-east-1/gb200");
    start.micro_gpus = *ParseGpus(words[2]);
    start.device = Or(options, "device", "");
    start.share = *ParseRatio(Or(options, "share", "0"));
    start.at_us = TimeOf(words[3]);
    return ledger_->StartRun(start).status();
  }

  absl::Status SetPolicy(const Words& words) {
    auto options = OptionsOf(words, 3);
    PoolPolicy policy;
    policy.pool = words[1];
    policy.from_us = TimeOf(words[2]);
    if (options.contains("suspended")) {
      policy.suspended_accrues = options["suspended"] == "accrues";
    }
    if (options.contains("lease")) policy.lease_us = TimeOf(options["lease"]);
    return ledger_->SetPoolPolicy(policy);
  }

  absl::Status GiveRefund(const Words& words) {
    auto options = OptionsOf(words, 3);
    Refund refund;
    refund.refund_id = words[1];
    refund.run = KeyOf(words[2]);
    refund.reason = "bad node";
    if (options.contains("share")) {
      refund.share = *ParseRatio(options["share"]);
    }
    if (options.contains("amount")) {
      refund.amount = GpuTime(std::stoll(options["amount"]));
    }
    return ledger_->RefundRun(refund);
  }

  absl::Status SetWaiver(const Words& words) {
    auto options = OptionsOf(words, 3);
    WaiverPolicy policy;
    policy.reason = *ParseStopReason(words[1]);
    policy.from_us = TimeOf(words[2]);
    policy.tenant = Or(options, "tenant", "");
    policy.pool = Or(options, "pool", "*");
    if (options.contains("share")) {
      policy.share = *ParseRatio(options["share"]);
    }
    if (options.contains("last")) policy.last_us = TimeOf(options["last"]);
    return ledger_->SetWaiverPolicy(policy);
  }

  void CheckNet(const Words& words) {
    UsageQuery query;
    query.at_us = TimeOf(words[1]);
    query.net = true;
    const bool hourly = words[0] == "waived-by-hour";
    if (hourly) query.by = {UsageDimension::kHour};
    const auto answer = ledger_->Usage(query);
    ASSERT_THAT(answer, IsOk());
    if (!hourly) {
      EXPECT_EQ(answer->total, GpuTime(std::stoll(words[2])));
      EXPECT_EQ(answer->waived, GpuTime(std::stoll(words[3])));
      return;
    }
    std::vector<GpuTime> expected;
    for (size_t i = 2; i < words.size(); ++i) {
      expected.emplace_back(std::stoll(words[i]));
    }
    std::vector<GpuTime> found;
    for (const UsageRow& row : answer->rows) found.push_back(row.waived);
    EXPECT_EQ(found, expected);
  }

  void CheckRefunded(const Words& words) {
    RunQuery query;
    query.run_id = KeyOf(words[1]).run_id;
    std::vector<GpuTime> found;
    ASSERT_THAT(ledger_->VisitRefunds(
                    query,
                    [&](const RefundedRun& run) {
                      if (run.key != KeyOf(words[1])) return true;
                      found = {run.metered, run.by_policy, run.refunded};
                      EXPECT_EQ(run.net() + run.by_policy + run.refunded,
                                run.metered);
                      return true;
                    }),
                IsOk());
    EXPECT_EQ(found, (std::vector<GpuTime>{GpuTime(std::stoll(words[2])),
                                           GpuTime(std::stoll(words[3])),
                                           GpuTime(std::stoll(words[4]))}));
  }

  void CheckGpus(const Words& words) {
    RunQuery query;
    query.run_id = words[1];
    int64_t found = -1;
    ASSERT_THAT(ledger_->VisitRuns(query,
                                   [&](const RunInfo& run) {
                                     found = run.segments.back().micro_gpus;
                                     return true;
                                   }),
                IsOk());
    EXPECT_EQ(found, std::stoll(words[2]));
  }

  void CheckUsage(const Words& words) {
    const auto answer = ledger_->Usage({.at_us = TimeOf(words[1])});
    ASSERT_THAT(answer, IsOk());
    EXPECT_EQ(answer->total, GpuTime(std::stoll(words[2])));
  }

  void CheckState(const Words& words) {
    RunQuery query;
    query.run_id = KeyOf(words[1]).run_id;
    std::string found;
    ASSERT_THAT(ledger_->VisitRuns(
                    query,
                    [&](const RunInfo& run) {
                      if (run.key != KeyOf(words[1])) {
                        return true;
                      }
                      found = std::string(RunStateName(run.state)) + " " +
                              std::string(StopReasonName(run.reason));
                      return false;
                    }),
                IsOk());
    EXPECT_EQ(found, words[2] + " " + words[3]);
  }

  void CheckSuspects(const Words& words) {
    GhostQuery query;
    query.at_us = TimeOf(words[1]);
    if (words[2] != "-") query.lease_us = TimeOf(words[2]);
    const auto ghosts = ledger_->Ghosts(query);
    ASSERT_THAT(ghosts, IsOk());
    std::map<std::string, int64_t> found;
    for (const Ghost& ghost : *ghosts) {
      found[TextOf(ghost.run.key)] = ghost.last_sign_us;
    }
    std::map<std::string, int64_t> expected;
    for (const auto& [run, sign] : OptionsOf(words, 3)) {
      expected[run] = TimeOf(sign);
    }
    EXPECT_EQ(found, expected);
  }

  Ledger* ledger_;
  std::vector<Words> calls_;
};

class RunLivesTest : public testing::TestWithParam<fs::path> {
 protected:
  static Life PlayAll(Ledger* ledger) {
    Life life(ledger);
    std::ifstream in(GetParam());
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      const Words words = WordsOf(line);
      if (words.empty() || words[0].starts_with("#")) continue;
      SCOPED_TRACE(GetParam().filename().string() + ":" +
                   std::to_string(number) + ": " + line);
      life.Play(words);
    }
    EXPECT_GT(number, 0);
    return life;
  }
  static UsageAnswer NetUsage(const Ledger& ledger) {
    UsageQuery query;
    query.at_us = 1'000 * kMicrosPerHour;
    query.net = true;
    const auto answer = ledger.Usage(query);
    EXPECT_THAT(answer, IsOk());
    return *answer;
  }
};

TEST_P(RunLivesTest, IsInTheBooksToTheMicrosecond) {
  ScratchDir dir;
  OpenOptions options;
  options.create_if_missing = true;
  options.now_us = [] { return 1'000 * kMicrosPerHour; };
  const auto ledger = Ledger::Open(dir.Path("books"), options);
  ASSERT_THAT(ledger, IsOk());
  Life life = PlayAll(ledger->get());
  for (int repeated = 0; repeated < 2; ++repeated) {
    const auto report = (*ledger)->VerifyInProcess();
    ASSERT_THAT(report, IsOk());
    EXPECT_TRUE(report->ok) << report->findings.front();
    life.RepeatAll();
  }
}

// What is left after a salvage of sound books.
TEST_P(RunLivesTest, SurvivesASalvage) {
  ScratchDir dir;
  OpenOptions options;
  options.create_if_missing = true;
  options.now_us = [] { return 1'000 * kMicrosPerHour; };
  UsageAnswer before;
  {
    const auto ledger = Ledger::Open(dir.Path("books"), options);
    ASSERT_THAT(ledger, IsOk());
    PlayAll(ledger->get());
    before = NetUsage(**ledger);
  }
  const auto salvaged = Salvage(dir.Path("books"), dir.Path("saved"));
  ASSERT_THAT(salvaged, IsOk());
  EXPECT_EQ(salvaged->losses, std::vector<std::string>());
  const auto saved = Ledger::Open(dir.Path("saved"), options);
  ASSERT_THAT(saved, IsOk());
  const UsageAnswer after = NetUsage(**saved);
  EXPECT_EQ(after.total, before.total);
  EXPECT_EQ(after.waived, before.waived);
  const auto report = (*saved)->VerifyInProcess();
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->ok) << report->findings.front();
}

std::vector<fs::path> Lives() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(RUN_LIVES_DIRECTORY)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

INSTANTIATE_TEST_SUITE_P(
    Golden, RunLivesTest, testing::ValuesIn(Lives()), [](const auto& life) {
      std::string name = life.param.stem().string();
      name.erase(std::remove(name.begin(), name.end(), '_'), name.end());
      return name;
    });

}  // namespace
}  // namespace drawdown
