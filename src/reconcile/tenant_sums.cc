#include "reconcile/tenant_sums.h"

#include "reconcile/group.h"

namespace drawdown {

void TenantSums::Add(uint32_t tenant, const RowSums& some) {
  Add({tenant, some.rows, some.billed, some.units, some.cost,
       some.cost_places});
}

void TenantSums::Merge(const TenantSums& other) {
  for (const TenantSum& some : other.sums_) Add(some);
}

void TenantSums::Add(const TenantSum& some) {
  // By a quarter, because together they are most of what rows take.
  if (sums_.size() == sums_.capacity()) {
    sums_.reserve(sums_.size() + sums_.size() / 4 + 4);
  }
  const auto next = static_cast<uint32_t>(sums_.size());
  const auto [entry, inserted] = places_.try_emplace(some.tenant, next);
  if (!inserted) {
    TenantSum& sum = sums_[entry->second];
    sum.rows += some.rows;
    sum.billed += some.billed;
    sum.units += some.units;
    sum.cost += some.cost;
    sum.cost_places += some.cost_places;
    return;
  }
  sums_.push_back(some);
}

}  // namespace drawdown
