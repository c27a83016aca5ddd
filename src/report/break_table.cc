#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "report/break_report.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

// Without `all`, so many breaks are listed; the rest is counted and summed.
constexpr size_t kListed = 100;

MoneyAmount Magnitude(MoneyAmount amount) {
  return amount < MoneyAmount() ? -amount : amount;
}

std::string Money(MoneyAmount amount) {
  return GroupThousands(ReadableMoney(amount));
}

std::string Heading(const ReconcileResult& result) {
  std::string out = absl::StrCat(InertText(result.contract), ", ",
                                 FormatInstant(result.period_start_us), " to ",
                                 FormatInstant(result.period_end_us), "\n");
  for (const auto& [currency, billed] : result.billed_total) {
    const auto found = result.expected_total.find(currency);
    const MoneyAmount expected =
        found == result.expected_total.end() ? MoneyAmount() : found->second;
    absl::StrAppend(&out, "billed ", Money(billed), " ", currency,
                    ", expected ", Money(expected), " ", currency,
                    ", difference ", Money(billed - expected), " ", currency,
                    "\n");
  }
  return out;
}

struct TotalLine {
  std::string currency;
  BreakClass kind;
  ClassTotal total;
};

// What is not clean first, then by the money in it.
std::vector<TotalLine> RankedTotals(const ReconcileResult& result) {
  std::vector<TotalLine> lines;
  for (const auto& [key, total] : result.totals) {
    lines.push_back({key.first, key.second, total});
  }
  std::stable_sort(
      lines.begin(), lines.end(), [](const TotalLine& a, const TotalLine& b) {
        if (IsClean(a.kind) != IsClean(b.kind)) {
          return IsClean(b.kind);
        }
        return Magnitude(a.total.difference) > Magnitude(b.total.difference);
      });
  return lines;
}

std::string TotalsTable(const ReconcileResult& result) {
  TextTable table = {{{"class", ColumnKind::kWord},
                      {"items", ColumnKind::kCount},
                      {"billed", ColumnKind::kDecimal},
                      {"expected", ColumnKind::kDecimal},
                      {"difference", ColumnKind::kDecimal},
                      {"currency", ColumnKind::kWord}}};
  for (const TotalLine& line : RankedTotals(result)) {
    table.rows.push_back({std::string(BreakClassName(line.kind)),
                          CountCell(line.total.items),
                          ReadableMoney(line.total.billed_cost),
                          ReadableMoney(line.total.expected_cost),
                          ReadableMoney(line.total.difference), line.currency});
  }
  return RenderTable(table);
}

std::vector<const Break*> RankedItems(const ReconcileResult& result, bool all) {
  std::vector<const Break*> items;
  for (const Break& item : result.items) {
    if (all || !IsClean(item.kind)) items.push_back(&item);
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const Break* a, const Break* b) {
                     if (IsClean(a->kind) != IsClean(b->kind)) {
                       return IsClean(b->kind);
                     }
                     return Magnitude(a->difference) > Magnitude(b->difference);
                   });
  return items;
}

Cell ReadableTime(std::optional<GpuTime> time) {
  if (!time.has_value()) return std::nullopt;
  return ReadableHours(*time);
}

Row ItemRow(const Break& item) {
  return {std::string(BreakClassName(item.kind)),
          ReadableMoney(item.difference),
          item.currency.ToString(),
          TextCell(item.pool.empty() ? item.sku : item.pool),
          FormatInstant(item.period_start_us),
          ReadableTime(item.billed),
          ReadableTime(item.metered),
          ReadableMoney(item.billed_cost),
          ReadableMoney(item.expected_cost)};
}

std::string ItemDetail(const Break& item) {
  std::string out;
  const auto add = [&out](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    absl::StrAppend(&out, out.empty() ? "" : ", ", std::string(name), " ",
                    value);
  };
  add("tenant", item.tenant);
  add("sub-account", item.sub_account);
  add("resource", item.resource);
  if (item.reason.empty()) return out;
  return absl::StrCat(item.reason, out.empty() ? "" : absl::StrCat(" (", out),
                      out.empty() ? "" : ")");
}

std::string ItemsTable(const std::vector<const Break*>& items, size_t listed) {
  TextTable table = {{{"class", ColumnKind::kWord},
                      {"difference", ColumnKind::kDecimal},
                      {"currency", ColumnKind::kWord},
                      {"pool", ColumnKind::kText},
                      {"period_start", ColumnKind::kWord},
                      {"billed_h", ColumnKind::kDecimal},
                      {"metered_h", ColumnKind::kDecimal},
                      {"billed", ColumnKind::kDecimal},
                      {"expected", ColumnKind::kDecimal}}};
  for (size_t i = 0; i < listed; ++i) {
    table.rows.push_back(ItemRow(*items[i]));
    table.details.push_back(ItemDetail(*items[i]));
  }
  return RenderTable(table);
}

// "12 more: 3.40 USD, 0.10 EUR", of the items from `first` on.
std::string RestOf(const std::vector<const Break*>& items, size_t first) {
  std::map<std::string, MoneyAmount> sums;
  for (size_t i = first; i < items.size(); ++i) {
    sums[items[i]->currency.ToString()] += items[i]->difference;
  }
  std::string out =
      absl::StrCat("and ", GroupThousands(absl::StrCat(items.size() - first)),
                   " smaller ones, difference");
  for (const auto& [currency, sum] : sums) {
    absl::StrAppend(&out, " ", Money(sum), " ", currency);
  }
  return absl::StrCat(out, " (--all lists them)\n");
}

std::string CleanSummary(const ReconcileResult& result) {
  std::string out;
  for (const TotalLine& line : RankedTotals(result)) {
    if (!IsClean(line.kind) || line.total.items == 0) continue;
    absl::StrAppend(&out, std::string(BreakClassName(line.kind)), ": ",
                    CountOf(line.total.items, "item"), ", ",
                    Money(line.total.billed_cost), " ", line.currency,
                    " (--all lists them)\n");
  }
  return out;
}

std::string ChecksTable(const ReconcileResult& result) {
  if (result.checks.empty()) return "";
  TextTable table = {{{"check", ColumnKind::kWord},
                      {"outcome", ColumnKind::kWord},
                      {"detail", ColumnKind::kText}}};
  for (const ReconcileCheck& check : result.checks) {
    table.rows.push_back({check.name,
                          std::string(CheckOutcomeName(check.outcome)),
                          check.detail});
  }
  return "\n" + RenderTable(table);
}

}  // namespace

std::string ReconcileTable(const ReconcileResult& result, bool all) {
  std::string out = absl::StrCat(Heading(result), "\n", TotalsTable(result));
  const std::vector<const Break*> items = RankedItems(result, all);
  const size_t listed = all ? items.size() : std::min(items.size(), kListed);
  if (listed > 0) absl::StrAppend(&out, "\n", ItemsTable(items, listed));
  if (listed < items.size()) out.append(RestOf(items, listed));
  if (!all) absl::StrAppend(&out, "\n", CleanSummary(result));
  return out + ChecksTable(result);
}

}  // namespace drawdown
