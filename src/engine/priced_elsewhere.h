// Which contract of a provider prices a pool, and when.
#ifndef DRAWDOWN_SRC_ENGINE_PRICED_ELSEWHERE_H_
#define DRAWDOWN_SRC_ENGINE_PRICED_ELSEWHERE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/interval.h"
#include "contract/timeline.h"
#include "engine/contract_books.h"

namespace drawdown {

// When versions that price the pool hold, by time.
std::vector<Interval> PricedBy(const ContractTimeline& contract,
                               const std::string& pool);

// When other contracts price the pool and this one does not, by time: where no
// version of this one ever does and another's newest does, always; else while
// versions hold that say so, as a pool may go from one to another.
std::vector<Interval> PricedElsewhere(const ContractBooks& books,
                                      const ContractTimeline& contracts,
                                      const std::string& pool);
// What of `whole` is not in them.
std::vector<Interval> Without(const std::vector<Interval>& elsewhere,
                              const Interval& whole);
bool Contains(const std::vector<Interval>& intervals, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_PRICED_ELSEWHERE_H_
