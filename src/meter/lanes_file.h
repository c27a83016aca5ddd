// The lanes file that this process counts in: its meters, its lanes and their
// growth. Not thread-safe: process_lanes.h holds its lock around every call;
// Record itself goes past this class, by a LaneView.
#ifndef DRAWDOWN_SRC_METER_LANES_FILE_H_
#define DRAWDOWN_SRC_METER_LANES_FILE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/fork.h"
#include "meter/lanes_format.h"
#include "meter/owner.h"

namespace drawdown {

// Words of one kind of one lane: an address range with room for every meter a
// file may have, mapped from the front as far as it is needed.
class MeterLane {
 public:
  explicit MeterLane(uint32_t number, ExtentKind kind = ExtentKind::kCounters)
      : number_(number), kind_(kind) {}
  ~MeterLane();
  MeterLane(const MeterLane&) = delete;  // Owns a mapping.
  MeterLane& operator=(const MeterLane&) = delete;

  uint32_t number() const { return number_; }
  ExtentKind kind() const { return kind_; }
  uint32_t blocks() const { return blocks_; }
  // Meters that have counters here.
  uint64_t limit() const { return uint64_t{blocks_} * kBlockMeters; }
  std::atomic<uint64_t>* counters() const { return counters_; }

  // Maps the extent at `offset` of `fd` as the next block.
  absl::Status MapBlock(int fd, off_t offset);

 private:
  absl::Status Reserve();

  const uint32_t number_;
  const ExtentKind kind_;
  uint32_t blocks_ = 0;
  std::atomic<uint64_t>* counters_ = nullptr;
};

// The slices and allowances of one lane.
class SliceLane {
 public:
  explicit SliceLane(uint32_t lane) : words_(lane, ExtentKind::kSlices) {}
  ~SliceLane();
  SliceLane(const SliceLane&) = delete;  // Owns mappings.
  SliceLane& operator=(const SliceLane&) = delete;

  MeterLane& words() { return words_; }
  bool Has(uint32_t meter) const {
    const uint32_t block = meter / kBooksMeters;
    return meter < words_.limit() && block < books_.size() &&
           books_[block] != nullptr;
  }
  // REQUIRES: Has(meter).
  Slice At(uint32_t bank, uint32_t meter) const;
  Allowance AllowanceAt(uint32_t bank, uint32_t meter) const {
    return Allowance(allowances_[meter / kAllowanceMeters] +
                     size_t{bank} * kAllowanceMeters +
                     meter % kAllowanceMeters);
  }
  bool HasAllowance(uint32_t meter) const {
    return meter / kAllowanceMeters < allowances_.size() &&
           allowances_[meter / kAllowanceMeters] != nullptr;
  }
  void SetBooks(uint32_t block, SliceBooks* books);
  void SetAllowances(uint32_t block, AllowanceWords* allowances);

 private:
  MeterLane words_;
  std::vector<SliceBooks*> books_;  // mapped; null where none was needed
  std::vector<AllowanceWords*> allowances_;  // likewise
};

class LanesFile {
 public:
  // Makes a lanes file for this process, under a name of its own until Publish.
  // kDiskFull, kIo.
  static absl::StatusOr<std::unique_ptr<LanesFile>> Create(
      const std::string& live_directory, const Uuid& ledger,
      const OwnerIdentity& owner, int64_t created_us);
  ~LanesFile();
  LanesFile(const LanesFile&) = delete;  // Owns a mapping.
  LanesFile& operator=(const LanesFile&) = delete;

  // Gives it the name that others look for. Nobody sees it before.
  absl::Status Publish();
  // Takes its name away, before anybody counts in it.
  void Remove();

  const Uuid& uuid() const { return header_->identity.uuid; }

  // Adds a meter, with room for its counters in the overflow lane, for Record
  // and for TryRecord: whatever happens later, what it counts has a place.
  // Returns its number. kDiskFull, kIo; kInvalidArgument at kMaxMeters.
  absl::StatusOr<uint32_t> AddMeter(uint32_t tenant, uint32_t pool);
  const std::vector<MeterEntry>& meters() const { return meters_; }

  // A lane for one thread with counters for every meter there is, one given
  // back before if possible: its counts go on. Null when there is no room.
  MeterLane* TakeLane();
  void GiveBack(MeterLane* lane) { free_.push_back(lane); }
  // Counters for every meter there is; false when there is no room.
  bool Grow(MeterLane* lane);
  MeterLane* overflow() { return lanes_.front().get(); }
  // What TryRecord admits past any slice; written under the lock of the
  // budgets.
  MeterLane* admitted() { return &admitted_; }
  // The lane's slices, with one and an allowance for the meter; null when there
  // is no room.
  SliceLane* SlicesFor(const MeterLane& lane, uint32_t meter);

  void CountRejected() {
    header_->rejected.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  LanesFile(std::string path, std::string final_path, LockFd fd,
            LanesHeader* header);

  uint32_t BlocksNeeded() const {
    return (static_cast<uint32_t>(meters_.size()) + kBlockMeters - 1) /
           kBlockMeters;
  }
  // Allocates an extent and returns its offset; it belongs to nobody until
  // Publish.
  absl::StatusOr<off_t> AllocateExtent();
  void Publish(const ExtentUse& use);
  absl::Status GrowLane(MeterLane* lane, uint32_t blocks);
  absl::Status AddMeterBlock();
  absl::Status AddSlices(SliceLane* slices, uint32_t meter);
  // Allocates, maps and publishes an extent of the lane's.
  absl::StatusOr<void*> AddExtent(const ExtentUse& use);

  std::string path_;
  const std::string final_path_;
  const LockFd fd_;  // LockForLife
  LanesHeader* const header_;
  std::vector<MeterEntry> meters_;
  std::vector<MeterEntry*> tables_;  // mapped, one per block of meters
  std::vector<std::unique_ptr<MeterLane>> lanes_;
  std::vector<MeterLane*> free_;
  MeterLane admitted_{kOverflowLane, ExtentKind::kAdmitted};
  std::vector<std::unique_ptr<SliceLane>> slices_;  // by lane, null: none yet
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_LANES_FILE_H_
