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
  const std::string_view service =
      cells_->Text(BillColumn::kServiceProviderName);
  const std::string_view older = cells_->Text(BillColumn::kProviderName);
  row->provider = service.empty() ? older : service;
  if (row->provider.empty()) {
    return cells_->Bad(ErrorCode::kBadRow, BillColumn::kProviderName,
                       "is empty");
  }
  if (row->provider.size() > kMaxProviderBytes) {
    return cells_->Bad(
        ErrorCode::kBadRow, BillColumn::kProviderName,
        absl::StrCat("is longer than ", kMaxProviderBytes, " bytes"));
  }
  if (!service.empty() && !older.empty() && service != older) {
    cells_->Odd(OddityKind::kProviderNamesDiffer,
                BillColumn::kServiceProviderName, service);
  }
  const std::string_view currency = cells_->Text(BillColumn::kBillingCurrency);
  if (currency_.empty() || currency != currency_text_) {
    const absl::StatusOr<Currency> parsed = Currency::Parse(currency);
    if (!parsed.ok()) {
      return cells_->Bad(ErrorCode::kBadRow, BillColumn::kBillingCurrency,
                         parsed.status());
    }
    currency_ = *parsed;
    currency_text_ = currency;
  }
  row->currency = currency_;
  return absl::OkStatus();
}

void RowReader::ReadTexts(BillRow* row) {
  row->invoice_issuer = cells_->Text(BillColumn::kInvoiceIssuerName);
  row->invoice_id = cells_->Text(BillColumn::kInvoiceId);
  row->billing_account = cells_->Text(BillColumn::kBillingAccountId);
  row->sub_account = cells_->Text(BillColumn::kSubAccountId);
  row->region = cells_->Text(BillColumn::kRegionId);
  row->resource = cells_->Text(BillColumn::kResourceId);
  row->service = cells_->Text(BillColumn::kServiceName);
  row->sku = cells_->Text(BillColumn::kSkuId);
  row->sku_price = cells_->Text(BillColumn::kSkuPriceId);
  row->description = cells_->Text(BillColumn::kChargeDescription);
  row->commitment_id = cells_->Text(BillColumn::kCommitmentDiscountId);
  row->pricing_unit = cells_->Text(BillColumn::kPricingUnit);
  row->consumed_unit = cells_->Text(BillColumn::kConsumedUnit);
  row->tags = cells_->Text(BillColumn::kTags);
}

absl::Status RowReader::ReadCategory(BillRow* row) {
  row->category_text = cells_->Text(BillColumn::kChargeCategory);
  if (row->category_text.empty()) {
    return cells_->Bad(ErrorCode::kBadRow, BillColumn::kChargeCategory,
                       "is empty");
  }
  const auto category = cells_->Enum(BillColumn::kChargeCategory, kCategories);
  if (!category) {
    return cells_->Bad(ErrorCode::kBadRow, BillColumn::kChargeCategory,
                       NotOneOf(row->category_text, kCategories));
  }
  row->category = static_cast<ChargeCategory>(*category);
  return absl::OkStatus();
}

absl::Status RowReader::ReadEnums(BillRow* row) {
  row->correction = !cells_->IsNull(BillColumn::kChargeClass);
  if (row->correction && !cells_->Enum(BillColumn::kChargeClass, kClasses)) {
    return cells_->Bad(
        ErrorCode::kBadRow, BillColumn::kChargeClass,
        NotOneOf(cells_->Text(BillColumn::kChargeClass), kClasses));
  }
  row->frequency = ReadLooseEnum(BillColumn::kChargeFrequency, kFrequencies);
  row->pricing_category =
      ReadLooseEnum(BillColumn::kPricingCategory, kPricingCategories);
  RETURN_IF_ERROR(ReadStatus(BillColumn::kCommitmentDiscountStatus,
                             &row->commitment_status));
  return ReadStatus(BillColumn::kCapacityReservationStatus,
                    &row->capacity_status);
}

absl::Status RowReader::ReadStatus(BillColumn column, UsageStatus* status) {
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
    BillColumn column, std::span<const std::string_view> names) {
  if (cells_->IsNull(column)) return {};
  const auto index = cells_->Enum(column, names);
  if (index) return names[*index];
  const std::string_view text = cells_->Text(column);
  cells_->Odd(OddityKind::kUnknownEnumValue, column, text);
  return text;
}

