#include "reconcile/reconcile.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/two_threads.h"
#include "reconcile/checks.h"
#include "reconcile/commitment_terms.h"
#include "reconcile/contract_checks.h"
#include "reconcile/notes.h"
#include "reconcile/reconciler_state.h"

namespace drawdown {
namespace {

absl::Status CheckFits(const ItemSums& sums, const ReconcileResult& result) {
  for (size_t i = 0; i < result.items.size() && !sums.fits; ++i) {
    if (!Fits(result.items.figures(i))) {
      return MakeError(
          ErrorCode::kOverflow,
          absl::StrCat("reconciliation of contract ", result.contract,
                       ": an amount of pool \"", result.items[i].pool,
                       "\" does not fit 128 bits"));
    }
  }
  for (const auto& [key, total] : result.totals) {
    if (total.billed_cost.valid() && total.expected_cost.valid() &&
        total.difference.valid()) {
      continue;
    }
    return MakeError(
        ErrorCode::kOverflow,
        absl::StrCat("reconciliation of contract ", result.contract,
                     ": a total in ", key.first, " does not fit 128 bits"));
  }
  return absl::OkStatus();
}

// Of a bill without BilledCost, what is compared in its place.
BillRow Accrued(const BillRow& row) {
  BillRow accrued = row;
  accrued.billed_cost = row.effective_cost;
  return accrued;
}

}  // namespace

Reconciler::Reconciler(const ReconcileInput& input,
                       const ReconcileOptions& options) {
  CHECK(input.contract != nullptr && input.rated != nullptr);
  CHECK(input.bucket_length_us > 0);
  state_ = std::make_unique<State>(input, options);
}

Reconciler::~Reconciler() = default;

void Reconciler::MakeBooks() { state_->MakeBooks(); }

absl::Status Reconciler::Add(const BillRow& row) {
  RETURN_IF_ERROR(state_->TakeAmount(row));
  if (row.like != 0) {
    ASSIGN_OR_RETURN(const bool added, state_->AddAgain(row));
    if (added) return absl::OkStatus();
  }
  if (row.amount != BilledAmount::kEffectiveCost) return AddCosted(row);
  return AddCosted(Accrued(row));
}

absl::Status Reconciler::AddCosted(const BillRow& row) {
  State& state = *state_;
  state.copies.Prefetch(row);
  ASSIGN_OR_RETURN(RoutedRow routed, state.router.Route(row));
  routed.invoice = state.invoice_numbers.Of(row);
  state.measured |= routed.quantity.has_value();
  if (!state.context.options.tenant_tag.empty() &&
      IsUsage(routed.key.lane.kind)) {
    routed.tenant = state.tenant_tag.Of(row);
  }
  const RowSums one = RowSums::Of(row, routed);
  const uint32_t group = state.groups.Add(row, routed, one);
  state.KeepFew(routed.key.disposition);
  if (routed.key.disposition == Disposition::kCompare) {
    std::optional<SplitRatios> split;
    if (!row.allocated_method_details.empty()) {
      split = state.splits.Add(row, group);
    }
    RETURN_IF_ERROR(state.copies.Add(row, routed, one, group, split));
    if (IsUnjudged(row, routed, one)) {
      RETURN_IF_ERROR(
          state.copies.AddPassed(row, routed, one, UnjudgedRow(routed)));
    }
  } else if (PassesWithCost(row, routed, state.context.period)) {
    RETURN_IF_ERROR(state.copies.AddPassed(
        row, routed, one, state.passed_copies.PassedRowOf(row, routed)));
  } else if (IsNamedCorrection(row, routed, state.context.period)) {
    RETURN_IF_ERROR(state.copies.AddPassed(
        row, routed, one,
        state.passed_copies.CorrectionRow(row, routed, state.context.period)));
  }
  state.passed_copies.GiveBack(row, routed, state.context.period);
  if (row.links_lines && routed.contract_provider) {
    RETURN_IF_ERROR(state.line_ids.Add(row));
  }
  state.NoteRow(row, routed);
  if (row.like != 0) state.Keep(row, routed, one, group);
  return absl::OkStatus();
}

absl::Status Reconciler::State::CheckComparable() const {
  if (context.basis.amount != BilledAmount::kNone || measured || rows == 0) {
    return absl::OkStatus();
  }
  return MakeError(
      ErrorCode::kMissingColumn,
      "the bill has neither a cost (BilledCost, EffectiveCost) nor GPU hours "
      "(PricingQuantity or ConsumedQuantity in a unit of time, of a SKU of the "
      "contract): there is nothing to compare; bill summary reads it");
}

// The provider may say that the period, or an invoice of it, is open though the
// period has ended.
void Reconciler::State::NoteOpenPeriods(const BillContents& bill) {
  for (const BilledPeriod& billed : bill.periods) {
    const int64_t middle =
        billed.start_us + (billed.end_us - billed.start_us) / 2;
    const bool this_one = middle >= context.period.start_us &&
                          middle < context.period.end_us &&
                          IsIssuer(billed.invoice_issuer);
    context.provider_open |= this_one && !billed.closed;
  }
  context.invoice_open = invoices.AnyOpen(bill.invoice_lines);
  open_invoices = invoice_numbers.OpenOf(bill.invoice_lines);
}

// Another company than the provider may send its invoices. Of too many to know
// any may be it.
bool Reconciler::State::IsIssuer(std::string_view name) const {
  return bill_names.IsProvider(name) || issuers.size() >= kMostIssuers ||
         std::any_of(issuers.begin(), issuers.end(),
                     [name](const std::string& issuer) {
                       return absl::EqualsIgnoreCase(
                           absl::string_view(name.data(), name.size()), issuer);
                     });
}

void Reconciler::State::NoteWhatIsMissing(ReconcileResult* result) const {
  const std::string& tag = context.options.tenant_tag;
  std::vector<std::string> notes = passed_copies.Notes(names);
  notes.insert(notes.begin(), period_rows.Note());
  if (!tag.empty()) notes.push_back(tag_rows.Note(tag));
  for (std::string& note : notes) {
    if (!note.empty()) result->notes.push_back(std::move(note));
  }
}

void Reconciler::State::AddChecks(const BillContents& bill,
                                  const ItemSums& sums,
                                  ReconcileResult& result) const {
  AddedRows added{rows, {}};
  for (size_t i = 0; i < billed.size(); ++i) {
    added.billed[names.currencies[i].ToString()] = billed[i];
  }
  result.checks.push_back(CheckConservation(result, sums, added, bill.summary));
  if (const auto check = CheckAmount(context)) result.checks.push_back(*check);
  if (const auto check =
          period_rows.Check(context.contract->provider, context.open())) {
    result.checks.push_back(*check);
  }
  result.checks.push_back(CheckMetered(sums, context));
  for (auto& checks :
       {CheckPurchases(groups.groups(), context),
        CheckEffectiveCosts(groups.groups(), context), CheckUnusedRows(context),
        applied.Check(context, bill),
        CheckTerms(bill.commitments, context, bill_names),
        context.basis.amount == BilledAmount::kBilledCost
            ? invoices.Check(
                  bill.invoice_lines, context.period,
                  [this](std::string_view name) { return IsIssuer(name); },
                  context.options.tolerance)
            : std::vector<ReconcileCheck>()}) {
    result.checks.insert(result.checks.end(), checks.begin(), checks.end());
  }
  result.checks.push_back(CheckCredits(credits, context));
  result.checks.push_back(
      consumed.Check(context.contract->grain_us.has_value()));
  if (!context.options.tenant_tag.empty()) {
    result.checks.push_back(tag_rows.Check(context.options.tenant_tag));
  }
}

absl::StatusOr<ReconcileResult> Reconciler::Finish(const BillContents& bill) {
  State& state = *state_;
  for (RepeatedRow& kept : state.repeated) state.AddUp(&kept);
  ReconcileResult result;
  result.contract = state.context.contract->id;
  result.provider = state.context.contract->provider;
  result.period_start_us = state.context.period.start_us;
  result.period_end_us = state.context.period.end_us;
  RETURN_IF_ERROR(state.CheckComparable());
  state.TakeBooks();
  result.amount = state.context.basis.amount;
  state.NoteOpenPeriods(bill);
  ASSIGN_OR_RETURN(StoredBreaks made, state.MakeItems());
  const auto items = std::make_shared<StoredBreaks>(std::move(made));
  ItemSums sums;
  DoBoth([&] { state.OrderItems(items.get()); },
         [&] { sums = SumItems(*items, &result); });
  result.items = BreakList(items);
  RETURN_IF_ERROR(CheckFits(sums, result));
  state.AddChecks(bill, sums, result);
  result.notes = state.input.rated->notes;
  AddNotes(bill.summary, sums, state.groups.groups(), state.context, &result);
  state.NoteWhatIsMissing(&result);
  const std::optional<int64_t>& window =
      state.context.contract->claim_window_us;
  if (window.has_value()) {
    result.claim_deadline_us = result.period_end_us + *window;
  }
  return result;
}

absl::StatusOr<uint32_t> Reconciler::LinesOf(const BillRow& row) {
  return row.amount == BilledAmount::kEffectiveCost
             ? LinesOfCosted(Accrued(row))
             : LinesOfCosted(row);
}

absl::StatusOr<uint32_t> Reconciler::LinesOfCosted(const BillRow& row) {
  State& state = *state_;
  ASSIGN_OR_RETURN(const RoutedRow routed, state.router.Route(row));
  if (!state.passed_copies.empty() &&
      (PassesWithCost(row, routed, state.context.period) ||
       IsNamedCorrection(row, routed, state.context.period))) {
    const uint32_t lines =
        state.passed_copies.LinesOf(state.copies.OrderOf(row));
    if (lines != Break::kNoLines) return lines;
  }
  const std::optional<uint32_t> index = state.groups.Find(routed.key);
  if (!index.has_value()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     absl::StrCat("row ", row.line,
                                  " of the bill is not as it was: the file "
                                  "has changed while it was read"));
  }
  return state.merged_index[*index];
}

}  // namespace drawdown
