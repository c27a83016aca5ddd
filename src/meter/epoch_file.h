// The word that says which bank counts, and for which bucket: one per ledger
// and boot of the kernel (live/epoch.<boot id>), shared by all its processes.
//
// What counts for which bucket is decided in the books (ledger/live_records.h)
// and published here, after the commit. A process that dies between the two
// leaves the word behind; Publish from the same books by anybody puts it right.
#ifndef DRAWDOWN_SRC_METER_EPOCH_FILE_H_
#define DRAWDOWN_SRC_METER_EPOCH_FILE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace drawdown {

// Bank `bank` counts for bucket number `bucket`.
struct Epoch {
  int32_t bucket = 0;
  uint32_t bank = 0;

  friend bool operator==(const Epoch&, const Epoch&) = default;
};

class EpochFile {
 public:
  // Opens the word of this boot. With `initial`, makes it when it is not there;
  // else the result is null then. Words of other boots are removed when one is
  // made. kDiskFull, kIo.
  static absl::StatusOr<std::shared_ptr<EpochFile>> Open(
      const std::string& live_directory, const std::string& boot_id,
      std::optional<Epoch> initial);
  ~EpochFile();
  EpochFile(const EpochFile&) = delete;  // Owns a mapping.
  EpochFile& operator=(const EpochFile&) = delete;

  Epoch Get() const;
  // Moves the word from `from` to `to`; false when it did not say `from`.
  // Buckets only grow, so a late Publish can undo nothing.
  bool Publish(const Epoch& from, const Epoch& to);

  // What Record reads. Valid for ever: the mapping is never taken back while a
  // lane refers to it, so owners of lanes keep the file.
  const std::atomic<uint64_t>* word() const;

  // Gauges for people; each is one word, tied to nothing: relaxed. Written by
  // whoever drains.
  void NoteDrain(int64_t now_us);
  void NoteFlip(int64_t lateness_us);
  int64_t last_drain_us() const;        // 0: none since boot
  int64_t last_lateness_us() const;     // of the last flip
  int64_t longest_lateness_us() const;  // of all flips since boot
  uint64_t flips() const;

 private:
  struct Shared;

  explicit EpochFile(Shared* shared) : shared_(shared) {}

  Shared* const shared_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_EPOCH_FILE_H_
