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
  int64_t admitted = 0;
  int64_t refused = 0;
  int64_t moves = 0;
  int64_t exhaustions = 0;
  int64_t later = 0;
  int64_t steps = 0;
  int64_t boots = 0;
  for (int64_t life = 0; life < lives && !testing::Test::HasFailure(); ++life) {
    SCOPED_TRACE("life " + std::to_string(life));
    QuotaSimulation simulation(static_cast<uint64_t>(life + 1) << 32);
    simulation.Run(kStepsOfALife);
    admitted += simulation.admitted();
    refused += simulation.refused();
    moves += simulation.moves();
    exhaustions += simulation.exhaustions();
    later += simulation.later();
    steps += simulation.clock().steps();
    boots += simulation.clock().boots();
  }
  std::cerr << lives << " lives of " << kStepsOfALife
            << " operations: " << admitted << " admitted, " << refused
            << " refused, " << later << " starts ahead of time, " << moves
            << " moves of tenants, " << exhaustions
            << " instants at which quotas run out, " << steps
            << " steps of the wall clock, " << boots << " boots\n";
  ASSERT_GT(admitted, 0);
  ASSERT_GT(refused, 0);
  ASSERT_GT(moves, 0);
  ASSERT_GT(later, 0);
  ASSERT_GT(exhaustions, 0);
  ASSERT_GT(steps, 0);
  ASSERT_GT(boots, 0);
}

}  // namespace
}  // namespace drawdown
