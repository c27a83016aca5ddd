#include "bill/cells.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/match.h"
#include "base/error.h"
#include "base/wide.h"

namespace drawdown {
namespace {

constexpr int kMoneyScale = 18;

bool SpellsNull(std::string_view field) {
  if (field.size() == 4) return field == "NULL" || field == "null";
  return field == "\\N";
}

}  // namespace

Cells::Cells(const RowFeed* feed, const BillLayout* layout,
             BillTimeCache* times, OddityLog* log)
    : feed_(feed),
      layout_(layout),
      times_(times),
      log_(log),
      free_text_(feed->header().size(), 1),
      nulls_(feed->header().size(), 0) {
  for (const std::string& name : feed->header()) {
    header_ids_.push_back(log->Intern(name));
  }
  for (size_t i = 0; i < kColumnCount; ++i) {
    const auto column = static_cast<BillColumn>(i);
    column_ids_[i] = log->Intern(ColumnName(column));
    if (layout->mapped != nullptr || !layout->Has(column)) continue;
    const auto at = static_cast<size_t>(layout->At(column));
    header_ids_[at] = column_ids_[i];
    free_text_[at] = TypeOf(column) == ColumnType::kText;
  }
  if (layout->mapped == nullptr) return;
  mapped_.emplace(layout->mapped.get());
  for (size_t i = 0; i < free_text_.size(); ++i) {
    free_text_[i] = layout->mapped->IsText(i);
  }
}

void Cells::Load() {
  const std::span<const std::string_view> fields = feed_->fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string_view field = fields[i];
    nulls_[i] = field.empty();
    if (field.size() > 4 || !SpellsNull(field)) continue;
    // A quoted "NULL" may be a name, but not a number or a time.
    if (feed_->quoted(i) && free_text_[i]) continue;
    nulls_[i] = 1;
    Count(OddityKind::kNullSpelledAsText, header_ids_[i], field);
  }
  values_ = fields;
  value_nulls_ = nulls_;
  if (!mapped_) return;
  mapped_->Load(fields, nulls_);
  values_ = mapped_->values();
  value_nulls_ = mapped_->nulls();
}

absl::Status Cells::Number(BillColumn column, std::optional<Decimal>* value) {
  value->reset();
  if (IsNull(column)) return absl::OkStatus();
  const std::string_view text = Field(column);
  absl::StatusOr<Decimal> number = ParseDecimal(text);
  if (!number.ok()) {
    return Bad(GetErrorCode(number.status()), column, number.status());
  }
  if (std::memchr(text.data(), '+', text.size()) != nullptr) {
    Odd(OddityKind::kExponentPlusSign, column, text);
  }
  *value = *number;
  return absl::OkStatus();
}

absl::Status Cells::Money(BillColumn column, BilledMoney* value) {
  *value = {};
  std::optional<Decimal> number;
  RETURN_IF_ERROR(Number(column, &number));
  if (!number) return absl::OkStatus();
  absl::StatusOr<Int128> amount = DecimalToScaled(*number, kMoneyScale);
  // Costs that were doubles are written with more digits than money has.
  if (!amount.ok() && number->scale > kMoneyScale) {
    amount = MulDivHalfEven(number->coefficient, 1,
                            PowerOfTen(number->scale - kMoneyScale));
    Odd(OddityKind::kFinerThanMoney, column, Field(column));
  }
  if (!amount.ok()) {
    return Bad(ErrorCode::kBadNumber, column, amount.status());
  }
  *value = {MoneyAmount(*amount), std::min(number->scale, kMoneyScale), true};
  return absl::OkStatus();
}

absl::Status Cells::Time(BillColumn column, int64_t* instant_us) {
  if (IsNull(column)) return Bad(ErrorCode::kBadTime, column, "is empty");
  const absl::StatusOr<BillTime> time = times_->Parse(Field(column));
  if (!time.ok()) {
    return Bad(ErrorCode::kBadTime, column, time.status());
  }
  if (time->odd()) CountTimeOddities(column, *time);
  *instant_us = time->instant_us;
  return absl::OkStatus();
}

absl::Status Cells::Time(BillColumn column,
                         std::optional<int64_t>* instant_us) {
  instant_us->reset();
  if (IsNull(column)) return absl::OkStatus();
  return Time(column, &instant_us->emplace());
}

void Cells::CountTimeOddities(BillColumn column, const BillTime& time) {
  const std::string_view text = Field(column);
  const auto count_if = [&](bool odd, OddityKind kind) {
    if (odd) Odd(kind, column, text);
  };
  count_if(time.blank_separator, OddityKind::kTimeWithBlankSeparator);
  count_if(time.date_only, OddityKind::kTimeIsDateOnly);
  count_if(time.no_seconds, OddityKind::kTimeWithoutSeconds);
  count_if(time.fraction, OddityKind::kTimeWithFraction);
  count_if(time.no_zone, OddityKind::kTimeWithoutZone);
  count_if(time.offset, OddityKind::kTimeWithOffset);
}

std::optional<size_t> Cells::Enum(BillColumn column,
                                  std::span<const std::string_view> names) {
  const std::string_view text = Field(column);
  for (size_t i = 0; i < names.size(); ++i) {
    if (text == names[i]) return i;
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (absl::EqualsIgnoreCase({text.data(), text.size()},
                               {names[i].data(), names[i].size()})) {
      Odd(OddityKind::kEnumCaseDrift, column, text);
      return i;
    }
  }
  return std::nullopt;
}

std::string_view Cells::LooseEnum(BillColumn column,
                                  std::span<const std::string_view> names) {
  if (IsNull(column)) return {};
  const auto index = Enum(column, names);
  if (index) return names[*index];
  const std::string_view text = Field(column);
  Odd(OddityKind::kUnknownEnumValue, column, text);
  return text;
}

void Cells::Odd(OddityKind kind, BillColumn column, std::string_view value) {
  Count(kind, IdOf(column), value);
}

void Cells::Count(OddityKind kind, OddityLog::ColumnId id,
                  std::string_view value) {
  if (log_->IsFirst(kind, id)) {
    log_->Count(kind, id, 1, absl::StrCat(Where(), ": ", Quoted(value)));
  } else {
    log_->CountAgain(kind, id);
  }
}

absl::Status Cells::Bad(ErrorCode code, BillColumn column,
                        std::string_view what) const {
  return MakeError(
      code, absl::StrCat(Where(), ": ", std::string(ColumnName(column)), ": ",
                         std::string(what)));
}

std::string NotOneOf(std::string_view value,
                     std::span<const std::string_view> names) {
  std::string text = absl::StrCat(Quoted(value), " is not ");
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace drawdown
