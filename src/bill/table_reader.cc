#include "bill/table_reader.h"

#include "base/check.h"
#include "base/error.h"
#include "bill/row_reader.h"

namespace drawdown {
namespace {

using C = BillColumn;
using EnumNames = std::span<const std::string_view>;

constexpr std::string_view kSpendOrUsage[] = {"Spend", "Usage"};
constexpr std::string_view kModels[] = {"Continuous", "Discontinuous"};
constexpr std::string_view kIntervals[] = {
    "Hourly",      "Daily",  "Weekly",      "Monthly",       "Quarterly",
    "Semi-Annual", "Annual", "Full Period", "Transactional", "Custom"};
constexpr std::string_view kLifecycles[] = {"Proposed",  "Pending", "Active",
                                            "Exhausted", "Expired", "Canceled",
                                            "Superseded"};
constexpr std::string_view kBenefits[] = {"Discount", "Entitlement",
                                          "Availability", "Other"};
constexpr std::string_view kOffers[] = {"Negotiated", "Public"};
constexpr std::string_view kPaymentIntervals[] = {
    "One-Time", "Monthly", "Quarterly", "Semi-Annual", "Annual", "Custom"};
constexpr std::string_view kPaymentModels[] = {"No Upfront", "Partial Upfront",
                                               "All Upfront"};
constexpr std::string_view kInvoiceStatuses[] = {"Open", "Issued", "Voided"};
constexpr std::string_view kPeriodStatuses[] = {"Open", "Closed"};

// Values of working drafts of 1.4 that were renamed before its release.
struct DraftValue {
  BillColumn column;
  std::string_view draft;
  std::string_view value;
};
constexpr DraftValue kDraftValues[] = {
    {C::kContractCommitmentBenefitCategory, "Monetary Pool", "Entitlement"},
    {C::kContractCommitmentFulfillmentInterval, "Total Term", "Full Period"},
};

InvoiceStatus StatusNamed(std::string_view name) {
  for (size_t i = 0; i < std::size(kInvoiceStatuses); ++i) {
    if (kInvoiceStatuses[i] == name) return static_cast<InvoiceStatus>(i + 1);
  }
  return InvoiceStatus::kUnknown;
}

class TableRow {
 public:
  TableRow(BillPlace place, Cells* cells) : place_(place), cells_(cells) {}

  absl::Status Read(BilledCommitment* row);
  absl::Status Read(InvoiceLine* row);
  absl::Status Read(BilledPeriod* row);

 private:
  std::string Text(BillColumn column) const {
    return std::string(cells_->Text(column));
  }
  std::string Enum(BillColumn column, EnumNames names);
  absl::Status NeedText(BillColumn column, std::string* text);
  absl::Status ReadCurrency(BillColumn column,
                            std::optional<Currency>* currency);
  absl::Status ReadPeriod(BillColumn start, BillColumn end, int64_t* start_us,
                          int64_t* end_us);
  absl::Status ReadTerms(BilledCommitment* row);

