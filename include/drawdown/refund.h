// What a tenant is not charged for: usage waived by policy and refunded by
// hand. The provider's claim on us is another matter: statements do not change.
// Plain values.
#ifndef DRAWDOWN_REFUND_H_
#define DRAWDOWN_REFUND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drawdown/ratio.h"
#include "drawdown/run.h"
#include "drawdown/units.h"

namespace drawdown {

// A part of the usage of one run that ended; one of `amount` and `share`.
struct Refund {
  std::string refund_id;  // 1..200 bytes, unique
  RunKey run;
  std::optional<GpuTime> amount;
  std::optional<Ratio> share;  // of what the run used when it is posted
  std::string reason;          // 1..1000 bytes
};

// One as the books know it.
struct RefundInfo {
  std::string refund_id;
  GpuTime amount;
  Ratio share;  // zero: it was given as an amount
  std::string reason;
  uint64_t journal_sequence = 0;
};

// A run of which something is waived or refunded.
struct RefundedRun {
  RunKey key;
  std::string tenant;
  std::string pool;
  StopReason reason = StopReason::kUnknown;
  int64_t stop_us = 0;
  GpuTime metered;
  GpuTime by_policy;
  // At most what policy leaves, however much was asked for.
  GpuTime refunded;
  std::vector<RefundInfo> refunds;

  GpuTime net() const { return metered - by_policy - refunded; }
};

}  // namespace drawdown

#endif  // DRAWDOWN_REFUND_H_
