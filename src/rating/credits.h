// Credits: money of the provider's that pays lines of a statement.
//
// They are used month by month of the contract's calendar, a month that the
// rated period cuts in its parts: the earliest `until` first, then by id, each
// pro rata to the lines that it may pay, of what was charged in its window.
// What is left of one is there for the next month.
#ifndef DRAWDOWN_SRC_RATING_CREDITS_H_
#define DRAWDOWN_SRC_RATING_CREDITS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "rating/plan.h"
#include "rating/rules.h"

namespace drawdown {

// Those that some version says were claimed, by id: for all versions, because a
// claim is made after what it is for.
std::set<std::string> ClaimedCredits(const ContractTimeline& contracts);

// From when on charges must be known, so that what is left of the credits at
// the period's start is; empty when no credit can be used in the period.
std::optional<int64_t> CreditsFrom(const ContractTimeline& contracts,
                                   const Interval& period);

// Adds the credits' charges to the charges of [from_us, end_us), the order of
// which it keeps. kOverflow.
absl::Status ApplyCredits(const Plan& plan, const Interval& period,
                          int64_t from_us, int64_t end_us, RuleBook* rules,
                          RatedUsage* rated);

// What a reader should know of credits that may lapse.
void NoteCredits(const Plan& plan, const Interval& period, int64_t at_us,
                 RatedUsage* rated);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_CREDITS_H_
