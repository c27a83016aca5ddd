#include "meter/process_lanes.h"

#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <mutex>
#include <new>
#include <optional>

#include "base/check.h"
#include "base/error.h"
#include "base/files.h"
#include "base/fork.h"
#include "meter/lanes_file.h"
#include "meter/owner.h"
#include "meter/process_state.h"

namespace drawdown {

using meter_internal::lane_view;
using meter_internal::LaneView;

namespace process_internal {

thread_local ThreadLanes thread_lanes;
thread_local constinit bool thread_ended = false;

ThreadLanes::~ThreadLanes() {
  thread_ended = true;
  lane_view = LaneView{};
  ProcessLanes& process = ThisProcessLanes();
  std::lock_guard<std::mutex> lock(process.mutex);
  for (const ThreadLane& held : lanes) {
    LanesFile* const file = process.Find(held.number)->file.get();
    if (file != nullptr) file->GiveBack(held.lane);
  }
}

namespace {

// A thread that found no room asks again after so many calls.
constexpr uint32_t kCallsUntilRetry = 1'024;

// --- fork
// ---------------------------------------------------------------------

void BeforeFork() { ThisProcessLanes().mutex.lock(); }
void AfterForkInParent() { ThisProcessLanes().mutex.unlock(); }

// Empties it without ending or freeing what was in it, and without memory.
template <typename T>
void Abandon(std::vector<T>* values) {
  alignas(std::vector<T>) char place[sizeof(std::vector<T>)];
  new (place) std::vector<T>(std::move(*values));
  values->clear();
}

// The one thread of the child must not touch the parent's lanes again, which it
// no longer has (MADV_DONTFORK); the objects around them are left alone.
void AfterForkInChild() {
  ProcessLanes& process = ThisProcessLanes();
  lane_view = LaneView{};
  // What they refer to may have been in the middle of anything.
  if (!thread_ended) Abandon(&thread_lanes.lanes);
  for (ProcessFile& one : process.files) {
    one.file.release();
    one.calls_without_room = 0;
    one.calls_without_file = 0;
    one.pending.clear();
    // Their ledgers are dead here, and so may be any lock in them: they are
    // left where they are.
    Abandon(&one.sources);
  }
  process.mutex.unlock();
}

}  // namespace

// Never destroyed: threads may count after static destructors have begun.
ProcessLanes& ThisProcessLanes() {
  static ProcessLanes* const process = [] {
    RegisterForkHandlers();
    pthread_atfork(BeforeFork, AfterForkInParent, AfterForkInChild);
    return new ProcessLanes;
  }();
  return *process;
}

// --- files
// --------------------------------------------------------------------

absl::StatusOr<uint64_t> FindOrAddFile(ProcessLanes* process,
                                       const LanesPlace& place,
                                       const std::shared_ptr<EpochFile>& epoch,
                                       int64_t now_us) {
  struct stat info;
  if (stat(place.live_directory.c_str(), &info) != 0) {
    return ErrnoError(errno, place.live_directory);
  }
  for (size_t i = 0; i < process->files.size(); ++i) {
    const ProcessFile& one = process->files[i];
    if (one.device == info.st_dev && one.inode == info.st_ino &&
        one.place.ledger == place.ledger) {
      return i + 1;
    }
  }
  ProcessFile& added = process->files.emplace_back();
  added.place = place;
  added.device = info.st_dev;
  added.inode = info.st_ino;
  added.epoch = epoch;
  added.created_us = now_us;
  return process->files.size();
}

namespace {

absl::StatusOr<uint32_t> FindOrAddMeter(ProcessFile* one, const MeterIds& ids) {
  MeterTable& meters = one->meters;
  // Want of memory may have emptied the index, or kept the last meter out.
  if (one->by_ids.size() < meters.size()) {
    for (uint32_t i = 0; i < meters.size(); ++i) {
      one->by_ids.emplace(std::make_pair(meters[i].tenant, meters[i].pool), i);
    }
  }
  const std::pair<uint32_t, uint32_t> key = {ids.tenant, ids.pool};
  const auto found = one->by_ids.find(key);
  if (found != one->by_ids.end()) return found->second;
  // Before, so that the file has no meter that is not here, and all of them can
  // be counted for in a forked child that has no memory.
  if (meters.size() < kMaxMeters) meters.MakeRoom();
  if (one->pending.capacity() <= meters.size()) {
    one->pending.reserve(2 * size_t{meters.size()} + 1);
  }
  ASSIGN_OR_RETURN(const uint32_t meter,
                   one->file->AddMeter(ids.tenant, ids.pool));
  CHECK(meter == meters.size());
  meters.push_back(ids);
  one->by_ids.emplace(key, meter);
  return meter;
}

// --- counting
// -----------------------------------------------------------------

// Goes over to the lane this thread has in the file, if it has counters for the
// meter there.
bool SwitchLane(uint32_t number, uint32_t meter) {
  if (thread_ended) return false;
  for (const ThreadLane& held : thread_lanes.lanes) {
    if (held.number != number || held.view.limit <= meter) continue;
    lane_view = held.view;
    return true;
  }
  return false;
}

ThreadLane* LaneOfThread(ProcessFile* one, uint32_t number) {
  for (ThreadLane& held : thread_lanes.lanes) {
    if (held.number == number) return &held;
  }
  thread_lanes.lanes.reserve(thread_lanes.lanes.size() + 1);
  MeterLane* const lane = one->file->TakeLane();
  if (lane == nullptr) return nullptr;
  return &thread_lanes.lanes.emplace_back(ThreadLane{number, lane, {}});
}

}  // namespace

ThreadLane* ExtendLane(ProcessFile* one, uint32_t number, uint32_t meter) {
  if (thread_ended) return nullptr;
  if (one->calls_without_room > 0 &&
      ++one->calls_without_room % kCallsUntilRetry != 0) {
    return nullptr;
  }
  ThreadLane* held = nullptr;
  bool enough = false;
  try {
    held = LaneOfThread(one, number);
    enough = held != nullptr &&
             (held->lane->limit() > meter || one->file->Grow(held->lane));
  } catch (const std::bad_alloc&) {
    // As little room as on a full disk.
  }
  one->calls_without_room = enough ? 0 : std::max(1u, one->calls_without_room);
  if (!enough) return nullptr;
  held->view.first = uint64_t{number} << 32;
  held->view.limit = held->lane->limit();
  held->view.counters = held->lane->counters();
  held->view.epoch = one->epoch->word();
  return held;
}

namespace {

// Under the lock, which makes its callers one writer.
void CountInOverflow(const ProcessFile& one, LanesFile* file, uint32_t meter,
                     uint64_t gpu_us) {
  const uint64_t first = meter_internal::ActiveCounters(
      one.epoch->word()->load(std::memory_order_relaxed));
  meter_internal::AddToOwn(file->overflow()->counters()[first + meter], gpu_us);
}

void CountPending(ProcessFile* one, uint32_t meter, uint64_t gpu_us) {
  one->pending.resize(one->meters.size());
  one->pending[meter] += gpu_us;
}

// Gives a new file every meter that already has a number, and what was counted
// while there was none.
absl::Status FillFile(const ProcessFile& one, LanesFile* file) {
  for (uint32_t meter = 0; meter < one.meters.size(); ++meter) {
    const MeterIds& ids = one.meters[meter];
    RETURN_IF_ERROR(file->AddMeter(ids.tenant, ids.pool).status());
  }
  for (uint32_t meter = 0; meter < one.pending.size(); ++meter) {
    CountInOverflow(one, file, meter, one.pending[meter]);
  }
  return absl::OkStatus();
}

absl::Status EnsureFile(ProcessFile* one) {
  if (one->file != nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const OwnerIdentity owner, ThisProcess());
  ASSIGN_OR_RETURN(
      std::unique_ptr<LanesFile> file,
      LanesFile::Create(one->place.live_directory, one->place.ledger, owner,
                        one->created_us));
  const auto remove = [](LanesFile* made) { made->Remove(); };
  std::unique_ptr<LanesFile, decltype(remove)> unseen(file.get(), remove);
  RETURN_IF_ERROR(FillFile(*one, file.get()));
  RETURN_IF_ERROR(file->Publish());
  unseen.release();
  one->pending.clear();
  one->file = std::move(file);
  return absl::OkStatus();
}

}  // namespace

bool HaveFile(ProcessFile* one) {
  if (one->file != nullptr) return true;
  const bool due = one->calls_without_file++ % kCallsUntilRetry == 0;
  try {
    return due && EnsureFile(one).ok();
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace process_internal

using process_internal::CountInOverflow;
using process_internal::CountPending;
using process_internal::EnsureFile;
using process_internal::ExtendLane;
using process_internal::FindOrAddFile;
using process_internal::FindOrAddMeter;
using process_internal::HaveFile;
using process_internal::ProcessFile;
using process_internal::ProcessLanes;
using process_internal::SwitchLane;
using process_internal::ThisProcessLanes;

absl::StatusOr<std::vector<Meter>> BindMeters(
    const LanesPlace& place, const std::shared_ptr<EpochFile>& epoch,
    int64_t now_us, std::span<const MeterIds> ids) {
  ProcessLanes& process = ThisProcessLanes();
  std::lock_guard<std::mutex> lock(process.mutex);
  ASSIGN_OR_RETURN(const uint64_t number,
                   FindOrAddFile(&process, place, epoch, now_us));
  ProcessFile* const one = process.Find(number);
  RETURN_IF_ERROR(EnsureFile(one));
  std::vector<Meter> meters;
  meters.reserve(ids.size());
  for (const MeterIds& each : ids) {
    ASSIGN_OR_RETURN(const uint32_t meter, FindOrAddMeter(one, each));
    meters.push_back(Meter::OfId(number << 32 | meter));
  }
  return meters;
}

namespace meter_internal {

thread_local constinit LaneView lane_view = {};

void RecordSlowly(uint64_t id, int64_t gpu_us) {
  const auto number = static_cast<uint32_t>(id >> 32);
  const auto meter = static_cast<uint32_t>(id);
  if (number == 0) return;  // Meter()
  if (gpu_us >= 0 && SwitchLane(number, meter)) {
    return Meter::OfId(id).Record(gpu_us);
  }
  ProcessLanes& process = ThisProcessLanes();
  std::lock_guard<std::mutex> lock(process.mutex);
  ProcessFile* const one = process.Find(number);
  if (one == nullptr || meter >= one->meters.size()) return;
  const bool have_file = HaveFile(one);
  if (gpu_us < 0) {
    if (have_file) one->file->CountRejected();
    return;
  }
  const auto amount = static_cast<uint64_t>(gpu_us);
  if (!have_file) return CountPending(one, meter, amount);
  if (ExtendLane(one, number, meter) != nullptr) {
    CHECK(SwitchLane(number, meter));
    return Meter::OfId(id).Record(gpu_us);
  }
  CountInOverflow(*one, one->file.get(), meter, amount);
}

}  // namespace meter_internal
}  // namespace drawdown
