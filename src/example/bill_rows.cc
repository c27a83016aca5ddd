#include "example/bill_rows.h"

#include "base/check.h"
#include "base/decimal.h"
#include "base/wide.h"

namespace drawdown::example {
namespace {

bool IsFee(LineKind kind) {
  return kind == LineKind::kPurchase || kind == LineKind::kTrueUp;
}

// Usage that no commitment covers.
bool IsUncovered(LineKind kind) {
  return kind == LineKind::kOnDemand || kind == LineKind::kOverage;
}

// The row's common columns.
FocusRow StartRow(const BillStyle& style, int64_t start, int64_t end) {
  FocusRow row;
  row[kBillingAccountId] = style.account_id;
  row[kBillingAccountName] = style.account_name;
  row[kBillingAccountType] = style.account_type;
  row[kBillingCurrency] = style.currency;
  row[kBillingPeriodStart] = InstantText(style.month_start);
  row[kBillingPeriodEnd] = InstantText(style.month_end);
  row[kChargePeriodStart] = InstantText(start);
  row[kChargePeriodEnd] = InstantText(end);
  row[kInvoiceId] = style.invoice;
  row[kInvoiceIssuerName] = style.issuer;
  row[kPricingCurrency] = style.currency;
  row[kProviderName] = style.provider;
  row[kPublisherName] = style.provider;
  row[kSubAccountType] = style.sub_account_type;
  return row;
}

// Billed units (instance-hours at AWS, GPU-hours at NordGPU) as published: an
// integer of the style's quantity decimals.
Int128 Units(const BillStyle& style, const Line& line) {
  const Int128 unit =
      static_cast<Int128>(line.pool->gpus_per_unit) * kMicrosPerHour;
  const auto units = MulDivHalfEven(line.quantity.count(),
                                    PowerOfTen(style.quantity_decimals), unit);
  CHECK(units.ok());
  return *units;
}

std::string UnitsText(const BillStyle& style, const Line& line) {
  return FormatScaled(Units(style, line), style.quantity_decimals,
                      style.quantity_decimals);
}

// FOCUS has unit price x PricingQuantity = cost for these, so they are made
// from the published quantity.
void SetListed(const BillStyle& style, const Line& line, MoneyAmount price,
               std::string* price_text, std::string* cost_text) {
  const MoneyAmount unit_price = price * line.pool->gpus_per_unit;
  const auto cost = MulDivHalfEven(unit_price.count(), Units(style, line),
                                   PowerOfTen(style.quantity_decimals));
  CHECK(cost.ok());
  *price_text = MoneyText(unit_price, style.price_decimals);
  *cost_text = MoneyText(RoundMoney(MoneyAmount(*cost), style.cost_decimals),
                         style.cost_decimals);
}

void SetCosts(const BillStyle& style, const Line& line, FocusRow* row) {
  const bool fee = IsFee(line.kind);
  const bool usage = IsUncovered(line.kind);
  // A fee shows its own price; a covered hour the one it would have had
  // without the commitment.
  SetListed(style, line,
            fee || usage ? line.price : line.pool->PriceAt(line.start),
            &(*row)[kContractedUnitPrice], &(*row)[kContractedCost]);
  SetListed(style, line, fee ? line.price : line.pool->list_price,
            &(*row)[kListUnitPrice], &(*row)[kListCost]);
  // What is paid is made from the usage itself, and rounded once.
  const MoneyAmount full =
      Price(line.price, line.quantity, style.cost_decimals);
  // A true-up covers no usage that could carry its cost.
  const bool amortised = line.kind == LineKind::kPurchase;
  (*row)[kBilledCost] =
      MoneyText(BilledCost(line, style.cost_decimals), style.cost_decimals);
  (*row)[kEffectiveCost] =
      MoneyText(amortised ? MoneyAmount() : full, style.cost_decimals);
  (*row)[kPricingCurrencyContractedUnitPrice] = (*row)[kContractedUnitPrice];
  (*row)[kPricingCurrencyListUnitPrice] = (*row)[kListUnitPrice];
  (*row)[kPricingCurrencyEffectiveCost] = (*row)[kEffectiveCost];
}

void SetPlace(const Line& line, FocusRow* row) {
  const Pool& pool = *line.pool;
  (*row)[kAvailabilityZone] = pool.zone;
  (*row)[kRegionId] = pool.region;
  (*row)[kRegionName] = pool.region_name;
  (*row)[kSubAccountId] = pool.sub_account;
  (*row)[kSubAccountName] = pool.sub_account_name;
}

void SetSku(const BillStyle& style, const Line& line, FocusRow* row) {
  const std::string sku(line.pool->sku);
  (*row)[kServiceCategory] = "Compute";
  (*row)[kServiceName] = style.service;
  (*row)[kServiceSubcategory] = style.subcategory;
  (*row)[kSkuId] = sku;
  (*row)[kSkuMeter] = "GPU Instance Usage";
  (*row)[kSkuPriceId] =
      sku + (IsUncovered(line.kind) ? ".ondemand" : ".reserved");
  (*row)[kSkuPriceDetails] =
      "{\"GpuCount\":" + std::to_string(line.pool->gpus_per_unit) +
      ",\"InstanceType\":\"" + sku + "\",\"x_GpuModel\":\"" +
      std::string(line.pool->gpu) + "\"}";
}

void SetCommitment(const BillStyle& style, const Line& line, FocusRow* row) {
  if (line.commitment == nullptr) return;
  (*row)[kCommitmentDiscountCategory] = "Usage";
  (*row)[kCommitmentDiscountId] = line.commitment->id;
  (*row)[kCommitmentDiscountName] = line.commitment->name;
  (*row)[kCommitmentDiscountType] = "Reserved GPUs";
  (*row)[kCommitmentDiscountQuantity] = UnitsText(style, line);
  (*row)[kCommitmentDiscountUnit] = style.pricing_unit;
  if (line.kind == LineKind::kCovered) {
    (*row)[kCommitmentDiscountStatus] = "Used";
  } else if (line.kind == LineKind::kUnused) {
    (*row)[kCommitmentDiscountStatus] = "Unused";
  }
}

// Rows about a commitment itself have its id for a resource; usage has the
// fleet that ran it.
void SetResource(const BillStyle& style, const Line& line, FocusRow* row) {
  if (IsFee(line.kind) || line.kind == LineKind::kUnused) {
    (*row)[kResourceId] = line.commitment->id;
    (*row)[kResourceName] = line.commitment->name;
    (*row)[kResourceType] = "Commitment";
    return;
  }
  const Pool& pool = *line.pool;
  (*row)[kResourceId] =
      std::string(style.resource_prefix) + std::string(pool.region) + ":" +
      std::string(pool.sub_account) + ":fleet/" + std::string(pool.sku);
  (*row)[kResourceName] = pool.sku;
  (*row)[kResourceType] = style.resource_type;
  (*row)[kTags] = TagsText(pool.sub_account_name, pool.tenant);
}

std::string Description(const Line& line) {
  const std::string sku(line.pool->sku);
  switch (line.kind) {
    case LineKind::kOnDemand:
      return sku + " on demand";
    case LineKind::kOverage:
      return sku + " on demand, beyond what is reserved";
    case LineKind::kCovered:
      return sku + ", covered by " + std::string(line.commitment->name);
    case LineKind::kUnused:
      return std::string(line.commitment->name) + ", not used";
    case LineKind::kPurchase:
      return std::string(line.commitment->name) + ", recurring fee";
    case LineKind::kTrueUp:
      return std::string(line.commitment->name) + ", true-up";
  }
  return "";
}

}  // namespace

std::string TagsText(std::string_view cost_center, std::string_view tenant) {
  std::string text = "{\"cost-center\":\"" + std::string(cost_center) + "\"";
  if (!tenant.empty()) text += ",\"tenant\":\"" + std::string(tenant) + "\"";
  return text + "}";
}

std::string InstantText(int64_t at) {
  return FormatInstant(at * kMicrosPerSecond);
}

std::string MoneyText(MoneyAmount amount, int decimals) {
  CHECK(amount.valid());
  return FormatScaled(amount.count(), 18, decimals);
}

FocusRow MakeRow(const BillStyle& style, const Line& line) {
  FocusRow row = StartRow(style, line.start, line.end);
  const bool fee = IsFee(line.kind);
  row[kChargeCategory] = fee ? "Purchase" : "Usage";
  row[kChargeFrequency] = fee ? "Recurring" : "Usage-Based";
  row[kChargeDescription] = Description(line);
  row[kPricingCategory] =
      line.commitment != nullptr && !fee ? "Committed" : "Standard";
  row[kPricingQuantity] = UnitsText(style, line);
  row[kPricingUnit] = style.pricing_unit;
  const bool ran = IsUncovered(line.kind) || line.kind == LineKind::kCovered;
  if (ran) {
    row[kConsumedQuantity] = row[kPricingQuantity];
    row[kConsumedUnit] = style.pricing_unit;
  }
  SetCosts(style, line, &row);
  SetPlace(line, &row);
  SetSku(style, line, &row);
  SetCommitment(style, line, &row);
  SetResource(style, line, &row);
  if (line.edit) line.edit(&row);
  return row;
}

FocusRow MakeRow(const BillStyle& style, const OtherCharge& charge) {
  FocusRow row = StartRow(style, charge.start, charge.end);
  const std::string cost = MoneyText(charge.cost, style.cost_decimals);
  for (const Column column : {kBilledCost, kEffectiveCost, kListCost,
                              kContractedCost, kPricingCurrencyEffectiveCost}) {
    row[column] = cost;
  }
  row[kChargeCategory] = charge.category;
  row[kChargeFrequency] = charge.frequency;
  row[kChargeDescription] = charge.description;
  row[kServiceName] = charge.service;
  row[kServiceCategory] = charge.service_category;
  row[kServiceSubcategory] = charge.subcategory;
  row[kSubAccountId] = style.account_id;
  row[kSubAccountName] = style.account_name;
  if (charge.quantity == 0) return row;
  const std::string price = MoneyText(charge.price, style.price_decimals);
  for (const Column column :
       {kListUnitPrice, kContractedUnitPrice, kPricingCurrencyListUnitPrice,
        kPricingCurrencyContractedUnitPrice}) {
    row[column] = price;
  }
  row[kPricingCategory] = "Standard";
  row[kPricingQuantity] = std::to_string(charge.quantity);
  row[kPricingUnit] = charge.unit;
  if (charge.category == "Usage") {
    row[kConsumedQuantity] = row[kPricingQuantity];
    row[kConsumedUnit] = charge.unit;
  }
  row[kSkuId] = charge.sku;
  row[kSkuPriceId] = charge.sku;
  row[kSkuMeter] = charge.description;
  return row;
}

}  // namespace drawdown::example
