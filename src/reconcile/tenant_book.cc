#include "reconcile/tenant_book.h"

namespace drawdown {

void TenantBook::Add(const Interval& span, uint32_t tenant, GpuTime time) {
  if (slices_.empty() || slices_.back().span != span) {
    slices_.push_back({span, times_.size(), times_.size()});
  }
  Slice& slice = slices_.back();
  if (slice.last > slice.first && tenants_.back() == tenant) {
    times_.back() += time;
    return;
  }
  tenants_.push_back(tenant);
  times_.push_back(time);
  ++slice.last;
}

void TenantBook::Seal() {
  const auto before = [](const Slice& a, const Slice& b) {
    return a.span.start_us < b.span.start_us;
  };
  std::stable_sort(slices_.begin(), slices_.end(), before);
  tenants_.shrink_to_fit();
  times_.shrink_to_fit();
}

void TenantBook::Take(const TenantBook& other) {
  for (const Slice& slice : other.slices_) {
    // A slice of its own, also of a span that is there: once sorted, the last
    // slice need not be what ends at the end of the times.
    slices_.push_back({slice.span, times_.size(), times_.size()});
    for (size_t i = slice.first; i < slice.last; ++i) {
      Add(slice.span, other.tenants_[i], other.times_[i]);
    }
  }
  Seal();
}

}  // namespace drawdown
