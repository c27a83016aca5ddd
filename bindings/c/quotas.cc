// Quotas: set, listed, explained.
#include "admission.h"
#include "inputs.h"
#include "quota_tables.h"
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

void AddHolder(const QuotaHolder& holder, TableBuilder* table) {
  table->Text(holder.hold_id).Text(holder.tenant).Text(holder.pool);
  table->Decimal(holder.held);
  AddRunKey(holder.run, table);
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

QuotaQuery ReadQuery(Inputs* in, drawdown_text tenant, drawdown_text pool,
                     drawdown_int128 gpu_us, int64_t micro_gpus,
                     int64_t at_us) {
  QuotaQuery query;
  query.tenant = in->Text("tenant", tenant);
  query.pool = in->Text("pool", pool);
  query.gpu_time = GpuTime(ToInt128(gpu_us));
  query.micro_gpus = micro_gpus;
  query.at_us = in->MaybeInstant("at_us", at_us);
  return query;
}

using GiveTable = Outcome(const std::vector<QuotaState>& quotas,
                          drawdown_table* out);
// What `give` says of the quotas at and below a tenant.
int32_t GiveOfQuotas(drawdown_ledger ledger, drawdown_text tenant,
                     int64_t at_us, GiveTable* give, drawdown_table* out,
                     drawdown_error* error) {
  Clear(out);
  return WithLedger(ledger, error, [&](Ledger& l) -> Outcome {
    Inputs in;
    const std::string path = in.Text("tenant", tenant);
    const auto at = in.MaybeInstant("at_us", at_us);
    if (!in.ok()) return in.outcome();
    const auto quotas = l.Quotas(path, at);
    if (!quotas.ok()) return quotas.status();
    return give(*quotas, out);
  });
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
  return GiveOfQuotas(ledger, tenant, at_us, GiveQuotas, out, error);
}

int32_t drawdown_quota_changes(drawdown_ledger ledger, drawdown_text tenant,
                               int64_t at_us, drawdown_table* out,
                               drawdown_error* error) {
  return GiveOfQuotas(ledger, tenant, at_us, GiveLaterLimits, out, error);
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
    const drawdown::QuotaQuery query =
        ReadQuery(&in, tenant, pool, gpu_us, micro_gpus, at_us);
    if (!in.ok()) return in.outcome();
    const auto explanation = l.ExplainQuota(query);
    if (!explanation.ok()) return explanation.status();
    GivenTable table(holders);
    const Outcome given = GiveHolders(*explanation, holders);
    if (!given.ok()) return given;
    return table.KeepIf(GiveAdmission(explanation->admission, refusal));
  });
}

int32_t drawdown_quota_users(drawdown_ledger ledger, drawdown_text tenant,
                             drawdown_text pool, drawdown_int128 gpu_us,
                             int64_t micro_gpus, int64_t at_us,
                             drawdown_table* quotas, drawdown_table* users,
                             drawdown_error* error) {
  Clear(quotas);
  Clear(users);
  return WithLedger(ledger, error, [&](drawdown::Ledger& l) -> Outcome {
    Inputs in;
    const drawdown::QuotaQuery query =
        ReadQuery(&in, tenant, pool, gpu_us, micro_gpus, at_us);
    if (!in.ok()) return in.outcome();
    const auto explanation = l.ExplainQuota(query);
    if (!explanation.ok()) return explanation.status();
    GivenTable table(quotas);
    const Outcome given = GiveQuotas(explanation->quotas, quotas);
    if (!given.ok()) return given;
    return table.KeepIf(GiveUsers(explanation->users, users));
  });
}
