// Posting runs under quotas: the hold that a run draws, and the GPUs it asks
// for.
#include <algorithm>
#include <map>
#include <span>

#include "base/error.h"
#include "ledger/buckets.h"
#include "ledger/held_books.h"
#include "ledger/hold_rules.h"
#include "ledger/posting.h"

namespace drawdown {
namespace {

constexpr uint32_t kUnknownId = 0xffffffff;  // Equal to no id.

// Said so long after it happened that what it has accrued since may matter.
bool IsLate(const RunChanged& change, int64_t at_us) {
  return change.at_us < at_us - kMicrosPerSecond;
}

// What is open begins later: it has used nothing yet.
Run WithoutOpen(Run run) {
  if (!run.segments.empty() && !run.segments.back().end_us) {
    run.segments.pop_back();
  }
  return run;
}

// A run that accrued while suspended has its GPUs.
bool GaveItsGpusBack(const Run& suspended) {
  return suspended.segments.empty() || suspended.segments.back().end_us;
}

// GPUs that the hold keeps beside those that run.
int64_t GpusKeptBeside(const Run& run, const StoredHold* hold, int64_t at_us) {
  if (hold == nullptr) return 0;
  const std::optional<HeldUntil> held = HeldBy(*hold, &run);
  return held && held->until_us > at_us ? held->line.micro_gpus : 0;
}

// What the hold keeps for its run at the instant, as the books count it: its
// run draws it from `draws_us` on, or has before.
FineTime KeptFor(const Run& run, const StoredHold* hold, int64_t at_us,
                 int64_t draws_us) {
  if (hold == nullptr) return FineTime();
  const std::optional<HeldUntil> held = HeldBy(*hold, &run);
  return held ? held->At(QuotaPeriod::kTotal, at_us, draws_us) : FineTime();
}

}  // namespace

// As what it opens is kept by (later_starts.h): by the record time too.
bool Posting::IsAhead(const RunChanged& change, int64_t at_us) const {
  return change.at_us > std::max(at_us, tip_.recorded_us);
}

// A change that is said late or ahead: what the run has accrued since, or will
// have by then, is used in the window that counts, as far as it lies in it, and
// its hold has shrunk by all of it. Less than a GPU-microsecond is the rounding
// of the segment that ends.
absl::Status Posting::AskForAccrued(const Run& before, const RunChanged& change,
                                    const StoredHold* hold, int64_t at_us,
                                    Ask* ask) {
  if (change.at_us >= at_us && !IsAhead(change, at_us)) return absl::OkStatus();
  const Run after = AfterChange(&before, change);
  const bool ahead = IsAhead(change, at_us);
  ASSIGN_OR_RETURN(const int64_t began_us,
                   quotas_->later.BeginsAt(
                       EncodeRunKey(change.run_id, change.attempt), at_us));
  const int64_t begins_us = ahead ? change.at_us : at_us;
  const FineTime kept_less = KeptFor(before, hold, at_us, began_us) -
                             KeptFor(after, hold, at_us, begins_us);
  ASSIGN_OR_RETURN(const auto used_more,
                   quotas_->accounts.UsedMoreBy(
                       began_us > at_us ? WithoutOpen(before) : before,
                       ahead ? WithoutOpen(after) : after, at_us));
  for (const auto& [quota, used] : used_more) {
    const GpuTime more((used - kept_less).count() / kFinePerMicro);
    ask->of_quota[quota] = std::max(GpuTime(), more);
    ask->gpu_time = std::max(ask->gpu_time, more);
  }
  return absl::OkStatus();
}

// The start with the ids of the books, none when the books have it already.
absl::StatusOr<std::optional<RunChanged>> Posting::NewStart(
    const RunStarting& starting) {
  RunChanged start = starting.change;
  ASSIGN_OR_RETURN(const auto tenant,
                   LookUp(NameKind::kTenant, starting.tenant));
  ASSIGN_OR_RETURN(const auto pool, LookUp(NameKind::kPool, starting.pool));
  start.tenant = tenant.value_or(kUnknownId);
  start.pool = pool.value_or(kUnknownId);
  const NameOf names = [&](NameKind kind, uint32_t id) {
    if (id != kUnknownId) return PathOf(kind, id);
    return std::string(kind == NameKind::kTenant ? starting.tenant
                                                 : starting.pool);
  };
  ASSIGN_OR_RETURN(const KnownRun known, FindRun(start.run_id, start.attempt));
  if (known.run) {
    const std::string path = PathOf(NameKind::kTenant, known.run->tenant);
    ASSIGN_OR_RETURN(const std::string named, AsNamed(path, starting.tenant));
    if (named == starting.tenant) start.tenant = known.run->tenant;
  }
  ASSIGN_OR_RETURN(const Verdict verdict,
                   JudgeChange(known.known(), start, names));
  if (verdict != Verdict::kUnchanged) return start;
  ASSIGN_OR_RETURN(const std::optional<std::string> draws,
                   HoldOfRun(EncodeRunKey(start.run_id, start.attempt)));
  if (draws.value_or("") == starting.hold_id) return std::nullopt;
  const std::string says = starting.hold_id.empty()
                               ? "without a hold"
                               : "hold " + std::string(starting.hold_id);
  return MakeError(ErrorCode::kConflict,
                   "run " + DescribeRun(start.run_id, start.attempt) +
                       " was started " +
                       (draws ? "with hold " + *draws : "without a hold") +
                       "; this says " + says);
}

absl::StatusOr<Admission> Posting::AdmitStart(const RunStarting& starting,
                                              const RunChanged& start,
                                              int64_t at_us) {
  Admitter admitter = quotas_->AdmitterAt(at_us);
  Ask ask = {GpuTime(), starting.change.micro_gpus};
  // What has no GPUs uses nothing, until it grows.
  if (starting.hold_id.empty() && ask.micro_gpus == 0) return Admission{};
  if (starting.hold_id.empty()) {
    ASSIGN_OR_RETURN(const bool needs_hold,
                     admitter.NeedsHold(starting.tenant, starting.pool));
    if (needs_hold) {
      return MakeError(
          ErrorCode::kHoldRequired,
          "run " +
              DescribeRun(starting.change.run_id, starting.change.attempt) +
              ": a hard quota of GPU time is over " +
              std::string(starting.tenant) + " on " +
              std::string(starting.pool) + ": place a hold and start with it");
    }
  } else {
    ASSIGN_OR_RETURN(const StoredHold hold, GetHold(starting.hold_id));
    const HoldState state = StateAt(hold, at_us);
    if (state != HoldState::kOpen) {
      return HoldError(
          ErrorCode::kWrongState, starting.hold_id,
          "is " + std::string(HoldStateName(state)) + ": no run can draw it");
    }
    if (!hold.run.empty()) {
      const RunKey other = DecodeRunKey(hold.run);
      return HoldError(
          ErrorCode::kConflict, starting.hold_id,
          "is drawn by run " + DescribeRun(other.run_id, other.attempt));
    }
    const std::string tenant = PathOf(NameKind::kTenant, hold.tenant);
    const std::string pool = PathOf(NameKind::kPool, hold.pool);
    ASSIGN_OR_RETURN(const std::string held_by, PathNow(tenant));
    ASSIGN_OR_RETURN(const std::string started_by, PathNow(starting.tenant));
    if (held_by != started_by || pool != starting.pool) {
      return HoldError(ErrorCode::kConflict, starting.hold_id,
                       "is of " + tenant + " on " + pool + ", the run of " +
                           std::string(starting.tenant) + " on " +
                           std::string(starting.pool));
    }
    if (starting.change.micro_gpus > 0) {
      RETURN_IF_ERROR(CheckCovered(
          starting.change, Run{},
          {std::string(starting.tenant), std::string(starting.pool),
           std::string(starting.hold_id), &hold, at_us},
          at_us));
    }
    ask.micro_gpus = std::max<int64_t>(0, ask.micro_gpus - hold.micro_gpus);
    RunChanged change = start;
    if (change.tenant == kUnknownId) change.tenant = hold.tenant;
    RETURN_IF_ERROR(AskForAccrued(Run{}, change, &hold, at_us, &ask));
  }
  return AdmitTime(&admitter, starting.tenant, starting.pool, ask);
}

absl::StatusOr<Admission> Posting::StartRun(RunStarting starting,
                                            int64_t at_us) {
  RETURN_IF_ERROR(CheckChange(starting.change));
  // First, as it tells FindRun where there is nothing to find.
  ASSIGN_OR_RETURN(const Attempts attempts, AttemptsOf(starting.change.run_id));
  if (!starting.device.empty() || !starting.share.zero()) {
    ASSIGN_OR_RETURN(starting.change.micro_gpus, GpusOfShare(starting));
  }
  ASSIGN_OR_RETURN(std::optional<RunChanged> start, NewStart(starting));
  if (!start) return Admission{};
  RETURN_IF_ERROR(CheckOtherAttempts(*start, attempts));
  if (starting.strict) {
    RETURN_IF_ERROR(CheckStrict(starting.tenant, starting.pool));
  }
  ASSIGN_OR_RETURN(const Admission admission,
                   AdmitStart(starting, *start, at_us));
  if (!admission.admitted()) return admission;
  if (start->tenant == kUnknownId) {
    ASSIGN_OR_RETURN(start->tenant,
                     Intern(NameKind::kTenant, starting.tenant, false));
  }
  if (start->pool == kUnknownId) {
    ASSIGN_OR_RETURN(start->pool,
                     Intern(NameKind::kPool, starting.pool, false));
  }
  RETURN_IF_ERROR(Post(*start).status());
  started_[AbslView(kept_.Keep(start->run_id))].push_back(start->attempt);
  quotas_->facts |= IsLate(*start, at_us);
  if (!starting.device.empty()) {
    RETURN_IF_ERROR(Post(RunPlaced{start->run_id, start->attempt,
                                   starting.device, starting.share}));
  }
  if (starting.hold_id.empty()) return Admission{};
  RETURN_IF_ERROR(
      Post(HoldDrawn{starting.hold_id, start->run_id, start->attempt}));
  return Admission{};
}

namespace {

// What the quotas over some tenants and pools had at an instant.
class UseBefore {
 public:
  UseBefore(QuotaIndex* index, Admitter* admitter)
      : index_(index), admitter_(admitter) {}

