#include "bill/mapped_row.h"

#include <algorithm>
#include <unordered_map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/error.h"
#include "bill/transforms.h"

namespace drawdown {
namespace {

using IndexOfName = std::unordered_map<std::string, int>;

class Binder {
 public:
  Binder(const BillMapping& mapping, const std::vector<std::string>& header,
         std::string_view where)
      : mapping_(mapping), header_(header), where_(where) {
    for (size_t i = 0; i < header.size(); ++i) {
      names_.emplace(ComparableName(header[i], mapping.snake_names),
                     static_cast<int>(i));
    }
  }

  // False: the way needs a column that may be and is absent, or is for files
  // that have another.
  absl::StatusOr<bool> Bind(const MappedRule& rule, BoundMapping::Way* way) {
    for (const MappedCondition& condition : rule.conditions) {
      if (IsOfFile(condition) && !Has(condition.column)) return false;
    }
    way->null = rule.null;
    way->form = rule.form;
    way->argument = rule.argument;
    way->plus_days = rule.plus_days;
    bool all = true;
    if (rule.members) {
      ASSIGN_OR_RETURN(all, BindMembers(rule, way));
    } else if (!rule.null) {
      ASSIGN_OR_RETURN(all, Bind(rule, rule.value, &way->value));
    }
    if (rule.factor) {
      way->product = true;
      ASSIGN_OR_RETURN(const bool found,
                       Bind(rule, *rule.factor, &way->factor));
      all = all && found;
    }
    for (const MappedCondition& condition : rule.conditions) {
      if (IsOfFile(condition)) continue;
      BoundMapping::Condition& bound = way->conditions.emplace_back();
      bound.test = condition.test;
      bound.values = condition.values;
      ASSIGN_OR_RETURN(bound.column, Find(rule, condition.column));
    }
    return all;
  }

 private:
  static bool IsOfFile(const MappedCondition& condition) {
    return condition.test == MappedCondition::Test::kExists;
  }
  bool Has(const std::string& name) const {
    return names_.contains(ComparableName(name, mapping_.snake_names));
  }

  absl::StatusOr<bool> Bind(const MappedRule& rule,
                            const MappedOperand& operand,
                            BoundMapping::Operand* bound) {
    if (operand.constant) {
      bound->constant = operand.text;
      return true;
    }
    ASSIGN_OR_RETURN(bound->column, Find(rule, operand.text));
    return bound->column >= 0;
  }

  // The keys are what follows, as written.
  absl::StatusOr<bool> BindMembers(const MappedRule& rule,
                                   BoundMapping::Way* way) {
    const std::string& start = rule.value.text;
    for (size_t i = 0; i < header_.size(); ++i) {
      const std::string& name = header_[i];
      if (name.size() == start.size() ||
          !absl::StartsWithIgnoreCase(name, start)) {
        continue;
      }
      std::string key;
      AppendJsonText(std::string_view(name).substr(start.size()), &key);
      way->members.push_back({std::move(key), static_cast<int>(i)});
    }
    std::sort(way->members.begin(), way->members.end(),
              [](const BoundMapping::Member& a, const BoundMapping::Member& b) {
                return a.key < b.key;
              });
    if (!way->members.empty() || mapping_.optional) {
      return !way->members.empty();
    }
    return Missing(rule, absl::StrCat("starting with ", start));
  }

  absl::Status Missing(const MappedRule& rule, std::string_view name) const {
    return MakeError(
        ErrorCode::kMissingColumn,
        absl::StrCat(where_, ": missing column ", std::string(name), ", which ",
                     mapping_.source, ":", rule.line, " names"));
  }

  // -1: absent, and that is allowed.
  absl::StatusOr<int> Find(const MappedRule& rule, const std::string& name) {
    const auto found = names_.find(ComparableName(name, mapping_.snake_names));
    if (found != names_.end()) return found->second;
    if (mapping_.optional) return -1;
    return Missing(rule, name);
  }

