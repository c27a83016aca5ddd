#include "rating/allotments.h"

#include <algorithm>

#include "base/check.h"
#include "base/path.h"
#include "base/wide.h"
#include "rating/filter.h"

namespace drawdown {
namespace {

// REQUIRES: the weights add up.
std::vector<Int128> Split(Int128 amount, const std::vector<Int128>& weights) {
  const auto parts = SplitLargestRemainder(amount, weights);
  CHECK(parts.ok());
  return *parts;
}

// The shares of `entitled`, and what they leave.
std::vector<Int128> SharesOf(const AllotmentPlan& plan, Int128 entitled) {
  std::vector<Int128> weights;
  for (const AllotmentTerms& terms : plan.terms) {
    weights.push_back(terms.share_micro.value_or(0));
  }
  weights.push_back(kWholeShare - SumOf(weights));
  return Split(entitled, weights);
}

}  // namespace

AllotmentPlan PlanAllotments(const Contract& contract,
                             const Commitment& commitment, bool expansion,
                             const std::vector<std::string>& tenants) {
  AllotmentPlan plan;
  for (const Allotment& allotment : contract.allotments) {
    if (allotment.commitment != commitment.id) continue;
    const auto tenant =
        std::lower_bound(tenants.begin(), tenants.end(), allotment.tenant);
    CHECK(tenant != tenants.end() && *tenant == allotment.tenant);
    AllotmentTerms terms;
    terms.tenant = static_cast<uint32_t>(tenant - tenants.begin());
    terms.share_micro = allotment.share_micro;
    // An amount is of the commitment as it was: what an expansion adds is
    // shared by share.
    if (allotment.amount) {
      terms.amount = expansion ? Int128{0} : allotment.amount->count();
    }
    terms.may_borrow = allotment.may_borrow;
    plan.terms.push_back(terms);
  }
  if (plan.terms.empty()) return plan;
  std::sort(plan.terms.begin(), plan.terms.end(),
            [](const AllotmentTerms& a, const AllotmentTerms& b) {
              return a.tenant < b.tenant;
            });
  plan.owner.assign(tenants.size(), kNoIndex);
  for (uint32_t i = 0; i < plan.terms.size(); ++i) {
    for (uint32_t t = 0; t < tenants.size(); ++t) {
      if (IsAtOrBelow(tenants[t], tenants[plan.terms[i].tenant])) {
        plan.owner[t] = i;
      }
    }
  }
  return plan;
}

std::optional<std::vector<AllottedPart>> Allot(const AllotmentPlan& plan,
                                               const Fulfilment& fulfilment,
                                               Int128 entitled) {
  const Int128 whole = fulfilment.whole.end_us - fulfilment.whole.start_us;
  const Int128 cut = fulfilment.cut.end_us - fulfilment.cut.start_us;
  std::vector<Int128> quantities = SharesOf(plan, entitled);
  quantities.pop_back();
  Int128 sum = 0;
  for (size_t i = 0; i < quantities.size(); ++i) {
    if (plan.terms[i].amount) {
      const auto amount = MulDivHalfEven(*plan.terms[i].amount, cut, whole);
      if (!amount.ok()) return std::nullopt;
      quantities[i] = *amount;
    }
    if (__builtin_add_overflow(sum, quantities[i], &sum)) return std::nullopt;
  }
  if (sum > entitled) quantities = Split(entitled, quantities);
  std::vector<AllottedPart> parts;
  for (const Int128 quantity : quantities) parts.push_back({quantity, 0});
  return parts;
}

std::vector<Int128> OwnersOfRest(const std::vector<AllottedPart>& parts,
                                 Int128 unallotted, Int128 rest) {
  std::vector<Int128> undrawn;
  for (const AllottedPart& part : parts) undrawn.push_back(part.left());
  const Int128 allotted = SumOf(undrawn);
  if (rest >= allotted) {
    undrawn.push_back(rest - allotted);
    CHECK(undrawn.back() <= unallotted);
    return undrawn;
  }
  std::vector<Int128> owners = Split(rest, undrawn);
  owners.push_back(0);
  return owners;
}

}  // namespace drawdown
