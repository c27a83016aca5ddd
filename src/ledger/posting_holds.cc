// Posting holds: admission first, then the entry and what follows from it.
#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "base/path.h"
#include "base/row_problems.h"
#include "ledger/buckets.h"
#include "ledger/hold_rules.h"
#include "ledger/posting.h"

namespace drawdown {
namespace {

constexpr size_t kMaxNamedHolds = 20;  // of those of a batch that are bad

bool IsOfInput(const absl::Status& status) {
  return static_cast<int>(GetErrorCode(status)) / 100 == 1;
}

// What the hold would hold beyond what it holds: once it has expired, all. Its
// run draws it from `draws_us` on, or has before `at_us`.
Ask AskedByRenewal(const StoredHold& known, const HoldRenewed& renewed,
                   const Run* run, int64_t at_us, int64_t draws_us) {
  StoredHold after = known;
  ApplyRenewal(renewed, &after);
  const std::optional<HeldUntil> now = HeldBy(known, run);
  const std::optional<HeldUntil> then = HeldBy(after, run);
  const auto more = [&](QuotaPeriod period) {
    const auto amount = [&](const std::optional<HeldUntil>& held) {
      return held ? held->At(period, at_us, draws_us) : FineTime();
    };
    return amount(then) - amount(now);
  };
  Ask ask;
  // A charge is used either way.
  const FineTime time = more(QuotaPeriod::kTotal) + FineOf(renewed.charge);
  ask.gpu_time = GpuTime((time.count() + kFinePerMicro - 1) / kFinePerMicro);
  ask.micro_gpus = static_cast<int64_t>(
      std::max(FineTime(), more(QuotaPeriod::kAtOnce)).count());
  return ask;
}

}  // namespace

absl::StatusOr<int64_t> Posting::HoldTime(const ClockReading& reading) {
  return clock_.At(transaction_.get(), reading, tip_.recorded_us);
}

absl::StatusOr<int64_t> Posting::HoldTimeOfAll(
    const std::function<ClockReading()>& read_clock) {
  if (!hold_time_of_all_us_) {
    ASSIGN_OR_RETURN(hold_time_of_all_us_, HoldTime(read_clock()));
  }
  return *hold_time_of_all_us_;
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
  auto& known = known_.names[static_cast<int>(kind)];
  const auto found = known.find(AbslView(path));
  if (found != known.end()) return found->second;
  RETURN_IF_ERROR(
      ValidatePath(path, kind == NameKind::kTenant ? "tenant" : "pool"));
  const std::string key = NameByPathKey(kind, path);
  ASSIGN_OR_RETURN(const auto bytes, transaction_->Get(Table::kNames, key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const Name name, DecodeName(key, *bytes));
  known.emplace(path, name.id);
  return name.id;
}

absl::StatusOr<std::string> Posting::AsNamed(std::string_view known,
                                             std::string_view path) {
  if (known == path) return std::string(path);
  ASSIGN_OR_RETURN(const std::string known_now, PathNow(known));
  ASSIGN_OR_RETURN(const std::string path_now, PathNow(path));
  return std::string(known_now == path_now ? path : known);
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
  hold.run = EncodeRunKey(drawn.run_id, drawn.attempt);
  const std::string key = HoldOfRunKey(hold.run);
  RETURN_IF_ERROR(
      transaction_->Put(Table::kHolds, key, EncodeSealed(key, drawn.hold_id)));
  return PutHold(drawn.hold_id, hold);
}

absl::Status Posting::AddCharge(const StoredHold& hold, int64_t at_us,
                                GpuTime charge) {
  if (charge.zero()) return absl::OkStatus();
  return AddAmount(hold.tenant, hold.pool, BucketOf(at_us, bucket_us_), charge);
}

// --- holds -------------------------------------------------------------------

// Whether it is not in the books.
absl::StatusOr<bool> Posting::IsNewHold(const HoldRequest& request,
                                        bool strict) {
  RETURN_IF_ERROR(CheckHold(request));
  ASSIGN_OR_RETURN(const std::optional<StoredHold> known,
                   FindHold(request.hold_id));
  if (!known) {
    RETURN_IF_ERROR(ValidatePath(request.tenant, "tenant"));
    RETURN_IF_ERROR(ValidatePath(request.pool, "pool"));
    if (strict) {
      RETURN_IF_ERROR(CheckStrict(request.tenant, request.pool));
    }
    return true;
  }
  ASSIGN_OR_RETURN(
      const std::string tenant,
      AsNamed(PathOf(NameKind::kTenant, known->tenant), request.tenant));
  RETURN_IF_ERROR(JudgePlacedAgain(
      *known, tenant, PathOf(NameKind::kPool, known->pool), request));
  return false;
}

// Those that are not in the books, or an error.
absl::StatusOr<std::vector<const HoldRequest*>> Posting::NewHolds(
    std::span<const HoldRequest> requests, bool strict) {
  std::vector<const HoldRequest*> fresh;
  std::unordered_set<std::string_view> ids;
  RowProblems problems(kMaxNamedHolds);
  for (const HoldRequest& request : requests) {
    absl::StatusOr<bool> is_new = IsNewHold(request, strict);
    if (is_new.ok() && !ids.insert(request.hold_id).second) {
      is_new = HoldError(ErrorCode::kConflict, request.hold_id,
                         "stands twice in one batch");
    }
    if (is_new.ok()) {
      if (*is_new) fresh.push_back(&request);
      continue;
    }
    if (!IsOfInput(is_new.status())) return is_new.status();
    problems.Add(request.source, is_new.status());
  }
  RETURN_IF_ERROR(problems.ToStatus());
  return fresh;
}

absl::StatusOr<Admission> Posting::AdmitTime(Admitter* admitter,
                                             std::string_view tenant,
                                             std::string_view pool,
                                             const Ask& ask) {
  ASSIGN_OR_RETURN(const Admission admission,
                   admitter->Admit(tenant, pool, ask));
  if (live_quotas_ == nullptr || ask.gpu_time <= GpuTime()) return admission;
  if (admission.admitted()) {
    ASSIGN_OR_RETURN(const bool fits, live_quotas_->Promise(tenant, pool, ask));
    if (fits) return admission;
    RETURN_IF_ERROR(admitter->Withdraw(tenant, pool, ask));
  }
  return RefusedBesideMeters(admitter, tenant, pool, ask);
}

// What live meters took is used, though not drained.
absl::StatusOr<Admission> Posting::RefusedBesideMeters(Admitter* admitter,
                                                       std::string_view tenant,
                                                       std::string_view pool,
                                                       const Ask& ask) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas over,
                   quotas_->index.Over(tenant, pool));
  TakenOfQuotas taken;
  TakenOfQuotas left;
  for (const StoredQuota* const quota : over) {
    if (quota->scope.period == QuotaPeriod::kAtOnce) continue;
    ASSIGN_OR_RETURN(taken[quota->id], live_quotas_->Taken(quota->id));
    if (const auto one = live_quotas_->Left(quota->id)) left[quota->id] = *one;
  }
  admitter->CountTaken(std::move(taken));
  ASSIGN_OR_RETURN(const Admission admission,
                   admitter->Admit(tenant, pool, ask));
  if (!admission.admitted()) return admission;
  // Room that others have made in this commit is not meters' yet, and chains
  // are asked for different amounts.
  RETURN_IF_ERROR(admitter->Withdraw(tenant, pool, ask));
  return admitter->Refuse(tenant, pool, ask, left, live_began_us_);
}