  BillPlace place_;
  Cells* cells_;
};

std::string TableRow::Enum(BillColumn column, EnumNames names) {
  const std::string_view text = cells_->Text(column);
  for (const DraftValue& draft : kDraftValues) {
    if (draft.column != column || draft.draft != text) continue;
    cells_->Odd(OddityKind::kDraftValue, column, text);
    return std::string(draft.value);
  }
  return std::string(cells_->LooseEnum(column, names));
}

absl::Status TableRow::NeedText(BillColumn column, std::string* text) {
  *text = Text(column);
  if (!text->empty()) return absl::OkStatus();
  return cells_->Bad(ErrorCode::kBadRow, column, "is empty");
}

absl::Status TableRow::ReadCurrency(BillColumn column,
                                    std::optional<Currency>* currency) {
  if (cells_->IsNull(column)) return absl::OkStatus();
  const absl::StatusOr<Currency> parsed = Currency::Parse(cells_->Text(column));
  if (!parsed.ok()) {
    return cells_->Bad(ErrorCode::kBadRow, column, parsed.status());
  }
  *currency = *parsed;
  return absl::OkStatus();
}

absl::Status TableRow::ReadPeriod(BillColumn start, BillColumn end,
                                  int64_t* start_us, int64_t* end_us) {
  RETURN_IF_ERROR(cells_->Time(start, start_us));
  RETURN_IF_ERROR(cells_->Time(end, end_us));
  if (*end_us > *start_us) return absl::OkStatus();
  return cells_->Bad(
      ErrorCode::kBadRow, end,
      absl::StrCat("is not after ", std::string(ColumnName(start))));
}

absl::Status TableRow::Read(BilledCommitment* row) {
  row->place = place_;
  RETURN_IF_ERROR(NeedText(C::kContractCommitmentId, &row->id));
  row->contract_id = Text(C::kContractId);
  row->provider = Text(C::kServiceProviderName);
  row->invoice_issuer = Text(C::kInvoiceIssuerName);
  row->type = Text(C::kContractCommitmentType);
  row->description = Text(C::kContractCommitmentDescription);
  row->applicability = Text(C::kContractCommitmentApplicability);
  row->unit = Text(C::kContractCommitmentUnit);
  row->category = Enum(C::kContractCommitmentCategory, kSpendOrUsage);
  row->model = Enum(C::kContractCommitmentModel, kModels);
  row->fulfillment_interval =
      Enum(C::kContractCommitmentFulfillmentInterval, kIntervals);
  row->lifecycle_status =
      Enum(C::kContractCommitmentLifecycleStatus, kLifecycles);
  row->benefit_category =
      Enum(C::kContractCommitmentBenefitCategory, kBenefits);
  row->offer_category = Enum(C::kContractCommitmentOfferCategory, kOffers);
  row->payment_interval =
      Enum(C::kContractCommitmentPaymentInterval, kPaymentIntervals);
  row->payment_model = Enum(C::kContractCommitmentPaymentModel, kPaymentModels);
  return ReadTerms(row);
}

absl::Status TableRow::ReadTerms(BilledCommitment* row) {
  RETURN_IF_ERROR(ReadCurrency(C::kBillingCurrency, &row->currency));
  RETURN_IF_ERROR(
      cells_->Time(C::kContractPeriodStart, &row->contract_start_us));
  RETURN_IF_ERROR(cells_->Time(C::kContractPeriodEnd, &row->contract_end_us));
  RETURN_IF_ERROR(ReadPeriod(C::kContractCommitmentPeriodStart,
                             C::kContractCommitmentPeriodEnd, &row->start_us,
                             &row->end_us));
  RETURN_IF_ERROR(cells_->Money(C::kContractCommitmentCost, &row->cost));
  RETURN_IF_ERROR(
      cells_->Number(C::kContractCommitmentQuantity, &row->quantity));
  RETURN_IF_ERROR(
      cells_->Number(C::kContractCommitmentDiscountPercentage, &row->discount));
  return cells_->Number(C::kContractCommitmentPaymentUpfrontPercentage,
                        &row->upfront);
}

absl::Status TableRow::Read(InvoiceLine* row) {
  row->place = place_;
  RETURN_IF_ERROR(NeedText(C::kInvoiceIssuerName, &row->invoice_issuer));
  RETURN_IF_ERROR(NeedText(C::kInvoiceId, &row->invoice_id));
  row->detail_id = Text(C::kInvoiceDetailId);
  row->reference_invoice_id = Text(C::kReferenceInvoiceId);
  row->billing_account = Text(C::kBillingAccountId);
  row->description = Text(C::kInvoiceDetailDescription);
  row->grain = Text(C::kInvoiceDetailGrain);
  std::optional<Currency> currency;
  RETURN_IF_ERROR(ReadCurrency(C::kBillingCurrency, &currency));
  if (!currency || cells_->IsNull(C::kBilledCost)) {
    return cells_->Bad(ErrorCode::kBadRow,
                       currency ? C::kBilledCost : C::kBillingCurrency,
                       "is empty");
  }
  row->currency = *currency;
  if (!cells_->IsNull(C::kChargeCategory)) {
    RETURN_IF_ERROR(ReadCategory(cells_, &row->category.emplace()));
  }
  row->status = StatusNamed(Enum(C::kInvoiceIssueStatus, kInvoiceStatuses));
  RETURN_IF_ERROR(cells_->Money(C::kBilledCost, &row->billed_cost));
  RETURN_IF_ERROR(ReadCurrency(C::kPaymentCurrency, &row->payment_currency));
  RETURN_IF_ERROR(
      cells_->Money(C::kPaymentCurrencyBilledCost, &row->payment_cost));
  RETURN_IF_ERROR(cells_->Time(C::kInvoiceIssueDate, &row->issued_us));
  RETURN_IF_ERROR(cells_->Time(C::kPaymentDueDate, &row->due_us));
  return ReadPeriod(C::kBillingPeriodStart, C::kBillingPeriodEnd,
                    &row->billing_start_us, &row->billing_end_us);
}

absl::Status TableRow::Read(BilledPeriod* row) {
  constexpr BillColumn kStatus = C::kBillingPeriodStatus;
  row->place = place_;
  RETURN_IF_ERROR(NeedText(C::kInvoiceIssuerName, &row->invoice_issuer));
  std::string status;
  RETURN_IF_ERROR(NeedText(kStatus, &status));
  const auto found = cells_->Enum(kStatus, kPeriodStatuses);
  if (!found) {
    return cells_->Bad(ErrorCode::kBadRow, kStatus,
                       NotOneOf(status, kPeriodStatuses));
  }
  row->closed = *found == 1;
  RETURN_IF_ERROR(cells_->Time(C::kBillingPeriodLastUpdated, &row->updated_us));
  return ReadPeriod(C::kBillingPeriodStart, C::kBillingPeriodEnd,
                    &row->start_us, &row->end_us);
}

template <typename T>
absl::Status ReadInto(BillPlace place, Cells* cells, std::vector<T>* rows) {
  if (rows->size() == kMaxTableRows) {
    return MakeError(ErrorCode::kBadRow,
                     absl::StrCat(cells->Where(), ": more than ", kMaxTableRows,
                                  " rows, the limit"));
  }
  return TableRow(place, cells).Read(&rows->emplace_back());
}

}  // namespace

absl::Status ReadTableRow(Dataset dataset, BillPlace place, Cells* cells,
                          BillContents* contents) {
  cells->Load();
  switch (dataset) {
    case Dataset::kContractCommitment:
      return ReadInto(place, cells, &contents->commitments);
    case Dataset::kInvoiceDetail:
      return ReadInto(place, cells, &contents->invoice_lines);
    case Dataset::kBillingPeriod:
      return ReadInto(place, cells, &contents->periods);
    case Dataset::kCostAndUsage:
      break;
  }
  CHECK(false);
}

}  // namespace drawdown
