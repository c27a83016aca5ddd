/* What ABI version 5 added: pages, texts of reconciliations, files, notes,
 * ghosts, what comes next. */
#include "c99_support.h"

#if DRAWDOWN_ABI_VERSION >= 5
/* Runs and holds two by two, until a page is not full. */
static void TestPages(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table page = 0;
  drawdown_table refusal = 0;
  drawdown_run_query query = DRAWDOWN_RUN_QUERY_INIT;
  drawdown_hold_query holds = DRAWDOWN_HOLD_QUERY_INIT;
  static const char* const kIds[5] = {"p", "p", "p1", "p2", "q"};
  static const uint32_t kAttempts[5] = {1, 2, 1, 1, 1};
  int i;
  int pages = 0;
  for (i = 0; i < 5; ++i) {
    drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
    drawdown_hold_request hold = DRAWDOWN_HOLD_REQUEST_INIT;
    start.run_id = hold.hold_id = drawdown_str(kIds[i]);
    start.attempt = kAttempts[i];
    start.tenant = hold.tenant = drawdown_str("paged/x");
    start.pool = hold.pool = drawdown_str("aws/x/h");
    start.micro_gpus = 1000000;
    /* The first attempt ends when the second begins. */
    start.at_us = i == 0 ? now - 2 * kHour : now - kHour;
    hold.gpu_us = drawdown_int128_of(kHour);
    OK(drawdown_run_start_many(ledger, &start, 1, &refusal, &error));
    if (kAttempts[i] == 1) {
      OK(drawdown_hold_place(ledger, &hold, 1, &refusal, &error));
    }
    if (i > 0) continue;
    OK(drawdown_run_stop(ledger, start.run_id, 1, now - kHour,
                         DRAWDOWN_STOP_DONE, &error));
  }
  query.tenant = holds.tenant = drawdown_str("paged");
  query.limit = holds.limit = 2;
  i = 0;
  do {
    uint64_t row;
    OK(drawdown_runs(ledger, &query, &page, &error));
    for (row = 0; row < RowsOf(page); ++row, ++i) {
      CHECK(i < 5 && TextIs(page, row, "run_id", kIds[i]));
      CHECK(NumberAt(page, row, "attempt") == kAttempts[i]);
      query.after_run_id = drawdown_str(kIds[i]);
      query.after_attempt = kAttempts[i];
    }
    row = RowsOf(page);
    Close(&page);
    ++pages;
    if (row < 2) break;
  } while (pages < 9);
  CHECK(i == 5 && pages == 3);
  /* One that is not there, before which two are. */
  query.after_run_id = drawdown_str("p0");
  OK(drawdown_segments(ledger, &query, &page, &error));
  CHECK(RowsOf(page) == 2 && TextIs(page, 0, "run_id", "p1"));
  Close(&page);
  query.reserved = 1;
  CHECK(drawdown_runs(ledger, &query, &page, NULL) == DRAWDOWN_BAD_STRUCT);
  holds.after_hold_id = drawdown_str("p");
  OK(drawdown_holds(ledger, &holds, &page, &error));
  CHECK(RowsOf(page) == 2 && TextIs(page, 0, "hold_id", "p1"));
  CHECK(TextIs(page, 1, "hold_id", "p2"));
  Close(&page);
  holds.after_hold_id = drawdown_str("p2");
  OK(drawdown_holds(ledger, &holds, &page, &error));
  CHECK(RowsOf(page) == 1 && TextIs(page, 0, "hold_id", "q"));
  Close(&page);
}

