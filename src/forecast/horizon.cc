#include "forecast/horizon.h"

#include <algorithm>
#include <tuple>

#include "rating/schedule.h"
#include "rating/strand.h"

namespace drawdown {
namespace {

constexpr int64_t kLongUs = 400 * 24 * kMicrosPerHour;

bool IsSummed(FulfilmentInterval kind) {
  return kind == FulfilmentInterval::kHourly ||
         kind == FulfilmentInterval::kDaily;
}

Interval IntervalAt(const Calendar& calendar, bool summed,
                    const Schedule& schedule, int64_t at_us) {
  if (!summed) return schedule.At(at_us).cut;
  const Interval month = calendar.MonthOf(at_us);
  const Interval& active = schedule.active();
  return {std::max(month.start_us, active.start_us),
          std::min(month.end_us, active.end_us)};
}

std::vector<int64_t> EdgesOf(const Calendar& calendar, const Interval& span,
                             int64_t at_us) {
  const bool by_month = span.end_us - span.start_us > kLongUs;
  std::vector<int64_t> edges = {span.start_us};
  while (edges.back() < span.end_us) {
    const Interval next = by_month ? calendar.MonthOf(edges.back())
                                   : calendar.DayOf(edges.back());
    edges.push_back(std::min(next.end_us, span.end_us));
  }
  const auto now = std::lower_bound(edges.begin(), edges.end(), at_us);
  if (at_us > span.start_us && now != edges.end() && *now != at_us) {
    edges.insert(now, at_us);
  }
  return edges;
}

std::vector<Interval> IntervalsOf(const Calendar& calendar, bool summed,
                                  const Schedule& schedule, int64_t at_us,
                                  std::optional<int64_t> until_us,
                                  uint32_t count) {
  const Interval& active = schedule.active();
  std::vector<Interval> intervals;
  if (!until_us.has_value() && !Contains(active, at_us)) return intervals;
  for (int64_t at = std::max(at_us, active.start_us); at < active.end_us;) {
    const Interval next = IntervalAt(calendar, summed, schedule, at);
    const bool enough = until_us.has_value() ? next.end_us > *until_us
                                             : intervals.size() >= count;
    if (enough) break;
    intervals.push_back(next);
    at = next.end_us;
  }
  return intervals;
}

std::vector<Interval> MonthsIn(const Contract& contract, const Interval& period,
                               int64_t at_us) {
  std::vector<Interval> months;
  for (int64_t at = at_us; at < period.end_us;) {
    const Interval month = contract.calendar.MonthOf(at);
    const Interval cut = {std::max(month.start_us, contract.term.start_us),
                          std::min(month.end_us, contract.term.end_us)};
    if (cut.start_us >= period.start_us && cut.end_us <= period.end_us) {
      months.push_back(cut);
    }
    at = month.end_us;
  }
  return months;
}

}  // namespace

Horizon MakeHorizon(const ContractTimeline& contracts, int64_t at_us,
                    std::optional<int64_t> until_us, uint32_t intervals) {
  const Contract& contract = *contracts.spans().back().contract;
  Horizon horizon;
  const Interval month = contract.calendar.MonthOf(at_us);
  horizon.period = {std::max(month.start_us, contract.term.start_us),
                    until_us.value_or(month.end_us)};
  for (const Strand& strand : StrandsOf(contracts)) {
    const Calendar& calendar = strand.parts.front().contract->calendar;
    ToldCommitment told;
    told.id = strand.id;
    told.spend = strand.first().category == CommitmentCategory::kSpend;
    told.summed = IsSummed(strand.first().interval);
    told.intervals =
        IntervalsOf(calendar, told.summed, SchedulesOf(strand, {}).front(),
                    at_us, until_us, intervals);
    if (told.intervals.empty()) continue;
    const Interval span = {told.intervals.front().start_us,
                           told.intervals.back().end_us};
    told.edges = EdgesOf(calendar, span, at_us);
    horizon.period.start_us = std::min(horizon.period.start_us, span.start_us);
    horizon.period.end_us = std::max(horizon.period.end_us, span.end_us);
    horizon.commitments.push_back(told);
  }
  std::sort(horizon.commitments.begin(), horizon.commitments.end(),
            [](const ToldCommitment& a, const ToldCommitment& b) {
              return std::make_tuple(a.id, a.edges.front()) <
                     std::make_tuple(b.id, b.edges.front());
            });
  horizon.period.end_us = std::min(horizon.period.end_us, contract.term.end_us);
  horizon.months = MonthsIn(contract, horizon.period, at_us);
  return horizon;
}

}  // namespace drawdown
