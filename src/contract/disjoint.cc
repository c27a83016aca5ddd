// CheckDisjointPricing: whether some pool would have two prices at one instant.
//
// Rules are tried, not solved: every pair of pool patterns of two contracts is
// overlaid into one pool that fits both ("aws/*/h100" and "aws/us-west-2" give
// "aws/us-west-2/h100"), and both contracts are asked whether they price it. So
// a reported overlap is real; one between two CONTAINS or ENDS_WITH rules that
// no literal name of either contract shows can be missed.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/path.h"
#include "contract/parse.h"

namespace drawdown {
namespace {

// Stands in a tried pool where both patterns allow any part.
constexpr char kAnyPart[] = "any";

using Parts = std::vector<std::string>;

Parts Split(const std::string& pattern) {
  return absl::StrSplit(pattern, '/', absl::SkipEmpty());
}

// Pool patterns of a filter: selectors, or prefixes whose last part may go on.
void AddRulePatterns(const Contract& contract, const ApplicabilityRule& rule,
                     std::set<std::string>* patterns) {
  const std::string& provider = contract.provider;
  for (const std::string& value : rule.values) {
    switch (rule.dimension) {
      case Dimension::kPool:
        patterns->insert(value.starts_with(provider)
                             ? value
                             : absl::StrCat(provider, "/*/", value));
        break;
      case Dimension::kRegion:
        patterns->insert(absl::StrCat(provider, "/", value));
        break;
      case Dimension::kSku:
        patterns->insert(absl::StrCat(provider, "/*/", value));
        break;
      default:
        break;
    }
  }
}

std::set<std::string> PatternsOf(const Contract& contract) {
  std::set<std::string> patterns = {contract.provider};
  for (const PoolNaming& naming : contract.pools) patterns.insert(naming.name);
  for (const Rate& rate : contract.rates) patterns.insert(rate.pool);
  for (const Commitment& commitment : contract.commitments) {
    for (const ApplicabilityRule& rule : commitment.applies) {
      AddRulePatterns(contract, rule, &patterns);
    }
  }
  return patterns;
}

// One part that fits both; empty if none does. A part that starts with the
// other is taken, since the other may be a prefix.
std::string OverlayPart(const std::string& a, const std::string& b) {
  if (a == "*") return b == "*" ? kAnyPart : b;
  if (b == "*" || a.starts_with(b)) return a;
  return b.starts_with(a) ? b : "";
}

// A pool that fits both patterns; empty if none does.
std::string Overlay(const std::string& a, const std::string& b) {
  Parts longer = Split(a);
  Parts shorter = Split(b);
  if (longer.size() < shorter.size()) std::swap(longer, shorter);
  shorter.resize(longer.size(), "*");
  for (size_t i = 0; i < longer.size(); ++i) {
    longer[i] = OverlayPart(longer[i], shorter[i]);
    if (longer[i].empty()) return "";
  }
  return absl::StrJoin(longer, "/");
}

// What prices the pool: rates from their start, Usage commitments while in
// force, both to the term's end.
std::vector<Interval> PricedIntervals(const Contract& contract,
                                      const std::string& pool) {
  std::vector<Interval> intervals;
  const Term& term = contract.term;
  for (const Rate& rate : contract.rates) {
    if (!SelectorCovers(rate.pool, pool)) continue;
    intervals.push_back({std::max(rate.from_us, term.start_us), term.end_us});
  }
  for (const Commitment& commitment : contract.commitments) {
    if (!MayPricePool(contract, commitment, pool)) continue;
    intervals.push_back({commitment.steps.front().from_us,
                         commitment.cancelled_at_us.value_or(term.end_us)});
  }
  return intervals;
}

// The first instant at which both contracts price the pool.
std::optional<int64_t> FirstConflict(const Contract& a, const Contract& b,
                                     const std::string& pool) {
  std::optional<int64_t> first;
  const std::vector<Interval> others = PricedIntervals(b, pool);
  for (const Interval& x : PricedIntervals(a, pool)) {
    for (const Interval& y : others) {
      const int64_t start = std::max(x.start_us, y.start_us);
      if (start >= std::min(x.end_us, y.end_us)) continue;
      first = std::min(first.value_or(start), start);
    }
  }
  return first;
}

absl::Status CheckPair(const Contract& a, const Contract& b) {
  if (a.provider != b.provider || a.id == b.id) return absl::OkStatus();
  const std::set<std::string> others = PatternsOf(b);
  for (const std::string& x : PatternsOf(a)) {
    for (const std::string& y : others) {
      const std::string pool = Overlay(x, y);
      if (!IsAtOrBelow(pool, a.provider)) continue;
      const std::optional<int64_t> conflict = FirstConflict(a, b, pool);
      if (!conflict.has_value()) continue;
      return MakeError(
          ErrorCode::kBadContract,
          absl::StrCat("contracts ", Quoted(a.id), " and ", Quoted(b.id),
                       " both price pool ", Quoted(pool), " at ",
                       FormatInstant(*conflict), "; a GPU-hour has one price"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckDisjointPricing(
    const std::vector<const Contract*>& contracts) {
  for (size_t i = 0; i < contracts.size(); ++i) {
    for (size_t j = i + 1; j < contracts.size(); ++j) {
      RETURN_IF_ERROR(CheckPair(*contracts[i], *contracts[j]));
    }
  }
  return absl::OkStatus();
}

}  // namespace drawdown
