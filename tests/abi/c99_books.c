/* What is used and what may be: meters, runs, quotas, holds, imports. */
#include "c99_support.h"

void TestMeters(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_meter meters[3] = {0, 0, 0};
  const drawdown_text tenants[2] = {drawdown_str("acme/a"),
                                    drawdown_str("acme/b")};
  const drawdown_text pools[2] = {drawdown_str("aws/x/h"),
                                  drawdown_str("aws/x/h")};
  const int64_t amounts[3] = {5, 7, 11};
  uint8_t decisions[3] = {9, 9, 9};
  drawdown_drain_result drained = DRAWDOWN_DRAIN_RESULT_INIT;
  OK(drawdown_meter_bind(ledger, drawdown_str("acme/c"),
                         drawdown_str("aws/x/h"), 0, &meters[2], &error));
  OK(drawdown_meter_bind_many(ledger, tenants, pools, 2, 0, meters, &error));
  CHECK(meters[0] != 0 && meters[1] != 0 && meters[0] != meters[1]);
  drawdown_record(meters[0], 100);
  drawdown_record_batch(meters, amounts, 3);
  drawdown_record_many(meters[1], amounts, 3);
  CHECK(drawdown_try_record(meters[0], 1000) == DRAWDOWN_ADMITTED);
  drawdown_try_record_batch(meters, amounts, 3, decisions);
  CHECK(decisions[0] == 0 && decisions[1] == 0 && decisions[2] == 0);
  OK(drawdown_live(ledger, &table, &error));
  CHECK(RowsOf(table) == 3);
  CHECK(DecimalAt(table, 0, "open") == 1110);
  CHECK(DecimalAt(table, 1, "open") == 7 + 23 + 7);
  Close(&table);
  OK(drawdown_drain(ledger, &drained, &error));
  CHECK(drained.meters == 3 && drained.gpu_us.low == 1110 + 37 + 22);
  OK(drawdown_drain(ledger, NULL, &error));
  CHECK(drawdown_meter_bind(ledger, drawdown_str("acme/unknown"),
                            drawdown_str("aws/x/h"), 1, &meters[2],
                            NULL) == DRAWDOWN_UNKNOWN_NAME);
}

void TestRuns(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_table refusal = 0;
  drawdown_run_start starts[2] = {DRAWDOWN_RUN_START_INIT,
                                  DRAWDOWN_RUN_START_INIT};
  drawdown_run_query query = DRAWDOWN_RUN_QUERY_INIT;
  const drawdown_text first = drawdown_str("run-1");
  starts[0].run_id = first;
  starts[1].run_id = drawdown_str("run-2");
  starts[0].tenant = starts[1].tenant = drawdown_str("acme/a");
  starts[0].pool = starts[1].pool = drawdown_str("aws/x/h");
  starts[0].micro_gpus = 8000000;
  starts[1].micro_gpus = 500000;
  starts[0].at_us = starts[1].at_us = kStart;
  OK(drawdown_run_start_many(ledger, starts, 2, &refusal, &error));
  CHECK(refusal == 0);
  now = kStart + 4 * kHour;
  OK(drawdown_run_resize(ledger, first, 1, 16000000, kStart + kHour, &refusal,
                         &error));
  OK(drawdown_run_suspend(ledger, first, 1, kStart + 2 * kHour, &error));
  OK(drawdown_run_resume(ledger, first, 1, kStart + 3 * kHour, &refusal,
                         &error));
  OK(drawdown_run_heartbeat(ledger, first, 1, kStart + 3 * kHour + 1, &error));
  OK(drawdown_run_stop(ledger, first, 1, kStart + 4 * kHour,
                       DRAWDOWN_STOP_DONE, &error));
  CHECK(drawdown_run_confirm_ghost(ledger, first, 1, DRAWDOWN_UNSET,
                                   DRAWDOWN_UNSET,
                                   NULL) == DRAWDOWN_WRONG_STATE);
  OK(drawdown_run_stop(ledger, drawdown_str("run-2"), 1, kStart + 2 * kHour,
                       DRAWDOWN_STOP_FAILED, &error));
  CHECK(drawdown_run_stop(ledger, first, 1, kStart, 99, NULL) ==
        DRAWDOWN_INVALID_ARGUMENT);
  OK(drawdown_runs(ledger, &query, &table, &error));
  CHECK(RowsOf(table) == 2);
  CHECK(TextIs(table, 0, "run_id", "run-1"));
  CHECK(TextIs(table, 1, "reason", "failed"));
  CHECK(DecimalAt(table, 1, "gpus") == 500000);
  Close(&table);
  query.run_id = first;
  query.state = DRAWDOWN_RUN_ENDED;
  OK(drawdown_segments(ledger, &query, &table, &error));
  CHECK(RowsOf(table) == 3);
  CHECK(NumberAt(table, 2, "start") == kStart + 3 * kHour);
  CHECK(NumberAt(table, 0, "suspended") == 0);
  Close(&table);
}

