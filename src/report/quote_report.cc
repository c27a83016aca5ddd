#include "report/quote_report.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "report/json.h"
#include "report/quota_cells.h"
#include "report/quota_report.h"
#include "report/table.h"
#include "report/text.h"

namespace drawdown {
namespace {

std::vector<ReportColumn> LineColumns() {
  return {{"contract"},
          {"commitment"},
          {"kind", ColumnKind::kWord},
          {"unit_price", ColumnKind::kDecimal},
          {"gpu_seconds", ColumnKind::kDecimal},
          {"gpu_hours", ColumnKind::kDecimal},
          {"cost", ColumnKind::kDecimal},
          {"currency", ColumnKind::kWord}};
}

// What has no price costs nobody knows what.
std::optional<MoneyAmount> CostOf(const QuoteLine& line) {
  if (line.kind == ChargeKind::kUnpriced) return std::nullopt;
  return line.cost;
}

std::vector<Row> LineRows(const HoldQuote& quote) {
  std::vector<Row> rows;
  for (const QuoteLine& line : quote.lines) {
    rows.push_back({TextCell(line.contract), TextCell(line.commitment),
                    std::string(ChargeKindName(line.kind)),
                    MoneyCell(line.unit_price), SecondsCell(line.gpu_time),
                    HoursCell(line.gpu_time), MoneyCell(CostOf(line)),
                    line.currency.ToString()});
  }
  return rows;
}

std::string LineTable(const HoldRequest& request, const HoldQuote& quote) {
  if (quote.lines.empty()) {
    if (request.gpu_time.zero()) {
      return "no GPU time is asked for: say how much for a price\n";
    }
    return absl::StrCat("no contract prices ", InertText(request.pool), "\n");
  }
  TextTable table;
  table.columns = {{"contract"},
                   {"commitment"},
                   {"kind", ColumnKind::kWord},
                   {"gpu_hours", ColumnKind::kDecimal},
                   {"unit_price", ColumnKind::kDecimal},
                   {"cost", ColumnKind::kDecimal},
                   {"currency", ColumnKind::kWord}};
  MoneyAmount total;
  GpuTime unpriced;
  bool one_currency = true;
  for (const QuoteLine& line : quote.lines) {
    const std::optional<MoneyAmount> cost = CostOf(line);
    table.rows.push_back(
        {TextCell(line.contract), TextCell(line.commitment),
         std::string(ChargeKindName(line.kind)), ReadableHours(line.gpu_time),
         MoneyCell(line.unit_price),
         cost ? Cell(ReadableMoney(line.currency, *cost)) : std::nullopt,
         line.currency.ToString()});
    total += line.cost;
    if (line.kind == ChargeKind::kUnpriced) unpriced += line.gpu_time;
    one_currency &= line.currency == quote.lines.front().currency;
  }
  if (one_currency) {
    table.total = {"in all",
                   {},
                   {},
                   {},
                   {},
                   ReadableMoney(quote.lines.front().currency, total),
                   quote.lines.front().currency.ToString()};
  }
  if (unpriced.zero()) return RenderTable(table);
  return absl::StrCat(RenderTable(table), "\n",
                      GroupThousands(ReadableHours(unpriced)),
                      " GPU-hours have no price\n");
}

std::string AmountWords(const HoldRequest& request) {
  std::string words;
  if (!request.gpu_time.zero()) {
    words = GroupThousands(ReadableHours(request.gpu_time)) + " GPU-hours";
  }
  if (request.micro_gpus == 0) return words;
  return absl::StrCat(words, words.empty() ? "" : " and ",
                      FormatGpus(request.micro_gpus), " GPUs");
}

}  // namespace

std::string QuoteVerdict(const HoldRequest& request, const HoldQuote& quote) {
  if (quote.admission.refusal) {
    return "would be refused: " + DescribeRefusal(*quote.admission.refusal);
  }
  return absl::StrCat("fits: ", AmountWords(request), " of ", request.tenant,
                      " on ", request.pool);
}

void WriteQuote(const HoldRequest& request, const HoldQuote& quote,
                Format format, const Sink& sink) {
  if (format == Format::kTable) {
    return sink(absl::StrCat(InertText(QuoteVerdict(request, quote)), "\n\n",
                             LineTable(request, quote)));
  }
  if (format == Format::kCsv) {
    return WriteCsv(LineColumns(), LineRows(quote), sink);
  }
  JsonObject json(sink);
  json.Text("tenant", request.tenant);
  json.Text("pool", request.pool);
  json.Text("asked_gpu_seconds", SecondsCell(request.gpu_time));
  json.Text("asked_gpu_hours", HoursCell(request.gpu_time));
  json.Text("asked_gpus", GpusCell(request.micro_gpus));
  json.Bool("admitted", quote.admission.admitted());
  json.Member({"refusal", ColumnKind::kJson},
              RefusalJson(quote.admission.refusal));
  json.Rows("lines", LineColumns(), LineRows(quote));
  json.Close();
}

}  // namespace drawdown