absl::StatusOr<Admission> Posting::PlaceHolds(
    std::span<const HoldRequest> requests, bool strict, int64_t at_us) {
  ASSIGN_OR_RETURN(const std::vector<const HoldRequest*> fresh,
                   NewHolds(requests, strict));
  Admitter admitter = quotas_->AdmitterAt(at_us);
  int promised = 0;
  for (const HoldRequest* const request : fresh) {
    ASSIGN_OR_RETURN(Admission admission,
                     AdmitTime(&admitter, request->tenant, request->pool,
                               {request->gpu_time, request->micro_gpus}));
    if (admission.admitted()) {
      promised += request->gpu_time.zero() ? 0 : 1;
      continue;
    }
    for (; live_quotas_ != nullptr && promised > 0; --promised) {
      RETURN_IF_ERROR(live_quotas_->Unpromise());
    }
    if (requests.size() > 1) admission.refusal->id = request->hold_id;
    return admission;
  }
  RETURN_IF_ERROR(quotas_->held.LeaveOutUntil(transaction_.get(), at_us));
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
  ASSIGN_OR_RETURN(const int64_t draws_us,
                   quotas_->later.BeginsAt(known.run, at_us));
  const Ask ask =
      AskedByRenewal(known, renewed, run ? &*run : nullptr, at_us, draws_us);
  Admitter admitter = quotas_->AdmitterAt(at_us);
  ASSIGN_OR_RETURN(const Admission admission,
                   AdmitTime(&admitter, PathOf(NameKind::kTenant, known.tenant),
                             PathOf(NameKind::kPool, known.pool), ask));
  if (!admission.admitted()) return admission;
  RETURN_IF_ERROR(quotas_->held.LeaveOutUntil(transaction_.get(), at_us));
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
  RETURN_IF_ERROR(
      quotas_->held.LeaveOutUntil(transaction_.get(), closing.at_us));
  RETURN_IF_ERROR(Post(closing));
  return Admission{};
}

}  // namespace drawdown
