#include "report/status_report.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "report/amount_text.h"
#include "report/json.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

std::vector<ReportColumn> CsvColumns() {
  return {{"contract", ColumnKind::kText},
          {"commitment", ColumnKind::kText},
          {"interval_start", ColumnKind::kWord},
          {"interval_end", ColumnKind::kWord},
          {"contracted", ColumnKind::kDecimal},
          {"delivered", ColumnKind::kDecimal},
          {"drawn", ColumnKind::kDecimal},
          {"remaining", ColumnKind::kDecimal},
          {"unit", ColumnKind::kWord},
          {"fulfilled_percent", ColumnKind::kDecimal},
          {"burn_rate_per_hour", ColumnKind::kDecimal},
          {"projected", ColumnKind::kDecimal},
          {"projected_shortfall", ColumnKind::kDecimal},
          {"projected_shortfall_cost", ColumnKind::kDecimal},
          {"exhausted_at", ColumnKind::kWord},
          {"state", ColumnKind::kWord},
          {"burn_rate_now", ColumnKind::kDecimal},
          {"burn_rate_1d", ColumnKind::kDecimal},
          {"burn_rate_7d", ColumnKind::kDecimal},
          {"burn_rate_28d", ColumnKind::kDecimal}};
}

std::vector<ReportColumn> JsonColumns() {
  std::vector<ReportColumn> columns = CsvColumns();
  for (const char* name :
       {"contracted", "delivered", "drawn", "remaining", "burn_rate_per_hour",
        "projected", "projected_shortfall", "burn_rate_now", "burn_rate_1d",
        "burn_rate_7d", "burn_rate_28d"}) {
    columns.push_back(
        {absl::StrCat(name, "_gpu_seconds"), ColumnKind::kDecimal});
  }
  columns.push_back({"currency", ColumnKind::kWord});
  return columns;
}

std::string Amount(const CommitmentStatus& status, Int128 amount) {
  return AmountText(status.spend, amount);
}

std::string Readable(const CommitmentStatus& status, Int128 amount) {
  return ReadableAmount(status.spend, status.currency, amount);
}

Cell FulfilledCell(const CommitmentStatus& status) {
  return PercentCell(status.drawn, status.contracted);
}

// Of the same commitment; none when it is not in force.
const BurnRates* RatesOf(const StatusView& view,
                         const CommitmentStatus& status) {
  const auto same = [&](const BurnRates& rates) {
    return rates.contract == status.contract &&
           rates.commitment == status.commitment;
  };
  const auto found = std::find_if(view.rates.begin(), view.rates.end(), same);
  return found == view.rates.end() ? nullptr : &*found;
}

// In the order of their columns.
std::array<std::optional<Int128>, 4> RatesIn(const BurnRates* rates) {
  if (rates == nullptr) return {};
  return {rates->now, rates->day, rates->week, rates->four_weeks};
}

Row CsvRow(const CommitmentStatus& status, const BurnRates* rates) {
  Row row = {status.contract,
             status.commitment,
             TimeCell(status.interval_start_us),
             TimeCell(status.interval_end_us),
             Amount(status, status.contracted),
             Amount(status, status.delivered),
             Amount(status, status.drawn),
             Amount(status, status.remaining),
             AmountUnit(status.spend, status.currency),
             FulfilledCell(status),
             Amount(status, status.burn_rate_per_hour),
             Amount(status, status.projected),
             Amount(status, status.projected_shortfall),
             MoneyCell(status.projected_shortfall_cost),
             TimeCell(status.exhausted_at_us),
             std::string(CommitmentStateName(status.state))};
  for (const std::optional<Int128>& rate : RatesIn(rates)) {
    row.push_back(rate ? Cell(Amount(status, *rate)) : std::nullopt);
  }
  return row;
}

Row JsonRow(const CommitmentStatus& status, const BurnRates* rates) {
  Row row = CsvRow(status, rates);
  for (const Int128 amount : {status.contracted, status.delivered, status.drawn,
                              status.remaining, status.burn_rate_per_hour,
                              status.projected, status.projected_shortfall}) {
    row.push_back(AmountSecondsCell(status.spend, amount));
  }
  for (const std::optional<Int128>& rate : RatesIn(rates)) {
    row.push_back(rate ? AmountSecondsCell(status.spend, *rate) : std::nullopt);
  }
  row.push_back(
      TextCell(status.currency.empty() ? "" : status.currency.ToString()));
  return row;
}

std::vector<ReportColumn> MilestoneColumns() {
  return {{"contract", ColumnKind::kText},
          {"commitment", ColumnKind::kText},
          {"milestone", ColumnKind::kText},
          {"by", ColumnKind::kWord},
          {"amount", ColumnKind::kDecimal},
          {"missing", ColumnKind::kDecimal},
          {"unit", ColumnKind::kWord},
          {"amount_gpu_seconds", ColumnKind::kDecimal},
          {"missing_gpu_seconds", ColumnKind::kDecimal}};
}

Row MilestoneRow(const CommitmentStatus& status,
                 const MilestoneStatus& milestone) {
  return {status.contract,
          status.commitment,
          TextCell(milestone.name),
          TimeCell(milestone.by_us),
          Amount(status, milestone.amount),
          Amount(status, milestone.missing),
          AmountUnit(status.spend, status.currency),
          AmountSecondsCell(status.spend, milestone.amount),
          AmountSecondsCell(status.spend, milestone.missing)};
}

Row ReadableRow(const CommitmentStatus& status) {
  return {status.contract,
          status.commitment,
          Readable(status, status.contracted),
          Readable(status, status.delivered),
          Readable(status, status.drawn),
          Readable(status, status.remaining),
          status.spend ? status.currency.ToString() : "GPU-hours",
          FulfilledCell(status)};
}

