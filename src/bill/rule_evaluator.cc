#include "bill/rule_evaluator.h"

#include <algorithm>
#include <iterator>

#include "base/civil.h"
#include "base/decimal.h"
#include "bill/bill_time.h"
#include "bill/json_shapes.h"
#include "bill/price_check.h"
#include "bill/rule_values.h"

namespace drawdown {
namespace {

// The texts that may not be null.
constexpr BillColumn kNeverNull[] = {
    BillColumn::kBillingAccountId,    BillColumn::kBillingCurrency,
    BillColumn::kChargeCategory,      BillColumn::kInvoiceIssuerName,
    BillColumn::kProviderName,        BillColumn::kPublisherName,
    BillColumn::kServiceCategory,     BillColumn::kServiceName,
    BillColumn::kServiceProviderName, BillColumn::kServiceSubcategory};

constexpr BillColumn kUnits[] = {BillColumn::kPricingUnit,
                                 BillColumn::kConsumedUnit,
                                 BillColumn::kCommitmentDiscountUnit};

constexpr BillColumn kKeyValues[] = {BillColumn::kTags,
                                     BillColumn::kSkuPriceDetails,
                                     BillColumn::kAllocatedTags};

bool IsRequired(BillColumn column) {
  return std::find(std::begin(kNeverNull), std::end(kNeverNull), column) !=
         std::end(kNeverNull);
}

bool IsTextual(ColumnType type) {
  return type == ColumnType::kText || type == ColumnType::kEnum ||
         type == ColumnType::kCurrency;
}

bool IsScalar(const JsonCell::Member& member) {
  return member.kind != JsonCell::Kind::kOther ||
         (!member.value.starts_with('{') && !member.value.starts_with('['));
}

bool KeepsKey(RuleOp op, const JsonCell::Member& member) {
  switch (op) {
    case RuleOp::kKeys:
      return IsPriceKey(member.key);
    case RuleOp::kPascalKeys:
      return IsPascalKey(member.key);
    case RuleOp::kSpelledKeys:
      return IsSpelledKey(member.key);
    case RuleOp::kTypedValues:
      return IsTypedMember(member);
    default:
      return IsScalar(member);
  }
}

}  // namespace

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
    case RuleOp::kNotBefore:
      return IsNotBefore(rule.columns[0], rule.columns[1]);
    case RuleOp::kExcludes:
      return Excludes(rule.columns[0], rule.columns[1]);
    case RuleOp::kDisjoint:
      return IsDisjoint(TextOf(rule, 0), TextOf(rule, 1));
    case RuleOp::kShaped:
      return cells_->IsNull(rule.columns[0]) ||
             HasFocusShape(rule.columns[0], TextOf(rule, 0));
    default:
      return rule.columns.empty() ? HoldsForEvery(rule.op)
                                  : HoldsFor(rule.op, TextOf(rule, 0));
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
    case RuleOp::kEveryNull:
      return !IsPlaceholder(text);
    case RuleOp::kEveryRequired:
      return !IsBlank(text);
    case RuleOp::kEveryUnitCase:
      return HasUnitCase(text);
    case RuleOp::kJson:
      return json_.Parse(text);
    case RuleOp::kEveryUniqueKeys:
      return HasUniqueKeys(text);
    case RuleOp::kFocusKeys:
      return HasFocusKeys(text);
    case RuleOp::kKeyValue:
      return HoldsForKeys(op, text) && HasUniqueKeys(text);
    case RuleOp::kKeys:
    case RuleOp::kPascalKeys:
    case RuleOp::kSpelledKeys:
    case RuleOp::kTypedValues:
    case RuleOp::kEveryScalar:
      return HoldsForKeys(op, text);
    default:
      return true;  // kText: every cell is a text
  }
}

bool RuleEvaluator::HoldsForEvery(RuleOp op) {
  switch (op) {
    case RuleOp::kEveryNumber:
      return EveryOf(ColumnType::kNumber, RuleOp::kNumber);
    case RuleOp::kEveryTime:
      return EveryOf(ColumnType::kTime, RuleOp::kTime);
    case RuleOp::kEveryNull:
    case RuleOp::kEveryOptional:
      return EveryOptional() &&
             (op == RuleOp::kEveryOptional || Every(kNeverNull, op));
    case RuleOp::kEveryRequired:
      return Every(kNeverNull, op);
    case RuleOp::kEveryUnit:
      return Every(kUnits, RuleOp::kUnit);
    case RuleOp::kEveryUnitCase:
      return Every(kUnits, op);
    case RuleOp::kEveryObject:
      return Every(kKeyValues, RuleOp::kJson);
    case RuleOp::kEveryUniqueKeys:
    case RuleOp::kEveryScalar:
      return Every(kKeyValues, op);
    default:
      return true;
  }
}

