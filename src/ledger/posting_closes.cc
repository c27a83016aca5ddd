// Posting closed months, and noticing what is recorded late.
#include <algorithm>
#include <limits>

#include "ledger/posting.h"

namespace drawdown {
namespace {

// The first instant at which the usage of two lives of one run differs.
int64_t FirstDifference(const Run& before, const Run& after) {
  constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
  const bool moved = before.tenant != after.tenant || before.pool != after.pool;
  size_t i = 0;
  while (!moved && i < before.segments.size() && i < after.segments.size() &&
         before.segments[i] == after.segments[i]) {
    ++i;
  }
  const Segment* const old_one =
      i < before.segments.size() ? &before.segments[i] : nullptr;
  const Segment* const new_one =
      i < after.segments.size() ? &after.segments[i] : nullptr;
  if (!moved && old_one != nullptr && new_one != nullptr &&
      old_one->start_us == new_one->start_us &&
      old_one->micro_gpus == new_one->micro_gpus) {
    // An end on a bucket's edge is of the bucket before it.
    return std::min(old_one->end_us.value_or(kNever),
                    new_one->end_us.value_or(kNever)) -
           1;
  }
  return std::min(old_one != nullptr ? old_one->start_us : kNever,
                  new_one != nullptr ? new_one->start_us : kNever);
}

}  // namespace

void Posting::TouchRun(const Run* before, const Run& after) {
  if (!closes_.any()) return;
  closes_.Touch(FirstDifference(before != nullptr ? *before : Run(), after));
}

absl::Status Posting::Post(const PeriodClosed& closed) {
  Journal(closed);
  return Apply(closed);
}

absl::Status Posting::Apply(const PeriodClosed& closed) {
  return closes_.Close(transaction_.get(), closed, tip_.recorded_us,
                       last_sequence_);
}

}  // namespace drawdown
