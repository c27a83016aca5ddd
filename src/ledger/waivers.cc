#include "ledger/waivers.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "base/check.h"
#include "base/coding.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"
#include "ledger/buckets.h"
#include "ledger/run_rules.h"
#include "ledger/seal.h"

namespace drawdown {
namespace {

constexpr char kWaiverPrefix = 'w';

absl::StatusOr<StoredWaiver> DecodeWaiver(std::string_view key,
                                          std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::string_view body,
                   OpenRecord(key, bytes, "policy"));
  ByteReader in(body);
  StoredWaiver waiver;
  waiver.tenant = in.String();
  waiver.pool = in.String();
  waiver.reason = in.Fixed<StopReason>();
  waiver.from_us = in.Fixed<int64_t>();
  waiver.share.num = static_cast<int64_t>(in.Varint());
  waiver.share.den = static_cast<int64_t>(in.Varint());
  if (in.Fixed<uint8_t>() != 0) waiver.last_us = in.Fixed<int64_t>();
  if (!in.done()) return MalformedRecord("policy");
  return waiver;
}

absl::StatusOr<GpuTime> PartOf(GpuTime whole, Int128 num, Int128 den) {
  ASSIGN_OR_RETURN(const Int128 part, MulDivHalfEven(whole.count(), num, den));
  return GpuTime(part);
}

}  // namespace

std::string WaiverKey(uint64_t sequence) {
  std::string key(1, kWaiverPrefix);
  AppendKey64(sequence, &key);
  return key;
}

std::string EncodeWaiver(std::string_view key, const WaiverPolicySet& policy) {
  std::string out;
  AppendString(policy.tenant, &out);
  AppendString(policy.pool, &out);
  AppendFixed(policy.reason, &out);
  AppendFixed(policy.from_us, &out);
  AppendVarint(static_cast<uint64_t>(policy.share.num), &out);
  AppendVarint(static_cast<uint64_t>(policy.share.den), &out);
  AppendFixed(static_cast<uint8_t>(policy.last_us.has_value()), &out);
  if (policy.last_us) AppendFixed(*policy.last_us, &out);
  SealRecord(key, &out);
  return out;
}

absl::StatusOr<WaiverList> ReadWaivers(ReadTransaction* books) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kPolicies));
  WaiverList waivers;
  ASSIGN_OR_RETURN(bool found,
                   cursor->SeekAtLeast(std::string_view(&kWaiverPrefix, 1)));
  while (found && cursor->key().front() == kWaiverPrefix) {
    ASSIGN_OR_RETURN(StoredWaiver waiver,
                     DecodeWaiver(cursor->key(), cursor->value()));
    waivers.push_back(std::move(waiver));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return waivers;
}

absl::Status CheckWaiver(const WaiverPolicySet& policy) {
  if (!policy.tenant.empty()) {
    RETURN_IF_ERROR(ValidatePath(policy.tenant, "tenant"));
  }
  RETURN_IF_ERROR(ValidateSelector(policy.pool));
  RETURN_IF_ERROR(CheckInstant("from", policy.from_us));
  if (policy.last_us && *policy.last_us <= 0) {
    return MakeError(ErrorCode::kBadRow, "the last " +
                                             std::to_string(*policy.last_us) +
                                             " us: it is more than 0");
  }
  if (IsValidRatio(policy.share)) return absl::OkStatus();
  return MakeError(
      ErrorCode::kBadRow,
      "a waiver of " + FormatRatio(policy.share) + " of a run's usage");
}

std::string DescribeWaiver(const WaiverPolicySet& policy) {
  const std::string part = policy.last_us
                               ? "the last " + SecondsText(*policy.last_us)
                               : FormatRatio(policy.share);
  return "waives " + part + " of " +
         std::string(StopReasonName(policy.reason)) + " runs";
}

bool IsSaid(const WaiverList& waivers, const WaiverPolicySet& policy) {
  WaiverList same_instant;
  for (const StoredWaiver& waiver : waivers) {
    if (waiver.from_us == policy.from_us) same_instant.push_back(waiver);
  }
  return IsInForce(same_instant, policy);
}

bool IsInForce(const WaiverList& waivers, const WaiverPolicySet& policy) {
  const StoredWaiver* found = nullptr;
  for (const StoredWaiver& waiver : waivers) {
    const bool same_place = waiver.tenant == policy.tenant &&
                            waiver.pool == policy.pool &&
                            waiver.reason == policy.reason;
    if (!same_place || waiver.from_us > policy.from_us) continue;
    if (found == nullptr || waiver.from_us >= found->from_us) found = &waiver;
  }
  return found != nullptr && found->share == policy.share &&
         found->last_us == policy.last_us;
}

