// TryRecord where a thread's slice is too small, or not there yet.
#include <algorithm>
#include <mutex>
#include <new>

#include "base/error.h"
#include "meter/process_state.h"

namespace drawdown {

using process_internal::ExtendLane;
using process_internal::HaveFile;
using process_internal::LastAsked;
using process_internal::ProcessFile;
using process_internal::ProcessLanes;
using process_internal::ThisProcessLanes;
using process_internal::thread_ended;
using process_internal::thread_lanes;
using process_internal::ThreadLane;

absl::Status AttachAdmission(const LanesPlace& place,
                             const std::shared_ptr<EpochFile>& epoch,
                             int64_t now_us,
                             std::shared_ptr<AdmissionSource> source) {
  ProcessLanes& process = ThisProcessLanes();
  std::lock_guard<std::mutex> lock(process.mutex);
  ASSIGN_OR_RETURN(const uint64_t number, process_internal::FindOrAddFile(
                                              &process, place, epoch, now_us));
  ProcessFile* const one = process.Find(number);
  one->sources.push_back(std::move(source));
  one->has_quotas = true;
  process.source_changes.fetch_add(1, std::memory_order_relaxed);
  return absl::OkStatus();
}

void DetachAdmission(const AdmissionSource* source) {
  std::shared_ptr<AdmissionSource> last;  // Destroyed without the mutex.
  ProcessLanes& process = ThisProcessLanes();
  std::lock_guard<std::mutex> lock(process.mutex);
  for (ProcessFile& one : process.files) {
    const auto found =
        std::find_if(one.sources.begin(), one.sources.end(),
                     [source](const auto& s) { return s.get() == source; });
    if (found == one.sources.end()) continue;
    last = std::move(*found);
    one.sources.erase(found);
    process.source_changes.fetch_add(1, std::memory_order_relaxed);
  }
}

namespace {

// Goes over to the lane this thread has in the file, if it has a slice for the
// meter there.
bool SwitchToSlices(uint32_t number, uint32_t meter) {
  if (thread_ended) return false;
  for (const ThreadLane& held : thread_lanes.lanes) {
    if (held.number != number || held.view.slice_limit <= meter) continue;
    meter_internal::lane_view = held.view;
    return true;
  }
  return false;
}

// Null when there is no room.
ThreadLane* LaneWithSlices(ProcessFile* one, uint32_t number, uint32_t meter) {
  ThreadLane* const held = ExtendLane(one, number, meter);
  if (held == nullptr) return nullptr;
  SliceLane* const slices = one->file->SlicesFor(*held->lane, meter);
  if (slices == nullptr) return nullptr;
  held->view.slice_limit = slices->words().limit();
  held->view.slices = slices->words().counters();
  held->last.place.slices = slices;
  meter_internal::lane_view = held->view;
  return held;
}

// Whom the thread asked last of the file, if that still holds, and the meter
// has a slice and books for it. Then the place is that of the meter.
LastAsked* AskedLast(uint32_t number, uint32_t meter) {
  if (thread_ended) return nullptr;
  for (ThreadLane& held : thread_lanes.lanes) {
    if (held.number != number) continue;
    LastAsked& last = held.last;
    if (last.source == nullptr || !last.place.slices->Has(meter) ||
        last.changes !=
            ThisProcessLanes().source_changes.load(std::memory_order_relaxed)) {
      return nullptr;
    }
    if (last.place.meter != meter) {
      if (meter >= last.meters->size()) return nullptr;
      last.place.ids = &(*last.meters)[meter];
      last.place.meter = meter;
    }
    return &last;
  }
  return nullptr;
}

struct Asked {
  bool known = false;       // there is such a meter
  bool has_quotas = false;  // or its ledger has nobody who knows any
  AdmissionPlace place;
  std::shared_ptr<AdmissionSource> source;  // null: cannot be asked now
};

Asked Ask(uint32_t number, uint32_t meter) {
  Asked asked;
  ProcessLanes& process = ThisProcessLanes();
  std::lock_guard<std::mutex> lock(process.mutex);
  ProcessFile* const one = process.Find(number);
  if (one == nullptr || meter >= one->meters.size()) return asked;
  asked.known = true;
  asked.has_quotas = one->has_quotas;
  if (!one->has_quotas || one->sources.empty() || !HaveFile(one)) return asked;
  asked.source = one->sources.back();
  ThreadLane* const held = LaneWithSlices(one, number, meter);
  asked.place = {&one->meters[meter], meter, one->epoch->word(),
                 held != nullptr ? held->last.place.slices : nullptr,
                 one->file->admitted()->counters()};
  if (held != nullptr) {
    held->last = {process.source_changes.load(std::memory_order_relaxed),
                  asked.place, asked.source, &one->meters};
  }
  return asked;
}

}  // namespace

namespace meter_internal {

namespace {

Decision TryToAsk(uint64_t id, int64_t gpu_us) {
  const auto number = static_cast<uint32_t>(id >> 32);
  const auto meter = static_cast<uint32_t>(id);
  if (gpu_us < 0) {
    RecordSlowly(id, gpu_us);
    return Decision::kQuotaExceeded;
  }
  if (gpu_us == 0) return Decision::kAdmitted;
  // No quota would be asked for a meter that is none.
  if (number == 0) return Decision::kBusy;
  // Else it was its slice that was too small.
  const bool elsewhere = id - lane_view.first >= lane_view.slice_limit;
  if (elsewhere && SwitchToSlices(number, meter)) {
    const uint64_t first =
        ActiveCounters(lane_view.epoch->load(std::memory_order_relaxed));
    if (Spend(lane_view.slices[first + meter], gpu_us)) {
      return Decision::kAdmitted;
    }
  }
  if (const LastAsked* const last = AskedLast(number, meter)) {
    // Copied: what is called may count elsewhere.
    const AdmissionPlace place = last->place;
    return last->source->Admit(place, gpu_us);
  }
  const Asked asked = Ask(number, meter);
  if (!asked.known) return Decision::kBusy;
  if (!asked.has_quotas) {
    Meter::OfId(id).Record(gpu_us);
    return Decision::kAdmitted;
  }
  if (asked.source == nullptr) return Decision::kBusy;
  return asked.source->Admit(asked.place, gpu_us);
}

}  // namespace

Decision TrySlowly(uint64_t id, int64_t gpu_us) {
  try {
    return TryToAsk(id, gpu_us);
  } catch (const std::bad_alloc&) {
    return Decision::kBusy;  // Before anything was admitted.
  }
}

}  // namespace meter_internal
}  // namespace drawdown
