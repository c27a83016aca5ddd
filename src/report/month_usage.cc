#include "report/month_usage.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "report/text.h"

namespace drawdown {
namespace {

// Where the hours of a line go; nullptr for lines that are no usage, and for
// hours that a higher layer counts again.
GpuTime TenantUsage::*PartOf(const StatementLine& line) {
  switch (line.kind) {
    case ChargeKind::kCovered:
      return line.unit_price.has_value() ? &TenantUsage::covered : nullptr;
    case ChargeKind::kOnDemand:
      return &TenantUsage::on_demand;
    case ChargeKind::kOverage:
      return &TenantUsage::overage;
    case ChargeKind::kUnpriced:
      return &TenantUsage::unpriced;
    default:
      return nullptr;
  }
}

void Add(const TenantUsage& usage, TenantUsage* sum) {
  sum->covered += usage.covered;
  sum->on_demand += usage.on_demand;
  sum->overage += usage.overage;
  sum->unpriced += usage.unpriced;
  sum->cost += usage.cost;
}

}  // namespace

MonthUsage SumMonth(const Statement& statement) {
  MonthUsage month;
  for (const StatementLine& line : statement.lines) {
    if (line.kind == ChargeKind::kUnused) month.unused += line.gpu_time;
    if (line.kind == ChargeKind::kUndelivered) {
      month.undelivered += line.gpu_time;
    }
    TenantUsage usage;
    if (GpuTime TenantUsage::*const part = PartOf(line)) {
      usage.*part = line.gpu_time;
    }
    usage.cost = line.cost.value_or(MoneyAmount());
    Add(usage, &month.all);
    if (!line.tenant.empty()) Add(usage, &month.tenants[line.tenant]);
  }
  month.all.cost = statement.total;
  return month;
}

std::vector<std::string> UsageParts() {
  return {"covered", "on demand", "overage", "unpriced", "unused"};
}

std::vector<std::string> TenantParts() {
  std::vector<std::string> parts = UsageParts();
  parts.pop_back();
  return parts;
}

Bar UsageBar(const std::string& label, const TenantUsage& usage,
             GpuTime unused) {
  return {label,
          absl::StrCat(GroupThousands(ReadableHours(usage.total())), " h"),
          {usage.covered.count(), usage.on_demand.count(),
           usage.overage.count(), usage.unpriced.count(), unused.count()}};
}

std::vector<Bar> TenantBars(const MonthUsage& usage, size_t most) {
  std::vector<std::pair<std::string, TenantUsage>> tenants(
      usage.tenants.begin(), usage.tenants.end());
  std::stable_sort(tenants.begin(), tenants.end(),
                   [](const auto& a, const auto& b) {
                     return a.second.total() > b.second.total();
                   });
  std::vector<Bar> bars;
  TenantUsage rest;
  for (size_t i = 0; i < tenants.size(); ++i) {
    if (i < most) {
      bars.push_back(UsageBar(tenants[i].first, tenants[i].second, {}));
    } else {
      Add(tenants[i].second, &rest);
    }
  }
  if (tenants.size() > most) {
    bars.push_back(UsageBar(CountOf(tenants.size() - most, "other"), rest, {}));
  }
  return bars;
}

}  // namespace drawdown
