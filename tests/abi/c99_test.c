/* Every function of drawdown.h, called from C99 by a user who checks what comes
 * back. Compiled against the header of today and against the one that version 1
 * froze. */
#define _POSIX_C_SOURCE 200809L
#include <drawdown/drawdown.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failures = 0;

#define CHECK(condition)                                            \
  do {                                                              \
    if (!(condition)) {                                             \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                   \
    }                                                               \
  } while (0)
#define OK(call) check_ok((call), &error, #call, __LINE__)

static void check_ok(int32_t code, drawdown_error* error, const char* call,
                     int line) {
  if (code == DRAWDOWN_OK && *error == 0) return;
  fprintf(stderr, "line %d: %s: %s: %s\n", line, call,
          drawdown_code_name(code), drawdown_error_message(*error));
  drawdown_error_free(*error);
  *error = 0;
  ++failures;
}

static const int64_t kHour = INT64_C(3600000000);
static const int64_t kStart = INT64_C(1790845200000000); /* 2026-10-01T09:00Z */
static int64_t now = INT64_C(1790845200000000);
static int64_t Now(void* context) {
  ++*(int*)context;
  return now;
}
static int clock_reads = 0;

static const char* kContract =
    "id: \"aws\" provider: \"aws\" currency: \"USD\"\n"
    "term { start: \"2026-10-01T00:00:00Z\" end: \"2027-10-01T00:00:00Z\" }\n"
    "rate { pool: \"aws\" price: \"4\" from: \"2026-10-01T00:00:00Z\" }\n"
    "commitment { id: \"r\" category: USAGE model: CONTINUOUS interval: HOURLY\n"
    "  layer: 1 applies { dimension: \"pool\" operator: STARTS_WITH value: "
    "\"aws/\" }\n"
    "  step { from: \"2026-10-01T00:00:00Z\" quantity: \"4\" } price: \"2\"\n"
    "  shortfall { policy: TAKE_OR_PAY price: \"2\" } }\n";

static uint64_t RowsOf(drawdown_table table) {
  uint64_t rows = UINT64_MAX;
  CHECK(drawdown_table_shape(table, &rows, NULL, NULL) == DRAWDOWN_OK);
  return rows;
}

static int64_t DecimalAt(drawdown_table table, uint64_t row, const char* name) {
  uint32_t column = 0;
  drawdown_int128 value = {0, 0};
  uint8_t is_null = 9;
  CHECK(drawdown_table_find(table, drawdown_str(name), &column, NULL) == 0);
  CHECK(drawdown_table_decimal(table, row, column, &value, &is_null, NULL) ==
        0);
  CHECK(is_null <= 1);
  return (int64_t)value.low;
}

static int64_t NumberAt(drawdown_table table, uint64_t row, const char* name) {
  uint32_t column = 0;
  int64_t value = 0;
  CHECK(drawdown_table_find(table, drawdown_str(name), &column, NULL) == 0);
  CHECK(drawdown_table_int64(table, row, column, &value, NULL, NULL) == 0);
  return value;
}

static int TextIs(drawdown_table table, uint64_t row, const char* name,
                  const char* expected) {
  uint32_t column = 0;
  drawdown_text value = {NULL, 0};
  CHECK(drawdown_table_find(table, drawdown_str(name), &column, NULL) == 0);
  CHECK(drawdown_table_text(table, row, column, &value, NULL, NULL) == 0);
  return value.size == strlen(expected) &&
         memcmp(value.data, expected, value.size) == 0;
}

static void Close(drawdown_table* table) {
  CHECK(drawdown_table_close(*table, NULL) == DRAWDOWN_OK);
  *table = 0;
}

static void WriteFile(const char* path, const char* text) {
  FILE* file = fopen(path, "w");
  CHECK(file != NULL);
  if (file == NULL) return;
  fputs(text, file);
  fclose(file);
}

