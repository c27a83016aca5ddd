// How much of a GPU a device is whose type Slurm names. Pure.
#ifndef DRAWDOWN_SRC_ENGINE_MIG_PROFILE_H_
#define DRAWDOWN_SRC_ENGINE_MIG_PROFILE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/ratio.h"

namespace drawdown {

// Sevenths, quarters and halves are whole numbers of these.
inline constexpr int64_t kPartsOfGpu = 28;

// How much of a GPU a device of the type is, in any case of letters:
// "a100_1g.5gb" is 1/7, "h100" 1. A MIG profile says how many compute slices
// it has; GPUs have seven of them, an A30 and an RTX PRO 6000 four, smaller RTX
// PROs two. A compute instance ("1c.3g.20gb") is the slices it has itself. The
// denominator divides kPartsOfGpu. kBadRow: it is written as a profile, or
// speaks of "mig", and no GPU is cut so, or which GPU or profile is not said.
// Source: NVIDIA's MIG user guide, "Supported GPUs", "Supported MIG Profiles"
// and "MIG Device Names".
absl::StatusOr<Ratio> PartOfGpu(std::string_view type);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_MIG_PROFILE_H_
