// The columns of FOCUS 1.0 to 1.4, and which of them a file's header has.
#ifndef DRAWDOWN_SRC_BILL_COLUMNS_H_
#define DRAWDOWN_SRC_BILL_COLUMNS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace drawdown {

enum class ColumnType : uint8_t {
  kText,
  kEnum,
  kCurrency,
  kNumber,
  kTime,
  kJson
};

// Every column of every dataset and version, by name, then what other formats
// say and FOCUS has no column for: X(name, type).
#define DRAWDOWN_BILL_COLUMNS(X)                         \
  X(AllocatedMethodDetails, kJson)                       \
  X(AllocatedMethodId, kText)                            \
  X(AllocatedResourceId, kText)                          \
  X(AllocatedResourceName, kText)                        \
  X(AllocatedTags, kJson)                                \
  X(AvailabilityZone, kText)                             \
  X(BilledCost, kNumber)                                 \
  X(BillingAccountId, kText)                             \
  X(BillingAccountName, kText)                           \
  X(BillingAccountType, kText)                           \
  X(BillingCurrency, kCurrency)                          \
  X(BillingPeriodCreated, kTime)                         \
  X(BillingPeriodEnd, kTime)                             \
  X(BillingPeriodLastUpdated, kTime)                     \
  X(BillingPeriodStart, kTime)                           \
  X(BillingPeriodStatus, kEnum)                          \
  X(CapacityReservationId, kText)                        \
  X(CapacityReservationStatus, kEnum)                    \
  X(ChargeCategory, kEnum)                               \
  X(ChargeClass, kEnum)                                  \
  X(ChargeDescription, kText)                            \
  X(ChargeFrequency, kEnum)                              \
  X(ChargePeriodEnd, kTime)                              \
  X(ChargePeriodStart, kTime)                            \
  X(CommitmentDiscountCategory, kEnum)                   \
  X(CommitmentDiscountId, kText)                         \
  X(CommitmentDiscountName, kText)                       \
  X(CommitmentDiscountQuantity, kNumber)                 \
  X(CommitmentDiscountStatus, kEnum)                     \
  X(CommitmentDiscountType, kText)                       \
  X(CommitmentDiscountUnit, kText)                       \
  X(CommitmentProgramEligibilityDetails, kJson)          \
  X(ConsumedQuantity, kNumber)                           \
  X(ConsumedUnit, kText)                                 \
  X(ContractApplied, kJson)                              \
  X(ContractCommitmentApplicability, kJson)              \
  X(ContractCommitmentBenefitCategory, kEnum)            \
  X(ContractCommitmentCategory, kEnum)                   \
  X(ContractCommitmentCost, kNumber)                     \
  X(ContractCommitmentCreated, kTime)                    \
  X(ContractCommitmentDescription, kText)                \
  X(ContractCommitmentDiscountPercentage, kNumber)       \
  X(ContractCommitmentDurationType, kText)               \
  X(ContractCommitmentFulfillmentInterval, kEnum)        \
  X(ContractCommitmentId, kText)                         \
  X(ContractCommitmentLastUpdated, kTime)                \
  X(ContractCommitmentLifecycleStatus, kEnum)            \
  X(ContractCommitmentModel, kEnum)                      \
  X(ContractCommitmentOfferCategory, kEnum)              \
  X(ContractCommitmentPaymentInterval, kEnum)            \
  X(ContractCommitmentPaymentModel, kEnum)               \
  X(ContractCommitmentPaymentUpfrontPercentage, kNumber) \
  X(ContractCommitmentPeriodEnd, kTime)                  \
  X(ContractCommitmentPeriodStart, kTime)                \
  X(ContractCommitmentQuantity, kNumber)                 \
  X(ContractCommitmentType, kText)                       \
  X(ContractCommitmentUnit, kText)                       \
  X(ContractId, kText)                                   \
  X(ContractPeriodEnd, kTime)                            \
  X(ContractPeriodStart, kTime)                          \
  X(ContractedCost, kNumber)                             \
  X(ContractedUnitPrice, kNumber)                        \
  X(EffectiveCost, kNumber)                              \
  X(HostProviderName, kText)                             \
  X(InvoiceDetailCreated, kTime)                         \
  X(InvoiceDetailDescription, kText)                     \
  X(InvoiceDetailGrain, kJson)                           \
  X(InvoiceDetailId, kText)                              \
  X(InvoiceDetailLastUpdated, kTime)                     \
  X(InvoiceId, kText)                                    \
  X(InvoiceIssueDate, kTime)                             \
  X(InvoiceIssueStatus, kEnum)                           \
  X(InvoiceIssuerName, kText)                            \
  X(ListCost, kNumber)                                   \
  X(ListUnitPrice, kNumber)                              \
  X(PaymentCurrency, kCurrency)                          \
  X(PaymentCurrencyBilledCost, kNumber)                  \
  X(PaymentCurrencyInvoiceDetailId, kText)               \
  X(PaymentDueDate, kTime)                               \
  X(PaymentTerms, kText)                                 \
  X(PricingCategory, kEnum)                              \
  X(PricingCurrency, kCurrency)                          \
  X(PricingCurrencyContractCommitmentCost, kNumber)      \
  X(PricingCurrencyContractedUnitPrice, kNumber)         \
  X(PricingCurrencyEffectiveCost, kNumber)               \
  X(PricingCurrencyListUnitPrice, kNumber)               \
  X(PricingQuantity, kNumber)                            \
  X(PricingUnit, kText)                                  \
  X(ProviderName, kText)                                 \
  X(PublisherName, kText)                                \
  X(PurchaseOrderNumber, kText)                          \
  X(ReferenceInvoiceId, kText)                           \
  X(RegionId, kText)                                     \
  X(RegionName, kText)                                   \
  X(ResourceId, kText)                                   \
  X(ResourceName, kText)                                 \
  X(ResourceType, kText)                                 \
  X(ServiceCategory, kText)                              \
  X(ServiceName, kText)                                  \
  X(ServiceProviderName, kText)                          \
  X(ServiceSubcategory, kText)                           \
  X(SkuId, kText)                                        \
  X(SkuMeter, kText)                                     \
  X(SkuPriceDetails, kJson)                              \
  X(SkuPriceId, kText)                                   \
  X(SubAccountId, kText)                                 \
  X(SubAccountName, kText)                               \
  X(SubAccountType, kText)                               \
  X(Tags, kJson)                                         \
  X(LineId, kText)                                       \
  X(CorrectsLineId, kText)                               \
  X(GpuCount, kNumber)                                   \
  X(InstanceType, kText)                                 \
  X(DiscountBasis, kText)

