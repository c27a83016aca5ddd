// The rules of FOCUS 1.2 for a dataset as a whole and for attributes; rules.h
// says how a line is made.
#include "bill/rules.h"

namespace drawdown {
namespace {

constexpr std::string_view kDatasetRules[] = {
    R"RULES(CostAndUsage-D-003-C~official~should~~AvailabilityZone present~~AvailabilityZone is RECOMMENDED to be present in a FOCUS dataset when the provider supports deploying resources or services within an availability zone.
CostAndUsage-D-004-C~official~must~~ListUnitPrice present~~ListUnitPrice MUST be present in a FOCUS dataset when the provider publishes unit prices exclusive of discounts.
CostAndUsage-D-005-M~official~must~~BillingAccountName present~~BillingAccountName MUST be present in a FOCUS dataset.
CostAndUsage-D-006-M~official~must~~BilledCost present~~BilledCost MUST be present in a FOCUS dataset.
CostAndUsage-D-007-C~official~must~~BillingAccountType present~~BillingAccountType MUST be present in a FOCUS dataset when the provider supports more than one possible BillingAccountType value.
CostAndUsage-D-008-M~official~must~~ChargeCategory present~~ChargeCategory MUST be present in a FOCUS dataset.
CostAndUsage-D-009-M~official~must~~BillingPeriodStart present~~BillingPeriodStart MUST be present in a FOCUS dataset.
CostAndUsage-D-010-M~official~must~~BillingPeriodEnd present~~BillingPeriodEnd MUST be present in a FOCUS dataset.
CostAndUsage-D-011-C~official~must~~ConsumedQuantity present~~ConsumedQuantity MUST be present in a FOCUS dataset when the provider supports the measurement of usage.
CostAndUsage-D-012-C~official~must~~CommitmentDiscountName present~~CommitmentDiscountName MUST be present in a FOCUS dataset when the provider supports commitment discounts.
CostAndUsage-D-013-C~official~must~~CommitmentDiscountId present~~CommitmentDiscountId MUST be present in a FOCUS dataset when the provider supports commitment discounts.
CostAndUsage-D-014-C~official~must~~CommitmentDiscountType present~~CommitmentDiscountType MUST be present in a FOCUS dataset when the provider supports commitment discounts.
CostAndUsage-D-015-C~official~must~~CommitmentDiscountUnit present~~CommitmentDiscountUnit MUST be present in a FOCUS dataset when the provider supports commitment discounts.
CostAndUsage-D-016-C~official~must~~CommitmentDiscountCategory present~~CommitmentDiscountCategory MUST be present in a FOCUS dataset when the provider supports commitment discounts.
CostAndUsage-D-017-C~official~must~~CommitmentDiscountStatus present~~CommitmentDiscountStatus MUST be present in a FOCUS dataset when the provider supports commitment discounts.
CostAndUsage-D-018-C~official~must~~CommitmentDiscountQuantity present~~CommitmentDiscountQuantity MUST be present in a FOCUS dataset when the provider supports commitment discounts.
CostAndUsage-D-019-C~official~must~~SubAccountId present~~SubAccountId MUST be present in a FOCUS dataset when the provider supports a sub account construct.
CostAndUsage-D-020-C~official~must~~CapacityReservationStatus present~~CapacityReservationStatus MUST be present in a FOCUS dataset when the provider supports capacity reservations.
CostAndUsage-D-021-M~official~must~~PublisherName present~~PublisherName MUST be present in a FOCUS dataset.
CostAndUsage-D-022-C~official~must~~PricingCategory present~~PricingCategory MUST be present in a FOCUS dataset when the provider supports more than one pricing category across all SKUs.
CostAndUsage-D-023-M~official~must~~InvoiceIssuerName present~~InvoiceIssuerName MUST be present in a FOCUS dataset.
CostAndUsage-D-024-M~official~must~~BillingAccountId present~~BillingAccountId MUST be present in a FOCUS dataset.
CostAndUsage-D-025-M~official~must~~ChargeDescription present~~ChargeDescription MUST be present in a FOCUS dataset.
CostAndUsage-D-026-M~official~must~~ChargeClass present~~ChargeClass MUST be present in a FOCUS dataset.
CostAndUsage-D-027-O~official~should~~ChargeFrequency present~~ChargeFrequency is RECOMMENDED to be present in a FOCUS dataset.
CostAndUsage-D-028-M~official~must~~ChargePeriodEnd present~~ChargePeriodEnd MUST be present in a FOCUS dataset.
CostAndUsage-D-029-C~official~must~~SubAccountName present~~SubAccountName MUST be present in a FOCUS dataset when the provider supports a sub account construct.
CostAndUsage-D-030-M~official~must~~ContractedCost present~~ContractedCost MUST be present in a FOCUS dataset.
CostAndUsage-D-031-M~official~must~~EffectiveCost present~~EffectiveCost MUST be present in a FOCUS dataset.
CostAndUsage-D-032-M~official~must~~ListCost present~~ListCost MUST be present in a FOCUS dataset.
CostAndUsage-D-033-O~official~should~~InvoiceId present~~InvoiceId is RECOMMENDED to be present in a FOCUS dataset.
CostAndUsage-D-034-C~official~must~~ContractedUnitPrice present~~ContractedUnitPrice MUST be present in a FOCUS dataset when the provider supports negotiated pricing concepts.
CostAndUsage-D-035-M~official~must~~BillingCurrency present~~BillingCurrency MUST be present in a FOCUS dataset.
CostAndUsage-D-036-M~official~must~~PricingQuantity present~~PricingQuantity MUST be present in a FOCUS dataset.
CostAndUsage-D-037-M~official~must~~ChargePeriodStart present~~ChargePeriodStart MUST be present in a FOCUS dataset.
CostAndUsage-D-038-M~official~must~~ProviderName present~~ProviderName MUST be present in a FOCUS dataset.
CostAndUsage-D-039-C~official~must~~ResourceType present~~ResourceType MUST be present in a FOCUS dataset when the provider supports billing based on provisioned resources and supports assigning types to resources.
CostAndUsage-D-040-M~official~must~~ServiceCategory present~~ServiceCategory MUST be present in a FOCUS dataset.
CostAndUsage-D-041-M~official~must~~ServiceName present~~ServiceName MUST be present in a FOCUS dataset.
CostAndUsage-D-042-O~official~should~~ServiceSubcategory present~~ServiceSubcategory is RECOMMENDED to be present in a FOCUS dataset.
CostAndUsage-D-043-C~official~must~~ResourceId present~~ResourceId MUST be present in a FOCUS dataset when the provider supports billing based on provisioned resources.
CostAndUsage-D-044-C~official~must~~ResourceName present~~ResourceName MUST be present in a FOCUS dataset when the provider supports billing based on provisioned resources.
CostAndUsage-D-045-C~official~must~~PricingCurrency present~~PricingCurrency MUST be present in a FOCUS dataset when the provider supports pricing and billing in different currencies.
CostAndUsage-D-047-C~official~must~~PricingCurrencyContractedUnitPrice present~~PricingCurrencyContractedUnitPrice MUST be present in a FOCUS dataset when the provider supports prices in virtual currency and publishes unit prices exclusive of discounts.
CostAndUsage-D-048-C~official~should~~PricingCurrencyContractedUnitPrice present~~PricingCurrencyContractedUnitPrice is RECOMMENDED to be present in a FOCUS dataset when the provider supports pricing and billing in different currencies and publishes unit prices exclusive of discounts.
CostAndUsage-D-049-C~official~may~~PricingCurrencyContractedUnitPrice present~~PricingCurrencyContractedUnitPrice MAY be present in a FOCUS dataset in all other cases.
CostAndUsage-D-051-C~official~must~~PricingCurrencyEffectiveCost present~~PricingCurrencyEffectiveCost MUST be present in a FOCUS dataset when the provider supports prices in virtual currency and publishes unit prices exclusive of discounts.
CostAndUsage-D-052-C~official~should~~PricingCurrencyEffectiveCost present~~PricingCurrencyEffectiveCost is RECOMMENDED to be present in a FOCUS dataset when the provider supports pricing and billing in different currencies and publishes unit prices exclusive of discounts.
CostAndUsage-D-053-C~official~may~~PricingCurrencyEffectiveCost present~~PricingCurrencyEffectiveCost MAY be present in a FOCUS dataset in all other cases.
CostAndUsage-D-055-C~official~must~~PricingCurrencyListUnitPrice present~~PricingCurrencyListUnitPrice MUST be present in a FOCUS dataset when the provider supports prices in virtual currency and publishes unit prices exclusive of discounts.
CostAndUsage-D-056-C~official~should~~PricingCurrencyListUnitPrice present~~PricingCurrencyListUnitPrice is RECOMMENDED to be present in a FOCUS dataset when the provider supports pricing and billing in different currencies and publishes unit prices exclusive of discounts.
CostAndUsage-D-057-C~official~may~~PricingCurrencyListUnitPrice present~~PricingCurrencyListUnitPrice MAY be present in a FOCUS dataset in all other cases.
CostAndUsage-D-058-C~official~must~~SkuPriceId present~~SkuPriceId MUST be present in a FOCUS dataset when the provider supports unit pricing concepts and publishes price lists, publicly or as part of contracting.
CostAndUsage-D-059-C~official~must~~SkuMeter present~~SkuMeter MUST be present in a FOCUS dataset when the provider supports unit pricing concepts and publishes price lists, publicly or as part of contracting.
CostAndUsage-D-060-C~official~must~~SkuId present~~SkuId MUST be present in a FOCUS dataset when the provider supports unit pricing concepts and publishes price lists, publicly or as part of contracting.
CostAndUsage-D-061-C~official~must~~SkuPriceDetails present~~SkuPriceDetails MUST be present in a FOCUS dataset when the provider supports unit pricing concepts and publishes price lists, publicly or as part of contracting.
CostAndUsage-D-062-C~official~must~~RegionName present~~RegionName MUST be present in a FOCUS dataset when the provider supports deploying resources or services within a region.
CostAndUsage-D-063-C~official~must~~RegionId present~~RegionId MUST be present in a FOCUS dataset when the provider supports deploying resources or services within a region.
CostAndUsage-D-064-C~official~must~~Tags present~~Tags MUST be present in a FOCUS dataset when the provider supports setting user or provider-defined tags.
CostAndUsage-D-065-C~official~must~~CapacityReservationId present~~CapacityReservationId MUST be present in a FOCUS dataset when the provider supports capacity reservations.
CostAndUsage-D-066-C~official~must~~ConsumedUnit present~~ConsumedUnit MUST be present in a FOCUS dataset when the provider supports the measurement of usage.
CostAndUsage-D-067-C~official~must~~SubAccountType present~~SubAccountType MUST be present in a FOCUS dataset when the provider supports more than one possible SubAccountType value.
CostAndUsage-D-068-M~official~must~~PricingUnit present~~PricingUnit MUST be present in a FOCUS dataset.
DateTimeFormat-A-001-M~unexecuted~must~~every time~~Date/time values MUST be in UTC (Coordinated Universal Time) to avoid ambiguity and ensure consistency across different time zones.
DateTimeFormat-A-002-M~unexecuted~must~~every time~~Date/time values format MUST be aligned with ISO 8601 standard, which provides a globally recognized format for representing dates and times (see ISO 8601-1:2019 governing document for details).
DateTimeFormat-A-004-M~unexecuted~must~~every time~~MUST Include the date and time components, separated with the letter 'T'.
DateTimeFormat-A-005-M~unexecuted~must~~every time~~MUST Use two-digit hours (HH), minutes (mm), and seconds (ss).
DateTimeFormat-A-006-M~unexecuted~must~~every time~~MUST End with the 'Z' indicator to denote UTC (Coordinated Universal Time).
CurrencyFormat-A-001-C~unexecuted~must~~BillingCurrency currency~~Currency-related columns MUST be represented as a three-letter alphabetic code as dictated in the governing document ISO 4217:2015 when the value is presented in national currency (e.g., USD, EUR).
CurrencyFormat-A-002-C~unexecuted~must~~PricingCurrency text~~Currency-related columns MUST conform to StringHandling requirements when the value is presented in virtual currency (e.g., credits, tokens).
NumericFormat-A-001-O~unexecuted~should~~~which custom columns are numbers is not in the data~Custom numeric value capturing columns SHOULD adopt the same format requirements over time.
NumericFormat-A-002-M~unexecuted~must~~every number~~Columns with a Numeric value format MUST contain a single numeric value.
NumericFormat-A-003-M~unexecuted~must~~every number~~Numeric values MUST be expressed as an integer value, a decimal value, or a value expressed in scientific notation.
NumericFormat-A-004-M~unexecuted~must~~every number~~Fractional notation MUST NOT be used.
NumericFormat-A-005-M~unexecuted~must~~every number~~Numeric values expressed using scientific notation MUST be expressed using E notation "mEn" with a real number m and an integer n indicating a value of "m x 10^n".
NumericFormat-A-006-M~unexecuted~must~~every number~~The sign of the exponent MUST only be expressed as part of the exponent value if n is negative.
NumericFormat-A-007-M~unexecuted~must~~every number~~Numeric values MUST NOT be expressed with mathematical symbols, functions, or operators.
NumericFormat-A-008-M~unexecuted~must~~every number~~Numeric values MUST NOT contain qualifiers or additional characters (e.g., currency symbols, units of measure, etc.).
NumericFormat-A-009-M~unexecuted~must~~every number~~Numeric values MUST NOT contain commas or punctuation marks except for a single decimal point (".") if required to express a decimal value.
NumericFormat-A-010-M~unexecuted~must~~every number~~Numeric values MUST NOT include a character to represent a sign for a positive value.
NumericFormat-A-011-M~unexecuted~must~~every number~~A negative sign (-) MUST indicate a negative value.
NumericFormat-A-012-M~unexecuted~must~~~is about how the specification names and defines its columns, not about data~Columns with a Numeric value format MUST present one of the following values as the "Data type" in the column definition.
NumericFormat-A-013-O~unexecuted~should~~~is about the provider's documents, not about data~Providers SHOULD define precision and scale for Numeric Format columns using one of the following precision values in a data definition document that providers publish.
StringHandling-A-001-M~unexecuted~must~~every text~~String values MUST be valid Unicode strings.
StringHandling-A-002-O~unexecuted~should~~~needs the bills before and after this one~Custom string value capturing columns SHOULD adopt the same requirements over time.
StringHandling-A-003-M~unexecuted~must~~~how a value was spelled at its source is not in the data~String values MUST maintain the original casing, spacing, and other relevant consistency factors as specified by providers and end-users.
StringHandling-A-004-M~unexecuted~must~~~needs the bills before and after this one~Charges to mutable entities (e.g., resource names) MUST be accurately reflected in corresponding charges incurred after the change.
StringHandling-A-005-M~unexecuted~must~~~needs the bills before and after this one~Charges to mutable entities MUST NOT alter charges incurred before the change, preserving data integrity and auditability for all charge records.
StringHandling-A-006-M~unexecuted~must~~~needs the bills before and after this one~Immutable string values that refer to the same entity (e.g., resource identifiers, region identifiers, etc.) MUST remain consistent and unchanged across all billing periods.
StringHandling-A-007-M~unexecuted~should~~every required~~Empty strings and strings consisting solely of spaces SHOULD NOT be used in not-nullable string columns.
StringHandling-A-008-C~unexecuted~may~~~~When a record is provided after a change to a mutable string value and the ChargeClass is "Correction", the record MAY contain the altered value.
ColumnHandling-A-001-M~unexecuted~must~~header pascal~~Column IDs MUST use Pascal case.
ColumnHandling-A-002-M~unexecuted~must~~~what an abbreviation is no program can tell~Column IDs MUST NOT use abbreviations.
ColumnHandling-A-003-M~unexecuted~must~~header alphanumeric~~Column IDs MUST be alphanumeric with no special characters.
ColumnHandling-A-004-O~unexecuted~should~~~what an acronym is no program can tell~Column IDs SHOULD NOT use acronyms.
ColumnHandling-A-005-O~unexecuted~should~~header short~~Column IDs SHOULD NOT exceed 50 characters to accommodate column length restrictions of various data repositories.
ColumnHandling-A-006-M~unexecuted~must~~~is about how the specification names and defines its columns, not about data~Columns that have an ID and a Name MUST have the Id or Name suffix in the Column ID.
ColumnHandling-A-007-O~unexecuted~may~~~~Column display names MAY avoid the Name suffix if there are no other columns with the same name prefix.
ColumnHandling-A-008-M~unexecuted~must~~~is checked column by column, by the rules of allowed values; those of custom columns are not in the data~Columns with the Category suffix MUST be normalized.
ColumnHandling-A-010-M~unexecuted~must~~header prefixed~~Custom columns MUST be prefixed with a consistent x_ prefix to identify them as external, custom columns and distinguish them from FOCUS columns to avoid conflicts in future releases.)RULES",
    R"RULES(ColumnHandling-A-011-O~unexecuted~should~~header custom~~Custom columns SHOULD follow the same rules listed above for FOCUS columns.
ColumnHandling-A-012-O~unexecuted~should~~header first~~All FOCUS columns SHOULD be first in the provided dataset.
ColumnHandling-A-013-O~unexecuted~should~~header first~~Custom columns SHOULD be listed after all FOCUS columns and SHOULD NOT be intermixed.
ColumnHandling-A-014-O~unexecuted~may~~~~Columns MAY be sorted alphabetically, but custom columns SHOULD be after all FOCUS columns.
UnitFormat-A-001-M~unexecuted~should~~every unit~~Units SHOULD be expressed as a single unit of measure adhering to one of the following three formats.
UnitFormat-A-002-O~unexecuted~may~~~~Units MAY be expressed with a unit quantity or time interval. If a unit quantity or time interval is used, the unit quantity or time interval MUST be expressed as a whole number.
UnitFormat-A-003-M~unexecuted~must~~every unitcase~~Unit values and components of columns using the Unit Format MUST use a capitalization scheme that is consistent with the capitalization scheme used in this attribute if that term is listed in this section.
UnitFormat-A-004-C~unexecuted~should~~~whether a unit is of a dimension that the list does not cover is not in the data~Units SHOULD be composed of the list of recommended units listed in this section unless the unit value covers a dimension not listed in the recommended unit set, or if the unit covers a count-based unit distinct from recommended values in the count dimension listed in this section.
KeyValueFormat-A-001-M~unexecuted~must~~every object~~Key-Value Format columns MUST contain a serialized JSON string, consistent with the ECMA 404 definition of an object.
KeyValueFormat-A-002-M~unexecuted~must~~every uniquekeys~~Keys in a key-value pair MUST be unique within an object.
KeyValueFormat-A-003-M~unexecuted~must~~every scalar~~Values in a key-value pair MUST be one of the following types: number, string, true, false, or null.
KeyValueFormat-A-004-M~unexecuted~must~~every scalar~~Values in a key-value pair MUST NOT be an object or an array.
DiscountHandling-A-001-C~unexecuted~should~~~which discounts apply to a charge is not in the data~All applicable discounts SHOULD be applied to each row they pertain to and SHOULD NOT be negated in a separate row.
DiscountHandling-A-003-C~unexecuted~must~~~which discounts apply to a charge is not in the data~Multiple discounts MAY apply to a row, but they MUST apply to the entire charge covered by that row.
DiscountHandling-A-004-C~unexecuted~must~~~which discounts apply to a charge is not in the data~If a discount only applies to a portion of a charge, then the discounted portion of the charge MUST be split into a separate row.
DiscountHandling-A-006-C~unexecuted~must~PricingCategory is 'Committed'~CommitmentDiscountId not null~~Rows with a commitment discount applied to them MUST include a CommitmentDiscountId.
DiscountHandling-A-007-C~unexecuted~should~~~which discounts apply to a charge is not in the data~If a provider applies a discount that cannot be represented by a FOCUS column, they SHOULD include additional columns to identify the source of the discount.
DiscountHandling-A-009-C~unexecuted~must~ChargeCategory is 'Usage' & CommitmentDiscountStatus not null & PricingCategory is 'Committed'~BilledCost is '0'~~The BilledCost MUST be 0 for any row where the commitment covers the entire cost for the charge period.
DiscountHandling-A-010-C~unexecuted~must~~~what part of a purchase applies to a row is not in the data: reconcile compares EffectiveCost with the contract~The EffectiveCost MUST include the portion of the amortized purchase cost that applies to this row.
DiscountHandling-A-011-C~unexecuted~must~~~needs every bill of the whole term of a commitment~The sum of the EffectiveCost for all rows where CommitmentDiscountStatus is "Used" or "Unused" for each CommitmentDiscountId over the entire duration of the commitment MUST be the same as the total BilledCost of the commitment discount.
DiscountHandling-A-012-C~unexecuted~must~ChargeCategory is 'Purchase' & CommitmentDiscountId not null~ResourceId = CommitmentDiscountId~~The CommitmentDiscountId and ResourceId MUST be set to the ID assigned to the commitment discount.
DiscountHandling-A-013-C~unexecuted~must~~~that a row is a purchase shows only in its ChargeCategory~ChargeCategory MUST be set to "Purchase" on rows that represent a purchase of a commitment discount.
DiscountHandling-A-014-C~unexecuted~must~ChargeCategory is 'Usage' & PricingCategory is 'Committed' & CommitmentDiscountStatus not 'Unused'~CommitmentDiscountStatus is 'Used'~~CommitmentDiscountStatus MUST be "Used" for ChargeCategory "Usage" rows that received a reduced price from a commitment.
DiscountHandling-A-015-C~unexecuted~must~CommitmentDiscountStatus is 'Used'~CommitmentDiscountId not null~~CommitmentDiscountId MUST be set to the ID assigned to the discount.
DiscountHandling-A-016-C~unexecuted~must~CommitmentDiscountStatus is 'Used'~ResourceId not null & ResourceId != CommitmentDiscountId~~ResourceId MUST be set to the ID of the resource that received the discount.
DiscountHandling-A-017-C~unexecuted~must~~~whether a commitment was used up is not in the data~If a commitment is not fully utilized, the provider MUST include a row that represents the unused portion of the commitment for that charge period.
DiscountHandling-A-018-C~unexecuted~must~CommitmentDiscountStatus is 'Unused'~ChargeCategory is 'Usage'~~These rows MUST be represented with CommitmentDiscountStatus set to "Unused" and ChargeCategory set to "Usage".
DiscountHandling-A-019-C~unexecuted~must~CommitmentDiscountStatus is 'Unused'~ResourceId = CommitmentDiscountId~~Such rows MUST have their CommitmentDiscountId and ResourceId set to the ID assigned to the commitment discount.
DiscountHandling-A-020-C~unexecuted~must~~~when a credit was applied is not in the data~Credits that are applied after the fact MUST use a ChargeCategory of "Credit".
NullHandling-A-001-C~unexecuted~must~~every optional~~Columns MUST use NULL when there isn't a value that can be specified for a nullable column.
NullHandling-A-002-M~unexecuted~must~~every null~~Columns MUST NOT use empty strings or placeholder values such as 0 for numeric columns or "Not Applicable" for string columns to represent a null or not having a value, regardless of whether the column allows nulls or not.)RULES"};

}  // namespace

std::span<const std::string_view> DatasetRules() { return kDatasetRules; }

}  // namespace drawdown
