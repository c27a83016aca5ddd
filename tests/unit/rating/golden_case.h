// Reads the golden cases of tests/golden/rating (its README has the format).
#ifndef DRAWDOWN_TESTS_UNIT_RATING_GOLDEN_CASE_H_
#define DRAWDOWN_TESTS_UNIT_RATING_GOLDEN_CASE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "contract/contract.h"
#include "model/capacity_table.h"
#include "model/run_usage.h"
#include "model/usage_table.h"

namespace drawdown {

struct GoldenUse {
  std::string tenant;
  std::string pool;
  int64_t from_us = 0;
  int64_t to_us = 0;
  int64_t micro_gpus = 0;
};

struct GoldenCapacity {
  std::string pool;
  CapacitySpan span;
};

// A period that was closed when only what is above was known.
struct GoldenClose {
  std::string period;
  size_t uses = 0;  // how many there were
  size_t runs = 0;
};

// One thing asked of a case's contract and usage.
struct GoldenCheck {
  enum class Kind { kStatement, kStatus, kRefused };
  Kind kind = Kind::kStatement;
  int line = 0;
  std::string period;
  std::string at;                  // empty: long after the term
  std::vector<std::string> lines;  // without "= "
  std::string total;               // "COST GPU_SECONDS"
  std::string note;
  std::string code;
  std::string text;
};

struct GoldenCase {
  std::string file;
  std::string name;
  std::vector<std::string> versions;  // each base and own text
  int64_t bucket_us = kMicrosPerHour;
  std::vector<GoldenUse> uses;
  std::vector<GoldenUse> runs;  // each a run of its own; among the uses too
  std::vector<GoldenCapacity> capacity;
  std::vector<GoldenClose> closes;
  std::vector<GoldenCheck> checks;
};

// All cases of a file. Aborts on a file that is not well-formed.
std::vector<GoldenCase> ReadGoldenCases(const std::string& path);

// The cells that the uses make.
UsageTable UsageOf(const GoldenCase& golden);
// By names of `usage`, which is the case's. A run that begins where the one
// before ended, of the same tenant and pool, is its next segment.
std::vector<RunUsage> RunsOf(const GoldenCase& golden, const UsageTable& usage);
// Over the pools of `usage`, which is the case's.
CapacityTable CapacityOf(const GoldenCase& golden, const UsageTable& usage);

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_RATING_GOLDEN_CASE_H_
