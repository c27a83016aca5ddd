// The columns of FOCUS, and which of them a file's header has.
#ifndef DRAWDOWN_SRC_BILL_COLUMNS_H_
#define DRAWDOWN_SRC_BILL_COLUMNS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace drawdown {

// The columns that become a field of a BillRow.
enum class BillColumn : uint8_t {
  kBilledCost,
  kBillingAccountId,
  kBillingCurrency,
  kBillingPeriodEnd,
  kBillingPeriodStart,
  kCapacityReservationStatus,
  kChargeCategory,
  kChargeClass,
  kChargeDescription,
  kChargeFrequency,
  kChargePeriodEnd,
  kChargePeriodStart,
  kCommitmentDiscountId,
  kCommitmentDiscountStatus,
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
  kPricingQuantity,
  kPricingUnit,
  kProviderName,
  kRegionId,
  kResourceId,
  kServiceName,
  kServiceProviderName,
  kSkuId,
  kSkuPriceDetails,
  kSkuPriceId,
  kSubAccountId,
  kTags,
};
inline constexpr size_t kColumnCount = 36;

std::string_view ColumnName(BillColumn column);

// True for the columns whose values are free text, where a quoted "NULL" may be
// meant.
bool IsFreeText(BillColumn column);

// A header name that is a FOCUS name but for its case.
struct HeaderDrift {
  std::string written;
  std::string meant;
};

// What a header says about its file.
struct BillLayout {
  std::array<int, kColumnCount> index;  // into the header; -1 if absent
  std::string version;                  // "1.0", "1.1", "1.2"
  std::string version_reason;
  std::vector<HeaderDrift> drifted;
  std::vector<std::string> unknown;  // no FOCUS name and no x_ prefix
  std::vector<std::string> absent;   // mandatory in every version, not needed

  bool Has(BillColumn column) const { return At(column) >= 0; }
  int At(BillColumn column) const { return index[static_cast<size_t>(column)]; }
};

// Errors name `where`: kUnknownFormat (not FOCUS, or a later version),
// kMissingColumn (all that are missing), kBadCsv (two names differ in case
// only).
absl::StatusOr<BillLayout> ReadLayout(const std::vector<std::string>& header,
                                      std::string_view where);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_COLUMNS_H_
