#include "report/policy_report.h"

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "report/sheet.h"
#include "report/table.h"

namespace drawdown {
namespace {

std::vector<ReportColumn> PolicyColumns() {
  return {{"tenant", ColumnKind::kText},
          {"pool", ColumnKind::kText},
          {"setting", ColumnKind::kWord},
          {"value", ColumnKind::kWord},
          {"from", ColumnKind::kWord}};
}

void AddPool(const PoolPolicy& policy, ListWriter* list) {
  const Cell from = TimeCell(policy.from_us);
  if (policy.suspended_accrues) {
    list->Add({std::nullopt, policy.pool, "suspended",
               *policy.suspended_accrues ? "accrues" : "free", from});
  }
  if (policy.lease_us) {
    list->Add({std::nullopt, policy.pool, "lease",
               SecondsText(*policy.lease_us), from});
  }
}

void AddWaiver(const WaiverPolicy& policy, ListWriter* list) {
  const std::string value =
      policy.last_us ? absl::StrCat("last ", SecondsText(*policy.last_us))
                     : FormatRatio(policy.share.value_or(Ratio()));
  list->Add({TextCell(policy.tenant), policy.pool,
             absl::StrCat("waive ", std::string(StopReasonName(policy.reason))),
             value, TimeCell(policy.from_us)});
}

}  // namespace

void WritePolicies(std::span<const PoolPolicy> pools,
                   std::span<const WaiverPolicy> waivers, Format format,
                   const Sink& sink) {
  ListWriter list(format, "policies", PolicyColumns(), sink);
  for (const PoolPolicy& policy : pools) AddPool(policy, &list);
  for (const WaiverPolicy& policy : waivers) AddWaiver(policy, &list);
  list.Finish();
}

}  // namespace drawdown
