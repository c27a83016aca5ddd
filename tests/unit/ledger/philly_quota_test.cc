// A real trace under limits: every job asks for a hold a day at a time, of a
// tenant that may use 80 % of what it really used in each month.
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <tuple>
#include <vector>

#include "base/civil.h"
#include "ledger/inspect.h"
#include "ledger/memory_store.h"
#include "ledger/posting.h"
#include "ledger/usage_query.h"
#include "ledger/verify.h"
#include "tests/support/csv_rows.h"
#include "tests/support/shared_data.h"

namespace drawdown {
namespace {

constexpr int64_t kDay = 24 * kMicrosPerHour;
constexpr std::string_view kPool = "philly/lab/gpu";

struct Job {
  std::string id;
  std::string tenant;
  int64_t gpus = 0;
  int64_t start_us = 0;
  int64_t end_us = 0;
};

int64_t MonthOf(int64_t at_us) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  return InstantOfCivil(
      absl::CivilSecond(absl::CivilMonth(CivilOfInstant(at_us, utc))), utc);
}
int64_t NextMonth(int64_t at_us) { return MonthOf(MonthOf(at_us) + 32 * kDay); }

std::vector<Job> ReadJobs(const std::string& path) {
  const CsvRows rows = ReadCsvRows(path);
  const auto instant = [](std::string text) {
    text[10] = 'T';
    return *ParseInstant(text + "Z");
  };
  std::vector<Job> jobs;
  for (size_t i = 1; i < rows.size(); ++i) {
    jobs.push_back({rows[i][0], "lab/" + rows[i][1], std::stoll(rows[i][3]),
                    instant(rows[i][5]), instant(rows[i][6])});
  }
  return jobs;
}

using MonthlyUse = std::map<std::pair<std::string, int64_t>, Int128>;

MonthlyUse UseOf(const std::vector<Job>& jobs) {
  MonthlyUse use;
  for (const Job& job : jobs) {
    for (int64_t from_us = job.start_us; from_us < job.end_us;) {
      const int64_t to_us = std::min(job.end_us, NextMonth(from_us));
      use[{job.tenant, MonthOf(from_us)}] +=
          Int128{job.gpus} * (to_us - from_us);
      from_us = to_us;
    }
  }
  return use;
}

class Replay {
 public:
  Replay() : store_(NewMemoryStore()) {}

  void SetLimits(const MonthlyUse& use) {
    for (const auto& [of, amount] : use) {
      Begin(0);
      QuotaSetting setting;
      setting.scope.tenant = of.first;
      setting.limit = QuotaLimit{.nominal = amount * 8 / 10};
      setting.from_us = of.second;
      limits_[of] = amount * 8 / 10;
      ASSERT_THAT(posting_->SetQuota(setting, {}), IsOk());
      Commit();
    }
  }

