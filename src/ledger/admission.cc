#include "ledger/admission.h"

#include <algorithm>

#include "base/error.h"
#include "ledger/quota_rules.h"
#include "ledger/quota_windows.h"

namespace drawdown {
namespace {

// Far beyond any use; sums with it still fit.
constexpr FineTime kNoLimit{static_cast<Int128>(1) << 120};

FineTime AskedOf(const StoredQuota& quota, const Ask& ask) {
  return quota.scope.period == QuotaPeriod::kAtOnce ? FineTime(ask.micro_gpus)
                                                    : FineOf(ask.Of(quota.id));
}

}  // namespace

Int128 WholeUnits(QuotaPeriod period, FineTime amount) {
  if (period == QuotaPeriod::kAtOnce) return amount.count();
  const Int128 whole = amount.count() / kFinePerMicro;
  return whole * kFinePerMicro > amount.count() ? whole - 1 : whole;
}

FineTime FineUnits(QuotaPeriod period, Int128 amount) {
  return period == QuotaPeriod::kAtOnce ? FineTime(amount)
                                        : FineOf(GpuTime(amount));
}

absl::StatusOr<Standing> Admitter::StandingOf(const StoredQuota& quota) {
  ASSIGN_OR_RETURN(Standing standing, OwnStandingOf(quota));
  ASSIGN_OR_RETURN(standing.reserved, Reserved(quota));
  return standing;
}

absl::StatusOr<Standing> Admitter::OwnStandingOf(const StoredQuota& quota) {
  Standing standing;
  const QuotaPeriod period = quota.scope.period;
  standing.limit = kNoLimit;
  if (const QuotaLimit* const limit = LimitAt(quota, at_us_)) {
    standing.limit = FineUnits(period, limit->nominal + limit->borrowing);
    standing.guarantee = FineUnits(period, GuaranteeOf(*limit));
  }
  ASSIGN_OR_RETURN(const QuotaUse use, accounts_->UseAt(quota, at_us_));
  standing.used = use.used;
  const auto taken = taken_.find(quota.id);
  if (taken != taken_.end()) standing.used += FineOf(taken->second);
  ASSIGN_OR_RETURN(standing.held, held_->HeldAt(quota, at_us_));
  const auto admitted = admitted_.find(quota.id);
  if (admitted != admitted_.end()) standing.held += admitted->second;
  return standing;
}

// What slices below have set aside and not used: of the topmost of them, as
// those further down are set aside in them.
absl::StatusOr<FineTime> Admitter::Reserved(const StoredQuota& quota) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas slices,
                   index_->SlicesIn(quota, at_us_));
  FineTime reserved;
  for (const StoredQuota* const slice : slices) {
    ASSIGN_OR_RETURN(const Standing standing, StandingOf(*slice));
    reserved +=
        std::max(standing.guarantee - standing.committed(), standing.reserved);
  }
  return reserved;
}

void Admitter::Count(const QuotaIndex::Quotas& over, const Ask& ask, int sign) {
  for (const StoredQuota* const quota : over) {
    admitted_[quota->id] += AskedOf(*quota, ask) * sign;
  }
}

absl::StatusOr<Refusal> Admitter::RefusalBy(const StoredQuota& quota,
                                            FineTime asked) {
  const std::map<uint32_t, FineTime> before = std::exchange(admitted_, {});
  auto standing = StandingOf(quota);
  admitted_ = before;
  RETURN_IF_ERROR(standing.status());
  const auto admitted = before.find(quota.id);
  if (admitted != before.end()) {
    // What was withdrawn is held for who asks: of what he asks for.
    const bool withdrawn = admitted->second < FineTime();
    (withdrawn ? standing->held : asked) += admitted->second;
  }
  const QuotaPeriod period = quota.scope.period;
  Refusal refusal;
  refusal.scope = quota.scope;
  refusal.limit = WholeUnits(period, standing->limit);
  refusal.asked = WholeUnits(period, asked);
  // Parts of a microsecond count where they add up to one, so that what is
  // shown is over the limit as what was compared is.
  FineTime sum;
  Int128 shown = 0;
  const auto rounded = [&](FineTime amount) {
    sum += amount;
    const Int128 up_to_here = -WholeUnits(period, -sum);
    return up_to_here - std::exchange(shown, up_to_here);
  };
  refusal.used = rounded(standing->used);
  refusal.held = rounded(standing->held);
  refusal.reserved = rounded(standing->reserved);
  const QuotaWindow window = CountingWindow(quota, at_us_, bucket_us_);
  if (window.end_us != QuotaWindow::kNoEnd) {
    refusal.resets_at_us = window.end_us;
  }
  return refusal;
}

absl::StatusOr<std::optional<Refusal>> Admitter::WalkChain(
    const QuotaIndex::Quotas& chain, const Ask& ask) {
  FineTime below;  // what the quota below is asked for
  // Of slices below; negative: they were asked for more.
  FineTime beyond;
  for (const StoredQuota* const quota : chain) {
    const FineTime asked = AskedOf(*quota, ask);
    beyond += asked - std::exchange(below, asked);
    const QuotaLimit* const limit = LimitAt(*quota, at_us_);
    const bool nothing = asked <= FineTime() && beyond == FineTime();
    if (limit == nullptr || nothing) continue;
    ASSIGN_OR_RETURN(Standing standing, OwnStandingOf(*quota));
    // What fits a guarantee has nothing to do with what slices set aside.
    if (beyond != FineTime()) {
      ASSIGN_OR_RETURN(standing.reserved, Reserved(*quota));
    }
    const FineTime room = standing.room();
    const bool fits = asked <= FineTime() ||
                      (asked <= room && (beyond <= FineTime() ||
                                         beyond <= room - standing.reserved));
    if (!fits && !limit->soft) return RefusalBy(*quota, asked);
    beyond -= standing.KeptLessBy(beyond);
  }
  return std::nullopt;
}

