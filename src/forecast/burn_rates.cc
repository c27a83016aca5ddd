#include "forecast/burn_rates.h"

#include <algorithm>

#include "base/civil.h"
#include "base/error.h"
#include "base/wide.h"
#include "forecast/spend_path.h"
#include "rating/rating.h"
#include "rating/schedule.h"

namespace drawdown {
namespace {

// [start, end) of whole buckets whose amounts are put per hour.
struct Trailing {
  Int128 BurnRates::*rate;
  Interval window;
};

std::vector<Trailing> Windows(int64_t now_us, int64_t step_us,
                              int64_t since_us) {
  std::vector<Trailing> windows = {
      {&BurnRates::now, {now_us, now_us + step_us}}};
  const auto add = [&](Int128 BurnRates::*rate, int64_t length_us) {
    const int64_t from = std::max(now_us - length_us, since_us);
    if (from < now_us) windows.push_back({rate, {from, now_us}});
  };
  add(&BurnRates::day, kMicrosPerDay);
  add(&BurnRates::week, 7 * kMicrosPerDay);
  add(&BurnRates::four_weeks, 28 * kMicrosPerDay);
  return windows;
}

Int128 CoveredIn(const RatedUsage& rated, uint32_t commitment,
                 const Interval& window) {
  GpuTime sum;
  for (const Charge& charge : rated.charges) {
    const ChargeRule& rule = rated.rules[charge.rule];
    if (rule.commitment != commitment || rule.kind != ChargeKind::kCovered) {
      continue;
    }
    const Interval& span = rated.spans[charge.span];
    if (Contains(window, span.start_us)) sum += rule.TimeOf(charge);
  }
  return sum.count();
}

}  // namespace

Interval BurnRateWindow(const ContractTimeline& contracts, int64_t at_us,
                        int64_t bucket_us) {
  const int64_t now_us = FloorTo(at_us, bucket_us);
  // A bucket more, so that what spend counted by the first instant is marked.
  const int64_t from_us = now_us - 28 * kMicrosPerDay - bucket_us;
  const Interval period = {
      std::max(from_us, contracts.spans().back().contract->term.start_us),
      now_us + bucket_us};
  return {RatingWindow(contracts, period).start_us, period.end_us};
}

absl::StatusOr<std::vector<BurnRates>> MakeBurnRates(
    const ContractTimeline& contracts, const UsageTable& usage, int64_t at_us,
    const CapacityTable& capacity) {
  const Contract& contract = *contracts.spans().back().contract;
  const int64_t step_us = usage.bucket_length_us;
  const int64_t now_us = FloorTo(at_us, step_us);
  const int64_t first_us =
      std::max(now_us - 28 * kMicrosPerDay - step_us, contract.term.start_us);
  RatingInput input = {contracts,
                       &usage,
                       {first_us, now_us + step_us},
                       now_us + step_us,
                       capacity};
  for (const int64_t back : {28, 7, 1, 0}) {
    input.marks.push_back(now_us - back * kMicrosPerDay);
  }
  input.marks.push_back(now_us + step_us);
  ASSIGN_OR_RETURN(const RatedUsage rated, RateUsage(input));
  std::vector<BurnRates> all;
  for (const Commitment& commitment : contract.commitments) {
    const Schedule schedule(contract, commitment);
    if (!Contains(schedule.active(), now_us)) continue;
    const auto name = static_cast<uint32_t>(
        std::lower_bound(rated.commitments.begin(), rated.commitments.end(),
                         commitment.id) -
        rated.commitments.begin());
    const SpendPath spend(rated.spend_marks, name);
    BurnRates rates;
    rates.contract = contract.id;
    rates.commitment = commitment.id;
    rates.spend = commitment.category == CommitmentCategory::kSpend;
    for (const Trailing& trailing :
         Windows(now_us, step_us, schedule.active().start_us)) {
      const Interval& window = trailing.window;
      const Int128 drawn = rates.spend ? (spend.CountedBy(window.end_us) -
                                          spend.CountedBy(window.start_us))
                                             .count()
                                       : CoveredIn(rated, name, window);
      ASSIGN_OR_RETURN(rates.*trailing.rate,
                       MulDivHalfEven(drawn, kMicrosPerHour,
                                      window.end_us - window.start_us));
    }
    all.push_back(rates);
  }
  std::sort(all.begin(), all.end(), [](const BurnRates& a, const BurnRates& b) {
    return a.commitment < b.commitment;
  });
  return all;
}

}  // namespace drawdown
