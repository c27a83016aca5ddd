// The rules of FOCUS 1.2 for columns; rules.h says how a line is made.
#include "bill/rules.h"

namespace drawdown {
namespace {

constexpr std::string_view kColumnRules[] = {
    R"RULES(CommitmentDiscountName-C-001-M~official~must~~CommitmentDiscountName text~~CommitmentDiscountName MUST be of type String.
CommitmentDiscountName-C-002-M~official~must~~CommitmentDiscountName text~~CommitmentDiscountName MUST conform to StringHandling requirements.
CommitmentDiscountName-C-004-C~official~must~CommitmentDiscountId is null~CommitmentDiscountName is null~~CommitmentDiscountName MUST be null when CommitmentDiscountId is null.
CommitmentDiscountName-C-006-C~unexecuted~must~~~whether a display name was assigned is not in the data~CommitmentDiscountName MUST NOT be null when a display name can be assigned to a commitment discount.
CommitmentDiscountName-C-007-C~unexecuted~may~~~~CommitmentDiscountName MAY be null when a display name cannot be assigned to a commitment discount.
InvoiceIssuerName-C-001-M~official~must~~InvoiceIssuerName text~~InvoiceIssuerName MUST be of type String.
InvoiceIssuerName-C-002-M~official~must~~InvoiceIssuerName text~~InvoiceIssuerName MUST conform to StringHandling requirements.
InvoiceIssuerName-C-003-M~official~must~~InvoiceIssuerName not null~~InvoiceIssuerName MUST NOT be null.
ProviderName-C-001-M~official~must~~ProviderName text~~ProviderName MUST be of type String.
ProviderName-C-002-M~official~must~~ProviderName text~~ProviderName MUST conform to StringHandling requirements.
ProviderName-C-003-M~official~must~~ProviderName not null~~ProviderName MUST NOT be null.
BillingAccountId-C-001-M~official~must~~BillingAccountId not null~~BillingAccountId MUST NOT be null.
BillingAccountId-C-002-M~official~must~~BillingAccountId text~~BillingAccountId MUST be of type String.
BillingAccountId-C-003-M~official~must~~BillingAccountId text~~BillingAccountId MUST conform to StringHandling requirements.
BillingAccountId-C-004-M~unexecuted~must~~~what is unique to the provider shows in no single bill~BillingAccountId MUST be a unique identifier within a provider.
BillingAccountId-C-005-O~unexecuted~should~~~whether an id is fully qualified only the scheme of its provider says~BillingAccountId SHOULD be a fully-qualified identifier.
BillingAccountName-C-001-M~official~must~~BillingAccountName text~~BillingAccountName MUST be of type String.
BillingAccountName-C-002-M~official~must~~BillingAccountName text~~BillingAccountName MUST conform to StringHandling requirements.
BillingAccountName-C-003-C~official~must~~~what the provider supports is not in the data~BillingAccountName MUST NOT be null when the provider supports assigning a display name for the billing account.
BillingPeriodStart-C-001-M~official~must~~BillingPeriodStart time~~BillingPeriodStart MUST be of type Date/Time.
BillingPeriodStart-C-002-M~official~must~~BillingPeriodStart time~~BillingPeriodStart MUST conform to DateTimeFormat requirements.
BillingPeriodStart-C-003-M~official~must~~BillingPeriodStart not null~~BillingPeriodStart MUST NOT be null.
BillingPeriodStart-C-004-M~unexecuted~must~~~an instant does not say whether it is meant to be included~BillingPeriodStart MUST be the inclusive start bound of the billing period.
ChargeCategory-C-001-M~official~must~~ChargeCategory text~~ChargeCategory MUST be of type String.
ChargeCategory-C-002-M~official~must~~ChargeCategory not null~~ChargeCategory MUST NOT be null.
ChargeCategory-C-003-M~official~must~ChargeCategory not null~(ChargeCategory is 'Usage' | ChargeCategory is 'Purchase' | ChargeCategory is 'Tax' | ChargeCategory is 'Credit' | ChargeCategory is 'Adjustment')~~ChargeCategory MUST be one of the allowed values.
AvailabilityZone-C-001-M~official~must~~AvailabilityZone text~~AvailabilityZone MUST be of type String.
AvailabilityZone-C-002-M~official~must~~AvailabilityZone text~~AvailabilityZone MUST conform to StringHandling requirements.
AvailabilityZone-C-003-C~unexecuted~must~~~whether a charge is of one zone is not in the data~AvailabilityZone MUST be null when a charge is not specific to an availability zone.
PublisherName-C-001-M~official~must~~PublisherName text~~PublisherName MUST be of type String.
PublisherName-C-002-M~official~must~~PublisherName text~~PublisherName MUST conform to StringHandling requirements.
PublisherName-C-003-M~official~must~~PublisherName not null~~PublisherName MUST NOT be null.
ServiceCategory-C-001-M~official~must~~ServiceCategory text~~ServiceCategory MUST be of type String.
ServiceCategory-C-002-M~official~must~~ServiceCategory not null~~ServiceCategory MUST NOT be null.
ServiceCategory-C-003-M~official~must~ServiceCategory not null~(ServiceCategory is 'AI and Machine Learning' | ServiceCategory is 'Analytics' | ServiceCategory is 'Business Applications' | ServiceCategory is 'Compute' | ServiceCategory is 'Databases' | ServiceCategory is 'Developer Tools' | ServiceCategory is 'Multicloud' | ServiceCategory is 'Identity' | ServiceCategory is 'Integration' | ServiceCategory is 'Internet of Things' | ServiceCategory is 'Management and Governance' | ServiceCategory is 'Media' | ServiceCategory is 'Migration' | ServiceCategory is 'Mobile' | ServiceCategory is 'Networking' | ServiceCategory is 'Security' | ServiceCategory is 'Storage' | ServiceCategory is 'Web' | ServiceCategory is 'Other')~~ServiceCategory MUST be one of the allowed values.
ChargePeriodStart-C-001-M~official~must~~ChargePeriodStart time~~ChargePeriodStart MUST be of type Date/Time.
ChargePeriodStart-C-002-M~official~must~~ChargePeriodStart time~~ChargePeriodStart MUST conform to DateTimeFormat requirements.
ChargePeriodStart-C-003-M~official~must~~ChargePeriodStart not null~~ChargePeriodStart MUST NOT be null.
ChargePeriodStart-C-004-M~unexecuted~must~~~an instant does not say whether it is meant to be included~ChargePeriodStart MUST be the inclusive start bound of the effective period of the charge.
SkuMeter-C-001-M~official~must~~SkuMeter text~~SkuMeter MUST be of type String.
SkuMeter-C-002-M~official~must~~SkuMeter text~~SkuMeter MUST conform to StringHandling requirements.
SkuMeter-C-004-C~official~must~SkuId is null~SkuMeter is null~~SkuMeter MUST be null when SkuId is null.
SkuMeter-C-005-C~official~should~SkuId not null~SkuMeter not null~~SkuMeter SHOULD NOT be null when SkuId is not null.
SkuMeter-C-006-O~unexecuted~should~SkuId not null & SkuMeter not null~distinct SkuId SkuMeter 1~~SkuMeter SHOULD remain consistent over time for a given SkuId.
ListUnitPrice-C-001-M~official~must~~ListUnitPrice number~~ListUnitPrice MUST be of type Decimal.
ListUnitPrice-C-002-M~official~must~~ListUnitPrice number~~ListUnitPrice MUST conform to NumericFormat requirements.
ListUnitPrice-C-004-C~official~must~ChargeCategory is 'Tax'~ListUnitPrice is null~~ListUnitPrice MUST be null when ChargeCategory is "Tax".
ListUnitPrice-C-005-C~official~must~(ChargeClass not 'Correction' & (ChargeCategory is 'Usage' | ChargeCategory is 'Purchase'))~ListUnitPrice not null~~ListUnitPrice MUST NOT be null when ChargeCategory is "Usage" or "Purchase" and ChargeClass is not "Correction".
ListUnitPrice-C-006-O~official~may~~ListUnitPrice is null~~ListUnitPrice MAY be null in all other cases.
ListUnitPrice-C-008-M~official~must~ListUnitPrice not null~ListUnitPrice nonnegative~~ListUnitPrice MUST be a non-negative decimal value.
ListUnitPrice-C-009-M~unexecuted~must~~~a number does not say in which currency it is~ListUnitPrice MUST be denominated in the BillingCurrency.
ListUnitPrice-C-010-C~official~must~ListUnitPrice not null & ChargeClass not 'Correction'~ListUnitPrice * PricingQuantity = ListCost~~The product of ListUnitPrice and PricingQuantity MUST match the ListCost when PricingQuantity is not null and ChargeClass is not "Correction".
ListUnitPrice-C-011-C~unexecuted~may~~~~Discrepancies in ListUnitPrice, ListCost, or PricingQuantity MAY exist when ChargeClass is "Correction".
PricingQuantity-C-001-M~official~must~~PricingQuantity number~~PricingQuantity MUST be of type Decimal.
PricingQuantity-C-002-M~official~must~~PricingQuantity number~~PricingQuantity MUST conform to NumericFormat requirements.
PricingQuantity-C-004-C~official~must~ChargeCategory is 'Tax'~PricingQuantity is null~~PricingQuantity MUST be null when ChargeCategory is "Tax".
PricingQuantity-C-005-C~official~must~((ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & ChargeClass not 'Correction')~PricingQuantity not null~~PricingQuantity MUST NOT be null when ChargeCategory is "Usage" or "Purchase" and ChargeClass is not "Correction".
PricingQuantity-C-006-O~unexecuted~may~~~~PricingQuantity MAY be null in all other cases.
PricingQuantity-C-008-M~official~must~PricingQuantity not null~PricingQuantity number~~PricingQuantity MUST be a valid decimal value.
PricingQuantity-C-009-C~unexecuted~must~ContractedUnitPrice not null & PricingQuantity not null & ChargeClass not 'Correction'~ContractedUnitPrice * PricingQuantity = ContractedCost~~The product of PricingQuantity and a unit price (e.g., ContractedUnitPrice) MUST match the corresponding cost metric (e.g., ContractedCost) when the unit price is not null and ChargeClass is not "Correction".
PricingQuantity-C-010-C~unexecuted~may~~~~Discrepancies in PricingQuantity, unit prices (e.g., ContractedUnitPrice), or costs (e.g., ContractedCost) MAY exist when ChargeClass is "Correction".
CommitmentDiscountId-C-001-M~official~must~~CommitmentDiscountId text~~CommitmentDiscountId MUST be of type String.
CommitmentDiscountId-C-002-M~official~must~~CommitmentDiscountId text~~CommitmentDiscountId MUST conform to StringHandling requirements.
CommitmentDiscountId-C-004-C~unexecuted~must~~~whether a charge is related to a commitment shows only in its CommitmentDiscount columns~CommitmentDiscountId MUST be null when a charge is not related to a commitment discount.
CommitmentDiscountId-C-005-C~unexecuted~must~CommitmentDiscountStatus not null~CommitmentDiscountId not null~~CommitmentDiscountId MUST NOT be null when a charge is related to a commitment discount.
CommitmentDiscountId-C-007-M~unexecuted~must~~~uniqueness is of the provider, not of a bill~CommitmentDiscountId MUST be a unique identifier within the provider.
CommitmentDiscountId-C-008-C~unexecuted~should~~~whether an id is fully qualified only the scheme of its provider says~CommitmentDiscountId SHOULD be a fully-qualified identifier.
ResourceId-C-001-M~official~must~~ResourceId text~~ResourceId MUST be of type String.
ResourceId-C-002-M~official~must~~ResourceId text~~ResourceId MUST conform to StringHandling requirements.
ResourceId-C-004-C~unexecuted~must~~~whether a charge is related to a resource shows only in its Resource columns~ResourceId MUST be null when a charge is not related to a resource.
ResourceId-C-005-C~unexecuted~must~ResourceName not null~ResourceId not null~~ResourceId MUST NOT be null when a charge is related to a resource.
ResourceId-C-007-M~unexecuted~must~~~what is unique to the provider shows in no single bill~ResourceId MUST be a unique identifier within the provider.
ResourceId-C-008-O~unexecuted~should~~~whether an id is fully qualified only the scheme of its provider says~ResourceId SHOULD be a fully-qualified identifier.
ChargeDescription-C-001-M~official~must~~ChargeDescription text~~ChargeDescription MUST be of type String.
ChargeDescription-C-002-M~official~must~~ChargeDescription text~~ChargeDescription MUST conform to StringHandling requirements.
ChargeDescription-C-003-O~official~should~~ChargeDescription not null~~ChargeDescription SHOULD NOT be null.
ChargeDescription-C-004-O~unexecuted~should~~~is about the provider's FOCUS metadata, which no bill holds~ChargeDescription maximum length SHOULD be provided in the corresponding FOCUS Metadata Schema.
SkuPriceId-C-001-M~official~must~~SkuPriceId text~~SkuPriceId MUST be of type String.
SkuPriceId-C-002-M~official~must~~SkuPriceId text~~SkuPriceId MUST conform to StringHandling requirements.
SkuPriceId-C-004-C~official~must~ChargeCategory is 'Tax'~SkuPriceId is null~~SkuPriceId MUST be null when ChargeCategory is "Tax".
SkuPriceId-C-005-C~official~must~((ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & ChargeClass not 'Correction')~SkuPriceId not null~~SkuPriceId MUST NOT be null when ChargeCategory is "Usage" or "Purchase" and ChargeClass is not "Correction".
SkuPriceId-C-006-O~unexecuted~may~~~~SkuPriceId MAY be null in all other cases.
SkuPriceId-C-008-M~official~must~SkuPriceId not null~distinct SkuPriceId SkuId 1~~SkuPriceId MUST have one and only one parent SkuId.
SkuPriceId-C-009-M~unexecuted~must~~~needs earlier bills~SkuPriceId MUST remain consistent over time.
SkuPriceId-C-010-M~unexecuted~must~~~needs other accounts' bills~SkuPriceId MUST remain consistent across billing accounts or contracts.
SkuPriceId-C-011-O~official~may~SkuPriceId not null~SkuPriceId = SkuId~~SkuPriceId MAY equal SkuId.
SkuPriceId-C-012-C~unexecuted~must~(ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & SkuPriceId not null~ServiceName not null~~SkuPriceId MUST be associated with a given resource or service when ChargeCategory is "Usage" or "Purchase".
SkuPriceId-C-013-M~unexecuted~must~~~needs the provider's price list~SkuPriceId MUST reference a SKU Price in a provider-supplied price list, enabling the lookup of detailed information about the SKU Price.
SkuPriceId-C-014-C~unexecuted~must~~~needs the provider's price list~SkuPriceId MUST support the lookup of the ListUnitPrice when the provider publishes unit prices exclusive of discounts.
SkuPriceId-C-015-C~unexecuted~must~~~needs the provider's price list~SkuPriceId MUST support the verification of the given ContractedUnitPrice when the provider supports negotiated pricing concepts.
InvoiceId-C-001-M~official~must~~InvoiceId text~~InvoiceId MUST be of type String.
InvoiceId-C-002-M~official~must~~InvoiceId text~~InvoiceId MUST conform to StringHandling requirements.
InvoiceId-C-004-C~official~must~~~whether a charge is on an invoice is not in the data~InvoiceId MUST be null when the charge is not associated either with an invoice or with a pre-generated provisional invoice.
InvoiceId-C-005-C~official~must~~~whether a charge is on an invoice is not in the data~InvoiceId MUST NOT be null when the charge is associated with either an issued invoice or a pre-generated provisional invoice.
InvoiceId-C-006-O~unexecuted~may~~~~InvoiceId MAY be generated prior to an invoice being issued.
InvoiceId-C-007-C~unexecuted~must~InvoiceId not null~BillingAccountId not null~~InvoiceId MUST be associated with the related charge and BillingAccountId when a pre-generated invoice or provisional invoice exists.
PricingCurrencyListUnitPrice-C-001-M~official~must~~PricingCurrencyListUnitPrice number~~PricingCurrencyListUnitPrice MUST be of type Decimal.
PricingCurrencyListUnitPrice-C-002-M~official~must~~PricingCurrencyListUnitPrice number~~PricingCurrencyListUnitPrice MUST conform to NumericFormat requirements.
PricingCurrencyListUnitPrice-C-004-C~official~must~ChargeCategory is 'Tax'~PricingCurrencyListUnitPrice is null~~PricingCurrencyListUnitPrice MUST be null when ChargeCategory is "Tax".
PricingCurrencyListUnitPrice-C-005-C~official~must~((ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & ChargeClass not 'Correction')~PricingCurrencyListUnitPrice not null~~PricingCurrencyListUnitPrice MUST NOT be null when ChargeCategory is "Usage" or "Purchase" and ChargeClass is not "Correction".)RULES",
    R"RULES(PricingCurrencyListUnitPrice-C-006-O~unexecuted~may~~~~PricingCurrencyListUnitPrice MAY be null in all other cases.
PricingCurrencyListUnitPrice-C-008-M~official~must~PricingCurrencyListUnitPrice not null~PricingCurrencyListUnitPrice nonnegative~~PricingCurrencyListUnitPrice MUST be a non-negative decimal value.
PricingCurrencyListUnitPrice-C-009-M~unexecuted~must~~~a number does not say in which currency it is~PricingCurrencyListUnitPrice MUST be denominated in the PricingCurrency.
PricingCurrencyListUnitPrice-C-010-C~unexecuted~may~~~~Discrepancies in PricingCurrencyListUnitPrice, ListCost, or PricingQuantity MAY be addressed independently when ChargeClass is "Correction".
ConsumedUnit-C-001-M~official~must~~ConsumedUnit text~~ConsumedUnit MUST be of type String.
ConsumedUnit-C-002-M~official~must~~ConsumedUnit text~~ConsumedUnit MUST conform to StringHandling requirements.
ConsumedUnit-C-003-O~official~should~~ConsumedUnit unit~~ConsumedUnit SHOULD conform to UnitFormat requirements.
ConsumedUnit-C-005-C~official~must~ConsumedQuantity is null~ConsumedUnit is null~~ConsumedUnit MUST be null when ConsumedQuantity is null.
ConsumedUnit-C-006-C~official~must~ConsumedQuantity not null~ConsumedUnit not null~~ConsumedUnit MUST NOT be null when ConsumedQuantity is not null.
ChargeFrequency-C-001-M~official~must~~ChargeFrequency text~~ChargeFrequency MUST be of type String.
ChargeFrequency-C-002-M~official~must~~ChargeFrequency not null~~ChargeFrequency MUST NOT be null.
ChargeFrequency-C-003-M~official~must~ChargeFrequency not null~(ChargeFrequency is 'One-Time' | ChargeFrequency is 'Recurring' | ChargeFrequency is 'Usage-Based')~~ChargeFrequency MUST be one of the allowed values.
ChargeFrequency-C-004-C~official~must~ChargeCategory is 'Purchase'~ChargeFrequency not 'Usage-Based'~~ChargeFrequency MUST NOT be "Usage-Based" when ChargeCategory is "Purchase".
SkuPriceDetails-C-001-M~official~must~~SkuPriceDetails keyvalue~~SkuPriceDetails MUST conform to KeyValueFormat requirements.
SkuPriceDetails-C-002-O~unexecuted~should~~SkuPriceDetails pascalkeys~~SkuPriceDetails property keys SHOULD conform to PascalCase format.
SkuPriceDetails-C-004-C~official~must~SkuPriceId is null~SkuPriceDetails is null~~SkuPriceDetails MUST be null when SkuPriceId is null.
SkuPriceDetails-C-005-C~official~may~SkuPriceId not null~SkuPriceDetails is null~~SkuPriceDetails MAY be null when SkuPriceId is not null.
SkuPriceDetails-C-007-M~unexecuted~must~SkuPriceDetails not null~SkuPriceId not null~~SkuPriceDetails MUST be associated with a given SkuPriceId.
SkuPriceDetails-C-008-M~unexecuted~must~~~which properties apply to a SKU is not in the data~SkuPriceDetails MUST NOT include properties that are not applicable to the corresponding SkuPriceId.
SkuPriceDetails-C-009-C~unexecuted~should~~~which properties apply to a SKU is not in the data~SkuPriceDetails SHOULD include all FOCUS-defined SKU Price properties listed below that are applicable to the corresponding SkuPriceId.
SkuPriceDetails-C-010-C~unexecuted~must~~SkuPriceDetails focuskeys~~SkuPriceDetails MUST include the FOCUS-defined SKU Price property when an equivalent property is included as a Provider-defined property.
SkuPriceDetails-C-011-O~unexecuted~may~~~~SkuPriceDetails MAY include properties that are already captured in other dedicated columns.
SkuPriceDetails-C-013-O~unexecuted~should~~~needs the bills before and after this one~Existing SkuPriceDetails properties SHOULD remain consistent over time.
SkuPriceDetails-C-014-O~unexecuted~should~~~needs the bills before and after this one~Existing SkuPriceDetails properties SHOULD NOT be removed.
SkuPriceDetails-C-015-O~unexecuted~may~~~~Additional SkuPriceDetails properties MAY be added over time.
SkuPriceDetails-C-016-O~unexecuted~should~~~which SKUs are comparable is not in the data~Property key SHOULD remain consistent across comparable SKUs having that property, and the values for this key SHOULD remain in a consistent format.
SkuPriceDetails-C-017-C~unexecuted~must~SkuPriceDetails not null~SkuPriceDetails keys~~Property key MUST begin with the string "x_" unless it is a FOCUS-defined property.
SkuPriceDetails-C-018-C~unexecuted~must~~~of how many units a property's number is is not in the data: reconcile compares GpuCount with the contract~Property value MUST represent the value for a single PricingUnit when the property holds a numeric value.
SkuPriceDetails-C-020-M~unexecuted~must~~SkuPriceDetails spelledkeys~~Property key MUST match the spelling and casing specified for the FOCUS-defined property.
SkuPriceDetails-C-021-M~unexecuted~must~~SkuPriceDetails typedvalues~~Property value MUST be of the type specified for that property.
SkuPriceDetails-C-022-C~unexecuted~must~~~of how many units a property's number is is not in the data: reconcile compares GpuCount with the contract~Property value MUST represent the value for a single PricingUnit, denominated in the unit of measure specified for that property when the property holds a numeric value.
ConsumedQuantity-C-001-M~official~must~~ConsumedQuantity number~~ConsumedQuantity MUST be of type Decimal.
ConsumedQuantity-C-002-M~official~must~~ConsumedQuantity number~~ConsumedQuantity MUST conform to NumericFormat requirements.
ConsumedQuantity-C-004-C~official~must~(ChargeCategory not 'Usage' | (ChargeCategory is 'Usage' & CommitmentDiscountStatus is 'Unused'))~ConsumedQuantity is null~~ConsumedQuantity MUST be null when ChargeCategory is not "Usage", or when ChargeCategory is "Usage" and CommitmentDiscountStatus is "Unused".
ConsumedQuantity-C-006-C~official~must~(ChargeCategory is 'Usage' & CommitmentDiscountStatus not 'Unused') & ChargeClass not 'Correction'~ConsumedQuantity not null~~ConsumedQuantity MUST NOT be null when ChargeClass is not "Correction".
ConsumedQuantity-C-007-C~official~may~(ChargeCategory is 'Usage' & CommitmentDiscountStatus not 'Unused') & ChargeClass is 'Correction'~ConsumedQuantity is null~~ConsumedQuantity MAY be null when ChargeClass is "Correction".
ConsumedQuantity-C-008-C~unexecuted~must~~ConsumedQuantity number~~ConsumedQuantity MUST be a valid decimal value when not null.
SkuId-C-001-M~official~must~~SkuId text~~SkuId MUST be of type String.
SkuId-C-002-M~official~must~~SkuId text~~SkuId MUST conform to StringHandling requirements.
SkuId-C-004-C~official~must~ChargeCategory is 'Tax'~SkuId is null~~SkuId MUST be null when ChargeCategory is "Tax".
SkuId-C-005-C~official~must~((ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & ChargeClass not 'Correction')~SkuId not null~~SkuId MUST NOT be null when ChargeCategory is "Usage" or "Purchase" and ChargeClass is not "Correction".
SkuId-C-006-O~unexecuted~may~~~~SkuId MAY be null in all other cases.
SkuId-C-008-M~unexecuted~must~~~needs other accounts' bills~SkuId MUST remain consistent across billing accounts or contracts.
SkuId-C-009-M~unexecuted~must~~~needs the provider's price list~SkuId MUST remain consistent across PricingCategory values.
SkuId-C-010-M~unexecuted~must~~~needs the provider's price list~SkuId MUST remain consistent regardless of any other factors that might impact the price but do not affect the functionality of the SKU.
SkuId-C-011-C~unexecuted~must~(ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & SkuId not null~ServiceName not null~~SkuId MUST be associated with a given resource or service when ChargeCategory is "Usage" or "Purchase".
SkuId-C-012-O~unexecuted~may~~~~SkuId MAY equal SkuPriceId.
ResourceType-C-001-M~official~must~~ResourceType text~~ResourceType MUST be of type String.
ResourceType-C-002-M~official~must~~ResourceType text~~ResourceType MUST conform to StringHandling requirements.
ResourceType-C-004-C~official~must~ResourceId is null~ResourceType is null~~ResourceType MUST be null when ResourceId is null.
SubAccountType-C-001-M~official~must~~SubAccountType text~~SubAccountType MUST be of type String.
SubAccountType-C-002-M~official~must~~SubAccountType text~~SubAccountType MUST conform to StringHandling requirements.
SubAccountType-C-004-C~official~must~SubAccountId is null~SubAccountType is null~~SubAccountType MUST be null when SubAccountId is null.
SubAccountType-C-005-C~official~must~SubAccountId not null~SubAccountType not null~~SubAccountType MUST NOT be null when SubAccountId is not null.
SubAccountType-C-006-M~unexecuted~must~~~whether a value is readable no program can tell~SubAccountType MUST be a consistent, readable display value.
PricingCategory-C-001-M~official~must~~PricingCategory text~~PricingCategory MUST be of type String.
PricingCategory-C-003-C~official~must~ChargeCategory is 'Tax'~PricingCategory is null~~PricingCategory MUST be null when ChargeCategory is "Tax".
PricingCategory-C-004-C~official~must~((ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & ChargeClass not 'Correction')~PricingCategory not null~~PricingCategory MUST NOT be null when ChargeCategory is "Usage" or "Purchase" and ChargeClass is not "Correction".
PricingCategory-C-005-O~unexecuted~may~~~~PricingCategory MAY be null in all other cases.
PricingCategory-C-007-M~official~must~PricingCategory not null~(PricingCategory is 'Standard' | PricingCategory is 'Committed' | PricingCategory is 'Dynamic' | PricingCategory is 'Other')~~PricingCategory MUST be one of the allowed values.
PricingCategory-C-008-C~unexecuted~must~~~how a price came about is not in the data~PricingCategory MUST be "Standard" when pricing is predetermined at the agreed upon rate for the billing account.
PricingCategory-C-009-C~unexecuted~must~ChargeCategory is 'Usage' & CommitmentDiscountId not null~PricingCategory is 'Committed'~~PricingCategory MUST be "Committed" when the charge is subject to an existing commitment discount and is not the purchase of the commitment discount.
PricingCategory-C-010-C~unexecuted~must~~~how a price came about is not in the data~PricingCategory MUST be "Dynamic" when pricing is determined by the provider and may change over time, regardless of predetermined agreement pricing.
PricingCategory-C-011-C~unexecuted~must~~~how a price came about is not in the data~PricingCategory MUST be "Other" when there is a pricing model but none of the allowed values apply.
PricingCurrency-C-001-M~official~must~~PricingCurrency text~~PricingCurrency MUST be of type String.
PricingCurrency-C-002-M~official~must~~PricingCurrency text~~PricingCurrency MUST conform to StringHandling requirements.
PricingCurrency-C-003-M~official~must~~PricingCurrency currency~~PricingCurrency MUST conform to CurrencyFormat requirements.
PricingCurrency-C-004-M~official~must~~PricingCurrency not null~~PricingCurrency MUST NOT be null.
CommitmentDiscountUnit-C-001-M~official~must~~CommitmentDiscountUnit text~~CommitmentDiscountUnit MUST be of type String.
CommitmentDiscountUnit-C-002-M~official~must~~CommitmentDiscountUnit text~~CommitmentDiscountUnit MUST conform to StringHandling requirements.
CommitmentDiscountUnit-C-003-M~official~should~~CommitmentDiscountUnit unit~~CommitmentDiscountUnit SHOULD conform to UnitFormat requirements.
CommitmentDiscountUnit-C-005-C~official~must~CommitmentDiscountQuantity is null~CommitmentDiscountUnit is null~~CommitmentDiscountUnit MUST be null when CommitmentDiscountQuantity is null.
CommitmentDiscountUnit-C-006-C~official~must~CommitmentDiscountQuantity not null~CommitmentDiscountUnit not null~~CommitmentDiscountUnit MUST NOT be null when CommitmentDiscountQuantity is not null.
CommitmentDiscountUnit-C-008-M~unexecuted~must~CommitmentDiscountId not null & CommitmentDiscountUnit not null~distinct CommitmentDiscountId CommitmentDiscountUnit 1~~CommitmentDiscountUnit MUST remain consistent over time for a given CommitmentDiscountId.
CommitmentDiscountUnit-C-009-M~unexecuted~must~~~what was bought and used of a commitment is not in the data: reconcile compares it with the meter and the contract~CommitmentDiscountUnit MUST represent the unit used to measure the commitment discount.
CommitmentDiscountUnit-C-010-C~unexecuted~should~~~whether a commitment is flexible is not in the data~When accounting for commitment discount flexibility, the CommitmentDiscountUnit value SHOULD reflect this consideration.
BillingAccountType-C-001-M~official~must~~BillingAccountType text~~BillingAccountType MUST be of type String.
BillingAccountType-C-002-M~official~must~~BillingAccountType text~~BillingAccountType MUST conform to StringHandling requirements.
BillingAccountType-C-004-C~official~must~BillingAccountId is null~BillingAccountType is null~~BillingAccountType MUST be null when BillingAccountId is null.
BillingAccountType-C-005-C~official~must~BillingAccountId not null~BillingAccountType not null~~BillingAccountType MUST NOT be null when BillingAccountId is not null.
BillingAccountType-C-006-M~unexecuted~must~~~whether a value is readable no program can tell~BillingAccountType MUST be a consistent, readable display value.
PricingCurrencyContractedUnitPrice-C-001-M~official~must~~PricingCurrencyContractedUnitPrice number~~PricingCurrencyContractedUnitPrice MUST be of type Decimal.
PricingCurrencyContractedUnitPrice-C-002-M~official~must~~PricingCurrencyContractedUnitPrice number~~PricingCurrencyContractedUnitPrice MUST conform to NumericFormat requirements.
PricingCurrencyContractedUnitPrice-C-004-C~unexecuted~must~ChargeCategory is 'Tax'~PricingCurrencyContractedUnitPrice is null~~PricingCurrencyContractedUnitPrice MUST be null when ChargeCategory is "Tax".
PricingCurrencyContractedUnitPrice-C-005-C~unexecuted~must~(ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & ChargeClass not 'Correction'~PricingCurrencyContractedUnitPrice not null~~PricingCurrencyContractedUnitPrice MUST NOT be null when ChargeCategory is "Usage" or "Purchase" and ChargeClass is not "Correction".
PricingCurrencyContractedUnitPrice-C-006-O~unexecuted~may~~~~PricingCurrencyContractedUnitPrice MAY be null in all other cases.
PricingCurrencyContractedUnitPrice-C-008-C~unexecuted~must~~PricingCurrencyContractedUnitPrice nonnegative~~PricingCurrencyContractedUnitPrice MUST be a non-negative decimal value.
PricingCurrencyContractedUnitPrice-C-009-C~unexecuted~must~~~a number does not say in which currency it is~PricingCurrencyContractedUnitPrice MUST be denominated in the PricingCurrency.
PricingCurrencyContractedUnitPrice-C-010-C~unexecuted~may~~~~Discrepancies in PricingCurrencyContractedUnitPrice, ContractedCost, or PricingQuantity MAY exist when ChargeClass is "Correction".
PricingCurrencyEffectiveCost-C-001-M~official~must~~PricingCurrencyEffectiveCost number~~PricingCurrencyEffectiveCost MUST be of type Decimal.
PricingCurrencyEffectiveCost-C-002-M~official~must~~PricingCurrencyEffectiveCost number~~PricingCurrencyEffectiveCost MUST conform to NumericFormat requirements.
PricingCurrencyEffectiveCost-C-003-M~official~must~~PricingCurrencyEffectiveCost not null~~PricingCurrencyEffectiveCost MUST NOT be null.
PricingCurrencyEffectiveCost-C-004-M~official~must~~PricingCurrencyEffectiveCost number~~PricingCurrencyEffectiveCost MUST be a valid decimal value.
PricingCurrencyEffectiveCost-C-005-M~unexecuted~must~ChargeCategory is 'Purchase' & CommitmentDiscountId not null~PricingCurrencyEffectiveCost is '0'~~PricingCurrencyEffectiveCost MUST be 0 in the event of prepaid purchases or purchases that are applicable to previous usage.
PricingCurrencyEffectiveCost-C-006-M~unexecuted~must~~~a number does not say in which currency it is~PricingCurrencyEffectiveCost MUST be denominated in the PricingCurrency.
CommitmentDiscountCategory-C-001-M~official~must~~CommitmentDiscountCategory text~~CommitmentDiscountCategory MUST be of type String.
CommitmentDiscountCategory-C-003-C~official~must~CommitmentDiscountId is null~CommitmentDiscountCategory is null~~CommitmentDiscountCategory MUST be null when CommitmentDiscountId is null.
CommitmentDiscountCategory-C-004-C~official~must~CommitmentDiscountId not null~CommitmentDiscountCategory not null~~CommitmentDiscountCategory MUST NOT be null when CommitmentDiscountId is not null.
CommitmentDiscountCategory-C-005-M~official~must~CommitmentDiscountCategory not null~(CommitmentDiscountCategory is 'Spend' | CommitmentDiscountCategory is 'Usage')~~CommitmentDiscountCategory MUST be one of the allowed values.
CommitmentDiscountType-C-001-M~official~must~~CommitmentDiscountType text~~CommitmentDiscountType MUST be of type String.)RULES",
    R"RULES(CommitmentDiscountType-C-002-M~official~must~~CommitmentDiscountType text~~CommitmentDiscountType MUST conform to StringHandling requirements.
CommitmentDiscountType-C-004-C~official~must~CommitmentDiscountId is null~CommitmentDiscountType is null~~CommitmentDiscountType MUST be null when CommitmentDiscountId is null.
CommitmentDiscountType-C-005-C~official~must~CommitmentDiscountId not null~CommitmentDiscountType not null~~CommitmentDiscountType MUST NOT be null when CommitmentDiscountId is not null.
CommitmentDiscountQuantity-C-001-M~official~must~~CommitmentDiscountQuantity number~~CommitmentDiscountQuantity MUST be of type Decimal.
CommitmentDiscountQuantity-C-002-M~official~must~~CommitmentDiscountQuantity number~~CommitmentDiscountQuantity MUST conform to NumericFormat requirements.
CommitmentDiscountQuantity-C-005-C~official~must~((ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & CommitmentDiscountId not null) & ChargeClass not 'Correction'~CommitmentDiscountQuantity not null~~CommitmentDiscountQuantity MUST NOT be null when ChargeClass is not "Correction".
CommitmentDiscountQuantity-C-006-C~official~may~((ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & CommitmentDiscountId not null) & ChargeClass is 'Correction'~CommitmentDiscountQuantity is null~~CommitmentDiscountQuantity MAY be null when ChargeClass is "Correction".
CommitmentDiscountQuantity-C-007-C~official~must~((ChargeCategory not 'Usage' & ChargeCategory not 'Purchase') | CommitmentDiscountId is null | ChargeClass is 'Correction')~CommitmentDiscountQuantity is null~~CommitmentDiscountQuantity MUST be null in all other cases.
CommitmentDiscountQuantity-C-009-M~unexecuted~must~~CommitmentDiscountQuantity number~~CommitmentDiscountQuantity MUST be a valid decimal value.
CommitmentDiscountQuantity-C-011-C~unexecuted~must~~~what was bought and used of a commitment is not in the data: reconcile compares it with the meter and the contract~CommitmentDiscountQuantity MUST be the quantity of CommitmentDiscountUnit, paid fully or partially upfront, that is eligible for consumption over the commitment discount's term when ChargeFrequency is "One-Time".
CommitmentDiscountQuantity-C-012-C~unexecuted~must~~~what was bought and used of a commitment is not in the data: reconcile compares it with the meter and the contract~CommitmentDiscountQuantity MUST be the quantity of CommitmentDiscountUnit that is eligible for consumption for each charge period that corresponds with the purchase when ChargeFrequency is "Recurring".
CommitmentDiscountQuantity-C-014-C~unexecuted~must~~~what was bought and used of a commitment is not in the data: reconcile compares it with the meter and the contract~CommitmentDiscountQuantity MUST be the metered quantity of CommitmentDiscountUnit that is consumed in a given charge period when CommitmentDiscountStatus is "Used".
CommitmentDiscountQuantity-C-015-C~unexecuted~must~~~what was bought and used of a commitment is not in the data: reconcile compares it with the meter and the contract~CommitmentDiscountQuantity MUST be the remaining, unused quantity of CommitmentDiscountUnit in a given charge period when CommitmentDiscountStatus is "Unused".
BillingPeriodEnd-C-001-M~official~must~~BillingPeriodEnd time~~BillingPeriodEnd MUST be of type Date/Time.
BillingPeriodEnd-C-002-M~official~must~~BillingPeriodEnd time~~BillingPeriodEnd MUST conform to DateTimeFormat requirements.
BillingPeriodEnd-C-003-M~official~must~~BillingPeriodEnd not null~~BillingPeriodEnd MUST NOT be null.
BillingPeriodEnd-C-004-M~unexecuted~must~~BillingPeriodEnd excludes BillingPeriodStart~~BillingPeriodEnd MUST be the exclusive end bound of the billing period.
ServiceName-C-001-M~official~must~~ServiceName text~~ServiceName MUST be of type String.
ServiceName-C-002-M~official~must~~ServiceName text~~ServiceName MUST conform to StringHandling requirements.
ServiceName-C-003-M~official~must~~ServiceName not null~~ServiceName MUST NOT be null.
ServiceName-C-005-C~official~must~~distinct ServiceName ServiceCategory 1~~ServiceName MUST have one and only one ServiceCategory that best aligns with its primary purpose, except when no suitable ServiceCategory is available.
ServiceName-C-006-C~unexecuted~must~~~whether a better category is available no program can tell~ServiceName MUST be associated with the ServiceCategory "Other" when no suitable ServiceCategory is available.
ServiceName-C-008-C~official~should~~distinct ServiceName ServiceSubcategory 1~~ServiceName SHOULD have one and only one ServiceSubcategory that best aligns with its primary purpose, except when no suitable ServiceSubcategory is available.
ServiceName-C-009-C~unexecuted~should~~~whether a better subcategory is available no program can tell~ServiceName SHOULD be associated with the ServiceSubcategory "Other" when no suitable ServiceSubcategory is available.
CommitmentDiscountStatus-C-001-M~official~must~~CommitmentDiscountStatus text~~CommitmentDiscountStatus MUST be of type String.
CommitmentDiscountStatus-C-003-C~official~must~CommitmentDiscountId is null~CommitmentDiscountStatus is null~~CommitmentDiscountStatus MUST be null when CommitmentDiscountId is null.
CommitmentDiscountStatus-C-004-C~official~must~CommitmentDiscountId not null & ChargeCategory is 'Usage'~CommitmentDiscountStatus not null~~CommitmentDiscountStatus MUST NOT be null when CommitmentDiscountId is not null and Charge Category is "Usage".
CommitmentDiscountStatus-C-005-M~official~must~CommitmentDiscountStatus not null~(CommitmentDiscountStatus is 'Used' | CommitmentDiscountStatus is 'Unused')~~CommitmentDiscountStatus MUST be one of the allowed values.
RegionId-C-001-M~official~must~~RegionId text~~RegionId MUST be of type String.
RegionId-C-002-M~official~must~~RegionId text~~RegionId MUST conform to StringHandling requirements.
RegionId-C-004-C~unexecuted~must~RegionName not null~RegionId not null~~RegionId MUST NOT be null when a resource or service is operated in or managed from a distinct region.
RegionId-C-005-C~unexecuted~may~~~~RegionId MAY be null when a resource or service is not operated in or managed from a distinct region.
PricingUnit-C-001-M~official~must~~PricingUnit text~~PricingUnit MUST be of type String.
PricingUnit-C-002-M~official~must~~PricingUnit text~~PricingUnit MUST conform to StringHandling requirements.
PricingUnit-C-003-O~official~should~~PricingUnit unit~~PricingUnit SHOULD conform to UnitFormat requirements.
PricingUnit-C-005-C~official~must~PricingQuantity is null~PricingUnit is null~~PricingUnit MUST be null when PricingQuantity is null.
PricingUnit-C-006-C~official~must~PricingQuantity not null~PricingUnit not null~~PricingUnit MUST NOT be null when PricingQuantity is not null.
PricingUnit-C-008-M~unexecuted~must~~~needs the provider's price list~PricingUnit MUST be semantically equal to the corresponding pricing measurement unit provided in provider-published price list.
PricingUnit-C-009-C~unexecuted~must~~~needs the invoice~PricingUnit MUST be semantically equal to the corresponding pricing measurement unit provided in invoice, when the invoice includes a pricing measurement unit.
BillingCurrency-C-001-M~official~must~~BillingCurrency text~~BillingCurrency MUST be of type String.
BillingCurrency-C-002-M~official~must~~BillingCurrency text~~BillingCurrency MUST conform to StringHandling requirements.
BillingCurrency-C-003-M~official~must~~BillingCurrency currency~~BillingCurrency MUST conform to CurrencyFormat requirements.
BillingCurrency-C-004-M~official~must~~BillingCurrency not null~~BillingCurrency MUST NOT be null.
BillingCurrency-C-005-M~unexecuted~must~~~needs the invoice: reconcile compares it where the bill has Invoice Detail~BillingCurrency MUST match the currency used in the invoice generated by the invoice issuer.
BillingCurrency-C-006-M~official~must~~BillingCurrency national~~BillingCurrency MUST be expressed in national currency (e.g., USD, EUR).
ServiceSubcategory-C-001-M~official~must~~ServiceSubcategory text~~ServiceSubcategory MUST be of type String.
ServiceSubcategory-C-002-M~official~must~~ServiceSubcategory not null~~ServiceSubcategory MUST NOT be null.
ServiceSubcategory-C-003-M~official~must~ServiceSubcategory not null~(ServiceSubcategory is 'AI Platforms' | ServiceSubcategory is 'Bots' | ServiceSubcategory is 'Generative AI' | ServiceSubcategory is 'Machine Learning' | ServiceSubcategory is 'Natural Language Processing' | ServiceSubcategory is 'Other (AI and Machine Learning)' | ServiceSubcategory is 'Analytics Platforms' | ServiceSubcategory is 'Business Intelligence' | ServiceSubcategory is 'Data Processing' | ServiceSubcategory is 'Search' | ServiceSubcategory is 'Streaming Analytics' | ServiceSubcategory is 'Other (Analytics)' | ServiceSubcategory is 'Productivity and Collaboration' | ServiceSubcategory is 'Other (Business Applications)' | ServiceSubcategory is 'Containers' | ServiceSubcategory is 'End User Computing' | ServiceSubcategory is 'Quantum Compute' | ServiceSubcategory is 'Serverless Compute' | ServiceSubcategory is 'Virtual Machines' | ServiceSubcategory is 'Other (Compute)' | ServiceSubcategory is 'Caching' | ServiceSubcategory is 'Data Warehouses' | ServiceSubcategory is 'Ledger Databases' | ServiceSubcategory is 'NoSQL Databases' | ServiceSubcategory is 'Relational Databases' | ServiceSubcategory is 'Time Series Databases' | ServiceSubcategory is 'Other (Databases)' | ServiceSubcategory is 'Developer Platforms' | ServiceSubcategory is 'Continuous Integration and Deployment' | ServiceSubcategory is 'Development Environments' | ServiceSubcategory is 'Source Code Management' | ServiceSubcategory is 'Quality Assurance' | ServiceSubcategory is 'Other (Developer Tools)' | ServiceSubcategory is 'Identity and Access Management' | ServiceSubcategory is 'Other (Identity)' | ServiceSubcategory is 'API Management' | ServiceSubcategory is 'Messaging' | ServiceSubcategory is 'Workflow Orchestration' | ServiceSubcategory is 'Other (Integration)' | ServiceSubcategory is 'IoT Analytics' | ServiceSubcategory is 'IoT Platforms' | ServiceSubcategory is 'Other (Internet of Things)' | ServiceSubcategory is 'Architecture' | ServiceSubcategory is 'Compliance' | ServiceSubcategory is 'Cost Management' | ServiceSubcategory is 'Data Governance' | ServiceSubcategory is 'Disaster Recovery' | ServiceSubcategory is 'Endpoint Management' | ServiceSubcategory is 'Observability' | ServiceSubcategory is 'Support' | ServiceSubcategory is 'Other (Management and Governance)' | ServiceSubcategory is 'Content Creation' | ServiceSubcategory is 'Gaming' | ServiceSubcategory is 'Media Streaming' | ServiceSubcategory is 'Mixed Reality' | ServiceSubcategory is 'Other (Media)' | ServiceSubcategory is 'Data Migration' | ServiceSubcategory is 'Resource Migration' | ServiceSubcategory is 'Other (Migration)' | ServiceSubcategory is 'Other (Mobile)' | ServiceSubcategory is 'Multicloud Integration' | ServiceSubcategory is 'Other (Multicloud)' | ServiceSubcategory is 'Application Networking' | ServiceSubcategory is 'Content Delivery' | ServiceSubcategory is 'Network Connectivity' | ServiceSubcategory is 'Network Infrastructure' | ServiceSubcategory is 'Network Routing' | ServiceSubcategory is 'Network Security' | ServiceSubcategory is 'Other (Networking)' | ServiceSubcategory is 'Secret Management' | ServiceSubcategory is 'Security Posture Management' | ServiceSubcategory is 'Threat Detection and Response' | ServiceSubcategory is 'Other (Security)' | ServiceSubcategory is 'Backup Storage' | ServiceSubcategory is 'Block Storage' | ServiceSubcategory is 'File Storage' | ServiceSubcategory is 'Object Storage' | ServiceSubcategory is 'Storage Platforms' | ServiceSubcategory is 'Other (Storage)' | ServiceSubcategory is 'Application Platforms' | ServiceSubcategory is 'Other (Web)' | ServiceSubcategory is 'Other (Other)')~~ServiceSubcategory MUST be one of the allowed values.
ServiceSubcategory-C-004-M~official~must~~((ServiceSubcategory is 'AI Platforms' & ServiceCategory is 'AI and Machine Learning') | (ServiceSubcategory is 'Bots' & ServiceCategory is 'AI and Machine Learning') | (ServiceSubcategory is 'Generative AI' & ServiceCategory is 'AI and Machine Learning') | (ServiceSubcategory is 'Machine Learning' & ServiceCategory is 'AI and Machine Learning') | (ServiceSubcategory is 'Natural Language Processing' & ServiceCategory is 'AI and Machine Learning') | (ServiceSubcategory is 'Other (AI and Machine Learning)' & ServiceCategory is 'AI and Machine Learning') | (ServiceSubcategory is 'Analytics Platforms' & ServiceCategory is 'Analytics') | (ServiceSubcategory is 'Business Intelligence' & ServiceCategory is 'Analytics') | (ServiceSubcategory is 'Data Processing' & ServiceCategory is 'Analytics') | (ServiceSubcategory is 'Search' & ServiceCategory is 'Analytics') | (ServiceSubcategory is 'Streaming Analytics' & ServiceCategory is 'Analytics') | (ServiceSubcategory is 'Other (Analytics)' & ServiceCategory is 'Analytics') | (ServiceSubcategory is 'Productivity and Collaboration' & ServiceCategory is 'Business Applications') | (ServiceSubcategory is 'Other (Business Applications)' & ServiceCategory is 'Business Applications') | (ServiceSubcategory is 'Containers' & ServiceCategory is 'Compute') | (ServiceSubcategory is 'End User Computing' & ServiceCategory is 'Compute') | (ServiceSubcategory is 'Quantum Compute' & ServiceCategory is 'Compute') | (ServiceSubcategory is 'Serverless Compute' & ServiceCategory is 'Compute') | (ServiceSubcategory is 'Virtual Machines' & ServiceCategory is 'Compute') | (ServiceSubcategory is 'Other (Compute)' & ServiceCategory is 'Compute') | (ServiceSubcategory is 'Caching' & ServiceCategory is 'Databases') | (ServiceSubcategory is 'Data Warehouses' & ServiceCategory is 'Databases') | (ServiceSubcategory is 'Ledger Databases' & ServiceCategory is 'Databases') | (ServiceSubcategory is 'NoSQL Databases' & ServiceCategory is 'Databases') | (ServiceSubcategory is 'Relational Databases' & ServiceCategory is 'Databases') | (ServiceSubcategory is 'Time Series Databases' & ServiceCategory is 'Databases') | (ServiceSubcategory is 'Other (Databases)' & ServiceCategory is 'Databases') | (ServiceSubcategory is 'Developer Platforms' & ServiceCategory is 'Developer Tools') | (ServiceSubcategory is 'Continuous Integration and Deployment' & ServiceCategory is 'Developer Tools') | (ServiceSubcategory is 'Development Environments' & ServiceCategory is 'Developer Tools') | (ServiceSubcategory is 'Source Code Management' & ServiceCategory is 'Developer Tools') | (ServiceSubcategory is 'Quality Assurance' & ServiceCategory is 'Developer Tools') | (ServiceSubcategory is 'Other (Developer Tools)' & ServiceCategory is 'Developer Tools') | (ServiceSubcategory is 'Identity and Access Management' & ServiceCategory is 'Identity') | (ServiceSubcategory is 'Other (Identity)' & ServiceCategory is 'Identity') | (ServiceSubcategory is 'API Management' & ServiceCategory is 'Integration') | (ServiceSubcategory is 'Messaging' & ServiceCategory is 'Integration') | (ServiceSubcategory is 'Workflow Orchestration' & ServiceCategory is 'Integration') | (ServiceSubcategory is 'Other (Integration)' & ServiceCategory is 'Integration') | (ServiceSubcategory is 'IoT Analytics' & ServiceCategory is 'Internet of Things') | (ServiceSubcategory is 'IoT Platforms' & ServiceCategory is 'Internet of Things') | (ServiceSubcategory is 'Other (Internet of Things)' & ServiceCategory is 'Internet of Things') | (ServiceSubcategory is 'Architecture' & ServiceCategory is 'Management and Governance') | (ServiceSubcategory is 'Compliance' & ServiceCategory is 'Management and Governance') | (ServiceSubcategory is 'Cost Management' & ServiceCategory is 'Management and Governance') | (ServiceSubcategory is 'Data Governance' & ServiceCategory is 'Management and Governance') | (ServiceSubcategory is 'Disaster Recovery' & ServiceCategory is 'Management and Governance') | (ServiceSubcategory is 'Endpoint Management' & ServiceCategory is 'Management and Governance') | (ServiceSubcategory is 'Observability' & ServiceCategory is 'Management and Governance') | (ServiceSubcategory is 'Support' & ServiceCategory is 'Management and Governance') | (ServiceSubcategory is 'Other (Management and Governance)' & ServiceCategory is 'Management and Governance') | (ServiceSubcategory is 'Content Creation' & ServiceCategory is 'Media') | (ServiceSubcategory is 'Gaming' & ServiceCategory is 'Media') | (ServiceSubcategory is 'Media Streaming' & ServiceCategory is 'Media') | (ServiceSubcategory is 'Mixed Reality' & ServiceCategory is 'Media') | (ServiceSubcategory is 'Other (Media)' & ServiceCategory is 'Media') | (ServiceSubcategory is 'Data Migration' & ServiceCategory is 'Migration') | (ServiceSubcategory is 'Resource Migration' & ServiceCategory is 'Migration') | (ServiceSubcategory is 'Other (Migration)' & ServiceCategory is 'Migration') | (ServiceSubcategory is 'Other (Mobile)' & ServiceCategory is 'Mobile') | (ServiceSubcategory is 'Multicloud Integration' & ServiceCategory is 'Multicloud') | (ServiceSubcategory is 'Other (Multicloud)' & ServiceCategory is 'Multicloud') | (ServiceSubcategory is 'Application Networking' & ServiceCategory is 'Networking') | (ServiceSubcategory is 'Content Delivery' & ServiceCategory is 'Networking') | (ServiceSubcategory is 'Network Connectivity' & ServiceCategory is 'Networking') | (ServiceSubcategory is 'Network Infrastructure' & ServiceCategory is 'Networking') | (ServiceSubcategory is 'Network Routing' & ServiceCategory is 'Networking') | (ServiceSubcategory is 'Network Security' & ServiceCategory is 'Networking') | (ServiceSubcategory is 'Other (Networking)' & ServiceCategory is 'Networking') | (ServiceSubcategory is 'Secret Management' & ServiceCategory is 'Security') | (ServiceSubcategory is 'Security Posture Management' & ServiceCategory is 'Security') | (ServiceSubcategory is 'Threat Detection and Response' & ServiceCategory is 'Security') | (ServiceSubcategory is 'Other (Security)' & ServiceCategory is 'Security') | (ServiceSubcategory is 'Backup Storage' & ServiceCategory is 'Storage') | (ServiceSubcategory is 'Block Storage' & ServiceCategory is 'Storage') | (ServiceSubcategory is 'File Storage' & ServiceCategory is 'Storage') | (ServiceSubcategory is 'Object Storage' & ServiceCategory is 'Storage') | (ServiceSubcategory is 'Storage Platforms' & ServiceCategory is 'Storage') | (ServiceSubcategory is 'Other (Storage)' & ServiceCategory is 'Storage') | (ServiceSubcategory is 'Application Platforms' & ServiceCategory is 'Web') | (ServiceSubcategory is 'Other (Web)' & ServiceCategory is 'Web') | (ServiceSubcategory is 'Other (Other)' & ServiceCategory is 'Other'))~~ServiceSubcategory MUST have one and only one parent ServiceCategory as specified in the allowed values below.
EffectiveCost-C-001-M~official~must~~EffectiveCost number~~EffectiveCost MUST be of type Decimal.
EffectiveCost-C-002-M~official~must~~EffectiveCost number~~EffectiveCost MUST conform to NumericFormat requirements.
EffectiveCost-C-003-M~official~must~~EffectiveCost not null~~EffectiveCost MUST NOT be null.
EffectiveCost-C-004-M~official~must~~EffectiveCost number~~EffectiveCost MUST be a valid decimal value.
EffectiveCost-C-005-C~official~must~ChargeCategory is 'Purchase' & CommitmentDiscountId not null~EffectiveCost is '0'~~EffectiveCost MUST be 0 when ChargeCategory is "Purchase" and the purchase is intended to cover future eligible charges.
EffectiveCost-C-006-M~unexecuted~must~~~a number does not say in which currency it is~EffectiveCost MUST be denominated in the BillingCurrency.
EffectiveCost-C-007-O~unexecuted~may~~~~The sum of EffectiveCost in a given billing period MAY not match the sum of the invoices received for the same billing period for a billing account.
EffectiveCost-C-009-C~unexecuted~must~~~which charges a tax is derived from is not in the data~EffectiveCost of a charge calculated based on other charges (e.g., when the ChargeCategory is "Tax") MUST be calculated based on the EffectiveCost of those related charges.
EffectiveCost-C-010-C~unexecuted~must~ChargeCategory is 'Credit'~EffectiveCost = BilledCost~~EffectiveCost of a charge unrelated to other charges (e.g., when the ChargeCategory is "Credit") MUST match the BilledCost.
EffectiveCost-C-012-C~unexecuted~must~~~needs every bill of the whole term of a commitment~The sum of EffectiveCost where ChargeCategory is "Usage" MUST equal the sum of BilledCost where ChargeCategory is "Purchase".
EffectiveCost-C-013-C~unexecuted~must~ChargeCategory is 'Usage' & CommitmentDiscountId not null~(CommitmentDiscountStatus is 'Used' | CommitmentDiscountStatus is 'Unused')~~The sum of EffectiveCost where ChargeCategory is "Usage" MUST equal the sum of EffectiveCost where ChargeCategory is "Usage" and CommitmentDiscountStatus is "Used", plus the sum of EffectiveCost where ChargeCategory is "Usage" and CommitmentDiscountStatus is "Unused".
BilledCost-C-001-M~official~must~~BilledCost number~~BilledCost MUST be of type Decimal.
BilledCost-C-002-M~official~must~~BilledCost number~~BilledCost MUST conform to NumericFormat requirements.
BilledCost-C-003-M~official~must~~BilledCost not null~~BilledCost MUST NOT be null.
BilledCost-C-004-M~official~must~~BilledCost number~~BilledCost MUST be a valid decimal value.
BilledCost-C-005-C~official~must~~~who received a payment is not in the data~BilledCost MUST be 0 for charges where payments are received by a third party (e.g., marketplace transactions).
BilledCost-C-006-M~unexecuted~must~~~a number does not say in which currency it is~BilledCost MUST be denominated in the BillingCurrency.
BilledCost-C-007-M~unexecuted~must~~~needs the invoice: reconcile compares it~The sum of the BilledCost for a given InvoiceId MUST match the sum of the payable amount provided in the corresponding invoice with the same id generated by the InvoiceIssuer.
ChargeClass-C-001-M~official~must~~ChargeClass text~~ChargeClass MUST be of type String.
ChargeClass-C-003-C~unexecuted~must~ChargePeriodStart >= BillingPeriodStart~ChargeClass is null~~ChargeClass MUST be null when the row does not represent a correction or when it represents a correction within the current billing period.
ChargeClass-C-004-C~unexecuted~must~~~which periods were invoiced before is not in the data~ChargeClass MUST NOT be null when the row represents a correction to a previously invoiced billing period.
ChargeClass-C-005-C~official~must~ChargeClass not null~ChargeClass is 'Correction'~~ChargeClass MUST be "Correction" when ChargeClass is not null.
ChargePeriodEnd-C-001-M~official~must~~ChargePeriodEnd time~~ChargePeriodEnd MUST be of type Date/Time.
ChargePeriodEnd-C-002-M~official~must~~ChargePeriodEnd time~~ChargePeriodEnd MUST conform to DateTimeFormat requirements.
ChargePeriodEnd-C-003-M~official~must~~ChargePeriodEnd not null~~ChargePeriodEnd MUST NOT be null.
ChargePeriodEnd-C-004-M~unexecuted~must~~ChargePeriodEnd excludes ChargePeriodStart~~ChargePeriodEnd MUST be the exclusive end bound of the effective period of the charge.
CapacityReservationId-C-001-M~official~must~~CapacityReservationId text~~CapacityReservationId MUST be of type String.
CapacityReservationId-C-002-M~official~must~~CapacityReservationId text~~CapacityReservationId MUST conform to StringHandling requirements.
CapacityReservationId-C-004-C~unexecuted~must~~~whether a charge is related to a reservation shows only in its CapacityReservation columns~CapacityReservationId MUST be null when a charge is not related to a capacity reservation.
CapacityReservationId-C-005-C~official~must~CapacityReservationStatus is 'Unused'~CapacityReservationId not null~~CapacityReservationId MUST NOT be null when a charge represents the unused portion of a capacity reservation.
CapacityReservationId-C-006-C~unexecuted~should~CapacityReservationStatus not null~CapacityReservationId not null~~CapacityReservationId SHOULD NOT be null when a charge is related to a capacity reservation.
CapacityReservationId-C-008-M~unexecuted~must~~~what is unique to the provider shows in no single bill~CapacityReservationId MUST be a unique identifier within the provider.
CapacityReservationId-C-009-O~unexecuted~should~~~whether an id is fully qualified only the scheme of its provider says~CapacityReservationId SHOULD be a fully-qualified identifier.
Tags-C-001-M~official~must~~Tags keyvalue~~Tags MUST conform to KeyValueFormat requirements.
Tags-C-002-O~official~may~~Tags is null~~Tags MAY be null.
Tags-C-004-M~unexecuted~must~~~which tags a resource has is not in the data~Tags MUST include all user-defined and provider-defined tags.
Tags-C-005-M~unexecuted~must~~~whether a tag is final is not in the data~Tags MUST only include finalized tags.
Tags-C-006-M~unexecuted~should~~~which tags a resource has is not in the data~Tags SHOULD include tag keys with corresponding non-null values for a given resource.
Tags-C-007-O~unexecuted~may~~~~Tags MAY include tag keys with a null value for a given resource depending on the provider's tag finalization process.
Tags-C-008-M~unexecuted~must~~~which tag keys take no value is not in the data~Tag keys that do not support corresponding values, MUST have a corresponding true (boolean) value set.
Tags-C-009-M~unexecuted~should~~~is about the provider's documents, not about data~Provider SHOULD publish tag finalization methods and semantics within their respective documentation.
Tags-C-010-C~unexecuted~must~~~how a tag was spelled at its source is not in the data~Provider MUST NOT alter tag values unless applying true (boolean) to valueless tags.
Tags-C-012-M~unexecuted~must~~~which tag schemes and prefixes a provider has is not in the data~Provider-defined tag keys MUST be prefixed with a predetermined, provider-specified tag key prefix that is unique to each corresponding provider-specified tag scheme.
Tags-C-013-M~unexecuted~should~~~is about the provider's documents, not about data~Provider SHOULD publish all provider-specified tag key prefixes within their respective documentation.
Tags-C-015-C~unexecuted~must~~~which tag schemes and prefixes a provider has is not in the data~Provider MUST prefix all but one user-defined tag scheme with a predetermined, provider-specified tag key prefix that is unique to each corresponding user-defined tag scheme when the provider has more than one user-defined tag scheme.
Tags-C-016-C~unexecuted~must~~~which tag schemes and prefixes a provider has is not in the data~Provider MUST NOT prefix tag keys when the provider has only one user-defined tag scheme.
Tags-C-017-M~unexecuted~must~~~which tag schemes and prefixes a provider has is not in the data~Provider MUST NOT allow reserved tag key prefixes to be used as prefixes for any user-defined tag keys within a prefixless user-defined tag scheme.
SubAccountName-C-001-M~official~must~~SubAccountName text~~SubAccountName MUST be of type String.
SubAccountName-C-002-M~official~must~~SubAccountName text~~SubAccountName MUST conform to StringHandling requirements.
SubAccountName-C-004-C~official~must~SubAccountId is null~SubAccountName is null~~SubAccountName MUST be null when SubAccountId is null.
SubAccountName-C-005-C~official~must~SubAccountId not null~SubAccountName not null~~SubAccountName MUST NOT be null when SubAccountId is not null.)RULES",
    R"RULES(ResourceName-C-001-M~official~must~~ResourceName text~~ResourceName MUST be of type String.
ResourceName-C-002-M~official~must~~ResourceName text~~ResourceName MUST conform to StringHandling requirements.
ResourceName-C-004-C~unexecuted~must~ResourceId is null~ResourceName is null~~ResourceName MUST be null when ResourceId is null or when the resource does not have an assigned display name.
ResourceName-C-005-C~unexecuted~must~~~whether a display name was assigned is not in the data~ResourceName MUST NOT be null when ResourceId is not null and the resource has an assigned display name.
ResourceName-C-006-C~unexecuted~must~~~how a resource was made is not in the data~ResourceName MUST NOT duplicate ResourceId when the resource is not provisioned interactively or only has a system-generated ResourceId.
ContractedUnitPrice-C-002-M~official~must~~ContractedUnitPrice number~~ContractedUnitPrice MUST be of type Decimal.
ContractedUnitPrice-C-003-M~official~must~~ContractedUnitPrice number~~ContractedUnitPrice MUST conform to NumericFormat requirements.
ContractedUnitPrice-C-005-C~official~must~ChargeCategory is 'Tax'~ContractedUnitPrice is null~~ContractedUnitPrice MUST be null when ChargeCategory is "Tax".
ContractedUnitPrice-C-006-C~official~must~((ChargeCategory is 'Usage' | ChargeCategory is 'Purchase') & ChargeClass not 'Correction')~ContractedUnitPrice not null~~ContractedUnitPrice MUST NOT be null when ChargeCategory is "Usage" or "Purchase" and ChargeClass is not "Correction".
ContractedUnitPrice-C-007-O~unexecuted~may~~~~ContractedUnitPrice MAY be null in all other cases.
ContractedUnitPrice-C-009-C~official~must~ContractedUnitPrice not null~ContractedUnitPrice nonnegative~~ContractedUnitPrice MUST be a non-negative decimal value.
ContractedUnitPrice-C-010-C~unexecuted~must~~~a number does not say in which currency it is~ContractedUnitPrice MUST be denominated in the BillingCurrency.
ContractedUnitPrice-C-011-C~official~must~ContractedUnitPrice not null & PricingQuantity not null & ChargeClass not 'Correction'~ContractedUnitPrice * PricingQuantity = ContractedCost~~The product of ContractedUnitPrice and PricingQuantity MUST match the ContractedCost when PricingQuantity is not null and ChargeClass is not "Correction".
ContractedUnitPrice-C-012-C~unexecuted~may~~~~Discrepancies in ContractedUnitPrice, ContractedCost, or PricingQuantity MAY exist when ChargeClass is "Correction".
CapacityReservationStatus-C-001-M~official~must~~CapacityReservationStatus text~~CapacityReservationStatus MUST be of type String.
CapacityReservationStatus-C-006-M~official~must~CapacityReservationStatus not null~(CapacityReservationStatus is 'Used' | CapacityReservationStatus is 'Unused')~~CapacityReservationStatus MUST be one of the allowed values.
CapacityReservationStatus-C-007-C~unexecuted~must~~~what was used of a reservation shows only in this column~CapacityReservationStatus MUST be "Unused" when the charge represents the unused portion of a capacity reservation.
CapacityReservationStatus-C-008-C~unexecuted~must~~~what was used of a reservation shows only in this column~CapacityReservationStatus MUST be "Used" when the charge represents the used portion of a capacity reservation.
ContractedCost-C-001-M~official~must~~ContractedCost number~~ContractedCost MUST be of type Decimal.
ContractedCost-C-002-M~official~must~~ContractedCost number~~ContractedCost MUST conform to NumericFormat requirements.
ContractedCost-C-003-M~official~must~~ContractedCost not null~~ContractedCost MUST NOT be null.
ContractedCost-C-004-M~official~must~~ContractedCost number~~ContractedCost MUST be a valid decimal value.
ContractedCost-C-005-M~unexecuted~must~~~a number does not say in which currency it is~ContractedCost MUST be denominated in the BillingCurrency.
ContractedCost-C-007-C~unexecuted~must~~~which charges a tax is derived from is not in the data~ContractedCost of a charge calculated based on other charges (e.g., when the ChargeCategory is "Tax") MUST be calculated based on the ContractedCost of those related charges.
ContractedCost-C-008-C~unexecuted~must~ChargeCategory is 'Credit' & ContractedUnitPrice is null~ContractedCost = BilledCost~~ContractedCost of a charge unrelated to other charges (e.g., when the ChargeCategory is "Credit") MUST match the BilledCost.
ContractedCost-C-009-C~unexecuted~must~ContractedUnitPrice not null & PricingQuantity not null & ChargeClass not 'Correction'~ContractedUnitPrice * PricingQuantity = ContractedCost~~The product of ContractedUnitPrice and PricingQuantity MUST match the ContractedCost when ContractedUnitPrice is not null, PricingQuantity is not null, and ChargeClass is not "Correction".
ContractedCost-C-010-C~unexecuted~may~~~~Discrepancies in ContractedCost, ContractedUnitPrice, or PricingQuantity MAY exist when ChargeClass is "Correction".
RegionName-C-001-M~official~must~~RegionName text~~RegionName MUST be of type String.
RegionName-C-002-M~official~must~~RegionName text~~RegionName MUST conform to StringHandling requirements.
RegionName-C-004-C~official~must~RegionId is null~RegionName is null~~RegionName MUST be null when RegionId is null.
RegionName-C-005-C~official~must~RegionId not null~RegionName not null~~RegionName MUST NOT be null when RegionId is not null.
ListCost-C-001-M~official~must~~ListCost number~~ListCost MUST be of type Decimal.
ListCost-C-002-M~official~must~~ListCost number~~ListCost MUST conform to NumericFormat requirements.
ListCost-C-003-M~official~must~~ListCost not null~~ListCost MUST NOT be null.
ListCost-C-004-M~official~must~~ListCost number~~ListCost MUST be a valid decimal value.
ListCost-C-005-M~unexecuted~must~~~a number does not say in which currency it is~ListCost MUST be denominated in the BillingCurrency.
ListCost-C-007-C~unexecuted~must~~~which charges a tax is derived from is not in the data~ListCost of a charge calculated based on other charges (e.g., when the ChargeCategory is "Tax") MUST be calculated based on the ListCost of those related charges.
ListCost-C-008-C~unexecuted~must~ChargeCategory is 'Credit' & ListUnitPrice is null~ListCost = BilledCost~~ListCost of a charge unrelated to other charges (e.g., when the ChargeCategory is "Credit") MUST match the BilledCost.
ListCost-C-009-C~official~must~(ListUnitPrice not null & PricingQuantity not null & ChargeClass not 'Correction')~ListUnitPrice * PricingQuantity = ListCost~~The product of ListUnitPrice and PricingQuantity MUST match the ListCost when ListUnitPrice is not null, PricingQuantity is not null, and ChargeClass is not "Correction".
ListCost-C-010-C~unexecuted~may~~~~Discrepancies in ListCost, ListUnitPrice, or PricingQuantity MAY exist when ChargeClass is "Correction".
SubAccountId-C-001-M~official~must~~SubAccountId text~~SubAccountId MUST be of type String.
SubAccountId-C-002-M~official~must~~SubAccountId text~~SubAccountId MUST conform to StringHandling requirements.
SubAccountId-C-004-C~unexecuted~must~~~whether a charge is related to a sub account shows only in its SubAccount columns~SubAccountId MUST be null when a charge is not related to a sub account.
SubAccountId-C-005-C~unexecuted~must~SubAccountName not null~SubAccountId not null~~SubAccountId MUST NOT be null when a charge is related to a sub account.
ResourceType-C-005-C~official~must~ResourceId not null~ResourceType not null~~ResourceType MUST NOT be null when ResourceId is not null.
CapacityReservationStatus-C-003-C~official~must~CapacityReservationId is null~CapacityReservationStatus is null~~CapacityReservationStatus MUST be null when CapacityReservationId is null.
CapacityReservationStatus-C-004-C~official~must~CapacityReservationId not null & ChargeCategory is 'Usage'~CapacityReservationStatus not null~~CapacityReservationStatus MUST NOT be null when CapacityReservationId is not null and ChargeCategory is "Usage".)RULES"};

}  // namespace

std::span<const std::string_view> ColumnRules() { return kColumnRules; }

}  // namespace drawdown
