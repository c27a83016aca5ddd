// The lanes of this process and of its threads, as process_lanes.cc (binding,
// counting, forks) and process_tries.cc (admitting) share them.
#ifndef DRAWDOWN_SRC_METER_PROCESS_STATE_H_
#define DRAWDOWN_SRC_METER_PROCESS_STATE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/hash_map.h"
#include "drawdown/meter.h"
#include "meter/admission.h"
#include "meter/lanes_file.h"
#include "meter/lanes_format.h"
#include "meter/process_lanes.h"

namespace drawdown::process_internal {

// The meters of a file, by number. Added to under the mutex; read by any thread
// without it, of meters that it was given: they never move.
class MeterTable {
 public:
  uint32_t size() const { return size_.load(std::memory_order_acquire); }
  // REQUIRES: meter < size().
  const MeterIds& operator[](uint32_t meter) const {
    return (*blocks_[meter / kBlockMeters])[meter % kBlockMeters];
  }
  // All that push_back allocates. REQUIRES: size() < kMaxMeters.
  void MakeRoom() {
    const uint32_t meter = size_.load(std::memory_order_relaxed);
    std::unique_ptr<Block>& block = blocks_[meter / kBlockMeters];
    if (block == nullptr) block = std::make_unique<Block>();
  }
  // REQUIRES: MakeRoom() since the last one.
  void push_back(const MeterIds& ids) {
    const uint32_t meter = size_.load(std::memory_order_relaxed);
    (*blocks_[meter / kBlockMeters])[meter % kBlockMeters] = ids;
    size_.store(meter + 1, std::memory_order_release);
  }

 private:
  using Block = std::array<MeterIds, kBlockMeters>;

  std::array<std::unique_ptr<Block>, kMaxBlocks> blocks_;
  // Release and acquire: what it counts is there.
  std::atomic<uint32_t> size_{0};
};

// Whom the thread asked last, so that it need not take the process's mutex to
// ask again, for this or another meter of the file.
struct LastAsked {
  uint64_t changes = 0;  // ProcessLanes::source_changes then
  AdmissionPlace place;
  std::shared_ptr<AdmissionSource> source;  // null: none
  const MeterTable* meters = nullptr;       // the file's, which stays
};

struct ThreadLane {
  uint32_t number = 0;  // of the process's file
  MeterLane* lane = nullptr;
  meter_internal::LaneView view;  // of the lane as far as it was needed
  LastAsked last;
};

// One ledger's lanes in this process. Guarded by ProcessLanes::mutex.
struct ProcessFile {
  LanesPlace place;
  uint64_t device = 0;  // of the live directory, which `place` may outlive
  uint64_t inode = 0;
  std::shared_ptr<EpochFile> epoch;
  int64_t created_us = 0;
  // Null in a forked child until it counts.
  std::unique_ptr<LanesFile> file;
  MeterTable meters;
  HashMap<std::pair<uint32_t, uint32_t>, uint32_t> by_ids;
  // What a forked child counted while it could not make its file.
  std::vector<uint64_t> pending;
  uint32_t calls_without_room = 0;
  uint32_t calls_without_file = 0;
  // Who admits, of each Ledger open on it; the last is asked.
  std::vector<std::shared_ptr<AdmissionSource>> sources;
  bool has_quotas = false;  // there was ever a source
};

struct ProcessLanes {
  std::mutex mutex;
  // A file's number is its place here plus one: id 0 is no meter.
  std::deque<ProcessFile> files;
  // Counts attached and detached sources. Written under the mutex, read by any
  // thread. Relaxed: a source that is detached meanwhile answers all the same.
  std::atomic<uint64_t> source_changes{0};

  ProcessFile* Find(uint64_t number) {
    if (number == 0 || number > files.size()) return nullptr;
    return &files[number - 1];
  }
};

ProcessLanes& ThisProcessLanes();

// The lanes a thread holds, given back when it ends. Trivial until the first
// slow call, so that Record in a late destructor finds `ended` and not a ruin.
struct ThreadLanes {
  std::vector<ThreadLane> lanes;
  ~ThreadLanes();
};
extern thread_local ThreadLanes thread_lanes;
extern thread_local constinit bool thread_ended;

// For a call in a forked child, which may have no room to make its file: tries
// at the first call and then now and again. Under the mutex.
bool HaveFile(ProcessFile* one);
// The lane of this thread, with counters for the meter; null when there is no
// room. Under the mutex.
ThreadLane* ExtendLane(ProcessFile* one, uint32_t number, uint32_t meter);
absl::StatusOr<uint64_t> FindOrAddFile(ProcessLanes* process,
                                       const LanesPlace& place,
                                       const std::shared_ptr<EpochFile>& epoch,
                                       int64_t now_us);

}  // namespace drawdown::process_internal

#endif  // DRAWDOWN_SRC_METER_PROCESS_STATE_H_
