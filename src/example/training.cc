// Gang-scheduled training: lanes that run one job after another, with the
// failures, requeues, preemptions and resizes that long jobs meet.
#include "example/random.h"
#include "example/runs.h"

namespace drawdown::example {
namespace {

struct Lane {
  std::string_view prefix;  // of run ids; one lane each
  std::string_view tenant;
  const Pool* pool = nullptr;
  std::vector<int64_t> gangs;  // GPU counts to choose from
  int64_t min_minutes = 0;     // of a job, undisturbed
  int64_t max_minutes = 0;
  int64_t max_gap_minutes = 0;  // until the next job
  int64_t from = kRunsStart;
  int64_t to = kMonthEnd;  // no job starts later
};

std::vector<Lane> Lanes() {
  const Pool* const gb200 = &AwsGb200();
  const Pool* const h200 = &AwsH200();
  const Pool* const h100 = &AwsH100();
  const Pool* const nord_h100 = &NordH100();
  const Pool* const nord_h200 = &NordH200();
  return {
      {"llm-a", tenant::kLlm, gb200, {8192}, 900, 4200, 90},
      {"llm-b", tenant::kLlm, gb200, {4096, 6144, 8192}, 480, 2400, 240},
      {"llm-c", tenant::kLlm, gb200, {2048, 4096}, 240, 1200, 180},
      {"llm-d",
       tenant::kLlm,
       gb200,
       {4096, 8192},
       300,
       1500,
       600,
       OctoberAt(15, 6)},
      {"vis-a", tenant::kVision, gb200, {1024, 2048, 4096}, 240, 1440, 300},
      {"vis-b", tenant::kVision, gb200, {512, 1024, 2048}, 90, 720, 200},
      {"srch-a", tenant::kSearch, gb200, {512, 1024}, 60, 480, 240},
      {"vis-c", tenant::kVision, h200, {128, 256}, 60, 540, 120},
      {"glx-a", tenant::kGlobex, h100, {64, 128, 256}, 60, 600, 60},
      {"glx-b", tenant::kGlobex, h100, {64, 128}, 30, 300, 45},
      {"ini-a", tenant::kInitech, nord_h100, {64, 96}, 180, 1080, 60},
      {"ini-b", tenant::kInitech, nord_h100, {32, 64}, 60, 480, 60},
      {"glx-c", tenant::kGlobex, nord_h100, {32, 48}, 60, 420, 50},
      {"glx-d", tenant::kGlobex, nord_h200, {64, 128}, 120, 720, 90},
      {"vis-d", tenant::kVision, nord_h200, {32, 64}, 60, 300, 120},
      {"ini-c", tenant::kInitech, nord_h100, {32, 48}, 120, 900, 90},
  };
}

enum class Fate { kDone, kFailed, kNodeFailure, kPreempted, kResized };

Fate Draw(Random* random) {
  const int64_t dice = random->Between(0, 99);
  if (dice < 76) return Fate::kDone;
  if (dice < 82) return Fate::kFailed;
  if (dice < 89) return Fate::kNodeFailure;
  if (dice < 95) return Fate::kPreempted;
  return Fate::kResized;
}

std::string_view StateOf(Fate fate) {
  switch (fate) {
    case Fate::kDone:
      return "COMPLETED";
    case Fate::kFailed:
      return "FAILED";
    case Fate::kNodeFailure:
      return "NODE_FAIL";
    case Fate::kPreempted:
      return "PREEMPTED";
    case Fate::kResized:
      return "RESIZING";
  }
  return "";
}

// From the end of a disturbed attempt to the start of the next.
int64_t PauseAfter(Fate fate, Random* random) {
  if (fate == Fate::kNodeFailure) return random->Between(200, 1'500);
  if (fate == Fate::kPreempted) return random->Between(2'400, 18'000);
  return 0;
}

// Runs one job from `start` to its end, over as many attempts as it takes.
// Returns when the last one ended.
int64_t RunJob(const Lane& lane, const std::string& run_id, int64_t start,
               Random* random, std::vector<Run>* runs) {
  int64_t left = random->Between(lane.min_minutes, lane.max_minutes) * kMinute;
  int64_t gpus = lane.gangs[random->Between(
      0, static_cast<int64_t>(lane.gangs.size()) - 1)];
  for (int attempt = 1;; ++attempt) {
    const Fate fate = attempt < 4 ? Draw(random) : Fate::kDone;
    // Seconds nobody planned, so that edges fall anywhere in the hour.
    const int64_t ran = fate == Fate::kDone
                            ? left + random->Between(0, 59)
                            : left * random->Between(10, 80) / 100;
    const int64_t end = OnTick(*lane.pool, start + ran);
    runs->push_back({run_id, lane.tenant, lane.pool, gpus * kMicroGpusPerGpu,
                     start, end, StateOf(fate), attempt});
    if (fate == Fate::kDone || fate == Fate::kFailed) return end;
    // A resized job goes on with half its nodes at the instant it let go.
    if (fate == Fate::kResized) gpus /= 2;
    left = left - ran + 30 * kMinute;  // lost work is done again
    start = OnTick(*lane.pool, end + PauseAfter(fate, random));
  }
}

void RunLane(const Lane& lane, uint64_t seed, std::vector<Run>* runs) {
  Random random(seed);
  int64_t at = OnTick(*lane.pool, lane.from + random.Between(0, 2 * kHour));
  for (int number = 1; at < lane.to; ++number) {
    const int64_t end =
        RunJob(lane, RunId(lane.prefix, number), at, &random, runs);
    const int64_t gap = random.Between(kMinute, lane.max_gap_minutes * kMinute);
    at = OnTick(*lane.pool, end + gap);
  }
}

}  // namespace

void AddTraining(std::vector<Run>* runs) {
  uint64_t seed = 20'261'001;
  for (const Lane& lane : Lanes()) RunLane(lane, seed++, runs);
}

}  // namespace drawdown::example
