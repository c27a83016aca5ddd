// The rules of FOCUS for the columns that came with 1.3 and 1.4, as the rule
// model of 1.4 has them; rules.h says how a line is made.
#include "bill/rules.h"

namespace drawdown {
namespace {

constexpr std::string_view kNewerRules[] = {
    R"RULES(CAU-CostAndUsage-D-069-C~official~should~~AllocatedMethodDetails present~~CostAndUsage SHOULD include AllocatedMethodDetails when the data generator supports data generator-calculated split cost allocation.
CAU-CostAndUsage-D-070-C~official~must~~AllocatedMethodId present~~CostAndUsage MUST include AllocatedMethodId when the data generator supports data generator-calculated split cost allocation.
CAU-CostAndUsage-D-071-C~official~must~~AllocatedResourceId present~~CostAndUsage MUST include AllocatedResourceId when the data generator supports data generator-calculated split cost allocation.
CAU-CostAndUsage-D-072-C~official~must~~AllocatedResourceName present~~CostAndUsage MUST include AllocatedResourceName when the data generator supports data generator-calculated split cost allocation.
CAU-CostAndUsage-D-073-C~official~must~~AllocatedTags present~~CostAndUsage MUST include AllocatedTags when the data generator supports data generator-calculated split cost allocation.
CAU-CostAndUsage-D-074-C~official~must~~ContractApplied present~~CostAndUsage MUST include ContractApplied when the service provider supports contract commitments.
CAU-CostAndUsage-D-075-M~official~must~~HostProviderName present~~CostAndUsage MUST include HostProviderName.
CAU-CostAndUsage-D-076-M~official since 1.3~must~~ServiceProviderName present~~CostAndUsage MUST include ServiceProviderName.
CAU-CostAndUsage-D-097-C~unexecuted~must~~CommitmentProgramEligibilityDetails present~~CostAndUsage MUST include CommitmentProgramEligibilityDetails when the service provider supports at least one commitment program.
CAU-CostAndUsage-D-098-C~unexecuted~must~~InvoiceDetailId present~~CostAndUsage MUST include InvoiceDetailId when the invoice issuer supports payable invoices.
CAU-AllocatedMethodId-C-001-M~official~must~~AllocatedMethodId text~~AllocatedMethodId MUST be of type String.
CAU-AllocatedMethodId-C-002-M~official~must~~AllocatedMethodId text~~AllocatedMethodId MUST conform to StringHandling requirements.
CAU-AllocatedMethodId-C-004-C~unexecuted~must~~~that a charge is an allocation shows in this column~AllocatedMethodId MUST be null when a charge is not related to a data generator-calculated split cost allocation.
CAU-AllocatedMethodId-C-005-C~unexecuted~must~AllocatedResourceId not null~AllocatedMethodId not null~~AllocatedMethodId MUST NOT be null when a charge is related to a data generator-calculated split cost allocation.
CAU-AllocatedMethodId-C-006-M~unexecuted~must~~~is about the provider's documents, not about data~Data generator-calculated split cost allocation method documentation MUST make reference to a single AllocatedMethodId value.
CAU-AllocatedMethodDetails-C-001-M~official~must~~AllocatedMethodDetails json~~AllocatedMethodDetails MUST be of type JSON Object (serialized as a String where necessary).
CAU-AllocatedMethodDetails-C-002-M~official~must~~AllocatedMethodDetails text~~AllocatedMethodDetails MUST conform to StringHandling requirements.
CAU-AllocatedMethodDetails-C-003-M~official~must~~AllocatedMethodDetails json~~AllocatedMethodDetails MUST conform to JsonObjectFormat requirements.
CAU-AllocatedMethodDetails-C-005-C~unexecuted~must~AllocatedMethodId is null~AllocatedMethodDetails is null~~AllocatedMethodDetails MUST be null when a charge is not related to a data generator-calculated split cost allocation.
CAU-AllocatedMethodDetails-C-006-C~unexecuted~should~AllocatedMethodId not null~AllocatedMethodDetails not null~~AllocatedMethodDetails SHOULD NOT be null when a charge is related to a data generator-calculated split cost allocation.
CAU-AllocatedMethodDetails-C-007-C~official since 1.4~must~~AllocatedMethodDetails shaped~~AllocatedMethodDetails MUST conform to AllocatedMethodDetailsObject requirements when AllocatedMethodDetails is not null.
CAU-AllocatedResourceId-C-001-M~official~must~~AllocatedResourceId text~~AllocatedResourceId MUST be of type String.
CAU-AllocatedResourceId-C-002-M~official~must~~AllocatedResourceId text~~AllocatedResourceId MUST conform to StringHandling requirements.
CAU-AllocatedResourceId-C-004-C~unexecuted~must~AllocatedMethodId is null~AllocatedResourceId is null~~AllocatedResourceId MUST be null when a charge is not related to a data generator-calculated split cost allocation.
CAU-AllocatedResourceId-C-005-C~unexecuted~must~~~whether a charge is the unallocated portion shows in this column~AllocatedResourceId MUST be null when a charge represents the unallocated portion of the origin charge after split cost allocation.
CAU-AllocatedResourceId-C-006-C~unexecuted~must~AllocatedResourceName not null~AllocatedResourceId not null~~AllocatedResourceId MUST NOT be null when a charge represents the allocated portion of the origin charge.
CAU-AllocatedResourceId-C-008-O~unexecuted~should~~~a resource has several charges in a period, which allocation each is of is not in the data~AllocatedResourceId SHOULD be a locally unique identifier within the associated ResourceId and ChargePeriod.
CAU-AllocatedResourceId-C-009-O~unexecuted~may~~~~AllocatedResourceId MAY NOT be unique across ResourceId or ChargePeriod values.
CAU-AllocatedResourceName-C-001-M~official~must~~AllocatedResourceName text~~AllocatedResourceName MUST be of type String.
CAU-AllocatedResourceName-C-002-M~official~must~~AllocatedResourceName text~~AllocatedResourceName MUST conform to StringHandling requirements.
CAU-AllocatedResourceName-C-004-C~official~must~AllocatedResourceId is null~AllocatedResourceName is null~~AllocatedResourceName MUST be null when AllocatedResourceId is null.
CAU-AllocatedResourceName-C-005-C~official~must~AllocatedResourceId not null~AllocatedResourceName not null~~AllocatedResourceName MUST NOT be null when AllocatedResourceId is not null.
CAU-AllocatedResourceName-C-006-C~unexecuted~may~~~~AllocatedResourceName MAY duplicate AllocatedResourceId when a separate display name is not applicable.
CAU-AllocatedTags-C-001-M~official~must~~AllocatedTags keyvalue~~AllocatedTags MUST conform to KeyValueFormat requirements.
CAU-AllocatedTags-C-003-C~unexecuted~must~AllocatedMethodId is null~AllocatedTags is null~~AllocatedTags MUST be null when a charge is not related to a data generator-calculated split cost allocation.
CAU-AllocatedTags-C-004-O~official~may~~~~AllocatedTags MAY be null in all other cases.
CAU-AllocatedTags-C-006-M~unexecuted~must~AllocatedTags not null & Tags not null~AllocatedTags disjoint Tags~~AllocatedTags MUST NOT include resource tags already present in Tags.
CAU-AllocatedTags-C-007-M~unexecuted~must~~~which tags a resource has is not in the data~AllocatedTags MUST include all applicable user-defined and data generator-defined tags for the AllocatedResourceId.
CAU-AllocatedTags-C-008-M~unexecuted~must~~~which tag keys take no value is not in the data~Tag keys that do not support corresponding values MUST have a corresponding true (boolean) value set.
CAU-AllocatedTags-C-009-C~unexecuted~must~~~how a tag was spelled at its source is not in the data~Tag values MUST match the provided values unless true (boolean) is applied to valueless tags.
CAU-AllocatedTags-C-011-M~unexecuted~must~~~which tag schemes and prefixes a provider has is not in the data~Data generator-defined tag keys MUST be prefixed with a predetermined, data generator-specified tag key prefix that is unique to each corresponding provider-specified tag scheme.
CAU-AllocatedTags-C-012-O~unexecuted~should~~~is about the provider's documents, not about data~Data generator-specified tag key prefixes SHOULD be publicly documented.
CAU-AllocatedTags-C-015-M~official~must~~AllocatedTags json~~AllocatedTags MUST be of type JSON Object (serialized as a String where necessary).
CAU-AllocatedTags-C-016-M~official~must~~AllocatedTags text~~AllocatedTags MUST conform to StringHandling requirements.
CAU-AllocatedTags-C-017-C~unexecuted since 1.4~must~~~which tag schemes and prefixes a provider has is not in the data~User-defined tag keys in all user-defined tag schemes MUST include a predetermined, data generator-specified tag key prefix that is unique to each corresponding user-defined tag scheme when the data generator has more than one user-defined tag scheme.
CAU-ContractApplied-C-001-M~official~must~~ContractApplied json~~ContractApplied MUST conform to JsonObjectFormat requirements.
CAU-ContractApplied-C-002-C~unexecuted~must~~~whether a commitment is applied to a charge shows in this column: reconcile compares it with the contract~ContractApplied MUST NOT be null when one or more *contract commitments* are applied to the *charge*.
CAU-ContractAppliedObject-O-067-M~official since 1.4~must~~ContractApplied shaped~~ContractAppliedObject MUST conform to the ContractAppliedObjectSchema JSON Schema.
CAU-ContractAppliedObject-O-068-M~unexecuted since 1.4~must~~~what is unique to the provider shows in no single bill~ContractAppliedObject.Elements[*].ContractId MUST be a unique identifier within the service provider.
CAU-ContractAppliedObject-O-069-O~unexecuted since 1.4~should~~~whether an id is fully qualified only the scheme of its provider says~ContractAppliedObject.Elements[*].ContractId SHOULD be a fully-qualified identifier.
CAU-ContractAppliedObject-O-070-M~unexecuted since 1.4~must~~~what is unique to the provider shows in no single bill~ContractAppliedObject.Elements[*].ContractCommitmentId MUST be a unique identifier within the service provider.
CAU-ContractAppliedObject-O-071-O~unexecuted since 1.4~should~~~whether an id is fully qualified only the scheme of its provider says~ContractAppliedObject.Elements[*].ContractCommitmentId SHOULD be a fully-qualified identifier.
CAU-ContractAppliedObject-O-072-M~unexecuted since 1.4~must~ContractApplied not null~ContractApplied oneparent~~ContractAppliedObject.Elements[*].ContractCommitmentId MUST have one and only one parent ContractAppliedObject.Elements[*].ContractId.
CAU-ContractAppliedObject-O-073-C~unexecuted since 1.4~must~~~whether a purchase is of that commitment is not in the data~ContractAppliedObject.Elements[*].ContractCommitmentId MUST match ResourceId when ChargeCategory is "Purchase" and the charge represents a purchase of that contract commitment.
CAU-ContractAppliedObject-O-074-C~unexecuted since 1.4~must~~~whether what is unused is of that commitment is not in the data~ContractAppliedObject.Elements[*].ContractCommitmentId MUST match ResourceId when ChargeCategory is "Usage" and the charge represents an unused portion of that contract commitment.
CAU-ContractAppliedObject-O-075-O~unexecuted since 1.4~may~~~~ContractAppliedObject.Elements[*].ContractCommitmentId MAY match ContractAppliedObject.Elements[*].ContractId.
CAU-ContractAppliedObject-O-076-M~unexecuted since 1.4~must~~~a number does not say in which currency it is~ContractAppliedObject.Elements[*].ContractCommitmentAppliedCost MUST be denominated in the BillingCurrency.
CAU-ContractAppliedObject-O-077-M~unexecuted since 1.4~must~~~a number does not say in which unit it is~ContractAppliedObject.Elements[*].ContractCommitmentAppliedQuantity MUST be denominated in the ContractAppliedObject.Elements[*].ContractCommitmentAppliedUnit.
CAU-ContractAppliedObject-O-078-O~unexecuted since 1.4~should~ContractApplied not null~ContractApplied appliedunits~~ContractAppliedObject.Elements[*].ContractCommitmentAppliedUnit SHOULD conform to UnitFormat requirements.
CAU-HostProviderName-C-001-M~official~must~~HostProviderName text~~HostProviderName MUST be of type String.
CAU-HostProviderName-C-002-M~official~must~~HostProviderName text~~HostProviderName MUST conform to StringHandling requirements.
CAU-HostProviderName-C-004-C~unexecuted~may~~~~HostProviderName MAY be NULL when the associated ServiceName does not involve deployment on any underlying infrastructure (e.g., professional services, software licenses).
CAU-HostProviderName-C-005-C~unexecuted~may~~~~HostProviderName MAY be NULL when the information about the entity providing the underlying infrastructure cannot be uniquely determined (e.g., when the ChargeCategory is "Tax" or "Adjustment").
CAU-HostProviderName-C-006-M~unexecuted~must~~~whether a service is deployed on infrastructure is not in the data~HostProviderName MUST NOT be null in all other cases.
CAU-HostProviderName-C-008-C~unexecuted~must~~~which host was selected or exposed is not in the data~HostProviderName MUST reflect the name of the host provider when explicitly selected by the customer.
CAU-HostProviderName-C-009-C~unexecuted~must~~~which host was selected or exposed is not in the data~HostProviderName MUST reflect the name of the host provider when the service provider exposes the underlying hosting provider.
CAU-HostProviderName-C-010-M~unexecuted~must~~~which host was selected or exposed is not in the data~HostProviderName MUST equal ServiceProviderName in all other cases.
CAU-ServiceProviderName-C-001-M~official since 1.3~must~~ServiceProviderName text~~ServiceProviderName MUST be of type String.
CAU-ServiceProviderName-C-002-M~official since 1.3~must~~ServiceProviderName text~~ServiceProviderName MUST conform to StringHandling requirements.
CAU-ServiceProviderName-C-003-M~official since 1.3~must~~ServiceProviderName not null~~ServiceProviderName MUST NOT be null.
CAU-InvoiceDetailId-C-001-M~official~must~~InvoiceDetailId text~~InvoiceDetailId MUST be of type String.
CAU-InvoiceDetailId-C-002-M~official~must~~InvoiceDetailId text~~InvoiceDetailId MUST conform to StringHandling requirements.
CAU-InvoiceDetailId-C-004-C~unexecuted~must~InvoiceId is null~InvoiceDetailId is null~~InvoiceDetailId MUST be null when the charge is not associated either with an invoice or with a pre-generated provisional invoice.
CAU-InvoiceDetailId-C-005-C~unexecuted~must~InvoiceId not null~InvoiceDetailId not null~~InvoiceDetailId MUST NOT be null when the charge is associated with either an issued invoice or a pre-generated provisional invoice.
CAU-InvoiceDetailId-C-006-O~unexecuted~may~~~~InvoiceDetailId MAY be generated prior to an invoice being issued.
CAU-InvoiceDetailId-C-007-M~unexecuted~must~~~is about the records of Invoice Detail: several charges are of one~InvoiceDetailId MUST uniquely identify a specific record within a given InvoiceId.
CAU-CommitmentProgramEligibilityDetails-C-001-M~official~must~~CommitmentProgramEligibilityDetails json~~CommitmentProgramEligibilityDetails MUST be of type JSON Object (serialized as a String where necessary).
CAU-CommitmentProgramEligibilityDetails-C-002-M~official~must~~CommitmentProgramEligibilityDetails text~~CommitmentProgramEligibilityDetails MUST conform to StringHandling requirements.
CAU-CommitmentProgramEligibilityDetails-C-003-M~official~must~~CommitmentProgramEligibilityDetails json~~CommitmentProgramEligibilityDetails MUST conform to JsonObjectFormat requirements.
CAU-CommitmentProgramEligibilityDetails-C-004-C~unexecuted~must~~~for which commitment programs a charge is eligible is not in the data~CommitmentProgramEligibilityDetails MUST NOT be null when a charge is eligible for a commitment program, regardless of whether a commitment was actually applied to the charge.
CAU-CommitmentProgramEligibilityDetails-C-005-M~unexecuted~must~~~for which commitment programs a charge is eligible is not in the data~CommitmentProgramEligibilityDetails MUST NOT reflect restrictions (e.g., transient account configurations, quotas) that might temporarily prevent purchase or participation in a commitment program.
CAU-CommitmentProgramEligibilityDetails-C-006-M~unexecuted~must~~~for which commitment programs a charge is eligible is not in the data~CommitmentProgramEligibilityDetails MUST include all publicly available commitment programs for which the usage is eligible.
CAU-CommitmentProgramEligibilityDetails-C-007-C~unexecuted~may~~~~CommitmentProgramEligibilityDetails MAY include negotiated commitment programs when the usage is eligible and the program is not broadly applicable across the service provider's service catalog.
CAU-CommitmentProgramEligibilityDetails-C-008-M~unexecuted~must~~~which words are of periods or payment no program can tell~CommitmentProgramEligibilityDetails MUST NOT include data related to commitment periods or payment options.
CAU-CommitmentProgramEligibilityDetails-C-009-C~official~must~~CommitmentProgramEligibilityDetails shaped~~CommitmentProgramEligibilityDetails MUST conform to CommitmentProgramEligibilityDetailsObject requirements when CommitmentProgramEligibilityDetails is not null.)RULES"};

}  // namespace

std::span<const std::string_view> NewerRules() { return kNewerRules; }

}  // namespace drawdown