  absl::Status Note(std::string_view tenant, std::string_view pool) {
    if (tenant == tenant_ && pool == pool_) return absl::OkStatus();
    tenant_ = tenant;
    pool_ = pool;
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas over, index_->Over(tenant, pool));
    for (const StoredQuota* const quota : over) {
      if (before_.contains(quota->id)) continue;
      ASSIGN_OR_RETURN(before_[quota->id], admitter_->OwnStandingOf(*quota));
    }
    return absl::OkStatus();
  }

  // What came to the refusing quota since then was asked for too.
  absl::Status MoveToAsked(std::string_view tenant, std::string_view pool,
                           Refusal* refusal) const {
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas over, index_->Over(tenant, pool));
    for (const StoredQuota* const quota : over) {
      if (!(quota->scope == refusal->scope)) continue;
      const Standing& before = before_.at(quota->id);
      ASSIGN_OR_RETURN(const Standing now, admitter_->OwnStandingOf(*quota));
      const QuotaPeriod period = quota->scope.period;
      const Int128 used = WholeUnits(period, now.used - before.used);
      const Int128 asked =
          WholeUnits(period, now.committed() - before.committed());
      refusal->asked += asked;
      refusal->used -= used;
      refusal->held -= asked - used;
    }
    return absl::OkStatus();
  }

