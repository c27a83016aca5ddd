#include "reconcile/capacity_price.h"

#include <algorithm>
#include <vector>

#include "base/wide.h"

namespace drawdown {

std::optional<MoneyAmount> CapacityPrice(const Contract& contract,
                                         const std::string& pool,
                                         const Interval& charge, GpuTime time) {
  if (!time.valid()) return std::nullopt;
  std::vector<int64_t> edges = {charge.start_us};
  for (const Rate& rate : contract.rates) {
    if (rate.from_us > charge.start_us && rate.from_us < charge.end_us) {
      edges.push_back(rate.from_us);
    }
  }
  std::sort(edges.begin(), edges.end());
  const Int128 length =
      std::max<Int128>(1, Int128{charge.end_us} - charge.start_us);
  MoneyAmount sum;
  MoneyAmount price;
  GpuTime before;  // of `time`, before the last change of the price
  for (const int64_t edge_us : edges) {
    const Rate* const rate = FindRate(contract, pool, edge_us);
    if (rate == nullptr) return std::nullopt;
    const MoneyAmount next = rate->tiers.front().price;
    if (next == price) continue;
    const absl::StatusOr<Int128> until =
        MulDivHalfEven(time.count(), Int128{edge_us} - charge.start_us, length);
    if (!until.ok()) return std::nullopt;
    sum += Price(price, GpuTime(*until) - before);
    before = GpuTime(*until);
    price = next;
  }
  return sum + Price(price, time - before);
}

}  // namespace drawdown
