#include "report/books_page.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "report/amount_text.h"
#include "report/commitment_chart.h"
#include "report/html_page.h"
#include "report/month_usage.h"
#include "report/status_report.h"
#include "report/text.h"

namespace drawdown {
namespace {

constexpr size_t kMostTenants = 12;
constexpr ColumnKind kText = ColumnKind::kText;
constexpr ColumnKind kWord = ColumnKind::kWord;
constexpr ColumnKind kDecimal = ColumnKind::kDecimal;

std::string Money(Int128 amount, Currency currency) {
  return absl::StrCat(
      GroupThousands(ReadableMoney(currency, MoneyAmount(amount))), " ",
      currency.ToString());
}

// Whole hours, unless they are few.
std::string Hours(GpuTime time) {
  constexpr int kFew = 100;
  return GroupThousands(
      time < GpuTime(Int128{kFew} * kMicrosPerHour)
          ? ReadableHours(time)
          : Int128ToString(DivHalfEven(time.count(), kMicrosPerHour)));
}

std::string Day(int64_t at_us) { return FormatInstant(at_us).substr(0, 10); }

std::string Amount(const ContractForecast& contract,
                   const CommitmentForecast& commitment, Int128 amount) {
  if (commitment.spend) return Money(amount, contract.currency);
  return Hours(GpuTime(amount)) + " GPU-hours";
}

// --- the first thing read
struct CurrencySum {
  ForecastBand month;   // owed for the current month
  MoneyAmount missing;  // what is missing costs, in current intervals
  MoneyAmount missing_worst;
};

std::map<Currency, CurrencySum> SumCurrencies(const BooksPage& books) {
  std::map<Currency, CurrencySum> sums;
  for (const ContractForecast& contract : books.forecasts) {
    CurrencySum& sum = sums[contract.currency];
    if (!contract.costs.empty()) {
      const ForecastBand& cost = contract.costs.front().cost;
      sum.month.low += cost.low;
      sum.month.mid += cost.mid;
      sum.month.high += cost.high;
    }
    for (const CommitmentForecast& commitment : contract.commitments) {
      if (commitment.intervals.empty()) continue;
      const ForecastBand& cost = commitment.intervals.front().missing_cost;
      sum.missing += MoneyAmount(cost.mid);
      sum.missing_worst += MoneyAmount(cost.high);
    }
  }
  return sums;
}

void AddKeyFigures(const BooksPage& books, HtmlPage* page) {
  std::vector<KeyFigure> figures;
  for (const auto& [currency, sum] : SumCurrencies(books)) {
    figures.push_back(
        {absl::StrCat("Owed for this month, ", currency.ToString()),
         GroupThousands(ReadableMoney(currency, MoneyAmount(sum.month.mid))),
         absl::StrCat(Money(sum.month.low, currency), " to ",
                      Money(sum.month.high, currency)),
         Tone::kPlain});
    figures.push_back(
        {absl::StrCat("Paid for what will be missing, ", currency.ToString()),
         GroupThousands(ReadableMoney(currency, sum.missing)),
         absl::StrCat("in the current intervals; at worst ",
                      Money(sum.missing_worst.count(), currency)),
         sum.missing.zero() ? Tone::kGood : Tone::kBad});
  }
  MonthUsage all;
  for (const Statement& statement : books.statements) {
    const MonthUsage month = SumMonth(statement);
    all.all.covered += month.all.covered;
    all.all.on_demand += month.all.on_demand + month.all.overage;
    all.all.unpriced += month.all.unpriced;
    all.unused += month.unused;
  }
  const GpuTime used = all.all.total();
  const Cell coverage = PercentCell(all.all.covered.count(), used.count());
  figures.push_back(
      {"Used this month, GPU-hours", GroupThousands(ReadableHours(used)),
       coverage ? absl::StrCat(*coverage, " % covered by commitments")
                : "nothing yet",
       Tone::kPlain});
  const GpuTime bought = all.all.covered + all.unused;
  if (const Cell utilisation =
          PercentCell(all.all.covered.count(), bought.count())) {
    figures.push_back({"Reserved capacity used, %", *utilisation,
                       Hours(all.unused) + " GPU-hours unused", Tone::kPlain});
  }
  if (!all.all.unpriced.zero()) {
    figures.push_back({"Unpriced, GPU-hours", Hours(all.all.unpriced),
                       "no rate covers them", Tone::kWarning});
  }
  page->Figures(figures);
}

// --- commitments
struct Verdict {
  std::string text;
  Tone tone = Tone::kGood;
};

Verdict Judge(const ContractForecast& contract,
              const CommitmentForecast& commitment) {
  const ForecastInterval& interval = commitment.intervals.front();
  if (interval.exhausted_us.has_value()) {
    return {absl::StrCat("exhausted on ", Day(*interval.exhausted_us)),
            Tone::kWarning};
  }
  if (interval.missing_cost.mid > 0) {
    return {absl::StrCat("misses ",
                         Money(interval.missing_cost.mid, contract.currency)),
            Tone::kBad};
  }
  if (interval.missing.mid > 0) return {"will not be used up", Tone::kWarning};
  return {"on track", Tone::kGood};
}

std::string Explain(const ContractForecast& contract,
                    const CommitmentForecast& commitment) {
  const ForecastInterval& interval = commitment.intervals.front();
  const auto amount = [&](Int128 value) {
    return Amount(contract, commitment, value);
  };
  const Cell percent = PercentCell(interval.projected.mid, interval.contracted);
  std::string text = absl::StrCat(
      Day(interval.start_us), " to ", Day(interval.end_us),
      interval.summed ? ", the sum of its hours: " : ": ",
      amount(interval.contracted), " contracted, ", amount(interval.drawn),
      " drawn, ", amount(interval.projected.mid), " projected (",
      amount(interval.projected.low), " to ", amount(interval.projected.high),
      ")", percent ? absl::StrCat(", ", *percent, " %") : "", ".");
  if (interval.missing.high > 0) {
    absl::StrAppend(&text,
                    " Missing by the end: ", amount(interval.missing.mid), " (",
                    amount(interval.missing.low), " to ",
                    amount(interval.missing.high), "), which costs ",
                    Money(interval.missing_cost.mid, contract.currency), ".");
  }
  if (interval.exhausted_us.has_value()) {
    absl::StrAppend(&text, " Used up at ",
                    FormatInstant(*interval.exhausted_us),
                    "; the rest is charged as the contract says.");
  }
  return text;
}

void AddCommitments(const BooksPage& books, HtmlPage* page) {
  page->OpenSection("Commitments",
                    "Burn-down in the current interval, and where it leads if "
                    "usage goes on as in the last week.");
  for (const ContractForecast& contract : books.forecasts) {
    for (const CommitmentForecast& commitment : contract.commitments) {
      if (commitment.intervals.empty()) continue;
      const Verdict verdict = Judge(contract, commitment);
      page->Heading(
          absl::StrCat(contract.contract, " / ", commitment.commitment),
          verdict.text, verdict.tone);
      page->Paragraph(Explain(contract, commitment));
      AddCommitmentChart(contract, commitment, page);
    }
  }
  page->CloseSection();
}

// --- usage
HtmlTable TenantTable(const Statement& statement, const MonthUsage& month) {
  HtmlTable table;
  table.caption = statement.contract + ": tenants this month";
  table.columns = {{"tenant", kText},     {"used", kDecimal},
                   {"covered", kDecimal}, {"on_demand", kDecimal},
                   {"overage", kDecimal}, {"unpriced", kDecimal},
                   {"cost", kDecimal},    {"currency", kWord}};
  const auto add = [&](const std::string& name, const TenantUsage& usage) {
    table.rows.push_back(
        {name, ReadableHours(usage.total()), ReadableHours(usage.covered),
         ReadableHours(usage.on_demand), ReadableHours(usage.overage),
         ReadableHours(usage.unpriced),
         ReadableMoney(statement.currency, usage.cost),
         statement.currency.ToString()});
  };
  for (const auto& entry : month.tenants) add(entry.first, entry.second);
  TenantUsage rest;
  rest.cost = month.all.cost;
  for (const auto& entry : month.tenants) rest.cost -= entry.second.cost;
  if (!rest.cost.zero()) add("(nobody: unused, shortfall, credits)", rest);
  return table;
}

void AddUsage(const BooksPage& books, HtmlPage* page) {
  page->OpenSection("Coverage and utilisation",
                    "GPU-hours of this month so far, by what they were priced "
                    "as.");
  BarChart contracts = {
      "Contracts", "GPU-hours per contract", UsageParts(), {}};
  HtmlTable table = {"Coverage by contract",
                     {{"contract", kText},
                      {"used", kDecimal},
                      {"covered_%", kDecimal},
                      {"unused", kDecimal},
                      {"undelivered", kDecimal},
                      {"owed", kDecimal},
                      {"currency", kWord}},
                     {}};
  for (const Statement& statement : books.statements) {
    const MonthUsage month = SumMonth(statement);
    contracts.bars.push_back(
        UsageBar(statement.contract, month.all, month.unused));
    table.rows.push_back(
        {statement.contract, ReadableHours(month.all.total()),
         PercentCell(month.all.covered.count(), month.all.total().count()),
         ReadableHours(month.unused), ReadableHours(month.undelivered),
         ReadableMoney(statement.currency, statement.total),
         statement.currency.ToString()});
  }
  page->Chart(RenderBars(contracts), table);
  page->CloseSection();
  page->OpenSection("Tenants", "GPU-hours of this month so far.");
  for (const Statement& statement : books.statements) {
    const MonthUsage month = SumMonth(statement);
    if (month.tenants.empty()) continue;
    const BarChart chart = {statement.contract,
                            "GPU-hours per tenant of " + statement.contract,
                            TenantParts(), TenantBars(month, kMostTenants)};
    page->Chart(RenderBars(chart), TenantTable(statement, month));
  }
  page->CloseSection();
}

void AddCosts(const BooksPage& books, HtmlPage* page) {
  page->OpenSection("What will be owed",
                    "Statements of the months to come, before rounding.");
  HtmlTable table = {"Owed by month",
                     {{"contract", kText},
                      {"from", kWord},
                      {"owed", kDecimal},
                      {"low", kDecimal},
                      {"high", kDecimal},
                      {"currency", kWord}},
                     {}};
  for (const ContractForecast& contract : books.forecasts) {
    const auto readable = [&](Int128 amount) {
      return ReadableMoney(contract.currency, MoneyAmount(amount));
    };
    for (const ForecastCost& month : contract.costs) {
      table.rows.push_back({contract.contract, Day(month.start_us),
                            readable(month.cost.mid), readable(month.cost.low),
                            readable(month.cost.high),
                            contract.currency.ToString()});
    }
  }
  page->Table(table);
  page->CloseSection();
}

void AddNext(const BooksPage& books, HtmlPage* page) {
  page->OpenSection("What comes next");
  HtmlTable table = {"Ends of intervals, steps, options, credits, grace",
                     DueDateColumns(),
                     {}};
  for (const DueDate& date : books.next) {
    table.rows.push_back(DueDateRow(date));
  }
  page->Table(table);
  page->CloseSection();
}

void AddPortfolio(const BooksPage& books, HtmlPage* page) {
  page->OpenSection("Portfolio",
                    "At the commitments' prices. Currencies are never added "
                    "up; usage and spend commitments may count the same "
                    "GPU-hour.");
  HtmlTable table = {"Everything committed", PortfolioColumns(), {}};
  for (const PortfolioLine& line : books.portfolio) {
    table.rows.push_back(ReadablePortfolioRow(line));
  }
  page->Table(table);
  page->CloseSection();
}

void AddNotes(const BooksPage& books, HtmlPage* page) {
  bool open = false;
  const auto add = [&](const std::string& contract, const std::string& note) {
    if (!open) page->OpenSection("Notes");
    open = true;
    page->Paragraph(absl::StrCat(contract, ": ", note));
  };
  for (const ContractForecast& contract : books.forecasts) {
    for (const std::string& note : contract.notes) add(contract.contract, note);
  }
  if (open) page->CloseSection();
}

}  // namespace

void WriteBooksPage(const BooksPage& books, const Sink& sink) {
  HtmlPage page({"Commitments and usage",
                 absl::StrCat("as of ", FormatInstant(books.at_us), ", ",
                              CountOf(books.forecasts.size(), "contract"))},
                sink);
  AddKeyFigures(books, &page);
  AddCommitments(books, &page);
  AddUsage(books, &page);
  AddCosts(books, &page);
  AddNext(books, &page);
  AddPortfolio(books, &page);
  AddNotes(books, &page);
  page.Close(
      "Written by drawdown. Ranges show what the largest errors that the same "
      "method would have made in the last eight weeks make of the projection.");
}

}  // namespace drawdown