void TestQuotasAndHolds(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_table refusal = 0;
  drawdown_quota_setting setting = DRAWDOWN_QUOTA_SETTING_INIT;
  drawdown_hold_request request = DRAWDOWN_HOLD_REQUEST_INIT;
  drawdown_hold_renewal renewal = DRAWDOWN_HOLD_RENEWAL_INIT;
  drawdown_hold_query query = DRAWDOWN_HOLD_QUERY_INIT;
  const drawdown_text hold = drawdown_str("hold-1");
  int64_t expires;
  uint8_t changed = 9;
  setting.tenant = drawdown_str("acme/q");
  setting.period = DRAWDOWN_PERIOD_TOTAL;
  setting.nominal = drawdown_int128_of(10 * kHour);
  OK(drawdown_quota_set(ledger, &setting, &changed, &error));
  CHECK(changed == 1);
  OK(drawdown_quota_set(ledger, &setting, &changed, &error));
  CHECK(changed == 0);
  request.hold_id = hold;
  request.tenant = drawdown_str("acme/q");
  request.pool = drawdown_str("aws/x/h");
  request.gpu_us = drawdown_int128_of(6 * kHour);
  request.ttl_us = 10 * kHour;
  OK(drawdown_hold_quote(ledger, &request, &refusal, &table, &error));
  CHECK(refusal == 0 && table != 0);
  Close(&table);
  OK(drawdown_hold_place(ledger, &request, 1, &refusal, &error));
  CHECK(refusal == 0);
  request.hold_id = drawdown_str("hold-2");
  OK(drawdown_hold_place(ledger, &request, 1, &refusal, &error));
  CHECK(RowsOf(refusal) == 1);
  CHECK(TextIs(refusal, 0, "tenant", "acme/q"));
  CHECK(DecimalAt(refusal, 0, "held") == 6 * kHour);
  Close(&refusal);
  drawdown_hold_request both[2] = {request, request};
  both[0].hold_id = drawdown_str("hold-3");
  both[0].gpu_us = drawdown_int128_of(kHour);
  OK(drawdown_hold_place(ledger, both, 2, &refusal, &error));
  CHECK(RowsOf(refusal) == 1);
  CHECK(TextIs(refusal, 0, "id", "hold-2"));
  CHECK(DecimalAt(refusal, 0, "asked") == 7 * kHour);
  Close(&refusal);
  OK(drawdown_quota_explain(ledger, drawdown_str("acme/q"),
                            drawdown_str("aws/x/h"),
                            drawdown_int128_of(5 * kHour), 0, DRAWDOWN_UNSET,
                            &refusal, &table, &error));
  CHECK(refusal != 0 && RowsOf(table) == 1);
  CHECK(TextIs(table, 0, "hold_id", "hold-1"));
  Close(&table);
  Close(&refusal);
  OK(drawdown_holds(ledger, &query, &table, &error));
  expires = NumberAt(table, 0, "expires");
  Close(&table);
  renewal.hold_id = hold;
  renewal.renewal = 1;
  renewal.charge_gpu_us = drawdown_int128_of(kHour);
  OK(drawdown_hold_renew(ledger, &renewal, &refusal, &error));
  CHECK(refusal == 0);
  OK(drawdown_holds(ledger, &query, &table, &error));
  CHECK(RowsOf(table) == 1 && DecimalAt(table, 0, "charged") == kHour);
#if DRAWDOWN_ABI_VERSION >= 5 /* before, the default was an hour from now */
  CHECK(NumberAt(table, 0, "expires") == expires);
#else
  CHECK(NumberAt(table, 0, "expires") < expires);
#endif
  Close(&table);
  OK(drawdown_exhaustions(ledger, &table, &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "kind", "hold_expires"));
  Close(&table);
#if DRAWDOWN_ABI_VERSION >= 4
  OK(drawdown_exhaustion_runs(ledger, &table, &error));
  CHECK(RowsOf(table) == 0);
  Close(&table);
#endif
  OK(drawdown_hold_settle(ledger, hold, drawdown_int128_of(2 * kHour),
                          DRAWDOWN_OVERDRAFT_BOOK, &refusal, &error));
  CHECK(drawdown_hold_release(ledger, hold, NULL) == DRAWDOWN_CONFLICT);
  OK(drawdown_quotas(ledger, drawdown_str(""), DRAWDOWN_UNSET, &table,
                     &error));
  CHECK(RowsOf(table) == 1 && DecimalAt(table, 0, "used") == 3 * kHour);
  Close(&table);
}