  void Run(const std::vector<Job>& jobs) {
    for (const Job& job : jobs) {
      if (job.end_us > job.start_us) events_.push({job.start_us, 1, &job});
    }
    Begin(events_.top().at_us);
    for (int done = 1; !events_.empty(); ++done) {
      const Event event = events_.top();
      events_.pop();
      Do(event);
      if (testing::Test::HasFatalFailure()) return;
      if (done % 1'000 != 0) continue;
      Commit();
      Begin(event.at_us);
    }
    Commit();
  }

  Int128 admitted_us() const { return admitted_us_; }
  // Of jobs that were not started, and of what was left of those preempted.
  Int128 refused_us() const { return refused_us_; }
  int preempted() const { return preempted_; }
  int refused() const { return refused_; }

  // What the books say, and how they end.
  std::string Check(const MonthlyUse& use) {
    const auto books = store_->BeginRead();
    EXPECT_THAT(books, IsOk());
    const auto report =
        VerifyBooks(books->get(), header_, MonthOf(last_us_) + 32 * kDay);
    EXPECT_THAT(report, IsOk());
    EXPECT_TRUE(report->ok) << report->findings.front();
    EXPECT_TRUE(report->from_runs == GpuTime(admitted_us_));
    for (const auto& [of, amount] : use) {
      UsageQuery query;
      query.tenant = of.first;
      query.from_us = of.second;
      query.to_us = NextMonth(of.second);
      query.at_us = report->at_us;
      const auto answer =
          AnswerUsage(books->get(), header_.bucket_us, {}, query);
      EXPECT_THAT(answer, IsOk());
      EXPECT_TRUE(answer->total <= GpuTime(limits_[of]))
          << of.first << " in the month of " << FormatInstant(of.second);
    }
    return report->chain_hash;
  }

 private:
  struct Event {
    int64_t at_us;
    int kind;  // 0: stop or renew, 1: start; earlier first
    const Job* job;
    bool operator<(const Event& other) const {
      return std::tie(other.at_us, other.kind, other.job->id) <
             std::tie(at_us, kind, job->id);
    }
  };

  void Begin(int64_t now_us) {
    auto transaction = store_->BeginWrite();
    ASSERT_THAT(transaction, IsOk());
    auto posting = Posting::Begin(*std::move(transaction), header_, now_us);
    ASSERT_THAT(posting, IsOk());
    posting_ = *std::move(posting);
  }
  void Commit() {
    ASSERT_THAT(posting_->Commit(), IsOk());
    posting_.reset();
  }

  void Do(const Event& event) {
    posting_->AdvanceRecordTime(event.at_us);
    last_us_ = event.at_us;
    if (event.kind == 1) return Start(*event.job, event.at_us);
    event.at_us == event.job->end_us ? Stop(*event.job, event.at_us, true)
                                     : Renew(*event.job, event.at_us);
  }

  // To its end or for a day, whichever is less.
  static int64_t Until(const Job& job, int64_t at_us) {
    return std::min(job.end_us, at_us + kDay);
  }

  void Start(const Job& job, int64_t at_us) {
    HoldRequest request;
    request.hold_id = job.id;
    request.tenant = job.tenant;
    request.pool = kPool;
    request.gpu_time = GpuTime(Int128{job.gpus} * (Until(job, at_us) - at_us));
    request.ttl_us = 2 * kDay;
    if (job.gpus == 0) return;
    const auto placed = posting_->PlaceHolds({&request, 1}, false, at_us);
    ASSERT_THAT(placed, IsOk());
    if (!placed->admitted()) {
      ++refused_;
      refused_us_ += Int128{job.gpus} * (job.end_us - at_us);
      return;
    }
    CheckNotOver(job, at_us);
    RunStarting starting;
    starting.change.run_id = job.id;
    starting.change.at_us = at_us;
    starting.change.micro_gpus = job.gpus * kMicroGpusPerGpu;
    starting.tenant = job.tenant;
    starting.pool = kPool;
    starting.hold_id = job.id;
    const auto started = posting_->StartRun(starting, at_us);
    ASSERT_THAT(started, IsOk());
    ASSERT_TRUE(started->admitted());
    events_.push({Until(job, at_us), 0, &job});
  }

  void Renew(const Job& job, int64_t at_us) {
    HoldRenewal renewal;
    renewal.hold_id = job.id;
    renewal.renewal = ++renewals_[&job];
    renewal.extend = GpuTime(Int128{job.gpus} * (Until(job, at_us) - at_us));
    renewal.ttl_us = 2 * kDay;
    const auto renewed = posting_->RenewHold(renewal, at_us);
    ASSERT_THAT(renewed, IsOk());
    if (!renewed->admitted()) {
      ++preempted_;
      refused_us_ += Int128{job.gpus} * (job.end_us - at_us);
      return Stop(job, at_us, false);
    }
    CheckNotOver(job, at_us);
    events_.push({Until(job, at_us), 0, &job});
  }

  // Used and held, right after an admission.
  void CheckNotOver(const Job& job, int64_t at_us) {
    QuotaBooks* const quotas = posting_->quotas();
    const auto over = quotas->index.Over(job.tenant, kPool);
    ASSERT_THAT(over, IsOk());
    ASSERT_EQ(over->size(), 1u);
    const auto standing = quotas->AdmitterAt(at_us).StandingOf(*over->front());
    ASSERT_THAT(standing, IsOk());
    ASSERT_TRUE(standing->room() >= FineTime())
        << job.tenant << " at " << FormatInstant(at_us);
  }

  void Stop(const Job& job, int64_t at_us, bool done) {
    RunChanged change;
    change.change = RunChange::kStop;
    change.run_id = job.id;
    change.at_us = at_us;
    change.reason = done ? StopReason::kDone : StopReason::kPreempted;
    ASSERT_THAT(posting_->ChangeRun(change, at_us), IsOk());
    admitted_us_ += Int128{job.gpus} * (at_us - job.start_us);
  }

  const Header header_;
  const std::unique_ptr<Store> store_;
  std::unique_ptr<Posting> posting_;
  std::priority_queue<Event> events_;
  std::map<const Job*, uint32_t> renewals_;
  MonthlyUse limits_;
  Int128 admitted_us_ = 0;
  Int128 refused_us_ = 0;
  int64_t last_us_ = 0;
  int preempted_ = 0;
  int refused_ = 0;
};

TEST(PhillyQuota, AdmittedAndRefusedAddUpAndNothingIsOver) {
  const std::string path = SharedData() + "/traces/philly_pollux/jobs.csv.gz";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << "no " << path << ": set DRAWDOWN_SHARED_DATA";
  }
  const std::vector<Job> jobs = ReadJobs(path);
  ASSERT_EQ(jobs.size(), 82'247u);
  const MonthlyUse use = UseOf(jobs);
  Int128 total_us = 0;
  for (const auto& [of, amount] : use) total_us += amount;
  ASSERT_TRUE(total_us == Int128{3'521'082'502} * kMicrosPerSecond);

  std::string books[2];
  for (std::string& chain : books) {
    Replay replay;
    replay.SetLimits(use);
    replay.Run(jobs);
    if (HasFatalFailure()) return;
    chain = replay.Check(use);
    EXPECT_TRUE(replay.admitted_us() + replay.refused_us() == total_us);
    // 80 % is the most; what a refused day leaves is less.
    EXPECT_TRUE(replay.admitted_us() <= total_us * 8 / 10);
    EXPECT_TRUE(replay.admitted_us() > total_us / 2);
    EXPECT_GT(replay.preempted(), 0);
    EXPECT_GT(replay.refused(), 0);
    std::cerr << "admitted " << FormatGpuHours(GpuTime(replay.admitted_us()))
              << " of " << FormatGpuHours(GpuTime(total_us)) << " GPU-hours, "
              << replay.refused() << " jobs refused, " << replay.preempted()
              << " preempted\n";
  }
  EXPECT_EQ(books[0], books[1]);
}

}  // namespace
}  // namespace drawdown
