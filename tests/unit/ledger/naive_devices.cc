// Parts of devices, in whole 42nds.
#include <algorithm>

#include "tests/unit/ledger/naive_quotas.h"

namespace drawdown {

bool NaiveQuotas::HasRoom(const NaiveRun& run, int64_t at_us) const {
  std::vector<const NaiveRun*> others;
  std::vector<int64_t> instants = {at_us};
  for (const auto& [id, other] : runs) {
    if (other.device != run.device || other.segments.empty() ||
        id == run.key()) {
      continue;
    }
    others.push_back(&other);
    instants.push_back(std::max(at_us, other.segments.front().start_us));
  }
  return std::all_of(instants.begin(), instants.end(), [&](int64_t us) {
    int64_t parts = run.parts;
    for (const NaiveRun* const other : others) {
      const std::optional<int64_t> end_us = other->segments.back().end_us;
      const bool has_it =
          other->segments.front().start_us <= us && (!end_us || *end_us > us);
      parts += has_it ? other->parts : 0;
    }
    return parts <= kPartsOfADevice;
  });
}

// As near to its share of a million as lets the sum be that of the shares.
int64_t NaiveQuotas::GpusOnDevice(const NaiveRun& run) const {
  int64_t parts = run.parts;
  int64_t taken = 0;
  for (const auto& [id, other] : runs) {
    if (other.device != run.device || !other.accrues() || id == run.key()) {
      continue;
    }
    parts += other.parts;
    taken += other.micro_gpus;
  }
  const auto of_million = [](int64_t count) {
    return count * kMicroGpusPerGpu / kPartsOfADevice;
  };
  const int64_t left = of_million(parts) - taken;
  if (parts == kPartsOfADevice) return left;
  const int64_t floor = of_million(run.parts);
  const bool exact = run.parts * kMicroGpusPerGpu % kPartsOfADevice == 0;
  return std::clamp(left, floor, exact ? floor : floor + 1);
}

bool NaiveQuotas::FullDevicesAreOneGpu() const {
  struct Device {
    int64_t parts = 0;
    int64_t micro_gpus = 0;
    bool corrected = false;  // then it may have more on it than there is room
  };
  std::map<std::string, Device> devices;
  for (const auto& [id, run] : runs) {
    if (run.device.empty()) continue;
    Device& device = devices[run.device];
    device.corrected |= run.corrected;
    if (!run.accrues()) continue;
    device.parts += run.parts;
    device.micro_gpus += run.micro_gpus;
  }
  return std::all_of(devices.begin(), devices.end(), [](const auto& one) {
    const Device& device = one.second;
    return device.corrected || device.parts < kPartsOfADevice ||
           device.micro_gpus == kMicroGpusPerGpu;
  });
}

}  // namespace drawdown
