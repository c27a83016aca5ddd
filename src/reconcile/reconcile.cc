#include "reconcile/reconcile.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "reconcile/allocation.h"
#include "reconcile/asked_checks.h"
#include "reconcile/bill_names.h"
#include "reconcile/books.h"
#include "reconcile/checks.h"
#include "reconcile/compare.h"
#include "reconcile/consumed.h"
#include "reconcile/contract_checks.h"
#include "reconcile/copies.h"
#include "reconcile/excluded_hours.h"
#include "reconcile/exclusions.h"
#include "reconcile/group.h"
#include "reconcile/invoice_checks.h"
#include "reconcile/items.h"
#include "reconcile/line_ids.h"
#include "reconcile/notes.h"
#include "reconcile/route.h"
#include "reconcile/split_charges.h"
#include "reconcile/tolerance.h"
#include "reconcile/unbilled.h"

namespace drawdown {
namespace {

absl::Status CheckFits(const ReconcileResult& result) {
  for (const Break& item : result.items) {
    const bool fits = item.billed_cost.valid() && item.expected_cost.valid() &&
                      item.difference.valid() &&
                      item.billed.value_or(GpuTime()).valid() &&
                      item.metered.value_or(GpuTime()).valid();
    if (!fits) {
      return MakeError(ErrorCode::kOverflow,
                       absl::StrCat("reconciliation of contract ",
                                    result.contract, ": an amount of pool \"",
                                    item.pool, "\" does not fit 128 bits"));
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

}  // namespace

struct Reconciler::State {
  State(const ReconcileInput& given, const ReconcileOptions& options)
      : input(given),
        bill_names(*input.contract),
        router(*input.contract,
               input.versions != nullptr ? *input.versions : ContractTimeline(),
               input.others, input.period, input.bucket_length_us, &names),
        tenant_tag(options.tenant_tag),
        line_ids(options.memory_bytes / 16),
        copies(options.memory_bytes - options.memory_bytes / 16) {
    context.contract = input.contract;
    context.period = input.period;
    context.at_us = input.at_us;
    context.books = &books;
    context.names = &names;
    context.options = options;
    context.metered = input.metered;
    if (input.corrections != nullptr) {
      context.posted = PostedCorrections(*input.corrections, *input.corrected,
                                         &names.pools, &names.commitments);
    }
  }

  void KeepFew(Disposition disposition);
  void TakeBooks();
  absl::Status TakeAmount(const BillRow& row);
  void NoteRow(const BillRow& row, const RoutedRow& routed);
  absl::Status CheckComparable() const;
  absl::Status MergeGroups();
  void FindLateCorrections();
  absl::Status LinkCorrections();
  absl::StatusOr<std::vector<Break>> MakeItems();
  void AddChecks(const BillContents& bill, ReconcileResult& result) const;
  void NoteOpenPeriods(const BillContents& bill);
  void NoteWhatIsMissing(ReconcileResult* result) const;

  const ReconcileInput input;
  GroupNames names;
  bool has_books = false;
  Books books;  // from TakeBooks on
  BillNames bill_names;
  Router router;
  TenantTag tenant_tag;
  CompareContext context;
  Exclusions exclusions;
  GroupTable groups;
  std::vector<uint32_t> merged_index;  // by the index that Add returned
  LineIds line_ids;
  CopyFinder copies;
  SplitCharges splits;
  ConsumedSums consumed;
  uint64_t rows = 0;
  std::vector<MoneyAmount> billed;  // by index of names.currencies
  InvoiceSums invoices;
  AppliedSums applied;
  CreditRows credits;
  PeriodRows period_rows;
  TagRows tag_rows;
  bool measured = false;  // some row has GPU time
};

Reconciler::Reconciler(const ReconcileInput& input,
                       const ReconcileOptions& options) {
  CHECK(input.contract != nullptr && input.rated != nullptr);
  CHECK(input.bucket_length_us > 0);
  state_ = std::make_unique<State>(input, options);
}

Reconciler::~Reconciler() = default;

void Reconciler::TakeBooks() { state_->TakeBooks(); }

absl::Status Reconciler::Add(const BillRow& row) {
  RETURN_IF_ERROR(state_->TakeAmount(row));
  if (row.amount != BilledAmount::kEffectiveCost) return AddCosted(row);
  BillRow accrued = row;
  accrued.billed_cost = row.effective_cost;
  return AddCosted(accrued);
}

absl::Status Reconciler::AddCosted(const BillRow& row) {
  State& state = *state_;
  state.copies.Prefetch(row);
  ASSIGN_OR_RETURN(RoutedRow routed, state.router.Route(row));
  state.measured |= routed.quantity.has_value();
  if (!state.context.options.tenant_tag.empty() &&
      IsUsage(routed.key.lane.kind)) {
    routed.tenant = state.names.texts.Intern(state.tenant_tag.Of(row.tags));
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
  }
  if (row.links_lines && routed.contract_provider) {
    RETURN_IF_ERROR(state.line_ids.Add(row));
  }
  state.NoteRow(row, routed);
  return absl::OkStatus();
}

// A hostile bill has a service, a SKU or a charge period of its own in each
// row.
void Reconciler::State::KeepFew(Disposition disposition) {
  while (groups.TooMany(disposition) &&
         router.GrainOf(disposition) != KeyGrain::kBare) {
    groups.Coarsen(disposition, router.MakeCoarser(disposition));
  }
}

// Not before the bill has been read: others may make the books meanwhile.
void Reconciler::State::TakeBooks() {
  if (std::exchange(has_books, true)) return;
  books = Books(*input.rated, input.period, &names.pools, &names.commitments,
                context.options.tenant_tag.empty() ? nullptr : &names.texts);
  if (input.capacity != nullptr) {
    exclusions =
        Exclusions(*input.capacity, *input.capacity_pools, &names.pools);
  }
}

// Sums of one amount in one result: a bill whose files have different ones
// would be counted in two ways.
absl::Status Reconciler::State::TakeAmount(const BillRow& row) {
  if (rows == 0) context.basis.amount = row.amount;
  if (row.amount == context.basis.amount) return absl::OkStatus();
  // Named in one order, whichever file came first.
  const auto [better, worse] = std::minmax(row.amount, context.basis.amount);
  return MakeError(
      ErrorCode::kBadInput,
      absl::StrCat("some files of the bill have ",
                   std::string(BilledAmountName(better)), ", others ",
                   worse == BilledAmount::kNone
                       ? "no cost"
                       : std::string(BilledAmountName(worse)) + " only",
                   ": one total cannot be made of both, reconcile them "
                   "apart"));
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

void Reconciler::State::NoteRow(const BillRow& row, const RoutedRow& routed) {
  const GroupKey& key = routed.key;
  ++rows;
  billed.resize(names.currencies.size());
  billed[key.currency] += row.billed_cost.amount;
  if (IsPurchase(key.lane.kind)) {
    context.basis.purchased.insert(key.lane.commitment);
  }
  if (key.lane.kind == RowKind::kUnused) {
    context.basis.unused.insert(key.lane.commitment);
  }
  if (key.disposition == Disposition::kOtherPeriod && key.lane != Lane()) {
    context.originals.Add(key.lane, row.charge_start_us, row.charge_end_us);
  }
  if (key.disposition == Disposition::kCompare && IsUsage(key.lane.kind)) {
    consumed.Add(row, routed);
    if (key.lane.kind == RowKind::kCovered) {
      context.covering.insert(key.lane.commitment);
    }
  }
  if (!routed.contract_provider) return;
  period_rows.Add(row, context.period);
  if (routed.tenant != kNoIndex && key.disposition == Disposition::kCompare) {
    tag_rows.Add(!names.texts.Name(routed.tenant).empty());
  }
  invoices.Add(row);
  applied.Add(row, bill_names, *context.contract, context.period);
  if (row.category == ChargeCategory::kCredit &&
      row.currency == context.contract->currency) {
    ++credits.rows;
    credits.billed += row.billed_cost.amount;
    credits.places += LastPlace(row.billed_cost, row.currency);
  }
  context.rounding.resize(names.currencies.size());
  context.rounding[key.currency] += LastPlace(row.billed_cost, row.currency);
}

// Rows that find their pool by a coarser key are compared with what rows of the
// finest leave over of its hours. Where those leave nothing, nobody's hours are
// charged. Copies of those leave what they are copies of, and time that has not
// been rated may leave anything.
absl::Status Reconciler::State::MergeGroups() {
  merged_index = groups.MergeOverlapping();
  const auto coarse = [](const Group& group) {
    return group.key.disposition == Disposition::kCompare &&
           group.key.dropped != 0;
  };
  if (std::none_of(groups.groups().begin(), groups.groups().end(), coarse)) {
    return absl::OkStatus();
  }
  HashMap<uint32_t, GpuTime> copied;
  RETURN_IF_ERROR(copies.SumHours(merged_index, &copied));
  const BilledLanes finest(groups.groups(), copied);
  for (Group& group : groups.groups()) {
    if (!coarse(group)) continue;
    GroupKey& key = group.key;
    if ((context.open() && key.end_us > context.at_us) ||
        finest.LeavesOver(key.lane, key.start_us, key.end_us, books)) {
      key.dropped = 0;
    } else {
      key.disposition = Disposition::kNothingLeft;
    }
  }
  const std::vector<uint32_t> again = groups.MergeOverlapping();
  for (uint32_t& index : merged_index) index = again[index];
  return absl::OkStatus();
}

// A correction that bills metered time which no other row bills is usage that
// came late: it is compared as usage is.
void Reconciler::State::FindLateCorrections() {
  for (Group& group : groups.groups()) {
    const GroupKey& key = group.key;
    const bool late =
        key.disposition == Disposition::kCorrection && IsUsage(key.lane.kind) &&
        key.service == kNoIndex && group.sums.unmeasured == 0 &&
        key.start_us >= context.period.start_us &&
        key.end_us <= context.period.end_us &&
        !context.billed.Overlaps(key.lane, key.start_us, key.end_us) &&
        !books.Sum(key.lane, key.start_us, key.end_us).time.zero();
    if (late) group.key.disposition = Disposition::kLateCorrection;
  }
  context.billed = BilledLanes(groups.groups());
}

absl::Status Reconciler::State::LinkCorrections() {
  std::vector<uint32_t> named;
  for (const Group& group : groups.groups()) {
    if (group.key.disposition == Disposition::kCorrection &&
        group.key.service != kNoIndex) {
      named.push_back(group.key.service);
    }
    if (group.key.disposition != Disposition::kCompare) continue;
    context.originals.Add(group.key.lane, group.key.start_us, group.key.end_us);
  }
  context.originals.Seal();
  return line_ids.Find(named, names.texts, &context.lines);
}

absl::StatusOr<std::vector<Break>> Reconciler::State::MakeItems() {
  RETURN_IF_ERROR(MergeGroups());
  splits.Merge(merged_index);
  std::vector<Break> items;
  RETURN_IF_ERROR(copies.ForEach(merged_index, [&](const Copies& found) {
    std::optional<Break> item =
        TakeOutCopies(found, groups.groups()[found.group], context);
    if (!item.has_value()) return;
    if (found.split.has_value()) {
      splits.TakeOut(*found.split, item->rows, found.group,
                     found.names.resource.value(),
                     {found.start_us, found.end_us});
    }
    items.push_back(*std::move(item));
  }));
  splits.Seal();
  context.billed = BilledLanes(groups.groups());
  FindLateCorrections();
  RETURN_IF_ERROR(LinkCorrections());
  context.excluded =
      ExcludedHours(exclusions, books, context.billed, names, &groups.groups());
  context.posted.Compare(groups.groups(),
                         names.CurrencyIndex(context.contract->currency),
                         context.basis, context.options);
  for (size_t i = 0; i < groups.groups().size(); ++i) {
    const Group& group = groups.groups()[i];
    const bool compared = group.key.disposition == Disposition::kCompare ||
                          group.key.disposition == Disposition::kLateCorrection;
    Break item =
        compared ? ComparedItem(group, context) : RoutedItem(group, context);
    item.lines = static_cast<uint32_t>(i);
    if (!compared) {
      items.push_back(std::move(item));
      continue;
    }
    // What is wrong with one tenant's part must not hide another's.
    for (Break& part : SplitByTenant(item, group, context)) {
      splits.Judge(part);
      items.push_back(std::move(part));
    }
  }
  RETURN_IF_ERROR(SayWhatWasMetered(groups.groups(), context, &items));
  std::vector<Break> unbilled = FindUnbilled(context);
  std::move(unbilled.begin(), unbilled.end(), std::back_inserter(items));
  if (context.open() || context.provider_open) {
    for (Break& item : items) item.pending = !IsClean(item.kind);
  }
  SortItems(items);
  return items;
}

// The provider may say that the period is open though it has ended.
void Reconciler::State::NoteOpenPeriods(const BillContents& bill) {
  for (const BilledPeriod& billed : bill.periods) {
    const int64_t middle =
        billed.start_us + (billed.end_us - billed.start_us) / 2;
    const bool this_one = middle >= context.period.start_us &&
                          middle < context.period.end_us &&
                          bill_names.IsProvider(billed.invoice_issuer);
    context.provider_open |= this_one && !billed.closed;
  }
}

void Reconciler::State::NoteWhatIsMissing(ReconcileResult* result) const {
  const std::string& tag = context.options.tenant_tag;
  for (const std::string& note : {period_rows.Note(),
                            tag.empty() ? std::string() : tag_rows.Note(tag)}) {
    if (!note.empty()) result->notes.push_back(note);
  }
}

void Reconciler::State::AddChecks(const BillContents& bill,
                                  ReconcileResult& result) const {
  AddedRows added{rows, {}};
  for (size_t i = 0; i < billed.size(); ++i) {
    added.billed[names.currencies[i].ToString()] = billed[i];
  }
  result.checks.push_back(CheckConservation(result, added, bill.summary));
  if (const auto check = CheckAmount(context)) result.checks.push_back(*check);
  if (const auto check =
          period_rows.Check(context.contract->provider, context.open())) {
    result.checks.push_back(*check);
  }
  result.checks.push_back(CheckMetered(result, context));
  for (auto& checks :
       {CheckPurchases(groups.groups(), context),
        CheckEffectiveCosts(groups.groups(), context), CheckUnusedRows(context),
        applied.Check(context),
        CheckTerms(bill.commitments, context, bill_names),
        context.basis.amount == BilledAmount::kBilledCost
            ? invoices.Check(bill.invoice_lines, context.options.tolerance)
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
  ReconcileResult result;
  result.contract = state.context.contract->id;
  result.provider = state.context.contract->provider;
  result.period_start_us = state.context.period.start_us;
  result.period_end_us = state.context.period.end_us;
  RETURN_IF_ERROR(state.CheckComparable());
  state.TakeBooks();
  result.amount = state.context.basis.amount;
  state.NoteOpenPeriods(bill);
  ASSIGN_OR_RETURN(result.items, state.MakeItems());
  SumItems(result);
  RETURN_IF_ERROR(CheckFits(result));
  state.AddChecks(bill, result);
  result.notes = state.input.rated->notes;
  AddNotes(bill.summary, state.groups.groups(), state.context, &result);
  state.NoteWhatIsMissing(&result);
  const std::optional<int64_t>& window =
      state.context.contract->claim_window_us;
  if (window.has_value()) {
    result.claim_deadline_us = result.period_end_us + *window;
  }
  return result;
}

absl::StatusOr<uint32_t> Reconciler::LinesOf(const BillRow& row) {
  State& state = *state_;
  ASSIGN_OR_RETURN(const RoutedRow routed, state.router.Route(row));
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
