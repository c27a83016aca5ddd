// What the rows come to, once all of them are there.
#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/two_threads.h"
#include "reconcile/excluded_hours.h"
#include "reconcile/items.h"
#include "reconcile/kinds.h"
#include "reconcile/period_fees.h"
#include "reconcile/reconciler_state.h"
#include "reconcile/tenant_split.h"
#include "reconcile/unbilled.h"

namespace drawdown {
namespace {

bool IsCompared(const Group& group) {
  return group.key.disposition == Disposition::kCompare ||
         group.key.disposition == Disposition::kLateCorrection;
}

// Of charges that do not add up.
void AddRemark(const std::string& remark, Break* item) {
  if (remark.empty()) return;
  if (IsClean(item->kind)) item->kind = BreakClass::kAllocationGap;
  item->reason += remark;
}

}  // namespace

// Touches nothing that rows do: names are given when both are there.
void Reconciler::State::MakeBooks() {
  books =
      Books(*input.rated, input.period, !context.options.tenant_tag.empty());
  has_books = true;
}

// Not before the bill has been read.
void Reconciler::State::TakeBooks() {
  if (!has_books) MakeBooks();
  books.Name(*input.rated, &names.pools, &names.commitments,
             context.options.tenant_tag.empty() ? nullptr : &names.texts);
  if (input.capacity != nullptr) {
    exclusions =
        Exclusions(*input.capacity, *input.capacity_pools, &names.pools);
  }
  named.Find(*context.contract, names);
  context.rests = named.LeaveOutRests(groups.groups(), context);
  const auto untold = [&](uint32_t pool) {
    return !named.TellKinds(pool, books, *context.contract, names);
  };
  context.untold = books.JoinKinds(untold);
  named.AddIdlePools(books, *context.contract, names, &context.untold);
  context.posted.JoinKinds([&](uint32_t pool) {
    return !named.TellKindsCorrected(pool, books, *context.contract, names);
  });
}

void Reconciler::State::JoinGroups() {
  const std::vector<uint32_t> again = groups.MergeOverlapping();
  if (merged_index.empty()) {
    merged_index = again;
  } else {
    for (uint32_t& index : merged_index) index = again[index];
  }
  if (context.options.tenant_tag.empty()) return;
  tag_rows = TagRows(groups.groups(), names.texts.Intern(""));
}

// Rows that find their pool by a coarser key are compared with what rows of the
// finest leave over of its hours. Where those leave nothing, nobody's hours are
// charged. Copies of those leave what they are copies of, and time that has not
// been rated may leave anything.
absl::Status Reconciler::State::MergeGroups() {
  // Which rows came again is told by the rows alone.
  absl::Status sighted;
  DoBoth([&] { JoinGroups(); }, [&] { sighted = copies.SightFirsts(); });
  RETURN_IF_ERROR(sighted);
  const auto coarse = [](const Group& group) {
    return group.key.disposition == Disposition::kCompare &&
           group.key.dropped != 0;
  };
  if (std::none_of(groups.groups().begin(), groups.groups().end(), coarse)) {
    return absl::OkStatus();
  }
  HashMap<uint32_t, RowSums> copied;
  RETURN_IF_ERROR(copies.Sum(merged_index, &copied));
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
  JoinGroups();
  return absl::OkStatus();
}

absl::Status Reconciler::State::MergePeriodFees() {
  PeriodFees fees(context, &groups.groups());
  if (!fees.any()) return absl::OkStatus();
  HashMap<uint32_t, RowSums> copied;
  RETURN_IF_ERROR(copies.Sum(merged_index, &copied));
  if (fees.Widen(copied)) JoinGroups();
  return absl::OkStatus();
}

// Books in the lanes of the bill, before anything is measured by them.
absl::Status Reconciler::State::SettleKinds() {
  const bool may_move = HasMovedLanes(groups.groups(), context);
  HashMap<uint32_t, RowSums> copied;
  if (may_move || !context.untold.empty()) {
    RETURN_IF_ERROR(copies.Sum(merged_index, &copied));
  }
  MovedWindows moved;
  if (may_move) {
    moved = MoveToBilledLanes(groups.groups(), copied, context, &books);
  }
  for (const auto& entry : moved) context.undivided.insert(entry.first);
  context.left_overs = BilledLeftOvers(groups.groups(), copied, context);
  for (const auto& [pool, left] : context.left_overs) {
    if (!left.of_pool.empty()) context.undivided.insert(pool);
  }
  // What a tenant's hours cost is not told where they may be of two kinds.
  for (const uint32_t pool : context.untold) {
    if (HasPrices(pool, books)) context.undivided.insert(pool);
  }
  context.basis.as_used = PaidAsUsed(groups.groups(), context);
  if (WidenToMoved(std::move(moved), &groups.groups())) JoinGroups();
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
        group.sums.billed > GpuTime() && group.sums.cost >= MoneyAmount() &&
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

absl::Status Reconciler::State::TakeOutAllCopies(std::vector<Break>* items) {
  RETURN_IF_ERROR(copies.ForEach(merged_index, [&](const Copies& found) {
    if (found.passed.has_value()) {
      Copies passed = found;
      GroupKey& key = passed.passed->key;
      Coarsen(router.GrainOf(key.disposition), &key);
      const std::optional<uint32_t> index = groups.Find(key);
      CHECK(index.has_value());
      passed_copies.Add(passed, merged_index[*index],
                        names.currencies[key.currency]);
      return;
    }
    std::optional<Break> item =
        TakeOutCopies(found, groups.groups()[found.group], context);
    if (!item.has_value()) return;
    if (found.split.has_value()) {
      splits.TakeOut(*found.split, item->rows, found.group,
                     found.names.resource.value(),
                     {found.start_us, found.end_us});
    }
    items->push_back(*std::move(item));
  }));
  std::vector<Break> passed = passed_copies.TakeOut(context, &groups.groups());
  std::move(passed.begin(), passed.end(), std::back_inserter(*items));
  return absl::OkStatus();
}

// Null: of no row.
const InvoiceSet* Reconciler::State::InvoicesOf(uint32_t lines) const {
  if (lines == Break::kNoLines) return nullptr;
  if (lines >= groups.groups().size()) return &passed_copies.InvoicesOf(lines);
  return &groups.groups()[lines].invoices;
}

// What is billed too much by rows of invoices that are issued is final, though
// another invoice of the period is not; what is missing may be on that one.
bool Reconciler::State::MayStillChange(uint32_t lines,
                                       MoneyAmount difference) const {
  if (context.open() || context.provider_open) return true;
  const InvoiceSet* const invoices_of = InvoicesOf(lines);
  if (invoices_of != nullptr && invoices_of->MayHave(open_invoices)) {
    return true;
  }
  if (invoice_numbers.too_many() && !open_invoices.empty()) return true;
  if (!context.invoice_open) return false;
  return invoices_of == nullptr || invoices_of->some_without() ||
         difference <= MoneyAmount();
}

void Reconciler::State::MarkPending(SplitBreak* split) const {
  for (TenantPart& part : split->parts) {
    part.pending = !IsClean(part.kind) &&
                   MayStillChange(split->whole.lines,
                                  part.billed_cost - part.expected_cost);
  }
}

// Each is made by one of two threads, which read but do not change anything
// else.
void Reconciler::State::AddGroups(StoredBreaks* made) {
  std::vector<Break>& items = made->wholes;
  const size_t before = items.size();
  items.resize(before + groups.groups().size());
  std::vector<uint8_t> split(groups.groups().size());
  InTwoThreads(groups.groups().size(), [&] {
    return [&](size_t i) {
      Group& group = groups.groups()[i];
      const bool compared = IsCompared(group);
      Break& item = items[before + i];
      item =
          compared ? ComparedItem(group, context) : RoutedItem(group, context);
      item.lines = static_cast<uint32_t>(i);
      split[i] = compared && HasTenants(item, group, context) ? 1 : 0;
      if (split[i] != 0) {
        group.tenants.Seal();
        return;
      }
      group.tenants = {};
      if (compared) AddRemark(splits.RemarkOn(item.lines), &item);
    };
  });
  size_t kept = before;
  for (size_t i = 0; i < split.size(); ++i) {
    Break& item = items[before + i];
    if (split[i] != 0) {
      made->splits.push_back({std::move(item), {}});
    } else if (before + i != kept++) {
      items[kept - 1] = std::move(item);
    }
  }
  items.resize(kept);
  if (!made->splits.empty()) items.shrink_to_fit();
}

// What is wrong with one tenant's part must not hide another's.
void Reconciler::State::SplitByTenant(StoredBreaks* made) {
  if (made->splits.empty()) return;
  const TenantOrder tenants(tenant_tag.found(), books, names.texts);
  made->tenants = tenants.Names();
  made->tenant_tag = context.options.tenant_tag;
  InTwoThreads(made->splits.size(), [&] {
    return
        [&, splitter = TenantSplitter(&tenants, &context)](size_t i) mutable {
          SplitBreak& split = made->splits[i];
          Group& group = groups.groups()[split.whole.lines];
          split.remark = splits.RemarkOn(split.whole.lines);
          splitter.Split(group, &split);
          group.tenants = {};  // as large as their parts
          if (!split.remark.empty()) {
            for (TenantPart& part : split.parts) {
              if (IsClean(part.kind)) part.kind = BreakClass::kAllocationGap;
            }
          }
          MarkPending(&split);
        };
  });
  books.ForgetTenants();
  for (SplitBreak& split : made->splits) {
    if (!split.parts.empty()) {
      split.whole.matched_on += "+tenant";
      continue;
    }
    AddRemark(split.remark, &split.whole);
    made->wholes.push_back(std::move(split.whole));
  }
  std::erase_if(made->splits,
                [](const SplitBreak& split) { return split.parts.empty(); });
}

// What items are told by, beside their group.
absl::Status Reconciler::State::PrepareToCompare() {
  splits.Seal();
  context.billed = BilledLanes(groups.groups());
  FindLateCorrections();
  RETURN_IF_ERROR(LinkCorrections());
  context.excluded =
      ExcludedHours(exclusions, books, context.billed, names, &groups.groups());
  context.posted.Compare(groups.groups(),
                         names.CurrencyIndex(context.contract->currency),
                         context.basis, names.texts, context.options);
  return absl::OkStatus();
}

absl::StatusOr<StoredBreaks> Reconciler::State::MakeItems() {
  RETURN_IF_ERROR(MergeGroups());
  RETURN_IF_ERROR(SettleKinds());
  RETURN_IF_ERROR(MergePeriodFees());
  splits.Merge(merged_index);
  StoredBreaks made;
  RETURN_IF_ERROR(TakeOutAllCopies(&made.wholes));
  // To give memory back takes the system as long as the rest takes us.
  absl::Status prepared;
  DoBoth([&] { prepared = PrepareToCompare(); }, [&] { copies.Forget(); });
  RETURN_IF_ERROR(prepared);
  AddGroups(&made);
  SplitByTenant(&made);
  RETURN_IF_ERROR(SayWhatWasMetered(groups.groups(), context, &made.wholes));
  std::vector<Break> unbilled = FindUnbilled(context);
  std::move(unbilled.begin(), unbilled.end(), std::back_inserter(made.wholes));
  for (Break& item : made.wholes) {
    item.pending =
        !IsClean(item.kind) && MayStillChange(item.lines, item.difference);
  }
  return made;
}

// Changes nothing of them that SumItems reads.
void Reconciler::State::OrderItems(StoredBreaks* made) const {
  SortItems(made);
  // Items that are alike till then may differ in what they give back.
  if (MarkRefunds(groups.groups(), services, context, made)) SortItems(made);
  made->FindBreaks();
}

}  // namespace drawdown
