// What rating makes of one cell: the parts it was priced as, each citing the
// rule that priced it. Statements and reconciliation both read these.
#ifndef DRAWDOWN_SRC_MODEL_CHARGE_H_
#define DRAWDOWN_SRC_MODEL_CHARGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/huge_pages.h"
#include "drawdown/statement.h"
#include "drawdown/units.h"

namespace drawdown {

inline constexpr uint32_t kNoIndex = 0xffffffff;
inline constexpr uint16_t kNoRule = 0xffff;

// Money or nothing in 16 bytes: std::optional would need 32, and a statement
// has a charge per cell.
class OptionalMoney {
 public:
  constexpr OptionalMoney() = default;
  constexpr OptionalMoney(MoneyAmount amount)  // NOLINT: as std::optional's
      : amount_(amount) {}
  constexpr OptionalMoney(  // NOLINT: as std::optional's
      const std::optional<MoneyAmount>& amount)
      : amount_(amount.value_or(MoneyAmount::Invalid())) {}
  constexpr operator std::optional<MoneyAmount>() const {  // NOLINT: ditto
    if (!has_value()) return std::nullopt;
    return amount_;
  }

  // An amount that did not fit 128 bits is no value.
  constexpr bool has_value() const { return amount_.valid(); }
  constexpr explicit operator bool() const { return has_value(); }
  constexpr const MoneyAmount& operator*() const { return amount_; }
  constexpr const MoneyAmount* operator->() const { return &amount_; }
  constexpr MoneyAmount value_or(MoneyAmount other) const {
    return has_value() ? amount_ : other;
  }

  friend constexpr bool operator==(OptionalMoney, OptionalMoney) = default;

 private:
  MoneyAmount amount_ = MoneyAmount::Invalid();
};

// A part of one bucket cell's usage, or an unused/undelivered/shortfall amount
// booked at the interval that ends with this bucket. Exact, before rounding.
struct Charge {
  int64_t bucket_us = 0;      // start of the bucket (or of the interval)
  int64_t bucket_end_us = 0;  // end of the bucket (or of the interval)
  GpuTime gpu_time;
  // Per GPU-hour. A covered charge without one is usage that a higher layer
  // counts again after a lower one priced it: no cost, not metered twice.
  OptionalMoney unit_price;
  OptionalMoney cost;              // exact product or the line's own money
  uint32_t tenant = kNoIndex;      // index into RatedUsage::tenants
  uint32_t pool = kNoIndex;        // index into RatedUsage::pools
  uint32_t commitment = kNoIndex;  // index into RatedUsage::commitments
  ChargeKind kind = ChargeKind::kCovered;
  bool has_gpu_time = true;
  uint16_t rule = kNoRule;  // index into RatedUsage::rules
};
static_assert(sizeof(Charge) == 80);

using Charges = std::vector<Charge, HugePageAllocator<Charge>>;

// What made a charge.
struct ChargeRule {
  uint32_t version = 0;  // of the contract
  std::string text;      // for a person

  friend bool operator==(const ChargeRule&, const ChargeRule&) = default;
};

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
