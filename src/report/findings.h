// Breaks as a person would tell them: what shares a cause is one finding.
#ifndef DRAWDOWN_SRC_REPORT_FINDINGS_H_
#define DRAWDOWN_SRC_REPORT_FINDINGS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drawdown/reconcile.h"

namespace drawdown {

// Items of one class, provider, currency, pool (or SKU), side and key that
// follow one another without a gap in time.
struct Finding {
  BreakClass kind = BreakClass::kMatched;
  bool pending = false;
  Break first;                 // of its items, by time
  std::vector<size_t> places;  // of its items in the result, by time
  int64_t start_us = 0;
  int64_t end_us = 0;
  Currency currency;
  MoneyAmount billed_cost;
  MoneyAmount expected_cost;
  MoneyAmount difference;
  std::optional<GpuTime> metered = GpuTime();  // empty where an item has none
  // The hours that all items together are off by, from what was metered or
  // contracted; empty where some item has but one side.
  std::optional<GpuTime> excess = GpuTime();
  // The GPUs that are off, to the hundredth; empty where they are not the same
  // throughout.
  std::optional<Int128> hundredth_gpus;

  // Whether no meter counts what it is about.
  bool of_contract() const { return first.contracted.has_value(); }

  // The pool, else the SKU, else the service-less rest.
  const std::string& subject() const {
    return first.pool.empty() ? first.sku : first.pool;
  }
};

// Of all items that are not clean, biggest money first, then by time.
std::vector<Finding> FindingsOf(const ReconcileResult& result);

// "billed 8 GPUs too many on aws/us-east-1/h200 from 2026-10-06T00:00:00Z to
// 2026-10-07T00:00:00Z: 192 GPU-hours, 691.20 USD too much".
std::string Headline(const Finding& finding);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_FINDINGS_H_
