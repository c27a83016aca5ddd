// Holds written out, and what will run out when.
#ifndef DRAWDOWN_SRC_REPORT_HOLD_REPORT_H_
#define DRAWDOWN_SRC_REPORT_HOLD_REPORT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drawdown/hold.h"
#include "drawdown/quota.h"
#include "report/format.h"
#include "report/sheet.h"
#include "report/table.h"

namespace drawdown {

class HoldWriter {
 public:
  HoldWriter(Format format, const Sink& sink);
  void Add(const HoldInfo& hold);
  void Finish();

 private:
  Format format_;
  ListWriter list_;
};

// A hold after a request to change it; `changed` is false when the books said
// so already.
struct HoldChange {
  HoldInfo hold;
  bool changed = false;
};

// One is written as facts, a batch as a list.
void WriteHoldChange(const HoldChange& change, Format format, const Sink& sink);
void WriteHoldChanges(std::span<const HoldChange> changes, Format format,
                      const Sink& sink);

// "3 s", "12 min", "5 h 20 min", "40 d 2 h": how long until; "now" for less.
std::string WaitWords(int64_t wait_us);

// Soonest first, as they are given; seen from `now_us`.
void WriteExhaustions(std::span<const Exhaustion> exhaustions, int64_t now_us,
                      Format format, const Sink& sink);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_HOLD_REPORT_H_