#if DRAWDOWN_ABI_VERSION >= 5
/* Two quotas that differ in their window alone, under which a run is open; one
 * is out already and will be so again. What joins the tables is the quota. */
void TestQuotaTables(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_table runs = 0;
  drawdown_quota_setting setting = DRAWDOWN_QUOTA_SETTING_INIT;
  drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
  const drawdown_text tenant = drawdown_str("beta/x");
  const drawdown_text pool = drawdown_str("aws/x/h");
  const drawdown_int128 six = drawdown_int128_of(6 * kHour);
  int hours;
  uint64_t row;
  setting.tenant = tenant;
  setting.pool = pool;
  setting.period = DRAWDOWN_PERIOD_ROLLING;
  setting.soft = 1;
  for (hours = 2; hours <= 6; hours += 4) {
    setting.rolling_us = hours * kHour;
    setting.nominal = drawdown_int128_of(hours * kHour);
    OK(drawdown_quota_set(ledger, &setting, NULL, &error));
  }
  setting.from_us = now + 12 * kHour;
  setting.nominal = drawdown_int128_of(kHour);
  OK(drawdown_quota_set(ledger, &setting, NULL, &error));
  setting.from_us = now + 24 * kHour;
  setting.unlimited = 1;
  OK(drawdown_quota_set(ledger, &setting, NULL, &error));

  OK(drawdown_quota_changes(ledger, drawdown_str("beta"), DRAWDOWN_UNSET,
                            &table, &error));
  CHECK(RowsOf(table) == 2);
  CHECK(NumberAt(table, 0, "rolling_us") == 6 * kHour);
  CHECK(NumberAt(table, 0, "from") == now + 12 * kHour);
  CHECK(NumberAt(table, 0, "limited") == 1 && NumberAt(table, 0, "soft") == 1);
  CHECK(DecimalAt(table, 0, "nominal") == kHour);
  CHECK(NumberAt(table, 1, "limited") == 0);
  Close(&table);
  OK(drawdown_quota_changes(ledger, drawdown_str("acme"), DRAWDOWN_UNSET,
                            &table, &error));
  CHECK(RowsOf(table) == 0);
  Close(&table);

  start.run_id = drawdown_str("run-of-beta");
  start.tenant = tenant;
  start.pool = pool;
  start.micro_gpus = 2000000;
  start.at_us = now - 2 * kHour;
  OK(drawdown_run_start_many(ledger, &start, 1, &runs, &error));
  OK(drawdown_quota_users(ledger, tenant, pool, six, 0, DRAWDOWN_UNSET, &table,
                          &runs, &error));
  CHECK(RowsOf(table) == 2 && RowsOf(runs) == 2);
  for (row = 0; row < 2; ++row) {
    CHECK(DecimalAt(table, row, "accruing") == 2000000);
    CHECK(NumberAt(runs, row, "rolling_us") ==
          NumberAt(table, row, "rolling_us"));
    CHECK(TextIs(runs, row, "quota_tenant", "beta/x"));
    CHECK(TextIs(runs, row, "run_id", "run-of-beta"));
    CHECK(DecimalAt(runs, row, "gpus") == 2000000);
    CHECK(DecimalAt(runs, row, "used") == DecimalAt(table, row, "used"));
    CHECK(DecimalAt(runs, row, "used") > 0);
    CHECK(NumberAt(runs, row, "runs") == 1);
  }
  Close(&table);
  Close(&runs);
  OK(drawdown_quota_users(ledger, tenant, pool, six, 0, DRAWDOWN_UNSET, NULL,
                          NULL, &error));

  OK(drawdown_exhaustions(ledger, &table, &error));
  OK(drawdown_exhaustion_runs(ledger, &runs, &error));
  CHECK(RowsOf(table) >= 2 && RowsOf(runs) == 2);
  for (row = 0; row < 2; ++row) {
    CHECK(TextIs(runs, row, "quota_pool", "aws/x/h"));
    CHECK(TextIs(runs, row, "run_id", "run-of-beta"));
  }
  CHECK(NumberAt(runs, 0, "rolling_us") != NumberAt(runs, 1, "rolling_us"));
  for (row = 0; row < RowsOf(table); ++row) {
    if (TextIs(table, row, "kind", "quota_exhausted")) {
      CHECK(NumberAt(table, row, "rolling_us") ==
                NumberAt(runs, 0, "rolling_us") ||
            NumberAt(table, row, "rolling_us") ==
                NumberAt(runs, 1, "rolling_us"));
    }
  }
  Close(&table);
  Close(&runs);
  OK(drawdown_run_stop(ledger, start.run_id, 1, now, DRAWDOWN_STOP_DONE,
                       &error));
}
#endif

