// When a quota runs out if all goes on as it does: open runs accrue, holds that
// they draw are spent, others expire, limits change as was said. Pure.
#ifndef DRAWDOWN_SRC_LEDGER_QUOTA_OUTLOOK_H_
#define DRAWDOWN_SRC_LEDGER_QUOTA_OUTLOOK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/held_books.h"
#include "ledger/quota_course.h"
#include "ledger/quota_records.h"

namespace drawdown {

// What a run that has not begun uses under the quota, or draws of what is held
// under it.
struct NotBegun {
  int64_t begins_us = 0;  // the run
  int64_t start_us = 0;   // of its formula; not before
  Int128 grows = 0;       // micro-GPUs of used; of what it draws less than 0
  // What it draws: until when there is something of it.
  std::optional<int64_t> until_us = {};
};

class QuotaOutlook {
 public:
  // How far beyond the last change that is known (a limit that begins, a hold
  // that ends) windows are looked at that begin by then: a year, in which every
  // month has come. What needs no new window is found however far it is.
  static constexpr int64_t kBeyondLastChangeUs = 366 * 24 * kMicrosPerHour;

  // `lines`: what holds under the quota hold beyond `at_us`, by when they end.
  // REQUIRES: the quota and the lines outlive this.
  QuotaOutlook(const StoredQuota* quota, int64_t bucket_us, int64_t at_us,
               QuotaCourse course, std::vector<const HeldUntil*> lines,
               std::vector<NotBegun> later);

  // The instants from `at_us` on at which used + held reaches the limit, up to
  // the first that is later than `at_us`: none, one, or `at_us` and one more
  // where it runs out, has room again, and runs out again. kOverflow.
  absl::StatusOr<std::vector<int64_t>> RunsOutAt();

 private:
  // From an instant to the next at which a limit, a window or a hold changes:
  // room shrinks by a constant.
  struct Stretch {
    int64_t from_us = 0;
    int64_t end_us = 0;
    QuotaWindow window;
    bool limited = false;
    FineTime room;
    Int128 shrinks = 0;
  };
  absl::StatusOr<Stretch> StretchFrom(int64_t from_us);
  // Of what is not used and not drawn before it begins.
  void TakeOutLater(Stretch* stretch) const;
  int64_t NextChange(int64_t from_us) const;
  // Where to go on after a stretch.
  int64_t After(const Stretch& stretch) const;
  void Note(const Stretch& stretch);

  const StoredQuota& quota_;
  const int64_t bucket_us_;
  const int64_t at_us_;
  QuotaCourse course_;
  const std::vector<const HeldUntil*> lines_;
  const std::vector<NotBegun> later_;
  size_t next_line_ = 0;
  HeldSum held_;      // by lines from next_line_ on
  bool out_ = false;  // at the end of the stretch before
  std::vector<int64_t> found_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_QUOTA_OUTLOOK_H_
