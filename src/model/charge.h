// What rating makes of one cell: the parts it was priced as, each citing the
// rule that priced it. Statements and reconciliation both read these.
#ifndef DRAWDOWN_SRC_MODEL_CHARGE_H_
#define DRAWDOWN_SRC_MODEL_CHARGE_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/huge_pages.h"
#include "base/interval.h"
#include "base/wide.h"
#include "drawdown/statement.h"
#include "drawdown/units.h"

namespace drawdown {

inline constexpr uint32_t kNoIndex = 0xffffffff;

// A part of one bucket cell's usage, or an unused/undelivered/shortfall amount
// booked at an interval's end. Small, because a month has one per cell: all
// else is said once, in what it has indices of.
struct Charge {
  Int128 amount = 0;           // GPU time, or money where its rule has none
  uint32_t tenant = kNoIndex;  // index into RatedUsage::tenants
  uint32_t pool = kNoIndex;    // index into RatedUsage::pools
  uint32_t span = 0;           // index into RatedUsage::spans
  uint32_t rule = 0;           // index into RatedUsage::rules
};
static_assert(sizeof(Charge) == 32);

using Charges = std::vector<Charge, HugePageAllocator<Charge>>;

// What made a charge.
struct ChargeRule {
  uint32_t version = 0;            // of the contract
  uint32_t commitment = kNoIndex;  // index into RatedUsage::commitments
  ChargeKind kind = ChargeKind::kCovered;
  bool has_gpu_time = true;
  // Per GPU-hour. Covered usage without one is what a higher layer counts again
  // after a lower one priced it: no cost, not metered twice.
  std::optional<MoneyAmount> unit_price;
  std::string text;  // for a person

  // Of charges that it made.
  GpuTime TimeOf(const Charge& charge) const {
    return GpuTime(has_gpu_time ? charge.amount : 0);
  }
  MoneyAmount OwnCostOf(const Charge& charge) const {
    return MoneyAmount(has_gpu_time ? 0 : charge.amount);
  }
  // Exact, before rounding; nothing for what no rule prices.
  MoneyAmount CostOf(const Charge& charge) const {
    return unit_price.has_value() ? Price(*unit_price, TimeOf(charge))
                                  : OwnCostOf(charge);
  }

  friend auto operator<=>(const ChargeRule&, const ChargeRule&) = default;
};

// How far a spend commitment had come at an instant of one of its intervals,
// whether that was its end or not.
struct SpendMark {
  uint32_t commitment = 0;  // index into RatedUsage::commitments
  int64_t interval_start_us = 0;
  int64_t interval_end_us = 0;
  int64_t at_us = 0;
  MoneyAmount contracted;      // of the whole interval
  MoneyAmount counted;         // since its start, before rounding to a scale
  MoneyAmount rolled_in = {};  // from earlier intervals, beside `contracted`
  // At the interval's end: neither counted nor carried on.
  MoneyAmount lapsed = {};
  // The end of the bucket that counted the last of what there was.
  std::optional<int64_t> emptied_us = {};
};

struct RatedUsage {
  std::vector<std::string> tenants;      // sorted
  std::vector<std::string> pools;        // sorted
  std::vector<std::string> commitments;  // sorted by id
  // By bucket end, tenant, pool, commitment, kind; by bucket end alone where
  // tenants are joined.
  Charges charges;
  std::vector<ChargeRule> rules;
  std::vector<Interval> spans;  // buckets, and what interval ends are of
  // At each interval's end, and at RatingInput::marks; by instant.
  std::vector<SpendMark> spend_marks;
  std::vector<std::string> notes;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_MODEL_CHARGE_H_
