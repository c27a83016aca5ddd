#include "report/reconcile_page.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/civil.h"
#include "report/break_report.h"
#include "report/findings.h"
#include "report/html_page.h"
#include "report/svg_bars.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr size_t kFindings = 200;
constexpr size_t kBars = 12;

std::string Money(MoneyAmount amount, std::string_view currency) {
  return absl::StrCat(
      GroupThousands(ReadableMoney(*Currency::Parse(currency), amount)), " ",
      std::string(currency));
}

// Too much and too little of one label, in one currency.
struct Sides {
  std::string label;
  std::string currency;
  MoneyAmount too_much;
  MoneyAmount too_little;  // >= 0

  void Add(MoneyAmount difference) {
    if (difference < MoneyAmount()) {
      too_little -= difference;
    } else {
      too_much += difference;
    }
  }
  MoneyAmount size() const { return too_much + too_little; }
};

using Key = std::pair<std::string, std::string>;  // currency, label

std::vector<Sides> Ranked(const std::map<Key, Sides>& sums) {
  std::vector<Sides> sides;
  for (const auto& entry : sums) {
    if (entry.second.size() != MoneyAmount()) sides.push_back(entry.second);
  }
  std::stable_sort(
      sides.begin(), sides.end(),
      [](const Sides& a, const Sides& b) { return a.size() > b.size(); });
  return sides;
}

template <typename LabelOf>
std::vector<Sides> SumBy(const ReconcileResult& result,
                         std::string_view currency, LabelOf label_of) {
  std::map<Key, Sides> sums;
  Break item;
  for (const uint32_t i : result.items.breaks()) {
    result.items.Get(i, &item);
    if (item.currency.ToString() != currency) continue;
    const std::string label = label_of(item);
    Sides& sides = sums[{std::string(currency), label}];
    sides.label = label;
    sides.currency = currency;
    sides.Add(item.difference);
  }
  return Ranked(sums);
}

void AddBars(std::string_view title, std::string_view head,
             std::vector<Sides> sides, HtmlPage& page) {
  if (sides.empty()) return;
  HtmlTable data;
  data.caption = title;
  data.columns = {{std::string(head), ColumnKind::kText},
                  {"too much", ColumnKind::kDecimal},
                  {"too little", ColumnKind::kDecimal},
                  {"currency", ColumnKind::kWord}};
  for (const Sides& side : sides) {
    const Currency unit = *Currency::Parse(side.currency);
    data.rows.push_back({side.label, ReadableMoney(unit, side.too_much),
                         ReadableMoney(unit, side.too_little), side.currency});
  }
  BarChart chart;
  chart.title = title;
  chart.description = absl::StrCat(
      std::string(title), ": money billed too much and too little, largest ",
      "first; the table below has every figure");
  chart.parts = {"billed too much", "billed too little"};
  if (sides.size() > kBars) sides.resize(kBars);
  for (const Sides& side : sides) {
    chart.bars.push_back({side.label,
                          Money(side.too_much - side.too_little, side.currency),
                          {side.too_much.count(), side.too_little.count()}});
  }
  page.Chart(RenderBars(chart), data);
}

MoneyAmount ExpectedIn(const ReconcileResult& result,
                       const std::string& currency) {
  const auto found = result.expected_total.find(currency);
  return found == result.expected_total.end() ? MoneyAmount() : found->second;
}

// The contract's first: in others nothing is expected.
std::vector<std::string> Currencies(const ReconcileResult& result) {
  std::vector<std::string> currencies;
  for (const auto& entry : result.billed_total) {
    currencies.push_back(entry.first);
  }
  std::stable_partition(currencies.begin(), currencies.end(),
                        [&](const std::string& currency) {
                          return ExpectedIn(result, currency) != MoneyAmount();
                        });
  return currencies;
}

void AddFigures(const ReconcileResult& result, HtmlPage& page) {
  if (result.amount == BilledAmount::kNone) {
    page.Paragraph("The bill has no costs: hours alone were compared.");
    return;
  }
  for (const std::string& currency : Currencies(result)) {
    const MoneyAmount billed = result.billed_total.at(currency);
    const MoneyAmount expected = ExpectedIn(result, currency);
    std::vector<KeyFigure> figures;
    figures.push_back({"Billed", Money(billed, currency),
                       result.amount == BilledAmount::kBilledCost
                           ? ""
                           : "EffectiveCost: the bill has no BilledCost",
                       Tone::kPlain});
    figures.push_back({"Expected", Money(expected, currency),
                       "by our meter and the contract", Tone::kPlain});
    const MoneyAmount difference = billed - expected;
    const Tone tone = difference > MoneyAmount() ? Tone::kBad : Tone::kPlain;
    figures.push_back({"Difference", Money(difference, currency),
                       difference > MoneyAmount()
                           ? "billed too much"
                           : "billed too little or right",
                       tone});
    page.Figures(figures);
  }
}

