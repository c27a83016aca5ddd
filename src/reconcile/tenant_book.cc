#include "reconcile/tenant_book.h"

namespace drawdown {

void TenantBook::Add(const Interval& span, uint32_t tenant, GpuTime time) {
  if (slices_.empty() || slices_.back().span != span) {
    slices_.push_back({span, times_.size(), times_.size()});
  }
  Slice& slice = slices_.back();
  const bool again = slice.last > slice.first && times_.back().tenant == tenant;
  if (again) {
    times_.back().time += time;
    return;
  }
  times_.push_back({tenant, time});
  ++slice.last;
}

void TenantBook::Seal() {
  const auto before = [](const Slice& a, const Slice& b) {
    return a.span.start_us < b.span.start_us;
  };
  std::stable_sort(slices_.begin(), slices_.end(), before);
  times_.shrink_to_fit();
}

}  // namespace drawdown
