// Reading Arrow streams of tables: cells as text and numbers, whatever of
// Arrow's types holds them. No floating point is read.
#ifndef DRAWDOWN_BINDINGS_C_ARROW_READER_H_
#define DRAWDOWN_BINDINGS_C_ARROW_READER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "arrow_types.h"
#include "call.h"
#include "drawdown/units.h"

namespace drawdown::c_api {

// Takes a stream over and releases it at the end.
class ArrowReader {
 public:
  explicit ArrowReader(ArrowArrayStream* stream);
  ~ArrowReader();
  ArrowReader(const ArrowReader&) = delete;  // Owns the stream.
  ArrowReader& operator=(const ArrowReader&) = delete;

  // The columns' names and types. BAD_INPUT: the stream's own error, or not a
  // struct of columns.
  Outcome Start();
  const std::vector<ArrowColumn>& columns() const { return columns_; }

  // The next batch, whose arrays columns() then have; *rows is 0 at the end.
  Outcome Next(int64_t* rows);

 private:
  Outcome StreamError(int code, const char* doing);
  void ReleaseBatch();

  ArrowArrayStream stream_ = {};
  ArrowSchema schema_ = {};
  ArrowArray batch_ = {};
  std::vector<ArrowColumn> columns_;
};

// UNSUPPORTED for a column of floating point, or of another type that is not
// read.
Outcome CheckReadable(const ArrowColumn& column);

bool IsNull(const ArrowColumn& column, int64_t row);

// A cell that is not null as text: as it is, or the number in decimal. An
// instant is RFC 3339, without an offset where the column has no zone; a date
// YYYY-MM-DD; a map an object of JSON, whose null values are null.
Outcome TextAt(const ArrowColumn& column, int64_t row, std::string* text);

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_ARROW_READER_H_
