// A gang scheduler that holds tenants to quotas with drawdown, replaying a
// trace.
//
//   scheduler LEDGER JOBS GPUS SHARE
//
// JOBS has a line `job tenant gpus submit_seconds run_seconds` each, or is a
// CSV file with the columns job_id, tenant, gpus, submit_time, start_time and
// end_time, as public traces have ("2017-10-09 07:01:55", UTC). The cluster has
// GPUS; each tenant may use SHARE per cent of what it asks for, in total. A job
// runs on all its GPUs at once or waits; it holds its GPU time six hours ahead
// and renews; when a job has waited for a day, the youngest job of the tenant
// that uses most is preempted for it.
#include <drawdown/ledger.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
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
  int64_t queued_us = 0, started_us = 0;
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
      // Sleep until something can happen: an arrival, an end, or what the books
      // say will run out next. No polling, and no list of deadlines.
      int64_t next_us = NextRunsOut();
      if (!arrivals.empty()) next_us = std::min(next_us, arrivals[0].submit_us);
      for (const Job& job : running_) next_us = std::min(next_us, job.end_us());
      now_us_ = std::max(now_us_, next_us);
      const bool ran_out = runs_out_us_ && *runs_out_us_ <= now_us_;
      for (size_t i = running_.size(); i-- > 0;) {
        if (running_[i].end_us() <= now_us_)
          Stop(i, drawdown::StopReason::kDone);
        else if (ran_out && IsSpent(running_[i].hold()))
          Renew(i);
      }
      if (ran_out) runs_out_us_.reset();
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

  // As of the last change: until the next, or until it is there, it stays so.
  int64_t NextRunsOut() {
    if (!runs_out_us_) {
      const auto next = Check(ledger_->NextExhaustion());
      runs_out_us_ = next ? next->at_us : INT64_MAX;
    }
    return *runs_out_us_;
  }

  bool IsSpent(const std::string& hold_id) {
    drawdown::HoldQuery query;
    query.hold_id = hold_id;
    bool spent = false;
    Check(ledger_->VisitHolds(query, [&](const drawdown::HoldInfo& hold) {
      spent = hold.held.zero();
      return true;
    }));
    return spent;
  }

  // What was refused to one that asks for no more, when nothing was given back
  // since: why ask again?
  bool IsHopeless(const Job& job) {
    const auto asks_enough = [&](const std::string& scope, int64_t asked) {
      const auto least = least_refused_.find(scope);
      return least != least_refused_.end() && asked >= least->second;
    };
    if (asks_enough(job.tenant, job.gpus * Ahead(job))) {
      waits_for_gpus_ = false;
      return true;
    }
    waits_for_gpus_ = asks_enough("lab", job.gpus);
    return waits_for_gpus_;
  }

  bool TryStart(Job* job) {
    if (IsHopeless(*job)) return false;
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
      waits_for_gpus_ =
          admission.refusal->scope.period == drawdown::QuotaPeriod::kAtOnce;
      const int64_t asked =
          waits_for_gpus_ ? job->gpus : job->gpus * Ahead(*job);
      const auto least =
          least_refused_.emplace(admission.refusal->scope.tenant, asked).first;
      least->second = std::min(least->second, asked);
      return false;
    }
    Check(ledger_->StartRun({{job->id, job->attempt},
                             job->tenant,
                             kPool,
                             hold.micro_gpus,
                             now_us_,
                             hold.hold_id}));
    runs_out_us_.reset();
    job->started_us = now_us_;
    job->renewals = 0;
    running_.push_back(*job);
    return true;
  }

  void StartWhatFits() {
    for (size_t i = 0; i < queue_.size();) {
      bool started = TryStart(&queue_[i]);
      if (!started && waits_for_gpus_ &&
          now_us_ - queue_[i].queued_us > 24 * kHour)
        started = PreemptFor(queue_[i].gpus) && TryStart(&queue_[i]);
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
    if (!admission.admitted()) Stop(i, drawdown::StopReason::kPreempted);
  }

  // Its hold's rest is released with it.
  void Stop(size_t i, drawdown::StopReason reason) {
    Job job = running_[i];
    running_.erase(running_.begin() + i);
    Check(ledger_->StopRun({job.id, job.attempt}, now_us_, reason));
    runs_out_us_.reset();
    least_refused_.erase(job.tenant);
    least_refused_.erase("lab");
    Tally& tally = tallies_[job.tenant];
    tally.used_us += job.gpus * (now_us_ - job.started_us);
    if (reason == drawdown::StopReason::kDone) return void(++tally.done);
    ++tally.preempted;
    job.left_us -= now_us_ - job.started_us;
    job.queued_us = now_us_;
    queue_.push_back(job);
  }

  int64_t now_us_ = 0;
  std::optional<int64_t> runs_out_us_;
  std::unique_ptr<drawdown::Ledger> ledger_;
  std::deque<Job> queue_;
  std::vector<Job> running_;
  std::map<std::string, Tally> tallies_;
  std::map<std::string, int64_t> least_refused_;  // by whose quota
  bool waits_for_gpus_ = false;
};

