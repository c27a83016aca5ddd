#include "bill/mapping.h"

#include <array>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "base/utf8.h"

namespace drawdown {
namespace {

constexpr int kMaxDays = 366;
constexpr size_t kMaxRules = 1'000;

struct Token {
  enum class Kind : uint8_t { kEnd, kWord, kColumn, kConstant, kMark };
  Kind kind = Kind::kEnd;
  std::string text;
  size_t at = 0;  // in the line
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool IsMark(char c) { return c == '=' || c == ',' || c == '*'; }

enum class Argument : uint8_t { kNone, kNeeded, kMayBe };

// A name may have a '#' in it, as "C#" has.
std::string_view WithoutComment(std::string_view rest) {
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '#' && IsBlank(rest[i - 1])) return rest.substr(0, i);
  }
  return rest;
}

struct FormName {
  std::string_view name;
  MappedForm form;
  Argument argument = Argument::kNone;
};
constexpr FormName kForms[] = {
    {"time", MappedForm::kTime, Argument::kNeeded},
    {"epoch", MappedForm::kEpoch},
    {"epoch-milliseconds", MappedForm::kEpochMilli},
    {"month-start", MappedForm::kMonthStart, Argument::kMayBe},
    {"month-end", MappedForm::kMonthEnd, Argument::kMayBe},
    {"number", MappedForm::kNumber},
    {"json", MappedForm::kJson, Argument::kNeeded},
    {"object", MappedForm::kObject},
};

class MappingParser {
 public:
  MappingParser(std::string_view text, std::string_view source) : text_(text) {
    mapping_.source = source;
  }

  absl::StatusOr<BillMapping> Parse() {
    const size_t valid = Utf8ValidPrefix(text_);
    while (!text_.empty()) {
      const size_t end = std::min(text_.find('\n'), text_.size());
      line_ = text_.substr(0, end);
      text_.remove_prefix(std::min(end + 1, text_.size()));
      ++number_;
      at_ = 0;
      RETURN_IF_ERROR(ParseLine());
    }
    if (valid != original_size_) {
      return MakeError(ErrorCode::kBadInput,
                       absl::StrCat(mapping_.source, ": not UTF-8"));
    }
    if (mapping_.rules.empty() && !mapping_.focus) {
      return MakeError(ErrorCode::kBadInput,
                       absl::StrCat(mapping_.source, ": maps no column"));
    }
    if (mapping_.format.empty()) mapping_.format = "mapped CSV";
    return std::move(mapping_);
  }

 private:
  absl::Status Bad(size_t at, std::string_view what) const {
    return MakeError(ErrorCode::kBadInput,
                     absl::StrCat(mapping_.source, ":", number_, ":", at + 1,
                                  ": ", std::string(what)));
  }
  absl::Status Expected(const Token& token, std::string_view what) const {
    return Bad(token.at, absl::StrCat("expected ", std::string(what),
                                      token.kind == Token::Kind::kEnd
                                          ? ", the line ends"
                                          : ", not " + Quoted(token.text)));
  }

  absl::Status ParseLine() {
    RETURN_IF_ERROR(Advance());
    if (token_.kind == Token::Kind::kEnd) return absl::OkStatus();
    if (token_.kind != Token::Kind::kWord) {
      return Expected(token_, "a field or a setting");
    }
    if (token_.text.ends_with(':')) return ParseSetting();
    return ParseRule();
  }

  absl::Status ParseSetting() {
    const Token key = token_;
    std::string_view rest = WithoutComment(line_.substr(at_));
    while (!rest.empty() && IsBlank(rest.front())) rest.remove_prefix(1);
    while (!rest.empty() && IsBlank(rest.back())) rest.remove_suffix(1);
    if (rest.empty()) return Bad(at_, "expected a value, the line ends");
    if (key.text == "format:")
      mapping_.format = rest;
    else if (key.text == "version:")
      mapping_.version = rest;
    else if (key.text == "tells:")
      return ParseTells();
    else if (key.text == "absent-columns:" && rest == "null")
      mapping_.optional = true;
    else if (key.text == "names:" && rest == "snake-case")
      mapping_.snake_names = true;
    else if (key.text == "focus:" && rest == "yes")
      mapping_.focus = true;
    else
      return Bad(key.at,
                 absl::StrCat(Quoted(line_),
                              " is not a setting: format: NAME, version: NAME, "
                              "focus: yes, absent-columns: null, names: "
                              "snake-case"));
    return absl::OkStatus();
  }