 private:
  QuotaIndex* const index_;
  Admitter* const admitter_;
  std::string_view tenant_;
  std::string_view pool_;
  std::map<uint32_t, Standing> before_;  // by quota
};

}  // namespace

absl::StatusOr<Admission> Posting::StartRuns(
    std::span<const RunStarting> starts, int64_t at_us) {
  Admitter admitter = quotas_->AdmitterAt(at_us);
  UseBefore before(&quotas_->index, &admitter);
  if (starts.size() > 1 && quotas_->any) {
    for (const RunStarting& one : starts) {
      RETURN_IF_ERROR(before.Note(one.tenant, one.pool));
    }
  }
  for (const RunStarting& one : starts) {
    ASSIGN_OR_RETURN(Admission admission, StartRun(one, at_us));
    if (admission.admitted()) continue;
    if (starts.size() > 1) {
      admission.refusal->id = one.change.run_id;
      RETURN_IF_ERROR(
          before.MoveToAsked(one.tenant, one.pool, &*admission.refusal));
    }
    return admission;
  }
  return Admission{};
}

// More GPUs at once, by growing or by going on, must fit, and so must what is
// used by it at once. The hold of a suspended run keeps its GPUs. What a hold
// keeps for its run to grow into is asked anew: a correction, or a change that
// is said late, may have given it GPUs back that others have by now.
absl::StatusOr<Admission> Posting::AdmitChange(const RunChanged& change,
                                               const Run& known,
                                               int64_t at_us) {
  ASSIGN_OR_RETURN(const std::optional<std::string> hold_id,
                   HoldOfRun(EncodeRunKey(change.run_id, change.attempt)));
  std::optional<StoredHold> hold;
  if (hold_id) {
    ASSIGN_OR_RETURN(hold, GetHold(*hold_id));
  }
  const StoredHold* const draws = hold ? &*hold : nullptr;
  Ask ask;
  Ask kept;  // by the hold, of what is asked
  const bool resizes = change.change == RunChange::kResize;
  const bool grows = resizes && change.micro_gpus > known.micro_gpus;
  if (grows) {
    const int64_t from_hold =
        GpusKeptBeside(known, draws, at_us) -
        GpusKeptBeside(AfterChange(&known, change), draws, at_us);
    const int64_t more = change.micro_gpus - known.micro_gpus;
    kept.micro_gpus = std::clamp<int64_t>(from_hold, 0, more);
    ask.micro_gpus = std::max(more, more - from_hold);
  }
  const bool goes_on =
      change.change == RunChange::kResume && GaveItsGpusBack(known);
  if (goes_on) {
    const Run after = AfterChange(&known, change);
    ask.micro_gpus = std::max<int64_t>(
        0, after.micro_gpus - (GpusKeptBeside(known, draws, at_us) -
                               GpusKeptBeside(after, draws, at_us)));
  }
  // To shrink is a fact, as to stop is.
  if (resizes && !grows) return Admission{};
  if (grows || (goes_on && known.micro_gpus > 0)) {
    RETURN_IF_ERROR(
        CheckCovered(change, known,
                     {PathOf(NameKind::kTenant, known.tenant),
                      PathOf(NameKind::kPool, known.pool), hold_id.value_or(""),
                      draws, std::max(at_us, change.at_us)},
                     at_us));
  }
  RETURN_IF_ERROR(AskForAccrued(known, change, draws, at_us, &ask));
  if (ask.micro_gpus == 0 && ask.gpu_time.zero()) return Admission{};
  Admitter admitter = quotas_->AdmitterAt(at_us);
  const std::string tenant = PathOf(NameKind::kTenant, known.tenant);
  const std::string pool = PathOf(NameKind::kPool, known.pool);
  RETURN_IF_ERROR(admitter.Withdraw(tenant, pool, kept));
  return AdmitTime(&admitter, tenant, pool, ask);
}

