#include "bill/columns.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "base/error.h"

namespace drawdown {
namespace {

enum class Since : uint8_t { k10, k11, k12, k13, k14 };

enum class Need : uint8_t {
  kRequired,   // without it there is no bill
  kMandatory,  // FOCUS demands it in every version
  kOptional,
};

struct FocusColumn {
  std::string_view name;
  Since since;
  Need need = Need::kOptional;
  std::optional<BillColumn> column = std::nullopt;
};

// Every Cost and Usage column of FOCUS 1.0 to 1.4.
constexpr FocusColumn kFocusColumns[] = {
    {"AllocatedMethodDetails", Since::k13},
    {"AllocatedMethodId", Since::k13},
    {"AllocatedResourceId", Since::k13},
    {"AllocatedResourceName", Since::k13},
    {"AllocatedTags", Since::k13},
    {"AvailabilityZone", Since::k10},
    {"BilledCost", Since::k10, Need::kRequired, BillColumn::kBilledCost},
    {"BillingAccountId", Since::k10, Need::kMandatory,
     BillColumn::kBillingAccountId},
    {"BillingAccountName", Since::k10, Need::kMandatory},
    {"BillingAccountType", Since::k12},
    {"BillingCurrency", Since::k10, Need::kRequired,
     BillColumn::kBillingCurrency},
    {"BillingPeriodEnd", Since::k10, Need::kRequired,
     BillColumn::kBillingPeriodEnd},
    {"BillingPeriodStart", Since::k10, Need::kRequired,
     BillColumn::kBillingPeriodStart},
    {"CapacityReservationId", Since::k11},
    {"CapacityReservationStatus", Since::k11, Need::kOptional,
     BillColumn::kCapacityReservationStatus},
    {"ChargeCategory", Since::k10, Need::kRequired,
     BillColumn::kChargeCategory},
    {"ChargeClass", Since::k10, Need::kMandatory, BillColumn::kChargeClass},
    {"ChargeDescription", Since::k10, Need::kMandatory,
     BillColumn::kChargeDescription},
    {"ChargeFrequency", Since::k10, Need::kOptional,
     BillColumn::kChargeFrequency},
    {"ChargePeriodEnd", Since::k10, Need::kRequired,
     BillColumn::kChargePeriodEnd},
    {"ChargePeriodStart", Since::k10, Need::kRequired,
     BillColumn::kChargePeriodStart},
    {"CommitmentDiscountCategory", Since::k10},
    {"CommitmentDiscountId", Since::k10, Need::kOptional,
     BillColumn::kCommitmentDiscountId},
    {"CommitmentDiscountName", Since::k10},
    {"CommitmentDiscountQuantity", Since::k11},
    {"CommitmentDiscountStatus", Since::k10, Need::kOptional,
     BillColumn::kCommitmentDiscountStatus},
    {"CommitmentDiscountType", Since::k10},
    {"CommitmentDiscountUnit", Since::k11},
    {"CommitmentProgramEligibilityDetails", Since::k14},
    {"ConsumedQuantity", Since::k10, Need::kOptional,
     BillColumn::kConsumedQuantity},
    {"ConsumedUnit", Since::k10, Need::kOptional, BillColumn::kConsumedUnit},
    {"ContractApplied", Since::k13},
    {"ContractedCost", Since::k10, Need::kMandatory,
     BillColumn::kContractedCost},
    {"ContractedUnitPrice", Since::k10, Need::kOptional,
     BillColumn::kContractedUnitPrice},
    {"EffectiveCost", Since::k10, Need::kMandatory, BillColumn::kEffectiveCost},
    {"HostProviderName", Since::k13},
    {"InvoiceDetailId", Since::k14},
    {"InvoiceId", Since::k12, Need::kOptional, BillColumn::kInvoiceId},
    {"InvoiceIssuerName", Since::k10, Need::kMandatory,
     BillColumn::kInvoiceIssuerName},
    {"ListCost", Since::k10, Need::kMandatory, BillColumn::kListCost},
    {"ListUnitPrice", Since::k10, Need::kOptional, BillColumn::kListUnitPrice},
    {"PricingCategory", Since::k10, Need::kOptional,
     BillColumn::kPricingCategory},
    {"PricingCurrency", Since::k12},
    {"PricingCurrencyContractedUnitPrice", Since::k12},
    {"PricingCurrencyEffectiveCost", Since::k12},
    {"PricingCurrencyListUnitPrice", Since::k12},
    {"PricingQuantity", Since::k10, Need::kMandatory,
     BillColumn::kPricingQuantity},
    {"PricingUnit", Since::k10, Need::kMandatory, BillColumn::kPricingUnit},
    {"ProviderName", Since::k10, Need::kOptional, BillColumn::kProviderName},
    {"PublisherName", Since::k10, Need::kMandatory},
    {"RegionId", Since::k10, Need::kOptional, BillColumn::kRegionId},
    {"RegionName", Since::k10},
    {"ResourceId", Since::k10, Need::kOptional, BillColumn::kResourceId},
    {"ResourceName", Since::k10},
    {"ResourceType", Since::k10},
    {"ServiceCategory", Since::k10, Need::kMandatory},
    {"ServiceName", Since::k10, Need::kMandatory, BillColumn::kServiceName},
    // A column of 1.3, but alone it is only a provider's name spelled early.
    {"ServiceProviderName", Since::k10, Need::kOptional,
     BillColumn::kServiceProviderName},
    {"ServiceSubcategory", Since::k11},
    {"SkuId", Since::k10, Need::kOptional, BillColumn::kSkuId},
    {"SkuMeter", Since::k11},
    {"SkuPriceDetails", Since::k11, Need::kOptional,
     BillColumn::kSkuPriceDetails},
    {"SkuPriceId", Since::k10, Need::kOptional, BillColumn::kSkuPriceId},
    {"SubAccountId", Since::k10, Need::kOptional, BillColumn::kSubAccountId},
    {"SubAccountName", Since::k10},
    {"SubAccountType", Since::k12},
    {"Tags", Since::k10, Need::kOptional, BillColumn::kTags},
};
constexpr size_t kFocusColumnCount = std::size(kFocusColumns);

constexpr std::string_view kVersions[] = {"1.0", "1.1", "1.2", "1.3", "1.4"};

// Header index of every FOCUS column.
using Found = std::array<int, kFocusColumnCount>;

int FocusIndex(std::string_view name) {
  const auto same_but_case = [&](const FocusColumn& column) {
    return absl::EqualsIgnoreCase({column.name.data(), column.name.size()},
                                  {name.data(), name.size()});
  };
  const auto found = std::find_if(std::begin(kFocusColumns),
                                  std::end(kFocusColumns), same_but_case);
  return found == std::end(kFocusColumns)
             ? -1
             : static_cast<int>(found - std::begin(kFocusColumns));
}

bool IsCustom(std::string_view name) {
  return name.starts_with("x_") || name.starts_with("X_");
}

absl::StatusOr<Found> MatchNames(const std::vector<std::string>& header,
                                 std::string_view where, BillLayout* layout) {
  Found found;
  found.fill(-1);
  for (size_t i = 0; i < header.size(); ++i) {
    const int focus = FocusIndex(header[i]);
    if (focus < 0) {
      if (!IsCustom(header[i])) layout->unknown.push_back(header[i]);
      continue;
    }
    int& at = found[static_cast<size_t>(focus)];
    const std::string name(kFocusColumns[focus].name);
    if (at >= 0) {
      return MakeError(ErrorCode::kBadCsv,
                       absl::StrCat(std::string(where), ": columns ",
                                    header[static_cast<size_t>(at)], " and ",
                                    header[i], " differ in case only"));
    }
    at = static_cast<int>(i);
    if (header[i] != name) layout->drifted.push_back({header[i], name});
  }
  return found;
}

std::vector<std::string> NamesWhere(const Found& found, bool present,
                                    auto matches) {
  std::vector<std::string> names;
  for (size_t i = 0; i < kFocusColumnCount; ++i) {
    if ((found[i] >= 0) == present && matches(kFocusColumns[i])) {
      names.emplace_back(kFocusColumns[i].name);
    }
  }
  return names;
}

void TellVersion(const Found& found, BillLayout* layout) {
  Since newest = Since::k10;
  for (size_t i = 0; i < kFocusColumnCount; ++i) {
    if (found[i] >= 0) newest = std::max(newest, kFocusColumns[i].since);
  }
  layout->version = kVersions[static_cast<size_t>(newest)];
  const std::vector<std::string> deciding =
      NamesWhere(found, true, [&](const FocusColumn& column) {
        return column.since == newest && newest != Since::k10;
      });
  layout->version_reason =
      deciding.empty() ? "no column that 1.1 or a later version added"
                       : absl::StrCat("has ", absl::StrJoin(deciding, ", "),
                                      ", which ", layout->version, " added");
}

absl::Status CheckVersion(const Found& found, std::string_view where,
                          const BillLayout& layout) {
  const bool names_focus =
      !NamesWhere(found, true, [](const FocusColumn& column) {
         return column.column == BillColumn::kBilledCost ||
                column.column == BillColumn::kChargeCategory ||
                column.column == BillColumn::kChargePeriodStart;
       }).empty();
  if (!names_focus) {
    return MakeError(
        ErrorCode::kUnknownFormat,
        absl::StrCat(std::string(where),
                     ": not a FOCUS cost and usage file: no BilledCost, "
                     "ChargeCategory or ChargePeriodStart column"));
  }
  if (layout.version < "1.3") return absl::OkStatus();
  return MakeError(
      ErrorCode::kUnknownFormat,
      absl::StrCat(std::string(where), ": FOCUS ", layout.version, " (",
                   layout.version_reason,
                   "); this version reads FOCUS 1.0, 1.1 and 1.2"));
}

absl::Status CheckRequired(const Found& found, std::string_view where,
                           const BillLayout& layout) {
  std::vector<std::string> missing = NamesWhere(
      found, false,
      [](const FocusColumn& column) { return column.need == Need::kRequired; });
  if (!layout.Has(BillColumn::kProviderName) &&
      !layout.Has(BillColumn::kServiceProviderName)) {
    missing.push_back("ProviderName");
  }
  if (missing.empty()) return absl::OkStatus();
  return MakeError(ErrorCode::kMissingColumn,
                   absl::StrCat(std::string(where), ": missing column",
                                missing.size() > 1 ? "s " : " ",
                                absl::StrJoin(missing, ", ")));
}

}  // namespace

std::string_view ColumnName(BillColumn column) {
  for (const FocusColumn& candidate : kFocusColumns) {
    if (candidate.column == column) return candidate.name;
  }
  CHECK(false);
}

bool IsFreeText(BillColumn column) {
  switch (column) {
    case BillColumn::kBillingAccountId:
    case BillColumn::kChargeDescription:
    case BillColumn::kCommitmentDiscountId:
    case BillColumn::kConsumedUnit:
    case BillColumn::kInvoiceId:
    case BillColumn::kInvoiceIssuerName:
    case BillColumn::kPricingUnit:
    case BillColumn::kProviderName:
    case BillColumn::kRegionId:
    case BillColumn::kResourceId:
    case BillColumn::kServiceName:
    case BillColumn::kServiceProviderName:
    case BillColumn::kSkuId:
    case BillColumn::kSkuPriceId:
    case BillColumn::kSubAccountId:
      return true;
    default:
      return false;
  }
}

absl::StatusOr<BillLayout> ReadLayout(const std::vector<std::string>& header,
                                      std::string_view where) {
  BillLayout layout;
  layout.index.fill(-1);
  ASSIGN_OR_RETURN(const Found found, MatchNames(header, where, &layout));
  for (size_t i = 0; i < kFocusColumnCount; ++i) {
    const std::optional<BillColumn> column = kFocusColumns[i].column;
    if (column) layout.index[static_cast<size_t>(*column)] = found[i];
  }
  TellVersion(found, &layout);
  RETURN_IF_ERROR(CheckVersion(found, where, layout));
  RETURN_IF_ERROR(CheckRequired(found, where, layout));
  layout.absent = NamesWhere(found, false, [](const FocusColumn& column) {
    return column.need == Need::kMandatory;
  });
  return layout;
}

}  // namespace drawdown
