// Lives chosen by hand, so that each kind a reader must handle is there.
#include "example/runs.h"

namespace drawdown::example {
namespace {

Run Make(std::string_view id, std::string_view tenant, const Pool& pool,
         int64_t micro_gpus, std::optional<int64_t> start,
         std::optional<int64_t> end, std::string_view state) {
  return {std::string(id), tenant, &pool, micro_gpus, start, end, state};
}

void AddNeverStarted(std::vector<Run>* runs) {
  runs->push_back(Make("odd-cancelled-pending", tenant::kVision, AwsGb200(),
                       2'048 * kMicroGpusPerGpu, {}, {}, "CANCELLED"));
  runs->push_back(Make("odd-still-pending", tenant::kLlm, AwsGb200(),
                       16'384 * kMicroGpusPerGpu, {}, {}, "PENDING"));
}

void AddZeroGpus(std::vector<Run>* runs) {
  runs->push_back(Make("odd-cpu-only", tenant::kGlobex, AwsH100(), 0,
                       OctoberAt(6, 9) + 17, OctoberAt(6, 15) + 3,
                       "COMPLETED"));
  runs->push_back(Make("odd-login-node", tenant::kInitech, NordH100(), 0,
                       OctoberAt(2), OctoberAt(30), "CANCELLED"));
  // It was killed in the second it started.
  runs->push_back(Make("odd-zero-length", tenant::kChat, AwsGb200(),
                       64 * kMicroGpusPerGpu, OctoberAt(8, 4) + 100,
                       OctoberAt(8, 4) + 100, "CANCELLED"));
}

void AddOverTheEdges(std::vector<Run>* runs) {
  runs->push_back(Make("odd-over-the-start", tenant::kSearch, AwsH200(),
                       128 * kMicroGpusPerGpu, OctoberAt(1) - 40 * kHour - 11,
                       OctoberAt(2, 7) + 1'234, "COMPLETED"));
  runs->push_back(Make("odd-over-the-end", tenant::kGlobex, AwsH100(),
                       64 * kMicroGpusPerGpu, OctoberAt(30, 5) + 99,
                       kMonthEnd + 19 * kHour + 7, "COMPLETED"));
  runs->push_back(Make("odd-whole-month", tenant::kInitech, NordH100(), 500'000,
                       kMonthStart - 2 * kDay, kMonthEnd + kDay, "CANCELLED"));
  // Nobody knows its end: it accrues until one is imported.
  runs->push_back(Make("odd-still-open", tenant::kSearch, AwsH200(),
                       32 * kMicroGpusPerGpu, OctoberAt(28, 13) + 41, {},
                       "RUNNING"));
}

// One job that grew and shrank: attempts that begin as the one before ended.
void AddElastic(std::vector<Run>* runs) {
  const int64_t edges[] = {OctoberAt(19, 3) + 17, OctoberAt(19, 9),
                           OctoberAt(19, 9) + 1'861, OctoberAt(20, 1) + 5};
  const int64_t gpus[] = {512, 2'048, 1'024};
  for (int i = 0; i < 3; ++i) {
    Run run = Make("odd-elastic", tenant::kVision, AwsGb200(),
                   gpus[i] * kMicroGpusPerGpu, edges[i], edges[i + 1],
                   i < 2 ? "RESIZING" : "COMPLETED");
    run.attempt = i + 1;
    runs->push_back(run);
  }
}

}  // namespace

void AddOddLives(std::vector<Run>* runs) {
  AddNeverStarted(runs);
  AddZeroGpus(runs);
  AddOverTheEdges(runs);
  AddElastic(runs);
  runs->push_back(Make("odd-one-second", tenant::kChat, AwsGb200(),
                       4 * kMicroGpusPerGpu, OctoberAt(13, 0) - 1,
                       OctoberAt(13, 0), "FAILED"));
  runs->push_back(Make("odd-one-hour", tenant::kGlobex, AwsH100(),
                       8 * kMicroGpusPerGpu, OctoberAt(21, 7), OctoberAt(21, 8),
                       "COMPLETED"));
  runs->push_back(Make("odd-quarter", tenant::kInitech, NordH200(), 250'000,
                       OctoberAt(5, 8) + 36, OctoberAt(5, 8) + 36 * 71,
                       "OUT_OF_MEMORY"));
}

}  // namespace drawdown::example
