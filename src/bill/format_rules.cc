#include "bill/format_rules.h"

namespace drawdown {

// The columns of legacy CUR are those of CUR 2.0 in another spelling.
const char kAwsRules[] = R"(
absent-columns: null
ProviderName = 'AWS'
InvoiceIssuerName = bill_invoicing_entity
InvoiceIssuerName = 'Amazon Web Services, Inc.'
InvoiceId = bill_invoice_id
BillingAccountId = bill_payer_account_id
BillingCurrency = line_item_currency_code
BillingPeriodStart = bill_billing_period_start_date
BillingPeriodEnd = bill_billing_period_end_date
SubAccountId = line_item_usage_account_id
ChargePeriodStart = line_item_usage_start_date
ChargePeriodEnd = line_item_usage_end_date
LineId = identity_line_item_id
ChargeDescription = line_item_line_item_description
ServiceName = line_item_product_code
RegionId = product_region_code
ResourceId = line_item_resource_id
# A pool's sku in a contract is an instance type or the SKU itself.
# A fee of another product names the machine that it is for.
SkuId = product_sku when line_item_line_item_type is 'Fee' and line_item_product_code is not 'AmazonEC2'
SkuId = null when line_item_line_item_type is 'Fee' and line_item_product_code is not 'AmazonEC2'
SkuId = product_instance_type
SkuId = product as json 'instance_type'
SkuId = product as json 'instanceType'
SkuId = product_sku
SkuPriceId = product_sku
SkuMeter = line_item_usage_type
InstanceType = product_instance_type
GpuCount = product_gpu
GpuCount = product as json 'gpu'
Tags = resource_tags
Tags = members of 'resourceTags/'

ChargeCategory = 'Usage' when line_item_line_item_type is 'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'
ChargeCategory = 'Purchase' when line_item_line_item_type is 'RIFee', 'Fee', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee', 'FlatRateSubscription'
ChargeCategory = 'Credit' when line_item_line_item_type is 'Credit'
ChargeCategory = 'Tax' when line_item_line_item_type is 'Tax'
ChargeCategory = 'Adjustment' when line_item_line_item_type is 'SavingsPlanNegation', 'Refund', 'EdpDiscount', 'PrivateRateDiscount', 'RiVolumeDiscount', 'BundledDiscount', 'SppDiscount'
ChargeCategory = line_item_line_item_type
ChargeFrequency = 'One-Time' when line_item_line_item_type is 'Fee', 'SavingsPlanUpfrontFee', 'Refund', 'Credit'
ChargeFrequency = 'Recurring' when line_item_line_item_type is 'RIFee', 'SavingsPlanRecurringFee', 'FlatRateSubscription'
ChargeFrequency = 'Usage-Based'
PricingCategory = 'Committed' when line_item_line_item_type is 'DiscountedUsage', 'SavingsPlanCoveredUsage'
PricingCategory = 'Dynamic' when line_item_usage_type contains 'SpotUsage'
PricingCategory = 'Standard' when line_item_line_item_type is 'Usage'

# What a savings plan covers is shown at the on-demand cost, and a negation takes
# it away again: both bill nothing, and the negation is no usage.
BilledCost = '0' when line_item_line_item_type is 'SavingsPlanCoveredUsage', 'SavingsPlanNegation'
# Net columns have each line's cost after its discounts, whose own lines then bill
# nothing. Where the account has none they may be there and be empty: usage before
# discounts, and discounts that usage is after, are not of one bill.
DiscountBasis = 'before' when line_item_net_unblended_cost exists and line_item_net_unblended_cost is '' and line_item_line_item_type is 'Usage' and line_item_unblended_cost is not '0', ''
DiscountBasis = 'after' when line_item_net_unblended_cost exists and line_item_net_unblended_cost is '0', '' and line_item_unblended_cost is not '0', '' and line_item_line_item_type is 'EdpDiscount', 'PrivateRateDiscount', 'RiVolumeDiscount', 'BundledDiscount', 'SppDiscount'
BilledCost = '0' when line_item_net_unblended_cost exists and line_item_net_unblended_cost is '' and line_item_line_item_type is 'EdpDiscount', 'PrivateRateDiscount', 'RiVolumeDiscount', 'BundledDiscount', 'SppDiscount'
BilledCost = line_item_net_unblended_cost
BilledCost = line_item_unblended_cost
EffectiveCost = '0' when line_item_line_item_type is 'SavingsPlanNegation', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee', 'RIFee'
EffectiveCost = '0' when line_item_line_item_type is 'Fee' and reservation_reservation_a_r_n is not ''
EffectiveCost = '0' when line_item_net_unblended_cost exists and line_item_net_unblended_cost is '' and line_item_line_item_type is 'EdpDiscount', 'PrivateRateDiscount', 'RiVolumeDiscount', 'BundledDiscount', 'SppDiscount'
EffectiveCost = savings_plan_net_savings_plan_effective_cost when line_item_line_item_type is 'SavingsPlanCoveredUsage'
EffectiveCost = savings_plan_savings_plan_effective_cost when line_item_line_item_type is 'SavingsPlanCoveredUsage'
EffectiveCost = reservation_net_effective_cost when line_item_line_item_type is 'DiscountedUsage'
EffectiveCost = reservation_effective_cost when line_item_line_item_type is 'DiscountedUsage'
EffectiveCost = line_item_net_unblended_cost
EffectiveCost = line_item_unblended_cost
ListCost = '0' when line_item_line_item_type is 'EdpDiscount', 'PrivateRateDiscount', 'SppDiscount', 'SavingsPlanNegation'
ListCost = pricing_public_on_demand_cost
ListUnitPrice = pricing_public_on_demand_rate when line_item_line_item_type is 'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'
ContractedCost = '0' when line_item_line_item_type is 'SavingsPlanNegation'
ContractedCost = '0' when line_item_net_unblended_cost exists and line_item_net_unblended_cost is '' and line_item_line_item_type is 'EdpDiscount', 'PrivateRateDiscount', 'RiVolumeDiscount', 'BundledDiscount', 'SppDiscount'
ContractedCost = line_item_net_unblended_cost
ContractedCost = line_item_unblended_cost
ContractedUnitPrice = line_item_net_unblended_rate when line_item_line_item_type is 'Usage'
ContractedUnitPrice = line_item_unblended_rate when line_item_line_item_type is 'Usage'
PricingQuantity = line_item_usage_amount when line_item_line_item_type is 'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'
PricingUnit = pricing_unit when line_item_line_item_type is 'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'
ConsumedQuantity = line_item_usage_amount when line_item_line_item_type is 'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'
ConsumedUnit = pricing_unit when line_item_line_item_type is 'Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage'

CommitmentDiscountId = savings_plan_savings_plan_a_r_n
CommitmentDiscountId = reservation_reservation_a_r_n
CommitmentDiscountCategory = 'Spend' when savings_plan_savings_plan_a_r_n is not ''
CommitmentDiscountCategory = 'Usage' when reservation_reservation_a_r_n is not ''
CommitmentDiscountStatus = 'Used' when line_item_line_item_type is 'DiscountedUsage', 'SavingsPlanCoveredUsage'
CapacityReservationId = capacity_reservation_capacity_reservation_arn
CapacityReservationStatus = 'Used' when capacity_reservation_capacity_reservation_status is 'used', 'Used'
# A line that states what is reserved counts no machine that ran either.
CapacityReservationStatus = 'Unused' when capacity_reservation_capacity_reservation_status is 'unused', 'Unused', 'reserved', 'Reserved'
CapacityReservationStatus = 'Unused' when line_item_usage_type contains 'UnusedBox:', 'UnusedDed:'
)";