/* Of the runs that TestPages started an hour ago and left open. */
static void TestGhosts(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_heartbeat beats[2] = {DRAWDOWN_HEARTBEAT_INIT,
                                 DRAWDOWN_HEARTBEAT_INIT};
  const drawdown_text tenant = drawdown_str("paged");
  const drawdown_text all = drawdown_str("");
  uint64_t fresh = 9;
  beats[0].run_id = drawdown_str("p1");
  beats[1].run_id = drawdown_str("nobody's");
  beats[0].at_us = beats[1].at_us = now - 60000000;
  OK(drawdown_run_heartbeat_many(ledger, beats, 2, &fresh, &table, &error));
  CHECK(fresh == 1 && RowsOf(table) == 1);
  Close(&table);
  OK(drawdown_run_heartbeat_many(ledger, beats, 1, &fresh, NULL, &error));
  CHECK(fresh == 0);
  CHECK(drawdown_run_heartbeat_many(ledger, NULL, 1, NULL, NULL, NULL) ==
        DRAWDOWN_INVALID_ARGUMENT);
  OK(drawdown_ghosts(ledger, tenant, all, DRAWDOWN_UNSET, DRAWDOWN_UNSET,
                     &table, &error));
  CHECK(RowsOf(table) == 3);
  CHECK(TextIs(table, 0, "run_id", "p"));
  CHECK(NumberAt(table, 0, "last_sign") == now - kHour);
  CHECK(NumberAt(table, 0, "heartbeat") == 0);
  CHECK(DecimalAt(table, 0, "gpus") == 1000000);
  CHECK(DecimalAt(table, 0, "since") == kHour);
  Close(&table);
  OK(drawdown_ghosts(ledger, tenant, all, 30000000, DRAWDOWN_UNSET, &table,
                     &error));
  CHECK(RowsOf(table) == 4 && NumberAt(table, 1, "heartbeat") == 1);
  CHECK(NumberAt(table, 1, "lease_us") == 30000000);
  Close(&table);
}

/* A share of nothing would be a run of no GPUs. */
static void TestShares(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table refusal = 0;
  drawdown_run_query query = DRAWDOWN_RUN_QUERY_INIT;
  drawdown_run_start start = DRAWDOWN_RUN_START_INIT;
  start.run_id = query.run_id = drawdown_str("shared");
  start.tenant = drawdown_str("acme/s");
  start.pool = drawdown_str("aws/x/h");
  start.at_us = now - kHour;
  start.share_num = 1;
  start.share_den = 7;
  CHECK(drawdown_run_start_many(ledger, &start, 1, &refusal, &error) ==
        DRAWDOWN_BAD_ROW);
  CHECK(strstr(drawdown_error_message(error), "share 1/7 of no device"));
  drawdown_error_free(error);
  start.device = drawdown_str("gpu-0");
  OK(drawdown_run_start_many(ledger, &start, 1, &refusal, &error));
  OK(drawdown_runs(ledger, &query, &refusal, &error));
  CHECK(RowsOf(refusal) == 1 && TextIs(refusal, 0, "share", "1/7"));
  CHECK(DecimalAt(refusal, 0, "gpus") > 142000);
  Close(&refusal);
}

static void TestWhatComesNext(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  const int64_t at = kStart + 24 * kHour;
  OK(drawdown_due_dates(ledger, at, DRAWDOWN_UNSET, &table, &error));
  CHECK(RowsOf(table) >= 1 && TextIs(table, 0, "contract", "aws"));
  CHECK(NumberAt(table, 0, "at") >= at);
  Close(&table);
  OK(drawdown_portfolio(ledger, at, DRAWDOWN_UNSET, &table, &error));
  CHECK(RowsOf(table) >= 2 && TextIs(table, 0, "currency", "USD"));
  CHECK(TextIs(table, 1, "contract", "aws"));
  CHECK(NumberAt(table, 0, "commitments") == 1);
  Close(&table);
}

/* The bill delivered twice: without the word of it both deliveries count.
 * Since version 6. */