  const BillMapping& mapping_;
  const std::vector<std::string>& header_;
  const std::string where_;
  IndexOfName names_;
};

// "1.000" without what adds nothing; empty: no plain number.
std::string_view TrimmedNumber(std::string_view text) {
  const size_t point = text.find('.');
  if (text.empty() || text.front() == '.' ||
      text.find_first_not_of("0123456789.") != std::string_view::npos) {
    return {};
  }
  if (point == std::string_view::npos) return text;
  if (text.find('.', point + 1) != std::string_view::npos) return {};
  const size_t last = text.find_last_not_of('0');
  return text.substr(0, last == point ? point : last + 1);
}

// Numbers are the same with any zeros at their end.
bool SameCell(std::string_view text, std::string_view value) {
  if (text == value) return true;
  if (text.find('.') == std::string_view::npos) return false;
  const std::string_view number = TrimmedNumber(text);
  return !number.empty() && number == TrimmedNumber(value);
}

}  // namespace

std::string ComparableName(std::string_view name, bool snake_case) {
  std::string comparable;
  for (const char c : name) {
    const bool split = snake_case && absl::ascii_isupper(c) &&
                       !comparable.empty() && comparable.back() != '_';
    if (split) comparable += '_';
    comparable += snake_case && c == '/' ? '_' : absl::ascii_tolower(c);
  }
  return comparable;
}

absl::StatusOr<BoundMapping> BoundMapping::Bind(
    const BillMapping& mapping, const std::vector<std::string>& header,
    std::string_view where) {
  BoundMapping bound;
  bound.texts_.assign(header.size(), 1);
  bound.used_.assign(header.size(), 0);
  Binder binder(mapping, header, where);
  const auto field_of = [&](BillColumn column) {
    const auto same = [&](const Field& field) {
      return field.column == column;
    };
    return std::find_if(bound.fields_.begin(), bound.fields_.end(), same);
  };
  for (const MappedRule& rule : mapping.rules) {
    Way way;
    ASSIGN_OR_RETURN(const bool there, binder.Bind(rule, &way));
    if (!there) continue;
    auto field = field_of(rule.field);
    if (field == bound.fields_.end()) {
      field = bound.fields_.insert(field, Field{rule.field, {}});
    }
    field->ways.push_back(std::move(way));
  }
  for (size_t i = 0; mapping.focus && i < header.size(); ++i) {
    const auto column = MappableColumn(header[i]);
    if (!column || field_of(*column) != bound.fields_.end()) continue;
    Way way;
    way.value.column = static_cast<int>(i);
    bound.fields_.push_back({*column, {way}});
  }
  for (const Field& field : bound.fields_) {
    const bool text = TypeOf(field.column) == ColumnType::kText;
    const auto use = [&](int column, bool as_text) {
      if (column < 0) return;
      const auto at = static_cast<size_t>(column);
      bound.used_[at] = 1;
      if (!as_text) bound.texts_[at] = 0;
    };
    for (const Way& way : field.ways) {
      use(way.value.column, text);
      use(way.factor.column, text);
      for (const Member& member : way.members) use(member.column, true);
      for (const Condition& condition : way.conditions) {
        use(condition.column, true);
      }
    }
  }
  return bound;
}

MappedRow::MappedRow(const BoundMapping* mapping)
    : mapping_(mapping),
      values_(mapping->fields().size()),
      nulls_(mapping->fields().size()),
      scratch_(mapping->fields().size()) {}

void MappedRow::Load(std::span<const std::string_view> fields,
                     std::span<const uint8_t> nulls) {
  row_ = fields;
  row_nulls_ = nulls;
  parsed_ = {};
  for (size_t i = 0; i < values_.size(); ++i) {
    values_[i] = {};
    for (const BoundMapping::Way& way : mapping_->fields()[i].ways) {
      const auto holds = [&](const BoundMapping::Condition& condition) {
        return Holds(condition);
      };
      if (!std::all_of(way.conditions.begin(), way.conditions.end(), holds)) {
        continue;
      }
      if (way.null) break;
      values_[i] = Evaluate(way, &scratch_[i]);
      if (!values_[i].empty()) break;
    }
    nulls_[i] = values_[i].empty();
  }
}

bool MappedRow::Holds(const BoundMapping::Condition& condition) const {
  const std::string_view text = Cell(condition.column);
  const auto matches = [&](const std::string& value) {
    switch (condition.test) {
      case MappedCondition::Test::kStartsWith:
        return text.starts_with(value);
      case MappedCondition::Test::kContains:
        return text.find(value) != std::string_view::npos;
      default:
        return SameCell(text, value);
    }
  };
  const bool any =
      std::any_of(condition.values.begin(), condition.values.end(), matches);
  return any != (condition.test == MappedCondition::Test::kIsNot);
}

std::string_view MappedRow::Cell(int column) const {
  const auto at = static_cast<size_t>(column);
  return column < 0 || row_nulls_[at] ? std::string_view() : row_[at];
}

std::string_view MappedRow::Evaluate(const BoundMapping::Way& way,
                                     std::string* scratch) {
  if (!way.members.empty()) return Object(way, scratch);
  std::string_view text = Read(way.value);
  if (text.empty()) return text;
  if (way.product) {
    const std::string_view factor = Read(way.factor);
    if (factor.empty()) return factor;
    if (!Product(text, factor, scratch)) {
      *scratch = absl::StrCat(std::string(text), " * ", std::string(factor));
    }
    text = *scratch;
  }
  text = Transform(way, text, scratch);
  if (way.plus_days != 0 && DaysLater(text, way.plus_days, scratch)) {
    text = *scratch;
  }
  return text;
}

// Of the cells that are not null; null, if all are.
std::string_view MappedRow::Object(const BoundMapping::Way& way,
                                   std::string* scratch) {
  scratch->clear();
  for (const BoundMapping::Member& member : way.members) {
    const std::string_view text = Cell(member.column);
    if (text.empty()) continue;
    absl::StrAppend(scratch, scratch->empty() ? "{" : ",", member.key, ":");
    AppendJsonText(text, scratch);
  }
  if (!scratch->empty()) *scratch += '}';
  return *scratch;
}

std::string_view MappedRow::Transform(const BoundMapping::Way& way,
                                      std::string_view text,
                                      std::string* scratch) {
  switch (way.form) {
    case MappedForm::kAsItIs:
      return text;
    case MappedForm::kTime:
      return TimeInPattern(text, way.argument, scratch) ? *scratch : text;
    case MappedForm::kEpoch:
      return TimeOfEpoch(text, 0, scratch) ? *scratch : text;
    case MappedForm::kEpochMilli:
      return TimeOfEpoch(text, 3, scratch) ? *scratch : text;
    case MappedForm::kMonthStart:
      return Month(way, text, 0, scratch);
    case MappedForm::kMonthEnd:
      return Month(way, text, 1, scratch);
    case MappedForm::kNumber:
      return PlainNumber(text, scratch) ? *scratch : text;
    case MappedForm::kObject:
      if (text.starts_with('{')) return text;
      *scratch = absl::StrCat("{", std::string(text), "}");
      return *scratch;
    case MappedForm::kJson:
      break;
  }
  return JsonMember(way, text, scratch);
}

// What is in no pattern may be a time in the spelling that needs none.
std::string_view MappedRow::Month(const BoundMapping::Way& way,
                                  std::string_view text, int months,
                                  std::string* scratch) {
  std::string time;
  const bool in_pattern =
      !way.argument.empty() && TimeInPattern(text, way.argument, &time);
  return MonthOf(in_pattern ? time : text, months, scratch) ? *scratch : text;
}

std::string_view MappedRow::JsonMember(const BoundMapping::Way& way,
                                       std::string_view text,
                                       std::string* scratch) {
  // A product is made anew in the same place.
  if (way.product || text.data() != parsed_.data() ||
      text.size() != parsed_.size()) {
    parsed_ = text;
    parsed_well_ = json_.Parse(text);
  }
  if (!parsed_well_) return {};
  for (const JsonCell::Member& member : json_.members()) {
    if (member.key != way.argument) continue;
    if (member.kind == JsonCell::Kind::kNumber) return member.value;
    if (member.kind != JsonCell::Kind::kString) return {};
    *scratch = json_.TextOf(member);
    return *scratch;
  }
  return {};
}

}  // namespace drawdown
