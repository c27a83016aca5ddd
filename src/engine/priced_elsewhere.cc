#include "engine/priced_elsewhere.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

#include "base/check.h"

namespace drawdown {

std::vector<Interval> Without(const std::vector<Interval>& elsewhere,
                              const Interval& whole) {
  std::vector<Interval> rest;
  if (whole.start_us < whole.end_us) rest.push_back(whole);
  for (const Interval& one : elsewhere) {
    std::vector<Interval> cut;
    for (const Interval& part : rest) {
      const Interval before = {part.start_us,
                               std::min(part.end_us, one.start_us)};
      const Interval after = {std::max(part.start_us, one.end_us), part.end_us};
      if (before.start_us < before.end_us) cut.push_back(before);
      if (after.start_us < after.end_us) cut.push_back(after);
    }
    rest = std::move(cut);
  }
  return rest;
}

bool Contains(const std::vector<Interval>& intervals, int64_t at_us) {
  return std::any_of(intervals.begin(), intervals.end(),
                     [at_us](const Interval& one) {
                       return one.start_us <= at_us && at_us < one.end_us;
                     });
}

std::vector<Interval> PricedBy(const ContractTimeline& contract,
                               const std::string& pool) {
  std::vector<Interval> priced;
  const std::vector<ContractSpan>& versions = contract.spans();
  for (size_t i = 0; i < versions.size(); ++i) {
    if (!PricesPool(*versions[i].contract, pool)) continue;
    priced.push_back(
        {versions[i].from_us, i + 1 < versions.size()
                                  ? versions[i + 1].from_us
                                  : std::numeric_limits<int64_t>::max()});
  }
  return priced;
}

std::vector<Interval> PricedElsewhere(const ContractBooks& books,
                                      const ContractTimeline& contracts,
                                      const std::string& pool) {
  const std::string& id = contracts.spans().front().contract->id;
  const std::vector<Interval> own = PricedBy(contracts, pool);
  std::vector<Interval> elsewhere;
  for (const ContractVersion* version : books.Newest()) {
    if (version->contract.id == id) continue;
    if (own.empty() && PricesPool(version->contract, pool)) {
      return {{std::numeric_limits<int64_t>::min(),
               std::numeric_limits<int64_t>::max()}};
    }
    const auto other = books.TimelineOf(version->contract.id);
    CHECK(other.ok());
    const Term& term = version->contract.term;
    for (const Interval& priced : PricedBy(*other, pool)) {
      for (const Interval& rest :
           Without(own, {std::max(priced.start_us, term.start_us),
                         std::min(priced.end_us, term.end_us)})) {
        elsewhere.push_back(rest);
      }
    }
  }
  return elsewhere;
}

}  // namespace drawdown
