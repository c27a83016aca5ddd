#include "forecast/future.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/civil.h"
#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"
#include "forecast/bands.h"
#include "forecast/level.h"
#include "forecast/projector.h"

namespace drawdown {
namespace {

constexpr size_t kMaxCells = 30'000'000;  // about 1 GB a table

using Amounts = std::vector<Int128>;
using SeriesKey = std::pair<uint32_t, uint32_t>;  // tenant, pool

uint32_t IndexOf(const std::vector<std::string>& names,
                 const std::string& name) {
  return static_cast<uint32_t>(
      std::lower_bound(names.begin(), names.end(), name) - names.begin());
}

// Adds names to a table; returns where each old one went.
std::vector<uint32_t> AddTo(std::vector<std::string>* names,
                            const std::vector<std::string>& more) {
  const std::vector<std::string> before = *names;
  names->insert(names->end(), more.begin(), more.end());
  std::sort(names->begin(), names->end());
  names->erase(std::unique(names->begin(), names->end()), names->end());
  std::vector<uint32_t> moved;
  for (const std::string& name : before) moved.push_back(IndexOf(*names, name));
  return moved;
}

// What is known and what is projected of one pool, day by day.
struct PoolDays {
  int64_t first_us = 0;  // of any usage in the 56 days
  Amounts before = Amounts(kHistoryDays);
  Amounts after;
  Amounts low;  // factors in 1e-6
  Amounts high;
  PoolForecast told;
};

class Projection {
 public:
  Projection(const FutureInput& input, const WhatIf& what_if)
      : input_(input),
        history_(*input.history),
        what_if_(what_if),
        step_us_(history_.bucket_length_us),
        a_day_(static_cast<size_t>(kMicrosPerDay / step_us_)),
        steps_(static_cast<size_t>((input.until_us - input.at_us) / step_us_)),
        days_((steps_ + a_day_ - 1) / a_day_),
        pools_(history_.pools.size()) {}

  absl::StatusOr<Future> Run() {
    RETURN_IF_ERROR(ProjectAll());
    for (PoolDays& pool : pools_) RETURN_IF_ERROR(Band(&pool));
    RETURN_IF_ERROR(AddRuns());
    Future future;
    future.low = Table(&PoolDays::low);
    future.mid = Table(nullptr);
    future.high = Table(&PoolDays::high);
    for (size_t i = 0; i < pools_.size(); ++i) {
      if (pools_[i].told.history_days == 0) continue;
      pools_[i].told.pool = history_.pools[i];
      future.pools.push_back(pools_[i].told);
    }
    return future;
  }

 private:
  SeriesKey KeyOf(uint32_t tenant, uint32_t pool) const {
    return {input_.merge_tenants ? 0 : tenant, pool};
  }

  // Cells of the last 56 days, series after series.
  std::vector<UsageCell> RecentBySeries() const {
    std::vector<UsageCell> cells;
    const int64_t from_us = input_.at_us - kHistoryDays * kMicrosPerDay;
    for (const UsageCell& cell : history_.cells) {
      if (cell.bucket_us >= from_us && cell.bucket_us < input_.at_us) {
        cells.push_back(cell);
      }
    }
    std::stable_sort(
        cells.begin(), cells.end(), [](const UsageCell& a, const UsageCell& b) {
          return SeriesKey(a.tenant, a.pool) < SeriesKey(b.tenant, b.pool);
        });
    return cells;
  }

  absl::Status ProjectAll() {
    for (PoolDays& pool : pools_) pool.after.assign(days_, 0);
    const std::vector<UsageCell> cells = RecentBySeries();
    FindFirst(cells);
    Amounts history(kHistoryDays * a_day_);
    for (size_t first = 0; first < cells.size();) {
      std::fill(history.begin(), history.end(), 0);
      size_t last = first;
      for (; last < cells.size() && cells[last].tenant == cells[first].tenant &&
             cells[last].pool == cells[first].pool;
           ++last) {
        const int64_t back = (input_.at_us - cells[last].bucket_us) / step_us_;
        history[history.size() - static_cast<size_t>(back)] =
            cells[last].gpu_time.count();
      }
      RETURN_IF_ERROR(
          ProjectOne(cells[first].tenant, cells[first].pool, history));
      first = last;
    }
    return absl::OkStatus();
  }

