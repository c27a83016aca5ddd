#include "reconcile/reconcile.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "reconcile/books.h"
#include "reconcile/checks.h"
#include "reconcile/compare.h"
#include "reconcile/copies.h"
#include "reconcile/group.h"
#include "reconcile/items.h"
#include "reconcile/route.h"
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
  State(const ReconcileInput& input, const ReconcileOptions& options)
      : books(*input.rated, input.period, &names.pools, &names.commitments),
        router(*input.contract, input.period, input.bucket_length_us, &names) {
    context.contract = input.contract;
    context.period = input.period;
    context.at_us = input.at_us;
    context.books = &books;
    context.names = &names;
    context.options = options;
    if (input.capacity != nullptr) {
      context.exclusions =
          Exclusions(*input.capacity, *input.capacity_pools, &names.pools);
    }
    notes = input.rated->notes;
  }

  void NoteRow(const BillRow& row, const RoutedRow& routed);
  void FindLateCorrections();
  void LinkCorrections();
  std::vector<Break> MakeItems();
  void AddNotes(ReconcileResult& result) const;

  GroupNames names;
  Books books;
  Router router;
  CompareContext context;
  GroupTable groups;
  CopyFinder copies;
  AddedRows added;
  bool provider_billed = false;
  std::vector<std::string> notes;
};

Reconciler::Reconciler(const ReconcileInput& input,
                       const ReconcileOptions& options) {
  CHECK(input.contract != nullptr && input.rated != nullptr);
  CHECK(input.bucket_length_us > 0);
  state_ = std::make_unique<State>(input, options);
}

Reconciler::~Reconciler() = default;

absl::Status Reconciler::Add(const BillRow& row) {
  State& state = *state_;
  ASSIGN_OR_RETURN(const RoutedRow routed, state.router.Route(row));
  const RowSums one = RowSums::Of(row, routed);
  const uint32_t group = state.groups.Add(row, routed, one);
  if (routed.key.disposition == Disposition::kCompare) {
    state.copies.Add(row, routed, one, group);
  }
  state.NoteRow(row, routed);
  ++state.added.rows;
  state.added.billed[row.currency.ToString()] += row.billed_cost.amount;
  return absl::OkStatus();
}

void Reconciler::State::NoteRow(const BillRow& row, const RoutedRow& routed) {
  const GroupKey& key = routed.key;
  if (IsPurchase(key.lane.kind)) {
    context.purchased.insert(key.lane.commitment);
  }
  if (key.disposition == Disposition::kOtherPeriod && key.lane != Lane()) {
    context.originals.Add(key.lane, row.charge_start_us, row.charge_end_us);
  }
  provider_billed |= routed.contract_provider;
  if (!routed.contract_provider) return;
  context.rounding.resize(names.currencies.size());
  context.rounding[key.currency] += LastPlace(row.billed_cost, row.currency);
}

// A correction that bills metered time which no other row bills is usage that
// came late: it is compared as usage is.
void Reconciler::State::FindLateCorrections() {
  for (Group& group : groups.groups()) {
    const GroupKey& key = group.key;
    const bool late =
        key.disposition == Disposition::kCorrection && IsUsage(key.lane.kind) &&
        group.sums.unmeasured == 0 && key.start_us >= context.period.start_us &&
        key.end_us <= context.period.end_us &&
        !context.billed.Overlaps(key.lane, key.start_us, key.end_us) &&
        !books.Sum(key.lane, key.start_us, key.end_us).time.zero();
    if (late) group.key.disposition = Disposition::kLateCorrection;
  }
  context.billed = BilledLanes(groups.groups());
}

void Reconciler::State::LinkCorrections() {
  for (const Group& group : groups.groups()) {
    if (group.key.disposition != Disposition::kCompare) continue;
    context.originals.Add(group.key.lane, group.key.start_us, group.key.end_us);
  }
  context.originals.Seal();
}

std::vector<Break> Reconciler::State::MakeItems() {
  const std::vector<uint32_t> new_index = groups.MergeOverlapping();
  std::vector<Break> items =
      TakeOutCopies(copies.Take(new_index), groups.groups(), context);
  context.billed = BilledLanes(groups.groups());
  FindLateCorrections();
  LinkCorrections();
  for (const Group& group : groups.groups()) {
    const bool compared = group.key.disposition == Disposition::kCompare ||
                          group.key.disposition == Disposition::kLateCorrection;
    items.push_back(compared ? ComparedItem(group, context)
                             : RoutedItem(group, context));
  }
  if (provider_billed) {
    std::vector<Break> unbilled = FindUnbilled(context);
    std::move(unbilled.begin(), unbilled.end(), std::back_inserter(items));
  }
  if (context.open()) {
    for (Break& item : items) item.pending = !IsClean(item.kind);
  }
  SortItems(items);
  return items;
}

void Reconciler::State::AddNotes(ReconcileResult& result) const {
  result.notes = notes;
  if (provider_billed) return;
  result.notes.push_back(absl::StrCat(
      "the bill holds no row of provider ", context.contract->provider,
      " (or an alias of it), so metered usage was not looked for in it"));
}

absl::StatusOr<ReconcileResult> Reconciler::Finish(const BillSummary& summary) {
  State& state = *state_;
  ReconcileResult result;
  result.contract = state.context.contract->id;
  result.period_start_us = state.context.period.start_us;
  result.period_end_us = state.context.period.end_us;
  result.items = state.MakeItems();
  SumItems(result);
  RETURN_IF_ERROR(CheckFits(result));
  result.checks.push_back(CheckConservation(result, state.added, summary));
  result.checks.push_back(
      CheckMetered(result, state.context, state.provider_billed));
  const std::vector<Group>& groups = state.groups.groups();
  for (auto& checks : {CheckPurchases(groups, state.context),
                       CheckEffectiveCosts(groups, state.context)}) {
    result.checks.insert(result.checks.end(), checks.begin(), checks.end());
  }
  result.checks.push_back(CheckInvoiceTotals());
  state.AddNotes(result);
  return result;
}

}  // namespace drawdown
