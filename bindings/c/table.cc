#include "table.h"

#include "absl/strings/str_cat.h"
#include "inputs.h"

namespace drawdown::c_api {
namespace {

// What decimal128 of 38 digits can hold.
constexpr Int128 kGreatestDecimal = [] {
  Int128 power = 1;
  for (int i = 0; i < 38; ++i) power *= 10;
  return power - 1;
}();

void Append(std::vector<uint8_t>* bits, uint64_t row, bool value) {
  if (row % 8 == 0) bits->push_back(0);
  if (value) bits->back() |= static_cast<uint8_t>(1 << row % 8);
}

}  // namespace

TableBuilder::TableBuilder(std::initializer_list<ColumnSpec> columns)
    : table_(std::make_shared<Table>()) {
  for (const ColumnSpec& column : columns) AddColumn(column);
}

void TableBuilder::AddColumn(const ColumnSpec& spec) {
  Column& column = table_->columns.emplace_back();
  column.name = spec.name;
  column.type = spec.type;
  column.scale = spec.scale;
}

Column& TableBuilder::Next(int32_t type) {
  Column& column = table_->columns[at_];
  if (column.type != type) {
    throw std::logic_error("column " + column.name + " is of another type");
  }
  return column;
}

void TableBuilder::Done(bool valid) {
  Column& column = table_->columns[at_];
  if (!valid && column.valid.empty()) {
    for (uint64_t row = 0; row < table_->rows; ++row) {
      Append(&column.valid, row, true);
    }
    Append(&column.valid, table_->rows, false);
  } else if (!column.valid.empty()) {
    Append(&column.valid, table_->rows, valid);
  }
  if (++at_ < table_->columns.size()) return;
  at_ = 0;
  ++table_->rows;
}

TableBuilder& TableBuilder::Text(std::string_view value) {
  Column& column = Next(DRAWDOWN_COLUMN_TEXT);
  column.chars.append(value);
  column.offsets.push_back(static_cast<int64_t>(column.chars.size()));
  Done(true);
  return *this;
}

TableBuilder& TableBuilder::Int(int64_t value) {
  Next(DRAWDOWN_COLUMN_INT64).numbers.push_back(value);
  Done(true);
  return *this;
}

TableBuilder& TableBuilder::Time(int64_t value) {
  Next(DRAWDOWN_COLUMN_TIME).numbers.push_back(value);
  Done(true);
  return *this;
}

TableBuilder& TableBuilder::Bool(bool value) {
  Append(&Next(DRAWDOWN_COLUMN_BOOL).bits, table_->rows, value);
  Done(true);
  return *this;
}

TableBuilder& TableBuilder::Decimal(Int128 value) {
  overflow_ |= value > kGreatestDecimal || value < -kGreatestDecimal;
  Next(DRAWDOWN_COLUMN_DECIMAL).decimals.push_back(value);
  Done(true);
  return *this;
}

TableBuilder& TableBuilder::Null() {
  Column& column = table_->columns[at_];
  switch (column.type) {
    case DRAWDOWN_COLUMN_TEXT:
      column.offsets.push_back(static_cast<int64_t>(column.chars.size()));
      break;
    case DRAWDOWN_COLUMN_DECIMAL:
      column.decimals.push_back(0);
      break;
    case DRAWDOWN_COLUMN_BOOL:
      Append(&column.bits, table_->rows, false);
      break;
    default:
      column.numbers.push_back(0);
  }
  Done(false);
  return *this;
}

Outcome TableBuilder::Finish(drawdown_table* out) {
  if (at_ != 0) throw std::logic_error("a row is not complete");
  if (overflow_) {
    return {DRAWDOWN_OVERFLOW, "a total has more than 38 digits"};
  }
  if (out != nullptr) *out = MakeHandle(std::move(table_));
  return {};
}

namespace {

// A cell's column, if there is such a cell and it is of the type.
struct Cell {
  std::shared_ptr<Table> table;
  const Column* column = nullptr;
  Outcome outcome;
};

Cell FindCell(drawdown_table handle, uint64_t row, uint32_t column) {
  Cell cell;
  cell.table = FindHandle<Table>(handle);
  if (cell.table == nullptr) {
    cell.outcome = BadHandle("table", handle);
  } else if (row >= cell.table->rows || column >= cell.table->columns.size()) {
    cell.outcome = {DRAWDOWN_INVALID_ARGUMENT,
                    absl::StrCat("no cell in row ", row, " and column ", column,
                                 " of ", cell.table->rows, " rows and ",
                                 cell.table->columns.size(), " columns")};
  } else {
    cell.column = &cell.table->columns[column];
  }
  return cell;
}

Outcome WrongType(const Column& column, const char* what) {
  return {DRAWDOWN_WRONG_TYPE,
          absl::StrCat("column ", column.name, " does not hold ", what)};
}

// Calls `body` with the table that the handle names.
template <typename Body>
int32_t WithTable(drawdown_table handle, drawdown_error* error,
                  Body&& body) noexcept {
  return Call(error, [&]() -> Outcome {
    const std::shared_ptr<Table> table = FindHandle<Table>(handle);
    if (table == nullptr) return BadHandle("table", handle);
    return body(*table);
  });
}

int64_t NumberAt(const Column& column, uint64_t row) {
  if (column.type == DRAWDOWN_COLUMN_BOOL) {
    return column.bits[row / 8] >> row % 8 & 1;
  }
  return column.numbers[row];
}

bool HasNumbers(const Column& column) {
  return column.type == DRAWDOWN_COLUMN_INT64 ||
         column.type == DRAWDOWN_COLUMN_TIME ||
         column.type == DRAWDOWN_COLUMN_BOOL;
}

drawdown_text ViewOf(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace
}  // namespace drawdown::c_api

// The boundary below is in the global namespace and all made of the above.
using namespace drawdown::c_api;

int32_t drawdown_table_shape(drawdown_table table, uint64_t* rows,
                             uint32_t* columns, drawdown_error* error) {
  return WithTable(table, error, [&](const Table& t) {
    if (rows != nullptr) *rows = t.rows;
    if (columns != nullptr) *columns = static_cast<uint32_t>(t.columns.size());
    return Outcome();
  });
}

int32_t drawdown_table_column(drawdown_table table, uint32_t index,
                              drawdown_column* out, drawdown_error* error) {
  return WithTable(table, error, [&](const Table& t) -> Outcome {
    if (out == nullptr) return NullArgument("out");
    if (index >= t.columns.size()) {
      return {DRAWDOWN_INVALID_ARGUMENT,
              absl::StrCat("no column ", index, " of ", t.columns.size())};
    }
    const Column& column = t.columns[index];
    drawdown_column ours = DRAWDOWN_COLUMN_INIT;
    ours.type = column.type;
    ours.scale = column.scale;
    ours.name = column.name.c_str();
    return WriteStruct("column", ours, out, sizeof(drawdown_column));
  });
}

int32_t drawdown_table_find(drawdown_table table, drawdown_text name,
                            uint32_t* column, drawdown_error* error) {
  return WithTable(table, error, [&](const Table& t) -> Outcome {
    Inputs in;
    const std::string wanted = in.Text("name", name);
    if (!in.NotNull("column", column)) return in.outcome();
    std::string names;
    for (size_t i = 0; i < t.columns.size(); ++i) {
      *column = static_cast<uint32_t>(i);
      if (t.columns[i].name == wanted) return {};
      absl::StrAppend(&names, i == 0 ? "" : ", ", t.columns[i].name);
    }
    *column = 0;
    return {DRAWDOWN_NOT_FOUND,
            absl::StrCat("no column ", wanted, "; there are ", names)};
  });
}

int32_t drawdown_table_int64(drawdown_table table, uint64_t row,
                             uint32_t column, int64_t* value, uint8_t* is_null,
                             drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    const Cell cell = FindCell(table, row, column);
    if (!cell.outcome.ok()) return cell.outcome;
    if (!HasNumbers(*cell.column)) {
      return WrongType(*cell.column, "whole numbers");
    }
    if (is_null != nullptr) *is_null = cell.column->IsNull(row) ? 1 : 0;
    if (value != nullptr) *value = NumberAt(*cell.column, row);
    return {};
  });
}

