// How a commitment is shared among tenants: whose hours are whose, and whose
// they are when nobody draws them.
//
// An allotment is a share of each interval for one tenant and all below it.
// What it does not draw itself others may: those that may borrow and those
// without an allotment. What is left at the interval's end is its tenant's.
#ifndef DRAWDOWN_SRC_RATING_ALLOTMENTS_H_
#define DRAWDOWN_SRC_RATING_ALLOTMENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "contract/contract.h"
#include "model/charge.h"
#include "rating/schedule.h"

namespace drawdown {

struct AllotmentTerms {
  uint32_t tenant = 0;  // index into Plan::tenants
  std::optional<int64_t> share_micro;
  std::optional<Int128> amount;  // per whole interval
  bool may_borrow = false;
};

// Of one commitment in one version.
struct AllotmentPlan {
  std::vector<AllotmentTerms> terms;  // by tenant
  std::vector<uint32_t> owner;  // per tenant: index into terms, or kNoIndex

  bool empty() const { return terms.empty(); }
  bool MayBorrow(uint32_t tenant) const {
    return owner[tenant] == kNoIndex || terms[owner[tenant]].may_borrow;
  }
};

AllotmentPlan PlanAllotments(const Contract& contract,
                             const Commitment& commitment, bool expansion,
                             const std::vector<std::string>& tenants);

// One interval's parts, by index into AllotmentPlan::terms.
struct AllottedPart {
  Int128 quantity = 0;
  Int128 drawn =
      0;  // by its own tenant; more after an amendment that lowers it

  Int128 left() const { return quantity > drawn ? quantity - drawn : 0; }

  friend bool operator==(const AllottedPart&, const AllottedPart&) = default;
};

// What each allotment has of `entitled`. Amounts that are more than there is
// shrink pro rata. Empty when an amount does not fit.
std::optional<std::vector<AllottedPart>> Allot(const AllotmentPlan& plan,
                                               const Fulfilment& fulfilment,
                                               Int128 entitled);

// Whose the `rest` of an interval is: one amount per part, then that of the
// hours nobody was allotted. Hours that others drew are taken from what is
// `unallotted` first, then from what the parts have left, pro rata.
std::vector<Int128> OwnersOfRest(const std::vector<AllottedPart>& parts,
                                 Int128 unallotted, Int128 rest);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_ALLOTMENTS_H_
