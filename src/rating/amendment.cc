#include "rating/amendment.h"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/wide.h"
#include "rating/schedule.h"
#include "rating/strand.h"

namespace drawdown {
namespace {

// A commitment, or an exercised expansion of it, in the interval that contains
// the moment before an instant.
struct Begun {
  std::string id;
  size_t expansion = 0;  // 0: the commitment
  bool spend = false;
  std::optional<Int128> contracted;
  std::optional<Int128> delivered;
  bool ends = false;    // at the instant,
  bool lapses = false;  // and what it would carry on has nowhere to go

  auto Tie() const {
    return std::tie(id, expansion, spend, contracted, delivered, ends, lapses);
  }
};

bool RollsOver(const Strand& strand) {
  return std::any_of(
      strand.parts.begin(), strand.parts.end(),
      [](const StrandPart& part) { return part.terms->rollover.has_value(); });
}

std::vector<Begun> BegunBefore(const ContractTimeline& contracts,
                               int64_t at_us) {
  std::vector<Begun> begun;
  for (const Strand& strand : StrandsOf(contracts)) {
    const std::vector<Schedule> schedules =
        SchedulesOf(strand, ExpansionsOf(strand));
    for (size_t i = 0; i < schedules.size(); ++i) {
      const Interval& active = schedules[i].active();
      if (!Contains(active, at_us - 1)) continue;
      const Fulfilment fulfilment = schedules[i].At(at_us - 1);
      const bool ends = fulfilment.cut.end_us == at_us;
      begun.push_back({strand.id, i,
                       strand.first().category == CommitmentCategory::kSpend,
                       schedules[i].Contracted(fulfilment),
                       schedules[i].Delivered(fulfilment), ends,
                       ends && active.end_us == at_us && RollsOver(strand)});
    }
  }
  std::sort(begun.begin(), begun.end(),
            [](const Begun& a, const Begun& b) { return a.Tie() < b.Tie(); });
  return begun;
}

}  // namespace

bool ChangesBegun(const ContractTimeline& before, const ContractTimeline& now,
                  int64_t at_us) {
  const std::vector<Begun> had = BegunBefore(before, at_us);
  const std::vector<Begun> has = BegunBefore(now, at_us);
  return !std::equal(
      had.begin(), had.end(), has.begin(), has.end(),
      [](const Begun& a, const Begun& b) { return a.Tie() == b.Tie(); });
}

}  // namespace drawdown
