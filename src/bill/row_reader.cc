#include "bill/row_reader.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/error.h"

namespace drawdown {
namespace {

// A provider's name is kept for the length of a bill, once per provider.
constexpr size_t kMaxProviderBytes = 1024;
constexpr int kMicroGpuScale = 6;

constexpr std::string_view kCategories[] = {"Usage", "Purchase", "Tax",
                                            "Credit", "Adjustment"};
constexpr std::string_view kClasses[] = {"Correction"};
constexpr std::string_view kFrequencies[] = {"One-Time", "Recurring",
                                             "Usage-Based"};
constexpr std::string_view kPricingCategories[] = {"Standard", "Dynamic",
                                                   "Committed", "Other"};
constexpr std::string_view kStatuses[] = {"Used", "Unused"};

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool HasEqualNeighbours(std::vector<std::string_view>* keys) {
  std::sort(keys->begin(), keys->end());
  return std::adjacent_find(keys->begin(), keys->end()) != keys->end();
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

}  // namespace

std::string_view CategoryName(ChargeCategory category) {
  return kCategories[static_cast<size_t>(category)];
}

absl::Status RowReader::Read(BillRow* row) {
  cells_->Load();
  row->raw = cells_->raw();
  RETURN_IF_ERROR(ReadNames(row));
  ReadTexts(row);
  RETURN_IF_ERROR(ReadCategory(row));
  RETURN_IF_ERROR(ReadEnums(row));
  RETURN_IF_ERROR(ReadPeriods(row));
  RETURN_IF_ERROR(ReadCosts(row));
  RETURN_IF_ERROR(ReadQuantities(row));
  ReadSkuDetails(row);
  CheckTags(row->tags);
  return absl::OkStatus();
}

absl::Status RowReader::ReadNames(BillRow* row) {
  const std::string_view service = cells_->Text(Column::kServiceProviderName);
  const std::string_view older = cells_->Text(Column::kProviderName);
  row->provider = service.empty() ? older : service;
  if (row->provider.empty()) {
    return cells_->Bad(ErrorCode::kBadRow, Column::kProviderName, "is empty");
  }
  if (row->provider.size() > kMaxProviderBytes) {
    return cells_->Bad(
        ErrorCode::kBadRow, Column::kProviderName,
        absl::StrCat("is longer than ", kMaxProviderBytes, " bytes"));
  }
  if (!service.empty() && !older.empty() && service != older) {
    cells_->Odd(OddityKind::kProviderNamesDiffer, Column::kServiceProviderName,
                service);
  }
  const std::string_view currency = cells_->Text(Column::kBillingCurrency);
  if (currency_.empty() || currency != currency_text_) {
    const absl::StatusOr<Currency> parsed = Currency::Parse(currency);
    if (!parsed.ok()) {
      return cells_->Bad(ErrorCode::kBadRow, Column::kBillingCurrency,
                         parsed.status());
    }
    currency_ = *parsed;
    currency_text_ = currency;
  }
  row->currency = currency_;
  return absl::OkStatus();
}

void RowReader::ReadTexts(BillRow* row) {
  row->invoice_issuer = cells_->Text(Column::kInvoiceIssuerName);
  row->invoice_id = cells_->Text(Column::kInvoiceId);
  row->billing_account = cells_->Text(Column::kBillingAccountId);
  row->sub_account = cells_->Text(Column::kSubAccountId);
  row->region = cells_->Text(Column::kRegionId);
  row->resource = cells_->Text(Column::kResourceId);
  row->service = cells_->Text(Column::kServiceName);
  row->sku = cells_->Text(Column::kSkuId);
  row->sku_price = cells_->Text(Column::kSkuPriceId);
  row->description = cells_->Text(Column::kChargeDescription);
  row->commitment_id = cells_->Text(Column::kCommitmentDiscountId);
  row->pricing_unit = cells_->Text(Column::kPricingUnit);
  row->consumed_unit = cells_->Text(Column::kConsumedUnit);
  row->tags = cells_->Text(Column::kTags);
}

absl::Status RowReader::ReadCategory(BillRow* row) {
  row->category_text = cells_->Text(Column::kChargeCategory);
  if (row->category_text.empty()) {
    return cells_->Bad(ErrorCode::kBadRow, Column::kChargeCategory, "is empty");
  }
  const auto category = cells_->Enum(Column::kChargeCategory, kCategories);
  if (!category) {
    return cells_->Bad(ErrorCode::kBadRow, Column::kChargeCategory,
                       NotOneOf(row->category_text, kCategories));
  }
  row->category = static_cast<ChargeCategory>(*category);
  return absl::OkStatus();
}

absl::Status RowReader::ReadEnums(BillRow* row) {
  row->correction = !cells_->IsNull(Column::kChargeClass);
  if (row->correction && !cells_->Enum(Column::kChargeClass, kClasses)) {
    return cells_->Bad(ErrorCode::kBadRow, Column::kChargeClass,
                       NotOneOf(cells_->Text(Column::kChargeClass), kClasses));
  }
  row->frequency = ReadLooseEnum(Column::kChargeFrequency, kFrequencies);
  row->pricing_category =
      ReadLooseEnum(Column::kPricingCategory, kPricingCategories);
  RETURN_IF_ERROR(
      ReadStatus(Column::kCommitmentDiscountStatus, &row->commitment_status));
  return ReadStatus(Column::kCapacityReservationStatus, &row->capacity_status);
}

absl::Status RowReader::ReadStatus(Column column, UsageStatus* status) {
  *status = UsageStatus::kNone;
  if (cells_->IsNull(column)) return absl::OkStatus();
  const auto index = cells_->Enum(column, kStatuses);
  if (!index) {
    return cells_->Bad(ErrorCode::kBadRow, column,
                       NotOneOf(cells_->Text(column), kStatuses));
  }
  *status = *index == 0 ? UsageStatus::kUsed : UsageStatus::kUnused;
  return absl::OkStatus();
}

// An enumeration on which nothing depends: another value is carried.
std::string_view RowReader::ReadLooseEnum(
    Column column, std::span<const std::string_view> names) {
  if (cells_->IsNull(column)) return {};
  const auto index = cells_->Enum(column, names);
  if (index) return names[*index];
  const std::string_view text = cells_->Text(column);
  cells_->Odd(OddityKind::kUnknownEnumValue, column, text);
  return text;
}

absl::Status RowReader::ReadPeriods(BillRow* row) {
  RETURN_IF_ERROR(
      cells_->Time(Column::kBillingPeriodStart, &row->billing_start_us));
  RETURN_IF_ERROR(
      cells_->Time(Column::kBillingPeriodEnd, &row->billing_end_us));
  RETURN_IF_ERROR(
      cells_->Time(Column::kChargePeriodStart, &row->charge_start_us));
  RETURN_IF_ERROR(cells_->Time(Column::kChargePeriodEnd, &row->charge_end_us));
  if (row->billing_end_us <= row->billing_start_us) {
    return cells_->Bad(ErrorCode::kBadRow, Column::kBillingPeriodEnd,
                       "is not after BillingPeriodStart");
  }
  if (row->charge_end_us < row->charge_start_us) {
    return cells_->Bad(ErrorCode::kBadRow, Column::kChargePeriodEnd,
                       "is before ChargePeriodStart");
  }
  return absl::OkStatus();
}

absl::Status RowReader::ReadCosts(BillRow* row) {
  if (cells_->IsNull(Column::kBilledCost)) {
    return cells_->Bad(ErrorCode::kBadRow, Column::kBilledCost, "is empty");
  }
  RETURN_IF_ERROR(cells_->Money(Column::kBilledCost, &row->billed_cost));
  RETURN_IF_ERROR(cells_->Money(Column::kEffectiveCost, &row->effective_cost));
  RETURN_IF_ERROR(cells_->Money(Column::kListCost, &row->list_cost));
  return cells_->Money(Column::kContractedCost, &row->contracted_cost);
}

absl::Status RowReader::ReadQuantities(BillRow* row) {
  RETURN_IF_ERROR(
      cells_->Number(Column::kListUnitPrice, &row->list_unit_price));
  RETURN_IF_ERROR(cells_->Number(Column::kContractedUnitPrice,
                                 &row->contracted_unit_price));
  RETURN_IF_ERROR(
      cells_->Number(Column::kPricingQuantity, &row->pricing_quantity));
  return cells_->Number(Column::kConsumedQuantity, &row->consumed_quantity);
}

void RowReader::ReadSkuDetails(BillRow* row) {
  row->gpu_count_micro.reset();
  const std::string_view details = cells_->Text(Column::kSkuPriceDetails);
  if (details.empty()) return;
  if (!json_.Parse(details)) {
    cells_->Odd(OddityKind::kInvalidJson, Column::kSkuPriceDetails, details);
    return;
  }
  for (const JsonObject::Member& member : json_.members()) {
    if (member.key == "GpuCount") ReadGpuCount(member, row);
  }
  CheckKeys(Column::kSkuPriceDetails);
}

void RowReader::ReadGpuCount(const JsonObject::Member& member, BillRow* row) {
  row->gpu_count_micro.reset();
  if (member.value == "null") return;
  const absl::StatusOr<Int128> count =
      member.kind == JsonObject::Kind::kOther
          ? absl::InvalidArgumentError("neither number nor text")
          : ParseScaled(member.value, kMicroGpuScale);
  if (!count.ok() || *count < 0 ||
      *count > std::numeric_limits<int64_t>::max()) {
    cells_->Odd(OddityKind::kBadGpuCount, Column::kSkuPriceDetails,
                member.value);
    return;
  }
  if (member.kind == JsonObject::Kind::kString) {
    cells_->Odd(OddityKind::kGpuCountAsText, Column::kSkuPriceDetails,
                member.value);
  }
  row->gpu_count_micro = static_cast<int64_t>(*count);
}

void RowReader::CheckTags(std::string_view tags) {
  if (tags.empty()) return;
  if (!json_.Parse(tags)) {
    cells_->Odd(OddityKind::kInvalidJson, Column::kTags, tags);
    return;
  }
  CheckKeys(Column::kTags);
  // Keys that are equal as they stand are counted above, not here.
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  for (std::string_view& key : keys_) key = Trimmed(key);
  if (HasEqualNeighbours(&keys_)) {
    cells_->Odd(OddityKind::kTagKeyCollision, Column::kTags, tags);
  }
}

// Leaves the keys in keys_, sorted.
void RowReader::CheckKeys(Column column) {
  keys_.clear();
  for (const JsonObject::Member& member : json_.members()) {
    keys_.push_back(member.key);
  }
  if (HasEqualNeighbours(&keys_)) {
    cells_->Odd(OddityKind::kDuplicateJsonKey, column, cells_->Text(column));
  }
}

}  // namespace drawdown