static void TestSnapshots(drawdown_ledger ledger,
                          const drawdown_statement_query* query,
                          const char* folder, drawdown_text once) {
  drawdown_error error = 0;
  drawdown_bytes text = 0;
  drawdown_text view;
  drawdown_text bills[2];
  drawdown_reconcile_options options = DRAWDOWN_RECONCILE_OPTIONS_INIT;
  uint8_t clean = 9;
  char paths[2][512];
  int both;
  int byte;
  FILE* from;
  FILE* to;
  snprintf(paths[0], sizeof paths[0], "%s/bill.csv", folder);
  snprintf(paths[1], sizeof paths[1], "%s/again.csv", folder);
  from = fopen(paths[0], "r");
  to = fopen(paths[1], "w");
  CHECK(from != NULL && to != NULL);
  if (from == NULL || to == NULL) return;
  while ((byte = fgetc(from)) != EOF) fputc(byte, to);
  fclose(from);
  CHECK(fclose(to) == 0);
  bills[0] = drawdown_str(paths[0]);
  bills[1] = drawdown_str(paths[1]);
  options.text_format = drawdown_str("csv");
  options.text = &text;
  for (both = 0; both <= 1; ++both) {
    options.snapshots = (uint8_t)!both;
    OK(drawdown_reconcile_files(ledger, query, bills, 2, &options, &clean, NULL,
                                NULL, &error));
    OK(drawdown_bytes_view(text, &view, &error));
    CHECK((view.size == once.size &&
           memcmp(view.data, once.data, view.size) == 0) == !both);
    OK(drawdown_bytes_close(text, &error));
  }
  options.snapshots = 2;
  CHECK(drawdown_reconcile_files(ledger, query, bills, 2, &options, &clean,
                                 NULL, NULL,
                                 NULL) == DRAWDOWN_INVALID_ARGUMENT);
}

/* A bill in the columns of nobody's format. Since version 7. */
static void TestMappings(drawdown_ledger ledger,
                         const drawdown_statement_query* query,
                         const char* folder) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_bill_options how = DRAWDOWN_BILL_OPTIONS_INIT;
  drawdown_reconcile_options options = DRAWDOWN_RECONCILE_OPTIONS_INIT;
  drawdown_text bill;
  uint8_t clean = 9;
  char path[512];
  char map[512];
  snprintf(path, sizeof path, "%s/own.csv", folder);
  snprintf(map, sizeof map, "%s/own.map", folder);
  WriteFile(path, "month,owed\n2026-10-01T00:00:00Z,2.5\n");
  WriteFile(map,
            "ProviderName = 'aws'\nBillingCurrency = 'USD'\n"
            "ChargeCategory = 'Tax'\nBilledCost = owed\n"
            "BillingPeriodStart = month\nChargePeriodStart = month\n"
            "BillingPeriodEnd = month as month-end\n"
            "ChargePeriodEnd = month as month-end\n");
  bill = drawdown_str(path);
  CHECK(drawdown_bill_summary(&bill, 1, &table, NULL) ==
        DRAWDOWN_UNKNOWN_FORMAT);
  CHECK(drawdown_reconcile_files(ledger, query, &bill, 1, &options, &clean,
                                 NULL, NULL, NULL) == DRAWDOWN_UNKNOWN_FORMAT);
  how.mapping = options.mapping = drawdown_str(map);
  OK(drawdown_bill_summary_with(&bill, 1, &how, &table, &error));
  CHECK(RowsOf(table) == 1 && TextIs(table, 0, "category", "Tax"));
  CHECK(DecimalAt(table, 0, "billed_cost") == INT64_C(2500000000000000000));
  Close(&table);
  OK(drawdown_reconcile_files(ledger, query, &bill, 1, &options, &clean, &table,
                              NULL, &error));
  CHECK(RowsOf(table) > 0 && TextIs(table, 0, "provider", "aws"));
  Close(&table);
  how.bill_format = options.bill_format = drawdown_str("oracle");
  how.mapping = options.mapping = drawdown_str("");
  CHECK(drawdown_bill_summary_with(&bill, 1, &how, &table, &error) ==
        DRAWDOWN_INVALID_ARGUMENT);
  CHECK(strstr(drawdown_error_message(error), "oci-cost") != NULL);
  drawdown_error_free(error);
  error = 0;
  CHECK(drawdown_reconcile_files(ledger, query, &bill, 1, &options, &clean,
                                 NULL, NULL,
                                 NULL) == DRAWDOWN_INVALID_ARGUMENT);
  how.bill_format = drawdown_str("oci-cost");
  how.reserved[2] = 1;
  CHECK(drawdown_bill_summary_with(&bill, 1, &how, &table, NULL) ==
        DRAWDOWN_BAD_STRUCT);
  how.reserved[2] = 0;
  --how.struct_size;
  CHECK(drawdown_bill_summary_with(&bill, 1, &how, &table, NULL) ==
        DRAWDOWN_BAD_STRUCT);
}

