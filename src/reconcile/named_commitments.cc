#include "reconcile/named_commitments.h"

#include <algorithm>

#include "reconcile/compare.h"

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
