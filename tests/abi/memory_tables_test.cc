// What is asked of tables, bytes and errors, and what never allocates.
#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/abi/failing_memory.h"
#include "tests/abi/memory_books.h"

namespace drawdown::c_abi_test {
namespace {

class MemoryOfTables : public ::testing::Test {
 protected:
  MemoryOfTables() {
    EXPECT_EQ(drawdown_runs(books_.ledger(), nullptr, &table_, nullptr),
              DRAWDOWN_OK);
  }
  ~MemoryOfTables() override { drawdown_table_close(table_, nullptr); }

  const FilledBooks books_;
  drawdown_table table_ = 0;
};

// Each asked for what is not there, too: only then most of them allocate.
TEST_F(MemoryOfTables, OfCells) {
  uint64_t rows = 0;
  uint32_t columns = 0;
  int64_t number = 0;
  drawdown_int128 wide = {0, 0};
  drawdown_text text = {nullptr, 0};
  for (const drawdown_table table : {table_, drawdown_table{77}}) {
    FailAllocations("drawdown_table_shape", [&](Outputs* out) {
      return drawdown_table_shape(table, &rows, &columns, &out->error);
    });
    FailAllocations("drawdown_table_notes", [&](Outputs* out) {
      return drawdown_table_notes(table, &rows, &out->error);
    });
    FailAllocations("drawdown_table_note", [&](Outputs* out) {
      return drawdown_table_note(table, 99, &text, &out->error);
    });
    FailAllocations("drawdown_table_find", [&](Outputs* out) {
      return drawdown_table_find(table, drawdown_str("a column of no table"),
                                 &columns, &out->error);
    });
  }
  for (const uint32_t column : {0u, 1u, 7u, 99u}) {
    FailAllocations("drawdown_table_column", [&](Outputs* out) {
      drawdown_column found = DRAWDOWN_COLUMN_INIT;
      return drawdown_table_column(table_, column, &found, &out->error);
    });
    FailAllocations("drawdown_table_int64", [&](Outputs* out) {
      return drawdown_table_int64(table_, 0, column, &number, &out->flag,
                                  &out->error);
    });
    FailAllocations("drawdown_table_decimal", [&](Outputs* out) {
      return drawdown_table_decimal(table_, 0, column, &wide, &out->flag,
                                    &out->error);
    });
    FailAllocations("drawdown_table_text", [&](Outputs* out) {
      return drawdown_table_text(table_, 0, column, &text, &out->flag,
                                 &out->error);
    });
  }
}

TEST_F(MemoryOfTables, OfStreamsOfThem) {
  FailAllocations("drawdown_table_arrow", [&](Outputs* out) {
    ArrowArrayStream stream = {};
    const int32_t code = drawdown_table_arrow(table_, &stream, &out->error);
    if (code == DRAWDOWN_OK) stream.release(&stream);
    return code;
  });
}

TEST_F(MemoryOfTables, OfClosing) {
  FailAllocations("drawdown_table_close", [&](Outputs* out) {
    return drawdown_table_close(77, &out->error);
  });
  FailAllocations("drawdown_bytes_close", [&](Outputs* out) {
    return drawdown_bytes_close(77, &out->error);
  });
  FailAllocations("drawdown_bytes_save", [&](Outputs* out) {
    return drawdown_bytes_save(77, drawdown_str("a path that is not short"),
                               &out->error);
  });
  FailAllocations("drawdown_bytes_view", [&](Outputs* out) {
    drawdown_text view = {nullptr, 0};
    return drawdown_bytes_view(77, &view, &out->error);
  });
  FailAllocations("drawdown_ledger_close", [&](Outputs* out) {
    return drawdown_ledger_close(77, &out->error);
  });
}

TEST_F(MemoryOfTables, IsNotNeededForVersionsAndErrors) {
  drawdown_error error = 0;
  ASSERT_NE(drawdown_table_close(77, &error), DRAWDOWN_OK);
  ExpectNoAllocation("drawdown_abi_version", [] { drawdown_abi_version(); });
  ExpectNoAllocation("drawdown_version", [] { drawdown_version(); });
  ExpectNoAllocation("drawdown_code_name", [] {
    drawdown_code_name(DRAWDOWN_BUSY);
    drawdown_code_name(12345);
  });
  ExpectNoAllocation("drawdown_error_code", [&] {
    drawdown_error_code(error);
    drawdown_error_code(77);
  });
  ExpectNoAllocation("drawdown_error_message", [&] {
    drawdown_error_message(error);
    drawdown_error_message(77);
  });
  ExpectNoAllocation("drawdown_table_close", [&] {
    EXPECT_EQ(drawdown_table_close(table_, nullptr), DRAWDOWN_OK);
  });
  ExpectNoAllocation("drawdown_error_free", [&] {
    EXPECT_EQ(drawdown_error_free(error), DRAWDOWN_OK);
  });
}

}  // namespace
}  // namespace drawdown::c_abi_test
