#include "reconcile/passed_copies.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "model/reason_text.h"
#include "reconcile/items.h"
#include "reconcile/reason.h"
#include "reconcile/row_period.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

std::string SumsText(const std::map<std::string, MoneyAmount>& by_currency) {
  return absl::StrJoin(
      by_currency, ", ", [](std::string* out, const auto& one) {
        absl::StrAppend(
            out, MoneyText(one.second, Currency::Parse(one.first).value()));
      });
}

}  // namespace

bool PassesWithCost(const BillRow& row, const RoutedRow& routed,
                    const Interval& period) {
  return PassesThrough(routed.key.disposition) && row.billed_cost.given &&
         row.billed_cost.amount > MoneyAmount() && IsOfPeriod(row, period);
}

bool IsNamedCorrection(const BillRow& row, const RoutedRow& routed,
                       const Interval& period) {
  if (!row.correction || !routed.contract_provider || row.line_id.empty()) {
    return false;
  }
  return routed.key.disposition == Disposition::kCorrection ||
         (row.billed_cost.given && !row.billed_cost.amount.zero() &&
          IsOfPeriod(row, period));
}

bool IsUnjudged(const BillRow& row, const RoutedRow& routed,
                const RowSums& one) {
  return IsUsage(routed.key.lane.kind) && one.unmeasured != 0 &&
         row.billed_cost.given && row.billed_cost.amount > MoneyAmount();
}

PassedRow UnjudgedRow(const RoutedRow& routed) {
  return {routed.key, false, false, routed.invoice, {}};
}

PassedRow PassedCopies::PassedRowOf(const BillRow& row,
                                    const RoutedRow& routed) {
  const bool resource = routed.key.disposition == Disposition::kOtherService &&
                        !row.resource.empty() &&
                        row.billed_cost.amount >= Subunit(row.currency);
  return {routed.key, resource || !row.line_id.empty(), false, routed.invoice,
          given_back_.ThingsOf(row)};
}

// Nothing gives it back; its thing is what it gives back of.
PassedRow PassedCopies::CorrectionRow(const BillRow& row,
                                      const RoutedRow& routed,
                                      const Interval& period) {
  return {routed.key,
          true,
          true,
          routed.invoice,
          {given_back_.GivenThing(row, routed, period), 0, 0}};
}

GivenBack::Left PassedCopies::LeftOf(const Copies& copies) {
  const PassedRow& passed = *copies.passed;
  if (!passed.correction) {
    return given_back_.Take(passed.things, copies.one.cost, copies.extra);
  }
  given_back_.Forgo(passed.things[0],
                    copies.one.cost * static_cast<Int128>(copies.extra));
  return {copies.extra, 0, {}};
}

void PassedCopies::Add(const Copies& copies, uint32_t group,
                       Currency currency) {
  if (!copies.passed->named) {
    unnamed_.Add(copies, copies.extra, currency);
    return;
  }
  if (!copies.passed->correction && given_back_.too_many()) {
    unknown_.Add(copies, copies.extra, currency);
    return;
  }
  const GivenBack::Left left = LeftOf(copies);
  if (left.doubted != 0) {
    doubted_.Add(copies, left.doubted, currency);
    given_[currency.ToString()] += left.given;
  }
  if (left.copies == 0) return;
  const RowSums sums = copies.one.Times(left.copies);
  const auto [entry, added] =
      by_group_.try_emplace({group, copies.passed->correction});
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
  for (const auto& [of, taken] : by_group_) {
    Group& group = (*groups)[of.first];
    group.sums += -taken.sums;
    items.push_back(
        PassedCopiesItem(taken.sums, taken.names, of.second, group, context));
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

void PassedCopies::Noted::Add(const Copies& copies, uint64_t more,
                              Currency currency) {
  const MoneyAmount amount = copies.one.cost * static_cast<Int128>(more);
  rows += more;
  const std::string& in = cost.try_emplace(currency.ToString()).first->first;
  cost[in] += amount;
  // Amounts of two currencies are not compared: it is one of the first's.
  if (in != cost.begin()->first || (in == dearest_in && amount <= most)) return;
  most = amount;
  dearest_in = in;
  dearest = copies;
  dearest.extra = more;
}

std::string PassedCopies::Noted::Text(const GroupNames& names) const {
  Group one;  // whose reason says what it is
  one.key = dearest.passed->key;
  one.sums = dearest.one;
  one.names = dearest.names;
  const bool compared = one.key.disposition == Disposition::kCompare;
  const std::string& resource = one.names.resource.value();
  const std::string what =
      compared ? "usage without hours of pool " + one.names.pool.value()
               : RoutedReason(one, BreakClass::kNonUsage, CorrectionLink::kNone,
                              names);
  return absl::StrCat(
      rows, rows == 1 ? " row that is" : " rows that are", " not compared (",
      SumsText(cost), rows == 1 ? ") equals" : ") equal",
      " others in every column (",
      rows == 1 ? ""
                : absl::StrCat("the dearest",
                               cost.size() == 1 ? "" : " in " + dearest_in,
                               ", ", dearest.extra, ": "),
      what, resource.empty() ? "" : ", resource " + Quoted(resource), ", from ",
      FormatInstant(dearest.start_us), ")");
}

std::vector<std::string> PassedCopies::Notes(const GroupNames& names) const {
  std::vector<std::string> notes;
  if (unnamed_.rows != 0) {
    notes.push_back(absl::StrCat(
        unnamed_.Text(names),
        ", but may be charges of their own: whether they are billed twice "
        "cannot be told"));
  }
  if (doubted_.rows != 0) {
    notes.push_back(absl::StrCat(
        doubted_.Text(names),
        ", and not asked for: rows of less than nothing of the same service or "
        "resource give ",
        SumsText(given_), " back, whatever for"));
  }
  if (unknown_.rows != 0) {
    notes.push_back(absl::StrCat(
        unknown_.Text(names),
        ", and not asked for: the bill gives back of more services and "
        "resources than are told apart, so what of these is not known"));
  }
  return notes;
}

}  // namespace drawdown