// What is no object has no keys: another rule says what it is.
bool RuleEvaluator::HoldsForKeys(RuleOp op, std::string_view text) {
  if (!json_.Parse(text)) return op == RuleOp::kEveryScalar;
  return std::all_of(
      json_.members().begin(), json_.members().end(),
      [op](const JsonCell::Member& member) { return KeepsKey(op, member); });
}

void RuleEvaluator::SortKeys() {
  keys_.clear();
  for (const JsonCell::Member& member : json_.members()) {
    keys_.push_back(member.key);
  }
  std::sort(keys_.begin(), keys_.end());
}

bool RuleEvaluator::HasUniqueKeys(std::string_view text) {
  if (!json_.Parse(text)) return true;
  SortKeys();
  return std::adjacent_find(keys_.begin(), keys_.end()) == keys_.end();
}

// A provider's property that is one of FOCUS is there as that, too.
bool RuleEvaluator::HasFocusKeys(std::string_view text) {
  if (!json_.Parse(text)) return false;
  SortKeys();
  return std::all_of(keys_.begin(), keys_.end(), [this](std::string_view key) {
    const std::string_view focus = FocusKeyOf(key);
    return focus.empty() ||
           std::binary_search(keys_.begin(), keys_.end(), focus);
  });
}

bool RuleEvaluator::IsDisjoint(std::string_view a, std::string_view b) {
  JsonCell other;
  if (!json_.Parse(a) || !other.Parse(b)) return true;
  SortKeys();
  return std::none_of(other.members().begin(), other.members().end(),
                      [this](const JsonCell::Member& member) {
                        return std::binary_search(keys_.begin(), keys_.end(),
                                                  member.key);
                      });
}

bool RuleEvaluator::IsNotBefore(BillColumn a, BillColumn b) const {
  const auto later = ParseBillTime(cells_->Text(a));
  const auto earlier = ParseBillTime(cells_->Text(b));
  return later.ok() && earlier.ok() && later->instant_us >= earlier->instant_us;
}

// 23:59:59 after 00:00:00 is the last second, not the end.
bool RuleEvaluator::Excludes(BillColumn end, BillColumn start) const {
  const auto last = ParseBillTime(cells_->Text(end));
  const auto first = ParseBillTime(cells_->Text(start));
  if (!last.ok() || !first.ok()) return true;
  const int64_t hour_us = FloorTo(last->instant_us, kMicrosPerHour);
  const bool whole_start =
      FloorTo(first->instant_us, kMicrosPerHour) == first->instant_us;
  return !whole_start ||
         last->instant_us - hour_us < kMicrosPerHour - kMicrosPerSecond;
}

bool RuleEvaluator::IsValue(BillColumn column, const std::string& value) const {
  const std::string_view text = cells_->Text(column);
  if (TypeOf(column) != ColumnType::kNumber) return text == value;
  const auto a = ParseScaled(text, kMoneyDecimals);
  const auto b = ParseScaled(value, kMoneyDecimals);
  return a.ok() && b.ok() && *a == *b;
}

bool RuleEvaluator::SameValue(BillColumn a, BillColumn b) const {
  const std::string_view x = cells_->Text(a);
  const std::string_view y = cells_->Text(b);
  if (TypeOf(a) != ColumnType::kNumber) return x == y;
  const auto m = ParseScaled(x, kMoneyDecimals);
  const auto n = ParseScaled(y, kMoneyDecimals);
  return m.ok() && n.ok() ? *m == *n : x == y;
}

bool RuleEvaluator::Every(std::span<const BillColumn> columns, RuleOp op) {
  for (const BillColumn column : columns) {
    if (HoldsFor(op, cells_->Text(column))) continue;
    culprit_ = column;
    return false;
  }
  return true;
}

bool RuleEvaluator::EveryOf(ColumnType type, RuleOp op) {
  for (size_t i = 0; i < kColumnCount; ++i) {
    const auto column = static_cast<BillColumn>(i);
    if (TypeOf(column) == type && !Every({&column, 1}, op)) return false;
  }
  return true;
}

// A number or a time that stands for nothing is no number and no time.
bool RuleEvaluator::EveryOptional() {
  for (size_t i = 0; i < kColumnCount; ++i) {
    const auto column = static_cast<BillColumn>(i);
    const bool optional = IsTextual(TypeOf(column)) && !IsRequired(column);
    if (optional && !Every({&column, 1}, RuleOp::kEveryNull)) return false;
  }
  return true;
}

}  // namespace drawdown
