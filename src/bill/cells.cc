#include "bill/cells.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "base/error.h"
#include "base/same_text.h"
#include "base/wide.h"
#include "bill/price_check.h"

namespace drawdown {

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
  values_ = fields;
  nulls_differ_ = mapped_.has_value() || feed_->note().spells_null;
  if (!nulls_differ_) return;
  FindNulls(fields);
  value_nulls_ = nulls_;
  if (!mapped_) return;
  mapped_->Load(fields, nulls_);
  values_ = mapped_->values();
  value_nulls_ = mapped_->nulls();
}

void Cells::Load(std::span<const std::string_view> fields) {
  values_ = fields;
  nulls_differ_ = false;
}

void Cells::FindNulls(std::span<const std::string_view> fields) {
  for (size_t i = 0; i < fields.size(); ++i) {
    nulls_[i] = fields[i].empty();
    if (!SpellsNull(fields[i])) continue;
    // A quoted "NULL" may be a name, but not a number or a time.
    if (feed_->quoted(i) && free_text_[i]) continue;
    nulls_[i] = 1;
    Count(OddityKind::kNullSpelledAsText, header_ids_[i], fields[i]);
  }
}

absl::Status Cells::Number(BillColumn column, std::optional<Decimal>* value) {
  value->reset();
  if (IsNull(column)) return absl::OkStatus();
  const std::string_view text = Field(column);
  *value = ParseShortDecimal(text);
  if (value->has_value()) return absl::OkStatus();
  const absl::StatusOr<Decimal> number = ParseDecimal(text);
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
  if (IsNull(column)) return absl::OkStatus();
  std::optional<Decimal> number = ParseShortDecimal(Field(column));
  if (number.has_value()) {
    // At most 18 digits: neither overflows.
    const Int128 amount =
        number->coefficient * PowerOfTen(kMoneyDecimals - number->scale);
    *value = {MoneyAmount(amount), number->scale, true};
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(Number(column, &number));
  absl::StatusOr<Int128> amount = DecimalToScaled(*number, kMoneyDecimals);
  // Costs that were doubles are written with more digits than money has.
  if (!amount.ok() && number->scale > kMoneyDecimals) {
    amount = MulDivHalfEven(number->coefficient, 1,
                            PowerOfTen(number->scale - kMoneyDecimals));
    Odd(OddityKind::kFinerThanMoney, column, Field(column));
  }
  if (!amount.ok()) {
    return Bad(ErrorCode::kBadNumber, column, amount.status());
  }
  *value = {MoneyAmount(*amount), std::min(number->scale, kMoneyDecimals),
            true};
  return absl::OkStatus();
}

absl::Status Cells::Time(BillColumn column, int64_t* instant_us) {
  if (IsNull(column)) return Bad(ErrorCode::kBadTime, column, "is empty");
  const absl::StatusOr<BillTime> time =
      times_->Parse(Field(column), &time_hints_[static_cast<size_t>(column)]);
  if (!time.ok()) {
    return Bad(ErrorCode::kBadTime, column, time.status());
  }
  if (time->odd()) CountTimeOddities(column, *time);
  *instant_us = time->instant_us;
  return absl::OkStatus();
}

const Cells::ChargePeriod& Cells::ChargePeriodAhead() {
  if (std::exchange(period_times_, feed_->times()) != feed_->times()) {
    period_ = {};
    period_.known =
        KnownTimeAhead(BillColumn::kChargePeriodStart, &period_.start_us) &&
        KnownTimeAhead(BillColumn::kChargePeriodEnd, &period_.end_us);
  }
  // What is not known is once it has been read.
  if (!period_.known) period_times_ = kNoTimes;
  return period_;
}

bool Cells::KnownTimeAhead(BillColumn column, int64_t* instant_us) {
  const BillTime* const known = times_->Find(
      TextAhead(column), &time_hints_[static_cast<size_t>(column)]);
  if (known == nullptr || known->odd()) return false;
  *instant_us = known->instant_us;
  return true;
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
  // Rows repeat each other.
  uint8_t& last = last_enums_[static_cast<size_t>(column)];
  if (SameText(text, names[last])) return last;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!SameText(text, names[i])) continue;
    last = static_cast<uint8_t>(i);
    return i;
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
  ++odd_;
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
