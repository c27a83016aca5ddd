#include "example/contracts.h"

namespace drawdown::example {

std::string_view NordContractText() {
  return R"(# Two years at NordGPU, a neocloud that does not exist: a monthly block of H100
# hours with a true-up, and H200s on demand. All figures are made up.

id: "nordgpu-2026"
provider: "nordgpu"
provider_alias: "NordGPU"
provider_alias: "NordGPU AB"
currency: "EUR"  # currencies are never added together

# Its billing days and months are Stockholm's: October 2026 starts at 22:00 UTC
# on 30 September and has 745 hours, as summer time ends on the 25th.
calendar {
  time_zone: "Europe/Stockholm" day_cut: "00:00" day_label: START
  month_day: 1 year_start: "07-01"
}
term { start: "2026-07-01T00:00:00+02:00" end: "2028-07-01T00:00:00+02:00" }
grace: "48h"

pool {
  name: "nordgpu/lulea-1/h100" sku: "NG-H100-SXM"
  region: "lulea-1" gpus_per_unit: 1  # its bills count GPU-hours
}
pool {
  name: "nordgpu/lulea-1/h200" sku: "NG-H200-SXM"
  region: "lulea-1" gpus_per_unit: 1
}

rate { pool: "nordgpu/*/h100" price: "2.35" from: "2026-07-01T00:00:00+02:00" }
rate { pool: "nordgpu/*/h200" price: "2.95" from: "2026-07-01T00:00:00+02:00" }
rate { pool: "nordgpu/*/h200" price: "2.80" from: "2026-10-10T00:00:00+02:00" }
rounding { level: LINE scale: 6 }

# A pool of hours per month. What is not drawn by the month's end is paid as a
# true-up. The step of 16 October cuts the month, so October is prorated by its
# hours: 149000 x 360/745 + 178800 x 385/745 = 164400 GPU-hours.
commitment {
  id: "h100-block"
  category: USAGE
  model: DISCONTINUOUS
  interval: MONTHLY
  layer: 1
  priority: 10
  applies { dimension: "pool" operator: IN value: "nordgpu/lulea-1/h100" }
  step { from: "2026-07-01T00:00:00+02:00" quantity: "149000" }
  step { from: "2026-10-16T00:00:00+02:00" quantity: "178800" }
  price: "1.95"
  shortfall { policy: TAKE_OR_PAY price: "1.95" }
}
)";
}

}  // namespace drawdown::example
