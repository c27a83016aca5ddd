// What was metered on pools in any number of windows, in one reading of the
// books.
#ifndef DRAWDOWN_SRC_ENGINE_METERED_WINDOWS_H_
#define DRAWDOWN_SRC_ENGINE_METERED_WINDOWS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/units.h"
#include "engine/impl.h"
#include "reconcile/reconcile.h"

namespace drawdown {

// Of each window the buckets that it touches. No bucket is read twice, however
// many windows there are over it; what none touches is not read.
absl::StatusOr<std::vector<GpuTime>> MeteredIn(
    const std::vector<PoolWindow>& windows, const BooksView& books,
    int64_t bucket_us, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_METERED_WINDOWS_H_
