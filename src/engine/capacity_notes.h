// The capacity that an import states: each row beside those before it, and what
// is odd about all of it: not wrong by itself, since its other half may come in
// another file, but worth a look.
#ifndef DRAWDOWN_SRC_ENGINE_CAPACITY_NOTES_H_
#define DRAWDOWN_SRC_ENGINE_CAPACITY_NOTES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/import_csv.h"
#include "ledger/capacity.h"
#include "ledger/store.h"

namespace drawdown {

// Names the place of a row, "capacity.csv:3".
using NamePlace = std::function<std::string(uint64_t place)>;

// Keeps a key and three numbers for each row.
class StatedCapacity {
 public:
  // kBadRow; kConflict with a row before it.
  absl::Status Add(const CapacityRowView& row);

  // A note for each stretch of time in which one of the rows lies and more
  // GPUs of its pool are excluded than delivered and replaced, or more are
  // replaced than excluded: at most `limit`, and how many there are beyond. Of
  // the books what lies between the first and the last row of a pool is read;
  // they may have the rows or not.
  absl::StatusOr<std::vector<std::string>> Notes(
      ReadTransaction* books, size_t limit, const NamePlace& name_place) const;

 private:
  struct Pool {
    uint32_t number = 0;  // in order of appearance
    int64_t from_us = 0;
    int64_t to_us = 0;
  };

  std::map<std::string, Pool, std::less<>> pools_;
  CapacityMap rows_;  // by pool number; the sequence is the place
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_CAPACITY_NOTES_H_
