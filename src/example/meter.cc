#include "example/meter.h"

#include <algorithm>

namespace drawdown::example {

HourlyMeter::HourlyMeter(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (!run.start) continue;
    const int64_t run_end = run.end.value_or(kMonthEnd);
    for (int64_t at = *run.start; at < run_end;) {
      const int64_t hour = at - at % kHour;
      const int64_t end = std::min(run_end, hour + kHour);
      // Millionths of a GPU x seconds = GPUs x microseconds.
      hours_[{run.pool, hour}] += GpuTime(run.micro_gpus) * (end - at);
      at = end;
    }
  }
}

GpuTime HourlyMeter::At(const Pool& pool, int64_t hour) const {
  const auto found = hours_.find({&pool, hour});
  return found == hours_.end() ? GpuTime() : found->second;
}

GpuTime HourlyMeter::Sum(const Pool& pool, int64_t start, int64_t end) const {
  GpuTime sum;
  for (int64_t hour = start; hour < end; hour += kHour) sum += At(pool, hour);
  return sum;
}

}  // namespace drawdown::example
