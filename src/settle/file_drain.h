// Draining one lanes file: from its counters and the books' watermarks to new
// watermarks and amounts. Pure over what it is given.
#ifndef DRAWDOWN_SRC_SETTLE_FILE_DRAIN_H_
#define DRAWDOWN_SRC_SETTLE_FILE_DRAIN_H_

#include <array>
#include <cstdint>
#include <optional>

#include "ledger/live_records.h"
#include "meter/process_lanes.h"

namespace drawdown {

// What leaves the watermarks of all files, by meter and bank: to be journalled
// where the bank's bucket is over, else to be carried until it is.
using LeavingUsage = OpenUsage;

// What a file's counters lack of what the books have.
struct FileLoss {
  uint64_t meters = 0;
  GpuTime behind;
  GpuTime uncounted;

  bool any() const { return meters > 0 || !uncounted.zero(); }
};

class FileDrain {
 public:
  // `last`: nobody will add to the file again, and its watermarks will go.
  FileDrain(const LiveEpoch& epoch, bool last, LeavingUsage* leaving)
      : epoch_(epoch), last_(last), leaving_(leaving) {}

  // Moves `mark` up to the sums `counted`; `ids` is what the file says the
  // meter is, none where that is lost.
  void Advance(const std::array<uint64_t, 2>& counted,
               const std::optional<MeterIds>& ids, Watermark* mark);
  // The same for a meter whose counters cannot be read: the books keep what
  // they have of it.
  void AdvanceUnread(Watermark* mark);

  const FileLoss& loss() const { return loss_; }
  uint64_t meters() const { return meters_; }  // with news
  GpuTime news() const { return news_; }

 private:
  void AdvanceBank(uint32_t bank, uint64_t counted, Watermark* mark);
  void Leave(uint32_t bank, Watermark* mark);

  const LiveEpoch& epoch_;
  const bool last_;
  LeavingUsage* const leaving_;
  FileLoss loss_;
  uint64_t meters_ = 0;
  GpuTime news_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_FILE_DRAIN_H_
