// Which kinds of usage a bill tells apart, and which of them its fees pay for.
#ifndef DRAWDOWN_SRC_RECONCILE_KINDS_H_
#define DRAWDOWN_SRC_RECONCILE_KINDS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/hash_map.h"
#include "contract/contract.h"
#include "reconcile/books.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"
#include "reconcile/group_key.h"
#include "reconcile/route.h"

namespace drawdown {

// What the provider's rows say of commitments, in whichever order.
class NamedCommitments {
 public:
  void Add(const RoutedRow& routed);

  // Whether the bill has usage of the contract's pools, and no row names a
  // Usage commitment of the contract or says of a pool's usage that some
  // commitment covers it: what is covered is not told then, and many providers'
  // bills have no columns for it.
  bool TellNoKinds(const Contract& contract, const GroupNames& names) const;

 private:
  HashSet<uint32_t> named_;
  bool of_a_pool_ = false;  // some commitment
  bool usage_ = false;      // of a pool
};

// Whether a Spend commitment counts all of what usage of the pool costs.
bool Counts(const Contract& contract, const Commitment& commitment,
            std::string_view pool);

// Moves the books to the lanes that the bill has them in: hours billed as
// covered by a Spend commitment, which our books have on demand, and a Usage
// commitment's overage that is billed with its id. `copied` is what
// copies come to, by index of a group. Returns the pools of what was moved.
HashSet<uint32_t> MoveToBilledLanes(const std::vector<Group>& groups,
                                    const HashMap<uint32_t, RowSums>& copied,
                                    const CompareContext& context,
                                    Books* books);

// Whether MoveToBilledLanes may move anything.
bool HasMovedLanes(const std::vector<Group>& groups,
                   const CompareContext& context);

// Commitments whose covered rows are billed at about what the contract has for
// them, while their fees do not pay for that too.
HashSet<uint32_t> PaidAsUsed(const std::vector<Group>& groups,
                             const CompareContext& context);

// Of pools whose rows do not tell kinds, by pool: what commitments had left of
// which the pool's rows bill the most part too, as a flat fee for what is
// reserved does; and what commitments had left that cover other pools also.
HashMap<uint32_t, LeftOvers> BilledLeftOvers(const std::vector<Group>& groups,
                                             const CompareContext& context);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_KINDS_H_
