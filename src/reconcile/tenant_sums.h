// What the rows of a group that name each tenant come to.
#ifndef DRAWDOWN_SRC_RECONCILE_TENANT_SUMS_H_
#define DRAWDOWN_SRC_RECONCILE_TENANT_SUMS_H_

#include <cstdint>
#include <vector>

#include "base/hash_map.h"
#include "drawdown/units.h"

namespace drawdown {

struct RowSums;

// Of RowSums, what a tenant's part is judged by: a month has one for each
// tenant, pool and hour.
struct TenantSum {
  uint32_t tenant = 0;  // by interned name
  uint64_t rows = 0;
  GpuTime billed;
  GpuTime units;
  MoneyAmount cost;
  MoneyAmount cost_places;
};

class TenantSums {
 public:
  void Add(uint32_t tenant, const RowSums& some);
  void Merge(const TenantSums& other);

  // In no order.
  const std::vector<TenantSum>& sums() const { return sums_; }

 private:
  void Add(const TenantSum& some);

  std::vector<TenantSum> sums_;
  HashMap<uint32_t, uint32_t> places_;  // in sums_, by tenant
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_TENANT_SUMS_H_
