// In which order the fields of a row are taken where rows are told apart, so
// that a copy is found in a file whose columns stand in another order.
#ifndef DRAWDOWN_SRC_BILL_COLUMN_ORDERS_H_
#define DRAWDOWN_SRC_BILL_COLUMN_ORDERS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace drawdown {

struct ColumnOrder {
  // Indices of the file's columns in the order of the first file that has the
  // same ones; empty where they stand so.
  std::vector<uint32_t> as_first;
  // The same by name: an order that does not depend on the other files.
  std::vector<uint32_t> by_name;
};

class ColumnOrders {
 public:
  // `header`: of the next file, its names all different.
  ColumnOrder Next(const std::vector<std::string>& header);

 private:
  // By the names in order: where each stands in the first such file.
  std::map<std::vector<std::string>, std::vector<uint32_t>> first_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_COLUMN_ORDERS_H_