enum class BillColumn : uint8_t {
#define DRAWDOWN_ENUMERATOR(name, type) k##name,
  DRAWDOWN_BILL_COLUMNS(DRAWDOWN_ENUMERATOR)
#undef DRAWDOWN_ENUMERATOR
};
inline constexpr size_t kColumnCount = 114;

std::string_view ColumnName(BillColumn column);
ColumnType TypeOf(BillColumn column);

// What a mapping can give: a column of Cost and Usage, or what FOCUS has no
// column for.
std::optional<BillColumn> MappableColumn(std::string_view name);

// The datasets of FOCUS, with the names that the specification gives them.
enum class Dataset : uint8_t {
  kCostAndUsage,
  kContractCommitment,
  kInvoiceDetail,
  kBillingPeriod
};

std::string_view DatasetName(Dataset dataset);

enum class FocusVersion : uint8_t { k10, k11, k12, k13, k14 };

std::string_view FocusVersionName(FocusVersion version);  // "1.0"

// The versions that have a column of Cost and Usage; others never had it.
struct ColumnVersions {
  FocusVersion first = FocusVersion::k10;
  FocusVersion last = FocusVersion::k14;
};
ColumnVersions VersionsOf(BillColumn column);

// A header name that is a FOCUS name but for its case and blanks, or the name
// of a draft.
struct HeaderDrift {
  std::string written;
  std::string meant;
  bool draft = false;
};

class BoundMapping;

// What a header says about its file.
struct BillLayout {
  std::string format = "FOCUS";
  Dataset dataset = Dataset::kCostAndUsage;
  std::array<int, kColumnCount> index;  // into the header; -1 if absent
  // Where columns come from instead, in a format that is not FOCUS.
  std::shared_ptr<const BoundMapping> mapped;
  // The format has no billing periods: there stand those of the charges.
  bool own_periods = false;
  // ListCost and ContractedCost are FOCUS's own, which it never leaves empty.
  bool demands_list_costs = true;
  FocusVersion focus = FocusVersion::k10;  // where `format` is FOCUS
  std::string version;                     // its name; others may have none
  std::string version_reason;
  std::vector<HeaderDrift> drifted;
  std::vector<std::string> unknown;  // no FOCUS name and no x_ prefix
  std::vector<std::string> absent;   // mandatory in the version, not needed

  bool Has(BillColumn column) const { return At(column) >= 0; }
  int At(BillColumn column) const { return index[static_cast<size_t>(column)]; }
};

// kBadCsv, naming `where` and the character: one of the names reads as one of
// the dataset's to a person, and is none.
absl::Status RefuseAlikes(const std::vector<std::string>& unknown,
                          Dataset dataset, std::string_view where);

// The dataset is the one that shares most names with the header; the version is
// that of its newest column. Errors name `where`: kUnknownFormat (not FOCUS),
// kMissingColumn (all that are missing), kBadCsv (two names mean one column, or
// as RefuseAlikes).
absl::StatusOr<BillLayout> ReadLayout(const std::vector<std::string>& header,
                                      std::string_view where);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_COLUMNS_H_
