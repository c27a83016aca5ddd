#include "example/contracts.h"

namespace drawdown::example {

std::string_view AwsContractText() {
  return R"(# A seven-year, USD 38 billion contract for GPUs that ramps up until the end of
# 2026, modelled on what the press reported of such agreements. All figures are
# made up. Field by field: docs/formats.md. Check it with
#   drawdown contract validate aws-2025.textproto

id: "aws-2025"
provider: "aws"                        # the first part of its pools' names
provider_alias: "Amazon Web Services"  # how its bills spell it
provider_alias: "Amazon Web Services, Inc."
currency: "USD"
term { start: "2025-11-03T00:00:00Z" end: "2032-11-03T00:00:00Z" }

# Bills cut days and months at midnight UTC; contract years start on 3 November.
calendar {
  time_zone: "UTC" day_cut: "00:00" day_label: START
  month_day: 1 year_start: "11-03"
}
grace: "72h"  # usage may arrive this late before a month can be closed

# How bills name the pools. A p6e-gb200.36xlarge hour is four GPU-hours.
pool {
  name: "aws/us-east-1/gb200" sku: "p6e-gb200.36xlarge"
  region: "us-east-1" gpus_per_unit: 4
}
pool {
  name: "aws/us-east-1/h200" sku: "p5en.48xlarge"
  region: "us-east-1" gpus_per_unit: 8
}
pool {
  name: "aws/us-west-2/h100" sku: "p5.48xlarge"
  region: "us-west-2" gpus_per_unit: 8
}
pool {
  name: "aws/us-west-2/b200" sku: "p6-b200.48xlarge"
  region: "us-west-2" gpus_per_unit: 8
}

# On-demand prices per GPU-hour, for what no commitment covers.
# '*' stands for any one part of a pool's name.
rate { pool: "aws/*/gb200" price: "4.10" from: "2025-11-03T00:00:00Z" }
rate { pool: "aws/*/h200" price: "3.60" from: "2025-11-03T00:00:00Z" }
rate { pool: "aws/*/h200" price: "3.45" from: "2026-10-12T00:00:00Z" }
rate { pool: "aws/*/h100" price: "2.90" from: "2025-11-03T00:00:00Z" }
rate { pool: "aws/*/b200" price: "3.80" from: "2025-11-03T00:00:00Z" }

# Each line of a statement is rounded half-even to six decimals.
rounding { level: LINE scale: 6 }

# The ramp: GPUs that are paid for in every hour, used or not. A quantity is
# GPU-hours per interval; the interval is an hour, so it is also a GPU count.
commitment {
  id: "gb200-reserved"
  category: USAGE
  model: CONTINUOUS
  interval: HOURLY
  layer: 1
  priority: 10
  applies { dimension: "pool" operator: IN value: "aws/us-east-1/gb200" }
  step { from: "2025-11-03T00:00:00Z" quantity: "4096" }
  step { from: "2026-02-01T00:00:00Z" quantity: "8192" }
  step { from: "2026-06-01T00:00:00Z" quantity: "16384" }
  step { from: "2026-09-01T00:00:00Z" quantity: "24576" }
  step { from: "2026-10-15T00:00:00Z" quantity: "32768" }
  step { from: "2026-11-15T00:00:00Z" quantity: "98304" }
  step { from: "2026-12-31T00:00:00Z" quantity: "262144" }
  price: "2.05"
  shortfall { policy: TAKE_OR_PAY price: "2.05" }
  overage { price: "4.10" }  # beyond the ramp; what the rate above says too
}

# From 2027 half as much again may be added, for less. It counts only once a new
# version of this file says exercised_from.
expansion {
  commitment: "gb200-reserved"
  adds: "131072"
  exercisable_from: "2027-01-01T00:00:00Z"
  until: "2028-12-31T00:00:00Z"
  price: "1.95"
}

# The money promised per contract year: USD 38 billion in all. It is in a layer
# of its own, so the reservation's cost (about USD 28 billion over the term)
# counts toward it too; the rest has to be on-demand use or the expansion.
commitment {
  id: "spend"
  category: SPEND
  model: DISCONTINUOUS
  interval: ANNUAL
  layer: 2
  applies { dimension: "provider" operator: IN value: "aws" }
  step { from: "2025-11-03T00:00:00Z" cost: "400000000" }
  step { from: "2026-11-03T00:00:00Z" cost: "5600000000" }
  step { from: "2027-11-03T00:00:00Z" cost: "6300000000" }
  step { from: "2028-11-03T00:00:00Z" cost: "6400000000" }
  step { from: "2029-11-03T00:00:00Z" cost: "6400000000" }
  step { from: "2030-11-03T00:00:00Z" cost: "6450000000" }
  step { from: "2031-11-03T00:00:00Z" cost: "6450000000" }
  shortfall { policy: TAKE_OR_PAY }
}
)";
}

}  // namespace drawdown::example
