#include "cli/hold_request.h"

#include <optional>

#include "base/error.h"

namespace drawdown {
namespace {

absl::Status Required(const std::string& what) {
  return MakeError(ErrorCode::kInvalidArgument, what + " is required");
}

}  // namespace

void AddHoldOptions(Verb* verb, HoldTexts* texts) {
  verb->Text("tenant", "PATH", "Who will use it", &texts->tenant)
      .Text("pool", "PATH", "Where", &texts->pool)
      .Text("gpu-hours", "N", "GPU time to hold", &texts->amount.gpu_hours)
      .Text("gpu-seconds", "N", "The same in GPU-seconds",
            &texts->amount.gpu_seconds)
      .Text("gpus", "N", "GPUs at once to hold, for quotas of GPUs",
            &texts->gpus)
      .Text("for", "LENGTH", "It expires after 90s, 30m, 1h, 2d ...; else 1h",
            &texts->ttl);
}

absl::Status CheckWhose(const HoldTexts& texts) {
  if (texts.tenant.empty()) return Required("--tenant");
  if (texts.pool.empty()) return Required("--pool");
  return absl::OkStatus();
}

absl::StatusOr<HoldRequest> HoldRequestOf(const HoldTexts& texts) {
  HoldRequest request;
  request.hold_id = texts.hold_id;
  request.tenant = texts.tenant;
  request.pool = texts.pool;
  ASSIGN_OR_RETURN(request.ttl_us, LengthOption("for", texts.ttl));
  ASSIGN_OR_RETURN(const std::optional<GpuTime> time,
                   GpuTimeOption("", texts.amount));
  if (!time && texts.gpus.empty()) {
    return Required("--gpu-hours, --gpu-seconds or --gpus");
  }
  request.gpu_time = time.value_or(GpuTime());
  if (!texts.gpus.empty()) {
    ASSIGN_OR_RETURN(request.micro_gpus, GpusOption("gpus", texts.gpus));
  }
  return request;
}

}  // namespace drawdown