const char kAwsCurHead[] = R"(# AWS Cost and Usage Report 2.0 (Data Exports)
format: AWS CUR
version: 2.0
tells: line_item_line_item_type, line_item_unblended_cost, line_item_usage_start_date
)";

const char kAwsLegacyCurHead[] = R"(# AWS Cost and Usage Report, legacy
format: AWS CUR
version: legacy
names: snake-case
tells: lineItem/LineItemType, lineItem/UnblendedCost, lineItem/UsageStartDate
)";

// Quantity counts blocks of UnitOfMeasure: Quantity x EffectivePrice = Cost.
const char kAzureRules[] = R"(
absent-columns: null
tells: ChargeType, MeterId, UnitOfMeasure, Quantity
ProviderName = 'Microsoft'
InvoiceIssuerName = 'Microsoft'
InvoiceId = InvoiceId
BillingAccountId = BillingAccountId
BillingCurrency = BillingCurrency
BillingCurrency = BillingCurrencyCode
BillingPeriodStart = BillingPeriodStartDate as time 'MM/DD/YYYY'
BillingPeriodEnd = BillingPeriodEndDate as time 'MM/DD/YYYY' plus 1 day
ChargePeriodStart = Date as time 'MM/DD/YYYY'
ChargePeriodEnd = Date as time 'MM/DD/YYYY' plus 1 day
SubAccountId = SubscriptionId
ChargeDescription = Product
ServiceName = MeterCategory
RegionId = ResourceLocation
ResourceId = ResourceId
ResourceId = InstanceId
InstanceType = AdditionalInfo as json 'ServiceType'
SkuId = AdditionalInfo as json 'ServiceType'
SkuId = MeterId
SkuPriceId = PartNumber
SkuPriceId = MeterId
SkuMeter = MeterName
Tags = Tags as object

