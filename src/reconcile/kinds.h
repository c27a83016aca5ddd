// Books in the kinds of usage that a bill has, and which of them its fees pay
// for.
#ifndef DRAWDOWN_SRC_RECONCILE_KINDS_H_
#define DRAWDOWN_SRC_RECONCILE_KINDS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/hash_map.h"
#include "base/interval.h"
#include "contract/contract.h"
#include "drawdown/units.h"
#include "reconcile/books.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"

namespace drawdown {

// Whether a Spend commitment counts all of what usage of the pool costs.
bool Counts(const Contract& contract, const Commitment& commitment,
            std::string_view pool);

// Charge periods in which something was moved, by pool.
using MovedWindows = HashMap<uint32_t, std::vector<Interval>>;

// Moves the books to the lanes that the bill has them in: hours billed as
// covered by a Spend commitment, which our books have on demand, and a Usage
// commitment's overage that is billed with its id. `copied` is what
// copies come to, by index of a group.
MovedWindows MoveToBilledLanes(const std::vector<Group>& groups,
                               const HashMap<uint32_t, RowSums>& copied,
                               const CompareContext& context, Books* books);

// Whether MoveToBilledLanes may move anything.
bool HasMovedLanes(const std::vector<Group>& groups,
                   const CompareContext& context);

// Which of a window's hours were moved is not told by the rows: on-demand rows
// of shorter times are to be compared over all of it. Returns whether any
// changed; join the groups then.
bool WidenToMoved(MovedWindows moved, std::vector<Group>* groups);

// Whether the pool's usage on demand has more than one price.
bool HasPrices(uint32_t pool, const Books& books);

// What the bill has of one commitment, and the contract.
struct CommitmentSides {
  MoneyAmount covered;  // what rows cost that bill what it covers
  MoneyAmount worth;    // at the contract's price
  MoneyAmount fees;
};

// Whether fees are of what was left alone and not of what was covered too:
// whichever leaves less to explain. Of a fee that is too high only what it is
// too high by is asked for then.
bool IsPaidAsUsed(const CommitmentSides& sides, MoneyAmount left);

// Commitments whose covered rows are billed at about what the contract has for
// them, while their fees do not pay for that too.
AsUsed PaidAsUsed(const std::vector<Group>& groups,
                  const CompareContext& context);

// Of pools whose rows do not tell kinds, by pool: what commitments had left of
// which the pool's rows bill the most part too, as a flat fee for what is
// reserved does; and what commitments had left that cover other pools also.
HashMap<uint32_t, LeftOvers> BilledLeftOvers(
    const std::vector<Group>& groups, const HashMap<uint32_t, RowSums>& copied,
    const CompareContext& context);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_KINDS_H_
