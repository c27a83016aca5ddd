// A gang scheduler that holds tenants to quotas with drawdown, replaying a
// trace.
//
//   scheduler LEDGER JOBS GPUS SHARE
//
// JOBS has a line `job tenant gpus submit_seconds run_seconds` each, in the
// order of submission. The cluster has GPUS; each tenant may use SHARE per cent
// of what it asks for, in total. A job runs on all its GPUs at once or waits;
// it holds its GPU time six hours ahead and renews; when a job has waited for a
// day, the youngest job of the tenant that uses most is preempted for it.
#include <drawdown/ledger.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace {

using drawdown::Admission;
using drawdown::GpuTime;
constexpr int64_t kSecond = 1'000'000, kHour = 3'600 * kSecond;
constexpr char kPool[] = "lab/one/gpu";

struct Job {
  std::string id, tenant;
  int64_t gpus = 0, submit_us = 0, left_us = 0;  // left to run
  int64_t queued_us = 0, started_us = 0, held_until_us = 0;
  uint32_t attempt = 0, renewals = 0;

  std::string hold() const { return id + "#" + std::to_string(attempt); }
  int64_t end_us() const { return started_us + left_us; }
};

struct Tally {
  int done = 0, preempted = 0, refused = 0;
  int64_t used_us = 0;
};

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::exit(1);
}
template <typename T>
T Check(absl::StatusOr<T> result) {
  Check(result.status());
  return *std::move(result);
}

class Scheduler {
 public:
  explicit Scheduler(const char* directory)
      : ledger_(Check(drawdown::Ledger::Open(
            directory, {.create_if_missing = true,
                        .now_us = [this] { return now_us_; }}))) {}

  void Limit(const std::string& tenant, drawdown::QuotaPeriod period,
             drawdown::Int128 nominal) {
    drawdown::QuotaSetting setting;
    setting.scope.tenant = tenant;
    setting.scope.period = period;
    setting.limit = drawdown::QuotaLimit{.nominal = nominal};
    setting.from_us = 0;
    Check(ledger_->SetQuota(setting));
  }

  void Replay(std::deque<Job> arrivals) {
    while (!arrivals.empty() || !running_.empty()) {
      // Sleep until something can happen: an arrival, an end, or a hold that
      // will be spent. No polling.
      int64_t next_us = arrivals.empty() ? INT64_MAX : arrivals[0].submit_us;
      for (const Job& job : running_)
        next_us = std::min({next_us, job.end_us(), job.held_until_us});
      now_us_ = std::max(now_us_, next_us);
      for (size_t i = running_.size(); i-- > 0;) {
        if (running_[i].end_us() <= now_us_)
          Stop(i, drawdown::StopReason::kDone);
        else if (running_[i].held_until_us <= now_us_)
          Renew(i);
      }
      for (; !arrivals.empty() && arrivals[0].submit_us <= now_us_;
           arrivals.pop_front()) {
        arrivals[0].queued_us = now_us_;
        queue_.push_back(arrivals[0]);
      }
      StartWhatFits();
    }
    for (const Job& job : queue_) ++tallies_[job.tenant].refused;
  }

  void Report() const {
    for (const auto& [tenant, tally] : tallies_)
      std::cout << tenant << ": " << tally.done << " done, " << tally.preempted
                << " preempted, " << tally.refused << " refused, "
                << FormatGpuHours(GpuTime(tally.used_us)) << " GPU-hours\n";
    for (const auto& quota : Check(ledger_->Quotas()))
      if (quota.available < 0) std::cout << quota.scope.tenant << " is over\n";
    const auto verified = Check(ledger_->VerifyInProcess());
    std::cout << "books " << (verified.ok ? "sound" : "NOT sound") << ", "
              << FormatGpuHours(verified.from_runs) << " GPU-hours in runs\n";
  }

 private:
  static int64_t Ahead(const Job& job) {
    return std::min(job.left_us, 6 * kHour);
  }

