#include "report/close_report.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

std::string VersionsText(const std::vector<ClosedVersion>& versions) {
  std::string out;
  for (const ClosedVersion& version : versions) {
    absl::StrAppend(&out, out.empty() ? "" : " ", version.contract, ":",
                    version.version);
  }
  return out;
}

// Of what is owed, what corrects earlier months.
MoneyAmount CorrectedCost(const Statement& statement) {
  MoneyAmount sum;
  for (const StatementLine& line : statement.lines) {
    if (line.kind == ChargeKind::kCorrection) {
      sum += line.cost.value_or(MoneyAmount());
    }
  }
  return sum;
}

Cell MoneyCellFor(Format format, Currency currency, MoneyAmount amount) {
  return format == Format::kTable ? Cell(ReadableMoney(currency, amount))
                                  : MoneyCell(amount);
}

}  // namespace

void WriteClosedPeriods(std::span<const ClosedPeriod> periods, Format format,
                        const Sink& sink) {
  std::vector<ReportColumn> columns = {{"contract", ColumnKind::kText},
                                       {"period", ColumnKind::kWord},
                                       {"period_start", ColumnKind::kWord},
                                       {"period_end", ColumnKind::kWord},
                                       {"closed_at", ColumnKind::kWord},
                                       {"lines", ColumnKind::kCount},
                                       {"cost", ColumnKind::kDecimal},
                                       {"corrections", ColumnKind::kDecimal},
                                       {"currency", ColumnKind::kWord}};
  // In a table they would be wider than all else.
  const bool whole = format != Format::kTable;
  if (whole) {
    columns.push_back({"versions", ColumnKind::kText});
    columns.push_back({"tzdata", ColumnKind::kWord});
    columns.push_back({"chain_hash", ColumnKind::kWord});
  }
  ListWriter list(format, "closed", columns, sink);
  for (const ClosedPeriod& closed : periods) {
    const Statement& statement = closed.statement;
    Row row = {
        closed.contract,
        closed.period,
        TimeCell(statement.period_start_us),
        TimeCell(statement.period_end_us),
        TimeCell(closed.closed_us),
        CountCell(statement.lines.size()),
        MoneyCellFor(format, statement.currency, statement.total),
        MoneyCellFor(format, statement.currency, CorrectedCost(statement)),
        statement.currency.ToString()};
    if (whole) {
      row.push_back(VersionsText(closed.versions));
      row.push_back(closed.tzdata);
      row.push_back(closed.chain_hash);
    }
    list.Add(std::move(row));
  }
  list.Finish();
}

}  // namespace drawdown
