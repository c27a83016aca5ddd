// Random calls of what answers are read with: tables, bytes, streams, errors.
#include "tests/abi/call_fuzz.h"

namespace drawdown::c_abi_test {

void Caller::CallTables() {
  const drawdown_table table = Handle(Kind::kTable);
  const uint64_t row = OneIn(8) ? Handle(Kind::kTable) : Below(3);
  const auto column =
      static_cast<uint32_t>(OneIn(8) ? UINT32_MAX - Below(2) : Below(8));
  uint64_t rows = 0;
  uint32_t columns = 0;
  uint8_t null = 0;
  int64_t number = 0;
  drawdown_int128 wide = {0, 0};
  drawdown_text text = {nullptr, 0};  // Another thread may close the table.
  switch (Below(13)) {
    case 12: {
      const drawdown_text path = Path();
      return Ended("bytes_save",
                   drawdown_bytes_save(Handle(Kind::kBytes), path, Error()));
    }
    case 0: {
      drawdown_column out = DRAWDOWN_COLUMN_INIT;
      if (OneIn(8)) out.struct_size = 4;
      return Ended("table_column",
                   drawdown_table_column(table, column, OrNull(&out), Error()));
    }
    case 1:
      return Ended("table_find",
                   drawdown_table_find(table, Text("run_id"), OrNull(&columns),
                                       Error()));
    case 2:
      return Ended("table_int64",
                   drawdown_table_int64(table, row, column, OrNull(&number),
                                        OrNull(&null), Error()));
    case 3:
      return Ended("table_decimal",
                   drawdown_table_decimal(table, row, column, OrNull(&wide),
                                          OrNull(&null), Error()));
    case 4:
      return Ended("table_text",
                   drawdown_table_text(table, row, column, OrNull(&text),
                                       OrNull(&null), Error()));
    case 5:
      return Ended("table_notes",
                   drawdown_table_notes(table, OrNull(&rows), Error()));
    case 6:
      return Ended("table_note",
                   drawdown_table_note(table, row, OrNull(&text), Error()));
    case 7:
      return Ended("table_close", drawdown_table_close(table, Error()));
    case 8:
      return Ended("bytes_view", drawdown_bytes_view(Handle(Kind::kBytes),
                                                     OrNull(&text), Error()));
    case 9:
      return Ended("bytes_close",
                   drawdown_bytes_close(Handle(Kind::kBytes), Error()));
    default:
      return Ended("table_shape",
                   drawdown_table_shape(table, OrNull(&rows), OrNull(&columns),
                                        Error()));
  }
}

void Caller::CallArrow() {
  ArrowArrayStream stream = {};
  const int32_t code =
      drawdown_table_arrow(Handle(Kind::kTable), &stream, Error());
  Ended("table_arrow", code);
  if (code != DRAWDOWN_OK) return;
  if (OneIn(4)) {
    ArrowSchema schema = {};
    if (stream.get_schema(&stream, &schema) == 0) schema.release(&schema);
    ArrowArray array = {};
    while (stream.get_next(&stream, &array) == 0 && array.release != nullptr) {
      array.release(&array);
    }
  }
  if (OneIn(4)) return stream.release(&stream);
  output_count_ = 0;
  if (OneIn(2)) {
    uint8_t clean = 0;
    Ended("reconcile_arrow",
          drawdown_reconcile_arrow(Handle(Kind::kLedger), Statement(), &stream,
                                   nullptr, OrNull(&clean), Out(Kind::kTable),
                                   Out(Kind::kTable), Error()));
    if (stream.release != nullptr) abort();
    return;
  }
  drawdown_import_options options = DRAWDOWN_IMPORT_OPTIONS_INIT;
  Ended("import_arrow",
        drawdown_import_arrow(Handle(Kind::kLedger),
                              Choice(DRAWDOWN_IMPORT_SACCT), &stream,
                              Options(options), nullptr, Error()));
  if (stream.release != nullptr) abort();  // It is taken, whatever happens.
}

void Caller::CallErrors() {
  const drawdown_error error = Handle(Kind::kError);
  drawdown_error_code(error);
  if (drawdown_error_message(error) == nullptr) abort();
  if (OneIn(4)) drawdown_error_free(error);
  const auto code = static_cast<int32_t>(Number(DRAWDOWN_BUSY));
  if (drawdown_code_name(code)[0] == '\0') abort();
  if (drawdown_abi_version() < DRAWDOWN_ABI_VERSION) abort();
  if (drawdown_version()[0] == '\0') abort();
}

}  // namespace drawdown::c_abi_test
