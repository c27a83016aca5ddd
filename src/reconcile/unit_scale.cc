#include "reconcile/unit_scale.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace drawdown {
namespace {

// Twice and half are left out: one node more or less is no unit.
constexpr std::array<int64_t, 9> kFactors = {
    8, 60, 3600, 10, 100, 1000, 10'000, 100'000, 1'000'000};

// Whether `large` is `small` x factor, give or take `slack`. Beyond 2^100 no
// product is tried: no unit is off by that much.
bool IsTimes(Int128 large, Int128 small, int64_t factor, Int128 slack) {
  constexpr Int128 kLimit = static_cast<Int128>(1) << 100;
  if (small > kLimit || small < -kLimit) return false;
  const Int128 rest = large - small * factor;
  return rest <= slack && rest >= -slack;
}

std::optional<UnitScale> Try(Int128 billed, Int128 right, Int128 slack,
                             int64_t factor) {
  if (factor < 3) return std::nullopt;
  if (IsTimes(billed, right, factor, slack)) {
    return UnitScale{.factor = factor};
  }
  constexpr Int128 kMostSlack = static_cast<Int128>(1) << 80;
  if (slack < kMostSlack && IsTimes(right, billed, factor, slack * factor)) {
    return UnitScale{.factor = factor, .too_small = true};
  }
  return std::nullopt;
}

std::string_view NameOf(int64_t factor, int64_t gpus_per_unit) {
  if (factor == gpus_per_unit) return "the GPUs of a billed unit";
  if (factor == 8) return "the GPUs of a node";
  if (factor == 60) return "minutes and hours, or seconds and minutes";
  if (factor == 3600) return "seconds and hours";
  return "a power of ten, such as a block size";
}

}  // namespace

std::optional<UnitScale> FindUnitScale(Int128 billed, Int128 right,
                                       Int128 slack, int64_t gpus_per_unit) {
  if (billed == 0 || right == 0) return std::nullopt;
  if (auto scale = Try(billed, right, slack, gpus_per_unit)) return scale;
  for (const int64_t factor : kFactors) {
    if (auto scale = Try(billed, right, slack, factor)) return scale;
  }
  return std::nullopt;
}

std::string UnitScaleText(const UnitScale& scale, int64_t gpus_per_unit) {
  return absl::StrCat(scale.factor, " times too ",
                      scale.too_small ? "little" : "much", ": ",
                      std::string(NameOf(scale.factor, gpus_per_unit)));
}

}  // namespace drawdown
