#include "bill/rule_expression.h"

#include <algorithm>
#include <initializer_list>
#include <span>

namespace drawdown {
namespace {

struct OpName {
  std::string_view name;
  RuleOp op;
};
// "A name".
constexpr OpName kUnary[] = {{"present", RuleOp::kPresent},
                             {"text", RuleOp::kText},
                             {"number", RuleOp::kNumber},
                             {"time", RuleOp::kTime},
                             {"unit", RuleOp::kUnit},
                             {"currency", RuleOp::kCurrency},
                             {"national", RuleOp::kNational},
                             {"keyvalue", RuleOp::kKeyValue},
                             {"keys", RuleOp::kKeys},
                             {"nonnegative", RuleOp::kNonNegative},
                             {"json", RuleOp::kJson},
                             {"shaped", RuleOp::kShaped},
                             {"pascalkeys", RuleOp::kPascalKeys},
                             {"focuskeys", RuleOp::kFocusKeys},
                             {"spelledkeys", RuleOp::kSpelledKeys},
                             {"typedvalues", RuleOp::kTypedValues},
                             {"oneparent", RuleOp::kOneParent},
                             {"appliedunits", RuleOp::kAppliedUnits}};
// "A name B".
constexpr OpName kBinary[] = {{"=", RuleOp::kEqual},
                              {"!=", RuleOp::kNotEqual},
                              {">=", RuleOp::kNotBefore},
                              {"excludes", RuleOp::kExcludes},
                              {"disjoint", RuleOp::kDisjoint}};
// "every name".
constexpr OpName kEvery[] = {{"number", RuleOp::kEveryNumber},
                             {"time", RuleOp::kEveryTime},
                             {"text", RuleOp::kEveryText},
                             {"null", RuleOp::kEveryNull},
                             {"required", RuleOp::kEveryRequired},
                             {"optional", RuleOp::kEveryOptional},
                             {"unit", RuleOp::kEveryUnit},
                             {"unitcase", RuleOp::kEveryUnitCase},
                             {"object", RuleOp::kEveryObject},
                             {"uniquekeys", RuleOp::kEveryUniqueKeys},
                             {"scalar", RuleOp::kEveryScalar}};
// "header name".
constexpr OpName kHeader[] = {{"pascal", RuleOp::kPascalNames},
                              {"alphanumeric", RuleOp::kAlphanumericNames},
                              {"short", RuleOp::kShortNames},
                              {"prefixed", RuleOp::kPrefixedNames},
                              {"custom", RuleOp::kCustomNames},
                              {"first", RuleOp::kFocusFirst}};

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
    if (first == "every") return ParseNamed(kEvery);
    if (first == "header") return ParseNamed(kHeader);
    if (first == "distinct") {
      RuleExpression rule = Columns(RuleOp::kDistinct, {Word(), Word()});
      if (rule.columns.size() != 2 || Word() != "1") return std::nullopt;
      return rule;
    }
    return ParseComparison(first);
  }

  std::optional<RuleExpression> ParseNamed(std::span<const OpName> names) {
    const OpName* const named = Find(names, Word());
    if (named == nullptr) return std::nullopt;
    RuleExpression rule;
    rule.op = named->op;
    return rule;
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

}  // namespace

std::optional<RuleExpression> ParseRule(std::string_view text) {
  return RuleParser(text).Parse();
}

void ColumnsOf(const RuleExpression& rule, std::vector<BillColumn>* columns) {
  columns->insert(columns->end(), rule.columns.begin(), rule.columns.end());
  for (const RuleExpression& part : rule.parts) ColumnsOf(part, columns);
}

}  // namespace drawdown