// Under a hard quota of GPU time a run that grows or goes on uses more every
// second, as one that starts: something must be held for it then.
absl::Status Posting::CheckCovered(const RunChanged& change, const Run& known,
                                   const Covered& by, int64_t at_us) {
  if (!KeptFor(known, by.hold, by.at_us, by.at_us).zero())
    return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool needs_hold,
                   quotas_->AdmitterAt(at_us).NeedsHold(by.tenant, by.pool));
  if (!needs_hold) return absl::OkStatus();
  const std::string run = DescribeRun(change.run_id, change.attempt);
  const std::string over =
      ": a hard quota of GPU time is over " + by.tenant + " on " + by.pool;
  if (by.hold == nullptr) {
    return MakeError(ErrorCode::kHoldRequired,
                     "run " + run + over +
                         ", and it has no hold: stop it and start another "
                         "attempt with one");
  }
  if (by.hold->state != HoldState::kOpen) {
    return MakeError(ErrorCode::kHoldRequired,
                     "run " + run + over + ", and its hold " + by.hold_id +
                         " is " + std::string(HoldStateName(by.hold->state)) +
                         ": stop it and start another attempt with one");
  }
  return MakeError(ErrorCode::kHoldRequired,
                   "run " + run + over + ", and nothing is left of its hold " +
                       by.hold_id + " at " + FormatInstant(by.at_us) +
                       ": renew it first");
}

