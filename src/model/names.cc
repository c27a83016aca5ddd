// The names of the public enumerations, as files and JSON spell them.
#include <array>
#include <string_view>

#include "base/check.h"
#include "drawdown/bill.h"
#include "drawdown/capacity.h"
#include "drawdown/forecast.h"
#include "drawdown/hold.h"
#include "drawdown/quota.h"
#include "drawdown/reconcile.h"
#include "drawdown/run.h"
#include "drawdown/statement.h"

namespace drawdown {
namespace {

constexpr std::array<std::string_view, 7> kCommitmentStates = {
    "proposed", "pending",  "active",    "exhausted",
    "expired",  "canceled", "superseded"};
constexpr std::array<std::string_view, 5> kRunStates = {
    "never_started", "open", "suspended", "ended", "voided"};
constexpr std::array<std::string_view, 7> kStopReasons = {
    "unknown",      "done",      "failed", "preempted",
    "node_failure", "cancelled", "lost"};
constexpr std::array<std::string_view, 3> kCapacityStates = {
    "delivered", "excluded", "replaced"};
constexpr std::array<std::string_view, 4> kHoldStates = {"open", "expired",
                                                         "settled", "released"};
constexpr std::array<std::string_view, 5> kQuotaPeriods = {
    "total", "month", "interval", "rolling", "at_once"};
constexpr std::array<std::string_view, 3> kExhaustionKinds = {
    "hold_expires", "hold_spent", "quota_exhausted"};
constexpr std::array<std::string_view, 8> kDueDateKinds = {
    "interval_end",   "step",      "expansion_opens", "expansion_closes",
    "credit_expires", "milestone", "grace_end",       "term_end"};
constexpr std::array<std::string_view, 13> kChargeKinds = {
    "covered", "on_demand",   "overage",   "unpriced",    "grain",
    "unused",  "undelivered", "shortfall", "rollover_in", "rollover_out",
    "credit",  "correction",  "rounding"};
constexpr std::array<std::string_view, 3> kBilledAmounts = {
    "BilledCost", "EffectiveCost", "none"};
constexpr std::array<std::string_view, 20> kBreakClasses = {
    "matched",
    "within_tolerance",
    "quantity_break",
    "price_break",
    "mixed_break",
    "unmetered_charge",
    "unbilled_usage",
    "duplicate_charge",
    "timing",
    "correction_linked",
    "correction_orphan",
    "commitment_shortfall",
    "commitment_overage",
    "commitment_waste",
    "allocation_gap",
    "unit_scale_break",
    "currency_break",
    "non_usage",
    "rounding",
    "not_executable"};

template <size_t kSize, typename Enum>
std::string_view NameAt(const std::array<std::string_view, kSize>& names,
                        Enum value) {
  const auto index = static_cast<size_t>(value);
  CHECK(index < kSize);
  return names[index];
}

}  // namespace

std::string_view RunStateName(RunState state) {
  return NameAt(kRunStates, state);
}

std::string_view StopReasonName(StopReason reason) {
  return NameAt(kStopReasons, reason);
}

std::optional<StopReason> ParseStopReason(std::string_view name) {
  for (size_t i = 0; i < kStopReasons.size(); ++i) {
    if (kStopReasons[i] == name) return static_cast<StopReason>(i);
  }
  return std::nullopt;
}

std::string_view HoldStateName(HoldState state) {
  return NameAt(kHoldStates, state);
}

std::string_view QuotaPeriodName(QuotaPeriod period) {
  return NameAt(kQuotaPeriods, period);
}

std::string_view ExhaustionKindName(ExhaustionKind kind) {
  return NameAt(kExhaustionKinds, kind);
}

std::string_view CapacityStateName(CapacityState state) {
  return NameAt(kCapacityStates, state);
}

std::optional<CapacityState> ParseCapacityState(std::string_view name) {
  for (size_t i = 0; i < kCapacityStates.size(); ++i) {
    if (kCapacityStates[i] == name) return static_cast<CapacityState>(i);
  }
  return std::nullopt;
}

std::string_view CommitmentStateName(CommitmentState state) {
  return NameAt(kCommitmentStates, state);
}

std::string_view ChargeKindName(ChargeKind kind) {
  return NameAt(kChargeKinds, kind);
}

std::string_view DueDateKindName(DueDateKind kind) {
  return NameAt(kDueDateKinds, kind);
}

std::string_view BilledAmountName(BilledAmount value) {
  return NameAt(kBilledAmounts, value);
}

std::string_view BreakClassName(BreakClass value) {
  return NameAt(kBreakClasses, value);
}

bool IsClean(BreakClass value) {
  return value == BreakClass::kMatched ||
         value == BreakClass::kWithinTolerance ||
         value == BreakClass::kRounding || value == BreakClass::kNonUsage;
}

}  // namespace drawdown
