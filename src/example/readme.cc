#include "example/files.h"

namespace drawdown::example {

std::string Readme() {
  return R"(# A made-up October at two GPU clouds

`drawdown example` wrote these files; it writes the same bytes on every machine.
Companies, contracts, prices and people in them do not exist.

| file | what it is |
|---|---|
| `aws-2025.textproto` | a seven-year contract: reserved GB200s that ramp up, on-demand rates, an annual spend commitment, an expansion option |
| `nordgpu-2026.textproto` | a second provider, in euros and in Stockholm's calendar: a monthly block of H100 hours with a true-up, H200s on demand |
| `runs.csv` | every run of six tenants in October 2026, with requeues, resizes, node failures, runs that never started, cross the month's edges or are still open |
| `bill-aws-2026-10.csv.gz` | the first provider's bill, FOCUS 1.2, hourly |
| `bill-nordgpu-2026-10.csv` | the second provider's bill, FOCUS 1.2, daily |
| `planted.csv` | every error that was planted in the bills: the answers |

`planted.csv` has one row per item that `reconcile` must report; the items of one
story share a `plant`, and `error` names what went wrong: 51 kinds of error, from a
node too many to a day of 25 hours billed as 24. The bills hold many more rows than
that which are right, and some that look odd and are right: a refund beside what it
refunds, a row split by a discount, a GpuCount that the contract overrules, unused
reserved capacity, a rounding line.

## Try it

```sh
export DRAWDOWN_LEDGER=books
export AT=2026-11-01T00:00:00Z      # look at the books as of the month's end
drawdown init
drawdown contract apply aws-2025.textproto nordgpu-2026.textproto
drawdown import runs runs.csv
drawdown usage --by tenant,day --from 2026-10-01T00:00:00Z --at $AT
drawdown status --at 2026-10-31T22:00:00Z
drawdown statement --contract aws-2025 --period 2026-10 --at $AT
drawdown bill summary bill-aws-2026-10.csv.gz
drawdown reconcile --contract aws-2025 --period 2026-10 --at $AT \
  --tenant-tag tenant --breaks breaks-aws.csv bill-aws-2026-10.csv.gz
drawdown reconcile --contract nordgpu-2026 --period 2026-10 --at $AT \
  --breaks breaks-nordgpu.csv bill-nordgpu-2026-10.csv
drawdown verify
```

`reconcile` exits with 1, as there are differences to find. Compare the lines of
the `breaks` files whose class is not `matched`, `within_tolerance`, `rounding` or
`non_usage` with `planted.csv`: they are the same, to the last digit.
`docs/examples/demo.sh` in drawdown's sources does all of this and the comparison.
)";
}

}  // namespace drawdown::example
