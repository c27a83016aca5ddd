#include "reconcile/passed_copies.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "reconcile/items.h"
#include "reconcile/row_period.h"
#include "reconcile/text.h"
#include "reconcile/tolerance.h"

namespace drawdown {

bool PassesWithCost(const BillRow& row, const RoutedRow& routed,
                    const Interval& period) {
  return PassesThrough(routed.key.disposition) && row.billed_cost.given &&
         row.billed_cost.amount > MoneyAmount() && IsOfPeriod(row, period);
}

PassedRow PassedCopies::PassedRowOf(const BillRow& row,
                                    const RoutedRow& routed) {
  const bool resource = routed.key.disposition == Disposition::kOtherService &&
                        !row.resource.empty() &&
                        row.billed_cost.amount >= Subunit(row.currency);
  return {routed.key, resource || !row.line_id.empty(), routed.invoice,
          given_back_.ThingsOf(row)};
}

uint64_t PassedCopies::LeftOf(const Copies& copies) {
  const MoneyAmount cost = copies.one.cost * static_cast<Int128>(copies.extra);
  const MoneyAmount left = cost - given_back_.Take(copies.passed->things, cost);
  if (!left.valid()) return copies.extra;
  return static_cast<uint64_t>(left.count() / copies.one.cost.count());
}

void PassedCopies::Add(const Copies& copies, uint32_t group,
                       Currency currency) {
  if (!copies.passed->named || given_back_.too_many()) {
    unnamed_rows_ += copies.extra;
    unnamed_cost_[currency.ToString()] +=
        copies.one.cost * static_cast<Int128>(copies.extra);
    return;
  }
  const uint64_t left = LeftOf(copies);
  if (left == 0) return;
  const RowSums sums = copies.one.Times(left);
  const auto [entry, added] = by_group_.try_emplace(group);
  Taken& taken = entry->second;
  taken.sums += sums;
  taken.invoices.Add(copies.passed->invoice);
  if (added) {
    taken.names = copies.names;
    taken.first_us = copies.start_us;
    taken.last_us = copies.end_us;
    taken.lines = static_cast<uint32_t>(by_group_.size() - 1);
  } else {
    taken.names.Merge(copies.names);
    taken.first_us = std::min(taken.first_us, copies.start_us);
    taken.last_us = std::max(taken.last_us, copies.end_us);
  }
  if (lines_.size() < kMostLines) lines_[copies.order] = taken.lines;
}

std::vector<Break> PassedCopies::TakeOut(const CompareContext& context,
                                         std::vector<Group>* groups) {
  groups_ = static_cast<uint32_t>(groups->size());
  invoices_.resize(by_group_.size());
  std::vector<Break> items;
  for (const auto& [index, taken] : by_group_) {
    Group& group = (*groups)[index];
    group.sums += -taken.sums;
    items.push_back(PassedCopiesItem(taken.sums, taken.names, group, context));
    Break& item = items.back();
    item.period_start_us = taken.first_us;
    item.period_end_us = taken.last_us;
    item.lines = groups_ + taken.lines;
    invoices_[taken.lines] = &taken.invoices;
  }
  return items;
}

const InvoiceSet& PassedCopies::InvoicesOf(uint32_t lines) const {
  return *invoices_[lines - groups_];
}

uint32_t PassedCopies::LinesOf(const Hash128& order) const {
  const auto found = lines_.find(order);
  return found == lines_.end() ? Break::kNoLines : groups_ + found->second;
}

std::string PassedCopies::Note() const {
  if (unnamed_rows_ == 0) return "";
  const std::string costs = absl::StrJoin(
      unnamed_cost_, ", ", [](std::string* out, const auto& cost) {
        absl::StrAppend(
            out, MoneyText(cost.second, Currency::Parse(cost.first).value()));
      });
  return absl::StrCat(unnamed_rows_,
                      unnamed_rows_ == 1 ? " row that is" : " rows that are",
                      " not compared (", costs,
                      ") equal others in every column, but may be charges of "
                      "their own: whether "
                      "they are billed twice cannot be told");
}

}  // namespace drawdown