static void TestVersionAndErrors(void) {
  drawdown_error error = 77;
  drawdown_ledger ledger = 77;
  CHECK(drawdown_abi_version() >= DRAWDOWN_ABI_VERSION);
  CHECK(strlen(drawdown_version()) >= 5);
  CHECK(strcmp(drawdown_code_name(DRAWDOWN_BUSY), "busy") == 0);
  CHECK(strcmp(drawdown_code_name(DRAWDOWN_BAD_HANDLE), "bad_handle") == 0);
  CHECK(strcmp(drawdown_code_name(12345), "unknown") == 0);
  CHECK(drawdown_ledger_open(drawdown_str("/nonexistent/books"), NULL, &ledger,
                             &error) == DRAWDOWN_NOT_A_LEDGER);
  CHECK(ledger == 0);
  CHECK(drawdown_error_code(error) == DRAWDOWN_NOT_A_LEDGER);
  CHECK(strstr(drawdown_error_message(error), "/nonexistent/books") != NULL);
  CHECK(drawdown_error_free(error) == DRAWDOWN_OK);
  CHECK(drawdown_error_free(error) == DRAWDOWN_BAD_HANDLE);
  CHECK(drawdown_error_code(error) == DRAWDOWN_BAD_HANDLE);
  CHECK(drawdown_error_message(error)[0] == '\0');
  CHECK(drawdown_error_free(0) == DRAWDOWN_OK);
}

static void TestLedger(drawdown_ledger ledger, const char* folder) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_column column = DRAWDOWN_COLUMN_INIT;
  uint32_t columns = 0;
  char path[512];
  OK(drawdown_ledger_info(ledger, &table, &error));
  OK(drawdown_table_shape(table, NULL, &columns, &error));
  CHECK(columns == 7 && RowsOf(table) == 1);
  OK(drawdown_table_column(table, 3, &column, &error));
  CHECK(strcmp(column.name, "bucket_us") == 0);
  CHECK(column.type == DRAWDOWN_COLUMN_INT64);
  CHECK(NumberAt(table, 0, "bucket_us") == kHour);
  Close(&table);

  snprintf(path, sizeof path, "%s/copy", folder);
  OK(drawdown_backup(ledger, drawdown_str(path), &error));
  snprintf(path, sizeof path, "%s/saved", folder);
  {
    char books[512];
    snprintf(books, sizeof books, "%s/copy", folder);
    OK(drawdown_salvage(drawdown_str(books), drawdown_str(path), &table,
                        &error));
  }
  CHECK(NumberAt(table, 0, "entries_lost") == 0);
  Close(&table);
  snprintf(path, sizeof path, "%s/new", folder);
  OK(drawdown_ledger_create(drawdown_str(path), NULL, &error));
  CHECK(drawdown_ledger_create(drawdown_str(path), NULL, NULL) ==
        DRAWDOWN_LEDGER_EXISTS);
}

