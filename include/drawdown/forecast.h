// Forecasts: what will be drawn, missed and owed if usage goes on as it does,
// and if something else happens. Plain values; the method and how well it did
// on real traces are in docs/forecast.md and docs/design/forecast.md.
//
// Amounts are GPU-microseconds or, of a spend commitment, 1e-18 of the
// contract's currency. Nothing here is floating point: equal books, equal
// bytes.
#ifndef DRAWDOWN_FORECAST_H_
#define DRAWDOWN_FORECAST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drawdown/export.h"
#include "drawdown/units.h"

namespace drawdown {

// What is projected, and what it would be if the projection erred as much, to
// either side, as the same method would have erred at its worst in the eight
// weeks before. No promise: docs/forecast.md says how often it held on real
// traces. low <= mid <= high.
struct ForecastBand {
  Int128 low = 0;
  Int128 mid = 0;
  Int128 high = 0;

  friend bool operator==(const ForecastBand&, const ForecastBand&) = default;
};

// The usage to come of a tenant and everything below, times a factor.
struct UsageScale {
  std::string tenant;        // "": all
  int64_t factor_micro = 0;  // 1e-6: 1'300'000 is 1.3; 0..1000
};

// A run that is not in the books. What of it lies before the forecast's instant
// is not counted.
struct AddedRun {
  std::string tenant;
  std::string pool;
  int64_t micro_gpus = 0;
  int64_t start_us = 0;
  int64_t end_us = 0;
};

struct WhatIf {
  // Commitments whose expansion option is exercised as soon as it may be, or
  // that are proposed and come into force.
  std::vector<std::string> exercise;
  std::vector<UsageScale> scales;
  std::vector<AddedRun> runs;

  bool empty() const {
    return exercise.empty() && scales.empty() && runs.empty();
  }
};

struct ForecastQuery {
  std::string contract;  // "": all
  // The instant forecast from; its bucket's start is where the future begins.
  std::optional<int64_t> at_us;
  std::optional<int64_t> as_of_us;
  // How far: every interval that ends by then. Default: `intervals` of each
  // commitment, the current one being the first.
  std::optional<int64_t> until_us;
  uint32_t intervals = 1;
  WhatIf what_if;
};

// One fulfilment interval; hourly and daily ones are given as the sum over a
// calendar month, what is missing in one of them not being made up by another.
struct ForecastInterval {
  int64_t start_us = 0;
  int64_t end_us = 0;
  bool summed = false;  // over hourly or daily intervals
  Int128 contracted = 0;
  Int128 available = 0;       // contracted, less undelivered, plus rolled in
  Int128 drawn = 0;           // by the forecast's instant
  ForecastBand projected;     // drawn at the end
  ForecastBand missing;       // of `available`, at the end; rolled out is not
  ForecastBand missing_cost;  // money owed for it; 0 where it is waived
  // When everything available will have been drawn, to the bucket: if usage is
  // high, as projected, and low. Empty: not in the interval.
  std::optional<int64_t> exhausted_early_us;
  std::optional<int64_t> exhausted_us;
  std::optional<int64_t> exhausted_late_us;

  friend bool operator==(const ForecastInterval&,
                         const ForecastInterval&) = default;
};

// What was drawn, or will be, between two instants.
struct ForecastPoint {
  int64_t start_us = 0;
  int64_t end_us = 0;  // at most the forecast's instant, or start is after it
  // What hourly and daily intervals contracted for it; others: 0.
  Int128 due = 0;
  ForecastBand drawn;

  friend bool operator==(const ForecastPoint&, const ForecastPoint&) = default;
};

struct CommitmentForecast {
  std::string commitment;
  bool spend = false;                       // amounts are money
  std::vector<ForecastInterval> intervals;  // by time
  std::vector<ForecastPoint> path;  // days, or months of a long forecast
};

// What a statement of one calendar month will say is owed, before rounding;
// usage no rate prices is left out.
struct ForecastCost {
  int64_t start_us = 0;
  int64_t end_us = 0;
  ForecastBand cost;
};

// Usage of one pool as it is projected.
struct PoolForecast {
  std::string pool;
  GpuTime last_day;  // of the day before the forecast's instant
  GpuTime last_week;
  uint32_t history_days = 0;  // since its first usage, at most 56
  uint32_t patterned = 0;     // tenants whose weekly pattern is used, of
  uint32_t tenants = 0;       // those that used it in the last week
  bool banded = false;        // enough history to say how wrong it can be
};

struct ContractForecast {
  std::string contract;
  Currency currency;
  int64_t at_us = 0;
  int64_t until_us = 0;
  std::vector<CommitmentForecast> commitments;  // by id
  std::vector<ForecastCost> costs;  // whole months within the forecast
  std::vector<PoolForecast> pools;
  std::vector<std::string> notes;
};

struct Forecast {
  std::vector<ContractForecast> base;  // by contract
  // The same contracts under ForecastQuery::what_if; empty when that is.
  std::vector<ContractForecast> what_if;
};

// --- how fast now
// Drawn per hour of one commitment. A window that begins before the commitment
// is cut to it.
struct BurnRates {
  std::string contract;
  std::string commitment;
  bool spend = false;  // amounts are money
  Int128 now = 0;      // if all that runs or is counted now went on as it does
  Int128 day = 0;  // over the last day, week and four weeks of whole buckets
  Int128 week = 0;
  Int128 four_weeks = 0;
};

// --- what comes next
enum class DueDateKind : uint8_t {
  kIntervalEnd,  // a true-up is due
  kStep,         // the committed amount changes
  kExpansionOpens,
  kExpansionCloses,
  kCreditExpires,
  kMilestone,
  kGraceEnd,  // a month that is over may be closed from here on
  kTermEnd,
};

DRAWDOWN_EXPORT std::string_view DueDateKindName(
    DueDateKind kind);  // "interval_end"

struct DueDate {
  int64_t at_us = 0;
  std::string contract;
  DueDateKind kind = DueDateKind::kIntervalEnd;
  std::string subject;  // commitment, credit or milestone; may be empty
  std::string detail;   // one line
};

// --- everything in one view
// The contracts of one currency; currencies are never added up. Usage and spend
// commitments are listed apart: the same GPU-hour may count toward both.
struct PortfolioLine {
  Currency currency;
  std::string contract;  // empty: all of the currency
  bool spend = false;
  uint64_t commitments = 0;  // in force or to come
  // At the commitments' prices, each version's while it holds, over the terms.
  MoneyAmount committed;
  MoneyAmount committed_by_now;  // of intervals that began; these in full
  // Of the intervals that contain now, as CommitmentStatus has them, at the
  // same prices.
  MoneyAmount contracted;
  MoneyAmount drawn;
  MoneyAmount projected_shortfall_cost;
};

}  // namespace drawdown

#endif  // DRAWDOWN_FORECAST_H_
