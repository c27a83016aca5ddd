// Stated capacity: its records in Table::kCapacity, and what a new one means
// beside those that are there.
//
// Records of one (pool, state, capacity id) are a series. Their keys are
// neighbours in order of start and they never overlap, so a new one is judged
// by the two that it would stand between.
#ifndef DRAWDOWN_SRC_LEDGER_CAPACITY_H_
#define DRAWDOWN_SRC_LEDGER_CAPACITY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "drawdown/capacity.h"
#include "ledger/entry.h"
#include "ledger/run_rules.h"
#include "ledger/store.h"

namespace drawdown {

// --- Table::kCapacity --------------------------------------------------------
struct StoredCapacity {
  int64_t end_us = 0;
  int64_t micro_gpus = 0;
  uint64_t sequence = 0;
};

struct CapacityKey {
  uint32_t pool = 0;
  CapacityState state = CapacityState::kDelivered;
  std::string_view capacity_id;
  int64_t start_us = 0;
};
std::string EncodeCapacityKey(const CapacityKey& key);
// Views `key`.
absl::StatusOr<CapacityKey> DecodeCapacityKey(std::string_view key);
// What the keys of its series begin with.
std::string_view SeriesOf(std::string_view key);
std::string EncodeCapacity(std::string_view key,
                           const StoredCapacity& capacity);
absl::StatusOr<StoredCapacity> DecodeCapacity(std::string_view key,
                                              std::string_view bytes);

// --- rules -------------------------------------------------------------------
inline CapacityKey KeyOf(const CapacityStated& row) {
  return {row.pool, row.state, row.capacity_id, row.start_us};
}

// kBadRow unless the values can stand in the books: as CheckUsage and CheckRun,
// and an id may be empty.
absl::Status CheckCapacity(const CapacityStated& row);

// Where the row would stand in its series: the last record that starts no later
// than it and the first that starts later, as far as there are any.
using CapacityNeighbor = std::pair<int64_t, StoredCapacity>;  // start
struct CapacityPlace {
  std::optional<CapacityNeighbor> before;
  std::optional<CapacityNeighbor> after;

  // Takes the nearer neighbours of both.
  void Add(const CapacityPlace& other);
};
using CapacityMap = std::map<std::string, StoredCapacity>;  // by key
absl::StatusOr<CapacityPlace> FindCapacityPlace(ReadTransaction* books,
                                                std::string_view key);
CapacityPlace FindCapacityPlace(const CapacityMap& records,
                                const std::string& key);

// kUnchanged when the books say so already; kConflict, naming both, when they
// say something else of any instant of the row.
absl::StatusOr<Verdict> JudgeCapacity(const CapacityPlace& place,
                                      const CapacityStated& row,
                                      const NameOf& name_of);

// "8 GPUs [.., ..)", for messages.
std::string DescribeCapacity(int64_t micro_gpus, int64_t start_us,
                             int64_t end_us);

// --- reading -----------------------------------------------------------------
// Calls `visit` for each record in order of pool path, state, id and start,
// until it returns false. The query's as_of_us is the caller's to heed.
absl::Status VisitCapacity(
    ReadTransaction* books, const CapacityQuery& query,
    const std::function<bool(const CapacityInfo&)>& visit);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_CAPACITY_H_
