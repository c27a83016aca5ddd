// Which columns each dataset of FOCUS has, since when, and how much each is
// needed.
#ifndef DRAWDOWN_SRC_BILL_DATASET_COLUMNS_H_
#define DRAWDOWN_SRC_BILL_DATASET_COLUMNS_H_

#include <cstdint>
#include <span>

#include "bill/columns.h"

namespace drawdown {

enum class ColumnNeed : uint8_t {
  kRequired,   // without it nothing can be read
  kMandatory,  // FOCUS demands it
  kOptional,
};

struct DatasetColumn {
  BillColumn column;
  FocusVersion since;
  ColumnNeed need = ColumnNeed::kOptional;
  FocusVersion last_needed = FocusVersion::k14;
  FocusVersion last = FocusVersion::k14;
};

std::span<const DatasetColumn> ColumnsOf(Dataset dataset);

// Null if the dataset has no such column.
const DatasetColumn* FindIn(Dataset dataset, BillColumn column);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_DATASET_COLUMNS_H_
