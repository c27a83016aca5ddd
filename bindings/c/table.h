// Tables: the columns of an answer, laid out as Arrow has them, so that they
// are handed over without a copy.
#ifndef DRAWDOWN_BINDINGS_C_TABLE_H_
#define DRAWDOWN_BINDINGS_C_TABLE_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "call.h"
#include "drawdown/units.h"

namespace drawdown::c_api {

struct Column {
  std::string name;
  int32_t type = DRAWDOWN_COLUMN_INT64;
  int32_t scale = 0;  // of a decimal

  // The values, in the one that the type asks for.
  std::vector<int64_t> numbers;  // INT64, TIME
  std::vector<Int128> decimals;
  std::vector<uint8_t> bits;  // BOOL, the first in the lowest bit
  std::string chars;          // TEXT: from offsets[i] to offsets[i + 1]
  std::vector<int64_t> offsets = {0};
  // A bit per row, 1 where there is a value; empty when there is in all.
  std::vector<uint8_t> valid;

  bool IsNull(uint64_t row) const {
    return !valid.empty() && (valid[row / 8] >> row % 8 & 1) == 0;
  }
};

struct Table {
  std::vector<Column> columns;
  uint64_t rows = 0;
  std::vector<std::string> notes;
};

template <>
struct HandleKindOf<Table> {
  static constexpr HandleKind value = HandleKind::kTable;
};

// What a column is to be called and to hold.
struct ColumnSpec {
  const char* name;
  int32_t type;
  int32_t scale = 0;
};
inline constexpr int32_t kMicroScale = 6;  // GPU-seconds, GPUs
inline constexpr int32_t kMoneyScale = 18;
constexpr ColumnSpec TextColumn(const char* name) {
  return {name, DRAWDOWN_COLUMN_TEXT};
}
constexpr ColumnSpec IntColumn(const char* name) {
  return {name, DRAWDOWN_COLUMN_INT64};
}
constexpr ColumnSpec TimeColumn(const char* name) {
  return {name, DRAWDOWN_COLUMN_TIME};
}
constexpr ColumnSpec BoolColumn(const char* name) {
  return {name, DRAWDOWN_COLUMN_BOOL};
}
constexpr ColumnSpec MicroColumn(const char* name) {
  return {name, DRAWDOWN_COLUMN_DECIMAL, kMicroScale};
}
constexpr ColumnSpec MoneyColumn(const char* name) {
  return {name, DRAWDOWN_COLUMN_DECIMAL, kMoneyScale};
}

// Fills a table cell by cell, from left to right and row by row.
class TableBuilder {
 public:
  explicit TableBuilder(std::initializer_list<ColumnSpec> columns);

  // For columns that depend on the question; before the first cell.
  void AddColumn(const ColumnSpec& column);

  TableBuilder& Text(std::string_view value);
  TableBuilder& Int(int64_t value);
  TableBuilder& Time(int64_t value);
  TableBuilder& Bool(bool value);
  TableBuilder& Decimal(Int128 value);
  TableBuilder& Null();

  TableBuilder& Decimal(GpuTime value) { return Quantity(value); }
  TableBuilder& Decimal(MoneyAmount value) { return Quantity(value); }
  TableBuilder& Time(std::optional<int64_t> value) {
    return value ? Time(*value) : Null();
  }
  TableBuilder& Decimal(std::optional<MoneyAmount> value) {
    return value ? Decimal(*value) : Null();
  }
  TableBuilder& Decimal(std::optional<GpuTime> value) {
    return value ? Decimal(*value) : Null();
  }
  TableBuilder& TextOrNull(std::string_view value) {
    return value.empty() ? Null() : Text(value);
  }
  void Note(std::string note) { table_->notes.push_back(std::move(note)); }

  // Sets *out to the table's handle; nothing where `out` is NULL.
  // DRAWDOWN_OVERFLOW when a value has more than 38 digits.
  Outcome Finish(drawdown_table* out);

 private:
  template <typename Amount>
  TableBuilder& Quantity(Amount value) {
    overflow_ |= !value.valid();
    return Decimal(value.valid() ? value.count() : Int128{0});
  }
  Column& Next(int32_t type);
  void Done(bool valid);

  std::shared_ptr<Table> table_;
  size_t at_ = 0;  // column of the next cell
  bool overflow_ = false;
};

// Takes a table back that was given before the call failed after all.
class GivenTable {
 public:
  explicit GivenTable(drawdown_table* out) : out_(out) {}
  GivenTable(const GivenTable&) = delete;  // Takes back once.
  GivenTable& operator=(const GivenTable&) = delete;
  ~GivenTable() {
    if (kept_ || out_ == nullptr || *out_ == 0) return;
    RemoveHandle<Table>(*out_);
    *out_ = 0;
  }
  Outcome KeepIf(Outcome outcome) {
    kept_ = outcome.ok();
    return outcome;
  }

 private:
  drawdown_table* const out_;
  bool kept_ = false;
};

// Sets an output to "none" before anything can fail.
inline void Clear(uint64_t* handle) {
  if (handle != nullptr) *handle = 0;
}

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_TABLE_H_
