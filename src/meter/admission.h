// Who decides about a TryRecord that its thread's slice is too small for.
#ifndef DRAWDOWN_SRC_METER_ADMISSION_H_
#define DRAWDOWN_SRC_METER_ADMISSION_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "drawdown/meter.h"
#include "meter/lanes_file.h"
#include "meter/process_lanes.h"

namespace drawdown {

// Where one meter's admissions are counted.
struct AdmissionPlace {
  const MeterIds* ids = nullptr;  // stays
  uint32_t meter = 0;
  const std::atomic<uint64_t>* epoch = nullptr;
  // Of the calling thread, which alone fills them; null: it has none.
  const SliceLane* slices = nullptr;
  // Of the process: admissions past any slice. Added to under the lock of the
  // budgets, which makes all threads one writer; release, as all counters.
  std::atomic<uint64_t>* admitted = nullptr;

  uint32_t ActiveBank() const {
    const uint64_t word = epoch->load(std::memory_order_relaxed);
    return static_cast<uint32_t>(meter_internal::ActiveCounters(word) >>
                                 meter_internal::kBankShift);
  }
  Slice SliceOf(uint32_t bank) const {
    return slices == nullptr ? Slice() : slices->At(bank, meter);
  }
  // None where there is no slice.
  Allowance AllowanceOf(uint32_t bank) const {
    return slices == nullptr ? Allowance() : slices->AllowanceAt(bank, meter);
  }
  // A guess, before the lock.
  bool MayHaveAllowance(int64_t gpu_us) const {
    const Allowance allowance = AllowanceOf(ActiveBank());
    return allowance.there() &&
           allowance.Get().left >= static_cast<uint64_t>(gpu_us);
  }
  // Before the lock: others wait who want it.
  void PrefetchAdmitted() const {
    __builtin_prefetch(
        &admitted[(size_t{ActiveBank()} << meter_internal::kBankShift) + meter],
        /*rw=*/1);
  }
  void AdmitPastSlice(uint32_t bank, uint64_t gpu_us) const {
    meter_internal::AddToOwn(
        admitted[(size_t{bank} << meter_internal::kBankShift) + meter], gpu_us);
  }
};

// Thread-safe. Called without any lock.
class AdmissionSource {
 public:
  virtual ~AdmissionSource() = default;
  // REQUIRES: gpu_us > 0. Adds it to the slice or past it, if it is admitted.
  virtual Decision Admit(const AdmissionPlace& place, int64_t gpu_us) = 0;
};

// From here on, the source decides for all meters of this place in this
// process, until it is detached; a call that has begun may still come. Then
// calls are kBusy, unless another source is there. Where none was ever
// attached, TryRecord is Record.
absl::Status AttachAdmission(const LanesPlace& place,
                             const std::shared_ptr<EpochFile>& epoch,
                             int64_t now_us,
                             std::shared_ptr<AdmissionSource> source);
void DetachAdmission(const AdmissionSource* source);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_ADMISSION_H_
