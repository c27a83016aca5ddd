#include "forecast/outcome.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/civil.h"
#include "base/error.h"
#include "base/wide.h"
#include "forecast/spend_path.h"
#include "rating/rating.h"

namespace drawdown {
namespace {

// The index of the interval that an instant is in: they are few and in order.
std::optional<size_t> Find(const std::vector<Interval>& intervals,
                           int64_t at_us) {
  const auto after = std::upper_bound(intervals.begin(), intervals.end(), at_us,
                                      [](int64_t at, const Interval& interval) {
                                        return at < interval.start_us;
                                      });
  if (after == intervals.begin() || (after - 1)->end_us <= at_us) {
    return std::nullopt;
  }
  return static_cast<size_t>(after - intervals.begin()) - 1;
}

std::optional<size_t> FindEdge(const std::vector<int64_t>& edges,
                               int64_t at_us) {
  const auto after = std::upper_bound(edges.begin(), edges.end(), at_us);
  if (after == edges.begin() || after == edges.end()) return std::nullopt;
  return static_cast<size_t>(after - edges.begin()) - 1;
}

// What is left over in an interval, and what moved into and out of it.
struct Remains {
  Int128 undelivered = 0;
  Int128 rolled_in = 0;
  Int128 rolled_out = 0;
  int64_t last_drawn_us = 0;  // the end of the last bucket that drew
};

// Gathers the charges of one commitment.
class Gathering {
 public:
  Gathering(const ToldCommitment& told, int64_t at_us)
      : told_(told), at_us_(at_us), remains_(told.intervals.size()) {
    out_.intervals.resize(told.intervals.size());
    out_.drawn.resize(told.edges.size() - 1);
    out_.due.resize(told.edges.size() - 1);
  }

  void Add(const Charge& charge, const ChargeRule& rule, const Interval& span) {
    const Int128 amount = rule.TimeOf(charge).count();
    // An amount booked at an interval's end belongs to what it ends.
    const bool used = rule.kind == ChargeKind::kCovered;
    const int64_t at = used ? span.start_us : span.end_us - 1;
    const auto index = Find(told_.intervals, at);
    if (!index.has_value()) return;
    IntervalOutcome& interval = out_.intervals[*index];
    Remains& remains = remains_[*index];
    switch (rule.kind) {
      case ChargeKind::kCovered:
        interval.drawn += amount;
        if (span.start_us < at_us_) interval.drawn_by_now += amount;
        remains.last_drawn_us = span.end_us;
        AddPoint(at, amount, &out_.drawn);
        break;
      case ChargeKind::kUnused:
      case ChargeKind::kShortfall:
        interval.missing += amount;
        interval.missing_cost += rule.CostOf(charge);
        break;
      case ChargeKind::kUndelivered:
        remains.undelivered += amount;
        break;
      case ChargeKind::kRolloverIn:
        remains.rolled_in += amount;
        break;
      case ChargeKind::kRolloverOut:
        remains.rolled_out += amount;
        break;
      default:
        return;
    }
    const bool rolled = rule.kind == ChargeKind::kRolloverIn;
    if (told_.summed && rule.has_gpu_time) {
      AddPoint(at, rolled ? -amount : amount, &out_.due);
    }
  }

  // contracted + rolled in = drawn + missing + rolled out + undelivered
  CommitmentOutcome Finish() {
    for (size_t i = 0; i < remains_.size(); ++i) {
      IntervalOutcome& interval = out_.intervals[i];
      const Remains& remains = remains_[i];
      const Int128 left = interval.missing + remains.rolled_out;
      interval.available = interval.drawn + left;
      interval.contracted =
          interval.available + remains.undelivered - remains.rolled_in;
      const bool exhausted = left == 0 && interval.drawn > 0 &&
                             remains.last_drawn_us < told_.intervals[i].end_us;
      if (exhausted && !told_.summed) {
        interval.exhausted_us = remains.last_drawn_us;
      }
    }
    return std::move(out_);
  }

  // The same of a spend commitment, whose money is in marks.
  void AddSpend(const SpendPath& path) {
    for (size_t i = 0; i < told_.intervals.size(); ++i) {
      AddSpendInterval(path, i);
    }
    for (size_t i = 0; i + 1 < told_.edges.size(); ++i) {
      out_.drawn[i] =
          (path.CountedBy(told_.edges[i + 1]) - path.CountedBy(told_.edges[i]))
              .count();
    }
  }
  CommitmentOutcome FinishSpend() { return std::move(out_); }

 private:
  void AddPoint(int64_t at_us, Int128 amount, std::vector<Int128>* points) {
    const auto point = FindEdge(told_.edges, at_us);
    if (point.has_value()) (*points)[*point] += amount;
  }

