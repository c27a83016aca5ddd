#include "reconcile/named_commitments.h"

#include <algorithm>
#include <vector>

#include "base/interval.h"
#include "drawdown/units.h"
#include "reconcile/compare.h"
#include "reconcile/kinds.h"

namespace drawdown {

void NamedCommitments::Add(const RoutedRow& routed) {
  const Lane& lane = routed.key.lane;
  const Disposition disposition = routed.key.disposition;
  if (lane.kind == RowKind::kOnDemand) usage_.insert(lane.pool);
  if (lane.commitment == kNoIndex) return;
  const bool others = disposition == Disposition::kOtherPurchase ||
                      disposition == Disposition::kOtherUnused;
  if (others && lane.pool != kNoIndex) compared_.pools.insert(lane.pool);
  const bool compared = disposition == Disposition::kCompare;
  if (!compared && disposition != Disposition::kCorrection &&
      disposition != Disposition::kTiming) {
    return;
  }
  Said& said = compared ? compared_ : corrections_;
  said.named.insert(lane.commitment);
  if (lane.kind == RowKind::kCovered) said.pools.insert(lane.pool);
}

void NamedCommitments::Find(const Contract& contract, const GroupNames& names) {
  for (Said* const said : {&compared_, &corrections_}) {
    for (const uint32_t index : said->named) {
      const Commitment* const commitment =
          FindCommitment(contract, names.commitments.Name(index));
      if (commitment != nullptr) said->found.push_back({index, commitment});
    }
  }
}

// Of a commitment that no usage says covers it.
bool NamedCommitments::IsRest(const Found& found,
                              const std::vector<Group>& groups,
                              const CompareContext& context) const {
  const Interval& period = context.period;
  const Books& books = *context.books;
  const GpuTime hours = books.Covered(found.index);
  if (hours.zero()) return false;
  const auto of = [&](const Lane& lane) {
    return books.Sum(lane, period.start_us, period.end_us);
  };
  HashSet<uint32_t> pools;
  Expectation on_demand;
  for (const uint32_t pool : usage_) {
    if (!books.lanes().contains(Lane{RowKind::kCovered, pool, found.index})) {
      continue;
    }
    pools.insert(pool);
    const Expectation of_pool = of({RowKind::kOnDemand, pool, kNoIndex});
    on_demand.time += of_pool.time;
    on_demand.cost += of_pool.cost;
  }
  RowSums rest;
  RowSums plain;
  for (const Group& group : groups) {
    const Lane& lane = group.key.lane;
    if (group.key.disposition != Disposition::kCompare) continue;
    if (lane.commitment == found.index) rest += group.sums;
    const bool of_pool =
        lane.kind == RowKind::kOnDemand && pools.contains(lane.pool);
    if (of_pool) plain += group.sums;
  }
  const MoneyAmount left =
      books.Left(found.index, period.start_us, period.end_us).cost;
  const MoneyAmount worth =
      of({RowKind::kPurchase, kNoIndex, found.index}).cost - left;
  if ((plain.billed - on_demand.time) * 2 <= hours) return false;
  // By EffectiveCost fees are free whatever they are for. Where nothing was
  // left, one may be of nothing.
  return context.basis.amount != BilledAmount::kBilledCost ||
         IsPaidAsUsed({plain.cost - on_demand.cost, worth, rest.cost}, left);
}

HashSet<uint32_t> NamedCommitments::LeaveOutRests(
    const std::vector<Group>& groups, const CompareContext& context) {
  std::vector<Found> told;
  std::vector<Found> rests;
  for (const Found& found : compared_.found) {
    // Usage that names it tells anyway: groups need not be looked at.
    const bool rest =
        found.commitment->category == CommitmentCategory::kUsage &&
        !context.covering.contains(found.index) &&
        IsRest(found, groups, context);
    (rest ? rests : told).push_back(found);
  }
  // One that covers a pool of which another tells the kinds tells those of all
  // its pools.
  for (bool changed = true; changed;) {
    compared_.found = told;
    for (const Found& rest : rests) {
      const auto& lanes = context.books->lanes();
      const bool tells =
          std::any_of(lanes.begin(), lanes.end(), [&](const auto& entry) {
            const Lane& lane = entry.first;
            return lane.kind == RowKind::kCovered &&
                   lane.commitment == rest.index &&
                   Tells(compared_, lane.pool, *context.books,
                         *context.contract, *context.names);
          });
      if (tells) told.push_back(rest);
    }
    changed = std::erase_if(rests, [&told](const Found& rest) {
                return std::any_of(told.begin(), told.end(),
                                   [&rest](const Found& found) {
                                     return found.index == rest.index;
                                   });
              }) != 0;
  }
  HashSet<uint32_t> indices;
  for (const Found& rest : rests) indices.insert(rest.index);
  return indices;
}

// What covers a pool may be another thing in another version of the contract.
bool NamedCommitments::Tells(const Said& said, uint32_t pool,
                             const Books& books, const Contract& contract,
                             const GroupNames& names) {
  if (said.pools.contains(pool)) return true;
  return std::any_of(
      said.found.begin(), said.found.end(), [&](const Found& found) {
        const bool usage =
            found.commitment->category == CommitmentCategory::kUsage;
        return (usage && books.lanes().contains(
                             Lane{RowKind::kCovered, pool, found.index})) ||
               MayPricePool(contract, *found.commitment,
                            names.pools.Name(pool));
      });
}

bool NamedCommitments::TellKinds(uint32_t pool, const Books& books,
                                 const Contract& contract,
                                 const GroupNames& names) const {
  return usage_.empty() || Tells(compared_, pool, books, contract, names);
}

bool NamedCommitments::TellKindsCorrected(uint32_t pool, const Books& books,
                                          const Contract& contract,
                                          const GroupNames& names) const {
  return TellKinds(pool, books, contract, names) ||
         Tells(corrections_, pool, books, contract, names);
}

void NamedCommitments::AddIdlePools(const Books& books,
                                    const Contract& contract,
                                    const GroupNames& names,
                                    HashSet<uint32_t>* untold) const {
  for (const auto& [lane, book] : books.lanes()) {
    if (lane.kind != RowKind::kUnused) continue;
    const Commitment* const commitment =
        FindCommitment(contract, names.commitments.Name(lane.commitment));
    if (commitment == nullptr) continue;
    for (const uint32_t pool : usage_) {
      if (MayPricePool(contract, *commitment, names.pools.Name(pool)) &&
          !TellKinds(pool, books, contract, names)) {
        untold->insert(pool);
      }
    }
  }
}

}  // namespace drawdown
