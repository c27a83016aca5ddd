// A bucket's usage under a commitment that is allotted to tenants.
#include <algorithm>
#include <numeric>

#include "rating/bucket.h"

namespace drawdown {

void Bucket::GroupByOwner(const AllotmentPlan& plan) {
  const size_t groups = plan.terms.size() + 1;
  const auto group_of = [&](size_t cell) {
    return std::min<size_t>(plan.owner[tenants_[cell]], groups - 1);
  };
  group_demand_.assign(groups, 0);
  group_ends_.assign(groups, 0);
  for (size_t i = 0; i < size(); ++i) {
    group_demand_[group_of(i)] += weights_[i];
    ++group_ends_[group_of(i)];
  }
  std::partial_sum(group_ends_.begin(), group_ends_.end(), group_ends_.begin());
  grouped_.resize(size());
  // From the back, so that the cells of a group keep their order.
  std::vector<size_t> next = group_ends_;
  for (size_t i = size(); i-- > 0;) {
    grouped_[--next[group_of(i)]] = static_cast<uint32_t>(i);
  }
}

// Adds the cells' parts of `amount` to share_. REQUIRES: at most the demand.
void Bucket::DivideGroup(size_t group, Int128 amount) {
  if (amount == 0) return;
  const size_t first = group == 0 ? 0 : group_ends_[group - 1];
  const size_t count = group_ends_[group] - first;
  group_weights_.resize(count);
  group_shares_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    group_weights_[i] = weights_[grouped_[first + i]];
  }
  splitter_.Split(amount, group_demand_[group], group_weights_, group_shares_);
  for (size_t i = 0; i < count; ++i) {
    share_[grouped_[first + i]] += group_shares_[i];
  }
}

// Each allotment covers its tenant's usage as far as it has hours left; what
// then remains goes to unmet usage of those that may use it, pro rata.
Int128 Bucket::ShareAllotted(const AllotmentPlan& plan, Int128 available,
                             std::vector<AllottedPart>* allotted) {
  GroupByOwner(plan);
  share_.assign(size(), 0);
  std::vector<Int128> wanted;
  for (size_t k = 0; k < allotted->size(); ++k) {
    wanted.push_back(std::min(group_demand_[k], (*allotted)[k].left()));
  }
  const Int128 all = SumOf(wanted);
  if (all > available) {
    // Others have borrowed what the owners want now.
    const std::vector<Int128> weights = wanted;
    splitter_.Split(available, all, weights, wanted);
  }
  Int128 drawn = 0;
  for (size_t k = 0; k < allotted->size(); ++k) {
    DivideGroup(k, wanted[k]);
    (*allotted)[k].drawn += wanted[k];
    drawn += wanted[k];
  }
  Int128 unmet = 0;
  for (size_t i = 0; i < size(); ++i) {
    weights_[i] = plan.MayBorrow(tenants_[i]) ? weights_[i] - share_[i] : 0;
    unmet += weights_[i];
  }
  const Int128 borrowed = std::min(unmet, available - drawn);
  if (borrowed == 0) return drawn;
  group_shares_.resize(size());
  splitter_.Split(borrowed, unmet, weights_, group_shares_);
  for (size_t i = 0; i < size(); ++i) share_[i] += group_shares_[i];
  return drawn + borrowed;
}

}  // namespace drawdown
