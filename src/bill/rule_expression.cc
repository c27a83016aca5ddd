#include "bill/rule_expression.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/decimal.h"
#include "bill/bill_time.h"

namespace drawdown {
namespace {

constexpr int kMoneyScale = 18;

struct OpName {
  std::string_view name;
  RuleOp op;
};
// "A name".
constexpr OpName kUnary[] = {
    {"present", RuleOp::kPresent},   {"text", RuleOp::kText},
    {"number", RuleOp::kNumber},     {"time", RuleOp::kTime},
    {"unit", RuleOp::kUnit},         {"currency", RuleOp::kCurrency},
    {"national", RuleOp::kNational}, {"keyvalue", RuleOp::kKeyValue},
    {"keys", RuleOp::kKeys},         {"nonnegative", RuleOp::kNonNegative}};
// "A name B".
constexpr OpName kBinary[] = {{"=", RuleOp::kEqual},
                              {"!=", RuleOp::kNotEqual},
                              {">=", RuleOp::kNotBefore}};
// "every name".
constexpr OpName kEvery[] = {{"number", RuleOp::kEveryNumber},
                             {"time", RuleOp::kEveryTime},
                             {"null", RuleOp::kEveryNull}};

const OpName* Find(std::span<const OpName> names, std::string_view name) {
  for (const OpName& candidate : names) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

class RuleParser {
 public:
  explicit RuleParser(std::string_view text) : rest_(text) {}

  std::optional<RuleExpression> Parse() {
    SkipBlanks();
    if (rest_.empty()) return RuleExpression{};
    auto rule = ParseSum();
    SkipBlanks();
    if (!rest_.empty()) return std::nullopt;
    return rule;
  }

 private:
  std::optional<RuleExpression> ParseSum() {
    return ParseJoined('|', RuleOp::kOr, [this] { return ParseAll(); });
  }
  std::optional<RuleExpression> ParseAll() {
    return ParseJoined('&', RuleOp::kAnd, [this] { return ParseOne(); });
  }

  template <typename Part>
  std::optional<RuleExpression> ParseJoined(char mark, RuleOp op, Part part) {
    RuleExpression joined;
    joined.op = op;
    do {
      auto one = part();
      if (!one) return std::nullopt;
      joined.parts.push_back(*std::move(one));
    } while (Take(mark));
    if (joined.parts.size() == 1) {
      RuleExpression only = std::move(joined.parts.front());
      return only;
    }
    return joined;
  }

  std::optional<RuleExpression> ParseOne() {
    if (Take('(')) {
      auto inner = ParseSum();
      if (!inner || !Take(')')) return std::nullopt;
      return inner;
    }
    const std::string_view first = Word();
    if (first == "every") {
      const OpName* const every = Find(kEvery, Word());
      if (every == nullptr) return std::nullopt;
      RuleExpression rule;
      rule.op = every->op;
      return rule;
    }
    if (first == "distinct") {
      RuleExpression rule = Columns(RuleOp::kDistinct, {Word(), Word()});
      if (rule.columns.size() != 2 || Word() != "1") return std::nullopt;
      return rule;
    }
    return ParseComparison(first);
  }

  std::optional<RuleExpression> ParseComparison(std::string_view first) {
    const std::string_view op = Word();
    if (op == "is" || op == "not") {
      const bool is = op == "is";
      RuleExpression rule = Columns(is ? RuleOp::kIs : RuleOp::kIsNot, {first});
      if (!Take('\'')) {
        if (Word() != "null") return std::nullopt;
        rule.op = is ? RuleOp::kNull : RuleOp::kNotNull;
      } else if (!TakeQuoted(&rule.value)) {
        return std::nullopt;
      }
      if (rule.columns.size() != 1) return std::nullopt;
      return rule;
    }
    if (op == "*") {
      const std::string_view factor = Word();
      if (Word() != "=") return std::nullopt;
      RuleExpression rule = Columns(RuleOp::kProduct, {first, factor, Word()});
      if (rule.columns.size() != 3) return std::nullopt;
      return rule;
    }
    if (const OpName* const unary = Find(kUnary, op)) {
      RuleExpression rule = Columns(unary->op, {first});
      if (rule.columns.size() != 1) return std::nullopt;
      return rule;
    }
    const OpName* const binary = Find(kBinary, op);
    if (binary == nullptr) return std::nullopt;
    RuleExpression rule = Columns(binary->op, {first, Word()});
    if (rule.columns.size() != 2) return std::nullopt;
    return rule;
  }

  // Fewer columns than names when one is not a column.
  static RuleExpression Columns(RuleOp op,
                                std::initializer_list<std::string_view> names) {
    RuleExpression rule;
    rule.op = op;
    for (const std::string_view name : names) {
      if (const auto column = MappableColumn(name)) {
        rule.columns.push_back(*column);
      }
    }
    return rule;
  }

  void SkipBlanks() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }
  bool Take(char mark) {
    SkipBlanks();
    if (!rest_.starts_with(mark)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view Word() {
    SkipBlanks();
    const size_t end = std::min(rest_.find_first_of(" )&|'"), rest_.size());
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }
  // After the opening quote; a doubled quote is one.
  bool TakeQuoted(std::string* value) {
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\'') {
        if (!rest_.starts_with('\'')) return true;
        rest_.remove_prefix(1);
      }
      value->push_back(c);
    }
    return false;
  }

  std::string_view rest_;
};

bool IsFocusNumber(std::string_view text) {
  return ParseDecimal(text).ok() && text.find('+') == std::string_view::npos;
}

bool IsFocusTime(std::string_view text) {
  const absl::StatusOr<BillTime> time = ParseBillTime(text);
  return time.ok() && !time->odd();
}

bool IsCurrencyCode(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) {
           return c >= 'A' && c <= 'Z';
         });
}

