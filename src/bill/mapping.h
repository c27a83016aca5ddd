// How the columns of a file that is not FOCUS become those of FOCUS: the rules
// of a mapping file, which the formats that are built in are written in too.
#ifndef DRAWDOWN_SRC_BILL_MAPPING_H_
#define DRAWDOWN_SRC_BILL_MAPPING_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bill/columns.h"

namespace drawdown {

// A column of the file or a constant.
struct MappedOperand {
  bool constant = false;
  std::string text;  // the column's name, or the constant

  friend bool operator==(const MappedOperand&, const MappedOperand&) = default;
};

struct MappedCondition {
  enum class Test : uint8_t { kIs, kIsNot, kStartsWith, kContains, kExists };
  std::string column;
  Test test = Test::kIs;
  // Any of them; '' is a null. None of kExists, which is about the file.
  std::vector<std::string> values;

  friend bool operator==(const MappedCondition&,
                         const MappedCondition&) = default;
};

enum class MappedForm : uint8_t {
  kAsItIs,
  kTime,        // in the pattern `argument`
  kEpoch,       // seconds since 1970
  kEpochMilli,  // milliseconds since 1970
  kMonthStart,  // the start of the UTC month that contains a time, which is in
                // the pattern `argument` if there is one
  kMonthEnd,
  kNumber,  // without a currency sign, blanks and thousands' commas
  kJson,    // the member `argument` of a JSON object
  kObject,  // members of a JSON object without its braces
};

// One way to get one field; ways of a field are tried in the file's order until
// one holds whose value is not null.
struct MappedRule {
  BillColumn field = BillColumn::kBilledCost;
  bool null = false;  // the value is null, and no later way is tried
  MappedOperand value;
  std::optional<MappedOperand> factor;  // value x factor
  bool members =
      false;  // an object of the columns whose names start with value
  MappedForm form = MappedForm::kAsItIs;
  std::string argument;
  int plus_days = 0;
  std::vector<MappedCondition> conditions;  // all of them
  int line = 0;
};

struct BillMapping {
  std::string source;  // "file" of errors
  std::string format;
  std::string version;
  std::vector<std::string> tells;  // columns by which a file is recognized
  bool optional = false;           // columns that the file lacks are null
  bool snake_names = false;  // "lineItem/UsageType" is line_item_usage_type
  bool focus = false;        // columns with names of FOCUS are those of FOCUS
  std::vector<MappedRule> rules;
};

// kBadInput: the first line that is not a rule, as "file:line:column: what".
absl::StatusOr<BillMapping> ParseMapping(std::string_view text,
                                         std::string_view source);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_MAPPING_H_
