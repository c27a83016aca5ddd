#include "reconcile/kinds.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/wide.h"

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

// What the bill has of one commitment, and the contract.
struct Sides {
  MoneyAmount covered;  // what its covered rows cost
  MoneyAmount worth;    // at the contract's price
  MoneyAmount fees;
};

Sides SidesOf(const std::vector<Group>& groups, uint32_t commitment,
              const CompareContext& context) {
  Sides sides;
  for (const Group& group : groups) {
    if (group.key.lane.commitment != commitment) continue;
    if (IsCompared(group, RowKind::kCovered)) {
      sides.covered += group.sums.cost;
    } else if (IsCompared(group, RowKind::kPurchase) ||
               IsCompared(group, RowKind::kUpfront)) {
      sides.fees += group.sums.cost;
    }
  }
  if (sides.covered <= MoneyAmount()) return sides;
  for (const Group& group : groups) {
    if (group.key.lane.commitment == commitment &&
        IsCompared(group, RowKind::kCovered)) {
      const Comparison comparison = Measure(group, context);
      sides.worth += Price(comparison.worth, comparison.billed);
    }
  }
  return sides;
}

bool IsPaidAsUsed(const Sides& sides, MoneyAmount left) {
  if (sides.covered <= MoneyAmount() || !sides.worth.valid()) return false;
  return sides.covered * 2 >= sides.worth &&
         (sides.fees - left) * 2 < sides.worth;
}

}  // namespace

void NamedCommitments::Add(const RoutedRow& routed) {
  const Lane& lane = routed.key.lane;
  if (lane.commitment != kNoIndex) named_.insert(lane.commitment);
  usage_ |= lane.kind == RowKind::kOnDemand;
  const bool others = routed.key.disposition == Disposition::kOtherPurchase ||
                      routed.key.disposition == Disposition::kOtherUnused;
  of_a_pool_ |=
      lane.kind == RowKind::kCovered || (others && lane.pool != kNoIndex);
}

bool NamedCommitments::TellNoKinds(const Contract& contract,
                                   const GroupNames& names) const {
  if (!usage_ || of_a_pool_) return false;
  return std::none_of(named_.begin(), named_.end(), [&](uint32_t index) {
    const Commitment* const commitment =
        FindCommitment(contract, names.commitments.Name(index));
    return commitment != nullptr &&
           commitment->category == CommitmentCategory::kUsage;
  });
}

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

HashSet<uint32_t> MoveToBilledLanes(const std::vector<Group>& groups,
                                    const HashMap<uint32_t, RowSums>& copied,
                                    const CompareContext& context,
                                    Books* books) {
  const BilledLanes billed(groups, copied);
  HashSet<uint32_t> pools;
  // Lanes of one pool take from one another: the contract says which is first.
  for (const Commitment& commitment : context.contract->commitments) {
    const bool spend = commitment.category == CommitmentCategory::kSpend;
    std::set<Lane> lanes;
    for (size_t i = 0; i < groups.size(); ++i) {
      const Group& group = groups[i];
      if (MayMove(group, context) != &commitment) continue;
      const auto found = copied.find(static_cast<uint32_t>(i));
      const GpuTime again =
          found == copied.end() ? GpuTime() : found->second.billed;
      const GpuTime moved = spend ? MoveCounted(group, again, billed, books)
                                  : MoveOverage(group, again, books);
      if (!moved.zero()) lanes.insert(group.key.lane);
    }
    for (const Lane& lane : lanes) {
      pools.insert(lane.pool);
      books->Settle(lane);
    }
  }
  return pools;
}

HashSet<uint32_t> PaidAsUsed(const std::vector<Group>& groups,
                             const CompareContext& context) {
  HashSet<uint32_t> found;
  if (context.basis.amount != BilledAmount::kBilledCost) return found;
  for (const uint32_t commitment : context.covering) {
    if (FindCommitment(*context.contract, context.names->commitments.Name(
                                              commitment)) == nullptr) {
      continue;
    }
    const MoneyAmount left =
        context.books
            ->Left(commitment, context.period.start_us, context.period.end_us)
            .cost;
    if (IsPaidAsUsed(SidesOf(groups, commitment, context), left)) {
      found.insert(commitment);
    }
  }
  return found;
}

HashMap<uint32_t, LeftOvers> BilledLeftOvers(const std::vector<Group>& groups,
                                             const CompareContext& context) {
  HashMap<uint32_t, LeftOvers> found;
  if (context.untold.empty()) return found;
  for (const auto& [lane, book] : context.books->lanes()) {
    if (lane.kind != RowKind::kUnused) continue;
    const Commitment* const commitment = FindCommitment(
        *context.contract, context.names->commitments.Name(lane.commitment));
    if (commitment == nullptr) continue;
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
    GpuTime excess;
    GpuTime unused;
    for (const Group& group : groups) {
      const GroupKey& key = group.key;
      if (!IsCompared(group, RowKind::kOnDemand) || key.lane.pool != pool) {
        continue;
      }
      excess += group.sums.billed -
                context.books->Sum(key.lane, key.start_us, key.end_us).time;
      for (const Lane& lane : left.of_pool) {
        unused += context.books->Sum(lane, key.start_us, key.end_us).time;
      }
    }
    if (excess * 2 <= unused) left.of_pool.clear();
  }
  return found;
}

}  // namespace drawdown
