// Rows of a FOCUS 1.2 Cost and Usage file.
#ifndef DRAWDOWN_SRC_EXAMPLE_FOCUS_H_
#define DRAWDOWN_SRC_EXAMPLE_FOCUS_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace drawdown::example {

// Every column of FOCUS 1.2, in the order files carry them.
enum Column {
  kAvailabilityZone,
  kBilledCost,
  kBillingAccountId,
  kBillingAccountName,
  kBillingAccountType,
  kBillingCurrency,
  kBillingPeriodEnd,
  kBillingPeriodStart,
  kCapacityReservationId,
  kCapacityReservationStatus,
  kChargeCategory,
  kChargeClass,
  kChargeDescription,
  kChargeFrequency,
  kChargePeriodEnd,
  kChargePeriodStart,
  kCommitmentDiscountCategory,
  kCommitmentDiscountId,
  kCommitmentDiscountName,
  kCommitmentDiscountQuantity,
  kCommitmentDiscountStatus,
  kCommitmentDiscountType,
  kCommitmentDiscountUnit,
  kConsumedQuantity,
  kConsumedUnit,
  kContractedCost,
  kContractedUnitPrice,
  kEffectiveCost,
  kInvoiceId,
  kInvoiceIssuerName,
  kListCost,
  kListUnitPrice,
  kPricingCategory,
  kPricingCurrency,
  kPricingCurrencyContractedUnitPrice,
  kPricingCurrencyEffectiveCost,
  kPricingCurrencyListUnitPrice,
  kPricingQuantity,
  kPricingUnit,
  kProviderName,
  kPublisherName,
  kRegionId,
  kRegionName,
  kResourceId,
  kResourceName,
  kResourceType,
  kServiceCategory,
  kServiceName,
  kServiceSubcategory,
  kSkuId,
  kSkuMeter,
  kSkuPriceDetails,
  kSkuPriceId,
  kSubAccountId,
  kSubAccountName,
  kSubAccountType,
  kTags,
  kColumnCount,
};
static_assert(kColumnCount == 57);

std::string_view ColumnName(Column column);

// One row by Column; an empty text is a null.
using FocusRow = std::array<std::string, kColumnCount>;

// The rows as CSV, without the columns in `absent` (Conditional columns of
// features a provider does not have).
std::string FocusCsv(const std::vector<FocusRow>& rows,
                     const std::vector<Column>& absent);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_FOCUS_H_
