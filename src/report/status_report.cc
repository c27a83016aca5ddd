#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/wide.h"
#include "report/json.h"
#include "report/sheet.h"
#include "report/statement_report.h"
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
          {"state", ColumnKind::kWord}};
}

std::vector<ReportColumn> JsonColumns() {
  std::vector<ReportColumn> columns = CsvColumns();
  for (const char* name :
       {"contracted", "delivered", "drawn", "remaining", "burn_rate_per_hour",
        "projected", "projected_shortfall"}) {
    columns.push_back(
        {absl::StrCat(name, "_gpu_seconds"), ColumnKind::kDecimal});
  }
  columns.push_back({"currency", ColumnKind::kWord});
  return columns;
}

std::string UnitOf(const CommitmentStatus& status) {
  return status.spend ? status.currency.ToString() : "gpu_hours";
}

std::string Amount(const CommitmentStatus& status, Int128 amount) {
  return status.spend ? FormatMoney(MoneyAmount(amount))
                      : FormatGpuHours(GpuTime(amount));
}

std::string ReadableAmount(const CommitmentStatus& status, Int128 amount) {
  return status.spend ? ReadableMoney(MoneyAmount(amount))
                      : ReadableHours(GpuTime(amount));
}

// drawn / contracted in percent; no value where nothing is contracted.
Cell FulfilledCell(const CommitmentStatus& status) {
  constexpr int kDecimals = 2;
  if (status.contracted <= 0) return std::nullopt;
  const auto scaled = MulDivHalfEven(status.drawn, PowerOfTen(2 + kDecimals),
                                     status.contracted);
  if (!scaled.ok()) return std::nullopt;
  return FormatScaled(*scaled, kDecimals, kDecimals);
}

Row CsvRow(const CommitmentStatus& status) {
  return {status.contract,
          status.commitment,
          TimeCell(status.interval_start_us),
          TimeCell(status.interval_end_us),
          Amount(status, status.contracted),
          Amount(status, status.delivered),
          Amount(status, status.drawn),
          Amount(status, status.remaining),
          UnitOf(status),
          FulfilledCell(status),
          Amount(status, status.burn_rate_per_hour),
          Amount(status, status.projected),
          Amount(status, status.projected_shortfall),
          MoneyCell(status.projected_shortfall_cost),
          TimeCell(status.exhausted_at_us),
          std::string(CommitmentStateName(status.state))};
}

Row JsonRow(const CommitmentStatus& status) {
  Row row = CsvRow(status);
  for (const Int128 amount : {status.contracted, status.delivered, status.drawn,
                              status.remaining, status.burn_rate_per_hour,
                              status.projected, status.projected_shortfall}) {
    row.push_back(status.spend ? std::nullopt : SecondsCell(GpuTime(amount)));
  }
  row.push_back(
      TextCell(status.currency.empty() ? "" : status.currency.ToString()));
  return row;
}

Row ReadableRow(const CommitmentStatus& status) {
  return {status.contract,
          status.commitment,
          ReadableAmount(status, status.contracted),
          ReadableAmount(status, status.delivered),
          ReadableAmount(status, status.drawn),
          ReadableAmount(status, status.remaining),
          status.spend ? status.currency.ToString() : "GPU-hours",
          FulfilledCell(status)};
}

std::string Projection(const CommitmentStatus& status) {
  std::string out = absl::StrCat(
      FormatInstant(status.interval_start_us), " to ",
      FormatInstant(status.interval_end_us), ", burning ",
      GroupThousands(ReadableAmount(status, status.burn_rate_per_hour)),
      " per hour: projected ",
      GroupThousands(ReadableAmount(status, status.projected)));
  if (status.projected_shortfall > 0) {
    absl::StrAppend(
        &out, ", short by ",
        GroupThousands(ReadableAmount(status, status.projected_shortfall)),
        " costing ",
        GroupThousands(ReadableMoney(status.projected_shortfall_cost)), " ",
        status.currency.ToString());
  }
  if (status.exhausted_at_us.has_value()) {
    absl::StrAppend(&out, ", exhausted at ",
                    FormatInstant(*status.exhausted_at_us));
  }
  if (status.state == CommitmentState::kExhausted) {
    absl::StrAppend(&out, ", exhausted");
  }
  for (const MilestoneStatus& milestone : status.milestones) {
    absl::StrAppend(
        &out, ", milestone ", milestone.name, " of ",
        GroupThousands(ReadableAmount(status, milestone.amount)), " by ",
        FormatInstant(milestone.by_us), ": ",
        GroupThousands(ReadableAmount(status, milestone.missing)), " missing");
  }
  return out;
}

std::string StatusTable(std::span<const CommitmentStatus> commitments) {
  if (commitments.empty()) return "no commitments\n";
  TextTable table = {{{"contract", ColumnKind::kText},
                      {"commitment", ColumnKind::kText},
                      {"contracted", ColumnKind::kDecimal},
                      {"delivered", ColumnKind::kDecimal},
                      {"drawn", ColumnKind::kDecimal},
                      {"remaining", ColumnKind::kDecimal},
                      {"unit", ColumnKind::kWord},
                      {"fulfilled_%", ColumnKind::kDecimal}}};
  for (const CommitmentStatus& status : commitments) {
    table.rows.push_back(ReadableRow(status));
    table.details.push_back(Projection(status));
  }
  return RenderTable(table);
}

}  // namespace

void WriteStatus(std::span<const CommitmentStatus> commitments, Format format,
                 const Sink& sink) {
  if (format == Format::kTable) return sink(StatusTable(commitments));
  const bool csv = format == Format::kCsv;
  std::vector<Row> rows;
  for (const CommitmentStatus& status : commitments) {
    rows.push_back(csv ? CsvRow(status) : JsonRow(status));
  }
  if (csv) return WriteCsv(CsvColumns(), rows, sink);
  JsonObject json(sink);
  json.Rows("commitments", JsonColumns(), rows);
  json.Close();
}

}  // namespace drawdown
