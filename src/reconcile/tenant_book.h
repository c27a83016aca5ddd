// Our side of the comparison by tenant: the hours of one usage lane.
#ifndef DRAWDOWN_SRC_RECONCILE_TENANT_BOOK_H_
#define DRAWDOWN_SRC_RECONCILE_TENANT_BOOK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/interval.h"
#include "drawdown/units.h"

namespace drawdown {

class TenantBook {
 public:
  // Quickest where spans follow one another.
  void Add(const Interval& span, uint32_t tenant, GpuTime time);

  // Call after the last Add.
  void Seal();

  // Adds all of another, both sealed; it is sealed then.
  void Take(const TenantBook& other);

  // Calls `visit(tenant, time)` for what lies inside the window; more than once
  // of a tenant, if it holds several spans.
  template <typename Visit>
  void ForEachInside(int64_t start_us, int64_t end_us, Visit visit) const {
    auto slice = std::partition_point(
        slices_.begin(), slices_.end(),
        [start_us](const Slice& s) { return s.span.start_us < start_us; });
    for (; slice != slices_.end() && slice->span.start_us < end_us; ++slice) {
      if (slice->span.end_us > end_us) continue;
      for (size_t i = slice->first; i < slice->last; ++i) {
        visit(tenants_[i], times_[i]);
      }
    }
  }

 private:
  struct Slice {
    Interval span;
    size_t first = 0;  // of its times, and the one after its last
    size_t last = 0;
  };

  std::vector<Slice> slices_;  // by start, once sealed
  // Side by side: together they would take half as much again.
  std::vector<uint32_t> tenants_;
  std::vector<GpuTime> times_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_TENANT_BOOK_H_