/* TestContracts left a bill there. */
static void TestTexts(drawdown_ledger ledger, const char* folder) {
  drawdown_error error = 0;
  drawdown_bytes text = 77;
  drawdown_text view;
  drawdown_statement_query query = DRAWDOWN_STATEMENT_QUERY_INIT;
  drawdown_reconcile_options options = DRAWDOWN_RECONCILE_OPTIONS_INIT;
  drawdown_text bill;
  uint8_t clean = 9;
  char path[512];
  char read[16];
  FILE* file;
  snprintf(path, sizeof path, "%s/bill.csv", folder);
  bill = drawdown_str(path);
  query.contract = drawdown_str("aws");
  query.period = drawdown_str("2026-10");
  query.at_us = kStart + 31 * 24 * kHour;
  options.text_format = drawdown_str("xml");
  CHECK(drawdown_reconcile_files(ledger, &query, &bill, 1, &options, &clean,
                                 NULL, NULL,
                                 NULL) == DRAWDOWN_INVALID_ARGUMENT);
  options.text = &text;
  CHECK(drawdown_reconcile_files(ledger, &query, &bill, 1, &options, &clean,
                                 NULL, NULL,
                                 &error) == DRAWDOWN_INVALID_ARGUMENT);
  CHECK(text == 0 && strstr(drawdown_error_message(error), "xml") != NULL);
  drawdown_error_free(error);
  error = 0;
  options.text_format = drawdown_str("csv");
  OK(drawdown_reconcile_files(ledger, &query, &bill, 1, &options, &clean, NULL,
                              NULL, &error));
  CHECK(clean == 0);
  OK(drawdown_bytes_view(text, &view, &error));
  CHECK(view.size > 15 && memcmp(view.data, "class,provider,", 15) == 0);

  TestSnapshots(ledger, &query, folder, view);
  TestMappings(ledger, &query, folder);

  snprintf(path, sizeof path, "%s/breaks.csv", folder);
  OK(drawdown_bytes_save(text, drawdown_str(path), &error));
  OK(drawdown_bytes_save(text, drawdown_str(path), &error));
  file = fopen(path, "r");
  CHECK(file != NULL);
  if (file != NULL) {
    CHECK(fread(read, 1, 15, file) == 15 && memcmp(read, view.data, 15) == 0);
    CHECK(fseek(file, 0, SEEK_END) == 0);
    CHECK((uint64_t)ftell(file) == view.size);
    fclose(file);
  }
  snprintf(path, sizeof path, "%s/breaks.csv.part", folder);
  CHECK(fopen(path, "r") == NULL);
  CHECK(drawdown_bytes_save(text, drawdown_str("/nonexistent/x"), NULL) ==
        DRAWDOWN_IO);
  CHECK(drawdown_bytes_save(text, drawdown_str(""), NULL) ==
        DRAWDOWN_INVALID_ARGUMENT);
  OK(drawdown_bytes_close(text, &error));
}

static void TakeNote(void* context, const char* line) {
  if (strstr(line, "colour") != NULL) ++*(int*)context;
}