  // A pool was not there before its first usage, while a tenant that did not
  // use it did not use it.
  void FindFirst(const std::vector<UsageCell>& cells) {
    for (PoolDays& pool : pools_) pool.first_us = input_.at_us;
    for (const UsageCell& cell : cells) {
      int64_t& first_us = pools_[cell.pool].first_us;
      first_us = std::min(first_us, cell.bucket_us);
    }
  }

  absl::Status ProjectOne(uint32_t tenant, uint32_t pool,
                          const Amounts& history) {
    PoolDays& days = pools_[pool];
    const auto known =
        static_cast<size_t>((input_.at_us - days.first_us) / step_us_);
    const auto projected =
        ProjectSeries(std::span(history).last(known), a_day_, steps_);
    if (!projected.ok()) {
      return WithContext(projected.status(), "pool " + history_.pools[pool]);
    }
    Int128 week = 0;
    for (size_t i = 0; i < history.size(); ++i) {
      days.before[i / a_day_] += history[i];
      if (i / a_day_ + kDaysOfWeek >= kHistoryDays) week += history[i];
    }
    days.told.tenants += week != 0;
    days.told.patterned += projected->patterned;
    const Int128 scale = ScaleOf(history_.tenants[tenant]);
    Amounts& sums = series_[KeyOf(tenant, pool)];
    RETURN_IF_ERROR(CheckSize());
    sums.resize(steps_);
    for (size_t i = 0; i < steps_; ++i) {
      const Int128 amount = projected->amounts[i];
      days.after[i / a_day_] += amount;
      sums[i] += scale == kMicro ? amount : DivHalfEven(amount * scale, kMicro);
    }
    return absl::OkStatus();
  }

  Int128 ScaleOf(const std::string& tenant) const {
    Int128 scale = kMicro;
    for (const UsageScale& rule : what_if_.scales) {
      if (!IsAtOrBelow(tenant, rule.tenant)) continue;
      scale = DivHalfEven(scale * rule.factor_micro, kMicro);
    }
    return scale;
  }

  absl::Status CheckSize() const {
    if (series_.size() * steps_ <= kMaxCells) return absl::OkStatus();
    return MakeError(
        ErrorCode::kInvalidArgument,
        "a forecast until " + FormatInstant(input_.until_us) + " of " +
            std::to_string(series_.size()) +
            " tenants and pools is too large: ask for less with --until");
  }

  // Sizes the error of the pool by its past, and the bands by that.
  static absl::Status Band(PoolDays* pool) {
    const auto first = std::find_if(pool->before.begin(), pool->before.end(),
                                    [](Int128 day) { return day != 0; });
    PoolForecast& told = pool->told;
    told.history_days = static_cast<uint32_t>(pool->before.end() - first);
    told.last_day = GpuTime(pool->before.back());
    for (int back = 1; back <= kDaysOfWeek; ++back) {
      told.last_week += GpuTime(pool->before[kHistoryDays - back]);
    }
    ASSIGN_OR_RETURN(const ErrorBands bands, ErrorBands::Measure(pool->before));
    told.banded = bands.known();
    pool->low = DayFactors(bands, pool->after, &ErrorBand::low);
    pool->high = DayFactors(bands, pool->after, &ErrorBand::high);
    return absl::OkStatus();
  }

