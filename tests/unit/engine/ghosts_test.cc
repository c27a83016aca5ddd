// Heartbeats beside the journal: what they cost, what they survive.
#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr int64_t kMinute = kMicrosPerHour / 60;

class GhostsTest : public testing::Test {
 protected:
  void SetUp() override { Open("books"); }

  void Open(const char* name) {
    ledger_.reset();
    OpenOptions options;
    options.create_if_missing = true;
    options.now_us = [this] { return now_us_; };
    auto opened = Ledger::Open(dir_.Path(name), options);
    ASSERT_THAT(opened, IsOk());
    ledger_ = *std::move(opened);
  }
  void Start(const char* id, const char* pool = "aws/x") {
    ASSERT_THAT(ledger_->StartRun({{id}, "acme", pool, kMicroGpusPerGpu, 0}),
                IsOk());
  }
  std::vector<std::string> Suspects(const GhostQuery& query = {}) {
    const auto ghosts = ledger_->Ghosts(query);
    EXPECT_THAT(ghosts, IsOk());
    std::vector<std::string> ids;
    for (const Ghost& ghost : *ghosts) ids.push_back(ghost.run.key.run_id);
    return ids;
  }

  ScratchDir dir_;
  int64_t now_us_ = 10 * kHour;
  std::unique_ptr<Ledger> ledger_;
};

using Ids = std::vector<std::string>;

TEST_F(GhostsTest, HeartbeatsAreDurableAndNoEntries) {
  Start("a");
  const LedgerInfo before = ledger_->Info();
  ASSERT_THAT(ledger_->HeartbeatRun({"a"}, now_us_), IsOk());
  Open("books");
  EXPECT_EQ(ledger_->Info().entries, before.entries);
  EXPECT_EQ(ledger_->Info().chain_hash, before.chain_hash);
  EXPECT_EQ(Suspects(), Ids());
  now_us_ += 30 * kMinute + 1;
  EXPECT_EQ(Suspects(), Ids({"a"}));
}

TEST_F(GhostsTest, ManyTogetherNameThoseThatCannotBeTaken) {
  Start("a");
  Start("b");
  Start("over");
  ASSERT_THAT(ledger_->StopRun({"over"}, kHour), IsOk());
  const Heartbeat all[] = {{{"a"}, 9 * kHour},
                           {{"nobody"}, 9 * kHour},
                           {{"over"}, 9 * kHour},
                           {{"b"}, 9 * kHour},
                           {{"a"}, 8 * kHour}};
  const auto result = ledger_->HeartbeatRuns(all);
  ASSERT_THAT(result, IsOk());
  EXPECT_EQ(result->fresh, 2u);
  EXPECT_EQ(result->stale, 1u);
  ASSERT_EQ(result->refused.size(), 2u);
  EXPECT_NE(result->refused[0].find("nobody"), std::string::npos);
  EXPECT_NE(result->refused[1].find("over attempt 1 is ended"),
            std::string::npos);
  GhostQuery query;
  query.at_us = 9 * kHour + 1;
  EXPECT_EQ(Suspects(query), Ids());
}

TEST_F(GhostsTest, AHeartbeatFromTheFutureIsRefused) {
  Start("a");
  ASSERT_THAT(ledger_->HeartbeatRun({"a"}, now_us_ + 10 * kMinute), IsOk());
  EXPECT_THAT(ledger_->HeartbeatRun({"a"}, now_us_ + 10 * kMinute + 1),
              IsError(ErrorCode::kBadRow, "10 minutes ahead"));
}

TEST_F(GhostsTest, AConfirmationThatAHeartbeatOvertookIsRefused) {
  Start("a");
  ASSERT_EQ(Suspects(), Ids({"a"}));
  ASSERT_THAT(ledger_->HeartbeatRun({"a"}, now_us_ - kMinute), IsOk());
  EXPECT_THAT(ledger_->ConfirmGhost({"a"}),
              IsError(ErrorCode::kWrongState,
                      "sign of life at 1970-01-01T09:59:00Z, within its lease "
                      "of 1800 s"));
  EXPECT_THAT(ledger_->ConfirmGhost({"a"}, 0),
              IsError(ErrorCode::kInvalidArgument, "more than 0"));
}

TEST_F(GhostsTest, QueriesSelectByTenantAndPoolAndSayWhatIsAtStake) {
  Start("a", "aws/x");
  Start("b", "gcp/x");
  GhostQuery query;
  query.pool = "gcp";
  EXPECT_EQ(Suspects(query), Ids({"b"}));
  query.tenant = "other";
  EXPECT_EQ(Suspects(query), Ids());
  ASSERT_THAT(ledger_->HeartbeatRun({"b"}, 4 * kHour), IsOk());
  const auto ghosts = ledger_->Ghosts();
  ASSERT_THAT(ghosts, IsOk());
  ASSERT_EQ(ghosts->size(), 2u);
  EXPECT_FALSE((*ghosts)[0].heartbeat);
  EXPECT_EQ((*ghosts)[0].since, GpuTime(10 * kHour));
  EXPECT_TRUE((*ghosts)[1].heartbeat);
  EXPECT_EQ((*ghosts)[1].since, GpuTime(6 * kHour));
}

TEST_F(GhostsTest, AnEndedRunsHeartbeatIsForgotten) {
  Start("a");
  ASSERT_THAT(ledger_->HeartbeatRun({"a"}, 9 * kHour), IsOk());
  const RunRow ended = {{"a"}, "acme", "aws/x", kMicroGpusPerGpu, 0, kHour, ""};
  ASSERT_THAT(ledger_->ImportRuns(std::span(&ended, 1)), IsOk());
  // Later than the end, earlier than the heartbeat that is gone.
  EXPECT_THAT(ledger_->HeartbeatRun({"a"}, 2 * kHour),
              IsError(ErrorCode::kWrongState, "is ended"));
}

TEST_F(GhostsTest, SalvageKeepsThem) {
  Start("a");
  Start("b");
  ASSERT_THAT(ledger_->HeartbeatRun({"b"}, now_us_), IsOk());
  ASSERT_THAT(Salvage(dir_.Path("books"), dir_.Path("saved")), IsOk());
  Open("saved");
  EXPECT_EQ(Suspects(), Ids({"a"}));
}

}  // namespace
}  // namespace drawdown
