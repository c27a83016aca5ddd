// FOCUS 1.4's Contract Commitment dataset: a row per commitment.
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/civil.h"
#include "report/contract_applied.h"
#include "report/focus_export.h"
#include "report/focus_rows.h"
#include "report/json.h"
#include "report/sheet.h"

namespace drawdown {
namespace {

std::vector<ReportColumn> Columns() {
  return {{"BillingCurrency", ColumnKind::kWord},
          {"ContractCommitmentApplicability", ColumnKind::kWord},
          {"ContractCommitmentBenefitCategory", ColumnKind::kWord},
          {"ContractCommitmentCategory", ColumnKind::kWord},
          {"ContractCommitmentCost", ColumnKind::kDecimal},
          {"ContractCommitmentCreated", ColumnKind::kWord},
          {"ContractCommitmentDescription", ColumnKind::kText},
          {"ContractCommitmentDiscountPercentage", ColumnKind::kDecimal},
          {"ContractCommitmentDurationType", ColumnKind::kWord},
          {"ContractCommitmentFulfillmentInterval", ColumnKind::kWord},
          {"ContractCommitmentId", ColumnKind::kText},
          {"ContractCommitmentLastUpdated", ColumnKind::kWord},
          {"ContractCommitmentLifecycleStatus", ColumnKind::kWord},
          {"ContractCommitmentModel", ColumnKind::kWord},
          {"ContractCommitmentOfferCategory", ColumnKind::kWord},
          {"ContractCommitmentPaymentInterval", ColumnKind::kWord},
          {"ContractCommitmentPaymentModel", ColumnKind::kWord},
          {"ContractCommitmentPeriodEnd", ColumnKind::kWord},
          {"ContractCommitmentPeriodStart", ColumnKind::kWord},
          {"ContractCommitmentQuantity", ColumnKind::kDecimal},
          {"ContractCommitmentType", ColumnKind::kWord},
          {"ContractCommitmentUnit", ColumnKind::kWord},
          {"ContractId", ColumnKind::kText},
          {"ContractPeriodEnd", ColumnKind::kWord},
          {"ContractPeriodStart", ColumnKind::kWord},
          {"InvoiceIssuerName", ColumnKind::kText},
          {"ServiceProviderName", ColumnKind::kText}};
}

// The column in which our Cost and Usage rows have what a rule asks about.
std::string_view FocusDimension(std::string_view dimension) {
  if (dimension == "pool") return "ResourceId";
  if (dimension == "region") return "RegionId";
  if (dimension == "sku") return "SkuId";
  if (dimension == "provider") return "ServiceProviderName";
  return dimension == "tenant" ? "SubAccountId" : "x_ChargeKind";
}

std::string RuleJson(const ApplicabilityTerms& rule) {
  std::vector<std::string> values = rule.values;
  if (values.empty()) values.push_back("*");  // Exists, DoesNotExist
  return absl::StrCat(
      "{\"Dimension\":\"", std::string(FocusDimension(rule.dimension)),
      "\",\"Operator\":\"", rule.op, "\",\"Values\":", JsonTexts(values), "}");
}

// Weights of which the first that matches counts are more than the schema says.
std::string ApplicabilityJson(const std::vector<ApplicabilityTerms>& rules) {
  if (rules.empty()) return "{\"IsGlobalScope\":true}";
  std::string json = "{\"InclusionOperator\":\"And\",\"Inclusions\":[";
  for (const ApplicabilityTerms& rule : rules) {
    if (rule.weighs) return "{\"IsComplexScope\":true}";
    absl::StrAppend(&json, json.back() == '[' ? "" : ",", RuleJson(rule));
  }
  return json + "]}";
}

std::string Many(int64_t count, std::string_view unit) {
  return absl::StrCat(count, " ", std::string(unit), count == 1 ? "" : "s");
}

// "3 Years", "1 Month", "45 Days": whole ones, in UTC.
std::string Duration(int64_t start_us, int64_t end_us) {
  const auto day_of = [](int64_t us) {
    return absl::ToCivilDay(absl::FromUnixMicros(us), absl::UTCTimeZone());
  };
  const absl::CivilDay start = day_of(start_us);
  const absl::CivilDay end = day_of(end_us);
  const int64_t months = absl::CivilMonth(end) - absl::CivilMonth(start);
  if (start.day() != end.day() || months == 0) {
    return Many(end - start, "Day");
  }
  return months % 12 == 0 ? Many(months / 12, "Year") : Many(months, "Month");
}

std::string_view Benefit(const CommitmentTerms& terms) {
  if (terms.spend) return "Discount";
  return terms.continuous ? "Availability" : "Entitlement";
}

// FOCUS has whole seconds.
Cell SecondCell(int64_t instant_us) {
  return FormatInstant(FloorTo(instant_us, kMicrosPerSecond));
}

Row RowOf(const Statement& statement, const StatementTerms& terms,
          const CommitmentTerms& of) {
  const std::string currency = statement.currency.ToString();
  return {currency,
          ApplicabilityJson(of.applies),
          std::string(Benefit(of)),
          of.spend ? "Spend" : "Usage",
          of.spend ? MoneyCell(of.cost) : std::nullopt,
          SecondCell(terms.created_us),
          absl::StrCat(CommitmentType(of), " ", of.id),
          std::nullopt,
          Duration(of.start_us, of.end_us),
          of.interval,
          of.id,
          SecondCell(terms.updated_us),
          of.lifecycle,
          of.continuous ? "Continuous" : "Discontinuous",
          "Negotiated",
          "Monthly",
          "No Upfront",
          TimeCell(of.end_us),
          TimeCell(of.start_us),
          of.spend ? std::nullopt : Cell(FocusHours(of.quantity)),
          CommitmentType(of),
          of.spend ? currency : std::string(kGpuHours),
          statement.contract,
          TimeCell(terms.term_end_us),
          TimeCell(terms.term_start_us),
          terms.provider,
          terms.provider};
}

}  // namespace

void WriteContractCommitments(const Statement& statement,
                              const StatementTerms& terms, const Sink& sink) {
  std::vector<Row> rows;
  for (const CommitmentTerms& of : terms.commitments) {
    rows.push_back(RowOf(statement, terms, of));
  }
  WriteCsv(Columns(), rows, sink);
}

}  // namespace drawdown