void AddTotals(const ReconcileResult& result, HtmlPage& page) {
  HtmlTable table;
  table.caption = "Every row of the bill, by class";
  table.columns = {
      {"class", ColumnKind::kWord},         {"items", ColumnKind::kCount},
      {"billed", ColumnKind::kDecimal},     {"expected", ColumnKind::kDecimal},
      {"difference", ColumnKind::kDecimal}, {"currency", ColumnKind::kWord}};
  for (const auto& [key, total] : result.totals) {
    const Currency unit = *Currency::Parse(key.first);
    table.rows.push_back({std::string(BreakClassName(key.second)),
                          CountCell(total.items),
                          ReadableMoney(unit, total.billed_cost),
                          ReadableMoney(unit, total.expected_cost),
                          ReadableMoney(unit, total.difference), key.first});
  }
  page.Table(table);
}

void AddFindings(const ReconcileResult& result, HtmlPage& page) {
  const std::vector<Finding> findings = FindingsOf(result);
  page.OpenSection("Findings",
                   "what shares a cause is one; biggest money "
                   "first");
  if (findings.empty()) {
    page.Paragraph("Nothing: every row of the bill is as our books say.");
  }
  HtmlTable table;
  table.caption = "What is not as it should be";
  table.columns = {
      {"class", ColumnKind::kWord},    {"difference", ColumnKind::kDecimal},
      {"currency", ColumnKind::kWord}, {"what", ColumnKind::kText},
      {"items", ColumnKind::kCount},   {"why", ColumnKind::kText}};
  for (size_t i = 0; i < std::min(findings.size(), kFindings); ++i) {
    const Finding& finding = findings[i];
    table.rows.push_back(
        {absl::StrCat(std::string(BreakClassName(finding.kind)),
                      finding.pending ? " (pending)" : ""),
         ReadableMoney(finding.currency, finding.difference),
         finding.currency.ToString(), Headline(finding),
         CountCell(finding.places.size()), TextCell(finding.first.reason)});
  }
  if (!findings.empty()) page.Table(table);
  if (findings.size() > kFindings) {
    page.Paragraph(absl::StrCat("and ", findings.size() - kFindings,
                                " smaller ones: the --breaks file has all"));
  }
  page.CloseSection();
}

void AddChecks(const ReconcileResult& result, HtmlPage& page) {
  HtmlTable table;
  table.caption = "What was verified beside the rows";
  table.columns = {{"check", ColumnKind::kWord},
                   {"outcome", ColumnKind::kWord},
                   {"detail", ColumnKind::kText}};
  for (const ReconcileCheck& check : result.checks) {
    table.rows.push_back({check.name,
                          std::string(CheckOutcomeName(check.outcome)),
                          TextCell(check.detail)});
  }
  page.OpenSection("Checks",
                   "a check that lacks its input is not executable, "
                   "never passed");
  page.Table(table);
  for (const std::string& note : result.notes) page.Paragraph(note);
  page.CloseSection();
}

std::string DayOf(const Break& item) {
  return FormatInstant(FloorTo(item.period_start_us, 24 * kMicrosPerHour))
      .substr(0, 10);
}

void AddCharts(const ReconcileResult& result, HtmlPage& page) {
  for (const std::string& currency : Currencies(result)) {
    AddBars(absl::StrCat("Differences by class, ", currency), "class",
            SumBy(result, currency,
                  [](const Break& item) {
                    return std::string(BreakClassName(item.kind));
                  }),
            page);
    AddBars(absl::StrCat("Differences by pool, ", currency), "pool",
            SumBy(result, currency,
                  [](const Break& item) {
                    if (!item.pool.empty()) return item.pool;
                    return item.sku.empty() ? std::string("no pool") : item.sku;
                  }),
            page);
    AddBars(absl::StrCat("Differences by day (UTC), ", currency), "day",
            SumBy(result, currency, DayOf), page);
  }
}

}  // namespace

void WriteReconcilePage(const ReconcileResult& result, const Sink& sink) {
  HtmlPage page({absl::StrCat("Reconciliation of ", result.contract),
                 absl::StrCat(FormatInstant(result.period_start_us), " to ",
                              FormatInstant(result.period_end_us))},
                sink);
  page.OpenSection("What was billed, and what should have been");
  AddFigures(result, page);
  AddTotals(result, page);
  page.CloseSection();
  page.OpenSection("Where the differences are");
  AddCharts(result, page);
  page.CloseSection();
  AddFindings(result, page);
  AddChecks(result, page);
  page.Close("drawdown reconcile");
}

}  // namespace drawdown
