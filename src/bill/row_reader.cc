#include "bill/row_reader.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/error.h"
#include "base/same_text.h"

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

const std::array<RowReader::TextField, 28> RowReader::kTextFields = {{
    {BillColumn::kInvoiceIssuerName, &BillRow::invoice_issuer},
    {BillColumn::kInvoiceId, &BillRow::invoice_id},
    {BillColumn::kLineId, &BillRow::line_id},
    {BillColumn::kCorrectsLineId, &BillRow::corrects},
    {BillColumn::kDiscountBasis, &BillRow::discount_basis},
    {BillColumn::kInvoiceDetailId, &BillRow::invoice_detail_id},
    {BillColumn::kBillingAccountId, &BillRow::billing_account},
    {BillColumn::kSubAccountId, &BillRow::sub_account},
    {BillColumn::kRegionId, &BillRow::region},
    {BillColumn::kResourceId, &BillRow::resource},
    {BillColumn::kServiceName, &BillRow::service},
    {BillColumn::kSkuId, &BillRow::sku},
    {BillColumn::kSkuPriceId, &BillRow::sku_price},
    {BillColumn::kChargeDescription, &BillRow::description},
    {BillColumn::kCommitmentDiscountId, &BillRow::commitment_id},
    {BillColumn::kSkuMeter, &BillRow::sku_meter},
    {BillColumn::kCommitmentDiscountType, &BillRow::commitment_type},
    {BillColumn::kCommitmentDiscountUnit, &BillRow::commitment_unit},
    {BillColumn::kCapacityReservationId, &BillRow::capacity_id},
    {BillColumn::kPricingCurrency, &BillRow::pricing_currency},
    {BillColumn::kAllocatedMethodId, &BillRow::allocated_method},
    {BillColumn::kAllocatedResourceId, &BillRow::allocated_resource},
    {BillColumn::kAllocatedResourceName, &BillRow::allocated_resource_name},
    {BillColumn::kAllocatedTags, &BillRow::allocated_tags},
    {BillColumn::kAllocatedMethodDetails, &BillRow::allocated_method_details},
    {BillColumn::kPricingUnit, &BillRow::pricing_unit},
    {BillColumn::kConsumedUnit, &BillRow::consumed_unit},
    {BillColumn::kTags, &BillRow::tags},
}};

// The row is the same from row to row: what the file lacks stays empty.
RowReader::RowReader(Cells* cells) : cells_(cells) {
  for (const TextField& field : kTextFields) {
    if (cells->Has(field.column)) texts_.push_back(field);
  }
}

absl::Status RowReader::Read(BillRow* row) {
  cells_->Load();
  return ReadLoaded(row);
}

absl::Status RowReader::ReadFields(std::span<const std::string_view> fields,
                                   BillRow* row) {
  cells_->Load(fields);
  return ReadLoaded(row);
}

bool RowReader::ReadVarying(BillRow* row) {
  const Cells::ChargePeriod& period = cells_->ChargePeriodAhead();
  const bool in_time = period.known && period.start_us < period.end_us &&
                       period.start_us >= row->billing_start_us &&
                       period.end_us <= row->billing_end_us;
  if (!in_time) return false;
  row->charge_start_us = period.start_us;
  row->charge_end_us = period.end_us;
  if (!ReadKnownTags(row)) return false;
  row->resource = cells_->TextAhead(BillColumn::kResourceId);
  row->sub_account = cells_->TextAhead(BillColumn::kSubAccountId);
  row->raw = cells_->raw();
  return true;
}

// False where something may be odd about them.
bool RowReader::ReadKnownTags(BillRow* row) {
  const uint32_t number = cells_->tags_number();
  if (fine_tags_.size() <= number) fine_tags_.resize(number + 1);
  std::string& fine = fine_tags_[number];
  row->tags_number = number;
  row->tags = fine;
  if (!fine.empty()) return true;
  row->tags = cells_->TextAhead(BillColumn::kTags);
  if (row->tags.empty()) return true;
  if (known_tags_.Find(row->tags, &tags_hint_) == nullptr) return false;
  if (number != 0) fine = row->tags;
  return true;
}

absl::Status RowReader::ReadLoaded(BillRow* row) {
  row->raw = cells_->raw();
  row->tags_number = cells_->tags_number();
  row->links_lines = cells_->Has(BillColumn::kCorrectsLineId);
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
  if (currency_.empty() || !SameText(currency, currency_text_)) {
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
  for (const TextField& field : texts_) {
    row->*field.text = cells_->Text(field.column);
  }
  row->host_provider = cells_->Text(BillColumn::kHostProviderName);
  if (row->host_provider.empty()) {
    row->host_provider = cells_->Text(BillColumn::kPublisherName);
  }
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
  row->own_period = cells_->own_periods();
  if (row->billing_end_us <= row->billing_start_us && !row->own_period) {
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
  const std::string_view details = cells_->Text(BillColumn::kSkuPriceDetails);
  if (details.empty()) return;
  // Neither comes from a column of its own, so what is read is all of the text.
  const bool alone = row->instance_type.empty() && !row->gpu_count_micro;
  if (alone && ReadKnownDetails(details, row)) return;
  const uint64_t odd = cells_->odd();
  ReadNewDetails(details, row);
  if (!alone || cells_->odd() != odd) return;
  SkuDetails known;
  if (!row->instance_type.empty()) {
    known.type_at =
        static_cast<uint32_t>(row->instance_type.data() - details.data());
    known.type_size = static_cast<uint32_t>(row->instance_type.size());
  }
  known.gpu_count_micro = row->gpu_count_micro;
  known_details_.Remember(details, known);
}

bool RowReader::ReadKnownDetails(std::string_view details, BillRow* row) {
  const SkuDetails* const known = known_details_.Find(details, &details_hint_);
  if (known == nullptr) return false;
  row->instance_type = details.substr(known->type_at, known->type_size);
  row->gpu_count_micro = known->gpu_count_micro;
  return true;
}

void RowReader::ReadNewDetails(std::string_view details, BillRow* row) {
  constexpr BillColumn kColumn = BillColumn::kSkuPriceDetails;
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
  if (tags.empty() || known_tags_.Find(tags, &tags_hint_) != nullptr) return;
  const uint64_t odd = cells_->odd();
  CheckNewTags(tags);
  if (cells_->odd() == odd) known_tags_.Remember(tags, {});
}

void RowReader::CheckNewTags(std::string_view tags) {
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