  bool TryStart(Job* job) {
    ++job->attempt;
    const drawdown::HoldRequest hold = {job->hold(),
                                        job->tenant,
                                        kPool,
                                        GpuTime(job->gpus * Ahead(*job)),
                                        job->gpus * drawdown::kMicroGpusPerGpu,
                                        24 * kHour};
    const Admission admission = Check(ledger_->PlaceHold(hold));
    if (!admission.admitted()) {
      --job->attempt;
      job->queued_us = -1;
      waits_for_gpus_ =
          admission.refusal->scope.period == drawdown::QuotaPeriod::kAtOnce;
      return false;
    }
    Check(ledger_->StartRun({{job->id, job->attempt},
                             job->tenant,
                             kPool,
                             hold.micro_gpus,
                             now_us_,
                             hold.hold_id}));
    job->started_us = now_us_;
    job->held_until_us = now_us_ + Ahead(*job);
    job->renewals = 0;
    running_.push_back(*job);
    return true;
  }

  void StartWhatFits() {
    for (size_t i = 0; i < queue_.size();) {
      const int64_t queued_us = queue_[i].queued_us;
      bool started = TryStart(&queue_[i]);
      if (!started && waits_for_gpus_ && now_us_ - queued_us > 24 * kHour)
        started = PreemptFor(queue_[i].gpus) && TryStart(&queue_[i]);
      queue_[i].queued_us = queued_us;
      started ? void(queue_.erase(queue_.begin() + i)) : void(++i);
    }
  }

  // Stops the youngest runs of the tenant with most GPUs.
  bool PreemptFor(int64_t gpus) {
    std::map<std::string, int64_t> use;
    for (const Job& job : running_) use[job.tenant] += job.gpus;
    if (use.empty()) return false;
    const auto most = std::max_element(
        use.begin(), use.end(),
        [](const auto& a, const auto& b) { return a.second < b.second; });
    const std::string tenant = most->first;
    for (size_t i = running_.size(); i-- > 0 && gpus > 0;) {
      if (running_[i].tenant != tenant) continue;
      gpus -= running_[i].gpus;
      Stop(i, drawdown::StopReason::kPreempted);
    }
    return gpus <= 0;
  }

  void Renew(size_t i) {
    Job& job = running_[i];
    const int64_t ahead_us = std::min(job.end_us() - now_us_, 6 * kHour);
    const Admission admission =
        Check(ledger_->RenewHold({job.hold(), ++job.renewals, GpuTime(),
                                  GpuTime(job.gpus * ahead_us), 24 * kHour}));
    job.held_until_us = now_us_ + ahead_us;
    if (!admission.admitted()) Stop(i, drawdown::StopReason::kPreempted);
  }

  // Its hold's rest is released with it.
  void Stop(size_t i, drawdown::StopReason reason) {
    Job job = running_[i];
    running_.erase(running_.begin() + i);
    Check(ledger_->StopRun({job.id, job.attempt}, now_us_, reason));
    Tally& tally = tallies_[job.tenant];
    tally.used_us += job.gpus * (now_us_ - job.started_us);
    if (reason == drawdown::StopReason::kDone) return void(++tally.done);
    ++tally.preempted;
    job.left_us -= now_us_ - job.started_us;
    job.queued_us = now_us_;
    queue_.push_back(job);
  }

  int64_t now_us_ = 0;
  std::unique_ptr<drawdown::Ledger> ledger_;
  std::deque<Job> queue_;
  std::vector<Job> running_;
  std::map<std::string, Tally> tallies_;
  bool waits_for_gpus_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5)
    return std::cerr << "usage: scheduler LEDGER JOBS GPUS SHARE\n", 2;
  std::ifstream in(argv[2]);
  std::deque<Job> jobs;
  std::map<std::string, drawdown::Int128> asked;
  int64_t submit = 0, seconds = 0;
  for (Job job; in >> job.id >> job.tenant >> job.gpus >> submit >> seconds;) {
    job.submit_us = submit * kSecond;
    job.left_us = seconds * kSecond;
    asked[job.tenant] += drawdown::Int128{job.gpus} * job.left_us;
    if (job.gpus > 0 && seconds > 0) jobs.push_back(job);
  }
  Scheduler scheduler(argv[1]);
  scheduler.Limit("lab", drawdown::QuotaPeriod::kAtOnce,
                  std::stoll(argv[3]) * drawdown::kMicroGpusPerGpu);
  for (const auto& [tenant, gpu_us] : asked)
    scheduler.Limit(tenant, drawdown::QuotaPeriod::kTotal,
                    gpu_us * std::stoll(argv[4]) / 100);
  scheduler.Replay(std::move(jobs));
  scheduler.Report();
}