// The characters and a capital of a unit; the words are free.
bool IsUnit(std::string_view text) {
  while (!text.empty() && absl::ascii_isdigit(text.front())) {
    text.remove_prefix(1);
  }
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (text.ends_with(' ') ||
      std::none_of(text.begin(), text.end(), absl::ascii_isupper)) {
    return false;
  }
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == ' ' || c == '-' || c == '/';
  });
}

bool IsNonNegative(std::string_view text) {
  const absl::StatusOr<Decimal> number = ParseDecimal(text);
  return number.ok() && number->coefficient >= 0;
}

constexpr std::string_view kFocusKeys[] = {
    "CoreCount",      "DiskMaxIops",          "DiskSpace",       "DiskType",
    "GpuCount",       "InstanceType",         "InstanceSeries",  "MemorySize",
    "NetworkMaxIops", "NetworkMaxThroughput", "OperatingSystem", "Redundancy",
    "StorageClass"};

bool IsPriceKey(std::string_view key) {
  return key.starts_with("x_") ||
         std::find(std::begin(kFocusKeys), std::end(kFocusKeys), key) !=
             std::end(kFocusKeys);
}

constexpr std::string_view kPlaceholders[] = {
    "n/a", "na", "none", "null", "\\n", "-", "not applicable", "unknown"};

}  // namespace

std::optional<RuleExpression> ParseRule(std::string_view text) {
  return RuleParser(text).Parse();
}

void ColumnsOf(const RuleExpression& rule, std::vector<BillColumn>* columns) {
  columns->insert(columns->end(), rule.columns.begin(), rule.columns.end());
  for (const RuleExpression& part : rule.parts) ColumnsOf(part, columns);
}

