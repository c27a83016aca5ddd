// One change of one run, as prolog and epilog scripts ask for it.
#ifndef DRAWDOWN_SRC_CLI_RUN_CHANGE_H_
#define DRAWDOWN_SRC_CLI_RUN_CHANGE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "drawdown/ledger.h"

namespace drawdown {

struct RunChangeRequest {
  RunKey key;
  // When; none: now, and then a run that already is as asked stays as it is,
  // because a script that is run a second time cannot know when it ran first.
  std::optional<int64_t> at_us;
  // How long after the run's last change at the earliest, where it is now.
  int64_t after_us = 0;
  std::function<absl::StatusOr<Admission>(Ledger*, int64_t at_us)> post;
  std::function<bool(const RunInfo&)> is_so;
  // Says it again of the run that is so, for what RunInfo does not tell: the
  // hold that it draws. It changes nothing, or is a conflict. Null: all is
  // told.
  std::function<absl::Status(Ledger*, const RunInfo&)> say_again = nullptr;
};

struct RunChangeResult {
  RunInfo run;  // afterwards; nothing in it of a start that was refused
  bool changed = false;
  std::optional<Refusal> refusal = {};
  // By how much the clock was behind what the books have of the run: it was
  // taken as at their instant.
  int64_t behind_us = 0;
};

// The errors of `post`.
absl::StatusOr<RunChangeResult> ChangeRun(Ledger* ledger,
                                          const RunChangeRequest& request);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_RUN_CHANGE_H_
