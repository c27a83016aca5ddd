// Amounts that are off by a factor that units are known to be confused by.
#ifndef DRAWDOWN_SRC_RECONCILE_UNIT_SCALE_H_
#define DRAWDOWN_SRC_RECONCILE_UNIT_SCALE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "drawdown/units.h"

namespace drawdown {

struct UnitScale {
  int64_t factor = 1;
  bool too_small = false;  // billed x factor is right, not billed / factor
  bool of_money = false;   // the hours agree, the money is off
};

// The factor by which `billed` is exactly off, to within `slack` of a billed
// unit: the GPUs of a billed unit, 8 (GPUs of a node), 60, 3600, or 10, 100 ...
// 10^6. Nothing when either is zero.
std::optional<UnitScale> FindUnitScale(Int128 billed, Int128 right,
                                       Int128 slack, int64_t gpus_per_unit);

// "8 times too much (GPUs of a node)".
std::string UnitScaleText(const UnitScale& scale, int64_t gpus_per_unit);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_UNIT_SCALE_H_
