#include "example/focus.h"

#include <algorithm>

#include "base/csv.h"

namespace drawdown::example {
namespace {

constexpr std::array<std::string_view, kColumnCount> kColumnNames = {
    "AvailabilityZone",
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "CapacityReservationId",
    "CapacityReservationStatus",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingCurrency",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
};

std::vector<Column> Without(const std::vector<Column>& absent) {
  std::vector<Column> present;
  for (int i = 0; i < kColumnCount; ++i) {
    const auto column = static_cast<Column>(i);
    if (std::find(absent.begin(), absent.end(), column) == absent.end()) {
      present.push_back(column);
    }
  }
  return present;
}

}  // namespace

std::string_view ColumnName(Column column) { return kColumnNames[column]; }

std::string FocusCsv(const std::vector<FocusRow>& rows,
                     const std::vector<Column>& absent) {
  const std::vector<Column> present = Without(absent);
  std::string out;
  for (const Column column : present) {
    out.append(ColumnName(column)).push_back(',');
  }
  out.back() = '\n';
  for (const FocusRow& row : rows) {
    for (const Column column : present) {
      AppendCsvField(row[column], &out);
      out.push_back(',');
    }
    out.back() = '\n';
  }
  return out;
}

}  // namespace drawdown::example
