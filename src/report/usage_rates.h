// How fast usage grows, from samples of it: GPUs in use.
#ifndef DRAWDOWN_SRC_REPORT_USAGE_RATES_H_
#define DRAWDOWN_SRC_REPORT_USAGE_RATES_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "drawdown/units.h"

namespace drawdown {

using TenantPool = std::pair<std::string, std::string>;
using UsageTotals = std::map<TenantPool, GpuTime>;

class UsageRates {
 public:
  explicit UsageRates(int64_t window_us) : window_us_(window_us) {}

  // `totals` are the usage since one fixed instant, at `at_us`. When the clock
  // has not gone forward, the samples before are forgotten.
  void Add(int64_t at_us, UsageTotals totals);

  // Change of usage / time passed, in thousandths of a GPU, rounded half-even
  // once: since the sample before; over the window, from the newest sample that
  // is that old. None while there is no such sample.
  std::optional<Int128> SinceLast(const TenantPool& key) const;
  std::optional<Int128> OverWindow(const TenantPool& key) const;

 private:
  struct TotalsAt {
    int64_t at_us = 0;
    UsageTotals totals;
  };

  std::optional<Int128> Since(const TotalsAt& before,
                              const TenantPool& key) const;

  const int64_t window_us_;
  std::deque<TotalsAt> samples_;  // only the first may be older than the window
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_USAGE_RATES_H_
