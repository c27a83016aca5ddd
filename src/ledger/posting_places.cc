// Posting runs that have a part of one device.
#include "base/error.h"
#include "ledger/places.h"
#include "ledger/posting.h"

namespace drawdown {
namespace {

absl::Status CheckPlaced(const RunChanged& start, const RunPlaced& placed) {
  if (placed.device.empty()) {
    return MakeError(ErrorCode::kBadRow,
                     "run " + DescribeRun(start.run_id, start.attempt) +
                         ": share " + FormatRatio(placed.share) +
                         " of no device");
  }
  RETURN_IF_ERROR(CheckText("device", placed.device, 1, kMaxIdBytes));
  if (!IsValidRatio(placed.share) || placed.share.zero()) {
    return MakeError(ErrorCode::kBadRow,
                     "run " + DescribeRun(start.run_id, start.attempt) +
                         ": share " + FormatRatio(placed.share) +
                         " of device " + std::string(placed.device));
  }
  if (start.micro_gpus == 0) return absl::OkStatus();
  return MakeError(ErrorCode::kBadRow,
                   "run " + DescribeRun(start.run_id, start.attempt) +
                       ": its GPUs follow from its share of a device; they "
                       "are not given");
}

std::string DescribePlace(const std::optional<DevicePlace>& place) {
  if (!place) return "on no device";
  return "on " + FormatRatio(place->share) + " of device " + place->device;
}

absl::Status CheckKnown(const RunPlaced& placed, bool known) {
  if (known) return absl::OkStatus();
  return MakeError(ErrorCode::kNotFound,
                   "run " + DescribeRun(placed.run_id, placed.attempt) +
                       " is not in the books: it has no place on device " +
                       std::string(placed.device));
}

}  // namespace

absl::StatusOr<int64_t> Posting::GpusOfShare(const RunStarting& starting) {
  const RunChanged& start = starting.change;
  RETURN_IF_ERROR(CheckPlaced(
      start, {start.run_id, start.attempt, starting.device, starting.share}));
  ASSIGN_OR_RETURN(const KnownRun known, FindRun(start.run_id, start.attempt));
  const DevicePlace stated = {std::string(starting.device), starting.share};
  if (known.run) {
    ASSIGN_OR_RETURN(const auto place,
                     ReadPlace(transaction_.get(), runs_[known.index].key));
    if (place != stated || known.run->segments.empty()) {
      return MakeError(ErrorCode::kConflict,
                       "run " + DescribeRun(start.run_id, start.attempt) +
                           " is in the books " + DescribePlace(place) +
                           "; this says " + DescribePlace(stated));
    }
    return known.run->segments.front().micro_gpus;
  }
  ASSIGN_OR_RETURN(
      const std::vector<DeviceUse> others,
      ReadDeviceUses(transaction_.get(), starting.device, start.at_us));
  RETURN_IF_ERROR(
      CheckRoom(stated.device, starting.share, start.at_us, others));
  return MicroGpusBeside(starting.share, others);
}

absl::Status Posting::Post(const RunPlaced& placed) {
  ASSIGN_OR_RETURN(const KnownRun known,
                   FindRun(placed.run_id, placed.attempt));
  RETURN_IF_ERROR(CheckKnown(placed, known.run.has_value()));
  Journal(placed);
  return ApplyPlaced(placed);
}

absl::Status Posting::ApplyPlaced(const RunPlaced& placed) {
  ASSIGN_OR_RETURN(const KnownRun known,
                   FindRun(placed.run_id, placed.attempt));
  RETURN_IF_ERROR(CheckKnown(placed, known.run.has_value()));
  const std::string key(runs_[known.index].key);
  return PutPlace(transaction_.get(), key,
                  {std::string(placed.device), placed.share}, *known.run);
}

// Others may have begun on the device while the run was suspended without its
// GPUs, and ended: what it had may be a millionth more or less than what is
// left of the device. Where no time has passed it has what it had, since
// another count would look like a resize.
absl::StatusOr<int64_t> Posting::GpusOfResumption(const KnownRun& known,
                                                  const RunChanged& resume) {
  ASSIGN_OR_RETURN(const auto place,
                   ReadPlace(transaction_.get(), runs_[known.index].key));
  if (!place) return 0;
  ASSIGN_OR_RETURN(
      std::vector<DeviceUse> others,
      ReadDeviceUses(transaction_.get(), place->device, resume.at_us));
  std::erase_if(others, [&](const DeviceUse& use) {
    return use.run.run_id == resume.run_id && use.run.attempt == resume.attempt;
  });
  RETURN_IF_ERROR(CheckRoom(place->device, place->share, resume.at_us, others));
  if (known.run->segments.back().end_us == resume.at_us) return 0;
  return MicroGpusBeside(place->share, others);
}

absl::Status Posting::CheckResizable(std::string_view run_key,
                                     const RunChanged& change) {
  ASSIGN_OR_RETURN(const auto place, ReadPlace(transaction_.get(), run_key));
  if (!place) return absl::OkStatus();
  return MakeError(ErrorCode::kWrongState,
                   "run " + DescribeRun(change.run_id, change.attempt) +
                       " is " + DescribePlace(place) +
                       ": it cannot be resized");
}

}  // namespace drawdown
