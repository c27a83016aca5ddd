#include "cli/run_change.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "cli/ask_again.h"

namespace drawdown {
namespace {

// As far as an event may lie ahead, so clocks of nodes may differ.
constexpr int64_t kMostBehindUs = 10 * 60 * kMicrosPerSecond;

struct FoundRun {
  std::optional<RunInfo> run;
  // The last change of it and of its attempts before.
  int64_t last_us = std::numeric_limits<int64_t>::min();
};

absl::StatusOr<FoundRun> FindRun(const Ledger& ledger, const RunKey& key) {
  FoundRun found;
  RunQuery query;
  query.run_id = key.run_id;
  // An empty id would ask for all runs; that it is wrong is for `post` to say.
  if (key.run_id.empty()) return found;
  RETURN_IF_ERROR(ledger.VisitRuns(query, [&](const RunInfo& run) {
    if (run.key == key) found.run = run;
    if (run.key.attempt <= key.attempt && !run.segments.empty()) {
      const Segment& last = run.segments.back();
      found.last_us =
          std::max(found.last_us, last.end_us.value_or(last.start_us));
    }
    return true;
  }));
  return found;
}

// Now, but not before what the books have of the run: that has happened, and
// was told by a clock that is ahead of this one.
int64_t InstantOf(const RunChangeRequest& request, const FoundRun& found,
                  int64_t* behind_us) {
  if (request.at_us) return *request.at_us;
  const int64_t now_us = SystemClock().NowUs();
  if (now_us >= found.last_us || found.last_us - now_us > kMostBehindUs) {
    return now_us;
  }
  *behind_us = found.last_us - now_us;
  return found.last_us + request.after_us;
}

absl::StatusOr<RunChangeResult> Unchanged(Ledger* ledger,
                                          const RunChangeRequest& request,
                                          RunInfo run) {
  if (request.say_again) RETURN_IF_ERROR(request.say_again(ledger, run));
  return RunChangeResult{std::move(run), false};
}

}  // namespace

absl::StatusOr<RunChangeResult> ChangeRun(Ledger* ledger,
                                          const RunChangeRequest& request) {
  ASSIGN_OR_RETURN(FoundRun found, FindRun(*ledger, request.key));
  std::optional<RunInfo>& before = found.run;
  const bool repeatable = !request.at_us;
  if (repeatable && before && request.is_so(*before)) {
    return Unchanged(ledger, request, *std::move(before));
  }
  int64_t behind_us = 0;
  const int64_t at_us = InstantOf(request, found, &behind_us);
  absl::StatusOr<Admission> posted =
      AskWhileBusy<Admission>([&] { return request.post(ledger, at_us); });
  ASSIGN_OR_RETURN(FoundRun again, FindRun(*ledger, request.key));
  std::optional<RunInfo>& after = again.run;
  if (!posted.ok()) {
    // The same script on another node may have been there in between.
    const bool so = repeatable && after && request.is_so(*after);
    if (!so) return posted.status();
    return Unchanged(ledger, request, *std::move(after));
  }
  if (!posted->admitted()) {
    return RunChangeResult{std::move(after).value_or(RunInfo()), false,
                           std::move(posted->refusal)};
  }
  if (!after) {
    return MakeError(ErrorCode::kNotFound,
                     "run " + request.key.run_id + " is gone from the books");
  }
  const bool changed =
      !before || before->journal_sequence != after->journal_sequence;
  return RunChangeResult{*std::move(after), changed, {}, behind_us};
}

}  // namespace drawdown