  // Where the money is in one interval, or in the short ones of a month.
  void AddSpendInterval(const SpendPath& path, size_t index) {
    const Interval& interval = told_.intervals[index];
    IntervalOutcome& out = out_.intervals[index];
    const MoneyAmount before = path.CountedBy(interval.start_us);
    out.drawn = (path.CountedBy(interval.end_us) - before).count();
    if (at_us_ > interval.start_us) {
      out.drawn_by_now =
          (path.CountedBy(std::min(at_us_, interval.end_us)) - before).count();
    }
    for (const SpendMark& mark : path.EndsIn(interval)) {
      out.contracted += mark.contracted.count();
      out.available += (mark.contracted + mark.rolled_in).count();
      out.missing += mark.lapsed.count();
      if (told_.summed) {
        AddPoint(mark.at_us - 1, mark.contracted.count(), &out_.due);
      } else if (mark.emptied_us != mark.interval_end_us) {
        out.exhausted_us = mark.emptied_us;
      }
    }
  }

  const ToldCommitment& told_;
  const int64_t at_us_;
  std::vector<Remains> remains_;
  CommitmentOutcome out_;
};

std::vector<int64_t> MarksOf(const Horizon& horizon) {
  std::vector<int64_t> marks;
  for (const ToldCommitment& told : horizon.commitments) {
    marks.insert(marks.end(), told.edges.begin(), told.edges.end());
  }
  std::sort(marks.begin(), marks.end());
  marks.erase(std::unique(marks.begin(), marks.end()), marks.end());
  return marks;
}

absl::StatusOr<std::vector<MoneyAmount>> CostsOf(const RatedUsage& rated,
                                                 const Horizon& horizon) {
  const size_t rules = rated.rules.size();
  std::vector<MoneyAmount> costs(horizon.months.size());
  std::vector<GpuTime> times(costs.size() * rules);  // by month and rule
  for (const Charge& charge : rated.charges) {
    const ChargeRule& rule = rated.rules[charge.rule];
    const auto month =
        Find(horizon.months, rated.spans[charge.span].end_us - 1);
    if (!month) continue;
    times[*month * rules + charge.rule] += rule.TimeOf(charge);
    costs[*month] += rule.OwnCostOf(charge);
  }
  for (size_t i = 0; i < times.size(); ++i) {
    const std::optional<MoneyAmount>& price = rated.rules[i % rules].unit_price;
    if (price.has_value()) costs[i / rules] += Price(*price, times[i]);
  }
  for (const MoneyAmount& cost : costs) {
    if (cost.valid()) continue;
    return MakeError(ErrorCode::kOverflow,
                     "a projected month's cost does not fit 128 bits");
  }
  return costs;
}

// REQUIRES: the contract that was rated has the commitment.
uint32_t NameIndex(const RatedUsage& rated, const std::string& id) {
  const auto found =
      std::lower_bound(rated.commitments.begin(), rated.commitments.end(), id);
  CHECK(found != rated.commitments.end() && *found == id);
  return static_cast<uint32_t>(found - rated.commitments.begin());
}

}  // namespace

absl::StatusOr<Outcome> RateCourse(const ContractTimeline& contracts,
                                   const UsageTable& usage,
                                   const CapacityTable& capacity,
                                   const Horizon& horizon, int64_t at_us) {
  RatingInput input = {contracts, &usage, horizon.period, horizon.period.end_us,
                       capacity};
  input.marks = MarksOf(horizon);
  input.projected_from_us = at_us;
  ASSIGN_OR_RETURN(const RatedUsage rated, RateUsage(input));
  Outcome outcome;
  outcome.notes = rated.notes;
  ASSIGN_OR_RETURN(outcome.costs, CostsOf(rated, horizon));
  std::vector<Gathering> gatherings;
  // By index into rated.commitments; several that follow one another may have
  // one id.
  std::vector<std::vector<size_t>> by_name(rated.commitments.size());
  for (const ToldCommitment& told : horizon.commitments) {
    by_name[NameIndex(rated, told.id)].push_back(gatherings.size());
    gatherings.emplace_back(told, at_us);
  }
  for (const Charge& charge : rated.charges) {
    const ChargeRule& rule = rated.rules[charge.rule];
    if (rule.commitment == kNoIndex) continue;
    for (const size_t index : by_name[rule.commitment]) {
      gatherings[index].Add(charge, rule, rated.spans[charge.span]);
    }
  }
  for (size_t i = 0; i < gatherings.size(); ++i) {
    const ToldCommitment& told = horizon.commitments[i];
    if (told.spend) {
      gatherings[i].AddSpend(
          SpendPath(rated.spend_marks, NameIndex(rated, told.id)));
      outcome.commitments.push_back(gatherings[i].FinishSpend());
    } else {
      outcome.commitments.push_back(gatherings[i].Finish());
    }
  }
  return outcome;
}

}  // namespace drawdown