  absl::Status ParseTells() {
    do {
      RETURN_IF_ERROR(Advance());
      if (!IsColumn()) return Expected(token_, "a column");
      mapping_.tells.push_back(token_.text);
      RETURN_IF_ERROR(Advance());
    } while (TokenIs(","));
    return CheckEnd();
  }

  absl::Status ParseRule() {
    MappedRule rule;
    rule.line = number_;
    const auto field = MappableColumn(token_.text);
    if (!field) {
      return Bad(token_.at,
                 absl::StrCat(Quoted(token_.text),
                              " is not a field: a column of FOCUS's Cost and "
                              "Usage, LineId, CorrectsLineId, GpuCount, "
                              "InstanceType or DiscountBasis"));
    }
    rule.field = *field;
    RETURN_IF_ERROR(Advance());
    if (!TokenIs("=")) return Expected(token_, "=");
    RETURN_IF_ERROR(Advance());
    RETURN_IF_ERROR(ParseValue(&rule));
    if (WordIs("as")) RETURN_IF_ERROR(ParseForm(&rule));
    if (WordIs("plus")) RETURN_IF_ERROR(ParsePlus(&rule));
    if (WordIs("when")) RETURN_IF_ERROR(ParseConditions(&rule));
    if (mapping_.rules.size() == kMaxRules) {
      return Bad(0, absl::StrCat("more than ", kMaxRules, " rules, the limit"));
    }
    mapping_.rules.push_back(std::move(rule));
    return CheckEnd();
  }

  absl::Status ParseValue(MappedRule* rule) {
    if (WordIs("null")) {
      rule->null = true;
      return Advance();
    }
    RETURN_IF_ERROR(ParseOperand(&rule->value));
    if (rule->value.text == "members" && WordIs("of")) {
      return ParseMembers(rule);
    }
    if (!TokenIs("*")) return absl::OkStatus();
    RETURN_IF_ERROR(Advance());
    return ParseOperand(&rule->factor.emplace());
  }

  absl::Status ParseMembers(MappedRule* rule) {
    RETURN_IF_ERROR(Advance());
    if (token_.kind != Token::Kind::kConstant || token_.text.empty()) {
      return Expected(token_, "what columns start with, such as 'tags/'");
    }
    if (TypeOf(rule->field) != ColumnType::kJson) {
      return Bad(token_.at, "only Tags and other objects have members");
    }
    rule->members = true;
    rule->value.text = token_.text;
    return Advance();
  }

  absl::Status ParseOperand(MappedOperand* operand) {
    if (!IsColumn() && token_.kind != Token::Kind::kConstant) {
      return Expected(token_, "a column or a 'constant'");
    }
    operand->constant = token_.kind == Token::Kind::kConstant;
    operand->text = token_.text;
    return Advance();
  }

  absl::Status ParseForm(MappedRule* rule) {
    RETURN_IF_ERROR(Advance());
    for (const FormName& form : kForms) {
      if (!WordIs(form.name)) continue;
      rule->form = form.form;
      RETURN_IF_ERROR(Advance());
      const bool constant = token_.kind == Token::Kind::kConstant;
      if (form.argument == Argument::kNone ||
          (form.argument == Argument::kMayBe && !constant)) {
        return absl::OkStatus();
      }
      if (!constant || token_.text.empty()) {
        return Expected(token_, rule->form == MappedForm::kJson
                                    ? "a key such as 'ServiceType'"
                                    : "a pattern such as 'MM/DD/YYYY'");
      }
      rule->argument = token_.text;
      return Advance();
    }
    return Expected(token_,
                    "time, epoch, epoch-milliseconds, month-start, month-end, "
                    "number, json or object");
  }

