// What is odd about capacity that was just stated: not wrong by itself, since
// its other half may come in another file, but worth a look.
#ifndef DRAWDOWN_SRC_ENGINE_CAPACITY_NOTES_H_
#define DRAWDOWN_SRC_ENGINE_CAPACITY_NOTES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "drawdown/import.h"
#include "engine/import_csv.h"
#include "ledger/capacity.h"
#include "ledger/store.h"

namespace drawdown {

// A row that was read, and the place to name.
struct PlacedCapacity {
  std::string where;  // "capacity.csv:3"
  std::string pool;
  CapacityState state = CapacityState::kDelivered;
  std::string capacity_id;
  int64_t start_us = 0;
};
PlacedCapacity PlaceOf(const CapacityRowView& row, std::string where);

// A note for each stretch of time in which one of the rows lies and more GPUs
// of its pool are excluded than delivered and replaced, or more are replaced
// than excluded: at most `limit`, and how many there are beyond. `books` have
// the rows.
absl::Status NoteOddCapacity(ReadTransaction* books,
                             const std::vector<PlacedCapacity>& rows,
                             size_t limit, ImportResult* result);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_CAPACITY_NOTES_H_
