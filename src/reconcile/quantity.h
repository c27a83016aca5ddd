// GPU time of a bill row: PricingQuantity in PricingUnit, times the GPUs one
// unit stands for.
#ifndef DRAWDOWN_SRC_RECONCILE_QUANTITY_H_
#define DRAWDOWN_SRC_RECONCILE_QUANTITY_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/decimal.h"
#include "drawdown/units.h"

namespace drawdown {

// A pricing unit that is a span of time.
struct TimeUnit {
  int64_t seconds = 0;
  bool per_gpu = false;  // "GPU-Hours": already counts GPUs
};

struct BilledUnit {
  std::optional<TimeUnit> time;  // of a machine or a GPU
  // Time, but how much of it or of what is not known: "1,000 Hours",
  // "ONE HUNDRED GPU HOURS", "License-Hours". Nothing is guessed, and nothing
  // is called another thing.
  bool unclear = false;
  bool gpus = false;  // time of GPUs, clear or not
};

// Time is "Hours", "Hrs", "1 Hour", "100 Hours", "Instance-Hours", "GPU Hours",
// "H100 GPU-Seconds" ...: a whole block size from 1 to 10^6, and no noun, one
// of those that bills have for a machine, or GPUs. Neither time nor unclear is
// what is surely of another thing ("GB-Hours", "vCPU-Hours", "Requests").
BilledUnit ParseUnit(std::string_view pricing_unit);

struct BilledGpuTime {
  GpuTime time;
  GpuTime one_unit;  // GPU time of quantity 1
  int scale = 0;     // published places of the quantity
};

// kOverflow when it does not fit. `micro_gpus` counts the GPUs of one unit.
absl::StatusOr<BilledGpuTime> ToGpuTime(const Decimal& quantity, TimeUnit unit,
                                        int64_t micro_gpus);

// What publishing quantities rounded to `scale` places may hide in `rows` rows
// whose one_unit sum to `units`: half a unit of the last place each. Quantities
// without a fraction are taken as exact: whole hours are what was rated.
GpuTime PublishingSlack(GpuTime units, int scale, uint64_t rows);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_QUANTITY_H_
