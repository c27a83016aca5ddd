// The lives of tests/golden/lives (its README has the format).
#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"
#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

using Words = std::vector<std::string>;

Words Split(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

int64_t Micros(std::string text) {
  std::erase(text, '_');
  return std::stoll(text);
}

RunKey KeyOf(const std::string& text) {
  const size_t hash = text.find('#');
  if (hash == text.npos) return {text};
  return {text.substr(0, hash),
          static_cast<uint32_t>(std::stoul(text.substr(hash + 1)))};
}

// The part of a word after `name=`.
std::optional<std::string> Option(const Words& words, const std::string& name) {
  for (const std::string& word : words) {
    if (word.starts_with(name + "=")) return word.substr(name.size() + 1);
  }
  return std::nullopt;
}
bool Has(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

QuotaScope ScopeOf(const Words& words) {
  static const std::map<std::string, QuotaPeriod> kPeriods = {
      {"total", QuotaPeriod::kTotal},
      {"month", QuotaPeriod::kMonth},
      {"at_once", QuotaPeriod::kAtOnce}};
  QuotaScope scope;
  scope.tenant = words.at(1);
  scope.pool = words.at(2);
  const std::string& period = words.at(3);
  if (period.starts_with("rolling:")) {
    scope.period = QuotaPeriod::kRolling;
    scope.rolling_us = std::stoll(period.substr(8)) * kMicrosPerHour;
  } else {
    scope.period = kPeriods.at(period);
  }
  return scope;
}

HoldRequest RequestOf(const Words& words) {
  HoldRequest request;
  request.hold_id = words.at(1);
  request.tenant = words.at(2);
  request.pool = words.at(3);
  request.gpu_time = GpuTime(Micros(words.at(4)));
  request.micro_gpus = *ParseGpus(words.at(5));
  request.ttl_us = std::stoll(words.at(6)) * kMicrosPerSecond;
  return request;
}

class Life {
 public:
  Life() {
    OpenOptions options;
    options.create_if_missing = true;
    options.now_us = [this] { return now_us_; };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    EXPECT_THAT(ledger, IsOk());
    ledger_ = *std::move(ledger);
  }

  // `more`: the `+` lines of a batch.
  void Play(const std::string& line, const std::vector<Words>& more) {
    const size_t colon = line.find(" : ");
    const std::string expected =
        colon == line.npos ? "admitted" : line.substr(colon + 3);
    const Words words = Split(line.substr(0, colon));
    if (words[0] == "at") {
      now_us_ = *ParseInstant(words[1]);
    } else if (words[0].back() == '?' || words[0] == "used" ||
               words[0] == "next") {
      Ask(words);
    } else {
      EXPECT_EQ(Outcome(Do(words, more)), expected);
    }
  }

  void Verify() {
    const auto report = ledger_->VerifyInProcess();
    ASSERT_THAT(report, IsOk());
    EXPECT_TRUE(report->ok) << report->findings.front();
  }

 private:
  static std::string Outcome(const absl::StatusOr<Admission>& done) {
    if (!done.ok()) {
      return std::string(ErrorCodeName(GetErrorCode(done.status())));
    }
    return done->admitted() ? "admitted" : "refused";
  }
  static absl::StatusOr<Admission> Admitted(const absl::Status& status) {
    RETURN_IF_ERROR(status);
    return Admission{};
  }

  absl::StatusOr<Admission> Do(const Words& words,
                               const std::vector<Words>& more) {
    const std::string& verb = words[0];
    if (verb == "quota") return SetQuota(words);
    if (verb == "usage") return AddUsage(words);
    if (verb == "hold") {
      std::vector<HoldRequest> requests = {RequestOf(words)};
      for (const Words& one : more) requests.push_back(RequestOf(one));
      return ledger_->PlaceHolds(requests);
    }
    if (verb == "renew") {
      return ledger_->RenewHold(
          {words.at(1), static_cast<uint32_t>(std::stoul(words.at(2))),
           GpuTime(Micros(words.at(3))), GpuTime(Micros(words.at(4))),
           std::stoll(words.at(5)) * kMicrosPerSecond});
    }
    if (verb == "settle") {
      return ledger_->SettleHold(words.at(1), GpuTime(Micros(words.at(2))),
                                 Has(words, "refuse") ? OverdraftPolicy::kRefuse
                                                      : OverdraftPolicy::kBook);
    }
    if (verb == "release") return Admitted(ledger_->ReleaseHold(words.at(1)));
    if (verb == "policy") return Admitted(SetPolicy(words));
    if (verb == "move") return Admitted(Move(words));
    return ChangeRun(words, more);
  }

  // When something is said to have happened.
  int64_t InstantOf(const Words& words) const {
    const auto at = Option(words, "at");
    return at ? *ParseInstant(*at) : now_us_;
  }

  RunStart StartOf(const Words& words) const {
    RunStart start = {KeyOf(words.at(1)), words.at(2),
                      words.at(3),        *ParseGpus(words.at(4)),
                      InstantOf(words),   Option(words, "hold").value_or("")};
    if (const auto share = Option(words, "share")) {
      const size_t slash = share->find('/');
      start.device = Option(words, "device").value_or("");
      start.share = {std::stoll(share->substr(0, slash)),
                     std::stoll(share->substr(slash + 1))};
    }
    return start;
  }

  absl::StatusOr<Admission> ChangeRun(const Words& words,
                                      const std::vector<Words>& more) {
    const std::string& verb = words[0];
    const RunKey key = KeyOf(words.at(1));
    const int64_t at_us = InstantOf(words);
    if (verb == "start") {
      std::vector<RunStart> starts = {StartOf(words)};
      for (const Words& one : more) starts.push_back(StartOf(one));
      return ledger_->StartRuns(starts);
    }
    if (verb == "resize") {
      return ledger_->ResizeRun(key, *ParseGpus(words.at(2)), at_us);
    }
    if (verb == "suspend") return Admitted(ledger_->SuspendRun(key, at_us));
    if (verb == "resume") return ledger_->ResumeRun(key, at_us);
    if (verb == "beat") return Admitted(ledger_->HeartbeatRun(key, at_us));
    if (verb == "ghost") return Admitted(ledger_->ConfirmGhost(key));
    EXPECT_EQ(verb, "stop");
    return Admitted(
        ledger_->StopRun(key, at_us, *ParseStopReason(words.at(2))));
  }

  absl::Status SetPolicy(const Words& words) {
    PoolPolicy policy;
    policy.pool = words.at(1);
    policy.from_us = now_us_;
    if (Has(words, "accrues")) policy.suspended_accrues = true;
    if (const auto lease = Option(words, "lease")) {
      policy.lease_us = std::stoll(*lease) * kMicrosPerSecond;
    }
    return ledger_->SetPoolPolicy(policy);
  }

  absl::Status Move(const Words& words) {
    return ledger_->MoveTenant({words.at(1), words.at(2), now_us_}).status();
  }

  absl::StatusOr<Admission> SetQuota(const Words& words) {
    QuotaSetting setting;
    setting.scope = ScopeOf(words);
    if (const auto from = Option(words, "from")) {
      setting.from_us = *ParseInstant(*from);
    }
    if (words.at(4) != "none") {
      QuotaLimit limit;
      limit.nominal = Micros(words.at(4));
      limit.soft = Has(words, "soft");
      limit.slice = Has(words, "slice");
      if (const auto lend = Option(words, "lend"))
        limit.lending = Micros(*lend);
      if (const auto borrow = Option(words, "borrow")) {
        limit.borrowing = Micros(*borrow);
      }
      setting.limit = limit;
    }
    if (const auto from = Option(words, "from")) {
      setting.from_us = *ParseInstant(*from);
    }
    return Admitted(ledger_->SetQuota(setting).status());
  }

  absl::StatusOr<Admission> AddUsage(const Words& words) {
    UsageRecord record;
    record.usage_id = "usage-" + std::to_string(++usage_);
    record.tenant = words.at(1);
    record.pool = words.at(2);
    record.start_us = now_us_;
    record.end_us = now_us_ + 1;
    record.gpu_time = GpuTime(Micros(words.at(3)));
    return Admitted(ledger_->ImportUsage({&record, 1}).status());
  }

  void Ask(const Words& words) {
    if (words[0] == "used") {
      UsageQuery query;
      query.tenant = words.at(1);
      query.at_us = (now_us_ / kMicrosPerHour + 1) * kMicrosPerHour;
      const auto answer = ledger_->Usage(query);
      ASSERT_THAT(answer, IsOk());
      EXPECT_EQ(Int128ToString(answer->total.count()),
                std::to_string(Micros(words.at(2))));
    } else if (words[0] == "quota?") {
      AskQuota(words);
    } else if (words[0] == "hold?") {
      AskHold(words);
    } else {
      AskNext(words);
    }
  }

  void AskQuota(const Words& words) {
    const QuotaScope scope = ScopeOf(words);
    const auto states = ledger_->Quotas(scope.tenant);
    ASSERT_THAT(states, IsOk());
    for (const QuotaState& state : *states) {
      if (!(state.scope == scope)) continue;
      EXPECT_EQ("used=" + Int128ToString(state.used) +
                    " held=" + Int128ToString(state.held) +
                    " available=" + Int128ToString(state.available),
                "used=" + std::to_string(Micros(*Option(words, "used"))) +
                    " held=" + std::to_string(Micros(*Option(words, "held"))) +
                    " available=" +
                    std::to_string(Micros(*Option(words, "available"))));
      return;
    }
    ADD_FAILURE() << "no such quota";
  }

  void AskHold(const Words& words) {
    std::string found;
    ASSERT_THAT(ledger_->VisitHolds({},
                                    [&](const HoldInfo& hold) {
                                      if (hold.hold_id == words.at(1)) {
                                        found = Describe(hold);
                                      }
                                      return found.empty();
                                    }),
                IsOk());
    EXPECT_EQ(
        found,
        words.at(2) +
            " held=" + std::to_string(Micros(*Option(words, "held"))) +
            " drawn=" + std::to_string(Micros(*Option(words, "drawn"))) +
            " charged=" + std::to_string(Micros(*Option(words, "charged"))));
  }
  static std::string Describe(const HoldInfo& hold) {
    return std::string(HoldStateName(hold.state)) +
           " held=" + Int128ToString(hold.held.count()) +
           " drawn=" + Int128ToString(hold.drawn.count()) +
           " charged=" + Int128ToString(hold.charged.count());
  }

  void AskNext(const Words& words) {
    const auto next = ledger_->NextExhaustion();
    ASSERT_THAT(next, IsOk());
    if (words.at(1) == "none") {
      EXPECT_FALSE(*next) << ExhaustionKindName((*next)->kind);
      return;
    }
    ASSERT_TRUE(*next);
    EXPECT_EQ(ExhaustionKindName((*next)->kind), words.at(1));
    EXPECT_EQ(FormatInstant((*next)->at_us), words.at(2));
    if (words.size() > 3) {
      EXPECT_EQ((*next)->hold_id, words.at(3));
    }
  }

  ScratchDir dir_;
  int64_t now_us_ = 0;
  int usage_ = 0;
  std::unique_ptr<Ledger> ledger_;
};

void PlayFile(const std::string& name) {
  std::ifstream in(std::string(LIVES_GOLDEN_DIRECTORY) + "/" + name);
  ASSERT_TRUE(in) << name;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::unique_ptr<Life> life;
  std::string title;
  int lives = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (line.empty() || line[0] == '#' || line[0] == '+') continue;
    SCOPED_TRACE(name + ":" + std::to_string(i + 1) + " " + line + " (" +
                 title + ")");
    if (line.starts_with("life ")) {
      if (life != nullptr) life->Verify();
      life = std::make_unique<Life>();
      title = line.substr(5);
      ++lives;
      continue;
    }
    ASSERT_NE(life, nullptr);
    std::vector<Words> more;
    for (size_t j = i + 1; j < lines.size() && lines[j].starts_with("+"); ++j) {
      more.push_back(Split(lines[j]));
    }
    life->Play(line, more);
  }
  ASSERT_GT(lives, 5);
  life->Verify();
}

TEST(GoldenLives, Holds) { PlayFile("holds.txt"); }
TEST(GoldenLives, Runs) { PlayFile("runs.txt"); }
TEST(GoldenLives, Instants) { PlayFile("instants.txt"); }
TEST(GoldenLives, Quotas) { PlayFile("quotas.txt"); }
TEST(GoldenLives, Exhaustions) { PlayFile("exhaustions.txt"); }

}  // namespace
}  // namespace drawdown
