// Quotas: set, listed, explained.
#include <limits>

#include "admission.h"
#include "inputs.h"
#include "table.h"

namespace drawdown::c_api {
namespace {

constexpr size_t kQuotaSettingV1 = sizeof(drawdown_quota_setting);

QuotaSetting ReadSetting(Inputs* in, const drawdown_quota_setting* theirs) {
  const drawdown_quota_setting defaults = DRAWDOWN_QUOTA_SETTING_INIT;
  in->NotNull("setting", theirs);
  const auto ours = in->Read("setting", theirs, defaults, kQuotaSettingV1);
  in->Reserved("setting", ours.reserved);
  QuotaSetting setting;
  setting.scope.tenant = in->Text("tenant", ours.tenant);
  setting.scope.pool = in->Text("pool", ours.pool);
  setting.scope.period =
      in->Number("period", ours.period, QuotaPeriod::kAtOnce);
  setting.scope.rolling_us = ours.rolling_us;
  setting.scope.contract = in->Text("contract", ours.contract);
  setting.scope.commitment = in->Text("commitment", ours.commitment);
  setting.from_us = in->MaybeInstant("from_us", ours.from_us);
  QuotaLimit limit;
  limit.nominal = ToInt128(ours.nominal);
  limit.soft = in->Flag("soft", ours.soft);
  limit.slice = in->Flag("slice", ours.slice);
  if (in->Flag("lends", ours.lends)) limit.lending = ToInt128(ours.lending);
  limit.borrowing = ToInt128(ours.borrowing);
  if (!in->Flag("unlimited", ours.unlimited)) setting.limit = limit;
  return setting;
}

void AddQuota(const QuotaState& quota, TableBuilder* table) {
  const QuotaScope& scope = quota.scope;
  table->Text(scope.tenant).Text(scope.pool);
  table->Text(QuotaPeriodName(scope.period));
  if (scope.period == QuotaPeriod::kRolling) {
    table->Int(scope.rolling_us);
  } else {
    table->Null();
  }
  table->TextOrNull(scope.contract).TextOrNull(scope.commitment);
  table->Bool(quota.limited).Bool(quota.limit.soft).Bool(quota.limit.slice);
  table->Decimal(quota.limit.nominal);
  if (quota.limit.lending.has_value()) {
    table->Decimal(*quota.limit.lending);
  } else {
    table->Null();
  }
  table->Decimal(quota.limit.borrowing).Decimal(quota.used);
  table->Decimal(quota.held).Decimal(quota.reserved);
  table->Decimal(quota.available);
  // Since ever: no instant.
  if (quota.window_start_us == std::numeric_limits<int64_t>::min()) {
    table->Null();
  } else {
    table->Time(quota.window_start_us);
  }
  table->Time(quota.window_end_us).Time(quota.from_us);
}

void AddHolder(const QuotaHolder& holder, TableBuilder* table) {
  table->Text(holder.hold_id).Text(holder.tenant).Text(holder.pool);
  table->Decimal(holder.held);
  if (holder.run.has_value()) {
    table->Text(holder.run->run_id).Int(holder.run->attempt);
  } else {
    table->Null().Null();
  }
  table->Time(holder.expires_at_us).Bool(holder.borrows);
  table->Text(QuotaPeriodName(holder.period));
}

Outcome GiveHolders(const QuotaExplanation& explanation,
                    drawdown_table* holders) {
  TableBuilder table(
      {TextColumn("hold_id"), TextColumn("tenant"), TextColumn("pool"),
       MicroColumn("held"), TextColumn("run_id"), IntColumn("attempt"),
       TimeColumn("expires"), BoolColumn("borrows"), TextColumn("period")});
  for (const QuotaHolder& holder : explanation.holders) {
    AddHolder(holder, &table);
  }
  return table.Finish(holders);
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_quota_set(drawdown_ledger ledger,
                           const drawdown_quota_setting* setting,
                           uint8_t* changed, drawdown_error* error) {
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const drawdown::QuotaSetting read = ReadSetting(&in, setting);
    if (!in.ok()) return in.outcome();
    const auto result = l.SetQuota(read);
    if (!result.ok()) return result.status();
    if (changed != nullptr) *changed = *result ? 1 : 0;
    return {};
  });
}

int32_t drawdown_quotas(drawdown_ledger ledger, drawdown_text tenant,
                        int64_t at_us, drawdown_table* out,
                        drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const std::string path = in.Text("tenant", tenant);
    const auto at = in.MaybeInstant("at_us", at_us);
    if (!in.ok()) return in.outcome();
    const auto quotas = l.Quotas(path, at);
    if (!quotas.ok()) return quotas.status();
    TableBuilder table(
        {TextColumn("tenant"), TextColumn("pool"), TextColumn("period"),
         IntColumn("rolling_us"), TextColumn("contract"),
         TextColumn("commitment"), BoolColumn("limited"), BoolColumn("soft"),
         BoolColumn("slice"), MicroColumn("nominal"), MicroColumn("lending"),
         MicroColumn("borrowing"), MicroColumn("used"), MicroColumn("held"),
         MicroColumn("reserved"), MicroColumn("available"),
         TimeColumn("window_start"), TimeColumn("window_end"),
         TimeColumn("from")});
    for (const drawdown::QuotaState& quota : *quotas) AddQuota(quota, &table);
    return table.Finish(out);
  });
}

int32_t drawdown_quota_explain(drawdown_ledger ledger, drawdown_text tenant,
                               drawdown_text pool, drawdown_int128 gpu_us,
                               int64_t micro_gpus, int64_t at_us,
                               drawdown_table* refusal, drawdown_table* holders,
                               drawdown_error* error) {
  Clear(refusal);
  Clear(holders);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    in.NotNull("refusal", refusal);
    drawdown::QuotaQuery query;
    query.tenant = in.Text("tenant", tenant);
    query.pool = in.Text("pool", pool);
    query.gpu_time = drawdown::GpuTime(ToInt128(gpu_us));
    query.micro_gpus = micro_gpus;
    query.at_us = in.MaybeInstant("at_us", at_us);
    if (!in.ok()) return in.outcome();
    const auto explanation = l.ExplainQuota(query);
    if (!explanation.ok()) return explanation.status();
    GivenTable table(holders);
    const Outcome given = GiveHolders(*explanation, holders);
    if (!given.ok()) return given;
    return table.KeepIf(GiveAdmission(explanation->admission, refusal));
  });
}