absl::StatusOr<Admission> Admitter::Admit(std::string_view tenant,
                                          std::string_view pool,
                                          const Ask& ask) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas over, index_->Over(tenant, pool));
  for (const QuotaIndex::Quotas& chain : ChainsIn(over)) {
    ASSIGN_OR_RETURN(std::optional<Refusal> refusal, WalkChain(chain, ask));
    if (refusal) return Admission{std::move(refusal)};
  }
  Count(over, ask, +1);
  return Admission{};
}

absl::Status Admitter::Withdraw(std::string_view tenant, std::string_view pool,
                                const Ask& ask) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas over, index_->Over(tenant, pool));
  Count(over, ask, -1);
  return absl::OkStatus();
}

absl::StatusOr<Admission> Admitter::Refuse(std::string_view tenant,
                                           std::string_view pool,
                                           const Ask& ask,
                                           const TakenOfQuotas& left,
                                           int64_t left_at_us) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas over, index_->Over(tenant, pool));
  std::optional<Refusal> by;
  const StoredQuota* of = nullptr;
  Int128 least = 0;  // of what is left; meters had less than nothing
  bool changed = false;
  for (const StoredQuota* const quota : over) {
    changed = changed || quota->At(left_at_us) != quota->At(at_us_) ||
              CountingWindow(*quota, left_at_us, bucket_us_) !=
                  CountingWindow(*quota, at_us_, bucket_us_);
    const QuotaLimit* const limit = LimitAt(*quota, at_us_);
    const FineTime asked = AskedOf(*quota, ask);
    // Meters know of GPU time only.
    const bool binds = limit != nullptr && !limit->soft && asked > FineTime() &&
                       quota->scope.period != QuotaPeriod::kAtOnce;
    if (!binds) continue;
    ASSIGN_OR_RETURN(Refusal one, RefusalBy(*quota, asked));
    Int128 leaves = one.limit - one.used - one.held - one.reserved - one.asked;
    const auto room = left.find(quota->id);
    if (room != left.end()) {
      const Int128 by_meters =
          room->second.count() - WholeUnits(quota->scope.period, asked);
      one.held += std::max<Int128>(0, leaves - by_meters);
      leaves = std::min(leaves, by_meters);
    }
    if (leaves >= least) continue;
    by = one;
    of = quota;
    least = leaves;
  }
  if (of != nullptr && !changed) {
    ASSIGN_OR_RETURN(changed, held_->AnyEnds(*of, left_at_us, at_us_));
  }
  if (changed || !by) {
    return MakeError(ErrorCode::kBusy,
                     "the limits over " + std::string(tenant) + " on " +
                         std::string(pool) +
                         ", their windows or what is held changed while it was "
                         "asked whether it fits: ask again");
  }
  return Admission{std::move(by)};
}

absl::StatusOr<bool> Admitter::Borrows(std::string_view tenant,
                                       std::string_view pool,
                                       const QuotaScope& scope) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas over, index_->Over(tenant, pool));
  for (const StoredQuota* const quota : over) {
    const QuotaLimit* const limit = LimitAt(*quota, at_us_);
    if (limit == nullptr || !SameKind(quota->scope, scope) ||
        quota->scope.tenant == scope.tenant) {
      continue;
    }
    // A ceiling sets nothing aside, so what is beyond it is nobody else's.
    if (!limit->slice && limit->borrowing == 0) continue;
    ASSIGN_OR_RETURN(const Standing standing, OwnStandingOf(*quota));
    if (standing.committed() > FineUnits(scope.period, limit->nominal)) {
      return true;
    }
  }
  return false;
}

absl::StatusOr<bool> Admitter::NeedsHold(std::string_view tenant,
                                         std::string_view pool) {
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas over, index_->Over(tenant, pool));
  return std::any_of(over.begin(), over.end(), [&](const StoredQuota* quota) {
    const QuotaLimit* const limit = LimitAt(*quota, at_us_);
    return limit != nullptr && !limit->soft &&
           quota->scope.period != QuotaPeriod::kAtOnce;
  });
}

absl::StatusOr<QuotaState> Admitter::StateOf(const StoredQuota& quota) {
  const QuotaPeriod period = quota.scope.period;
  QuotaState state;
  state.scope = quota.scope;
  const QuotaVersion* const version = quota.At(at_us_);
  state.limited = version != nullptr && version->limit.has_value();
  if (version != nullptr) state.from_us = version->from_us;
  if (state.limited) state.limit = *version->limit;
  for (const QuotaVersion& one : quota.versions) {
    if (one.from_us > at_us_) state.later.push_back({one.from_us, one.limit});
  }
  const QuotaWindow window = CountingWindow(quota, at_us_, bucket_us_);
  state.window_start_us = window.start_us;
  if (window.end_us != QuotaWindow::kNoEnd) {
    state.window_end_us = window.end_us;
  }
  ASSIGN_OR_RETURN(const Standing standing, StandingOf(quota));
  state.used = WholeUnits(period, standing.used);
  state.held = WholeUnits(period, standing.held);
  state.reserved = WholeUnits(period, standing.reserved);
  if (state.limited) {
    state.available = WholeUnits(period, standing.room() - standing.reserved);
  }
  ASSIGN_OR_RETURN(const QuotaUse use, accounts_->UseAt(quota, at_us_));
  ASSIGN_OR_RETURN(const Int128 drawn, held_->DrawnAt(quota, at_us_));
  if (period != QuotaPeriod::kAtOnce) state.accruing = use.level - drawn;
  return state;
}

}  // namespace drawdown
