/* What the C tests share: checks that count failures, cells by name, a clock.
 */
#ifndef DRAWDOWN_TESTS_ABI_C99_SUPPORT_H_
#define DRAWDOWN_TESTS_ABI_C99_SUPPORT_H_

#define _POSIX_C_SOURCE 200809L
#include <drawdown/drawdown.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int failures;

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                     \
    }                                                                 \
  } while (0)
#define OK(call) CheckOk((call), &error, #call, __FILE__, __LINE__)
void CheckOk(int32_t code, drawdown_error* error, const char* call,
             const char* file, int line);

static const int64_t kHour = INT64_C(3600000000);
static const int64_t kStart = INT64_C(1790845200000000); /* 2026-10-01T09:00Z */
extern int64_t now; /* of the ledger's clock */

uint64_t RowsOf(drawdown_table table);
int64_t DecimalAt(drawdown_table table, uint64_t row, const char* name);
int64_t NumberAt(drawdown_table table, uint64_t row, const char* name);
int TextIs(drawdown_table table, uint64_t row, const char* name,
           const char* expected);
void Close(drawdown_table* table);
void WriteFile(const char* path, const char* text);

/* Each calls the functions of its subject, on one ledger, in this order. */
void TestMeters(drawdown_ledger ledger);
void TestRuns(drawdown_ledger ledger);
void TestQuotasAndHolds(drawdown_ledger ledger);
void TestImports(drawdown_ledger ledger, const char* folder);
void TestQueries(drawdown_ledger ledger);
void TestContracts(drawdown_ledger ledger, const char* folder);
#if DRAWDOWN_ABI_VERSION >= 2
void TestWhatIsToCome(drawdown_ledger ledger);
void TestFocus(drawdown_ledger ledger);
void TestCloses(drawdown_ledger ledger);
#endif
#if DRAWDOWN_ABI_VERSION >= 5
void TestQuotaTables(drawdown_ledger ledger);
void TestVersion5(drawdown_ledger ledger, const char* folder);
#endif

#endif