bool RuleEvaluator::Holds(const RuleExpression& rule) {
  const auto holds = [this](const RuleExpression& part) { return Holds(part); };
  switch (rule.op) {
    case RuleOp::kAnd:
      return std::all_of(rule.parts.begin(), rule.parts.end(), holds);
    case RuleOp::kOr:
      return std::any_of(rule.parts.begin(), rule.parts.end(), holds);
    case RuleOp::kNull:
      return cells_->IsNull(rule.columns[0]);
    case RuleOp::kNotNull:
      return !cells_->IsNull(rule.columns[0]);
    case RuleOp::kIs:
      return IsValue(rule.columns[0], rule.value);
    case RuleOp::kIsNot:
      return !IsValue(rule.columns[0], rule.value);
    case RuleOp::kPresent:
      return cells_->Has(rule.columns[0]);
    case RuleOp::kEqual:
      return SameValue(rule.columns[0], rule.columns[1]);
    case RuleOp::kNotEqual:
      return !SameValue(rule.columns[0], rule.columns[1]);
    case RuleOp::kNotBefore: {
      const auto a = ParseBillTime(cells_->Text(rule.columns[0]));
      const auto b = ParseBillTime(cells_->Text(rule.columns[1]));
      return a.ok() && b.ok() && a->instant_us >= b->instant_us;
    }
    case RuleOp::kEveryNumber:
      return Every(ColumnType::kNumber, RuleOp::kNumber);
    case RuleOp::kEveryTime:
      return Every(ColumnType::kTime, RuleOp::kTime);
    case RuleOp::kEveryNull:
      return NoPlaceholder();
    case RuleOp::kTrue:
    case RuleOp::kProduct:
    case RuleOp::kDistinct:
      return true;
    default:
      return HoldsFor(rule.op, cells_->Text(rule.columns[0]));
  }
}

bool RuleEvaluator::HoldsFor(RuleOp op, std::string_view text) {
  if (text.empty()) return true;
  switch (op) {
    case RuleOp::kNumber:
      return IsFocusNumber(text);
    case RuleOp::kTime:
      return IsFocusTime(text);
    case RuleOp::kUnit:
      return IsUnit(text);
    case RuleOp::kCurrency:
    case RuleOp::kNational:
      return IsCurrencyCode(text);
    case RuleOp::kNonNegative:
      return IsNonNegative(text);
    case RuleOp::kKeyValue:
    case RuleOp::kKeys:
      break;
    default:
      return true;  // kText: every cell is a text
  }
  if (!json_.Parse(text)) return false;
  keys_.clear();
  for (const JsonCell::Member& member : json_.members()) {
    const bool scalar =
        !member.value.starts_with('{') && !member.value.starts_with('[');
    if (op == RuleOp::kKeys ? !IsPriceKey(member.key) : !scalar) return false;
    keys_.push_back(member.key);
  }
  std::sort(keys_.begin(), keys_.end());
  return std::adjacent_find(keys_.begin(), keys_.end()) == keys_.end();
}

bool RuleEvaluator::IsValue(BillColumn column, const std::string& value) const {
  const std::string_view text = cells_->Text(column);
  if (TypeOf(column) != ColumnType::kNumber) return text == value;
  const auto a = ParseScaled(text, kMoneyScale);
  const auto b = ParseScaled(value, kMoneyScale);
  return a.ok() && b.ok() && *a == *b;
}

bool RuleEvaluator::SameValue(BillColumn a, BillColumn b) const {
  const std::string_view x = cells_->Text(a);
  const std::string_view y = cells_->Text(b);
  if (TypeOf(a) != ColumnType::kNumber) return x == y;
  const auto m = ParseScaled(x, kMoneyScale);
  const auto n = ParseScaled(y, kMoneyScale);
  return m.ok() && n.ok() ? *m == *n : x == y;
}

bool RuleEvaluator::Every(ColumnType type, RuleOp op) {
  for (size_t i = 0; i < kColumnCount; ++i) {
    const auto column = static_cast<BillColumn>(i);
    if (TypeOf(column) == type && !HoldsFor(op, cells_->Text(column))) {
      culprit_ = column;
      return false;
    }
  }
  return true;
}

bool RuleEvaluator::NoPlaceholder() {
  for (size_t i = 0; i < kColumnCount; ++i) {
    const std::string_view text = cells_->Text(static_cast<BillColumn>(i));
    const auto same = [&](std::string_view placeholder) {
      return absl::EqualsIgnoreCase({text.data(), text.size()},
                                    {placeholder.data(), placeholder.size()});
    };
    if (std::any_of(std::begin(kPlaceholders), std::end(kPlaceholders), same)) {
      culprit_ = static_cast<BillColumn>(i);
      return false;
    }
  }
  return true;
}

}  // namespace drawdown
