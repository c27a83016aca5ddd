// The contract that the format's documentation shows, as users copy it.
#ifndef DRAWDOWN_TESTS_UNIT_CONTRACT_EXAMPLE_CONTRACT_H_
#define DRAWDOWN_TESTS_UNIT_CONTRACT_EXAMPLE_CONTRACT_H_

namespace drawdown {

// clang-format off
inline constexpr char kExampleContract[] = R"text(id: "aws-2025"
provider: "aws"                          # matches a pool path's first part and a bill's provider (aliases below)
provider_alias: "Amazon Web Services"    # how bills spell it; repeated
currency: "USD"
term { start: "2025-11-03T00:00:00Z" end: "2032-11-03T00:00:00Z" }
calendar { time_zone: "UTC" day_cut: "00:00" day_label: START month_day: 1 year_start: "11-03" }   # the provider's billing day, month, contract year
grace: "72h"                             # how late usage may still arrive before a period may be closed
pool { name: "aws/us-east-1/gb200" sku: "p6e-gb200.36xlarge" region: "us-east-1" gpus_per_unit: 4 }   # how bills name it; repeated

rate { pool: "aws/*/gb200" price: "4.10" from: "2025-11-03T00:00:00Z" }           # on-demand, per GPU-hour; '*' = any one path part
rate { pool: "aws/*/h100"  tier { up_to: "100000" price: "2.90" } tier { price: "2.60" } tier_interval: MONTHLY }
rounding { level: LINE scale: 6 }        # SEGMENT | LINE | STATEMENT (adds one `rounding` line); decimals kept; half-even
grain { seconds: 1 minimum_seconds: 60 direction: UP }   # optional: the provider's billing grain per run and pool

commitment {
  id: "gb200-reserved"  category: USAGE  model: CONTINUOUS  interval: HOURLY      # N GPUs, paid used or not
  layer: 1  priority: 10
  applies { dimension: "pool" operator: IN value: "aws/us-east-1/gb200" }         # FOCUS 1.4 operators; also "tenant", "region", "sku"
  step { from: "2025-11-03T00:00:00Z" quantity: "8192" }                          # quantity = GPU-hours per interval: the ramp
  step { from: "2026-06-01T00:00:00Z" quantity: "65536" }
  step { from: "2026-12-31T00:00:00Z" quantity: "262144" }
  delivered { from: "2025-11-03T00:00:00Z" quantity: "0" } delivered { from: "2025-11-17T00:00:00Z" quantity: "8192" }   # what really came; absent = as contracted
  price: "2.05"                          # per covered GPU-hour
  shortfall { policy: TAKE_OR_PAY price: "2.05" }     # or WAIVED
}
commitment {
  id: "h100-block"  category: USAGE  model: DISCONTINUOUS  interval: MONTHLY
  layer: 1  priority: 20
  applies { dimension: "pool" operator: STARTS_WITH value: "aws/us-west-2/h100" }
  step { from: "2025-12-01T00:00:00Z" quantity: "5000" }
  price: "1.90"  overage { factor: "1.25" }           # of this price; or price: "...", or refuse: true
  rollover { intervals: 1 cap: "0.5" }                # unused carried forward, at most half of one interval's quantity
  shortfall { policy: TAKE_OR_PAY price: "1.90" }
}
commitment {
  id: "spend"  category: SPEND  model: DISCONTINUOUS  interval: ANNUAL            # contract years of the calendar
  layer: 2
  applies { dimension: "provider" operator: IN value: "aws" }
  applies { dimension: "kind" operator: NOT_IN value: "credit" }
  applies { dimension: "region" operator: IN value: "us-west-2" fraction: "0.5" }      # only half of this region's spend counts
  step { from: "2025-11-03T00:00:00Z" cost: "1500000000" }
  step { from: "2026-11-03T00:00:00Z" cost: "5428571428.57" }
  shortfall { policy: TAKE_OR_PAY }
}
expansion { commitment: "gb200-reserved" adds: "131072" exercisable_from: "2027-01-01T00:00:00Z" until: "2028-12-31T00:00:00Z" price: "1.95" }   # exercised by a new version that adds exercised_from
credit { id: "sla-2026-01" amount: "125000" from: "2026-02-01T00:00:00Z" until: "2026-12-31T00:00:00Z" applies { dimension: "pool" operator: STARTS_WITH value: "aws/" } }
allotment { commitment: "gb200-reserved" tenant: "acme/chat"     share: "0.6" may_borrow: true }
allotment { commitment: "gb200-reserved" tenant: "acme/research" share: "0.4" may_borrow: true }
)text";

