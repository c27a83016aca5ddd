// What a month's usage was priced as, by tenant.
#ifndef DRAWDOWN_SRC_REPORT_MONTH_USAGE_H_
#define DRAWDOWN_SRC_REPORT_MONTH_USAGE_H_

#include <map>
#include <span>
#include <string>
#include <vector>

#include "drawdown/statement.h"
#include "report/svg_bars.h"

namespace drawdown {

struct TenantUsage {
  GpuTime covered;
  GpuTime on_demand;
  GpuTime overage;
  GpuTime unpriced;
  MoneyAmount cost;

  GpuTime total() const { return covered + on_demand + overage + unpriced; }
};

struct MonthUsage {
  std::map<std::string, TenantUsage> tenants;
  TenantUsage all;  // its cost is the statement's
  GpuTime unused;   // of commitments, paid for or lapsed
  GpuTime undelivered;
};

MonthUsage SumMonth(const Statement& statement);

// Names of the parts of the bars below; tenants have none of the last.
std::vector<std::string> UsageParts();
std::vector<std::string> TenantParts();

Bar UsageBar(const std::string& label, const TenantUsage& usage,
             GpuTime unused);

// By hours, the most first; those beyond `most` together.
std::vector<Bar> TenantBars(const MonthUsage& usage, size_t most);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_MONTH_USAGE_H_