absl::Status RowReader::ReadPeriods(BillRow* row) {
  RETURN_IF_ERROR(
      cells_->Time(BillColumn::kBillingPeriodStart, &row->billing_start_us));
  RETURN_IF_ERROR(
      cells_->Time(BillColumn::kBillingPeriodEnd, &row->billing_end_us));
  RETURN_IF_ERROR(
      cells_->Time(BillColumn::kChargePeriodStart, &row->charge_start_us));
  RETURN_IF_ERROR(
      cells_->Time(BillColumn::kChargePeriodEnd, &row->charge_end_us));
  if (row->billing_end_us <= row->billing_start_us) {
    return cells_->Bad(ErrorCode::kBadRow, BillColumn::kBillingPeriodEnd,
                       "is not after BillingPeriodStart");
  }
  if (row->charge_end_us < row->charge_start_us) {
    return cells_->Bad(ErrorCode::kBadRow, BillColumn::kChargePeriodEnd,
                       "is before ChargePeriodStart");
  }
  return absl::OkStatus();
}

absl::Status RowReader::ReadCosts(BillRow* row) {
  if (cells_->IsNull(BillColumn::kBilledCost)) {
    return cells_->Bad(ErrorCode::kBadRow, BillColumn::kBilledCost, "is empty");
  }
  RETURN_IF_ERROR(cells_->Money(BillColumn::kBilledCost, &row->billed_cost));
  RETURN_IF_ERROR(
      cells_->Money(BillColumn::kEffectiveCost, &row->effective_cost));
  RETURN_IF_ERROR(cells_->Money(BillColumn::kListCost, &row->list_cost));
  return cells_->Money(BillColumn::kContractedCost, &row->contracted_cost);
}

absl::Status RowReader::ReadQuantities(BillRow* row) {
  RETURN_IF_ERROR(
      cells_->Number(BillColumn::kListUnitPrice, &row->list_unit_price));
  RETURN_IF_ERROR(cells_->Number(BillColumn::kContractedUnitPrice,
                                 &row->contracted_unit_price));
  RETURN_IF_ERROR(
      cells_->Number(BillColumn::kPricingQuantity, &row->pricing_quantity));
  return cells_->Number(BillColumn::kConsumedQuantity, &row->consumed_quantity);
}

void RowReader::ReadSkuDetails(BillRow* row) {
  row->gpu_count_micro.reset();
  const std::string_view details = cells_->Text(BillColumn::kSkuPriceDetails);
  if (details.empty()) return;
  if (!json_.Parse(details)) {
    cells_->Odd(OddityKind::kInvalidJson, BillColumn::kSkuPriceDetails,
                details);
    return;
  }
  for (const JsonCell::Member& member : json_.members()) {
    if (member.key == "GpuCount") ReadGpuCount(member, row);
  }
  CheckKeys(BillColumn::kSkuPriceDetails);
}

void RowReader::ReadGpuCount(const JsonCell::Member& member, BillRow* row) {
  row->gpu_count_micro.reset();
  if (member.value == "null") return;
  const absl::StatusOr<Int128> count =
      member.kind == JsonCell::Kind::kOther
          ? absl::InvalidArgumentError("neither number nor text")
          : ParseScaled(member.value, kMicroGpuScale);
  if (!count.ok() || *count < 0 ||
      *count > std::numeric_limits<int64_t>::max()) {
    cells_->Odd(OddityKind::kBadGpuCount, BillColumn::kSkuPriceDetails,
                member.value);
    return;
  }
  if (member.kind == JsonCell::Kind::kString) {
    cells_->Odd(OddityKind::kGpuCountAsText, BillColumn::kSkuPriceDetails,
                member.value);
  }
  row->gpu_count_micro = static_cast<int64_t>(*count);
}

void RowReader::CheckTags(std::string_view tags) {
  if (tags.empty()) return;
  if (!json_.Parse(tags)) {
    cells_->Odd(OddityKind::kInvalidJson, BillColumn::kTags, tags);
    return;
  }
  CheckKeys(BillColumn::kTags);
  // Keys that are equal as they stand are counted above, not here.
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  for (std::string_view& key : keys_) key = Trimmed(key);
  if (HasEqualNeighbours(&keys_)) {
    cells_->Odd(OddityKind::kTagKeyCollision, BillColumn::kTags, tags);
  }
}

// Leaves the keys in keys_, sorted.
void RowReader::CheckKeys(BillColumn column) {
  keys_.clear();
  for (const JsonCell::Member& member : json_.members()) {
    keys_.push_back(member.key);
  }
  if (HasEqualNeighbours(&keys_)) {
    cells_->Odd(OddityKind::kDuplicateJsonKey, column, cells_->Text(column));
  }
}

}  // namespace drawdown
