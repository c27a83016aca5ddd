/* Every function of drawdown.h, called from C99 by a user who checks what comes
 * back. Compiled against the header of today and against the one that version 1
 * froze. */
#include "c99_support.h"

#include <sys/stat.h>
#include <unistd.h>

static int clock_reads = 0;
static int64_t Now(void* context) {
  ++*(int*)context;
  return now;
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
#if DRAWDOWN_ABI_VERSION >= 5
  TestVersion5(ledger, folder);
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
