// What several tables say of quotas, and of runs under them.
#ifndef DRAWDOWN_BINDINGS_C_QUOTA_TABLES_H_
#define DRAWDOWN_BINDINGS_C_QUOTA_TABLES_H_

#include <optional>

#include "drawdown/quota.h"
#include "table.h"

namespace drawdown::c_api {

// Of a quota's scope what follows tenant, pool and period: rolling_us,
// contract, commitment. All null of what is no quota.
void AddWindowColumns(TableBuilder* table);
void AddWindow(const std::optional<QuotaScope>& scope, TableBuilder* table);

// A row per quota, as drawdown_quotas has, with accruing.
Outcome GiveQuotas(const std::vector<QuotaState>& quotas, drawdown_table* out);
// A row per limit of them that begins later.
Outcome GiveLaterLimits(const std::vector<QuotaState>& quotas,
                        drawdown_table* out);
// A row per run that used something of them.
Outcome GiveUsers(const std::vector<QuotaUsers>& users, drawdown_table* out);
// A row per run that draws on a quota that runs out, once for each quota.
Outcome GiveExhaustionRuns(const std::vector<Exhaustion>& found,
                           drawdown_table* out);

void AddRunKey(const std::optional<RunKey>& run, TableBuilder* table);

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_QUOTA_TABLES_H_
