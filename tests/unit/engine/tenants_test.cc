// Tenants that are moved, seen through the public interface: usage, runs,
// statements of time, quotas, holds and meters that are bound.
#include <atomic>

#include "drawdown/ledger.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_dir.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

constexpr int64_t kHour = kMicrosPerHour;
constexpr int64_t kStart = 495'000 * kHour;
constexpr int64_t kGpu = kMicroGpusPerGpu;

class TenantsTest : public testing::Test {
 protected:
  TenantsTest() { ledger_ = Open(); }

  std::unique_ptr<Ledger> Open() {
    OpenOptions options;
    options.create_if_missing = true;
    options.drain_interval = std::chrono::milliseconds(0);
    options.now_us = [this] { return now_us_.load(); };
    auto ledger = Ledger::Open(dir_.Path("books"), options);
    EXPECT_THAT(ledger, IsOk());
    return *std::move(ledger);
  }

  absl::StatusOr<bool> Move(const std::string& from, const std::string& to,
                            int64_t at_us) {
    return ledger_->MoveTenant({from, to, at_us});
  }
  void Limit(const std::string& tenant, int64_t nominal) {
    QuotaSetting setting;
    setting.scope.tenant = tenant;
    setting.limit = QuotaLimit{.nominal = nominal};
    ASSERT_THAT(ledger_->SetQuota(setting), IsOk());
  }
  QuotaState StateOf(const std::string& tenant) {
    const auto states = ledger_->Quotas("");
    EXPECT_THAT(states, IsOk());
    for (const QuotaState& state : *states) {
      if (state.scope.tenant == tenant) return state;
    }
    ADD_FAILURE() << "no quota of " << tenant;
    return {};
  }
  // "a/b 3600000000, c 5" of buckets in [from, to).
  std::string Usage(int64_t from_us, int64_t to_us) {
    UsageQuery query;
    query.by = {UsageDimension::kTenant};
    query.from_us = from_us;
    query.to_us = to_us;
    query.at_us = to_us;
    const auto answer = ledger_->Usage(query);
    EXPECT_THAT(answer, IsOk());
    std::string text;
    for (const UsageRow& row : answer->rows) {
      text += (text.empty() ? "" : ", ") + row.group.front() + " " +
              FormatGpuSeconds(row.gpu_time);
    }
    return text;
  }
  void Import(const std::string& id, const std::string& tenant,
              int64_t start_us, std::optional<int64_t> end_us,
              int64_t micro_gpus = kGpu) {
    RunRow row;
    row.key.run_id = id;
    row.tenant = tenant;
    row.pool = "p";
    row.micro_gpus = micro_gpus;
    row.start_us = start_us;
    row.end_us = end_us;
    ASSERT_THAT(ledger_->ImportRuns({&row, 1}), IsOk());
  }
  std::string TenantOfRun(const std::string& id) {
    std::string tenant;
    RunQuery query;
    query.run_id = id;
    EXPECT_THAT(ledger_->VisitRuns(query,
                                   [&](const RunInfo& run) {
                                     tenant = run.tenant;
                                     return true;
                                   }),
                IsOk());
    return tenant;
  }
  void ExpectSound() {
    const auto report = ledger_->VerifyInProcess();
    ASSERT_THAT(report, IsOk());
    EXPECT_TRUE(report->ok) << report->findings.front();
  }

  ScratchDir dir_;
  std::atomic<int64_t> now_us_{kStart + kHour / 2};
  std::unique_ptr<Ledger> ledger_;
};

