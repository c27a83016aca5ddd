#include "arrow_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "arrow_types.h"

namespace drawdown::c_api {
namespace {

using Kind = ArrowType::Kind;

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

bool BitAt(const ArrowArray& array, size_t buffer, int64_t index) {
  const auto* const bits = static_cast<const uint8_t*>(array.buffers[buffer]);
  return (bits[index / 8] >> index % 8 & 1) != 0;
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

Outcome InstantText(const ArrowColumn& column, int64_t ticks, Int128 instant,
                    std::string* text) {
  // Years 1900 to 9999, as ParseInstant has them; anything near does.
  constexpr Int128 kGreatest = Int128{253'402'300'800} * kMicrosPerSecond;
  if (instant >= kGreatest || instant < -kGreatest) {
    return {DRAWDOWN_BAD_TIME, absl::StrCat("column ", column.name, ": ", ticks,
                                            " is out of range")};
  }
  *text = FormatInstant(static_cast<int64_t>(instant));
  if (!column.type.zoned) text->pop_back();  // "Z"
  return {};
}

// "2026-10-01", without the time that an instant's text goes on with.
Outcome DateText(const ArrowColumn& column, int32_t days, std::string* text) {
  constexpr Int128 kDay = Int128{86'400} * kMicrosPerSecond;
  const Outcome outcome = InstantText(column, days, days * kDay, text);
  text->resize(std::min(text->find('T'), text->size()));
  return outcome;
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
  return InstantText(column, ticks, instant, text);
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

// Of 256 bits as many as there are digits for.
Outcome DecimalAt(const ArrowColumn& column, const ArrowArray& array,
                  int64_t index, std::string* text) {
  Int128 value = 0;
  switch (column.type.width) {
    case 4:
      value = NumberAt<int32_t>(array, 1, index);
      break;
    case 8:
      value = NumberAt<int64_t>(array, 1, index);
      break;
    case 16:
      value = NumberAt<Int128>(array, 1, index);
      break;
    default: {
      value = NumberAt<Int128>(array, 1, 2 * index);
      if (NumberAt<Int128>(array, 1, 2 * index + 1) == (value < 0 ? -1 : 0)) {
        break;
      }
      return {DRAWDOWN_BAD_NUMBER, absl::StrCat("column ", column.name,
                                                ": a decimal of more than 38 "
                                                "digits")};
    }
  }
  *text = DecimalText(value, column.type.scale);
  return {};
}

std::string_view TextOf(const ArrowType& type, const ArrowArray& array,
                        int64_t index) {
  if (type.kind == Kind::kText32) return SliceAt<int32_t>(array, index);
  if (type.kind == Kind::kText64) return SliceAt<int64_t>(array, index);
  return ViewAt(array, index);
}

void AppendJsonText(std::string_view value, std::string* text) {
  *text += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') *text += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) {
      *text += c;
    } else {
      absl::StrAppend(
          text, "\\u00",
          absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  *text += '"';
}

bool IsNullAt(const ArrowArray& array, const ArrowType& type, int64_t index) {
  if (type.kind == Kind::kNull) return true;
  if (array.null_count == 0 || array.buffers[0] == nullptr) return false;
  return !BitAt(array, 0, index);
}

// {"team":"chat","cost":null}
void MapText(const ArrowColumn& column, const ArrowArray& array, int64_t index,
             std::string* text) {
  const bool wide = column.type.width == 8;
  const auto offset = [&](int64_t at) {
    return wide ? NumberAt<int64_t>(array, 1, at)
                : int64_t{NumberAt<int32_t>(array, 1, at)};
  };
  const ArrowArray& entries = *array.children[0];
  const ArrowArray& keys = *entries.children[0];
  const ArrowArray& values = *entries.children[1];
  *text = "{";
  for (int64_t i = offset(index); i < offset(index + 1); ++i) {
    const int64_t at = entries.offset + i;
    if (text->size() > 1) *text += ',';
    AppendJsonText(TextOf(column.key_type, keys, keys.offset + at), text);
    *text += ':';
    if (IsNullAt(values, column.value_type, values.offset + at)) {
      *text += "null";
    } else {
      AppendJsonText(TextOf(column.value_type, values, values.offset + at),
                     text);
    }
  }
  *text += '}';
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
    return {DRAWDOWN_BAD_INPUT,
            absl::StrCat("the Arrow stream is of ", schema_.format,
                         ", not of a struct of columns")};
  }
  for (int64_t i = 0; i < schema_.n_children; ++i) {
    columns_.push_back(ArrowColumnOf(*schema_.children[i]));
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
    return {
        DRAWDOWN_UNSUPPORTED,
        absl::StrCat("column ", column.name,
                     " is floating point; give decimals, integers or text")};
  }
  if (column.type.kind == Kind::kOther || column.type.kind == Kind::kNested) {
    return {DRAWDOWN_UNSUPPORTED,
            absl::StrCat("column ", column.name, " is of Arrow's type ",
                         column.format, ", which is not read")};
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
      return DecimalAt(column, *array, at, text);
    case Kind::kBool:
      *text = BitAt(*array, 1, at) ? "true" : "false";
      return {};
    case Kind::kDate:
      return DateText(column, NumberAt<int32_t>(*array, 1, at), text);
    case Kind::kTime:
      return TimeText(column, NumberAt<int64_t>(*array, 1, at), text);
    case Kind::kText32:
    case Kind::kText64:
    case Kind::kTextView:
      *text = TextOf(column.type, *array, at);
      return {};
    case Kind::kMap:
      MapText(column, *array, at, text);
      return {};
    case Kind::kNull:
    case Kind::kFloat:
    case Kind::kNested:
    case Kind::kOther:
      break;
  }
  text->clear();
  return {};
}

}  // namespace drawdown::c_api