std::string Trailing(const CommitmentStatus& status, const BurnRates* rates) {
  if (rates == nullptr) return "";
  const auto text = [&](Int128 rate) {
    return GroupThousands(Readable(status, rate));
  };
  return absl::StrCat(" (now ", text(rates->now), ", 1 d ", text(rates->day),
                      ", 7 d ", text(rates->week), ", 28 d ",
                      text(rates->four_weeks), ")");
}

std::string Projection(const CommitmentStatus& status, const BurnRates* rates) {
  std::string out =
      absl::StrCat(FormatInstant(status.interval_start_us), " to ",
                   FormatInstant(status.interval_end_us), ", burning ",
                   GroupThousands(Readable(status, status.burn_rate_per_hour)),
                   " per hour", Trailing(status, rates), ": projected ",
                   GroupThousands(Readable(status, status.projected)));
  if (status.projected_shortfall > 0) {
    absl::StrAppend(
        &out, ", short by ",
        GroupThousands(Readable(status, status.projected_shortfall)),
        " costing ",
        GroupThousands(
            ReadableMoney(status.currency, status.projected_shortfall_cost)),
        " ", status.currency.ToString());
  }
  if (status.exhausted_at_us.has_value()) {
    absl::StrAppend(&out, ", exhausted at ",
                    FormatInstant(*status.exhausted_at_us));
  }
  if (status.state == CommitmentState::kExhausted) {
    absl::StrAppend(&out, ", exhausted");
  }
  for (const MilestoneStatus& milestone : status.milestones) {
    absl::StrAppend(&out, ", milestone ", milestone.name, " of ",
                    GroupThousands(Readable(status, milestone.amount)), " by ",
                    FormatInstant(milestone.by_us), ": ",
                    GroupThousands(Readable(status, milestone.missing)),
                    " missing");
  }
  return out;
}

std::string StatusTable(const StatusView& view) {
  if (view.commitments.empty()) return "no commitments\n";
  TextTable table = {{{"contract", ColumnKind::kText},
                      {"commitment", ColumnKind::kText},
                      {"contracted", ColumnKind::kDecimal},
                      {"delivered", ColumnKind::kDecimal},
                      {"drawn", ColumnKind::kDecimal},
                      {"remaining", ColumnKind::kDecimal},
                      {"unit", ColumnKind::kWord},
                      {"fulfilled_%", ColumnKind::kDecimal}}};
  for (const CommitmentStatus& status : view.commitments) {
    table.rows.push_back(ReadableRow(status));
    table.details.push_back(Projection(status, RatesOf(view, status)));
  }
  return RenderTable(table);
}

Row PortfolioRow(const PortfolioLine& line, bool readable) {
  Row row = {
      line.currency.ToString(),
      readable && line.contract.empty() ? Cell("all") : TextCell(line.contract),
      line.spend ? "spend" : "usage", CountCell(line.commitments)};
  for (const MoneyAmount amount :
       {line.committed, line.committed_by_now, line.contracted, line.drawn,
        line.projected_shortfall_cost}) {
    row.push_back(readable ? ReadableMoney(line.currency, amount)
                           : FormatMoney(amount));
  }
  return row;
}

}  // namespace

void WriteStatus(const StatusView& view, Format format, const Sink& sink) {
  if (format == Format::kTable) return sink(StatusTable(view));
  const bool csv = format == Format::kCsv;
  std::vector<Row> rows;
  std::vector<Row> milestones;
  for (const CommitmentStatus& status : view.commitments) {
    const BurnRates* rates = RatesOf(view, status);
    rows.push_back(csv ? CsvRow(status, rates) : JsonRow(status, rates));
    for (const MilestoneStatus& milestone : status.milestones) {
      milestones.push_back(MilestoneRow(status, milestone));
    }
  }
  if (csv) return WriteCsv(CsvColumns(), rows, sink);
  JsonObject json(sink);
  json.Rows("commitments", JsonColumns(), rows);
  json.Rows("milestones", MilestoneColumns(), milestones);
  json.Close();
}

std::vector<ReportColumn> PortfolioColumns() {
  return {{"currency", ColumnKind::kWord},
          {"contract", ColumnKind::kText},
          {"category", ColumnKind::kWord},
          {"commitments", ColumnKind::kCount},
          {"committed", ColumnKind::kDecimal},
          {"committed_by_now", ColumnKind::kDecimal},
          {"contracted", ColumnKind::kDecimal},
          {"drawn", ColumnKind::kDecimal},
          {"projected_shortfall_cost", ColumnKind::kDecimal}};
}

Row ReadablePortfolioRow(const PortfolioLine& line) {
  return PortfolioRow(line, true);
}

void WritePortfolio(std::span<const PortfolioLine> lines, Format format,
                    const Sink& sink) {
  ListWriter list(format, "portfolio", PortfolioColumns(), sink);
  for (const PortfolioLine& line : lines) {
    list.Add(PortfolioRow(line, format == Format::kTable));
  }
  list.Finish();
}

std::vector<ReportColumn> DueDateColumns() {
  return {{"at", ColumnKind::kWord},
          {"contract", ColumnKind::kText},
          {"what", ColumnKind::kWord},
          {"subject", ColumnKind::kText},
          {"detail", ColumnKind::kText}};
}

Row DueDateRow(const DueDate& date) {
  return {TimeCell(date.at_us), date.contract,
          std::string(DueDateKindName(date.kind)), TextCell(date.subject),
          TextCell(date.detail)};
}

void WriteDueDates(std::span<const DueDate> dates, Format format,
                   const Sink& sink) {
  ListWriter list(format, "next", DueDateColumns(), sink);
  for (const DueDate& date : dates) list.Add(DueDateRow(date));
  list.Finish();
}

}  // namespace drawdown
