#include "ledger/quota_outlook.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "ledger/admission.h"
#include "ledger/quota_rules.h"

namespace drawdown {
namespace {

constexpr int64_t kNever = QuotaWindow::kNoEnd;

// The first instant in [from, end) at which nothing is left of the room.
std::optional<int64_t> GoneAt(FineTime room, Int128 shrinks, int64_t from_us,
                              int64_t end_us) {
  if (room <= FineTime()) return from_us;
  if (shrinks <= 0) return std::nullopt;
  const Int128 takes = (room.count() + shrinks - 1) / shrinks;
  if (takes >= Int128{end_us} - from_us) return std::nullopt;
  return from_us + static_cast<int64_t>(takes);
}

}  // namespace

QuotaOutlook::QuotaOutlook(const StoredQuota* quota, int64_t bucket_us,
                           int64_t at_us, QuotaCourse course,
                           std::vector<const HeldUntil*> lines,
                           std::vector<NotBegun> later)
    : quota_(*quota),
      bucket_us_(bucket_us),
      at_us_(at_us),
      course_(std::move(course)),
      lines_(std::move(lines)),
      later_(std::move(later)) {
  for (const HeldUntil* const held : lines_) held_.Add(held->line, +1);
}

int64_t QuotaOutlook::NextChange(int64_t from_us) const {
  int64_t next_us = kNever;
  const auto later = std::upper_bound(
      quota_.versions.begin(), quota_.versions.end(), from_us,
      [](int64_t at, const QuotaVersion& one) { return at < one.from_us; });
  if (later != quota_.versions.end()) next_us = later->from_us;
  if (next_line_ < lines_.size()) {
    next_us = std::min(next_us, lines_[next_line_]->until_us);
  }
  return next_us;
}

absl::StatusOr<QuotaOutlook::Stretch> QuotaOutlook::StretchFrom(
    int64_t from_us) {
  for (; next_line_ < lines_.size() && lines_[next_line_]->until_us <= from_us;
       ++next_line_) {
    held_.Add(lines_[next_line_]->line, -1);
  }
  Stretch stretch;
  stretch.from_us = from_us;
  stretch.end_us = NextChange(from_us);
  stretch.window = CountingWindow(quota_, from_us, bucket_us_);
  stretch.end_us = std::min(stretch.end_us, stretch.window.end_us);
  const QuotaUse use = course_.UseIn(stretch.window, from_us);
  const QuotaPeriod period = quota_.scope.period;
  if (period == QuotaPeriod::kAtOnce) {
    // GPUs do not grow with time, and are in use from when a start is said.
    stretch.room = -FineTime(use.level) - held_.At(period, from_us);
  } else {
    stretch.shrinks = use.level - held_.rate;
    stretch.room = -use.used - held_.At(period, from_us);
    TakeOutLater(&stretch);
  }
  const QuotaLimit* const limit = LimitAt(quota_, from_us);
  if (limit == nullptr) return stretch;
  stretch.limited = true;
  stretch.room += FineUnits(period, limit->nominal + limit->borrowing);
  if (stretch.room.valid()) return stretch;
  return MakeError(ErrorCode::kOverflow, "what will be used of the quota of " +
                                             quota_.scope.tenant +
                                             " does not fit 128 bits");
}

// The formulas of what is used and of what is held are negative, and larger
// than the hold, before a run begins.
void QuotaOutlook::TakeOutLater(Stretch* stretch) const {
  for (const NotBegun& one : later_) {
    if (one.begins_us <= stretch->from_us) continue;
    stretch->end_us = std::min(stretch->end_us, one.begins_us);
    const bool counts = one.until_us ? *one.until_us > stretch->from_us
                                     : one.start_us < stretch->window.end_us;
    if (!counts) continue;
    stretch->shrinks -= one.grows;
    stretch->room -=
        FineTime(one.grows) * (Int128{one.start_us} - stretch->from_us);
  }
}

void QuotaOutlook::Note(const Stretch& stretch) {
  if (!stretch.limited) {
    out_ = false;
    return;
  }
  const auto gone_us =
      GoneAt(stretch.room, stretch.shrinks, stretch.from_us, stretch.end_us);
  // Out all along from before is no new instant.
  if (gone_us && (*gone_us > stretch.from_us || !out_)) {
    found_.push_back(*gone_us);
  }
  if (stretch.end_us == kNever) return;
  const Int128 shrinks_by =
      stretch.shrinks * (Int128{stretch.end_us} - 1 - stretch.from_us);
  out_ = stretch.room.count() <= shrinks_by;
}

// Windows that roll over open runs alone are all alike: what does not run out
// in one bucket of them, or is out from its start, stays so until a change.
int64_t QuotaOutlook::After(const Stretch& stretch) const {
  if (quota_.scope.period != QuotaPeriod::kRolling ||
      !course_.OpenRunsAlone(stretch.window) ||
      stretch.end_us != stretch.window.end_us) {
    return stretch.end_us;
  }
  const bool out_all_along = stretch.from_us == stretch.end_us - bucket_us_ &&
                             held_.rate == 0 &&
                             (!stretch.limited || stretch.room <= FineTime());
  return out_ && !out_all_along ? stretch.end_us : NextChange(stretch.from_us);
}

absl::StatusOr<std::vector<int64_t>> QuotaOutlook::RunsOutAt() {
  int64_t last_change_us = at_us_;
  if (!quota_.versions.empty()) {
    last_change_us = std::max(last_change_us, quota_.versions.back().from_us);
  }
  if (!lines_.empty()) {
    last_change_us = std::max(last_change_us, lines_.back()->until_us);
  }
  for (const NotBegun& one : later_) {
    last_change_us = std::max(last_change_us, one.start_us);
  }
  const int64_t horizon_us = last_change_us < kNever - kBeyondLastChangeUs
                                 ? last_change_us + kBeyondLastChangeUs
                                 : kNever;
  for (int64_t from_us = at_us_; from_us < horizon_us;) {
    ASSIGN_OR_RETURN(const Stretch stretch, StretchFrom(from_us));
    Note(stretch);
    if (!found_.empty() && found_.back() > at_us_) break;
    from_us = After(stretch);
  }
  return std::move(found_);
}

}  // namespace drawdown
