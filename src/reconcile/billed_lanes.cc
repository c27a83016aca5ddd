#include "reconcile/billed_lanes.h"

#include <algorithm>

namespace drawdown {
namespace {

std::vector<BilledWindow>::const_iterator FirstEndingAfter(
    const std::vector<BilledWindow>& windows, int64_t instant_us) {
  return std::partition_point(
      windows.begin(), windows.end(),
      [instant_us](const BilledWindow& w) { return w.end_us <= instant_us; });
}

}  // namespace

BilledLanes::BilledLanes(const std::vector<Group>& groups,
                         const HashMap<uint32_t, RowSums>& without) {
  for (size_t i = 0; i < groups.size(); ++i) {
    const Group& group = groups[i];
    if ((group.key.disposition != Disposition::kCompare &&
         group.key.disposition != Disposition::kLateCorrection) ||
        group.key.dropped != 0) {
      continue;
    }
    const auto left_out = without.find(static_cast<uint32_t>(i));
    const GpuTime billed = left_out == without.end()
                               ? group.sums.billed
                               : group.sums.billed - left_out->second.billed;
    windows_[group.key.lane].push_back({group.key.start_us, group.key.end_us,
                                        billed, group.slack(),
                                        group.sums.cost});
  }
  for (auto& entry : windows_) {
    std::sort(entry.second.begin(), entry.second.end(),
              [](const BilledWindow& a, const BilledWindow& b) {
                return a.start_us < b.start_us;
              });
  }
}

const std::vector<BilledWindow>& BilledLanes::Of(const Lane& lane) const {
  static const std::vector<BilledWindow>& none =
      *new std::vector<BilledWindow>();
  const auto found = windows_.find(lane);
  return found == windows_.end() ? none : found->second;
}

bool BilledLanes::Overlaps(const Lane& lane, int64_t start_us,
                           int64_t end_us) const {
  const std::vector<BilledWindow>& windows = Of(lane);
  const auto window = FirstEndingAfter(windows, start_us);
  return window != windows.end() && window->start_us < end_us;
}

std::optional<MoneyAmount> BilledLanes::CostOf(const Lane& lane,
                                               int64_t start_us,
                                               int64_t end_us) const {
  const std::vector<BilledWindow>& windows = Of(lane);
  const auto window = FirstEndingAfter(windows, start_us);
  if (window == windows.end() || window->start_us != start_us ||
      window->end_us != end_us) {
    return std::nullopt;
  }
  return window->cost;
}

bool BilledLanes::LeavesOver(const Lane& lane, int64_t start_us, int64_t end_us,
                             const Books& books) const {
  const std::vector<BilledWindow>& windows = Of(lane);
  Interval hull{start_us, end_us};
  GpuTime billed;
  bool any = false;
  for (auto window = FirstEndingAfter(windows, start_us);
       window != windows.end() && window->start_us < end_us; ++window) {
    any = true;
    hull = {std::min(hull.start_us, window->start_us),
            std::max(hull.end_us, window->end_us)};
    billed += window->billed + window->slack;
  }
  return !any || books.Sum(lane, hull.start_us, hull.end_us).time > billed;
}

GpuTime BilledLanes::MissingIn(const Lane& lane, const BookLane& book,
                               int64_t start_us, int64_t end_us,
                               const Books& books) const {
  GpuTime missing;
  const std::vector<BilledWindow>& windows = Of(lane);
  for (auto window = FirstEndingAfter(windows, start_us);
       window != windows.end() && window->start_us < end_us; ++window) {
    const GpuTime booked =
        books.Sum(lane, window->start_us, window->end_us).time;
    if (booked > window->billed) missing += booked - window->billed;
  }
  book.ForEachOverlapping(start_us, end_us, [&](const BookCell& cell) {
    if (!Overlaps(lane, cell.start_us, cell.end_us)) missing += cell.time;
  });
  return missing;
}

GpuTime BilledLanes::MissingElsewhere(const Lane& lane, int64_t start_us,
                                      int64_t end_us,
                                      const Books& books) const {
  GpuTime missing;
  for (const auto& [other, book] : books.lanes()) {
    if (other == lane || other.pool != lane.pool || !IsUsage(other.kind)) {
      continue;
    }
    missing += MissingIn(other, book, start_us, end_us, books);
  }
  return missing;
}

}  // namespace drawdown