ChargeCategory = 'Usage' when ChargeType is 'Usage', 'UnusedReservation', 'UnusedSavingsPlan'
ChargeCategory = 'Purchase' when ChargeType is 'Purchase'
ChargeCategory = 'Adjustment' when ChargeType is 'Refund', 'RoundingAdjustment'
ChargeCategory = 'Tax' when ChargeType is 'Tax'
ChargeCategory = ChargeType
ChargeClass = 'Correction' when ChargeType is 'Refund'
ChargeFrequency = 'Usage-Based' when Frequency is 'UsageBased'
ChargeFrequency = 'One-Time' when Frequency is 'OneTime'
ChargeFrequency = Frequency
PricingCategory = 'Committed' when PricingModel is 'Reservation', 'SavingsPlan' and ChargeType is not 'Purchase'
PricingCategory = 'Dynamic' when PricingModel is 'Spot'
PricingCategory = 'Standard' when PricingModel is 'OnDemand'
PricingQuantity = Quantity
PricingUnit = UnitOfMeasure
ConsumedQuantity = Quantity when ChargeType is 'Usage' and UnitOfMeasure starts-with '1 '
ConsumedUnit = UnitOfMeasure when ChargeType is 'Usage' and UnitOfMeasure starts-with '1 '
# Prices are in the pricing currency, costs in the billing currency: where these
# differ, there is no price to compare a cost with, and no contracted cost; the
# list cost is what Microsoft says it is.
PricingCurrency = PricingCurrency
PricingCurrency = PricingCurrencyCode
PricingCurrencyListUnitPrice = PayGPrice when PricingCurrency exists and PayGPrice is not '0', ''
PricingCurrencyContractedUnitPrice = UnitPrice when PricingCurrency exists and UnitPrice is not '0', ''
ListUnitPrice = null when ExchangeRatePricingToBilling is not '1', ''
ListUnitPrice = null when ExchangeRate is not '1', ''
ListCost = PayGCostInBillingCurrency when ExchangeRatePricingToBilling is not '1', '' and PayGCostInBillingCurrency is not '0', ''
ListCost = PayGCostInBillingCurrency when ExchangeRate is not '1', '' and PayGCostInBillingCurrency is not '0', ''
ListCost = null when ExchangeRatePricingToBilling is not '1', ''
ListCost = null when ExchangeRate is not '1', ''
ContractedUnitPrice = null when ExchangeRatePricingToBilling is not '1', ''
ContractedUnitPrice = null when ExchangeRate is not '1', ''
ContractedCost = null when ExchangeRatePricingToBilling is not '1', ''
ContractedCost = null when ExchangeRate is not '1', ''
# A price of 0 says that there is none.
ListUnitPrice = PayGPrice when PayGPrice is not '0', ''
ListCost = PayGPrice * Quantity when PayGPrice is not '0', ''
ContractedUnitPrice = UnitPrice when UnitPrice is not '0', ''
ContractedCost = UnitPrice * Quantity when UnitPrice is not '0', ''
CommitmentDiscountId = BenefitId
CommitmentDiscountId = ReservationId
CommitmentDiscountCategory = 'Spend' when PricingModel is 'SavingsPlan'
CommitmentDiscountCategory = 'Usage' when PricingModel is 'Reservation'
CommitmentDiscountStatus = 'Unused' when ChargeType is 'UnusedReservation', 'UnusedSavingsPlan'
CommitmentDiscountStatus = 'Used' when ChargeType is 'Usage' and PricingModel is 'Reservation', 'SavingsPlan'
)";

