#include "rating/window.h"

#include <algorithm>
#include <set>
#include <vector>

#include "rating/credits.h"
#include "rating/rating.h"
#include "rating/schedule.h"

namespace drawdown {
namespace {

// Where what is counted at `at_us` began to be counted. Hours rolled in hang on
// all intervals before.
int64_t CountedFrom(const Strand& strand, const Schedule& schedule,
                    int64_t at_us) {
  if (!Contains(schedule.active(), at_us)) return at_us;
  const bool rolls = std::any_of(
      strand.parts.begin(), strand.parts.end(),
      [](const StrandPart& part) { return part.terms->rollover.has_value(); });
  return rolls ? schedule.active().start_us : schedule.At(at_us).cut.start_us;
}

int64_t TierStart(const Contract& contract, const Rate& rate, int64_t at_us) {
  if (rate.tiers.size() < 2 || at_us < rate.from_us) return at_us;
  const Interval term = {contract.term.start_us, contract.term.end_us};
  return contract.calendar.Of(rate.tier_interval, at_us, term).start_us;
}

struct Counted {
  Strand strand;
  Schedule schedule;
};

int64_t EarliestOf(const std::vector<Counted>& all, int64_t at_us) {
  int64_t start = at_us;
  for (const Counted& one : all) {
    start = std::min(start, CountedFrom(one.strand, one.schedule, at_us));
  }
  return start;
}

// The lowest of its versions.
int32_t LayerOf(const Counted& one) {
  int32_t layer = one.strand.first().layer;
  for (const StrandPart& part : one.strand.parts) {
    layer = std::min(layer, part.terms->layer);
  }
  return layer;
}

// A layer's shortfall counts in the layers above it, so what they have counted
// hangs on its interval.
int64_t SpendStart(std::vector<Counted> spends, int64_t at_us) {
  std::sort(spends.begin(), spends.end(),
            [](const Counted& a, const Counted& b) {
              return LayerOf(a) > LayerOf(b);
            });
  int64_t start = at_us;
  for (const Counted& one : spends) {
    start = std::min(start, CountedFrom(one.strand, one.schedule, start));
  }
  return start;
}

bool ShareLayers(const std::vector<Counted>& spends) {
  std::set<int32_t> taken;
  for (const Counted& spend : spends) {
    std::set<int32_t> own;
    for (const StrandPart& part : spend.strand.parts) {
      own.insert(part.terms->layer);
    }
    for (const int32_t layer : own) {
      if (!taken.insert(layer).second) return true;
    }
  }
  return false;
}

int64_t TermStart(const ContractTimeline& contracts) {
  const ContractSpan& first = contracts.spans().front();
  return std::max(first.contract->term.start_us, first.from_us);
}

}  // namespace

int64_t StateStart(const ContractTimeline& contracts, int64_t at_us) {
  std::vector<Counted> usage;
  std::vector<Counted> spends;
  for (Strand& strand : StrandsOf(contracts)) {
    const bool spend = strand.first().category == CommitmentCategory::kSpend;
    Schedule schedule = SchedulesOf(strand, {}).front();
    (spend ? spends : usage)
        .push_back({std::move(strand), std::move(schedule)});
  }
  const int64_t term_start = TermStart(contracts);
  int64_t start = SpendStart(spends, at_us);
  // In a layer that several share, what one has counted hangs on how full the
  // others were.
  for (int64_t before = start + 1; ShareLayers(spends) && start != before;) {
    before = start;
    start = std::max(SpendStart(spends, before), std::min(before, term_start));
  }
  // What one commitment leaves to the next hangs on its own interval, which
  // may have begun earlier still.
  for (int64_t before = start + 1; start != before;) {
    before = start;
    start = EarliestOf(usage, before);
    for (const ContractSpan& span : contracts.spans()) {
      for (const Rate& rate : span.contract->rates) {
        start = std::min(start, TierStart(*span.contract, rate, before));
      }
    }
    start = std::max(start, std::min(before, term_start));
  }
  return std::max(start, term_start);
}

Interval RatingWindow(const ContractTimeline& contracts,
                      const Interval& period) {
  const int64_t from = CreditsFrom(contracts, period).value_or(period.start_us);
  const int64_t start = StateStart(contracts, std::min(from, period.start_us));
  const int64_t first = std::max(period.start_us, TermStart(contracts));
  return {std::min(start, first), period.end_us};
}

Interval StatusWindow(const ContractTimeline& contracts, int64_t at_us) {
  return {StateStart(contracts, at_us), at_us};
}

}  // namespace drawdown