StopReason ReasonOf(const Run& run) {
  if (run.reason != StopReason::kUnknown) return run.reason;
  // As Slurm spells them. REVOKED: another cluster runs the job.
  static constexpr std::pair<std::string_view, StopReason> kReasons[] = {
      {"COMPLETED", StopReason::kDone},
      {"FAILED", StopReason::kFailed},
      {"TIMEOUT", StopReason::kFailed},
      {"OUT_OF_MEMORY", StopReason::kFailed},
      {"DEADLINE", StopReason::kFailed},
      {"LAUNCH_FAILED", StopReason::kFailed},
      {"PREEMPTED", StopReason::kPreempted},
      {"NODE_FAIL", StopReason::kNodeFailure},
      {"BOOT_FAIL", StopReason::kNodeFailure},
      {"REVOKED", StopReason::kCancelled},
  };
  const std::string& state = run.source_state;
  for (const auto& [name, reason] : kReasons) {
    if (state == name) return reason;
  }
  // "CANCELLED by 1000"
  return state.starts_with("CANCELLED") ? StopReason::kCancelled
                                        : StopReason::kUnknown;
}

const StoredWaiver* WaiverFor(const WaiverList& waivers, const Run& run,
                              std::string_view tenant, std::string_view pool) {
  CHECK(run.state == RunState::kEnded);
  const int64_t stop_us = *run.segments.back().end_us;
  const StopReason reason = ReasonOf(run);
  const StoredWaiver* best = nullptr;
  // Ancestors of one tenant: the longer path is the deeper one.
  const auto rank = [](const StoredWaiver& waiver) {
    return std::tuple(waiver.tenant.size(), SelectorRank(waiver.pool),
                      waiver.from_us);
  };
  for (const StoredWaiver& waiver : waivers) {
    if (waiver.reason != reason || waiver.from_us > stop_us ||
        !IsAtOrBelow(tenant, waiver.tenant) ||
        !SelectorCovers(waiver.pool, pool)) {
      continue;
    }
    if (best == nullptr || rank(waiver) >= rank(*best)) best = &waiver;
  }
  return best;
}

GpuTime UsedUntil(const Run& run, int64_t cut_us) {
  GpuTime used;
  for (const Segment& segment : run.segments) {
    used += SegmentTimeUntil(segment, cut_us);
  }
  return used;
}

absl::StatusOr<WaivedUsage> WaivedUsage::Of(const Run& run,
                                            const StoredWaiver* waiver,
                                            GpuTime refunds) {
  CHECK(run.state == RunState::kEnded);
  WaivedUsage usage(run);
  const int64_t stop_us = usage.end_us();
  usage.metered_ = UsedUntil(run, stop_us);
  if (waiver != nullptr) {
    usage.share_ = waiver->share;
    if (waiver->last_us) {
      int64_t from_us = 0;
      const bool overflow =
          __builtin_sub_overflow(stop_us, *waiver->last_us, &from_us);
      usage.last_from_us_ =
          overflow ? std::numeric_limits<int64_t>::min() : from_us;
    }
  }
  ASSIGN_OR_RETURN(usage.by_policy_, usage.ByPolicyUntil(stop_us));
  usage.refunded_ = std::min(refunds, usage.metered_ - usage.by_policy_);
  return usage;
}

absl::StatusOr<GpuTime> WaivedUsage::ByPolicyUntil(int64_t cut_us) const {
  const GpuTime used = UsedUntil(*run_, cut_us);
  if (!last_from_us_) return PartOf(used, share_.num, share_.den);
  return used - UsedUntil(*run_, std::min(cut_us, *last_from_us_));
}

absl::StatusOr<GpuTime> WaivedUsage::Until(int64_t cut_us) const {
  ASSIGN_OR_RETURN(const GpuTime by_policy, ByPolicyUntil(cut_us));
  if (refunded_.zero()) return by_policy;
  const GpuTime left = UsedUntil(*run_, cut_us) - by_policy;
  ASSIGN_OR_RETURN(
      const GpuTime refunded,
      PartOf(refunded_, left.count(), (metered_ - by_policy_).count()));
  return by_policy + refunded;
}

}  // namespace drawdown
