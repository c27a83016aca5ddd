// Fees of the whole period that are dated on a part of it.
#ifndef DRAWDOWN_SRC_RECONCILE_PERIOD_FEES_H_
#define DRAWDOWN_SRC_RECONCILE_PERIOD_FEES_H_

#include <cstdint>
#include <map>
#include <vector>

#include "base/hash_map.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"

namespace drawdown {

// A fee is not always dated by the time that it is for: an export with one date
// a row has a month's fee on a day. And what is owed for one time may come as a
// recurring fee and a one-time true-up. Where the fees of a commitment do not
// agree each with its charge period they may still be those of the period.
class PeriodFees {
 public:
  // `groups` as GroupTable::MergeOverlapping leaves them, with their copies.
  // Both outlive this.
  PeriodFees(const CompareContext& context, std::vector<Group>* groups);

  // Whether some fee does not agree with its charge period.
  bool any() const { return !fees_.empty(); }

  // Makes the period the window of fees that are of all of it, one-time fees
  // recurring ones. True if there are any, which want to be joined then.
  // `copied`: what copies of rows come to, by group.
  bool Widen(const HashMap<uint32_t, RowSums>& copied);

 private:
  using Indices = std::vector<uint32_t>;  // of groups_

  // The fees of one commitment.
  struct Fees {
    Indices recurring;
    Indices all;
    bool off = false;  // some do not agree
    bool recurring_inside = true;
    bool all_inside = true;  // the period
  };

  void Add(uint32_t index);
  Group JoinedOf(const Indices& fees) const;
  bool Agree(const Indices& fees,
             const HashMap<uint32_t, RowSums>& copied) const;
  bool ExceedTheirTime(const Indices& fees) const;
  bool Take(const Indices& fees);

  const CompareContext& context_;
  std::vector<Group>& groups_;
  std::map<uint32_t, Fees> fees_;  // by commitment
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_PERIOD_FEES_H_
