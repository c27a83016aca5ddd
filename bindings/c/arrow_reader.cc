#include "arrow_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace drawdown::c_api {
namespace {

using Kind = ArrowType::Kind;

std::optional<ArrowType> IntegerType(char letter) {
  switch (letter) {
    case 'c':
      return ArrowType{Kind::kSigned, 1};
    case 'C':
      return ArrowType{Kind::kUnsigned, 1};
    case 's':
      return ArrowType{Kind::kSigned, 2};
    case 'S':
      return ArrowType{Kind::kUnsigned, 2};
    case 'i':
      return ArrowType{Kind::kSigned, 4};
    case 'I':
      return ArrowType{Kind::kUnsigned, 4};
    case 'l':
      return ArrowType{Kind::kSigned, 8};
    case 'L':
      return ArrowType{Kind::kUnsigned, 8};
    default:
      return std::nullopt;
  }
}

// "tsu:UTC"
std::optional<ArrowType> TimestampType(std::string_view format) {
  ArrowType type{Kind::kTime, 8};
  switch (format[2]) {
    case 's':
      type.ticks_per_second = 1;
      break;
    case 'm':
      type.ticks_per_second = 1'000;
      break;
    case 'u':
      type.ticks_per_second = 1'000'000;
      break;
    case 'n':
      type.ticks_per_second = 1'000'000'000;
      break;
    default:
      return std::nullopt;
  }
  type.zoned = format.size() > 4;
  return type;
}

// "d:38,9" or "d:38,9,128"
std::optional<ArrowType> DecimalType(std::string_view format) {
  const size_t comma = format.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::string_view scale = format.substr(comma + 1);
  const size_t width = scale.find(',');
  if (width != std::string_view::npos && scale.substr(width) != ",128") {
    return std::nullopt;
  }
  scale = scale.substr(0, width);
  ArrowType type{Kind::kDecimal, 16};
  if (!absl::SimpleAtoi(absl::string_view(scale.data(), scale.size()),
                        &type.scale) ||
      type.scale < 0 || type.scale > 38) {
    return std::nullopt;
  }
  return type;
}

ArrowType TypeOf(std::string_view format) {
  constexpr ArrowType kOther{Kind::kOther};
  if (format == "n") return ArrowType{Kind::kNull};
  if (format == "u") return ArrowType{Kind::kText32};
  if (format == "U") return ArrowType{Kind::kText64};
  if (format == "vu") return ArrowType{Kind::kTextView};
  if (format == "e" || format == "f" || format == "g") {
    return ArrowType{Kind::kFloat};
  }
  if (format.size() == 1) return IntegerType(format[0]).value_or(kOther);
  if (format.size() >= 4 && format.starts_with("ts")) {
    return TimestampType(format).value_or(kOther);
  }
  if (format.starts_with("d:")) return DecimalType(format).value_or(kOther);
  return kOther;
}

ArrowColumn ColumnOf(const ArrowSchema& schema) {
  ArrowColumn column;
  column.name = schema.name == nullptr ? "" : schema.name;
  column.type = TypeOf(schema.format);
  if (schema.dictionary != nullptr) {
    column.has_dictionary = true;
    column.index_type = column.type;
    column.type = TypeOf(schema.dictionary->format);
  }
  return column;
}

std::string_view BytesAt(const ArrowArray& array, size_t buffer, int64_t index,
                         int32_t width) {
  return {static_cast<const char*>(array.buffers[buffer]) + index * width,
          static_cast<size_t>(width)};
}

template <typename Number>
Number NumberAt(const ArrowArray& array, size_t buffer, int64_t index) {
  Number number;
  std::memcpy(&number, BytesAt(array, buffer, index, sizeof number).data(),
              sizeof number);
  return number;
}

Int128 IntegerAt(const ArrowType& type, const ArrowArray& array,
                 int64_t index) {
  const bool is_signed = type.kind == Kind::kSigned;
  switch (type.width) {
    case 1:
      return is_signed ? Int128{NumberAt<int8_t>(array, 1, index)}
                       : Int128{NumberAt<uint8_t>(array, 1, index)};
    case 2:
      return is_signed ? Int128{NumberAt<int16_t>(array, 1, index)}
                       : Int128{NumberAt<uint16_t>(array, 1, index)};
    case 4:
      return is_signed ? Int128{NumberAt<int32_t>(array, 1, index)}
                       : Int128{NumberAt<uint32_t>(array, 1, index)};
    default:
      return is_signed ? Int128{NumberAt<int64_t>(array, 1, index)}
                       : Int128{NumberAt<uint64_t>(array, 1, index)};
  }
}

std::string DecimalText(Int128 value, int32_t scale) {
  const bool negative = value < 0;
  auto rest = static_cast<Uint128>(value);
  if (negative) rest = -rest;
  std::string digits;
  while (rest != 0 || static_cast<int32_t>(digits.size()) <= scale) {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
    if (static_cast<int32_t>(digits.size()) == scale && scale > 0) {
      digits += '.';
      digits += static_cast<char>('0' + static_cast<int>(rest % 10));
      rest /= 10;
      scale = -1;  // The point is set.
    }
  }
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

Outcome TimeText(const ArrowColumn& column, int64_t ticks, std::string* text) {
  const int64_t per_second = column.type.ticks_per_second;
  Int128 instant = Int128{ticks} * kMicrosPerSecond;
  if (instant % per_second != 0) {
    return {DRAWDOWN_BAD_TIME,
            absl::StrCat("column ", column.name, ": ", ticks,
                         " ns is not a whole number of microseconds")};
  }
  instant /= per_second;
  // Years 1900 to 9999, as ParseInstant has them; anything near does.
  constexpr Int128 kGreatest = Int128{253'402'300'800} * kMicrosPerSecond;
  if (instant >= kGreatest || instant < -kGreatest) {
    return {DRAWDOWN_BAD_TIME, absl::StrCat("column ", column.name, ": ",
                                            ticks, " is out of range")};
  }
  *text = FormatInstant(static_cast<int64_t>(instant));
  if (!column.type.zoned) text->pop_back();  // "Z"
  return {};
}

std::string_view ViewAt(const ArrowArray& array, int64_t index) {
  const std::string_view view = BytesAt(array, 1, index, 16);
  int32_t parts[4];
  std::memcpy(parts, view.data(), sizeof parts);
  const auto size = static_cast<size_t>(parts[0]);
  if (size <= 12) return view.substr(4, size);
  const auto* const data =
      static_cast<const char*>(array.buffers[2 + parts[2]]);
  return {data + parts[3], size};
}

template <typename Offset>
std::string_view SliceAt(const ArrowArray& array, int64_t index) {
  const auto begin = NumberAt<Offset>(array, 1, index);
  const auto end = NumberAt<Offset>(array, 1, index + 1);
  return {static_cast<const char*>(array.buffers[2]) + begin,
          static_cast<size_t>(end - begin)};
}

bool IsNullAt(const ArrowArray& array, const ArrowType& type, int64_t index) {
  if (type.kind == Kind::kNull) return true;
  if (array.null_count == 0 || array.buffers[0] == nullptr) return false;
  const auto* const bits = static_cast<const uint8_t*>(array.buffers[0]);
  return (bits[index / 8] >> index % 8 & 1) == 0;
}

}  // namespace

ArrowReader::ArrowReader(ArrowArrayStream* stream) {
  stream_ = *stream;
  stream->release = nullptr;  // It is ours now.
}

ArrowReader::~ArrowReader() {
  ReleaseBatch();
  if (schema_.release != nullptr) schema_.release(&schema_);
  if (stream_.release != nullptr) stream_.release(&stream_);
}

void ArrowReader::ReleaseBatch() {
  if (batch_.release != nullptr) batch_.release(&batch_);
  batch_ = {};
}

Outcome ArrowReader::StreamError(int code, const char* doing) {
  const char* const why = stream_.get_last_error(&stream_);
  return {code == ENOMEM ? DRAWDOWN_OUT_OF_MEMORY : DRAWDOWN_BAD_INPUT,
          absl::StrCat("the Arrow stream failed ", doing, " with ", code,
                       why == nullptr ? "" : ": ", why == nullptr ? "" : why)};
}

Outcome ArrowReader::Start() {
  if (stream_.release == nullptr) {
    return {DRAWDOWN_BAD_INPUT, "the Arrow stream was released already"};
  }
  const int code = stream_.get_schema(&stream_, &schema_);
  if (code != 0) return StreamError(code, "to tell its schema");
  if (std::string_view(schema_.format) != "+s") {
    return {DRAWDOWN_BAD_INPUT, absl::StrCat("the Arrow stream is of ",
                                             schema_.format,
                                             ", not of a struct of columns")};
  }
  for (int64_t i = 0; i < schema_.n_children; ++i) {
    columns_.push_back(ColumnOf(*schema_.children[i]));
  }
  return {};
}

Outcome ArrowReader::Next(int64_t* rows) {
  do {
    ReleaseBatch();
    const int code = stream_.get_next(&stream_, &batch_);
    if (code != 0) return StreamError(code, "to give a batch");
    *rows = batch_.release == nullptr ? 0 : batch_.length;
  } while (batch_.release != nullptr && *rows == 0);
  if (*rows == 0) return {};
  if (batch_.n_children != static_cast<int64_t>(columns_.size())) {
    return {DRAWDOWN_BAD_INPUT,
            absl::StrCat("an Arrow batch has ", batch_.n_children,
                         " columns, not ", columns_.size())};
  }
  for (size_t i = 0; i < columns_.size(); ++i) {
    columns_[i].array = batch_.children[i];
    columns_[i].offset = batch_.offset + batch_.children[i]->offset;
  }
  return {};
}

Outcome CheckReadable(const ArrowColumn& column) {
  if (column.type.kind == Kind::kFloat) {
    return {DRAWDOWN_UNSUPPORTED,
            absl::StrCat("column ", column.name,
                         " is floating point; give decimals, integers or text")};
  }
  if (column.type.kind == Kind::kOther) {
    return {DRAWDOWN_UNSUPPORTED,
            absl::StrCat("column ", column.name,
                         " is of an Arrow type that is not read")};
  }
  return {};
}

bool IsNull(const ArrowColumn& column, int64_t row) {
  const ArrowArray& array = *column.array;
  const int64_t at = column.offset + row;
  if (!column.has_dictionary) return IsNullAt(array, column.type, at);
  if (IsNullAt(array, column.index_type, at)) return true;
  const auto index =
      static_cast<int64_t>(IntegerAt(column.index_type, array, at));
  const ArrowArray& values = *array.dictionary;
  return index < 0 || index >= values.length ||
         IsNullAt(values, column.type, values.offset + index);
}

Outcome TextAt(const ArrowColumn& column, int64_t row, std::string* text) {
  const ArrowArray* array = column.array;
  int64_t at = column.offset + row;
  if (column.has_dictionary) {
    at = static_cast<int64_t>(IntegerAt(column.index_type, *array, at));
    array = array->dictionary;
    at += array->offset;
  }
  switch (column.type.kind) {
    case Kind::kSigned:
    case Kind::kUnsigned:
      *text = DecimalText(IntegerAt(column.type, *array, at), 0);
      return {};
    case Kind::kDecimal:
      *text = DecimalText(NumberAt<Int128>(*array, 1, at), column.type.scale);
      return {};
    case Kind::kTime:
      return TimeText(column, NumberAt<int64_t>(*array, 1, at), text);
    case Kind::kText32:
      *text = SliceAt<int32_t>(*array, at);
      return {};
    case Kind::kText64:
      *text = SliceAt<int64_t>(*array, at);
      return {};
    case Kind::kTextView:
      *text = ViewAt(*array, at);
      return {};
    case Kind::kNull:
    case Kind::kFloat:
    case Kind::kOther:
      break;
  }
  text->clear();
  return {};
}

}  // namespace drawdown::c_api