// A name below would be too long, which is found after the move itself is said
// and before anything is journalled.
TEST_F(TenantsTest, AMoveThatIsRefusedMidwayLeavesNothing) {
  const std::string to(32, 'b');
  Limit("a", 10 * kHour);
  Limit(to, 1'000 * kHour);
  Limit("a/" + std::string(390, 'x'), 10 * kHour);
  EXPECT_FALSE(Move("a", to, kStart).ok());
  const auto placed = ledger_->PlaceHold(
      {"h", "a", "p", GpuTime(500 * kHour), kGpu, 20 * kHour});
  ASSERT_THAT(placed, IsOk());
  EXPECT_FALSE(placed->admitted()) << "500 GPU-hours of a quota of 10";
  Import("r", "a", kStart - kHour, kStart + kHour / 4);
  EXPECT_FALSE(Move("a", to, kStart).ok());
  ExpectSound();
}

TEST_F(TenantsTest, UsageGoesWhereItCountsBucketByBucket) {
  Import("ended", "a/b", kStart - 5 * kHour, kStart - 3 * kHour);
  Import("across", "a/b/c", kStart - 4 * kHour, kStart - kHour);
  Import("open", "a/b", kStart - 4 * kHour + 1, std::nullopt, kGpu / 3);
  const int64_t moved_us = kStart - 2 * kHour;
  EXPECT_THAT(Move("a/b", "x", moved_us), IsOk());
  EXPECT_EQ(Usage(moved_us - 3 * kHour, moved_us),
            "a/b 9599.997599, a/b/c 7200");
  EXPECT_EQ(Usage(moved_us, kStart), "x 2399.9976, x/c 3600");
  // Whoever says the old name later means what it was at the time.
  Import("late", "a/b/new", moved_us - kHour, moved_us + kHour);
  EXPECT_EQ(Usage(moved_us - kHour, moved_us),
            "a/b 1199.9988, a/b/c 3600, a/b/new 3600");
  EXPECT_EQ(Usage(moved_us, moved_us + kHour),
            "x 1199.9988, x/c 3600, x/new 3600");
  EXPECT_EQ(TenantOfRun("ended"), "a/b");
  EXPECT_EQ(TenantOfRun("across"), "x/c");
  EXPECT_EQ(TenantOfRun("open"), "x");
  ExpectSound();
}

// The buckets before and after the move are cut, where the old and the new path
// each have a run that goes on.
TEST_F(TenantsTest, UsageIsCutBesideAMove) {
  const int64_t half = kHour / 2;
  Import("old", "a/b", kStart, {}, 2 * kGpu);
  Import("new", "c", kStart, {});
  now_us_ = kStart + 5 * kHour;
  ASSERT_THAT(Move("a/b", "c", kStart + 3 * kHour), IsOk());
  const int64_t edge_us = kStart + 3 * kHour;
  EXPECT_EQ(Usage(edge_us - kHour, edge_us - half), "a/b 3600, c 1800");
  EXPECT_EQ(Usage(edge_us - half, edge_us), "a/b 3600, c 1800");
  EXPECT_EQ(Usage(edge_us - half, edge_us + half), "a/b 3600, c 7200");
  EXPECT_EQ(Usage(edge_us + half, edge_us + kHour), "c 5400");
}

TEST_F(TenantsTest, WhatWasBelievedBeforeTheMoveStays) {
  Import("r", "a", kStart - 2 * kHour, kStart);
  const int64_t before_us = now_us_++;
  ASSERT_THAT(Move("a", "b", kStart - kHour), IsOk());
  UsageQuery query;
  query.tenant = "a";
  query.as_of_us = before_us;
  EXPECT_EQ(FormatGpuSeconds(ledger_->Usage(query)->total), "7200");
  query.as_of_us = now_us_;
  EXPECT_EQ(FormatGpuSeconds(ledger_->Usage(query)->total), "3600");
}

TEST_F(TenantsTest, OldAndNewAncestorsHaveWhatIsTheirs) {
  Limit("a", 100 * kHour);
  Limit("b", 100 * kHour);
  ASSERT_THAT(ledger_->PlaceHold(
                  {"h", "a/x", "p", GpuTime(10 * kHour), kGpu, 20 * kHour}),
              IsOk());
  RunStart start;
  start.key.run_id = "r";
  start.tenant = "a/x";
  start.pool = "p";
  start.micro_gpus = kGpu;
  start.at_us = now_us_;
  start.hold_id = "h";
  ASSERT_TRUE(ledger_->StartRun(start)->admitted());
  now_us_ += 2 * kHour;
  ASSERT_THAT(Move("a/x", "b/x", kStart + kHour), IsOk());
  EXPECT_TRUE(StateOf("a").used == kHour / 2);
  EXPECT_TRUE(StateOf("a").held == 0);
  EXPECT_TRUE(StateOf("b").used == 3 * kHour / 2);
  EXPECT_TRUE(StateOf("b").held == 8 * kHour);
  // Scripts that know the old name alone.
  EXPECT_TRUE(
      ledger_->PlaceHold({"h2", "a/x", "p", GpuTime(90 * kHour), 0, kHour})
          ->admitted());
  EXPECT_FALSE(ledger_->PlaceHold({"h3", "a/x", "p", GpuTime(kHour), 0, kHour})
                   ->admitted());
  EXPECT_TRUE(StateOf("b").available == kHour / 2);
  start.key.run_id = "r2";
  start.tenant = "b/x";
  start.at_us = now_us_;
  start.hold_id = "h2";
  EXPECT_TRUE(ledger_->StartRun(start)->admitted());
  EXPECT_THAT(ledger_->StopRun({"r"}, now_us_), IsOk());
  EXPECT_TRUE(StateOf("b").held == 90 * kHour);
  ExpectSound();
}

TEST_F(TenantsTest, MetersThatAreBoundCountForTheNewPath) {
  Limit("a", 1'000);
  Limit("b", 600);
  const auto meter = ledger_->meter("a/x", "p");
  ASSERT_THAT(meter, IsOk());
  ASSERT_EQ(meter->TryRecord(500), Decision::kAdmitted);
  meter->Record(7);
  now_us_ += kHour;
  // A bucket later the bank of the one before is still to be drained.
  ASSERT_THAT(Move("a/x", "b/x", kStart + kHour), IsOk());
  int64_t admitted = 0;
  while (meter->TryRecord(10) == Decision::kAdmitted) admitted += 10;
  EXPECT_EQ(admitted, 600);
  EXPECT_EQ(Usage(kStart, kStart + kHour), "a/x 0.000507");
  EXPECT_EQ(Usage(kStart + kHour, kStart + 2 * kHour), "b/x 0.0006");
  EXPECT_TRUE(StateOf("a").used == 507);
  EXPECT_TRUE(StateOf("b").used == 600);
  ASSERT_THAT(ledger_->Drain(), IsOk());
  EXPECT_TRUE(StateOf("a").used == 507);
  EXPECT_TRUE(StateOf("b").used == 600);
  const auto other = ledger_->meter("a/y", "p");
  int64_t left = 0;
  while (other->TryRecord(1) == Decision::kAdmitted) ++left;
  EXPECT_EQ(left, 493);
  ExpectSound();
}

TEST_F(TenantsTest, LimitsGoAlongAndSlicesSetNothingAsideBehind) {
  Limit("a", 100);
  Limit("a/x", 40);
  Limit("a/x/own", 7);
  Limit("b/x/own", 9);
  ASSERT_THAT(Move("a/x", "b/x", kStart), IsOk());
  EXPECT_FALSE(StateOf("a/x").limited);
  EXPECT_TRUE(StateOf("b/x").limit.nominal == 40);
  EXPECT_TRUE(StateOf("b/x/own").limit.nominal == 9);
  EXPECT_FALSE(ledger_->PlaceHold({"h", "a/x/z", "p", GpuTime(41), 0, kHour})
                   ->admitted());
  QuotaSetting setting;
  setting.scope.tenant = "a/x";
  setting.limit = QuotaLimit{.nominal = 3};
  EXPECT_THAT(ledger_->SetQuota(setting).status(),
              IsError(ErrorCode::kWrongState, "a/x is b/x now"));
  ExpectSound();
}

TEST_F(TenantsTest, WhatCannotBeIsRefusedByName) {
  Import("r", "a/x", kStart - 50 * kHour, std::nullopt);
  Import("s", "c", kStart - 50 * kHour, std::nullopt);
  const auto refused = [&](const std::string& from, const std::string& to,
                           int64_t at_us, ErrorCode code,
                           const std::string& why) {
    EXPECT_THAT(Move(from, to, at_us).status(), IsError(code, why));
  };
  refused("nobody", "b", kStart, ErrorCode::kNotFound, "nobody");
  refused("a", "a", kStart, ErrorCode::kInvalidArgument, "already");
  refused("a", "a/y", kStart, ErrorCode::kInvalidArgument, "below itself");
  refused("a//x", "b", kStart, ErrorCode::kBadRow, "a//x");
  refused("a", "b", kStart + 1, ErrorCode::kInvalidArgument, "inside a bucket");
  refused("a", "b", kStart + kHour, ErrorCode::kInvalidArgument,
          "still to come");
  ASSERT_TRUE(*Move("a/x", "b", kStart - 10 * kHour));
  EXPECT_FALSE(*Move("a/x", "b", kStart - 10 * kHour));  // the same again
  refused("a/x", "c", kStart, ErrorCode::kWrongState, "a/x is b");
  refused("c", "a/x", kStart, ErrorCode::kWrongState, "a/x is b");
  refused("b", "d", kStart - 11 * kHour, ErrorCode::kWrongState, "later");
  refused("a", "d", kStart - 11 * kHour, ErrorCode::kWrongState, "later");
  // What has nothing to do with it may still be said.
  EXPECT_TRUE(*Move("c", "d", kStart - 11 * kHour));
  // On to a third, and back again.
  EXPECT_TRUE(*Move("b", "e/b", kStart - 5 * kHour));
  EXPECT_TRUE(*Move("e/b", "a/x", kStart - 2 * kHour));
  EXPECT_EQ(Usage(kStart - 12 * kHour, kStart),
            "a/x 14400, b 18000, c 3600, d 39600, e/b 10800");
  EXPECT_EQ(TenantOfRun("r"), "a/x");
  ExpectSound();
}

// Into what is there, and into what is above.
TEST_F(TenantsTest, TwoTenantsBecomeOne) {
  Import("r", "a/x", kStart - 2 * kHour, kStart);
  Import("s", "a", kStart - 2 * kHour, kStart);
  ASSERT_TRUE(*Move("a/x", "a", kStart - kHour));
  EXPECT_EQ(Usage(kStart - 2 * kHour, kStart), "a 10800, a/x 3600");
  ExpectSound();
}

// Where names go may be below the old path, and new.
// What was imported by the old name and is said again, or ended, by the new
// one: the same run, which counts before the move where it did.
TEST_F(TenantsTest, ImportsSayTheNewName) {
  now_us_ = kStart + 10 * kHour;
  Import("r", "acme/chat", kStart, std::nullopt);
  UsageRecord used = {"u",    "acme/chat",    "p",
                      kStart, kStart + kHour, GpuTime(kHour)};
  ASSERT_THAT(ledger_->ImportUsage({&used, 1}), IsOk());
  ASSERT_THAT(Move("acme/chat", "beta/chat", kStart + 2 * kHour), IsOk());
  dir_.Write("runs.csv",
             "run_id,tenant,pool,gpus,start,end\n"
             "r,beta/chat,p,1,2026-06-21T00:00:00Z,2026-06-21T03:00:00Z\n"
             "r,acme/chat,p,1,2026-06-21T00:00:00Z,2026-06-21T03:00:00Z\n"
             "n,beta/chat,p,1,2026-06-21T03:00:00Z,2026-06-21T04:00:00Z\n");
  ASSERT_EQ(FormatInstant(kStart), "2026-06-21T00:00:00Z");
  const auto runs = ledger_->ImportRunFiles({dir_.Path("runs.csv")}, {}, {});
  ASSERT_THAT(runs, IsOk());
  EXPECT_EQ(runs->inserted, 1u);
  EXPECT_EQ(runs->updated, 1u);
  EXPECT_EQ(runs->unchanged, 1u);
  used.tenant = "beta/chat";
  const auto again = ledger_->ImportUsage({&used, 1});
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->unchanged, 1u);
  dir_.Write("usage.csv",
             "usage_id,tenant,pool,start,end,gpu_seconds\n"
             "u,beta/chat,p,2026-06-21T00:00:00Z,2026-06-21T01:00:00Z,3600\n"
             "u,acme/chat,p,2026-06-21T00:00:00Z,2026-06-21T01:00:00Z,3600\n");
  const auto file = ledger_->ImportUsageFiles({dir_.Path("usage.csv")}, {}, {});
  ASSERT_THAT(file, IsOk());
  EXPECT_EQ(file->unchanged, 2u);
  EXPECT_EQ(Usage(kStart, kStart + 2 * kHour), "acme/chat 10800");
  EXPECT_EQ(Usage(kStart + 2 * kHour, kStart + 9 * kHour), "beta/chat 7200");
  // Another tenant is a conflict still, and both are named.
  dir_.Write("usage.csv",
             "usage_id,tenant,pool,start,end,gpu_seconds\n"
             "u,beta/x,p,2026-06-21T00:00:00Z,2026-06-21T01:00:00Z,3600\n");
  EXPECT_THAT(ledger_->ImportUsageFiles({dir_.Path("usage.csv")}, {}, {}),
              IsError(ErrorCode::kConflict,
                      "is in the books as acme/chat on p, 3600 GPU-seconds "
                      "[2026-06-21T00:00:00Z, 2026-06-21T01:00:00Z); this says "
                      "beta/x on p, 3600"));
  used.tenant = "beta/x";
  EXPECT_THAT(ledger_->ImportUsage({&used, 1}),
              IsError(ErrorCode::kConflict, "this says beta/x on p"));
  ExpectSound();
}

TEST_F(TenantsTest, NamesThatRepeatGoOneStepEach) {
  Import("r", "a/x/x/x", kStart - 2 * kHour, kStart);
  ASSERT_TRUE(*Move("a/x", "a", kStart - kHour));
  EXPECT_EQ(Usage(kStart - kHour, kStart), "a/x/x 3600");
  Import("s", "a/x/x", kStart - 2 * kHour, kStart);
  EXPECT_EQ(Usage(kStart - kHour, kStart), "a/x 3600, a/x/x 3600");
  ASSERT_TRUE(*Move("a", "b", kStart));
  ExpectSound();
}

TEST_F(TenantsTest, SalvageKeepsMoves) {
  Limit("b", 100 * kHour);
  Import("r", "a", kStart - 2 * kHour, kStart);
  ASSERT_TRUE(*Move("a", "b", kStart - kHour));
  ledger_.reset();
  const auto report = Salvage(dir_.Path("books"), dir_.Path("saved"));
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->entries_lost, 0u);
  OpenOptions options;
  options.now_us = [this] { return now_us_.load(); };
  auto saved = Ledger::Open(dir_.Path("saved"), options);
  ASSERT_THAT(saved, IsOk());
  ledger_ = *std::move(saved);
  EXPECT_EQ(Usage(kStart - 2 * kHour, kStart), "a 3600, b 3600");
  EXPECT_TRUE(StateOf("b").used == kHour);
  ExpectSound();
}

}  // namespace
}  // namespace drawdown
