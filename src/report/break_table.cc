#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "report/break_report.h"
#include "report/findings.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

// Without `all`, so many findings are listed; the rest is counted and summed.
constexpr size_t kListed = 100;

MoneyAmount Magnitude(MoneyAmount amount) {
  return amount < MoneyAmount() ? -amount : amount;
}

std::string Money(MoneyAmount amount, Currency currency) {
  return GroupThousands(ReadableMoney(currency, amount));
}

std::string Heading(const ReconcileResult& result) {
  std::string out = absl::StrCat(InertText(result.contract), ", ",
                                 FormatInstant(result.period_start_us), " to ",
                                 FormatInstant(result.period_end_us), "\n");
  if (result.amount == BilledAmount::kNone) return out;
  for (const auto& [currency, billed] : result.billed_total) {
    const Currency unit = *Currency::Parse(currency);
    const auto found = result.expected_total.find(currency);
    const MoneyAmount expected =
        found == result.expected_total.end() ? MoneyAmount() : found->second;
    absl::StrAppend(&out, "billed ", Money(billed, unit), " ", currency,
                    ", expected ", Money(expected, unit), " ", currency,
                    ", difference ", Money(billed - expected, unit), " ",
                    currency, "\n");
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
    const Currency unit = *Currency::Parse(line.currency);
    table.rows.push_back(
        {std::string(BreakClassName(line.kind)), CountCell(line.total.items),
         ReadableMoney(unit, line.total.billed_cost),
         ReadableMoney(unit, line.total.expected_cost),
         ReadableMoney(unit, line.total.difference), line.currency});
  }
  return RenderTable(table);
}

// Likewise; by their places in the result.
std::vector<size_t> RankedItems(const ReconcileResult& result) {
  struct Ranked {
    bool clean = false;
    MoneyAmount off;
    size_t place = 0;
  };
  std::vector<Ranked> items;
  for (size_t i = 0; i < result.items.size(); ++i) {
    const BreakFigures item = result.items.figures(i);
    items.push_back({IsClean(item.kind), Magnitude(item.difference), i});
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const Ranked& a, const Ranked& b) {
                     if (a.clean != b.clean) return b.clean;
                     return a.off > b.off;
                   });
  std::vector<size_t> places;
  for (const Ranked& item : items) places.push_back(item.place);
  return places;
}

Cell ReadableTime(std::optional<GpuTime> time) {
  if (!time.has_value()) return std::nullopt;
  return ReadableHours(*time);
}

Row ItemRow(const Break& item) {
  return {std::string(BreakClassName(item.kind)),
          ReadableMoney(item.currency, item.difference),
          item.currency.ToString(),
          TextCell(item.pool.empty() ? item.sku : item.pool),
          FormatInstant(item.period_start_us),
          ReadableTime(item.billed),
          ReadableTime(item.metered),
          ReadableMoney(item.currency, item.billed_cost),
          ReadableMoney(item.currency, item.expected_cost)};
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

std::string ItemsTable(const ReconcileResult& result) {
  TextTable table = {{{"class", ColumnKind::kWord},
                      {"difference", ColumnKind::kDecimal},
                      {"currency", ColumnKind::kWord},
                      {"pool", ColumnKind::kText},
                      {"period_start", ColumnKind::kWord},
                      {"billed_h", ColumnKind::kDecimal},
                      {"metered_h", ColumnKind::kDecimal},
                      {"billed", ColumnKind::kDecimal},
                      {"expected", ColumnKind::kDecimal}}};
  for (const size_t place : RankedItems(result)) {
    const Break item = result.items[place];
    table.rows.push_back(ItemRow(item));
    table.details.push_back(ItemDetail(item));
  }
  return RenderTable(table);
}

Row FindingRow(const Finding& finding) {
  return {std::string(BreakClassName(finding.kind)),
          ReadableMoney(finding.currency, finding.difference),
          finding.currency.ToString(),
          TextCell(finding.subject()),
          FormatInstant(finding.start_us),
          CountCell(finding.places.size()),
          ReadableMoney(finding.currency, finding.billed_cost),
          ReadableMoney(finding.currency, finding.expected_cost)};
}

std::string FindingDetail(const Finding& finding) {
  return absl::StrCat(finding.pending ? "pending: " : "", Headline(finding),
                      finding.places.size() == 1 ? " | " : " | the first: ",
                      ItemDetail(finding.first));
}

std::string FindingsTable(const std::vector<Finding>& findings, size_t listed) {
  TextTable table = {{{"class", ColumnKind::kWord},
                      {"difference", ColumnKind::kDecimal},
                      {"currency", ColumnKind::kWord},
                      {"pool", ColumnKind::kText},
                      {"from", ColumnKind::kWord},
                      {"items", ColumnKind::kCount},
                      {"billed", ColumnKind::kDecimal},
                      {"expected", ColumnKind::kDecimal}}};
  for (size_t i = 0; i < listed; ++i) {
    table.rows.push_back(FindingRow(findings[i]));
    table.details.push_back(FindingDetail(findings[i]));
  }
  return RenderTable(table);
}

// "12 more: 3.40 USD, 0.10 EUR", of the findings from `first` on.
std::string RestOf(const std::vector<Finding>& findings, size_t first) {
  std::map<std::string, MoneyAmount> sums;
  for (size_t i = first; i < findings.size(); ++i) {
    sums[findings[i].currency.ToString()] += findings[i].difference;
  }
  std::string out = absl::StrCat(
      "and ", GroupThousands(absl::StrCat(findings.size() - first)),
      " smaller ones, difference");
  for (const auto& [currency, sum] : sums) {
    absl::StrAppend(&out, " ", Money(sum, *Currency::Parse(currency)), " ",
                    currency);
  }
  return absl::StrCat(out, " (--all lists them)\n");
}

std::string CleanSummary(const ReconcileResult& result) {
  std::string out;
  for (const TotalLine& line : RankedTotals(result)) {
    if (!IsClean(line.kind) || line.total.items == 0) continue;
    absl::StrAppend(
        &out, std::string(BreakClassName(line.kind)), ": ",
        CountOf(line.total.items, "item"), ", ",
        Money(line.total.billed_cost, *Currency::Parse(line.currency)), " ",
        line.currency, " (--all lists them)\n");
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
  const std::vector<Finding> findings = FindingsOf(result);
  const size_t listed = std::min(findings.size(), kListed);
  if (listed > 0 && !all) {
    absl::StrAppend(&out, "\n", FindingsTable(findings, listed));
  }
  if (listed < findings.size() && !all) out.append(RestOf(findings, listed));
  absl::StrAppend(&out, "\n", all ? ItemsTable(result) : CleanSummary(result));
  return out + ChecksTable(result);
}

}  // namespace drawdown
