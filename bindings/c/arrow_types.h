// Which of Arrow's types are read, and how their cells lie.
#ifndef DRAWDOWN_BINDINGS_C_ARROW_TYPES_H_
#define DRAWDOWN_BINDINGS_C_ARROW_TYPES_H_

#include <cstdint>
#include <string>

#include "drawdown/drawdown.h"

namespace drawdown::c_api {

// What a column's cells are made of.
struct ArrowType {
  enum class Kind : uint8_t {
    kNull,
    kSigned,    // width bytes
    kUnsigned,  // width bytes
    kDecimal,   // width bytes, scale
    kBool,      // a bit
    kDate,      // 4 bytes: days
    kTime,      // 8 bytes: ticks of 1 / ticks_per_second
    kText32,    // offsets of 4 bytes
    kText64,    // offsets of 8 bytes
    kTextView,  // views of 16 bytes
    kMap,       // pairs of texts: a map, or a list of structs of two
    kFloat,     // refused, where the column is needed
    kNested,    // lists, structs and other maps: not read, likewise
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
  std::string format;    // as Arrow writes the type of the values
  ArrowType type;        // of the values
  ArrowType key_type;    // of a kMap, whose `type.width` is that of its offsets
  ArrowType value_type;  // likewise
  ArrowType index_type;  // of the indices, where there is a dictionary
  bool has_dictionary = false;
  const ArrowArray* array = nullptr;
  int64_t offset = 0;  // of the batch's first row in the array
};

// Of a schema's child, without an array.
ArrowColumn ArrowColumnOf(const ArrowSchema& schema);

}  // namespace drawdown::c_api

#endif  // DRAWDOWN_BINDINGS_C_ARROW_TYPES_H_