static void TestMeters(drawdown_ledger ledger) {
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

static void TestRuns(drawdown_ledger ledger) {
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

static void TestQuotasAndHolds(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_table refusal = 0;
  drawdown_quota_setting setting = DRAWDOWN_QUOTA_SETTING_INIT;
  drawdown_hold_request request = DRAWDOWN_HOLD_REQUEST_INIT;
  drawdown_hold_renewal renewal = DRAWDOWN_HOLD_RENEWAL_INIT;
  drawdown_hold_query query = DRAWDOWN_HOLD_QUERY_INIT;
  const drawdown_text hold = drawdown_str("hold-1");
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
  OK(drawdown_quota_explain(ledger, drawdown_str("acme/q"),
                            drawdown_str("aws/x/h"),
                            drawdown_int128_of(5 * kHour), 0, DRAWDOWN_UNSET,
                            &refusal, &table, &error));
  CHECK(refusal != 0 && RowsOf(table) == 1);
  CHECK(TextIs(table, 0, "hold_id", "hold-1"));
  Close(&table);
  Close(&refusal);
  renewal.hold_id = hold;
  renewal.renewal = 1;
  renewal.charge_gpu_us = drawdown_int128_of(kHour);
  OK(drawdown_hold_renew(ledger, &renewal, &refusal, &error));
  CHECK(refusal == 0);
  OK(drawdown_holds(ledger, &query, &table, &error));
  CHECK(RowsOf(table) == 1 && DecimalAt(table, 0, "charged") == kHour);
  Close(&table);
  OK(drawdown_exhaustions(ledger, &table, &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "kind", "hold_expires"));
  Close(&table);
  OK(drawdown_hold_settle(ledger, hold, drawdown_int128_of(2 * kHour),
                          DRAWDOWN_OVERDRAFT_BOOK, &refusal, &error));
  CHECK(drawdown_hold_release(ledger, hold, NULL) == DRAWDOWN_CONFLICT);
  OK(drawdown_quotas(ledger, drawdown_str(""), DRAWDOWN_UNSET, &table,
                     &error));
  CHECK(RowsOf(table) == 1 && DecimalAt(table, 0, "used") == 3 * kHour);
  Close(&table);
}

static void TestImports(drawdown_ledger ledger, const char* folder) {
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

static void TestQueries(drawdown_ledger ledger) {
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

static void TestContracts(drawdown_ledger ledger, const char* folder) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_table checks = 0;
  drawdown_bytes bytes = 0;
  drawdown_text view;
  drawdown_statement_query query = DRAWDOWN_STATEMENT_QUERY_INIT;
  const drawdown_text name = drawdown_str("aws.textproto");
  const drawdown_text text = drawdown_str(kContract);
  const drawdown_text bad = drawdown_str("id: \"x\" colour: \"red\"");
  char path[512];
  drawdown_text bill;
  uint8_t clean = 9;
  OK(drawdown_contract_validate(name, text, &error));
  CHECK(drawdown_contract_validate(name, bad, &error) ==
        DRAWDOWN_BAD_CONTRACT);
  CHECK(strstr(drawdown_error_message(error), "aws.textproto:1:") != NULL);
  drawdown_error_free(error);
  error = 0;
  OK(drawdown_contract_apply(ledger, &name, &text, 1, &table, &error));
  CHECK(RowsOf(table) == 1);
  Close(&table);
  OK(drawdown_contracts(ledger, &table, &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "currency", "USD"));
  Close(&table);

  query.contract = drawdown_str("aws");
  query.period = drawdown_str("2026-10");
  query.at_us = kStart + 31 * 24 * kHour;
  OK(drawdown_statement(ledger, &query, &table, &error));
  CHECK(RowsOf(table) > 2);
  Close(&table);
  OK(drawdown_statement_text(ledger, &query, drawdown_str("csv"), &bytes,
                             &error));
  OK(drawdown_bytes_view(bytes, &view, &error));
  CHECK(view.size > 12 && memcmp(view.data, "period_start", 12) == 0);
  OK(drawdown_bytes_close(bytes, &error));
  CHECK(drawdown_bytes_close(bytes, NULL) == DRAWDOWN_BAD_HANDLE);
  OK(drawdown_status(ledger, kStart, DRAWDOWN_UNSET, &table, &error));
  CHECK(RowsOf(table) == 1);
  CHECK(DecimalAt(table, 0, "contracted") == 4 * kHour);
  Close(&table);

  snprintf(path, sizeof path, "%s/bill.csv", folder);
  WriteFile(path,
            "BilledCost,BillingAccountId,BillingAccountName,BillingCurrency,"
            "BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargeClass,"
            "ChargeDescription,ChargePeriodEnd,ChargePeriodStart,"
            "ContractedCost,EffectiveCost,InvoiceIssuerName,ListCost,"
            "PricingQuantity,PricingUnit,ProviderName,PublisherName,"
            "ServiceCategory,ServiceName,SkuId,RegionId,SubAccountId,"
            "ConsumedQuantity,ConsumedUnit\n"
            "1.5,a,a,USD,2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,Tax,,tax,"
            "2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,1.5,1.5,aws,1.5,,,aws,"
            "aws,Compute,EC2,,,,,\n");
  bill = drawdown_str(path);
  OK(drawdown_bill_summary(&bill, 1, &table, &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "currency", "USD"));
  CHECK(DecimalAt(table, 0, "billed_cost") == INT64_C(1500000000000000000));
  Close(&table);
  OK(drawdown_reconcile_files(ledger, &query, &bill, 1, NULL, &clean, &table,
                              &checks, &error));
  CHECK(clean == 0 && RowsOf(table) > 0 && RowsOf(checks) > 0);
#if DRAWDOWN_ABI_VERSION >= 2
  /* Bills that are streams: arrow_test.cc. */
  CHECK(drawdown_reconcile_arrow(ledger, &query, NULL, NULL, &clean, NULL, NULL,
                                 NULL) == DRAWDOWN_INVALID_ARGUMENT);
#endif
  Close(&table);
  Close(&checks);
}

#if DRAWDOWN_ABI_VERSION >= 2
static void TestWhatIsToCome(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_table costs = 0;
  drawdown_bytes page = 0;
  drawdown_text view;
  drawdown_forecast_query query = DRAWDOWN_FORECAST_QUERY_INIT;
  drawdown_usage_scale scale = DRAWDOWN_USAGE_SCALE_INIT;
  drawdown_added_run run = DRAWDOWN_ADDED_RUN_INIT;
  const drawdown_text nobody = drawdown_str("nobody");
  query.contract = drawdown_str("aws");
  query.at_us = kStart + 24 * kHour;
  OK(drawdown_forecast(ledger, &query, &table, &costs, &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "commitment", "r"));
  /* October has 744 hours of 4 GPUs at 2 USD. */
  CHECK(DecimalAt(table, 0, "contracted") == 744 * 4 * kHour);
  CHECK(RowsOf(costs) >= 1 && NumberAt(costs, 0, "what_if") == 0);
  Close(&table);
  Close(&costs);

  scale.factor_micro = 0;
  run.tenant = drawdown_str("acme/chat");
  run.pool = drawdown_str("aws/us-east-1/gb200");
  run.micro_gpus = 4000000;
  run.start_us = kStart + 48 * kHour;
  run.end_us = kStart + 58 * kHour;
  query.scales = &scale;
  query.scale_count = 1;
  query.runs = &run;
  query.run_count = 1;
  OK(drawdown_forecast(ledger, &query, &table, NULL, &error));
  CHECK(RowsOf(table) == 2 && NumberAt(table, 1, "what_if") == 1);
  CHECK(DecimalAt(table, 1, "projected") ==
        DecimalAt(table, 1, "drawn") + 10 * 4 * kHour);
  Close(&table);
  query.exercise = &nobody;
  query.exercise_count = 1;
  CHECK(drawdown_forecast(ledger, &query, &table, NULL, &error) ==
        DRAWDOWN_NOT_FOUND);
  CHECK(table == 0 && strstr(drawdown_error_message(error), "nobody") != NULL);
  drawdown_error_free(error);
  error = 0;

  OK(drawdown_report_html(ledger, drawdown_str("aws"), kStart + 24 * kHour,
                          DRAWDOWN_UNSET, &page, &error));
  OK(drawdown_bytes_view(page, &view, &error));
  CHECK(view.size > 1000 && memcmp(view.data, "<!DOCTYPE html>", 15) == 0);
  OK(drawdown_bytes_close(page, &error));
}

static void TestFocus(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_bytes made = 0;
  drawdown_text view;
  drawdown_statement_query query = DRAWDOWN_STATEMENT_QUERY_INIT;
  query.contract = drawdown_str("aws");
  query.period = drawdown_str("2026-10");
  query.at_us = kStart + 31 * 24 * kHour;
  OK(drawdown_statement_text(ledger, &query, drawdown_str("focus-1.4"), &made,
                             &error));
  OK(drawdown_bytes_view(made, &view, &error));
  CHECK(view.size > 15 && memchr(view.data, ',', view.size) != NULL);
  OK(drawdown_bytes_close(made, &error));
}

static void TestCloses(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  const drawdown_text aws = drawdown_str("aws");
  const drawdown_text october = drawdown_str("2026-10");
  const int64_t before = now;
  uint8_t flag = 9;
  CHECK(drawdown_period_close(ledger, aws, october, NULL, &table, NULL) ==
        DRAWDOWN_WRONG_STATE);
  now = kStart + 60 * 24 * kHour;
  OK(drawdown_period_close(ledger, aws, october, &flag, &table, &error));
  CHECK(flag == 0 && RowsOf(table) == 1 && NumberAt(table, 0, "lines") > 2);
  Close(&table);
  OK(drawdown_period_close(ledger, aws, october, &flag, NULL, &error));
  CHECK(flag == 1);
  OK(drawdown_closed_periods(ledger, drawdown_str(""), DRAWDOWN_UNSET, &table,
                             &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "period", "2026-10"));
  Close(&table);
  OK(drawdown_tenant_move(ledger, drawdown_str("acme/b"),
                          drawdown_str("acme/apps/b"),
                          kStart + 59 * 24 * kHour, &flag, &error));
  CHECK(flag == 1);
  OK(drawdown_tenant_move(ledger, drawdown_str("acme/b"),
                          drawdown_str("acme/apps/b"),
                          kStart + 59 * 24 * kHour, &flag, &error));
  CHECK(flag == 0);
  CHECK(drawdown_tenant_move(ledger, drawdown_str("nobody"), aws,
                             kStart + 59 * 24 * kHour, NULL, NULL) ==
        DRAWDOWN_UNKNOWN_NAME);
  now = before;
}
#endif

int main(void) {
  char folder[] = "/tmp/drawdown-abi-XXXXXX";
  char books[64];
  char remove[128];
  drawdown_ledger ledger = 0;
  drawdown_error error = 0;
  drawdown_table findings = 0;
  drawdown_ledger_options options = DRAWDOWN_LEDGER_OPTIONS_INIT;
  uint8_t ok = 9;
  TestVersionAndErrors();
  if (mkdtemp(folder) == NULL) return 1;
  snprintf(books, sizeof books, "%s/books", folder);
  options.create_if_missing = 1;
  options.drain_interval_us = 0;
  options.now_us = Now;
  options.now_context = &clock_reads;
  OK(drawdown_ledger_open(drawdown_str(books), &options, &ledger, &error));
  TestMeters(ledger);
  TestRuns(ledger);
  TestQuotasAndHolds(ledger);
  TestImports(ledger, folder);
  TestQueries(ledger);
  TestContracts(ledger, folder);
#if DRAWDOWN_ABI_VERSION >= 2
  TestWhatIsToCome(ledger);
  TestFocus(ledger);
#endif
  TestLedger(ledger, folder);
  CHECK(clock_reads > 0);
  if (getenv("DRAWDOWN_BIN") == NULL ||
      access(getenv("DRAWDOWN_BIN"), X_OK) != 0) {
    puts("drawdown_verify is left out: the program is not built");
  } else {
    OK(drawdown_verify(ledger, &ok, &findings, &error));
    CHECK(ok == 1 && RowsOf(findings) == 0);
    Close(&findings);
  }
#if DRAWDOWN_ABI_VERSION >= 2
  TestCloses(ledger);
#endif
  OK(drawdown_ledger_close(ledger, &error));
  CHECK(drawdown_ledger_close(ledger, NULL) == DRAWDOWN_BAD_HANDLE);
  CHECK(drawdown_ledger_close(0, NULL) == DRAWDOWN_OK);
  snprintf(remove, sizeof remove, "rm -rf %s", folder);
  CHECK(system(remove) == 0);
  if (failures > 0) return 1;
  puts("every function answered as it should");
  return 0;
}