void TestImports(drawdown_ledger ledger, const char* folder) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_import_options options = DRAWDOWN_IMPORT_OPTIONS_INIT;
  drawdown_import_result result = DRAWDOWN_IMPORT_RESULT_INIT;
  struct ArrowArrayStream stream;
  drawdown_run_query query = DRAWDOWN_RUN_QUERY_INIT;
  char path[512];
  drawdown_text paths[1];
  const drawdown_text columns[2] = {drawdown_str("run_id"),
                                    drawdown_str("job")};
  const drawdown_text constants[2] = {drawdown_str("pool"),
                                      drawdown_str("aws/x/h")};
  snprintf(path, sizeof path, "%s/runs.csv", folder);
  WriteFile(path,
            "job,tenant,gpus,start,end\n"
            "j1,acme/i,2,2026-10-01T00:00:00Z,2026-10-01T02:00:00Z\n"
            "j2,acme/i,1,2026-10-01T00:00:00Z,2026-10-01T03:00:00Z\n");
  paths[0] = drawdown_str(path);
  options.columns = columns;
  options.column_pairs = 1;
  options.constants = constants;
  options.constant_pairs = 1;
  OK(drawdown_import_files(ledger, DRAWDOWN_IMPORT_RUNS, paths, 1, &options,
                           &result, &error));
  CHECK(result.rows == 2 && result.inserted == 2);
  CHECK(drawdown_import_files(ledger, 99, paths, 1, NULL, NULL, NULL) ==
        DRAWDOWN_INVALID_ARGUMENT);

  /* Out of the books and in again: the same rows change nothing. */
  query.tenant = drawdown_str("acme/i");
  OK(drawdown_runs(ledger, &query, &table, &error));
  OK(drawdown_table_arrow(table, &stream, &error));
  Close(&table);
  options.columns = NULL;
  options.column_pairs = 0;
  OK(drawdown_import_arrow(ledger, DRAWDOWN_IMPORT_RUNS, &stream, NULL,
                           &result, &error));
  CHECK(stream.release == NULL);
  CHECK(result.rows == 2 && result.unchanged == 2);

  snprintf(path, sizeof path, "%s/corrected.csv", folder);
  WriteFile(path,
            "run_id,tenant,pool,gpus,start,end\n"
            "j2,acme/i,aws/x/h,1,2026-10-01T00:00:00Z,2026-10-01T02:00:00Z\n");
  OK(drawdown_correct_runs(ledger, drawdown_str(path),
                           drawdown_str("ended an hour earlier"), NULL,
                           &result, &error));
  CHECK(result.rows == 1);
}

void TestQueries(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_usage_query query = DRAWDOWN_USAGE_QUERY_INIT;
  const int32_t by[2] = {DRAWDOWN_BY_TENANT, DRAWDOWN_BY_HOUR};
  uint64_t notes = 9;
  drawdown_text note;
  query.tenant = drawdown_str("acme/i");
  query.by = by;
  query.by_count = 2;
  OK(drawdown_usage(ledger, &query, &table, &error));
  CHECK(RowsOf(table) == 2);
  CHECK(TextIs(table, 0, "tenant", "acme/i"));
  CHECK(DecimalAt(table, 0, "gpu_seconds") == 3 * kHour);
  CHECK(NumberAt(table, 1, "hour") == INT64_C(1790816400000000));
  OK(drawdown_table_notes(table, &notes, &error));
  CHECK(notes == 0);
  CHECK(drawdown_table_note(table, 0, &note, NULL) ==
        DRAWDOWN_INVALID_ARGUMENT);
  Close(&table);
  OK(drawdown_journal(ledger, 1, 3, &table, &error));
  CHECK(RowsOf(table) == 3 && NumberAt(table, 0, "sequence") == 1);
  Close(&table);
}
