// The runs of the example: training gangs, inference replicas, small jobs and
// every ugly life a scheduler's accounting shows.
#ifndef DRAWDOWN_SRC_EXAMPLE_RUNS_H_
#define DRAWDOWN_SRC_EXAMPLE_RUNS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "example/fleet.h"

namespace drawdown::example {

// One row of runs.csv.
struct Run {
  std::string run_id;
  std::string_view tenant;
  const Pool* pool = nullptr;
  int64_t micro_gpus = 0;
  std::optional<int64_t> start;  // empty: never started
  std::optional<int64_t> end;    // empty: still open
  std::string_view state;        // in Slurm's spelling
  int attempt = 1;
};

// Every run, by start (those never started first), then id, then attempt.
std::vector<Run> MakeRuns();

// The parts of it.
void AddTraining(std::vector<Run>* runs);  // training.cc
void AddServing(std::vector<Run>* runs);   // serving.cc
void AddOddLives(std::vector<Run>* runs);  // odd_lives.cc

// "llm-00042": ids as one tenant's scheduler hands them out.
std::string RunId(std::string_view prefix, int number);

// The instant floored to the pool's scheduler tick: NordGPU's starts and stops
// fall on hundredths of an hour, so that its hours are exact decimals.
int64_t OnTick(const Pool& pool, int64_t at);

std::string RunsCsv(const std::vector<Run>& runs);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_RUNS_H_