absl::StatusOr<Admission> Posting::ChangeRun(RunChanged change, int64_t at_us) {
  const bool stops = change.change == RunChange::kStop;
  const bool fact = stops || change.change == RunChange::kSuspend;
  const bool resumes = change.change == RunChange::kResume;
  if (resumes || (quotas_->any && !fact)) {
    RETURN_IF_ERROR(CheckChange(change));
    ASSIGN_OR_RETURN(const KnownRun known,
                     FindRun(change.run_id, change.attempt));
    ASSIGN_OR_RETURN(const Verdict verdict,
                     JudgeChange(known.known(), change, Names()));
    if (verdict == Verdict::kUnchanged) return Admission{};
    if (resumes && GaveItsGpusBack(*known.run)) {
      ASSIGN_OR_RETURN(change.micro_gpus, GpusOfResumption(known, change));
    }
    if (quotas_->any) {
      ASSIGN_OR_RETURN(const Admission admission,
                       AdmitChange(change, *known.run, at_us));
      if (!admission.admitted()) return admission;
    }
  }
  RETURN_IF_ERROR(Post(change).status());
  // A segment that ends ahead of time is used at once. What a run that stops
  // late has not used is free; but what one that shrinks late has not, its hold
  // has again, and some was used in a window that may be over.
  const bool turned =
      BucketOf(change.at_us, bucket_us_) != BucketOf(at_us, bucket_us_);
  quotas_->facts |=
      change.at_us > at_us || (!stops && (turned || IsLate(change, at_us)));
  return Admission{};
}

absl::Status Posting::FollowRun(const RunKey& key, const Run& run) {
  const std::string run_key = EncodeRunKey(key.run_id, key.attempt);
  ASSIGN_OR_RETURN(const std::optional<std::string> hold_id,
                   HoldOfRun(run_key));
  if (!hold_id) return absl::OkStatus();
  ASSIGN_OR_RETURN(const StoredHold hold, GetHold(*hold_id));
  if (hold.state != HoldState::kOpen) return absl::OkStatus();
  if (run.state == RunState::kEnded || run.state == RunState::kVoided) {
    return Post(HoldClosed{*hold_id, false, GpuTime(), tip_.recorded_us});
  }
  return quotas_->held.Set(transaction_.get(), *hold_id, HeldBy(hold, &run));
}

}  // namespace drawdown
