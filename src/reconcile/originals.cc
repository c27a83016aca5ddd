#include "reconcile/originals.h"

#include <algorithm>

namespace drawdown {
namespace {

bool StartsBefore(const Interval& a, const Interval& b) {
  return a.start_us < b.start_us;
}

void Join(std::vector<Interval>& windows) {
  std::sort(windows.begin(), windows.end(), StartsBefore);
  size_t kept = 0;
  for (size_t i = 1; i < windows.size(); ++i) {
    if (windows[i].start_us <= windows[kept].end_us) {
      windows[kept].end_us = std::max(windows[kept].end_us, windows[i].end_us);
    } else {
      windows[++kept] = windows[i];
    }
  }
  if (!windows.empty()) windows.resize(kept + 1);
}

// The rows of one pool, whatever kind of usage they are.
bool Matches(const Lane& original, const Lane& correction) {
  if (correction.kind != RowKind::kNone) return original == correction;
  return IsUsage(original.kind) && original.pool == correction.pool;
}

}  // namespace

void Originals::Add(const Lane& lane, int64_t start_us, int64_t end_us) {
  Windows& windows = windows_[lane];
  std::vector<Interval>& all = windows.all;
  // Rows of one hour follow one another: most add nothing.
  if (!all.empty() && all.back().start_us <= start_us &&
      all.back().end_us >= start_us) {
    all.back().end_us = std::max(all.back().end_us, end_us);
    return;
  }
  all.push_back({start_us, end_us});
  if (all.size() < windows.join_at) return;
  // Rows in any order must not take memory each.
  Join(all);
  windows.join_at = std::max(windows.join_at, 2 * all.size());
}

void Originals::Seal() {
  for (auto& entry : windows_) Join(entry.second.all);
}

bool Originals::Any(const Lane& lane, int64_t start_us, int64_t end_us) const {
  for (const auto& [original, windows] : windows_) {
    if (!Matches(original, lane)) continue;
    const auto window =
        std::partition_point(windows.all.begin(), windows.all.end(),
                             [start_us](const Interval& candidate) {
                               return candidate.end_us <= start_us;
                             });
    if (window != windows.all.end() && window->start_us < end_us) return true;
  }
  return false;
}

CorrectionLink Originals::Find(const GroupKey& correction,
                               const Calendar& calendar) const {
  if (correction.lane == Lane()) return CorrectionLink::kNone;
  if (Any(correction.lane, correction.start_us, correction.end_us)) {
    return CorrectionLink::kTime;
  }
  const Interval month = calendar.MonthOf(correction.start_us);
  return Any(correction.lane, month.start_us, month.end_us)
             ? CorrectionLink::kMonth
             : CorrectionLink::kNone;
}

std::string_view LinkName(CorrectionLink link, const Lane& lane) {
  switch (link) {
    case CorrectionLink::kLine:
      return "provider+line";
    case CorrectionLink::kTime:
      return lane.kind == RowKind::kNone ? "provider+pool+period"
                                         : "provider+pool+period+kind";
    case CorrectionLink::kStatement:
    case CorrectionLink::kMonth:
      return lane.kind == RowKind::kNone ? "provider+pool+month"
                                         : "provider+pool+month+kind";
    case CorrectionLink::kNone:
      break;
  }
  return "";
}

}  // namespace drawdown
