// Reading Arrow streams of tables: cells as text and numbers, whatever of
// Arrow's types holds them. No floating point is read.
#ifndef DRAWDOWN_BINDINGS_C_ARROW_READER_H_
#define DRAWDOWN_BINDINGS_C_ARROW_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "call.h"
#include "drawdown/units.h"

namespace drawdown::c_api {

// What a column's cells are made of.
struct ArrowType {
  enum class Kind : uint8_t {
    kNull,
    kSigned,    // width bytes
    kUnsigned,  // width bytes
    kDecimal,   // 16 bytes, scale
    kTime,      // 8 bytes: ticks of 1 / ticks_per_second
    kText32,    // offsets of 4 bytes
    kText64,    // offsets of 8 bytes
    kTextView,  // views of 16 bytes
    kFloat,     // refused, where the column is needed
    kOther,     // not read, likewise
  };
  Kind kind = Kind::kNull;
  int32_t width = 0;
  int32_t scale = 0;
  int64_t ticks_per_second = 1;
  bool zoned = false;  // a time: it is an instant
};

// A column of one batch. `array` and what it points to live as long as the
// batch.
struct ArrowColumn {
  std::string name;
  ArrowType type;        // of the values
  ArrowType index_type;  // of the indices, where there is a dictionary
  bool has_dictionary = false;
  const ArrowArray* array = nullptr;
  int64_t offset = 0;  // of the batch's first row in the array
};

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
// instant is RFC 3339, without an offset where the column has no zone.
Outcome TextAt(const ArrowColumn& column, int64_t row, std::string* text);

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_ARROW_READER_H_
