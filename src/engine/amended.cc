#include "engine/amended.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/error.h"
#include "rating/amendment.h"
#include "rating/credits.h"
#include "rating/rating.h"

namespace drawdown {
namespace {

// Where the credits begin that one of the two says were claimed, and the other
// does not: a later version may displace the one that said so.
std::optional<int64_t> ClaimedFrom(const ContractTimeline& before,
                                   const ContractTimeline& now) {
  const std::set<std::string> then = ClaimedCredits(before);
  const std::set<std::string> claimed = ClaimedCredits(now);
  std::optional<int64_t> from_us;
  for (const ContractTimeline* const versions : {&before, &now}) {
    for (const ContractSpan& span : versions->spans()) {
      for (const Credit& credit : span.contract->credits) {
        if (then.contains(credit.id) == claimed.contains(credit.id)) continue;
        from_us = std::min(from_us.value_or(credit.from_us), credit.from_us);
      }
    }
  }
  return from_us;
}

}  // namespace

absl::StatusOr<std::optional<int64_t>> AmendedFrom(
    const ContractBooks& contracts, const StoredClose& newest) {
  ASSIGN_OR_RETURN(const ContractTimeline now,
                   contracts.TimelineOf(newest.contract));
  const ContractBooks then =
      contracts.AsOf({{newest.contract, newest.version}});
  ASSIGN_OR_RETURN(const ContractTimeline before,
                   then.TimelineOf(newest.contract));
  std::optional<int64_t> from_us = ClaimedFrom(before, now);
  if (!ChangesBegun(before, now, newest.end_us)) return from_us;
  const Interval month = {newest.start_us, newest.end_us};
  const int64_t begun_us = std::min(RatingWindow(before, month).start_us,
                                    RatingWindow(now, month).start_us);
  return std::min(from_us.value_or(begun_us), begun_us);
}

}  // namespace drawdown