  absl::Status AddRuns() {
    for (const AddedRun& run : what_if_.runs) {
      const SeriesKey key = KeyOf(IndexOf(history_.tenants, run.tenant),
                                  IndexOf(history_.pools, run.pool));
      Amounts& sums = added_[key];
      sums.resize(steps_);
      const int64_t start = std::max(run.start_us, input_.at_us);
      const int64_t end = std::min(run.end_us, input_.until_us);
      for (int64_t at = start; at < end;) {
        const int64_t next = std::min(FloorTo(at, step_us_) + step_us_, end);
        const Int128 fine = Int128{run.micro_gpus} * (next - at);
        sums[static_cast<size_t>((at - input_.at_us) / step_us_)] +=
            DivHalfEven(fine, kMicro);
        at = next;
      }
    }
    for (const auto& entry : added_) series_[entry.first].resize(steps_);
    return CheckSize();
  }

  // What a series comes to in one step, its pool's factors applied.
  Int128 AmountAt(const SeriesKey& key, const Amounts& amounts, size_t step,
                  Amounts PoolDays::*factors) const {
    Int128 amount = amounts[step];
    if (factors != nullptr) {
      amount = DivHalfEven(
          amount * (pools_[key.second].*factors)[step / a_day_], kMicro);
    }
    const auto added = added_.find(key);
    return amount + (added == added_.end() ? 0 : added->second[step]);
  }

  UsageTable Table(Amounts PoolDays::*factors) const {
    UsageTable table;
    table.bucket_length_us = step_us_;
    table.tenants = history_.tenants;
    table.pools = history_.pools;
    for (const UsageCell& cell : history_.cells) AppendHistory(cell, &table);
    for (size_t step = 0; step < steps_; ++step) {
      const int64_t bucket =
          input_.at_us + static_cast<int64_t>(step) * step_us_;
      for (const auto& [key, amounts] : series_) {
        const Int128 amount = AmountAt(key, amounts, step, factors);
        if (amount == 0) continue;
        table.cells.push_back({bucket, key.first, key.second, GpuTime(amount)});
      }
    }
    return table;
  }

  // Merged tenants' cells of one bucket and pool become one.
  void AppendHistory(const UsageCell& cell, UsageTable* table) const {
    if (cell.bucket_us >= input_.at_us) return;
    if (!input_.merge_tenants) return table->cells.push_back(cell);
    auto same = table->cells.rbegin();
    while (same != table->cells.rend() && same->bucket_us == cell.bucket_us &&
           same->pool > cell.pool) {
      ++same;
    }
    if (same != table->cells.rend() && same->bucket_us == cell.bucket_us &&
        same->pool == cell.pool) {
      same->gpu_time += cell.gpu_time;
    } else {
      table->cells.insert(same.base(),
                          {cell.bucket_us, 0, cell.pool, cell.gpu_time});
    }
  }

  const FutureInput& input_;
  const UsageTable& history_;
  const WhatIf& what_if_;
  const int64_t step_us_;
  const size_t a_day_;
  const size_t steps_;
  const size_t days_;
  std::vector<PoolDays> pools_;
  std::map<SeriesKey, Amounts> series_;  // to come, scaled
  std::map<SeriesKey, Amounts> added_;   // planned runs: as certain as said
};

}  // namespace

UsageTable WithNames(UsageTable usage, std::span<const AddedRun> runs) {
  std::vector<std::string> tenants;
  std::vector<std::string> pools;
  for (const AddedRun& run : runs) {
    tenants.push_back(run.tenant);
    pools.push_back(run.pool);
  }
  const std::vector<uint32_t> tenant = AddTo(&usage.tenants, tenants);
  const std::vector<uint32_t> pool = AddTo(&usage.pools, pools);
  for (UsageCell& cell : usage.cells) {
    cell.tenant = tenant[cell.tenant];
    cell.pool = pool[cell.pool];
  }
  return usage;
}

absl::StatusOr<Future> ProjectUsage(const FutureInput& input,
                                    const WhatIf& what_if) {
  return Projection(input, what_if).Run();
}

}  // namespace drawdown
