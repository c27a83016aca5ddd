#include "cli/run_change.h"

#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "cli/ask_again.h"

namespace drawdown {
namespace {

absl::StatusOr<std::optional<RunInfo>> FindRun(const Ledger& ledger,
                                               const RunKey& key) {
  std::optional<RunInfo> found;
  RunQuery query;
  query.run_id = key.run_id;
  // An empty id would ask for all runs; that it is wrong is for `post` to say.
  if (key.run_id.empty()) return found;
  RETURN_IF_ERROR(ledger.VisitRuns(query, [&](const RunInfo& run) {
    if (run.key == key) found = run;
    return !found;
  }));
  return found;
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
  ASSIGN_OR_RETURN(std::optional<RunInfo> before,
                   FindRun(*ledger, request.key));
  const bool repeatable = !request.at_us;
  if (repeatable && before && request.is_so(*before)) {
    return Unchanged(ledger, request, *std::move(before));
  }
  const int64_t at_us = request.at_us ? *request.at_us : SystemClock().NowUs();
  absl::StatusOr<Admission> posted =
      AskWhileBusy<Admission>([&] { return request.post(ledger, at_us); });
  ASSIGN_OR_RETURN(std::optional<RunInfo> after, FindRun(*ledger, request.key));
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
  return RunChangeResult{*std::move(after), changed};
}

}  // namespace drawdown
