// Posting holds and the runs that draw them: admission first, then the entry
// and what follows from it.
#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "base/path.h"
#include "ledger/buckets.h"
#include "ledger/hold_rules.h"
#include "ledger/posting.h"

namespace drawdown {
namespace {

std::string KeyOfRun(std::string_view run_id, uint32_t attempt) {
  std::string key;
  AppendRunKey(run_id, attempt, &key);
  return key;
}

// Said so long after it happened that what it has accrued since may matter.
bool IsLate(const RunChanged& change, int64_t at_us) {
  return change.at_us < at_us - kMicrosPerSecond;
}

absl::Status HoldError(ErrorCode code, std::string_view hold_id,
                       const std::string& what) {
  return MakeError(code, "hold " + std::string(hold_id) + " " + what);
}

// What the hold would hold beyond what it holds: once it has expired, all.
Ask AskedByRenewal(const StoredHold& known, const HoldRenewed& renewed,
                   const Run* run, int64_t at_us) {
  StoredHold after = known;
  ApplyRenewal(renewed, &after);
  const std::optional<HeldUntil> now = HeldBy(known, run);
  const std::optional<HeldUntil> then = HeldBy(after, run);
  const auto amount = [&](const std::optional<HeldUntil>& held) {
    if (!held || held->until_us <= at_us) return FineTime();
    return held->line.constant - FineTime(held->line.rate) * at_us;
  };
  Ask ask;
  // A charge is used either way.
  const FineTime more = amount(then) - amount(now) + FineOf(renewed.charge);
  ask.gpu_time = GpuTime((more.count() + kFinePerMicro - 1) / kFinePerMicro);
  if (then && (!now || now->until_us <= at_us)) {
    ask.micro_gpus = then->line.micro_gpus;
  }
  return ask;
}

}  // namespace

absl::StatusOr<int64_t> Posting::HoldTime(const ClockReading& reading) {
  return BeginHoldTime(transaction_.get(), reading, tip_.recorded_us);
}

// --- records -----------------------------------------------------------------

absl::StatusOr<std::optional<StoredHold>> Posting::FindHold(
    std::string_view hold_id) {
  if (!quotas_->any_holds) return std::nullopt;
  const std::string key = HoldKey(hold_id);
  ASSIGN_OR_RETURN(const auto bytes, transaction_->Get(Table::kHolds, key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(StoredHold hold, DecodeHold(key, *bytes));
  return hold;
}

absl::StatusOr<StoredHold> Posting::GetHold(std::string_view hold_id) {
  ASSIGN_OR_RETURN(std::optional<StoredHold> hold, FindHold(hold_id));
  if (hold) return *std::move(hold);
  return HoldError(ErrorCode::kNotFound, hold_id, "is not in the books");
}

absl::StatusOr<HoldState> Posting::StateOfHold(std::string_view hold_id) {
  ASSIGN_OR_RETURN(const StoredHold hold, GetHold(hold_id));
  return hold.state;
}

absl::Status Posting::PutHold(std::string_view hold_id,
                              const StoredHold& hold) {
  quotas_->any_holds = true;
  const std::string key = HoldKey(hold_id);
  RETURN_IF_ERROR(transaction_->Put(Table::kHolds, key, EncodeHold(key, hold)));
  if (quotas_->make_held) return absl::OkStatus();  // All of it, later.
  std::optional<Run> run;
  if (!hold.run.empty()) {
    ASSIGN_OR_RETURN(run, RunOf(hold.run));
  }
  return quotas_->held.Set(transaction_.get(), hold_id,
                           HeldBy(hold, run ? &*run : nullptr));
}

absl::StatusOr<std::optional<std::string>> Posting::HoldOfRun(
    std::string_view run_key) {
  if (!quotas_->any_holds) return std::nullopt;
  const std::string key = HoldOfRunKey(run_key);
  ASSIGN_OR_RETURN(const auto bytes, transaction_->Get(Table::kHolds, key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string_view hold_id, DecodeSealed(key, *bytes));
  return std::string(hold_id);
}

absl::StatusOr<std::optional<Run>> Posting::RunOf(std::string_view run_key) {
  const RunKey key = DecodeRunKey(run_key);
  ASSIGN_OR_RETURN(KnownRun known, FindRun(key.run_id, key.attempt));
  return std::move(known.run);
}

absl::StatusOr<std::optional<uint32_t>> Posting::LookUp(NameKind kind,
                                                        std::string_view path) {
  auto& known = names_[static_cast<int>(kind)];
  const auto found = known.find(absl::string_view(path.data(), path.size()));
  if (found != known.end()) return found->second;
  RETURN_IF_ERROR(
      ValidatePath(path, kind == NameKind::kTenant ? "tenant" : "pool"));
  const std::string key = NameByPathKey(kind, path);
  ASSIGN_OR_RETURN(const auto bytes, transaction_->Get(Table::kNames, key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const Name name, DecodeName(key, *bytes));
  return name.id;
}

absl::Status Posting::CheckStrict(std::string_view tenant,
                                  std::string_view pool) {
  for (const auto& [kind, path] :
       {std::pair{NameKind::kTenant, tenant}, {NameKind::kPool, pool}}) {
    ASSIGN_OR_RETURN(const std::optional<uint32_t> id, LookUp(kind, path));
    if (id) continue;
    return MakeError(
        ErrorCode::kUnknownName,
        std::string(kind == NameKind::kTenant ? "tenant" : "pool") + " \"" +
            std::string(path) + "\" is not in the books");
  }
  return absl::OkStatus();
}

// --- entries -----------------------------------------------------------------

absl::Status Posting::Post(const HoldPlaced& placed) {
  Journal(placed);
  return Apply(placed);
}
absl::Status Posting::Post(const HoldRenewed& renewed) {
  RETURN_IF_ERROR(GetHold(renewed.hold_id).status());
  Journal(renewed);
  return Apply(renewed);
}
absl::Status Posting::Post(const HoldClosed& closed) {
  RETURN_IF_ERROR(GetHold(closed.hold_id).status());
  Journal(closed);
  return Apply(closed);
}
absl::Status Posting::Post(const HoldDrawn& drawn) {
  RETURN_IF_ERROR(GetHold(drawn.hold_id).status());
  Journal(drawn);
  return Apply(drawn);
}

absl::Status Posting::Apply(const HoldPlaced& placed) {
  return PutHold(placed.hold_id, AfterPlacing(placed));
}

absl::Status Posting::Apply(const HoldRenewed& renewed) {
  ASSIGN_OR_RETURN(StoredHold hold, GetHold(renewed.hold_id));
  ApplyRenewal(renewed, &hold);
  RETURN_IF_ERROR(AddCharge(hold, renewed.at_us, renewed.charge));
  return PutHold(renewed.hold_id, hold);
}

absl::Status Posting::Apply(const HoldClosed& closed) {
  ASSIGN_OR_RETURN(StoredHold hold, GetHold(closed.hold_id));
  ApplyClosing(closed, &hold);
  RETURN_IF_ERROR(AddCharge(hold, closed.at_us, closed.charge));
  return PutHold(closed.hold_id, hold);
}

absl::Status Posting::Apply(const HoldDrawn& drawn) {
  ASSIGN_OR_RETURN(StoredHold hold, GetHold(drawn.hold_id));
  hold.run = KeyOfRun(drawn.run_id, drawn.attempt);
  const std::string key = HoldOfRunKey(hold.run);
  RETURN_IF_ERROR(
      transaction_->Put(Table::kHolds, key, EncodeSealed(key, drawn.hold_id)));
  return PutHold(drawn.hold_id, hold);
}

absl::Status Posting::AddCharge(const StoredHold& hold, int64_t at_us,
                                GpuTime charge) {
  if (charge.zero()) return absl::OkStatus();
  const int32_t bucket = BucketOf(at_us, bucket_us_);
  cells_.AddRecorded({hold.tenant, hold.pool, bucket}, charge);
  if (!quotas_->any) return absl::OkStatus();
  return quotas_->accounts.AddAmount(hold.tenant, hold.pool,
                                     BucketStart(bucket, bucket_us_), charge);
}

// --- holds -------------------------------------------------------------------

// Those that are not in the books, or an error.
absl::StatusOr<std::vector<const HoldRequest*>> Posting::NewHolds(
    std::span<const HoldRequest> requests) {
  std::vector<const HoldRequest*> fresh;
  std::unordered_set<std::string_view> ids;
  for (const HoldRequest& request : requests) {
    RETURN_IF_ERROR(CheckHold(request));
    if (!ids.insert(request.hold_id).second) {
      return HoldError(ErrorCode::kConflict, request.hold_id,
                       "stands twice in one batch");
    }
    ASSIGN_OR_RETURN(const std::optional<StoredHold> known,
                     FindHold(request.hold_id));
    if (!known) {
      fresh.push_back(&request);
      continue;
    }
    RETURN_IF_ERROR(
        JudgePlacedAgain(*known, PathOf(NameKind::kTenant, known->tenant),
                         PathOf(NameKind::kPool, known->pool), request));
  }
  return fresh;
}

absl::StatusOr<Admission> Posting::AdmitTime(Admitter* admitter,
                                             std::string_view tenant,
                                             std::string_view pool,
                                             const Ask& ask) {
  ASSIGN_OR_RETURN(Admission admission, admitter->Admit(tenant, pool, ask));
  if (!admission.admitted() || live_quotas_ == nullptr ||
      ask.gpu_time <= GpuTime()) {
    return admission;
  }
  ASSIGN_OR_RETURN(const bool fits,
                   live_quotas_->Promise(tenant, pool, ask.gpu_time));
  if (fits) return admission;
  return RefusedByMeters(tenant, pool, ask.gpu_time);
}

// It fits by the books, but not beside what live meters took: which is used,
// though not drained.
absl::StatusOr<Admission> Posting::RefusedByMeters(std::string_view tenant,
                                                   std::string_view pool,
                                                   GpuTime asked) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas over,
                   quotas_->index.Over(tenant, pool));
  Admitter admitter = quotas_->AdmitterAt(tip_.recorded_us);
  Refusal refusal;
  for (const StoredQuota* const quota : over) {
    ASSIGN_OR_RETURN(const QuotaState state, admitter.StateOf(*quota));
    if (!state.limited || state.limit.soft ||
        quota->scope.period == QuotaPeriod::kAtOnce) {
      continue;
    }
    ASSIGN_OR_RETURN(const int64_t taken, live_quotas_->Taken(quota->id));
    refusal.scope = quota->scope;
    refusal.limit = state.limit.nominal + state.limit.borrowing;
    refusal.asked = asked.count();
    refusal.held = state.held;
    refusal.reserved = state.reserved;
    refusal.used = state.used + taken;
    refusal.resets_at_us = state.window_end_us;
    if (refusal.asked > state.available - taken) break;
  }
  return Admission{refusal};
}

absl::StatusOr<Admission> Posting::PlaceHolds(
    std::span<const HoldRequest> requests, bool strict, int64_t at_us) {
  ASSIGN_OR_RETURN(const std::vector<const HoldRequest*> fresh,
                   NewHolds(requests));
  Admitter admitter = quotas_->AdmitterAt(at_us);
  int promised = 0;
  for (const HoldRequest* const request : fresh) {
    RETURN_IF_ERROR(ValidatePath(request->tenant, "tenant"));
    RETURN_IF_ERROR(ValidatePath(request->pool, "pool"));
    if (strict) {
      RETURN_IF_ERROR(CheckStrict(request->tenant, request->pool));
    }
    ASSIGN_OR_RETURN(const Admission admission,
                     AdmitTime(&admitter, request->tenant, request->pool,
                               {request->gpu_time, request->micro_gpus}));
    if (admission.admitted()) {
      promised += request->gpu_time.zero() ? 0 : 1;
      continue;
    }
    for (; live_quotas_ != nullptr && promised > 0; --promised) {
      RETURN_IF_ERROR(live_quotas_->Unpromise());
    }
    return admission;
  }
  RETURN_IF_ERROR(quotas_->held.DropUntil(transaction_.get(), at_us));
  for (const HoldRequest* const request : fresh) {
    HoldPlaced placed;
    placed.hold_id = request->hold_id;
    ASSIGN_OR_RETURN(placed.tenant,
                     Intern(NameKind::kTenant, request->tenant, false));
    ASSIGN_OR_RETURN(placed.pool,
                     Intern(NameKind::kPool, request->pool, false));
    placed.gpu_time = request->gpu_time;
    placed.micro_gpus = request->micro_gpus;
    placed.at_us = at_us;
    placed.ttl_us = request->ttl_us;
    RETURN_IF_ERROR(Post(placed));
  }
  return Admission{};
}

absl::StatusOr<Admission> Posting::RenewHold(const HoldRenewal& renewal,
                                             int64_t at_us) {
  RETURN_IF_ERROR(CheckRenewal(renewal));
  ASSIGN_OR_RETURN(const StoredHold known, GetHold(renewal.hold_id));
  ASSIGN_OR_RETURN(const Verdict verdict, JudgeRenewal(known, renewal));
  if (verdict == Verdict::kUnchanged) return Admission{};
  const HoldRenewed renewed = {renewal.hold_id, renewal.renewal,
                               renewal.charge,  renewal.extend,
                               at_us,           renewal.ttl_us};
  std::optional<Run> run;
  if (!known.run.empty()) {
    ASSIGN_OR_RETURN(run, RunOf(known.run));
  }
  const Ask ask = AskedByRenewal(known, renewed, run ? &*run : nullptr, at_us);
  Admitter admitter = quotas_->AdmitterAt(at_us);
  ASSIGN_OR_RETURN(const Admission admission,
                   AdmitTime(&admitter, PathOf(NameKind::kTenant, known.tenant),
                             PathOf(NameKind::kPool, known.pool), ask));
  if (!admission.admitted()) return admission;
  RETURN_IF_ERROR(quotas_->held.DropUntil(transaction_.get(), at_us));
  RETURN_IF_ERROR(Post(renewed));
  return Admission{};
}

absl::StatusOr<Admission> Posting::CloseHold(const HoldClosed& closing,
                                             OverdraftPolicy policy) {
  RETURN_IF_ERROR(CheckClosing(closing));
  ASSIGN_OR_RETURN(const StoredHold known, GetHold(closing.hold_id));
  ASSIGN_OR_RETURN(const Verdict verdict, JudgeClosing(known, closing));
  if (verdict == Verdict::kUnchanged) return Admission{};
  const bool holds = StateAt(known, closing.at_us) == HoldState::kOpen;
  const GpuTime left = holds ? known.total() - known.charged : GpuTime();
  const GpuTime held = std::max(left, GpuTime());
  const GpuTime beyond = closing.charge - held;
  if (beyond > GpuTime()) {
    if (policy == OverdraftPolicy::kRefuse) {
      Admitter admitter = quotas_->AdmitterAt(closing.at_us);
      ASSIGN_OR_RETURN(
          const Admission admission,
          AdmitTime(&admitter, PathOf(NameKind::kTenant, known.tenant),
                    PathOf(NameKind::kPool, known.pool), {beyond}));
      if (!admission.admitted()) return admission;
    } else {
      quotas_->facts = true;
    }
  }
  RETURN_IF_ERROR(quotas_->held.DropUntil(transaction_.get(), closing.at_us));
  RETURN_IF_ERROR(Post(closing));
  return Admission{};
}

// --- runs --------------------------------------------------------------------

// The start with the ids of the books, none when the books have it already.
absl::StatusOr<std::optional<RunChanged>> Posting::NewStart(
    const RunStarting& starting) {
  constexpr uint32_t kUnknown = 0xffffffff;  // Equal to no id.
  RunChanged start = starting.change;
  ASSIGN_OR_RETURN(const auto tenant,
                   LookUp(NameKind::kTenant, starting.tenant));
  ASSIGN_OR_RETURN(const auto pool, LookUp(NameKind::kPool, starting.pool));
  start.tenant = tenant.value_or(kUnknown);
  start.pool = pool.value_or(kUnknown);
  const NameOf names = [&](NameKind kind, uint32_t id) {
    if (id != kUnknown) return PathOf(kind, id);
    return std::string(kind == NameKind::kTenant ? starting.tenant
                                                 : starting.pool);
  };
  ASSIGN_OR_RETURN(const KnownRun known, FindRun(start.run_id, start.attempt));
  ASSIGN_OR_RETURN(const Verdict verdict,
                   JudgeChange(known.known(), start, names));
  if (verdict != Verdict::kUnchanged) return start;
  ASSIGN_OR_RETURN(const std::optional<std::string> draws,
                   HoldOfRun(KeyOfRun(start.run_id, start.attempt)));
  if (draws.value_or("") == starting.hold_id) return std::nullopt;
  return MakeError(ErrorCode::kConflict,
                   "run " + DescribeRun(start.run_id, start.attempt) +
                       (draws ? " was started with hold " + *draws
                              : std::string(" was started without a hold")) +
                       "; this says hold \"" + std::string(starting.hold_id) +
                       "\"");
}

absl::StatusOr<Admission> Posting::AdmitStart(const RunStarting& starting,
                                              int64_t at_us) {
  Admitter admitter = quotas_->AdmitterAt(at_us);
  int64_t asked = starting.change.micro_gpus;
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
    if (tenant != starting.tenant || pool != starting.pool) {
      return HoldError(ErrorCode::kConflict, starting.hold_id,
                       "is of " + tenant + " on " + pool + ", the run of " +
                           std::string(starting.tenant) + " on " +
                           std::string(starting.pool));
    }
    asked = std::max<int64_t>(0, asked - hold.micro_gpus);
  }
  return admitter.Admit(starting.tenant, starting.pool, {GpuTime(), asked});
}

absl::StatusOr<Admission> Posting::StartRun(RunStarting starting,
                                            int64_t at_us) {
  RETURN_IF_ERROR(CheckChange(starting.change));
  if (!starting.device.empty()) {
    ASSIGN_OR_RETURN(starting.change.micro_gpus, GpusOfShare(starting));
  }
  ASSIGN_OR_RETURN(std::optional<RunChanged> start, NewStart(starting));
  if (!start) return Admission{};
  if (starting.strict) {
    RETURN_IF_ERROR(CheckStrict(starting.tenant, starting.pool));
  }
  ASSIGN_OR_RETURN(const Admission admission, AdmitStart(starting, at_us));
  if (!admission.admitted()) return admission;
  ASSIGN_OR_RETURN(start->tenant,
                   Intern(NameKind::kTenant, starting.tenant, false));
  ASSIGN_OR_RETURN(start->pool, Intern(NameKind::kPool, starting.pool, false));
  RETURN_IF_ERROR(Post(*start).status());
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

// More GPUs at once, by growing or by going on, must fit. The hold of a
// suspended run keeps its GPUs.
absl::StatusOr<Admission> Posting::AdmitChange(const RunChanged& change,
                                               const Run& known,
                                               int64_t at_us) {
  int64_t asked = 0;
  if (change.change == RunChange::kResize) {
    asked = change.micro_gpus - known.micro_gpus;
  }
  // A run that accrued while suspended has its GPUs.
  const bool gave_back =
      known.segments.empty() || known.segments.back().end_us.has_value();
  if (change.change == RunChange::kResume && gave_back) {
    asked = known.micro_gpus;
    ASSIGN_OR_RETURN(const std::optional<std::string> hold_id,
                     HoldOfRun(KeyOfRun(change.run_id, change.attempt)));
    if (hold_id) {
      ASSIGN_OR_RETURN(const StoredHold hold, GetHold(*hold_id));
      if (StateAt(hold, at_us) == HoldState::kOpen) asked = 0;
    }
  }
  if (asked <= 0) return Admission{};
  return quotas_->AdmitterAt(at_us).Admit(
      PathOf(NameKind::kTenant, known.tenant),
      PathOf(NameKind::kPool, known.pool), {GpuTime(), asked});
}

absl::StatusOr<Admission> Posting::ChangeRun(const RunChanged& change,
                                             int64_t at_us) {
  if (quotas_->any) {
    RETURN_IF_ERROR(CheckChange(change));
    ASSIGN_OR_RETURN(const KnownRun known,
                     FindRun(change.run_id, change.attempt));
    ASSIGN_OR_RETURN(const Verdict verdict,
                     JudgeChange(known.known(), change, Names()));
    if (verdict == Verdict::kUnchanged) return Admission{};
    ASSIGN_OR_RETURN(const Admission admission,
                     AdmitChange(change, *known.run, at_us));
    if (!admission.admitted()) return admission;
  }
  RETURN_IF_ERROR(Post(change).status());
  quotas_->facts |= IsLate(change, at_us);
  return Admission{};
}

absl::Status Posting::FollowRun(const RunKey& key, const Run& run) {
  const std::string run_key = KeyOfRun(key.run_id, key.attempt);
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
