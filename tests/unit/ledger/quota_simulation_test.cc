// The books of quotas and holds, driven through random lives with a clock of
// their own and compared after every operation with a naive model: what is used
// and held to the millionth of a GPU-microsecond, every admission and every
// refusal.
//
// $DRAWDOWN_SIMULATION_STEPS sets the number of operations, $DRAWDOWN_SEED
// repeats.
#include "tests/unit/ledger/quota_simulation.h"

#include <algorithm>
#include <cstdlib>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

int64_t Steps() {
  const char* const steps = std::getenv("DRAWDOWN_SIMULATION_STEPS");
  return steps == nullptr ? 6'000 : std::strtoll(steps, nullptr, 10);
}

// Many short lives rather than a long one: the naive model is slow when there
// is much to sum. A seed's lives are its own, for seeds of 32 bits.
TEST(QuotaSimulation, EveryStepIsAsTheNaiveModelSays) {
  constexpr int64_t kStepsOfALife = 500;
  const int64_t lives = std::max<int64_t>(1, Steps() / kStepsOfALife);
  QuotaSimulation::Counts counts;
  for (int64_t life = 0; life < lives && !testing::Test::HasFailure(); ++life) {
    SCOPED_TRACE("life " + std::to_string(life));
    QuotaSimulation simulation(static_cast<uint64_t>(life + 1) << 32);
    simulation.Run(kStepsOfALife);
    for (const auto& [what, count] : simulation.counts()) counts[what] += count;
  }
  std::cerr << lives << " lives of " << kStepsOfALife << " operations:";
  for (const auto& [what, count] : counts) {
    std::cerr << " " << count << " " << what << ";";
  }
  std::cerr << "\n";
  for (const char* const what :
       {"admitted", "refused", "moves of tenants", "starts ahead of time",
        "instants at which quotas run out", "later attempts",
        "suspensions that accrue", "ghosts", "corrections", "runs voided",
        "refunds", "starts on a part of a device", "devices without room",
        "steps of the wall clock", "boots"}) {
    ASSERT_GT(counts[what], 0) << what;
  }
}

}  // namespace
}  // namespace drawdown