  absl::Status ParsePlus(MappedRule* rule) {
    RETURN_IF_ERROR(Advance());
    if (token_.kind != Token::Kind::kWord ||
        !absl::SimpleAtoi(token_.text, &rule->plus_days) ||
        rule->plus_days < 1 || rule->plus_days > kMaxDays) {
      return Expected(token_, "a number of days from 1 to 366");
    }
    RETURN_IF_ERROR(Advance());
    if (!WordIs("day") && !WordIs("days")) return Expected(token_, "days");
    if (TypeOf(rule->field) != ColumnType::kTime) {
      return Bad(token_.at, "only a time can have days added");
    }
    return Advance();
  }

  absl::Status ParseConditions(MappedRule* rule) {
    do {
      RETURN_IF_ERROR(Advance());
      RETURN_IF_ERROR(ParseCondition(&rule->conditions.emplace_back()));
    } while (WordIs("and"));
    return absl::OkStatus();
  }

  absl::Status ParseCondition(MappedCondition* condition) {
    if (!IsColumn()) return Expected(token_, "a column");
    condition->column = token_.text;
    RETURN_IF_ERROR(Advance());
    if (WordIs("exists")) {
      condition->test = MappedCondition::Test::kExists;
      return Advance();
    }
    if (WordIs("is")) {
      RETURN_IF_ERROR(Advance());
      if (WordIs("not")) {
        condition->test = MappedCondition::Test::kIsNot;
        RETURN_IF_ERROR(Advance());
      }
    } else if (WordIs("starts-with") || WordIs("contains")) {
      condition->test = WordIs("contains") ? MappedCondition::Test::kContains
                                           : MappedCondition::Test::kStartsWith;
      RETURN_IF_ERROR(Advance());
    } else {
      return Expected(token_, "is, is not, starts-with, contains or exists");
    }
    while (true) {
      if (token_.kind != Token::Kind::kConstant) {
        return Expected(token_, "a 'constant'");
      }
      condition->values.push_back(token_.text);
      RETURN_IF_ERROR(Advance());
      if (!TokenIs(",")) return absl::OkStatus();
      RETURN_IF_ERROR(Advance());
    }
  }

  absl::Status CheckEnd() const {
    if (token_.kind == Token::Kind::kEnd) return absl::OkStatus();
    return Expected(token_, "the end of the line");
  }

  bool WordIs(std::string_view word) const {
    return token_.kind == Token::Kind::kWord && token_.text == word;
  }
  bool TokenIs(std::string_view mark) const {
    return token_.kind == Token::Kind::kMark && token_.text == mark;
  }
  bool IsColumn() const {
    return token_.kind == Token::Kind::kWord ||
           token_.kind == Token::Kind::kColumn;
  }

  absl::Status Advance() {
    while (at_ < line_.size() && IsBlank(line_[at_])) ++at_;
    token_ = {Token::Kind::kEnd, "", at_};
    if (at_ == line_.size() || line_[at_] == '#') return absl::OkStatus();
    const char c = line_[at_];
    if (c == '\'' || c == '"') return ReadQuoted(c);
    if (IsMark(c)) {
      token_.kind = Token::Kind::kMark;
      token_.text = c;
      ++at_;
      return absl::OkStatus();
    }
    token_.kind = Token::Kind::kWord;
    while (at_ < line_.size() && !IsBlank(line_[at_]) && !IsMark(line_[at_]) &&
           line_[at_] != '\'' && line_[at_] != '"') {
      token_.text += line_[at_++];
    }
    return absl::OkStatus();
  }

  // A doubled quote is one.
  absl::Status ReadQuoted(char quote) {
    token_.kind = quote == '"' ? Token::Kind::kColumn : Token::Kind::kConstant;
    for (++at_; at_ < line_.size(); ++at_) {
      if (line_[at_] == quote) {
        ++at_;
        if (at_ == line_.size() || line_[at_] != quote) return absl::OkStatus();
      }
      token_.text += line_[at_];
    }
    return Bad(token_.at, "the quote does not end on the line");
  }

  std::string_view text_;
  const size_t original_size_ = text_.size();
  std::string_view line_;
  int number_ = 0;
  size_t at_ = 0;
  Token token_;
  BillMapping mapping_;
};

}  // namespace

absl::StatusOr<BillMapping> ParseMapping(std::string_view text,
                                         std::string_view source) {
  return MappingParser(WithoutByteOrderMark(text), source).Parse();
}

}  // namespace drawdown
