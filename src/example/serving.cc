// Inference replicas that follow the day and the week, nightly jobs that start
// and end on the hour, and small interactive jobs on fractions of a GPU.
#include "example/random.h"
#include "example/runs.h"

namespace drawdown::example {
namespace {

bool IsWeekend(int day) {
  // 1 October 2026 is a Thursday; 0 is Sunday. Days before it are negative.
  const int weekday = ((day - 1) % 7 + 7 + 4) % 7;
  return weekday == 0 || weekday == 6;
}

// A service that adds replicas in the morning and removes them in the evening.
struct Service {
  std::string_view prefix;
  std::string_view tenant;
  const Pool* pool = nullptr;
  int weekday_replicas = 0;
  int weekend_replicas = 0;
  int64_t min_units = 1;  // of pool->gpus_per_unit GPUs
  int64_t max_units = 1;
  int64_t opens = 0;  // hour, UTC
  int64_t stays_minutes = 0;
};

std::vector<Service> Services() {
  return {
      {"chat", tenant::kChat, &AwsGb200(), 34, 18, 12, 40, 12, 660},
      {"chat-night", tenant::kChat, &AwsGb200(), 8, 8, 12, 32, 23, 780},
      {"srch", tenant::kSearch, &AwsH200(), 16, 8, 2, 10, 11, 720},
      {"srch-night", tenant::kSearch, &AwsH200(), 4, 4, 2, 8, 22, 840},
      {"rec", tenant::kGlobex, &AwsH100(), 8, 5, 1, 6, 10, 800},
  };
}

void AddReplica(const Service& service, const std::string& run_id, int64_t day,
                Random* random, std::vector<Run>* runs) {
  const int64_t gpus = service.pool->gpus_per_unit *
                       random->Between(service.min_units, service.max_units);
  const int64_t start = day + service.opens * kHour + random->Between(0, 7'200);
  const int64_t end =
      start + service.stays_minutes * kMinute + random->Between(-3'600, 5'400);
  Run run{run_id, service.tenant, service.pool, gpus * kMicroGpusPerGpu, start,
          end,    "CANCELLED"};
  // A replica is stopped by its service; now and then its node dies first and
  // the service starts it again elsewhere.
  if (random->Between(0, 99) < 4) {
    run.end = start + random->Between(600, 14'000);
    run.state = "NODE_FAIL";
    runs->push_back(run);
    run.start = *run.end + random->Between(45, 400);
    run.end = end;
    run.state = "CANCELLED";
    run.attempt = 2;
  }
  runs->push_back(run);
}

void RunService(const Service& service, uint64_t seed, std::vector<Run>* runs) {
  Random random(seed);
  int number = 0;
  for (int day = -2; day <= 31; ++day) {
    const int replicas =
        IsWeekend(day) ? service.weekend_replicas : service.weekday_replicas;
    for (int i = 0; i < replicas; ++i) {
      AddReplica(service, RunId(service.prefix, ++number), OctoberAt(day),
                 &random, runs);
    }
  }
}

// Started and ended by a clock: exactly on the hour.
void AddNightly(std::vector<Run>* runs) {
  for (int day = 1; day <= 31; ++day) {
    runs->push_back({RunId("srch-index", day), tenant::kSearch, &AwsH200(),
                     96 * kMicroGpusPerGpu, OctoberAt(day, 2),
                     OctoberAt(day, 5), "COMPLETED"});
  }
}

// Short evaluations of a few minutes on whole nodes.
void AddEvaluations(std::vector<Run>* runs) {
  Random random(77);
  for (int number = 1; number <= 260; ++number) {
    const int64_t start =
        OnTick(NordH200(), kMonthStart + random.Between(-kDay, 31 * kDay));
    const int64_t end = start + 36 * random.Between(4, 90);
    runs->push_back({RunId("vis-eval", number), tenant::kVision, &NordH200(),
                     8 * random.Between(1, 4) * kMicroGpusPerGpu, start, end,
                     random.Between(0, 9) < 8 ? "COMPLETED" : "FAILED"});
  }
}

// Notebooks on a quarter, half or whole GPU, in office hours.
void AddNotebooks(std::vector<Run>* runs) {
  Random random(78);
  int number = 0;
  for (int day = 0; day <= 31; ++day) {
    if (IsWeekend(day)) continue;
    for (int i = 0; i < 22; ++i) {
      const int64_t start =
          OnTick(NordH100(), OctoberAt(day, 6) + random.Between(0, 10 * kHour));
      const int64_t end = start + 36 * random.Between(2, 700);
      runs->push_back({RunId("ini-nb", ++number), tenant::kInitech, &NordH100(),
                       250'000 << random.Between(0, 2), start, end,
                       random.Between(0, 9) < 7 ? "CANCELLED" : "TIMEOUT"});
    }
  }
}

}  // namespace

void AddServing(std::vector<Run>* runs) {
  uint64_t seed = 20'261'101;
  for (const Service& service : Services()) RunService(service, seed++, runs);
  AddNightly(runs);
  AddEvaluations(runs);
  AddNotebooks(runs);
}

}  // namespace drawdown::example
