#include "quota_tables.h"

#include <limits>
#include <set>
#include <tuple>

namespace drawdown::c_api {
namespace {

TableBuilder QuotaTable() {
  TableBuilder table(
      {TextColumn("tenant"), TextColumn("pool"), TextColumn("period")});
  AddWindowColumns(&table);
  return table;
}

void AddScope(const QuotaScope& scope, TableBuilder* table) {
  table->Text(scope.tenant).Text(scope.pool);
  table->Text(QuotaPeriodName(scope.period));
  AddWindow(scope, table);
}

void AddLimitColumns(TableBuilder* table) {
  table->AddColumn(BoolColumn("limited"));
  table->AddColumn(BoolColumn("soft"));
  table->AddColumn(BoolColumn("slice"));
  table->AddColumn(MicroColumn("nominal"));
  table->AddColumn(MicroColumn("lending"));
  table->AddColumn(MicroColumn("borrowing"));
}

void AddLimit(bool limited, const QuotaLimit& limit, TableBuilder* table) {
  table->Bool(limited).Bool(limit.soft).Bool(limit.slice);
  table->Decimal(limit.nominal);
  if (limit.lending.has_value()) {
    table->Decimal(*limit.lending);
  } else {
    table->Null();
  }
  table->Decimal(limit.borrowing);
}

void AddQuota(const QuotaState& quota, TableBuilder* table) {
  AddScope(quota.scope, table);
  AddLimit(quota.limited, quota.limit, table);
  table->Decimal(quota.used).Decimal(quota.held).Decimal(quota.reserved);
  table->Decimal(quota.available);
  // Since ever: no instant.
  if (quota.window_start_us == std::numeric_limits<int64_t>::min()) {
    table->Null();
  } else {
    table->Time(quota.window_start_us);
  }
  table->Time(quota.window_end_us).Time(quota.from_us);
  table->Decimal(quota.accruing);
}

// Begins a row with the quota whose run it is.
void AddQuotaNames(const QuotaScope& scope, TableBuilder* table) {
  table->Text(scope.tenant).Text(scope.pool);
  table->Text(QuotaPeriodName(scope.period));
}

void AddRun(const QuotaRun& run, TableBuilder* table) {
  table->Text(run.run.run_id).Int(run.run.attempt);
  table->Text(run.tenant).Text(run.pool).Decimal(Int128{run.micro_gpus});
}

int64_t CountOf(const QuotaRuns& runs) {
  return static_cast<int64_t>(runs.biggest.size() + runs.more);
}

}  // namespace

void AddWindowColumns(TableBuilder* table) {
  table->AddColumn(IntColumn("rolling_us"));
  table->AddColumn(TextColumn("contract"));
  table->AddColumn(TextColumn("commitment"));
}

void AddWindow(const std::optional<QuotaScope>& scope, TableBuilder* table) {
  if (!scope.has_value()) {
    table->Null().Null().Null();
    return;
  }
  if (scope->period == QuotaPeriod::kRolling) {
    table->Int(scope->rolling_us);
  } else {
    table->Null();
  }
  table->TextOrNull(scope->contract).TextOrNull(scope->commitment);
}

Outcome GiveQuotas(const std::vector<QuotaState>& quotas, drawdown_table* out) {
  TableBuilder table = QuotaTable();
  AddLimitColumns(&table);
  for (const char* const name : {"used", "held", "reserved", "available"}) {
    table.AddColumn(MicroColumn(name));
  }
  for (const char* const name : {"window_start", "window_end", "from"}) {
    table.AddColumn(TimeColumn(name));
  }
  table.AddColumn(MicroColumn("accruing"));
  for (const QuotaState& quota : quotas) AddQuota(quota, &table);
  return table.Finish(out);
}

Outcome GiveLaterLimits(const std::vector<QuotaState>& quotas,
                        drawdown_table* out) {
  TableBuilder table = QuotaTable();
  table.AddColumn(TimeColumn("from"));
  AddLimitColumns(&table);
  for (const QuotaState& quota : quotas) {
    for (const LaterLimit& later : quota.later) {
      AddScope(quota.scope, &table);
      table.Time(later.from_us);
      AddLimit(later.limit.has_value(), later.limit.value_or(QuotaLimit()),
               &table);
    }
  }
  return table.Finish(out);
}

Outcome GiveUsers(const std::vector<QuotaUsers>& users, drawdown_table* out) {
  TableBuilder table({TextColumn("quota_tenant"), TextColumn("quota_pool"),
                      TextColumn("period"), TextColumn("run_id"),
                      IntColumn("attempt"), TextColumn("tenant"),
                      TextColumn("pool"), MicroColumn("gpus"),
                      MicroColumn("used"), IntColumn("runs")});
  AddWindowColumns(&table);
  for (const QuotaUsers& quota : users) {
    for (const QuotaRun& run : quota.runs.biggest) {
      AddQuotaNames(quota.scope, &table);
      AddRun(run, &table);
      table.Decimal(run.used).Int(CountOf(quota.runs));
      AddWindow(quota.scope, &table);
    }
  }
  return table.Finish(out);
}

Outcome GiveExhaustionRuns(const std::vector<Exhaustion>& found,
                           drawdown_table* out) {
  TableBuilder table({TimeColumn("at"), TextColumn("quota_tenant"),
                      TextColumn("quota_pool"), TextColumn("period"),
                      TextColumn("run_id"), IntColumn("attempt"),
                      TextColumn("tenant"), TextColumn("pool"),
                      MicroColumn("gpus"), IntColumn("runs")});
  AddWindowColumns(&table);
  // One that is out and will be so again is found twice, with the same runs.
  std::set<std::tuple<std::string_view, std::string_view, QuotaPeriod, int64_t,
                      std::string_view, std::string_view>>
      told;
  for (const Exhaustion& what : found) {
    if (!what.quota.has_value()) continue;
    const QuotaScope& scope = *what.quota;
    if (!told.emplace(scope.tenant, scope.pool, scope.period, scope.rolling_us,
                      scope.contract, scope.commitment)
             .second) {
      continue;
    }
    for (const QuotaRun& run : what.runs.biggest) {
      table.Time(what.at_us);
      AddQuotaNames(scope, &table);
      AddRun(run, &table);
      table.Int(CountOf(what.runs));
      AddWindow(scope, &table);
    }
  }
  return table.Finish(out);
}

void AddRunKey(const std::optional<RunKey>& run, TableBuilder* table) {
  if (run.has_value()) {
    table->Text(run->run_id).Int(run->attempt);
  } else {
    table->Null().Null();
  }
}

}  // namespace drawdown::c_api
