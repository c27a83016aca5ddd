#include "arrow_types.h"

#include <optional>
#include <string_view>

#include "absl/strings/numbers.h"

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

// "d:38,9" or, of other widths than 128 bits, "d:38,9,256".
std::optional<ArrowType> DecimalType(std::string_view format) {
  const size_t comma = format.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::string_view scale = format.substr(comma + 1);
  const size_t bits = scale.find(',');
  ArrowType type{Kind::kDecimal, 16};
  if (bits != std::string_view::npos) {
    const std::string_view width = scale.substr(bits + 1);
    if (width == "32") {
      type.width = 4;
    } else if (width == "64") {
      type.width = 8;
    } else if (width == "256") {
      type.width = 32;
    } else if (width != "128") {
      return std::nullopt;
    }
    scale = scale.substr(0, bits);
  }
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
  if (format == "b") return ArrowType{Kind::kBool};
  if (format == "tdD") return ArrowType{Kind::kDate, 4};
  if (format == "tdm") return TimestampType("tsm:").value_or(kOther);
  for (const std::string_view nested :
       {"+s", "+m", "+l", "+L", "+vl", "+vL", "+w:"}) {
    if (format.starts_with(nested)) return ArrowType{Kind::kNested};
  }
  if (format.size() == 1) return IntegerType(format[0]).value_or(kOther);
  if (format.size() >= 4 && format.starts_with("ts")) {
    return TimestampType(format).value_or(kOther);
  }
  if (format.starts_with("d:")) return DecimalType(format).value_or(kOther);
  return kOther;
}

bool IsText(const ArrowType& type) {
  return type.kind == Kind::kText32 || type.kind == Kind::kText64 ||
         type.kind == Kind::kTextView;
}

// A map of texts to texts, or a list of structs of two texts, which is what
// some write it as.
void SetMap(const ArrowSchema& schema, ArrowColumn* column) {
  const std::string_view format = schema.format;
  const bool wide = format == "+L";
  if (format != "+m" && format != "+l" && !wide) return;
  if (schema.n_children != 1) return;
  const ArrowSchema& entry = *schema.children[0];
  if (std::string_view(entry.format) != "+s" || entry.n_children != 2) return;
  for (int i = 0; i < 2; ++i) {
    if (entry.children[i]->dictionary != nullptr) return;
  }
  column->key_type = TypeOf(entry.children[0]->format);
  column->value_type = TypeOf(entry.children[1]->format);
  if (!IsText(column->key_type) || !IsText(column->value_type)) return;
  column->type = ArrowType{Kind::kMap, wide ? 8 : 4};
}

}  // namespace

ArrowColumn ArrowColumnOf(const ArrowSchema& schema) {
  ArrowColumn column;
  column.name = schema.name == nullptr ? "" : schema.name;
  column.format = schema.format;
  column.type = TypeOf(schema.format);
  if (schema.dictionary != nullptr) {
    column.has_dictionary = true;
    column.index_type = column.type;
    column.format = schema.dictionary->format;
    column.type = TypeOf(schema.dictionary->format);
  } else {
    SetMap(schema, &column);
  }
  return column;
}

}  // namespace drawdown::c_api
