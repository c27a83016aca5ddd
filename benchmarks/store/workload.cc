#include "workload.h"

#include <cstdio>
#include <fstream>

namespace drawdown {
namespace {

// Out of 1000, as the trace has them.
constexpr int kTenantShares[] = {500, 196, 121, 90, 23, 18, 17, 14,
                                 8,   5,   4,   1,  1,  1,  1};
// Of 1000 runs, how many ask for 1, 2, 4, 8, 16, 32 and 64 GPUs.
constexpr int kGpuShares[] = {930, 22, 21, 18, 6, 2, 1};
constexpr int64_t kShortestSeconds = 30;
constexpr int kDoublings = 14;  // The longest lives 30 s x 2^15, 11 days.

// Index into a list of shares of 1000.
template <size_t kCount>
size_t PickShare(const int (&shares)[kCount], Random* random) {
  int64_t left = random->Below(1'000);
  for (size_t i = 0; i < kCount; ++i) {
    left -= shares[i];
    if (left < 0) return i;
  }
  return kCount - 1;
}

// Every doubling of the length is equally likely.
int64_t LifeSeconds(Random* random) {
  const int64_t base = kShortestSeconds << random->Below(kDoublings + 1);
  return base + random->Below(base);
}

std::string Padded(const char* format, size_t number) {
  char text[32];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

}  // namespace

std::vector<RunRow> PhillyRuns(size_t count) {
  Random random(20171);
  std::vector<RunRow> runs;
  runs.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    RunRow run;
    run.key.run_id = Padded("run-%07zu", i);
    run.tenant = Padded("philly/vc%02zu", PickShare(kTenantShares, &random));
    run.pool = "msr/philly/gpu";
    run.micro_gpus = kMicroGpusPerGpu << PickShare(kGpuShares, &random);
    const int64_t start_seconds = random.Below(kTraceDays * 86'400);
    run.start_us = kFirstStartUs + start_seconds * kMicrosPerSecond;
    run.end_us = *run.start_us + LifeSeconds(&random) * kMicrosPerSecond;
    run.state = random.Below(4) == 0 ? "Killed" : "Pass";
    runs.push_back(std::move(run));
  }
  return runs;
}

void WriteRunsCsv(const std::vector<RunRow>& runs, const std::string& path) {
  std::ofstream out(path);
  out << "run_id,tenant,pool,gpus,start,end,state\n";
  for (const RunRow& run : runs) {
    out << run.key.run_id << ',' << run.tenant << ',' << run.pool << ','
        << FormatGpus(run.micro_gpus) << ',' << FormatInstant(*run.start_us)
        << ',' << FormatInstant(*run.end_us) << ',' << run.state << '\n';
  }
  out.close();
  if (!out) Expect(absl::UnavailableError("cannot write " + path));
}

}  // namespace drawdown
