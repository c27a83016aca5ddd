#include "bill/json_shapes.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "base/check.h"
#include "base/decimal.h"
#include "base/wide.h"
#include "bill/json_scan.h"
#include "bill/rule_values.h"

namespace drawdown {
namespace {

using Kind = JsonCell::Kind;

struct Property {
  std::string_view key;
  Kind kind;
  bool required;  // and not null
};

struct Shape {
  BillColumn column;
  std::string_view list;  // of its elements
  std::span<const Property> properties;
};

constexpr std::string_view kCost = "ContractCommitmentAppliedCost";
constexpr std::string_view kQuantity = "ContractCommitmentAppliedQuantity";
constexpr std::string_view kUnit = "ContractCommitmentAppliedUnit";
constexpr std::string_view kRatio = "AllocatedRatio";
constexpr std::string_view kUsageQuantity = "UsageQuantity";
constexpr std::string_view kUsageUnit = "UsageUnit";

constexpr Property kApplied[] = {{"ContractId", Kind::kString, true},
                                 {"ContractCommitmentId", Kind::kString, true},
                                 {kCost, Kind::kNumber, false},
                                 {kQuantity, Kind::kNumber, false},
                                 {kUnit, Kind::kString, false}};
constexpr Property kMethod[] = {{kRatio, Kind::kNumber, true},
                                {kUsageUnit, Kind::kString, false},
                                {kUsageQuantity, Kind::kNumber, false}};
constexpr Property kProgram[] = {{"ProgramType", Kind::kString, true}};

constexpr Shape kShapes[] = {
    {BillColumn::kContractApplied, "Elements", kApplied},
    {BillColumn::kAllocatedMethodDetails, "Elements", kMethod},
    {BillColumn::kCommitmentProgramEligibilityDetails, "CommitmentPrograms",
     kProgram}};

bool IsCustomKey(std::string_view key) {
  return key.starts_with("x_") && IsPascal(key.substr(2));
}

bool IsNull(const JsonCell::Member& member) {
  return member.kind == Kind::kOther && member.value == "null";
}

// The member of that key, unless it is null.
const JsonCell::Member* Given(const JsonCell& object, std::string_view key) {
  for (const JsonCell::Member& member : object.members()) {
    if (member.key == key && !IsNull(member)) return &member;
  }
  return nullptr;
}

bool HasProperties(const JsonCell& element,
                   std::span<const Property> properties) {
  for (const JsonCell::Member& member : element.members()) {
    const auto known = std::find_if(
        properties.begin(), properties.end(),
        [&](const Property& property) { return property.key == member.key; });
    if (known == properties.end() ? !IsCustomKey(member.key)
                                  : member.kind != known->kind &&
                                        (known->required || !IsNull(member))) {
      return false;
    }
  }
  return std::all_of(
      properties.begin(), properties.end(), [&](const Property& property) {
        return !property.required || Given(element, property.key) != nullptr;
      });
}

bool IsRatio(std::string_view text) {
  const absl::StatusOr<Decimal> ratio = ParseDecimal(text);
  return ratio.ok() && ratio->coefficient >= 0 &&
         ratio->coefficient <= PowerOfTen(ratio->scale);
}

// What the schemas say of properties together.
bool Agrees(BillColumn column, const JsonCell& element) {
  if (column == BillColumn::kContractApplied) {
    const bool quantity = Given(element, kQuantity) != nullptr;
    const bool unit = Given(element, kUnit) != nullptr;
    const bool cost = Given(element, kCost) != nullptr;
    return quantity == unit && cost != quantity;
  }
  if (column != BillColumn::kAllocatedMethodDetails) return true;
  return IsRatio(Given(element, kRatio)->value) &&
         (Given(element, kUsageQuantity) == nullptr ||
          Given(element, kUsageUnit) != nullptr);
}

}  // namespace

bool HasFocusShape(BillColumn column, std::string_view text) {
  const auto shape =
      std::find_if(std::begin(kShapes), std::end(kShapes),
                   [column](const Shape& one) { return one.column == column; });
  CHECK(shape != std::end(kShapes));
  JsonCell object;
  if (!object.Parse(text)) return false;
  for (const JsonCell::Member& member : object.members()) {
    if (member.key != shape->list && !IsCustomKey(member.key)) return false;
  }
  const JsonCell::Member* const list = Given(object, shape->list);
  JsonCell elements;
  if (list == nullptr || !elements.ParseArray(list->value)) return false;
  return !elements.members().empty() &&
         std::all_of(elements.members().begin(), elements.members().end(),
                     [&](const JsonCell::Member& member) {
                       JsonCell element;
                       return element.Parse(member.value) &&
                              HasProperties(element, shape->properties) &&
                              Agrees(column, element);
                     });
}

}  // namespace drawdown
