#include "forecast/forecast.h"

#include <algorithm>
#include <array>

#include "base/civil.h"
#include "base/error.h"
#include "forecast/future.h"
#include "forecast/horizon.h"
#include "forecast/outcome.h"
#include "forecast/projector.h"
#include "rating/rating.h"

namespace drawdown {
namespace {

// The same under low, middling and high usage.
using Courses = std::array<Outcome, 3>;

bool HasTenantRule(const std::vector<ApplicabilityRule>& rules) {
  return std::any_of(rules.begin(), rules.end(),
                     [](const ApplicabilityRule& rule) {
                       return rule.dimension == Dimension::kTenant;
                     });
}

// Whether who used a GPU-hour can change what it costs.
bool TenantsMatterTo(const Contract& contract) {
  const auto has_rule = [](const auto& item) {
    return HasTenantRule(item.applies);
  };
  return !contract.allotments.empty() ||
         std::any_of(contract.commitments.begin(), contract.commitments.end(),
                     has_rule) ||
         std::any_of(contract.credits.begin(), contract.credits.end(),
                     has_rule);
}

bool TenantsMatter(const ContractTimeline& contracts) {
  return std::any_of(
      contracts.spans().begin(), contracts.spans().end(),
      [](const ContractSpan& span) { return TenantsMatterTo(*span.contract); });
}

// More usage never means less drawn, but may mean more or less of the rest.
ForecastBand Sorted(Int128 low, Int128 mid, Int128 high) {
  std::array<Int128, 3> band = {low, mid, high};
  std::sort(band.begin(), band.end());
  return {band[0], band[1], band[2]};
}

ForecastInterval IntervalOf(const Courses& courses, size_t commitment,
                            size_t index) {
  const auto& low = courses[0].commitments[commitment].intervals[index];
  const auto& mid = courses[1].commitments[commitment].intervals[index];
  const auto& high = courses[2].commitments[commitment].intervals[index];
  ForecastInterval interval;
  interval.contracted = mid.contracted;
  interval.available = mid.available;
  interval.drawn = mid.drawn_by_now;
  interval.projected = Sorted(low.drawn, mid.drawn, high.drawn);
  interval.missing = Sorted(low.missing, mid.missing, high.missing);
  interval.missing_cost =
      Sorted(low.missing_cost.count(), mid.missing_cost.count(),
             high.missing_cost.count());
  interval.exhausted_early_us = high.exhausted_us;
  interval.exhausted_us = mid.exhausted_us;
  interval.exhausted_late_us = low.exhausted_us;
  return interval;
}

std::vector<ForecastPoint> PathOf(const Courses& courses,
                                  const ToldCommitment& told, size_t index) {
  std::vector<ForecastPoint> path;
  for (size_t i = 0; i + 1 < told.edges.size(); ++i) {
    const auto drawn = [&](size_t course) {
      return courses[course].commitments[index].drawn[i];
    };
    path.push_back({told.edges[i], told.edges[i + 1],
                    courses[1].commitments[index].due[i],
                    Sorted(drawn(0), drawn(1), drawn(2))});
  }
  return path;
}

CommitmentForecast CommitmentOf(const ToldCommitment& told,
                                const Courses& courses, size_t index) {
  CommitmentForecast forecast;
  forecast.commitment = told.id;
  forecast.spend = told.spend;
  for (size_t i = 0; i < told.intervals.size(); ++i) {
    ForecastInterval interval = IntervalOf(courses, index, i);
    interval.start_us = told.intervals[i].start_us;
    interval.end_us = told.intervals[i].end_us;
    interval.summed = told.summed;
    forecast.intervals.push_back(interval);
  }
  forecast.path = PathOf(courses, told, index);
  return forecast;
}

void AddNotes(const ContractForecast& forecast,
              std::vector<std::string>* notes) {
  for (const PoolForecast& pool : forecast.pools) {
    if (pool.banded) continue;
    notes->push_back("pool " + pool.pool +
                     ": too little history to say how wrong this can be");
  }
}

ContractForecast Combine(const ForecastInput& input, const Horizon& horizon,
                         const Courses& courses) {
  const Contract& contract = LastOf(input.contracts);
  ContractForecast forecast;
  forecast.contract = contract.id;
  forecast.currency = contract.currency;
  forecast.at_us = input.at_us;
  forecast.until_us = horizon.period.end_us;
  for (size_t i = 0; i < horizon.commitments.size(); ++i) {
    forecast.commitments.push_back(
        CommitmentOf(horizon.commitments[i], courses, i));
  }
  for (size_t i = 0; i < horizon.months.size(); ++i) {
    forecast.costs.push_back(
        {horizon.months[i].start_us, horizon.months[i].end_us,
         Sorted(courses[0].costs[i].count(), courses[1].costs[i].count(),
                courses[2].costs[i].count())});
  }
  forecast.notes = courses[1].notes;
  return forecast;
}

}  // namespace

Interval ForecastWindow(const ContractTimeline& contracts, int64_t at_us,
                        std::optional<int64_t> until_us, uint32_t intervals) {
  const Horizon horizon = MakeHorizon(contracts, at_us, until_us, intervals);
  constexpr int64_t kHistoryUs = kHistoryDays * 24 * kMicrosPerHour;
  return {std::min(RatingWindow(contracts, horizon.period).start_us,
                   at_us - kHistoryUs),
          at_us};
}

absl::StatusOr<ContractForecast> MakeForecast(const ForecastInput& input,
                                              const WhatIf& what_if) {
  const int64_t step_us = input.usage->bucket_length_us;
  // Of the bucket that has begun nothing is told apart.
  const int64_t now_us = FloorTo(input.at_us, step_us);
  const Horizon horizon =
      MakeHorizon(input.contracts, now_us, input.until_us, input.intervals);
  Horizon rated = horizon;
  rated.period.end_us = FloorTo(horizon.period.end_us, step_us);
  ASSIGN_OR_RETURN(
      Future future,
      ProjectUsage({input.usage, now_us, std::max(rated.period.end_us, now_us),
                    !TenantsMatter(input.contracts)},
                   what_if));
  Courses courses;
  size_t course = 0;
  for (UsageTable* usage : {&future.low, &future.mid, &future.high}) {
    ASSIGN_OR_RETURN(
        courses[course++],
        RateCourse(input.contracts, *usage, input.capacity, rated, now_us));
    *usage = {};  // Each is large.
  }
  ContractForecast forecast = Combine(input, horizon, courses);
  forecast.pools = std::move(future.pools);
  AddNotes(forecast, &forecast.notes);
  return forecast;
}

}  // namespace drawdown
