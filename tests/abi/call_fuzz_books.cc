// Random calls of what is used and what may be: ledgers, meters, runs, holds,
// quotas, usage.
#include "tests/abi/call_fuzz.h"

namespace drawdown::c_abi_test {

void Caller::CallLedger() {
  const drawdown_ledger ledger = Handle(Kind::kLedger);
  drawdown_ledger_options options = DRAWDOWN_LEDGER_OPTIONS_INIT;
  options.create_if_missing = Flag();
  options.allow_any_filesystem = Flag();
  if (OneIn(4)) options.bucket_us = Number(INT64_C(1'800'000'000));
  if (OneIn(4)) options.drain_interval_us = Number(50'000);
  if (OneIn(8)) options.lock_timeout_us = Number(1'000'000);
  switch (Below(24)) {
    case 0:
      return Ended("ledger_close", drawdown_ledger_close(ledger, Error()));
    case 1:
      return Ended("ledger_create",
                   drawdown_ledger_create(Path(), Options(options), Error()));
    case 2:
      return Ended("backup", drawdown_backup(ledger, Path(), Error()));
    case 3: {
      const std::string from = folder_ + "/books";
      return Ended("salvage", drawdown_salvage(Text(from.c_str()), Path(),
                                               Out(Kind::kTable), Error()));
    }
    case 4: {
      // Runs the program, so of what is no ledger alone.
      uint8_t ok = 0;
      return Ended("verify", drawdown_verify(Handle(Kind::kTable) | 1, &ok,
                                             Out(Kind::kTable), Error()));
    }
    case 5:
    case 6:
    case 7:
      return Ended("ledger_info",
                   drawdown_ledger_info(ledger, Out(Kind::kTable), Error()));
    default:
      return Ended("ledger_open",
                   drawdown_ledger_open(Path(), Options(options),
                                        Out(Kind::kLedger), Error()));
  }
}

void Caller::CallMeters() {
  const drawdown_ledger ledger = Handle(Kind::kLedger);
  drawdown_meter meters[3] = {0, 0, 0};
  int64_t amounts[3] = {0, 0, 0};
  for (int i = 0; i < 3; ++i) {
    meters[i] = Handle(Kind::kMeter);
    // Far from what two of them would overflow in the books.
    amounts[i] = OneIn(8) ? -1 : random_.Between(0, 1'000'000);
  }
  uint8_t decisions[3] = {0, 0, 0};
  const uint64_t count = Below(4);
  switch (Below(12)) {
    case 0:
      return drawdown_record(meters[0], amounts[0]);
    case 1:
      return drawdown_record_batch(meters, amounts, count);
    case 2:
      return drawdown_record_many(meters[0], amounts, count);
    case 3:
      drawdown_try_record(meters[0], amounts[0]);
      return;
    case 4:
      return drawdown_try_record_batch(meters, amounts, count, decisions);
    case 5: {
      drawdown_drain_result result = DRAWDOWN_DRAIN_RESULT_INIT;
      if (OneIn(8)) result.struct_size = 8;
      return Ended("drain", drawdown_drain(ledger, OrNull(&result), Error()));
    }
    case 6:
      return Ended("live", drawdown_live(ledger, Out(Kind::kTable), Error()));
    case 7:
      return Ended("meter_bind",
                   drawdown_meter_bind(ledger, Tenant(), Pool(), Flag(),
                                       Out(Kind::kMeter), Error()));
    default: {
      const drawdown_text tenants[] = {Tenant(), Tenant(), Tenant()};
      const drawdown_text pools[] = {Pool(), Pool(), Pool()};
      drawdown_meter bound[3] = {0, 0, 0};
      const int32_t code =
          drawdown_meter_bind_many(ledger, OrNull(tenants), OrNull(pools),
                                   count, Flag(), OrNull(bound), Error());
      Ended("meter_bind_many", code);
      for (const drawdown_meter meter : bound) {
        if (meter != 0) handles_->Add(Kind::kMeter, meter, &random_);
      }
    }
  }
}

const drawdown_run_query* Caller::RunQuery() {
  drawdown_run_query query = DRAWDOWN_RUN_QUERY_INIT;
  if (OneIn(4)) query.state = Choice(DRAWDOWN_RUN_VOIDED);
  if (OneIn(4)) query.tenant = Tenant();
  if (OneIn(4)) query.pool = Pool();
  if (OneIn(4)) query.run_id = Id();
  if (OneIn(4)) query.array = Id();
  if (OneIn(4)) query.after_run_id = Id();
  query.after_attempt = static_cast<uint32_t>(Number(1));
  query.limit = Below(5);
  return Options(query);
}

void Caller::CallRuns() {
  const drawdown_ledger ledger = Handle(Kind::kLedger);
  const auto attempt = static_cast<uint32_t>(OneIn(8) ? Number(0) : 1);
  drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
  start.run_id = Id();
  start.tenant = Tenant();
  start.pool = Pool();
  start.micro_gpus = Number(8'000'000);
  start.at_us = Instant();
  start.strict = Flag();
  if (OneIn(4)) start.hold_id = Id();
  if (OneIn(8)) start.device = Id();
  if (OneIn(8)) start.share_num = Number(1);
  if (OneIn(8)) start.share_den = Number(7);
  uint64_t* const table = Out(Kind::kTable);
  switch (Below(14)) {
    case 12: {
      drawdown_heartbeat beat = DRAWDOWN_HEARTBEAT_INIT;
      beat.run_id = Id();
      beat.attempt = attempt;
      beat.at_us = Instant();
      uint64_t fresh = 0;
      return Ended("run_heartbeat_many",
                   drawdown_run_heartbeat_many(ledger, Options(beat), Count(),
                                               OrNull(&fresh), table, Error()));
    }
    case 13:
      return Ended("ghosts",
                   drawdown_ghosts(ledger, Tenant(), Pool(), Number(1'000'000),
                                   Instant(), table, Error()));
    case 0:
      return Ended("run_resize",
                   drawdown_run_resize(ledger, Id(), attempt, Number(4'000'000),
                                       Instant(), table, Error()));
    case 1:
      return Ended("run_suspend", drawdown_run_suspend(ledger, Id(), attempt,
                                                       Instant(), Error()));
    case 2:
      return Ended("run_resume",
                   drawdown_run_resume(ledger, Id(), attempt, Instant(), table,
                                       Error()));
    case 3:
      return Ended("run_stop",
                   drawdown_run_stop(ledger, Id(), attempt, Instant(),
                                     Choice(DRAWDOWN_STOP_LOST), Error()));
    case 4:
      return Ended(
          "run_heartbeat",
          drawdown_run_heartbeat(ledger, Id(), attempt, Instant(), Error()));
    case 5:
      return Ended("run_confirm_ghost",
                   drawdown_run_confirm_ghost(ledger, Id(), attempt,
                                              Number(DRAWDOWN_UNSET), Instant(),
                                              Error()));
    case 6:
      return Ended("runs", drawdown_runs(ledger, RunQuery(), table, Error()));
    case 7:
      return Ended("segments",
                   drawdown_segments(ledger, RunQuery(), table, Error()));
    default:
      return Ended("run_start_many",
                   drawdown_run_start_many(ledger, Options(start), Count(),
                                           table, Error()));
  }
}

void Caller::CallHolds() {
  const drawdown_ledger ledger = Handle(Kind::kLedger);
  uint64_t* const table = Out(Kind::kTable);
  drawdown_hold_request request = DRAWDOWN_HOLD_REQUEST_INIT;
  request.hold_id = Id();
  request.tenant = Tenant();
  request.pool = Pool();
  request.gpu_us = Wide(3'600'000'000);
  request.micro_gpus = Number(0);
  request.ttl_us = Number(3'600'000'000);
  request.strict = Flag();
  switch (Below(10)) {
    case 0: {
      drawdown_hold_renewal renewal = DRAWDOWN_HOLD_RENEWAL_INIT;
      renewal.hold_id = Id();
      renewal.renewal = static_cast<uint32_t>(Below(3));
      renewal.charge_gpu_us = Wide(1'000'000);
      renewal.extend_gpu_us = Wide(1'000'000);
      return Ended("hold_renew", drawdown_hold_renew(ledger, Options(renewal),
                                                     table, Error()));
    }
    case 1:
      return Ended("hold_settle",
                   drawdown_hold_settle(ledger, Id(), Wide(3'000'000),
                                        Choice(DRAWDOWN_OVERDRAFT_REFUSE),
                                        table, Error()));
    case 2:
      return Ended("hold_release",
                   drawdown_hold_release(ledger, Id(), Error()));
    case 3:
      return Ended("hold_quote",
                   drawdown_hold_quote(ledger, Options(request), table,
                                       Out(Kind::kTable), Error()));
    case 4: {
      drawdown_hold_query query = DRAWDOWN_HOLD_QUERY_INIT;
      if (OneIn(4)) query.state = Choice(DRAWDOWN_HOLD_RELEASED);
      if (OneIn(4)) query.tenant = Tenant();
      if (OneIn(4)) query.after_hold_id = Id();
      query.at_us = OneIn(2) ? Instant() : DRAWDOWN_UNSET;
      return Ended("holds",
                   drawdown_holds(ledger, Options(query), table, Error()));
    }
    case 5:
      if (OneIn(2)) {
        return Ended("exhaustion_runs",
                     drawdown_exhaustion_runs(ledger, table, Error()));
      }
      return Ended("exhaustions", drawdown_exhaustions(ledger, table, Error()));
    default:
      return Ended("hold_place", drawdown_hold_place(ledger, Options(request),
                                                     Count(), table, Error()));
  }
}

void Caller::CallQuotas() {
  const drawdown_ledger ledger = Handle(Kind::kLedger);
  uint64_t* const table = Out(Kind::kTable);
  switch (Below(6)) {
    case 0:
      return Ended("quotas", drawdown_quotas(ledger, Tenant(), Instant(), table,
                                             Error()));
    case 1:
      return Ended("quota_explain",
                   drawdown_quota_explain(
                       ledger, Tenant(), Pool(), Wide(3'600'000'000), Number(0),
                       Instant(), table, Out(Kind::kTable), Error()));
    case 2:
      return Ended("quota_users",
                   drawdown_quota_users(
                       ledger, Tenant(), Pool(), Wide(3'600'000'000), Number(0),
                       Instant(), table, Out(Kind::kTable), Error()));
    case 3:
      return Ended(
          "quota_changes",
          drawdown_quota_changes(ledger, Tenant(), Instant(), table, Error()));
    default: {
      drawdown_quota_setting setting = DRAWDOWN_QUOTA_SETTING_INIT;
      setting.tenant = Tenant();
      setting.pool = Pool();
      setting.period = Choice(DRAWDOWN_PERIOD_AT_ONCE);
      setting.rolling_us = Number(INT64_C(86'400'000'000));
      setting.nominal = Wide(INT64_C(36'000'000'000));
      setting.borrowing = Wide(0);
      setting.unlimited = Flag();
      setting.soft = Flag();
      setting.slice = OneIn(4);
      if (OneIn(8)) setting.contract = Id();
      uint8_t changed = 0;
      return Ended("quota_set", drawdown_quota_set(ledger, Options(setting),
                                                   OrNull(&changed), Error()));
    }
  }
}

void Caller::CallUsage() {
  const drawdown_ledger ledger = Handle(Kind::kLedger);
  uint64_t* const table = Out(Kind::kTable);
  drawdown_import_result result = DRAWDOWN_IMPORT_RESULT_INIT;
  drawdown_import_options options = DRAWDOWN_IMPORT_OPTIONS_INIT;
  options.strict = Flag();
  options.zone = Text("UTC");
  const drawdown_text pair[] = {Text("pool"), Pool()};
  options.constants = pair;
  options.constant_pairs = Below(2);
  switch (Below(8)) {
    case 0: {
      const drawdown_text path = Path();
      return Ended("import_files",
                   drawdown_import_files(
                       ledger, Choice(DRAWDOWN_IMPORT_SACCT), OrNull(&path),
                       Count(), Options(options), OrNull(&result), Error()));
    }
    case 1:
      return Ended(
          "correct_runs",
          drawdown_correct_runs(ledger, Path(), Text("because"),
                                Options(options), OrNull(&result), Error()));
    case 2:
      return Ended("journal", drawdown_journal(ledger, Below(99), Below(9),
                                               table, Error()));
    default: {
      const int32_t by[] = {Choice(DRAWDOWN_BY_MONTH),
                            Choice(DRAWDOWN_BY_MONTH)};
      drawdown_usage_query query = DRAWDOWN_USAGE_QUERY_INIT;
      query.by = OrNull(by);
      query.by_count = Below(3);
      if (OneIn(2)) query.from_us = Instant();
      if (OneIn(2)) query.to_us = Instant();
      query.at_us = Instant();
      if (OneIn(8)) query.as_of_us = Instant();
      if (OneIn(4)) query.tenant = Tenant();
      if (OneIn(4)) query.pool = Pool();
      if (OneIn(4)) query.zone = Text("America/New_York");
      query.net = Flag();
      return Ended("usage",
                   drawdown_usage(ledger, Options(query), table, Error()));
    }
  }
}

}  // namespace drawdown::c_abi_test
