#include "report/focus_export.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "report/focus_rows.h"
#include "report/sheet.h"

namespace drawdown {
namespace {

// Every Cost and Usage column of FOCUS 1.2 (57) and of 1.4 (65), then ours.
constexpr std::string_view k12 = "12";
constexpr std::string_view k14 = "14";
constexpr std::string_view kBoth = "12 14";

struct FocusColumnOf {
  std::string_view name;
  std::string_view versions = kBoth;
  ColumnKind kind = ColumnKind::kWord;
};

constexpr FocusColumnOf kColumns[] = {
    {"AllocatedMethodDetails", k14},
    {"AllocatedMethodId", k14},
    {"AllocatedResourceId", k14},
    {"AllocatedResourceName", k14},
    {"AllocatedTags", k14},
    {"AvailabilityZone"},
    {"BilledCost"},
    {"BillingAccountId", kBoth, ColumnKind::kText},
    {"BillingAccountName", kBoth, ColumnKind::kText},
    {"BillingAccountType"},
    {"BillingCurrency"},
    {"BillingPeriodEnd"},
    {"BillingPeriodStart"},
    {"CapacityReservationId"},
    {"CapacityReservationStatus"},
    {"ChargeCategory"},
    {"ChargeClass"},
    {"ChargeDescription", kBoth, ColumnKind::kText},
    {"ChargeFrequency"},
    {"ChargePeriodEnd"},
    {"ChargePeriodStart"},
    {"CommitmentDiscountCategory"},
    {"CommitmentDiscountId", kBoth, ColumnKind::kText},
    {"CommitmentDiscountName", kBoth, ColumnKind::kText},
    {"CommitmentDiscountQuantity"},
    {"CommitmentDiscountStatus"},
    {"CommitmentDiscountType"},
    {"CommitmentDiscountUnit"},
    {"CommitmentProgramEligibilityDetails", k14},
    {"ConsumedQuantity"},
    {"ConsumedUnit"},
    {"ContractApplied", k14},
    {"ContractedCost"},
    {"ContractedUnitPrice"},
    {"EffectiveCost"},
    {"HostProviderName", k14, ColumnKind::kText},
    {"InvoiceDetailId", k14},
    {"InvoiceId"},
    {"InvoiceIssuerName", kBoth, ColumnKind::kText},
    {"ListCost"},
    {"ListUnitPrice"},
    {"PricingCategory"},
    {"PricingCurrency"},
    {"PricingCurrencyContractedUnitPrice"},
    {"PricingCurrencyEffectiveCost"},
    {"PricingCurrencyListUnitPrice"},
    {"PricingQuantity"},
    {"PricingUnit"},
    {"ProviderName", k12, ColumnKind::kText},
    {"PublisherName", k12, ColumnKind::kText},
    {"RegionId", kBoth, ColumnKind::kText},
    {"RegionName", kBoth, ColumnKind::kText},
    {"ResourceId", kBoth, ColumnKind::kText},
    {"ResourceName", kBoth, ColumnKind::kText},
    {"ResourceType"},
    {"ServiceCategory"},
    {"ServiceName"},
    {"ServiceProviderName", k14, ColumnKind::kText},
    {"ServiceSubcategory"},
    {"SkuId", kBoth, ColumnKind::kText},
    {"SkuMeter"},
    {"SkuPriceDetails"},
    {"SkuPriceId", kBoth, ColumnKind::kText},
    {"SubAccountId", kBoth, ColumnKind::kText},
    {"SubAccountName", kBoth, ColumnKind::kText},
    {"SubAccountType"},
    {"Tags"},
    {"x_ChargeKind"},
    {"x_ContractVersion"},
    {"x_GpuSeconds"},
};

// Rows are made with 1.4's names.
std::string_view ValueColumn(std::string_view name) {
  if (name == "ProviderName") return "ServiceProviderName";
  if (name == "PublisherName") return "HostProviderName";
  return name;
}

Row CellsOf(const FocusCells& values,
            const std::vector<ReportColumn>& columns) {
  Row row;
  for (const ReportColumn& column : columns) {
    const auto value = values.find(ValueColumn(column.name));
    row.push_back(value == values.end() ? std::nullopt
                                        : TextCell(value->second));
  }
  return row;
}

}  // namespace

void WriteFocus(const Statement& statement, const StatementTerms& terms,
                FocusVersion version, const Sink& sink) {
  const std::string_view wanted = version == FocusVersion::k12 ? k12 : k14;
  std::vector<ReportColumn> columns;
  for (const FocusColumnOf& column : kColumns) {
    if (column.versions.find(wanted) == std::string_view::npos) continue;
    columns.push_back({std::string(column.name), column.kind});
  }
  std::vector<Row> rows;
  for (const FocusCells& values : FocusRows(statement, terms)) {
    rows.push_back(CellsOf(values, columns));
  }
  WriteCsv(columns, rows, sink);
}

}  // namespace drawdown
