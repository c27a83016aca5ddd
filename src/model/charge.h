// What rating makes of one cell: the parts it was priced as, each citing the
// rule that priced it. Statements and reconciliation both read these.
#ifndef DRAWDOWN_SRC_MODEL_CHARGE_H_
#define DRAWDOWN_SRC_MODEL_CHARGE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/huge_pages.h"
#include "base/wide.h"
#include "drawdown/statement.h"
#include "drawdown/units.h"

namespace drawdown {

inline constexpr uint32_t kNoIndex = 0xffffffff;
inline constexpr uint16_t kNoRule = 0xffff;

// A part of one bucket cell's usage, or an unused/undelivered/shortfall amount
// booked at the interval that ends with this bucket. Small, because a month has
// one per cell: what it costs follows from its rule.
struct Charge {
  int64_t bucket_us = 0;           // start of the bucket (or of the interval)
  int64_t bucket_end_us = 0;       // end of the bucket (or of the interval)
  Int128 amount = 0;               // GPU time, or money where it has none
  uint32_t tenant = kNoIndex;      // index into RatedUsage::tenants
  uint32_t pool = kNoIndex;        // index into RatedUsage::pools
  uint32_t commitment = kNoIndex;  // index into RatedUsage::commitments
  ChargeKind kind = ChargeKind::kCovered;
  bool has_gpu_time = true;
  uint16_t rule = kNoRule;  // index into RatedUsage::rules

  GpuTime gpu_time() const { return GpuTime(has_gpu_time ? amount : 0); }
  // Of one without GPU time.
  MoneyAmount own_cost() const {
    return MoneyAmount(has_gpu_time ? 0 : amount);
  }
};
static_assert(sizeof(Charge) == 48);

using Charges = std::vector<Charge, HugePageAllocator<Charge>>;

// What made a charge.
struct ChargeRule {
  uint32_t version = 0;  // of the contract
  std::string text;      // for a person
  // Per GPU-hour. Covered usage without one is what a higher layer counts again
  // after a lower one priced it: no cost, not metered twice.
  std::optional<MoneyAmount> unit_price;

  friend bool operator==(const ChargeRule&, const ChargeRule&) = default;
};

// `rules` are those that the charge has its index of.
inline std::optional<MoneyAmount> UnitPriceOf(
    const Charge& charge, std::span<const ChargeRule> rules) {
  if (charge.rule == kNoRule) return std::nullopt;
  return rules[charge.rule].unit_price;
}

// Exact, before rounding; nothing for what no rule prices.
inline MoneyAmount CostOf(const Charge& charge,
                          std::span<const ChargeRule> rules) {
  const std::optional<MoneyAmount> unit_price = UnitPriceOf(charge, rules);
  return unit_price.has_value() ? Price(*unit_price, charge.gpu_time())
                                : charge.own_cost();
}

// How far a spend commitment had come at an instant of one of its intervals,
// whether that was its end or not.
struct SpendMark {
  uint32_t commitment = 0;  // index into RatedUsage::commitments
  int64_t interval_start_us = 0;
  int64_t interval_end_us = 0;
  int64_t at_us = 0;
  MoneyAmount contracted;  // of the whole interval
  MoneyAmount counted;     // since its start, before rounding to a scale
};

struct RatedUsage {
  std::vector<std::string> tenants;      // sorted
  std::vector<std::string> pools;        // sorted
  std::vector<std::string> commitments;  // sorted by id
  // By bucket end, tenant, pool, commitment, kind.
  Charges charges;
  std::vector<ChargeRule> rules;
  // At each interval's end, and at RatingInput::marks; by instant.
  std::vector<SpendMark> spend_marks;
  std::vector<std::string> notes;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_MODEL_CHARGE_H_
