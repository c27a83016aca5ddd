#include "reconcile/kinds.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/wide.h"
#include "model/reason_text.h"

namespace drawdown {
namespace {

bool IsCompared(const Group& group, RowKind kind) {
  return group.key.disposition == Disposition::kCompare &&
         group.key.lane.kind == kind;
}

const Commitment* CommitmentOf(const Group& group,
                               const CompareContext& context) {
  const uint32_t index = group.key.lane.commitment;
  return index == kNoIndex
             ? nullptr
             : FindCommitment(*context.contract,
                              context.names->commitments.Name(index));
}

// The commitment that a group of usage says covers it, where our books may have
// what it covers as usage on demand.
const Commitment* MayMove(const Group& group, const CompareContext& context) {
  if (!IsCompared(group, RowKind::kCovered) || group.sums.unmeasured != 0) {
    return nullptr;
  }
  const Commitment* const commitment = CommitmentOf(group, context);
  if (commitment == nullptr) return nullptr;
  if (commitment->category == CommitmentCategory::kSpend) {
    const std::string& pool = context.names->pools.Name(group.key.lane.pool);
    return Counts(*context.contract, *commitment, pool) ? commitment : nullptr;
  }
  const bool over =
      commitment->overage.has_value() && group.sums.cost > MoneyAmount();
  return over ? commitment : nullptr;
}

// What the group bills beyond what the books cover is overage, if it costs
// something.
GpuTime MoveOverage(const Group& group, GpuTime copied, Books* books) {
  const GroupKey& key = group.key;
  const GpuTime excess = group.sums.billed - copied -
                         books->Sum(key.lane, key.start_us, key.end_us).time;
  if (excess <= group.slack()) return GpuTime();
  return books->MoveOverage(key.lane, {key.start_us, key.end_us}, excess);
}

// All hours that the group bills; the last of them are copies only where rows
// on demand bill what else was metered.
GpuTime MoveCounted(const Group& group, GpuTime copied,
                    const BilledLanes& billed, Books* books) {
  const GroupKey& key = group.key;
  const Interval window{key.start_us, key.end_us};
  const Lane from = {RowKind::kOnDemand, key.lane.pool, kNoIndex};
  const auto left = [&] {
    return books->Sum(from, window.start_us, window.end_us).time;
  };
  GpuTime most = group.sums.billed - copied;
  // What rounding hides is not left over.
  if (left() <= most + group.slack()) most = left();
  const GpuTime moved = books->MoveCounted(key.lane, window, most);
  if (copied.zero()) return moved;
  GpuTime others;
  for (const BilledWindow& other : billed.Of(from)) {
    const bool meets =
        other.start_us < window.end_us && other.end_us > window.start_us;
    if (meets) others += other.billed;
  }
  const GpuTime rest = std::min(copied, left() - others);
  if (rest <= GpuTime()) return moved;
  return moved + books->MoveCounted(key.lane, window, rest);
}

// What the contract has for hours of a group of covered rows, its overage left
// out: for no more of them than ran, where any did.
MoneyAmount WorthOf(const Group& group, MoneyAmount overage,
                    const CompareContext& context) {
  const GroupKey& key = group.key;
  const Expectation books =
      context.books->Sum(key.lane, key.start_us, key.end_us);
  if (books.time.zero()) {
    const Comparison comparison = Measure(group, context);
    return Price(comparison.worth, comparison.billed);
  }
  const GpuTime ran = books.time - books.overage;
  const GpuTime billed = std::max(GpuTime(), group.sums.billed - books.overage);
  const MoneyAmount worth = books.cost - overage;
  if (ran <= billed || !worth.valid()) return worth;
  const absl::StatusOr<Int128> part =
      MulDivHalfEven(worth.count(), billed.count(), ran.count());
  return part.ok() ? MoneyAmount(*part) : worth;
}

// Overage that is billed with the commitment's id is no price of what that
// covers.
CommitmentSides SidesOf(const std::vector<Group>& groups, uint32_t commitment,
                        const CompareContext& context) {
  CommitmentSides sides;
  for (const Group& group : groups) {
    if (group.key.lane.commitment != commitment) continue;
    if (IsCompared(group, RowKind::kCovered)) {
      const MoneyAmount overage = context.books->OverageCost(
          group.key.lane, group.key.start_us, group.key.end_us);
      sides.covered += group.sums.cost - std::min(group.sums.cost, overage);
      sides.worth += WorthOf(group, overage, context);
    } else if (IsCompared(group, RowKind::kPurchase) ||
               IsCompared(group, RowKind::kUpfront)) {
      sides.fees += group.sums.cost;
    }
  }
  return sides;
}

GpuTime CopiedOf(const HashMap<uint32_t, RowSums>& copied, size_t group) {
  const auto found = copied.find(static_cast<uint32_t>(group));
  return found == copied.end() ? GpuTime() : found->second.billed;
}

// Whether the pool's rows bill more than half of what was left in their time.
// What is too much where nothing was left, or comes again, tells nothing.
bool AreBilled(const std::vector<Lane>& unused, uint32_t pool,
               const std::vector<Group>& groups,
               const HashMap<uint32_t, RowSums>& copied,
               const CompareContext& context) {
  GpuTime all;
  GpuTime billed;
  for (size_t i = 0; i < groups.size(); ++i) {
    const GroupKey& key = groups[i].key;
    if (!IsCompared(groups[i], RowKind::kOnDemand) || key.lane.pool != pool) {
      continue;
    }
    GpuTime left;
    for (const Lane& lane : unused) {
      left +=
          context.books->Left(lane.commitment, key.start_us, key.end_us).time;
    }
    const GpuTime excess =
        groups[i].sums.billed - CopiedOf(copied, i) -
        context.books->Sum(key.lane, key.start_us, key.end_us).time;
    all += left;
    billed += std::clamp(excess, GpuTime(), left);
  }
  return billed * 2 > all;
}

// Whether rows that name the commitment pay for most of what was left.
bool RowsBillTheRest(const Lane& unused, const std::vector<Group>& groups,
                     const CompareContext& context) {
  if (!context.rests.contains(unused.commitment)) return false;
  MoneyAmount paid;
  for (const Group& group : groups) {
    const bool of_it = group.key.disposition == Disposition::kCompare &&
                       group.key.lane.commitment == unused.commitment;
    if (of_it) paid += group.sums.cost;
  }
  const Interval& period = context.period;
  return paid * 2 >=
         context.books->Left(unused.commitment, period.start_us, period.end_us)
             .cost;
}

// Whether plain rows of some pool bill what the commitment had left.
bool IsBilledFlat(uint32_t commitment, const CompareContext& context) {
  return std::any_of(context.left_overs.begin(), context.left_overs.end(),
                     [commitment](const auto& entry) {
                       const std::vector<Lane>& lanes = entry.second.of_pool;
                       return std::any_of(lanes.begin(), lanes.end(),
                                          [commitment](const Lane& lane) {
                                            return lane.commitment ==
                                                   commitment;
                                          });
                     });
}

void MergeOverlapping(std::vector<Interval>* windows) {
  std::sort(windows->begin(), windows->end(),
            [](const Interval& a, const Interval& b) {
              return a.start_us < b.start_us;
            });
  size_t kept = 0;
  for (size_t i = 1; i < windows->size(); ++i) {
    const Interval& next = (*windows)[i];
    Interval& last = (*windows)[kept];
    if (next.start_us < last.end_us) {
      last.end_us = std::max(last.end_us, next.end_us);
    } else {
      (*windows)[++kept] = next;
    }
  }
  windows->resize(kept + 1);
}

}  // namespace

bool Counts(const Contract& contract, const Commitment& commitment,
            std::string_view pool) {
  std::vector<ApplicabilityRule> rules;
  for (const ApplicabilityRule& rule : commitment.applies) {
    // Which tenants and kinds there are is not known of a pool.
    if (rule.dimension != Dimension::kTenant &&
        rule.dimension != Dimension::kKind) {
      rules.push_back(rule);
    }
  }
  constexpr int64_t kAll = 1'000'000;
  const Subject subject = SubjectOfPool(contract, pool);
  return Applies(rules, subject) &&
         ApplicableShareMicro(rules, subject) == kAll;
}

bool HasMovedLanes(const std::vector<Group>& groups,
                   const CompareContext& context) {
  return std::any_of(groups.begin(), groups.end(), [&](const Group& group) {
    return MayMove(group, context) != nullptr;
  });
}

MovedWindows MoveToBilledLanes(const std::vector<Group>& groups,
                               const HashMap<uint32_t, RowSums>& copied,
                               const CompareContext& context, Books* books) {
  const BilledLanes billed(groups, copied);
  MovedWindows windows;
  // Lanes of one pool take from one another: the contract says which is first.
  for (const Commitment& commitment : context.contract->commitments) {
    const bool spend = commitment.category == CommitmentCategory::kSpend;
    std::set<Lane> lanes;
    for (size_t i = 0; i < groups.size(); ++i) {
      const Group& group = groups[i];
      if (MayMove(group, context) != &commitment) continue;
      const GpuTime again = CopiedOf(copied, i);
      const GpuTime moved = spend ? MoveCounted(group, again, billed, books)
                                  : MoveOverage(group, again, books);
      if (moved.zero()) continue;
      const GroupKey& key = group.key;
      lanes.insert(key.lane);
      windows[key.lane.pool].push_back({key.start_us, key.end_us});
    }
    for (const Lane& lane : lanes) books->Settle(lane);
  }
  return windows;
}

bool WidenToMoved(MovedWindows moved, std::vector<Group>* groups) {
  bool widened = false;
  for (auto& [pool, windows] : moved) {
    MergeOverlapping(&windows);
    for (Group& group : *groups) {
      GroupKey& key = group.key;
      if (!IsCompared(group, RowKind::kOnDemand) || key.lane.pool != pool) {
        continue;
      }
      const Interval was{key.start_us, key.end_us};
      for (auto window = std::partition_point(
               windows.begin(), windows.end(),
               [&](const Interval& w) { return w.end_us <= was.start_us; });
           window != windows.end() && window->start_us < was.end_us; ++window) {
        key.start_us = std::min(key.start_us, window->start_us);
        key.end_us = std::max(key.end_us, window->end_us);
      }
      widened |= key.start_us != was.start_us || key.end_us != was.end_us;
    }
  }
  return widened;
}

bool HasPrices(uint32_t pool, const Books& books) {
  const auto found = books.lanes().find(Lane{RowKind::kOnDemand, pool});
  if (found == books.lanes().end()) return false;
  const std::vector<BookCell>& cells = found->second.cells;
  return std::any_of(cells.begin(), cells.end(), [&](const BookCell& cell) {
    return cell.unit_price != cells.front().unit_price;
  });
}

bool IsPaidAsUsed(const CommitmentSides& sides, MoneyAmount left) {
  if (sides.covered <= MoneyAmount() || !sides.worth.valid()) return false;
  const MoneyAmount beyond = sides.fees - left;
  const MoneyAmount as_used =
      Magnitude(sides.covered - sides.worth) + Magnitude(beyond);
  const MoneyAmount by_fees = sides.covered + Magnitude(beyond - sides.worth);
  return sides.covered * 2 >= sides.worth && as_used < by_fees;
}

AsUsed PaidAsUsed(const std::vector<Group>& groups,
                  const CompareContext& context) {
  AsUsed found;
  if (context.basis.amount != BilledAmount::kBilledCost) return found;
  const auto add = [&](uint32_t commitment, bool by_plain_rows) {
    if (FindCommitment(*context.contract, context.names->commitments.Name(
                                              commitment)) == nullptr) {
      return;
    }
    const MoneyAmount left =
        context.books
            ->Left(commitment, context.period.start_us, context.period.end_us)
            .cost;
    const CommitmentSides sides = SidesOf(groups, commitment, context);
    if (!by_plain_rows && !IsPaidAsUsed(sides, left)) return;
    found.covered.insert(commitment);
    const bool by_unused =
        context.basis.unused.contains(commitment) && sides.fees * 2 < left;
    if (by_unused || IsBilledFlat(commitment, context)) {
      found.left.insert(commitment);
    }
  };
  for (const uint32_t commitment : context.covering) add(commitment, false);
  for (const uint32_t commitment : context.rests) add(commitment, true);
  return found;
}

HashMap<uint32_t, LeftOvers> BilledLeftOvers(
    const std::vector<Group>& groups, const HashMap<uint32_t, RowSums>& copied,
    const CompareContext& context) {
  HashMap<uint32_t, LeftOvers> found;
  if (context.untold.empty()) return found;
  for (const auto& [lane, book] : context.books->lanes()) {
    if (lane.kind != RowKind::kUnused) continue;
    const Commitment* const commitment = FindCommitment(
        *context.contract, context.names->commitments.Name(lane.commitment));
    if (commitment == nullptr || RowsBillTheRest(lane, groups, context)) {
      continue;
    }
    std::vector<uint32_t> pools;
    for (const uint32_t pool : context.untold) {
      if (MayPricePool(*context.contract, *commitment,
                       context.names->pools.Name(pool))) {
        pools.push_back(pool);
      }
    }
    const auto named = std::count_if(
        context.contract->pools.begin(), context.contract->pools.end(),
        [&](const PoolNaming& naming) {
          return MayPricePool(*context.contract, *commitment, naming.name);
        });
    for (const uint32_t pool : pools) {
      LeftOvers& left = found[pool];
      (named == 1 ? left.of_pool : left.of_several).push_back(lane);
    }
  }
  for (auto& [pool, left] : found) {
    if (!AreBilled(left.of_pool, pool, groups, copied, context)) {
      left.of_pool.clear();
    }
  }
  return found;
}

}  // namespace drawdown
