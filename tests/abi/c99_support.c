#include "c99_support.h"

int failures = 0;
int64_t now = INT64_C(1790845200000000);

void CheckOk(int32_t code, drawdown_error* error, const char* call,
             const char* file, int line) {
  if (code == DRAWDOWN_OK && *error == 0) return;
  fprintf(stderr, "%s:%d: %s: %s: %s\n", file, line, call,
          drawdown_code_name(code), drawdown_error_message(*error));
  drawdown_error_free(*error);
  *error = 0;
  ++failures;
}

uint64_t RowsOf(drawdown_table table) {
  uint64_t rows = UINT64_MAX;
  CHECK(drawdown_table_shape(table, &rows, NULL, NULL) == DRAWDOWN_OK);
  return rows;
}

int64_t DecimalAt(drawdown_table table, uint64_t row, const char* name) {
  uint32_t column = 0;
  drawdown_int128 value = {0, 0};
  uint8_t is_null = 9;
  CHECK(drawdown_table_find(table, drawdown_str(name), &column, NULL) == 0);
  CHECK(drawdown_table_decimal(table, row, column, &value, &is_null, NULL) ==
        0);
  CHECK(is_null <= 1);
  return (int64_t)value.low;
}

int64_t NumberAt(drawdown_table table, uint64_t row, const char* name) {
  uint32_t column = 0;
  int64_t value = 0;
  CHECK(drawdown_table_find(table, drawdown_str(name), &column, NULL) == 0);
  CHECK(drawdown_table_int64(table, row, column, &value, NULL, NULL) == 0);
  return value;
}

int TextIs(drawdown_table table, uint64_t row, const char* name,
           const char* expected) {
  uint32_t column = 0;
  drawdown_text value = {NULL, 0};
  CHECK(drawdown_table_find(table, drawdown_str(name), &column, NULL) == 0);
  CHECK(drawdown_table_text(table, row, column, &value, NULL, NULL) == 0);
  return value.size == strlen(expected) &&
         memcmp(value.data, expected, value.size) == 0;
}

void Close(drawdown_table* table) {
  CHECK(drawdown_table_close(*table, NULL) == DRAWDOWN_OK);
  *table = 0;
}

void WriteFile(const char* path, const char* text) {
  FILE* file = fopen(path, "w");
  CHECK(file != NULL);
  if (file == NULL) return;
  fputs(text, file);
  fclose(file);
}