// The same as JSON, with both spellings of names.
inline constexpr char kExampleContractJson[] = R"text({
  "id": "aws-2025",
  "provider": "aws",
  "providerAlias": ["Amazon Web Services"],
  "currency": "USD",
  "term": {"start": "2025-11-03T00:00:00Z", "end": "2032-11-03T00:00:00Z"},
  "calendar": {
    "timeZone": "UTC",
    "dayCut": "00:00",
    "dayLabel": "START",
    "monthDay": 1,
    "yearStart": "11-03"
  },
  "grace": "72h",
  "pool": [
    {
      "name": "aws/us-east-1/gb200",
      "sku": "p6e-gb200.36xlarge",
      "region": "us-east-1",
      "gpus_per_unit": 4
    }
  ],
  "rate": [
    {"pool": "aws/*/gb200", "price": "4.10", "from": "2025-11-03T00:00:00Z"},
    {
      "pool": "aws/*/h100",
      "tier": [{"upTo": "100000", "price": "2.90"}, {"price": "2.60"}],
      "tierInterval": "MONTHLY"
    }
  ],
  "rounding": {"level": "LINE", "scale": 6},
  "grain": {"seconds": "1", "minimumSeconds": "60", "direction": "UP"},
  "commitment": [
    {
      "id": "gb200-reserved",
      "category": "USAGE",
      "model": "CONTINUOUS",
      "interval": "HOURLY",
      "layer": 1,
      "priority": 10,
      "applies": [
        {
          "dimension": "pool",
          "operator": "IN",
          "value": ["aws/us-east-1/gb200"]
        }
      ],
      "step": [
        {"from": "2025-11-03T00:00:00Z", "quantity": "8192"},
        {"from": "2026-06-01T00:00:00Z", "quantity": "65536"},
        {"from": "2026-12-31T00:00:00Z", "quantity": "262144"}
      ],
      "delivered": [
        {"from": "2025-11-03T00:00:00Z", "quantity": "0"},
        {"from": "2025-11-17T00:00:00Z", "quantity": "8192"}
      ],
      "price": "2.05",
      "shortfall": {"policy": "TAKE_OR_PAY", "price": "2.05"}
    },
    {
      "id": "h100-block",
      "category": "USAGE",
      "model": "DISCONTINUOUS",
      "interval": "MONTHLY",
      "layer": 1,
      "priority": 20,
      "applies": [
        {
          "dimension": "pool",
          "operator": "STARTS_WITH",
          "value": ["aws/us-west-2/h100"]
        }
      ],
      "step": [{"from": "2025-12-01T00:00:00Z", "quantity": "5000"}],
      "price": "1.90",
      "shortfall": {"policy": "TAKE_OR_PAY", "price": "1.90"},
      "overage": {"factor": "1.25"},
      "rollover": {"intervals": 1, "cap": "0.5"}
    },
    {
      "id": "spend",
      "category": "SPEND",
      "model": "DISCONTINUOUS",
      "interval": "ANNUAL",
      "layer": 2,
      "applies": [
        {"dimension": "provider", "operator": "IN", "value": ["aws"]},
        {"dimension": "kind", "operator": "NOT_IN", "value": ["credit"]},
        {
          "dimension": "region",
          "operator": "IN",
          "value": ["us-west-2"],
          "fraction": "0.5"
        }
      ],
      "step": [
        {"from": "2025-11-03T00:00:00Z", "cost": "1500000000"},
        {"from": "2026-11-03T00:00:00Z", "cost": "5428571428.57"}
      ],
      "shortfall": {"policy": "TAKE_OR_PAY"}
    }
  ],
  "expansion": [
    {
      "commitment": "gb200-reserved",
      "adds": "131072",
      "exercisableFrom": "2027-01-01T00:00:00Z",
      "until": "2028-12-31T00:00:00Z",
      "price": "1.95"
    }
  ],
  "credit": [
    {
      "id": "sla-2026-01",
      "amount": "125000",
      "from": "2026-02-01T00:00:00Z",
      "until": "2026-12-31T00:00:00Z",
      "applies": [{"dimension": "pool", "operator": "STARTS_WITH", "value": ["aws/"]}]
    }
  ],
  "allotment": [
    {
      "commitment": "gb200-reserved",
      "tenant": "acme/chat",
      "share": "0.6",
      "mayBorrow": true
    },
    {
      "commitment": "gb200-reserved",
      "tenant": "acme/research",
      "share": "0.4",
      "mayBorrow": true
    }
  ]
})text";
// clang-format on

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_CONTRACT_EXAMPLE_CONTRACT_H_
