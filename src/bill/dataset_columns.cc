#include "bill/dataset_columns.h"

namespace drawdown {
namespace {

using C = BillColumn;

using enum ColumnNeed;
using enum FocusVersion;

constexpr DatasetColumn kCostAndUsage[] = {
    {C::kAllocatedMethodDetails, k13},
    {C::kAllocatedMethodId, k13},
    {C::kAllocatedResourceId, k13},
    {C::kAllocatedResourceName, k13},
    {C::kAllocatedTags, k13},
    {C::kAvailabilityZone, k10},
    {C::kBilledCost, k10, kMandatory},
    {C::kBillingAccountId, k10, kMandatory},
    {C::kBillingAccountName, k10, kMandatory},
    {C::kBillingAccountType, k12},
    {C::kBillingCurrency, k10, kRequired},
    {C::kBillingPeriodEnd, k10, kRequired},
    {C::kBillingPeriodStart, k10, kRequired},
    {C::kCapacityReservationId, k11},
    {C::kCapacityReservationStatus, k11},
    {C::kChargeCategory, k10, kRequired},
    {C::kChargeClass, k10, kMandatory},
    {C::kChargeDescription, k10, kMandatory},
    {C::kChargeFrequency, k10},
    {C::kChargePeriodEnd, k10, kRequired},
    {C::kChargePeriodStart, k10, kRequired},
    {C::kCommitmentDiscountCategory, k10},
    {C::kCommitmentDiscountId, k10},
    {C::kCommitmentDiscountName, k10},
    {C::kCommitmentDiscountQuantity, k11},
    {C::kCommitmentDiscountStatus, k10},
    {C::kCommitmentDiscountType, k10},
    {C::kCommitmentDiscountUnit, k11},
    {C::kCommitmentProgramEligibilityDetails, k14},
    {C::kConsumedQuantity, k10},
    {C::kConsumedUnit, k10},
    {C::kContractApplied, k13},
    {C::kContractedCost, k10, kMandatory},
    {C::kContractedUnitPrice, k10},
    {C::kEffectiveCost, k10, kMandatory},
    {C::kHostProviderName, k13, kMandatory},
    {C::kInvoiceDetailId, k14},
    {C::kInvoiceId, k12},
    {C::kInvoiceIssuerName, k10, kMandatory},
    {C::kListCost, k10, kMandatory},
    {C::kListUnitPrice, k10},
    {C::kPricingCategory, k10},
    {C::kPricingCurrency, k12},
    {C::kPricingCurrencyContractedUnitPrice, k12},
    {C::kPricingCurrencyEffectiveCost, k12},
    {C::kPricingCurrencyListUnitPrice, k12},
    {C::kPricingQuantity, k10, kMandatory},
    {C::kPricingUnit, k10, kMandatory},
    {C::kProviderName, k10, kOptional, k14, k13},
    {C::kPublisherName, k10, kMandatory, k12, k13},
    {C::kRegionId, k10},
    {C::kRegionName, k10},
    {C::kResourceId, k10},
    {C::kResourceName, k10},
    {C::kResourceType, k10},
    {C::kServiceCategory, k10, kMandatory},
    {C::kServiceName, k10, kMandatory},
    // A column of 1.3, but alone it is only a provider's name spelled early.
    {C::kServiceProviderName, k10},
    {C::kServiceSubcategory, k11},
    {C::kSkuId, k10},
    {C::kSkuMeter, k11},
    {C::kSkuPriceDetails, k11},
    {C::kSkuPriceId, k10},
    {C::kSubAccountId, k10},
    {C::kSubAccountName, k10},
    {C::kSubAccountType, k12},
    {C::kTags, k10},
};

constexpr DatasetColumn kContractCommitment[] = {
    {C::kBillingCurrency, k13, kMandatory},
    {C::kContractCommitmentApplicability, k14, kMandatory},
    {C::kContractCommitmentBenefitCategory, k14, kMandatory},
    {C::kContractCommitmentCategory, k13, kRequired},
    {C::kContractCommitmentCost, k13, kMandatory},
    {C::kContractCommitmentCreated, k14, kMandatory},
    {C::kContractCommitmentDescription, k13, kMandatory},
    {C::kContractCommitmentDiscountPercentage, k14, kMandatory},
    {C::kContractCommitmentDurationType, k14, kMandatory},
    {C::kContractCommitmentFulfillmentInterval, k14, kMandatory},
    {C::kContractCommitmentId, k13, kRequired},
    {C::kContractCommitmentLastUpdated, k14, kMandatory},
    {C::kContractCommitmentLifecycleStatus, k14, kMandatory},
    {C::kContractCommitmentModel, k14, kMandatory},
    {C::kContractCommitmentOfferCategory, k14, kMandatory},
    {C::kContractCommitmentPaymentInterval, k14, kMandatory},
    {C::kContractCommitmentPaymentModel, k14, kMandatory},
    {C::kContractCommitmentPaymentUpfrontPercentage, k14},
    {C::kContractCommitmentPeriodEnd, k13, kRequired},
    {C::kContractCommitmentPeriodStart, k13, kRequired},
    {C::kContractCommitmentQuantity, k13, kMandatory},
    {C::kContractCommitmentType, k13, kMandatory},
    {C::kContractCommitmentUnit, k13, kMandatory},
    {C::kContractId, k13, kMandatory},
    {C::kContractPeriodEnd, k13, kMandatory},
    {C::kContractPeriodStart, k13, kMandatory},
    {C::kInvoiceIssuerName, k14, kMandatory},
    {C::kPricingCurrency, k14},
    {C::kPricingCurrencyContractCommitmentCost, k14},
    {C::kServiceProviderName, k14, kMandatory},
};

constexpr DatasetColumn kInvoiceDetail[] = {
    {C::kBilledCost, k14, kRequired},
    {C::kBillingAccountId, k14, kMandatory},
    {C::kBillingCurrency, k14, kRequired},
    {C::kBillingPeriodEnd, k14, kRequired},
    {C::kBillingPeriodStart, k14, kRequired},
    {C::kChargeCategory, k14, kMandatory},
    {C::kInvoiceDetailCreated, k14, kMandatory},
    {C::kInvoiceDetailDescription, k14, kMandatory},
    {C::kInvoiceDetailGrain, k14, kMandatory},
    {C::kInvoiceDetailId, k14, kMandatory},
    {C::kInvoiceDetailLastUpdated, k14, kMandatory},
    {C::kInvoiceId, k14, kRequired},
    {C::kInvoiceIssueDate, k14, kMandatory},
    {C::kInvoiceIssueStatus, k14, kMandatory},
    {C::kInvoiceIssuerName, k14, kRequired},
    {C::kPaymentCurrency, k14},
    {C::kPaymentCurrencyBilledCost, k14},
    {C::kPaymentCurrencyInvoiceDetailId, k14},
    {C::kPaymentDueDate, k14, kMandatory},
    {C::kPaymentTerms, k14, kMandatory},
    {C::kPurchaseOrderNumber, k14},
    {C::kReferenceInvoiceId, k14, kMandatory},
};

constexpr DatasetColumn kBillingPeriod[] = {
    {C::kBillingPeriodCreated, k14, kMandatory},
    {C::kBillingPeriodEnd, k14, kRequired},
    {C::kBillingPeriodLastUpdated, k14, kMandatory},
    {C::kBillingPeriodStart, k14, kRequired},
    {C::kBillingPeriodStatus, k14, kRequired},
    {C::kInvoiceIssuerName, k14, kRequired},
};

// By Dataset.
constexpr std::span<const DatasetColumn> kDatasets[] = {
    kCostAndUsage, kContractCommitment, kInvoiceDetail, kBillingPeriod};

}  // namespace

std::span<const DatasetColumn> ColumnsOf(Dataset dataset) {
  return kDatasets[static_cast<size_t>(dataset)];
}

const DatasetColumn* FindIn(Dataset dataset, BillColumn column) {
  for (const DatasetColumn& candidate : ColumnsOf(dataset)) {
    if (candidate.column == column) return &candidate;
  }
  return nullptr;
}

}  // namespace drawdown
