#include "ledger/hold_rules.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/decimal.h"
#include "base/error.h"

namespace drawdown {
namespace {

constexpr int64_t kMaxTtlUs = 366 * 24 * kMicrosPerHour;

absl::Status BadHold(std::string_view hold_id, const std::string& what) {
  return MakeError(ErrorCode::kBadRow,
                   "hold " + std::string(hold_id) + ": " + what);
}

absl::Status CheckTtl(std::string_view hold_id, int64_t ttl_us) {
  if (ttl_us >= 1 && ttl_us <= kMaxTtlUs) return absl::OkStatus();
  return BadHold(hold_id, "it would last " + SecondsText(ttl_us) +
                              "; 1 us to 366 days are allowed");
}

absl::Status CheckAmount(std::string_view hold_id, std::string_view what,
                         GpuTime amount) {
  // So that amounts and their sums fit in fine time.
  constexpr GpuTime kMost(static_cast<Int128>(1) << 90);
  if (amount.valid() && amount >= GpuTime() && amount <= kMost) {
    return absl::OkStatus();
  }
  return BadHold(hold_id, std::string(what) + " of " +
                              FormatGpuSeconds(amount) +
                              " GPU-seconds is not an amount that can be held");
}

absl::Status Conflict(std::string_view hold_id, const std::string& is,
                      const std::string& says) {
  return MakeError(ErrorCode::kConflict, "hold " + std::string(hold_id) +
                                             " is in the books as " + is +
                                             "; this says " + says);
}

std::string DescribeAmounts(GpuTime gpu_time, int64_t micro_gpus,
                            int64_t ttl_us) {
  return FormatGpuSeconds(gpu_time) + " GPU-seconds and " +
         FormatGpus(micro_gpus) + " GPUs for " + SecondsText(ttl_us);
}

std::string DescribeRenewal(uint32_t renewal, GpuTime charge, GpuTime extend,
                            int64_t ttl_us) {
  return "renewal " + std::to_string(renewal) + " charging " +
         FormatGpuSeconds(charge) + " and extending by " +
         FormatGpuSeconds(extend) + " GPU-seconds for " +
         (ttl_us == 0 ? "an hour or as long as it lasted"
                      : SecondsText(ttl_us));
}

// Who says no length said an hour, before 0 could be said: his repetition of
// such a renewal is one.
bool IsSameLength(int64_t known_us, int64_t said_us) {
  return known_us == said_us || (said_us == 0 && known_us == kMicrosPerHour);
}

// What an older renewal was is not kept, so it may not be told whether this is
// one again.
absl::Status OutOfTurn(const StoredHold& known, const HoldRenewal& renewal) {
  const std::string newest =
      known.renewals == 0
          ? "no renewal"
          : DescribeRenewal(known.renewals, known.last_charge,
                            known.last_extend, known.last_ttl_us);
  const std::string number = std::to_string(renewal.renewal);
  const std::string asked =
      renewal.renewal < known.renewals
          ? "renewal " + number + " is older, and is not done again"
          : "the next renewal is " + std::to_string(known.renewals + 1) +
                ", not " + number;
  return MakeError(ErrorCode::kWrongState,
                   "hold " + renewal.hold_id + " has " + newest + ": " + asked);
}

std::string DescribeClosing(bool settled, GpuTime charge) {
  return settled ? "settled with " + FormatGpuSeconds(charge) + " GPU-seconds"
                 : std::string("released");
}

}  // namespace

absl::Status HoldError(ErrorCode code, std::string_view hold_id,
                       const std::string& what) {
  return MakeError(code, "hold " + std::string(hold_id) + " " + what);
}

absl::Status CheckHoldId(std::string_view hold_id) {
  return CheckId("hold_id", hold_id);
}

absl::Status CheckHold(const HoldRequest& request) {
  RETURN_IF_ERROR(CheckHoldId(request.hold_id));
  RETURN_IF_ERROR(CheckAmount(request.hold_id, "a hold", request.gpu_time));
  RETURN_IF_ERROR(CheckMicroGpus(request.micro_gpus));
  RETURN_IF_ERROR(CheckTtl(request.hold_id, request.ttl_us));
  if (!request.gpu_time.zero() || request.micro_gpus > 0) {
    return absl::OkStatus();
  }
  return BadHold(request.hold_id, "it holds neither GPU time nor GPUs");
}

absl::Status CheckClosing(const HoldClosed& closing) {
  RETURN_IF_ERROR(CheckHoldId(closing.hold_id));
  return CheckAmount(closing.hold_id, "a charge", closing.charge);
}

absl::Status CheckRenewal(const HoldRenewal& renewal) {
  RETURN_IF_ERROR(CheckHoldId(renewal.hold_id));
  RETURN_IF_ERROR(CheckAmount(renewal.hold_id, "a charge", renewal.charge));
  RETURN_IF_ERROR(CheckAmount(renewal.hold_id, "an extension", renewal.extend));
  if (renewal.renewal < 1) {
    return BadHold(renewal.hold_id, "renewals are numbered from 1");
  }
  return renewal.ttl_us == 0 ? absl::OkStatus()
                             : CheckTtl(renewal.hold_id, renewal.ttl_us);
}

absl::Status JudgePlacedAgain(const StoredHold& known,
                              std::string_view known_tenant,
                              std::string_view known_pool,
                              const HoldRequest& request) {
  if (known_tenant == request.tenant && known_pool == request.pool &&
      known.placed == request.gpu_time &&
      known.micro_gpus == request.micro_gpus &&
      known.ttl_us == request.ttl_us) {
    return absl::OkStatus();
  }
  return Conflict(
      request.hold_id,
      std::string(known_tenant) + " on " + std::string(known_pool) + ", " +
          DescribeAmounts(known.placed, known.micro_gpus, known.ttl_us),
      request.tenant + " on " + request.pool + ", " +
          DescribeAmounts(request.gpu_time, request.micro_gpus,
                          request.ttl_us));
}

absl::StatusOr<Verdict> JudgeRenewal(const StoredHold& known,
                                     const HoldRenewal& renewal) {
  if (renewal.renewal == known.renewals) {
    if (known.last_charge == renewal.charge &&
        known.last_extend == renewal.extend &&
        IsSameLength(known.last_ttl_us, renewal.ttl_us)) {
      return Verdict::kUnchanged;
    }
    return Conflict(renewal.hold_id,
                    DescribeRenewal(known.renewals, known.last_charge,
                                    known.last_extend, known.last_ttl_us),
                    DescribeRenewal(renewal.renewal, renewal.charge,
                                    renewal.extend, renewal.ttl_us));
  }
  const std::string hold = "hold " + renewal.hold_id;
  if (renewal.renewal != known.renewals + 1) {
    return OutOfTurn(known, renewal);
  }
  if (known.state != HoldState::kOpen) {
    return MakeError(ErrorCode::kWrongState,
                     hold + " is " + std::string(HoldStateName(known.state)) +
                         ": it cannot be renewed");
  }
  if (!known.run.empty() && !renewal.charge.zero()) {
    return MakeError(ErrorCode::kWrongState,
                     hold +
                         " is drawn by a run, which accrues by itself: "
                         "renew it without a charge");
  }
  return Verdict::kUpdate;
}

absl::StatusOr<Verdict> JudgeClosing(const StoredHold& known,
                                     const HoldClosed& closing) {
  if (known.state == HoldState::kOpen) {
    if (known.run.empty() || closing.charge.zero()) return Verdict::kUpdate;
    return MakeError(ErrorCode::kWrongState,
                     "hold " + std::string(closing.hold_id) +
                         " is drawn by a run, which accrues by itself: stop "
                         "the run, or release the hold");
  }
  const bool settled = known.state == HoldState::kSettled;
  if (settled == closing.settled && known.settled == closing.charge) {
    return Verdict::kUnchanged;
  }
  return Conflict(closing.hold_id, DescribeClosing(settled, known.settled),
                  DescribeClosing(closing.settled, closing.charge));
}

StoredHold AfterPlacing(const HoldPlaced& placed) {
  StoredHold hold;
  hold.tenant = placed.tenant;
  hold.pool = placed.pool;
  hold.placed = placed.gpu_time;
  hold.micro_gpus = placed.micro_gpus;
  hold.placed_us = placed.at_us;
  hold.ttl_us = placed.ttl_us;
  hold.expires_us = placed.at_us + placed.ttl_us;
  return hold;
}

void ApplyRenewal(const HoldRenewed& renewed, StoredHold* hold) {
  hold->renewals = renewed.renewal;
  hold->charged += renewed.charge;
  hold->extended += renewed.extend;
  hold->expires_us =
      renewed.ttl_us == 0
          ? std::max(hold->expires_us, renewed.at_us + kMicrosPerHour)
          : renewed.at_us + renewed.ttl_us;
  hold->last_charge = renewed.charge;
  hold->last_extend = renewed.extend;
  hold->last_ttl_us = renewed.ttl_us;
}

void ApplyClosing(const HoldClosed& closed, StoredHold* hold) {
  hold->state = closed.settled ? HoldState::kSettled : HoldState::kReleased;
  hold->charged += closed.charge;
  hold->settled = closed.charge;
}

HoldState StateAt(const StoredHold& hold, int64_t at_us) {
  return hold.state == HoldState::kOpen && at_us >= hold.expires_us
             ? HoldState::kExpired
             : hold.state;
}

}  // namespace drawdown
