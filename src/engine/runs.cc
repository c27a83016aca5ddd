// Runs, one transaction a call.
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/event_bound.h"
#include "engine/impl.h"

namespace drawdown {
namespace {

RunChanged ChangeOf(const RunKey& key, RunChange kind, int64_t at_us) {
  RunChanged change;
  change.change = kind;
  change.run_id = key.run_id;
  change.attempt = key.attempt;
  change.at_us = at_us;
  return change;
}

RunStarting StartingOf(const RunStart& start, const WriteOptions& options) {
  RunStarting starting;
  starting.change = ChangeOf(start.key, RunChange::kStart, start.at_us);
  starting.change.micro_gpus = start.micro_gpus;
  starting.tenant = start.tenant;
  starting.pool = start.pool;
  starting.hold_id = start.hold_id;
  starting.device = start.device;
  starting.share = start.share;
  starting.strict = options.strict;
  return starting;
}

}  // namespace

absl::StatusOr<Admission> Ledger::StartRun(const RunStart& start,
                                           const WriteOptions& options) {
  RETURN_IF_ERROR(
      CheckNotAhead("start", start.key, start.at_us, impl_->NowUs()));
  const RunStarting starting = StartingOf(start, options);
  return impl_->Admit([&](Posting* posting, int64_t at_us) {
    return posting->StartRun(starting, at_us);
  });
}

absl::StatusOr<Admission> Ledger::StartRuns(std::span<const RunStart> starts,
                                            const WriteOptions& options) {
  const int64_t now_us = impl_->NowUs();
  for (const RunStart& start : starts) {
    RETURN_IF_ERROR(CheckNotAhead("start", start.key, start.at_us, now_us));
  }
  std::vector<RunStarting> all;
  for (const RunStart& start : starts) {
    all.push_back(StartingOf(start, options));
  }
  // Those before a refused one are posted already: an error takes them back.
  Admission refused;
  const auto admission = impl_->Admit(
      [&](Posting* posting, int64_t at_us) -> absl::StatusOr<Admission> {
        refused = {};  // what a try before this one was told
        ASSIGN_OR_RETURN(refused, posting->StartRuns(all, at_us));
        if (refused.admitted()) return refused;
        return MakeError(ErrorCode::kWrongState,
                         "run " + refused.refusal->id + " was refused");
      });
  // A commit that could not be tried once more is not refused.
  const bool own = GetErrorCode(admission.status()) == ErrorCode::kWrongState;
  if (own && !refused.admitted()) return refused;
  return admission;
}

absl::StatusOr<Admission> Ledger::Impl::ChangeRun(
    const RunChanged& change) const {
  return Admit([&](Posting* posting, int64_t now_us) {
    return posting->ChangeRun(change, now_us);
  });
}

absl::StatusOr<Admission> Ledger::ResizeRun(const RunKey& key,
                                            int64_t micro_gpus, int64_t at_us) {
  RETURN_IF_ERROR(CheckNotAhead("resize", key, at_us, impl_->NowUs()));
  RunChanged change = ChangeOf(key, RunChange::kResize, at_us);
  change.micro_gpus = micro_gpus;
  return impl_->ChangeRun(change);
}

absl::StatusOr<Admission> Ledger::ResumeRun(const RunKey& key, int64_t at_us) {
  RETURN_IF_ERROR(CheckNotAhead("resumption", key, at_us, impl_->NowUs()));
  return impl_->ChangeRun(ChangeOf(key, RunChange::kResume, at_us));
}

absl::Status Ledger::SuspendRun(const RunKey& key, int64_t at_us) {
  RETURN_IF_ERROR(CheckNotAhead("suspension", key, at_us, impl_->NowUs()));
  return impl_->ChangeRun(ChangeOf(key, RunChange::kSuspend, at_us)).status();
}

absl::Status Ledger::StopRun(const RunKey& key, int64_t at_us,
                             StopReason reason) {
  RETURN_IF_ERROR(CheckNotAhead("stop", key, at_us, impl_->NowUs()));
  RunChanged change = ChangeOf(key, RunChange::kStop, at_us);
  change.reason = reason;
  return impl_->ChangeRun(change).status();
}

}  // namespace drawdown