const char kAzureActualHead[] = R"(# Azure Cost Management, actual cost
format: Azure actual cost
BilledCost = CostInBillingCurrency
BilledCost = Cost
)";

// Amortized cost is not what is billed: there is no BilledCost.
const char kAzureAmortizedHead[] = R"(# Azure Cost Management, amortized cost
format: Azure amortized cost
EffectiveCost = CostInBillingCurrency
EffectiveCost = Cost
PricingCurrencyEffectiveCost = CostInPricingCurrency
)";

const char kOciHead[] = R"(# Oracle Cloud cost report
format: OCI cost report
absent-columns: null
tells: lineItem/referenceNo, lineItem/intervalUsageStart, cost/myCost
)";

const char kOciRules[] = R"(ProviderName = 'Oracle'
InvoiceIssuerName = 'Oracle'
LineId = lineItem/referenceNo
CorrectsLineId = lineItem/backreferenceNo
BillingAccountId = lineItem/tenantId
BillingCurrency = cost/currencyCode
# The report has no billing period, and cycles begin on any day: whatever period
# is reconciled has the lines whose time is in it.
BillingPeriodStart = lineItem/intervalUsageStart
BillingPeriodEnd = lineItem/intervalUsageEnd
ChargePeriodStart = lineItem/intervalUsageStart
ChargePeriodEnd = lineItem/intervalUsageEnd
SubAccountId = product/compartmentId
ServiceName = product/service
ChargeDescription = product/Description
RegionId = product/region
ResourceId = product/resourceId
SkuId = cost/productSku
SkuPriceId = cost/productSku
ChargeCategory = 'Usage'
ChargeClass = 'Correction' when lineItem/isCorrection is 'true', 'TRUE', 'True', 'Y', 'y', 'yes', 'Yes', 'YES', '1'
ChargeClass = null when lineItem/isCorrection is 'false', 'FALSE', 'False', 'N', 'n', 'no', 'No', 'NO', '0'
# Whatever else it says is no usage that nobody corrects: it is refused.
ChargeClass = lineItem/isCorrection
ChargeFrequency = 'Usage-Based'
# What is beyond the commitment is in these already; the columns of overage say
# how much of them it is.
BilledCost = cost/myCost
EffectiveCost = cost/myCost
ContractedCost = cost/myCost
ContractedUnitPrice = cost/unitPrice
PricingQuantity = usage/billedQuantity
PricingUnit = cost/billingUnitReadable
ConsumedQuantity = usage/billedQuantity
ConsumedUnit = cost/billingUnitReadable
Tags = members of 'tags/'
)";

}  // namespace drawdown
