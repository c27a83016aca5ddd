// What the rows of a group that name each tenant come to.
#ifndef DRAWDOWN_SRC_RECONCILE_TENANT_SUMS_H_
#define DRAWDOWN_SRC_RECONCILE_TENANT_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "drawdown/units.h"

namespace drawdown {

struct RowSums;

// Of RowSums, what a tenant's part is told by.
struct TenantSum {
  uint32_t tenant = 0;  // by interned name
  uint64_t rows = 0;
  GpuTime billed;
  MoneyAmount cost;
};

// Of RowSums, what published rounding is told by.
struct TenantPlaces {
  GpuTime units;
  MoneyAmount cost_places;

  TenantPlaces Times(uint64_t rows) const;
  TenantPlaces& operator+=(const TenantPlaces& other);
  friend bool operator==(const TenantPlaces&, const TenantPlaces&) = default;
};

// A month has a sum for each tenant, pool and hour, so they are small: places
// are kept for each only where the rows of the group do not have the same.
class TenantSums {
 public:
  void Add(uint32_t tenant, const RowSums& some);
  void Merge(const TenantSums& other);
  // After the last Add or Merge: a fifth of their memory is for these.
  void Seal() { std::vector<uint32_t>().swap(slots_); }

  // In no order.
  const std::vector<TenantSum>& sums() const { return sums_; }
  // Of sums()[i].
  TenantPlaces PlacesOf(size_t i) const {
    return alike_ ? each_.Times(sums_[i].rows) : places_[i];
  }

 private:
  void Add(const TenantSum& some, const TenantPlaces& places);
  void KeepApart();
  // The tenant's slot, or the free one that it is to have.
  uint32_t& SlotOf(uint32_t tenant);
  void AddSlots();

  static constexpr uint32_t kFree = 0xffffffff;

  std::vector<TenantSum> sums_;
  // Where in sums_ a tenant is, at the first slot from that of its hash on that
  // is its own: a table of pairs would take twice as much. A power of two, more
  // than there are sums.
  std::vector<uint32_t> slots_;
  bool alike_ = true;  // all rows have the places `each_`
  TenantPlaces each_;
  std::vector<TenantPlaces> places_;  // else of each sum
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_TENANT_SUMS_H_