std::deque<Job> ReadLines(std::istream& in) {
  std::deque<Job> jobs;
  int64_t submit = 0, seconds = 0;
  for (Job job; in >> job.id >> job.tenant >> job.gpus >> submit >> seconds;) {
    job.submit_us = submit * kSecond;
    job.left_us = seconds * kSecond;
    jobs.push_back(job);
  }
  return jobs;
}

int64_t InstantOf(std::string text) {
  std::replace(text.begin(), text.end(), ' ', 'T');
  return Check(drawdown::ParseInstant(text + "Z"));
}

// No field of such a trace has a comma.
std::deque<Job> ReadTrace(std::istream& in, const std::string& header) {
  const auto split = [](const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream rest(line);
    for (std::string field; std::getline(rest, field, ',');)
      fields.push_back(field);
    return fields;
  };
  const std::vector<std::string> columns = split(header);
  const auto at = [&](const char* name) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end())
      Check(absl::InvalidArgumentError(std::string("no column ") + name));
    return found - columns.begin();
  };
  const auto id = at("job_id"), tenant = at("tenant"), gpus = at("gpus");
  const auto submit = at("submit_time"), start = at("start_time");
  const auto end = at("end_time");
  std::deque<Job> jobs;
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> fields = split(line);
    if (fields.size() < columns.size() - 1) continue;
    Job job;
    job.id = fields[id];
    job.tenant = "lab/" + fields[tenant];
    job.gpus = std::stoll(fields[gpus]);
    job.submit_us = InstantOf(fields[submit]);
    job.left_us = InstantOf(fields[end]) - InstantOf(fields[start]);
    jobs.push_back(job);
  }
  std::stable_sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
    return a.submit_us < b.submit_us;
  });
  return jobs;
}

std::deque<Job> ReadJobs(const char* path) {
  std::ifstream in(path);
  std::string first;
  std::getline(in, first);
  if (first.starts_with("job_id,")) return ReadTrace(in, first);
  in.clear();
  in.seekg(0);
  return ReadLines(in);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5)
    return std::cerr << "usage: scheduler LEDGER JOBS GPUS SHARE\n", 2;
  std::deque<Job> jobs = ReadJobs(argv[2]);
  std::map<std::string, drawdown::Int128> asked;
  for (const Job& job : jobs)
    asked[job.tenant] += drawdown::Int128{job.gpus} * job.left_us;
  std::erase_if(
      jobs, [](const Job& job) { return job.gpus <= 0 || job.left_us <= 0; });
  Scheduler scheduler(argv[1]);
  scheduler.Limit("lab", drawdown::QuotaPeriod::kAtOnce,
                  std::stoll(argv[3]) * drawdown::kMicroGpusPerGpu);
  for (const auto& [tenant, gpu_us] : asked)
    scheduler.Limit(tenant, drawdown::QuotaPeriod::kTotal,
                    gpu_us * std::stoll(argv[4]) / 100);
  scheduler.Replay(std::move(jobs));
  scheduler.Report();
}
