// What single fields of Slurm's `sacct` mean. Pure functions.
#ifndef DRAWDOWN_SRC_ENGINE_SACCT_FIELDS_H_
#define DRAWDOWN_SRC_ENGINE_SACCT_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"

namespace drawdown {

// The GPUs of an AllocTRES such as "cpu=64,gres/gpu=8,gres/gpu:h100=8,mem=1T".
struct SacctGpus {
  int64_t micro_gpus = 0;  // of MIG devices their parts, rounded half-even once
  int types = 0;           // gres/gpu:TYPE entries with GPUs
  bool shares = false;     // gres/shard or gres/mps: parts of GPUs, not counted
};

// Slurm lists typed GPUs a second time in the untyped total: they count once.
// kBadRow where the typed ones do not add up to the total, one is twice, or a
// MIG profile is not one; kBadNumber where a count is not a whole number.
absl::StatusOr<SacctGpus> ParseAllocTres(std::string_view text);

// Microseconds of [DD-[HH:]]MM:SS, with an optional fraction. None where sacct
// has nothing to say: "", "Unknown", "INVALID". kBadTime otherwise.
absl::StatusOr<std::optional<int64_t>> ParseSacctDuration(
    std::string_view text);

// Whether a field of sacct has no value: "", "Unknown", "None", "N/A", in any
// case.
bool IsAbsentInSacct(std::string_view text);

// "CANCELLED" of "CANCELLED by 1000".
std::string_view SacctStateName(std::string_view state);

// Whether a job in this state may have no end yet. States that are not known
// are not among them: a run without an end accrues for ever.
bool MayStillRunInSacct(std::string_view state);

// Whether the id is a step's ("123.batch", "123_4.0"), not a job's.
bool IsSacctStep(std::string_view job_id);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_SACCT_FIELDS_H_
