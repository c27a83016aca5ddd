#include "engine/sacct_readings.h"

#include <algorithm>
#include <array>
#include <memory>

#include "base/error.h"

namespace drawdown {
namespace {

bool IsReading(int64_t instant_us, int64_t first_us, int64_t second_us) {
  return instant_us == first_us || instant_us == first_us + second_us;
}

}  // namespace

std::optional<SacctShift> ShiftOf(const SacctSpan& span,
                                  std::optional<int64_t> elapsed_us,
                                  int64_t suspended_us) {
  const std::array<SacctShift, 4> shifts = {{{0, 0},
                                             {0, span.second.end_us},
                                             {span.second.start_us, 0},
                                             span.second}};
  const auto length_us = [&span](const SacctShift& shift) {
    // Of one that runs, as if it ended at no time before its start.
    if (!span.end_us) return int64_t{0};
    return *span.end_us + shift.end_us - span.start_us - shift.start_us;
  };
  const auto fits = [&](const SacctShift& shift) {
    return span.start_us + shift.start_us >= span.submit_us &&
           length_us(shift) >= 0;
  };
  const auto as_long = [&](const SacctShift& shift) {
    const int64_t length = length_us(shift);
    return elapsed_us && span.end_us &&
           (length == *elapsed_us || length == *elapsed_us + suspended_us);
  };
  const auto first = [&](const auto& which) -> std::optional<SacctShift> {
    const auto found = std::find_if(shifts.begin(), shifts.end(), which);
    if (found == shifts.end()) return std::nullopt;
    return *found;
  };
  auto told = first(
      [&](const SacctShift& shift) { return as_long(shift) && fits(shift); });
  if (!told) told = first(as_long);
  if (told || fits({})) return told;
  told = first(fits);
  if (told || length_us({}) >= 0) return told;
  return first([&](const SacctShift& shift) { return length_us(shift) >= 0; });
}

void SacctReadings::Add(std::string_view run_id, const SacctSpan& span,
                        std::optional<SacctShift> told, std::string where) {
  const auto [found, is_new] = index_.emplace(
      std::pair(std::string(run_id), span.start_us), starts_.size());
  if (is_new) {
    starts_.push_back({std::string(run_id), span, told, std::move(where)});
    return;
  }
  Start& start = starts_[found->second];
  // One that has ended tells of its end too.
  if (!start.told || (!start.span.end_us && told)) start.told = told;
  if (!start.span.end_us) start.span = span;
}

std::optional<SacctShift> SacctReadings::ReadingIn(const Run& run,
                                                   const Start& start) {
  if (run.segments.size() != 1) return std::nullopt;
  const Segment& known = run.segments.front();
  const SacctSpan& span = start.span;
  SacctShift shift = start.told.value_or(SacctShift());
  if (!IsReading(known.start_us, span.start_us, span.second.start_us)) {
    return std::nullopt;
  }
  shift.start_us = known.start_us - span.start_us;
  if (!known.end_us || !span.end_us) return shift;
  if (!IsReading(*known.end_us, *span.end_us, span.second.end_us)) {
    return std::nullopt;
  }
  shift.end_us = *known.end_us - *span.end_us;
  return shift;
}

absl::Status SacctReadings::Keep(ReadTransaction* books, Start* start) {
  std::optional<SacctShift> other;
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kRuns));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(start->run_id));
  while (found && cursor->key().starts_with(start->run_id)) {
    if (DecodeRunKey(cursor->key()).run_id == start->run_id) {
      ASSIGN_OR_RETURN(const Run run,
                       DecodeRun(cursor->key(), cursor->value()));
      const std::optional<SacctShift> known = ReadingIn(run, *start);
      if (known && *known == start->told.value_or(SacctShift())) {
        return absl::OkStatus();
      }
      if (known && !other) other = known;
    }
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  if (!other) return absl::OkStatus();
  // One that tells nothing has nothing to be noted against.
  if (start->told && kept_++ == 0) kept_where_ = start->where;
  start->told = other;
  return absl::OkStatus();
}

absl::Status SacctReadings::KeepThoseOf(ReadTransaction* books) {
  for (Start& start : starts_) RETURN_IF_ERROR(Keep(books, &start));
  return absl::OkStatus();
}

SacctShift SacctReadings::Of(std::string_view run_id,
                             const SacctSpan& span) const {
  const auto found = index_.find({std::string(run_id), span.start_us});
  if (found == index_.end()) return {};
  const std::optional<SacctShift>& told = starts_[found->second].told;
  if (!told) return {};
  return {span.second.start_us != 0 ? told->start_us : 0,
          span.second.end_us != 0 ? told->end_us : 0};
}

}  // namespace drawdown