int32_t drawdown_table_decimal(drawdown_table table, uint64_t row,
                               uint32_t column, drawdown_int128* value,
                               uint8_t* is_null, drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    const Cell cell = FindCell(table, row, column);
    if (!cell.outcome.ok()) return cell.outcome;
    if (cell.column->type != DRAWDOWN_COLUMN_DECIMAL) {
      return WrongType(*cell.column, "decimals");
    }
    if (is_null != nullptr) *is_null = cell.column->IsNull(row) ? 1 : 0;
    if (value != nullptr) {
      *value = FromInt128(cell.column->decimals[row]);
    }
    return {};
  });
}

int32_t drawdown_table_text(drawdown_table table, uint64_t row, uint32_t column,
                            drawdown_text* value, uint8_t* is_null,
                            drawdown_error* error) {
  return Call(error, [&]() -> Outcome {
    const Cell cell = FindCell(table, row, column);
    if (!cell.outcome.ok()) return cell.outcome;
    if (cell.column->type != DRAWDOWN_COLUMN_TEXT) {
      return WrongType(*cell.column, "text");
    }
    if (is_null != nullptr) *is_null = cell.column->IsNull(row) ? 1 : 0;
    const int64_t begin = cell.column->offsets[row];
    const int64_t end = cell.column->offsets[row + 1];
    if (value != nullptr) {
      *value = {cell.column->chars.data() + begin,
                static_cast<uint64_t>(end - begin)};
    }
    return {};
  });
}

int32_t drawdown_table_notes(drawdown_table table, uint64_t* count,
                             drawdown_error* error) {
  return WithTable(table, error, [&](const Table& t) {
    if (count != nullptr) *count = t.notes.size();
    return Outcome();
  });
}

int32_t drawdown_table_note(drawdown_table table, uint64_t index,
                            drawdown_text* note, drawdown_error* error) {
  return WithTable(table, error, [&](const Table& t) -> Outcome {
    if (index >= t.notes.size()) {
      return {DRAWDOWN_INVALID_ARGUMENT,
              absl::StrCat("no note ", index, " of ", t.notes.size())};
    }
    if (note != nullptr) *note = ViewOf(t.notes[index]);
    return {};
  });
}

int32_t drawdown_table_close(drawdown_table table, drawdown_error* error) {
  return CloseHandle<Table>("table", table, error);
}
