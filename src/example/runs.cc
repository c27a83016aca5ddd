#include "example/runs.h"

#include <algorithm>
#include <tuple>

#include "base/csv.h"

namespace drawdown::example {
namespace {

std::string InstantText(const std::optional<int64_t>& at) {
  return at ? FormatInstant(*at * kMicrosPerSecond) : "";
}

void AppendRun(const Run& run, std::string* out) {
  for (const std::string& field :
       {run.run_id, std::string(run.tenant), std::string(run.pool->name),
        FormatGpus(run.micro_gpus), InstantText(run.start),
        InstantText(run.end), std::string(run.state)}) {
    AppendCsvField(field, out);
    out->push_back(',');
  }
  out->append(std::to_string(run.attempt)).push_back('\n');
}

}  // namespace

std::string RunId(std::string_view prefix, int number) {
  const std::string digits = std::to_string(number);
  std::string id(prefix);
  id.push_back('-');
  id.append(digits.size() < 5 ? 5 - digits.size() : 0, '0');
  return id.append(digits);
}

int64_t OnTick(const Pool& pool, int64_t at) {
  constexpr int64_t kNordTick = kHour / 100;
  const bool ticks = pool.name.substr(0, 8) == "nordgpu/";
  return ticks ? at - at % kNordTick : at;
}

std::vector<Run> MakeRuns() {
  std::vector<Run> runs;
  AddTraining(&runs);
  AddServing(&runs);
  AddOddLives(&runs);
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
    return std::tie(a.start, a.run_id, a.attempt) <
           std::tie(b.start, b.run_id, b.attempt);
  });
  return runs;
}

std::string RunsCsv(const std::vector<Run>& runs) {
  std::string out = "run_id,tenant,pool,gpus,start,end,state,attempt\n";
  for (const Run& run : runs) AppendRun(run, &out);
  return out;
}

}  // namespace drawdown::example
