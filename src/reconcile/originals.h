// What corrections may be of: rows by lane and time.
#ifndef DRAWDOWN_SRC_RECONCILE_ORIGINALS_H_
#define DRAWDOWN_SRC_RECONCILE_ORIGINALS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/hash_map.h"
#include "contract/calendar.h"
#include "reconcile/group.h"
#include "reconcile/lane.h"

namespace drawdown {

// How a correction found what it corrects, best first.
enum class CorrectionLink : uint8_t {
  kStatement,  // our own statement of the period makes it too
  kLine,       // the line that it names
  kTime,       // rows of its pool, kind and time
  kMonth,      // rows of its pool in the billing month of its time, none of the
               // time
  kNone,
};

class Originals {
 public:
  // A row that is no correction.
  void Add(const Lane& lane, int64_t start_us, int64_t end_us);

  // Call once, after the last Add.
  void Seal();

  // A correction of money alone names a pool and no kind of usage: any will do.
  CorrectionLink Find(const GroupKey& correction,
                      const Calendar& calendar) const;

 private:
  struct Windows {
    std::vector<Interval> all;
    size_t join_at = 64;  // when there are so many; then twice what was left
  };

  bool Any(const Lane& lane, int64_t start_us, int64_t end_us) const;

  HashMap<Lane, Windows> windows_;  // sorted, disjoint once sealed
};

// The part of the key that linked it: "provider+pool+period+kind".
std::string_view LinkName(CorrectionLink link, const Lane& lane);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_ORIGINALS_H_
