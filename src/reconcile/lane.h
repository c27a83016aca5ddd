// What bill rows and charges have in common: the lane they are compared in.
#ifndef DRAWDOWN_SRC_RECONCILE_LANE_H_
#define DRAWDOWN_SRC_RECONCILE_LANE_H_

#include <cstdint>
#include <utility>

#include "model/charge.h"

namespace drawdown {

enum class RowKind : uint8_t {
  kOnDemand,  // usage at the rate card or as overage
  kCovered,   // usage a commitment covers
  kUnused,    // the part of a commitment nobody used
  kPurchase,  // the recurring fee of a commitment
  kUpfront,   // a one-time fee of a commitment
  kNone,      // not compared
};

// Pools and commitments by interned name. A usage lane has a pool, a purchase
// or unused lane only its commitment.
struct Lane {
  RowKind kind = RowKind::kNone;
  uint32_t pool = kNoIndex;
  uint32_t commitment = kNoIndex;

  friend bool operator==(const Lane&, const Lane&) = default;
  friend auto operator<=>(const Lane&, const Lane&) = default;
  template <typename Hash>
  friend Hash AbslHashValue(Hash state, const Lane& lane) {
    return Hash::combine(std::move(state), lane.kind, lane.pool,
                         lane.commitment);
  }
};

inline bool IsUsage(RowKind kind) {
  return kind == RowKind::kOnDemand || kind == RowKind::kCovered;
}

inline bool IsPurchase(RowKind kind) {
  return kind == RowKind::kPurchase || kind == RowKind::kUpfront;
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_LANE_H_
