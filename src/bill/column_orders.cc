#include "bill/column_orders.h"

#include <algorithm>
#include <numeric>

namespace drawdown {

ColumnOrder ColumnOrders::Next(const std::vector<std::string>& header) {
  ColumnOrder order;
  order.by_name.resize(header.size());
  std::iota(order.by_name.begin(), order.by_name.end(), 0u);
  std::sort(
      order.by_name.begin(), order.by_name.end(),
      [&header](uint32_t a, uint32_t b) { return header[a] < header[b]; });
  std::vector<std::string> names = header;
  std::sort(names.begin(), names.end());
  const auto [first, added] =
      first_.try_emplace(std::move(names), order.by_name);
  if (added || first->second == order.by_name) return order;
  order.as_first.resize(header.size());
  for (size_t i = 0; i < header.size(); ++i) {
    order.as_first[first->second[i]] = order.by_name[i];
  }
  return order;
}

}  // namespace drawdown
