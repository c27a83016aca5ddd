// A mapping bound to the header of one file, and the row it makes of a row.
#ifndef DRAWDOWN_SRC_BILL_MAPPED_ROW_H_
#define DRAWDOWN_SRC_BILL_MAPPED_ROW_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bill/columns.h"
#include "bill/json_scan.h"
#include "bill/mapping.h"

namespace drawdown {

// A name as the mapping compares it: in lower case; in snake case "lineItem/ID"
// is "line_item_i_d", as Athena names the columns of a cost and usage report.
std::string ComparableName(std::string_view name, bool snake_case);

class BoundMapping {
 public:
  // Of one operand: a place in the header, or a constant.
  struct Operand {
    int column = -1;
    std::string constant;
  };
  struct Condition {
    int column = -1;
    MappedCondition::Test test = MappedCondition::Test::kIs;
    std::vector<std::string> values;
  };
  struct Member {
    std::string key;  // as JSON
    int column = -1;
  };
  struct Way {
    bool null = false;
    Operand value;
    std::vector<Member> members;  // in their keys' order; empty: `value`
    bool product = false;
    Operand factor;
    MappedForm form = MappedForm::kAsItIs;
    std::string argument;
    int plus_days = 0;
    std::vector<Condition> conditions;
  };
  struct Field {
    BillColumn column = BillColumn::kBilledCost;
    std::vector<Way> ways;
  };

  // kMissingColumn, naming `where` and the mapping's line, for a column that
  // the header lacks; with absent-columns: null such ways are left out.
  static absl::StatusOr<BoundMapping> Bind(
      const BillMapping& mapping, const std::vector<std::string>& header,
      std::string_view where);

  const std::vector<Field>& fields() const { return fields_; }

  // Whether a quoted "NULL" in this column of the header may be meant.
  bool IsText(size_t header_index) const { return texts_[header_index] != 0; }
  bool IsUsed(size_t header_index) const { return used_[header_index] != 0; }

 private:
  std::vector<Field> fields_;
  std::vector<uint8_t> texts_;  // by place in the header
  std::vector<uint8_t> used_;
};

// Makes the fields of a mapping out of a row, in the order of fields().
class MappedRow {
 public:
  explicit MappedRow(const BoundMapping* mapping);

  // The views into `fields` and this stay valid until the next call.
  void Load(std::span<const std::string_view> fields,
            std::span<const uint8_t> nulls);

  const std::vector<std::string_view>& values() const { return values_; }
  const std::vector<uint8_t>& nulls() const { return nulls_; }

 private:
  bool Holds(const BoundMapping::Condition& condition) const;
  std::string_view Cell(int column) const;  // of no column: null
  std::string_view Read(const BoundMapping::Operand& operand) const {
    return operand.column < 0 ? operand.constant : Cell(operand.column);
  }
  // Empty: null. `scratch` holds what is not in the row as it is; a text that
  // cannot be transformed stays as it is, for its reader to refuse by name.
  std::string_view Evaluate(const BoundMapping::Way& way, std::string* scratch);
  std::string_view Object(const BoundMapping::Way& way, std::string* scratch);
  std::string_view Transform(const BoundMapping::Way& way,
                             std::string_view text, std::string* scratch);
  static std::string_view Month(const BoundMapping::Way& way,
                                std::string_view text, int months,
                                std::string* scratch);
  std::string_view JsonMember(const BoundMapping::Way& way,
                              std::string_view text, std::string* scratch);

  const BoundMapping* mapping_;
  std::span<const std::string_view> row_;
  std::span<const uint8_t> row_nulls_;
  std::vector<std::string_view> values_;
  std::vector<uint8_t> nulls_;
  std::vector<std::string> scratch_;  // by field
  JsonCell json_;
  // Of this row, what json_ holds and whether it is an object: several fields
  // may be members of one cell.
  std::string_view parsed_;
  bool parsed_well_ = false;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_MAPPED_ROW_H_
