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
constexpr std::string_view kCommitmentCategories[] = {"Spend", "Usage"};
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

}  // namespace

std::string_view CategoryName(ChargeCategory category) {
  return kCategories[static_cast<size_t>(category)];
}

absl::Status ReadCategory(Cells* cells, ChargeCategory* category) {
  constexpr BillColumn kColumn = BillColumn::kChargeCategory;
  if (cells->IsNull(kColumn)) {
    return cells->Bad(ErrorCode::kBadRow, kColumn, "is empty");
  }
  const auto found = cells->Enum(kColumn, kCategories);
  if (!found) {
    return cells->Bad(ErrorCode::kBadRow, kColumn,
                      NotOneOf(cells->Text(kColumn), kCategories));
  }
  *category = static_cast<ChargeCategory>(*found);
  return absl::OkStatus();
}

absl::Status RowReader::Read(BillRow* row) {
  cells_->Load();
  row->raw = cells_->raw();
  RETURN_IF_ERROR(ReadNames(row));
  ReadTexts(row);
  row->category_text = cells_->Text(BillColumn::kChargeCategory);
  RETURN_IF_ERROR(ReadCategory(cells_, &row->category));
  RETURN_IF_ERROR(ReadEnums(row));
  RETURN_IF_ERROR(ReadPeriods(row));
  RETURN_IF_ERROR(ReadCosts(row));
  RETURN_IF_ERROR(ReadQuantities(row));
  ReadApplied(row);
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
  row->host_provider = cells_->Text(BillColumn::kHostProviderName);
  if (row->host_provider.empty()) {
    row->host_provider = cells_->Text(BillColumn::kPublisherName);
  }
  row->invoice_id = cells_->Text(BillColumn::kInvoiceId);
  row->line_id = cells_->Text(BillColumn::kLineId);
  row->corrects = cells_->Text(BillColumn::kCorrectsLineId);
  row->invoice_detail_id = cells_->Text(BillColumn::kInvoiceDetailId);
  row->billing_account = cells_->Text(BillColumn::kBillingAccountId);
  row->sub_account = cells_->Text(BillColumn::kSubAccountId);
  row->region = cells_->Text(BillColumn::kRegionId);
  row->resource = cells_->Text(BillColumn::kResourceId);
  row->service = cells_->Text(BillColumn::kServiceName);
  row->sku = cells_->Text(BillColumn::kSkuId);
  row->sku_price = cells_->Text(BillColumn::kSkuPriceId);
  row->description = cells_->Text(BillColumn::kChargeDescription);
  row->commitment_id = cells_->Text(BillColumn::kCommitmentDiscountId);
  row->sku_meter = cells_->Text(BillColumn::kSkuMeter);
  row->commitment_type = cells_->Text(BillColumn::kCommitmentDiscountType);
  row->commitment_unit = cells_->Text(BillColumn::kCommitmentDiscountUnit);
  row->capacity_id = cells_->Text(BillColumn::kCapacityReservationId);
  row->pricing_currency = cells_->Text(BillColumn::kPricingCurrency);
  row->allocated_method = cells_->Text(BillColumn::kAllocatedMethodId);
  row->allocated_resource = cells_->Text(BillColumn::kAllocatedResourceId);
  row->allocated_resource_name =
      cells_->Text(BillColumn::kAllocatedResourceName);
  row->allocated_tags = cells_->Text(BillColumn::kAllocatedTags);
  row->allocated_method_details =
      cells_->Text(BillColumn::kAllocatedMethodDetails);
  row->pricing_unit = cells_->Text(BillColumn::kPricingUnit);
  row->consumed_unit = cells_->Text(BillColumn::kConsumedUnit);
  row->tags = cells_->Text(BillColumn::kTags);
}

absl::Status RowReader::ReadEnums(BillRow* row) {
  row->correction = !cells_->IsNull(BillColumn::kChargeClass);
  if (row->correction && !cells_->Enum(BillColumn::kChargeClass, kClasses)) {
    return cells_->Bad(
        ErrorCode::kBadRow, BillColumn::kChargeClass,
        NotOneOf(cells_->Text(BillColumn::kChargeClass), kClasses));
  }
  row->frequency =
      cells_->LooseEnum(BillColumn::kChargeFrequency, kFrequencies);
  row->pricing_category =
      cells_->LooseEnum(BillColumn::kPricingCategory, kPricingCategories);
  row->commitment_category = cells_->LooseEnum(
      BillColumn::kCommitmentDiscountCategory, kCommitmentCategories);
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
  if (cells_->IsNull(BillColumn::kBilledCost) &&
      cells_->Has(BillColumn::kBilledCost)) {
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
  RETURN_IF_ERROR(
      cells_->Number(BillColumn::kConsumedQuantity, &row->consumed_quantity));
  RETURN_IF_ERROR(cells_->Number(BillColumn::kCommitmentDiscountQuantity,
                                 &row->commitment_quantity));
  RETURN_IF_ERROR(cells_->Number(BillColumn::kPricingCurrencyListUnitPrice,
                                 &row->pricing_currency_list_unit_price));
  RETURN_IF_ERROR(
      cells_->Number(BillColumn::kPricingCurrencyContractedUnitPrice,
                     &row->pricing_currency_contracted_unit_price));
  return cells_->Number(BillColumn::kPricingCurrencyEffectiveCost,
                        &row->pricing_currency_effective_cost);
}

void RowReader::ReadApplied(BillRow* row) {
  row->applied = {};
  const std::string_view text = cells_->Text(BillColumn::kContractApplied);
  if (text.empty()) return;
  const auto applied = applied_.Parse(text);
  if (!applied) {
    cells_->Odd(OddityKind::kBadContractApplied, BillColumn::kContractApplied,
                text);
    return;
  }
  row->applied = *applied;
  if (applied_.erratum_case()) {
    cells_->Odd(OddityKind::kErratumKeyCase, BillColumn::kContractApplied,
                text);
  }
}

void RowReader::ReadSkuDetails(BillRow* row) {
  row->instance_type = cells_->Text(BillColumn::kInstanceType);
  row->gpu_count_micro.reset();
  ReadGpuCount(BillColumn::kGpuCount, cells_->Text(BillColumn::kGpuCount), row);
  constexpr BillColumn kColumn = BillColumn::kSkuPriceDetails;
  const std::string_view details = cells_->Text(kColumn);
  if (details.empty()) return;
  if (!json_.Parse(details)) {
    cells_->Odd(OddityKind::kInvalidJson, kColumn, details);
    return;
  }
  for (const JsonCell::Member& member : json_.members()) {
    const bool text = member.kind == JsonCell::Kind::kString;
    if (member.key == "InstanceType" && text) row->instance_type = member.value;
    if (member.key != "GpuCount" || member.value == "null") continue;
    ReadGpuCount(kColumn, member.value, row);
    if (text && row->gpu_count_micro) {
      cells_->Odd(OddityKind::kGpuCountAsText, kColumn, member.value);
    }
  }
  CheckKeys(kColumn);
}

void RowReader::ReadGpuCount(BillColumn column, std::string_view text,
                             BillRow* row) {
  row->gpu_count_micro.reset();
  if (text.empty()) return;
  const absl::StatusOr<Int128> count = ParseScaled(text, kMicroGpuScale);
  if (!count.ok() || *count < 0 ||
      *count > std::numeric_limits<int64_t>::max()) {
    cells_->Odd(OddityKind::kBadGpuCount, column, text);
    return;
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