static void TestNotes(drawdown_ledger ledger, const char* folder) {
  drawdown_error error = 0;
  drawdown_table live = 0;
  drawdown_import_options options = DRAWDOWN_IMPORT_OPTIONS_INIT;
  drawdown_meter meter = 0;
  drawdown_text note;
  drawdown_text file;
  uint64_t notes = 0;
  int told = 0;
  char path[512];
  snprintf(path, sizeof path, "%s/colours.csv", folder);
  WriteFile(path,
            "run_id,tenant,pool,gpus,start,end,colour\n"
            "c,acme/c,aws/x/h,1,2026-10-01T09:00:00Z,2026-10-01T09:30:00Z,r\n");
  file = drawdown_str(path);
  options.note = TakeNote;
  options.note_context = &told;
  OK(drawdown_import_files(ledger, DRAWDOWN_IMPORT_RUNS, &file, 1, &options,
                           NULL, &error));
  CHECK(told == 1);

  OK(drawdown_meter_bind(ledger, drawdown_str("acme/c"),
                         drawdown_str("aws/x/h"), 0, &meter, &error));
  drawdown_record(meter, -1);
  OK(drawdown_live(ledger, &live, &error));
  OK(drawdown_table_notes(live, &notes, &error));
  CHECK(notes == 1);
  OK(drawdown_table_note(live, 0, &note, &error));
  CHECK(note.size > 10 && memcmp(note.data, "1 negative", 10) == 0);
  Close(&live);
}

/* What one tenant's lines and nobody's have is in the contract's statement. */
static void TestStatementsOfTenants(drawdown_ledger ledger) {
  drawdown_error error = 0;
  drawdown_table table = 0;
  drawdown_bytes text = 0;
  drawdown_statement_query query = DRAWDOWN_STATEMENT_QUERY_INIT;
  uint8_t clean = 9;
  uint64_t all;
  uint64_t row;
  query.contract = drawdown_str("aws");
  query.period = drawdown_str("2026-10");
  query.at_us = kStart + 31 * 24 * kHour;
  OK(drawdown_statement(ledger, &query, &table, &error));
  all = RowsOf(table);
  Close(&table);
  query.has_tenant = 1;
  query.tenant = drawdown_str("acme/a");
  OK(drawdown_statement(ledger, &query, &table, &error));
  CHECK(RowsOf(table) > 0 && RowsOf(table) < all);
  for (row = 0; row < RowsOf(table); ++row) {
    CHECK(TextIs(table, row, "tenant", "acme/a"));
  }
  Close(&table);
  query.tenant = drawdown_str("");
  OK(drawdown_statement(ledger, &query, &table, &error));
  CHECK(RowsOf(table) > 0 && TextIs(table, 0, "kind", "unused"));
  Close(&table);
  query.tenant = drawdown_str("nobody");
  CHECK(drawdown_statement_text(ledger, &query, drawdown_str("csv"), &text,
                                NULL) == DRAWDOWN_NOT_FOUND);
  CHECK(drawdown_reconcile_files(ledger, &query, NULL, 0, NULL, &clean, NULL,
                                 NULL, NULL) == DRAWDOWN_INVALID_ARGUMENT);
  query.reserved2[6] = 1;
  CHECK(drawdown_statement(ledger, &query, &table, NULL) ==
        DRAWDOWN_BAD_STRUCT);
}

void TestVersion5(drawdown_ledger ledger, const char* folder) {
  char version[32];
  snprintf(version, sizeof version, "%d.%d.%d", DRAWDOWN_VERSION_MAJOR,
           DRAWDOWN_VERSION_MINOR, DRAWDOWN_VERSION_PATCH);
  CHECK(strcmp(version, drawdown_version()) == 0);
  TestQuotaTables(ledger);
  TestPages(ledger);
  TestGhosts(ledger);
  TestShares(ledger);
  TestWhatComesNext(ledger);
  TestTexts(ledger, folder);
  TestNotes(ledger, folder);
  TestStatementsOfTenants(ledger);
}
#endif
