// Capacity: how many GPUs of a pool the provider really had there, as it or
// whoever counted them states it. Plain values.
//
//   delivered(t) = delivered + replaced - excluded, never below 0
//
// where each term is the sum of the GPUs of that state's records that contain
// t. It holds where at least one `delivered` record contains t; elsewhere
// nothing is known, and the contract's own delivered steps stand. What a
// commitment was contracted and not delivered is `undelivered` in statements:
// hours without cost (docs/contracts.md, "Capacity that was stated").
#ifndef DRAWDOWN_CAPACITY_H_
#define DRAWDOWN_CAPACITY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "drawdown/export.h"
#include "drawdown/units.h"

namespace drawdown {

enum class CapacityState : uint8_t {
  kDelivered = 0,  // there, healthy or not
  kExcluded = 1,   // of these, not billable: cordoned, draining, failed
  kReplaced = 2,   // of the excluded, made good by other GPUs
};

// A constant number of GPUs over the half-open [start_us, end_us).
//
// Records of one (pool, state, capacity_id) are one series, and a series says
// one thing of an instant: its records must not overlap. Different series add
// up. So a record without an id speaks of the pool as a whole, and one with an
// id of a node, a rack or an order of it.
struct CapacityRecord {
  std::string pool;
  int64_t start_us = 0;
  int64_t end_us = 0;      // > start_us
  int64_t micro_gpus = 0;  // >= 0; 0 says that there was none
  CapacityState state = CapacityState::kDelivered;
  std::string capacity_id;  // at most 200 bytes; "": the pool as a whole
};

// A record as the books know it.
struct CapacityInfo {
  CapacityRecord record;
  uint64_t journal_sequence = 0;  // of the entry that states it
};

struct CapacityQuery {
  std::string pool;  // selector; "": all
  std::optional<CapacityState> state;
  // Only records that contain an instant of [from_us, to_us).
  std::optional<int64_t> from_us;
  std::optional<int64_t> to_us;
  // Only what was recorded by this instant.
  std::optional<int64_t> as_of_us;
  uint64_t limit = 0;  // 0: no limit
};

DRAWDOWN_EXPORT std::string_view CapacityStateName(
    CapacityState state);  // "excluded"
DRAWDOWN_EXPORT std::optional<CapacityState> ParseCapacityState(
    std::string_view name);

}  // namespace drawdown

#endif  // DRAWDOWN_CAPACITY_H_
