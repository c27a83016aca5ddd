#include "report/claim_report.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "base/csv.h"
#include "base/decimal.h"
#include "report/sheet.h"
#include "report/text.h"

namespace drawdown {
namespace {

const std::vector<ReportColumn>& LineColumns() {
  static const auto& columns =
      *new std::vector<ReportColumn>{{"claim", ColumnKind::kCount},
                                     {"file", ColumnKind::kText},
                                     {"row", ColumnKind::kCount},
                                     {"fields", ColumnKind::kText}};
  return columns;
}

const std::vector<ReportColumn>& UsageColumns() {
  static const auto& columns =
      *new std::vector<ReportColumn>{{"claim", ColumnKind::kCount},
                                     {"pool", ColumnKind::kText},
                                     {"tenant", ColumnKind::kText},
                                     {"hour", ColumnKind::kWord},
                                     {"gpu_seconds", ColumnKind::kDecimal},
                                     {"gpu_hours", ColumnKind::kDecimal}};
  return columns;
}

const std::vector<ReportColumn>& RunColumns() {
  static const auto& columns =
      *new std::vector<ReportColumn>{{"claim", ColumnKind::kCount},
                                     {"run_id", ColumnKind::kText},
                                     {"attempt", ColumnKind::kCount},
                                     {"tenant", ColumnKind::kText},
                                     {"pool", ColumnKind::kText},
                                     {"segment_start", ColumnKind::kWord},
                                     {"segment_end", ColumnKind::kWord},
                                     {"gpus", ColumnKind::kDecimal},
                                     {"journal_sequence", ColumnKind::kCount}};
  return columns;
}

// Numbers stay as the bill has them.
void AppendField(std::string_view field, std::string* record) {
  if (ParseDecimal(field).ok()) {
    AppendCsvField(field, record);
  } else {
    AppendInertCsv(field, record);
  }
  record->push_back(',');
}

// The row as it stands in the bill: its fields as one CSV record.
std::string RecordOf(std::string_view fields) {
  std::string record;
  while (!fields.empty()) {
    const size_t end = fields.find('\0');
    AppendField(fields.substr(0, end), &record);
    if (end == std::string_view::npos) break;
    fields.remove_prefix(end + 1);
  }
  if (!record.empty()) record.pop_back();
  return record;
}

std::string Money(MoneyAmount amount, Currency currency) {
  return absl::StrCat(GroupThousands(ReadableMoney(amount)), " ",
                      currency.ToString());
}

std::string TotalsOf(const std::vector<Claim>& claims) {
  std::map<std::string, MoneyAmount> sums;
  for (const Claim& claim : claims) {
    sums[claim.finding.currency.ToString()] += claim.finding.difference;
  }
  std::string text;
  for (const auto& [currency, sum] : sums) {
    absl::StrAppend(&text, text.empty() ? "" : " and ",
                    GroupThousands(FormatMoney(sum)), " ", currency);
  }
  return text.empty() ? "nothing" : text;
}

// A cell of a Markdown table: inert, and without what would end it.
std::string TableText(std::string_view text) {
  std::string out;
  for (const char c : InertText(text)) {
    if (c == '|' || c == '<' || c == '>' || c == '[' || c == ']' || c == '`' ||
        c == '*' || c == '_' || c == '!' || c == '\\') {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  return out;
}

std::string DeadlineOf(const ReconcileResult& result) {
  if (!result.claim_deadline_us.has_value()) {
    return "The contract file gives no `claim_window`: see the agreement for "
           "how long a bill can be disputed.";
  }
  return absl::StrCat("Under the contract this bill can be disputed until **",
                      FormatInstant(*result.claim_deadline_us), "**.");
}

}  // namespace

std::vector<Claim> ClaimsOf(const ReconcileResult& result) {
  std::vector<Claim> claims;
  for (Finding& finding : FindingsOf(result)) {
    if (finding.pending || finding.difference <= MoneyAmount()) continue;
    claims.push_back({claims.size() + 1, std::move(finding)});
  }
  return claims;
}

std::string ClaimLetter(const ReconcileResult& result,
                        const std::vector<Claim>& claims,
                        const ClaimBooks& books) {
  std::string out = absl::StrCat(
      "# Claim under contract ", TableText(result.contract), "\n\n",
      "To: ", TableText(books.provider),
      "  \nBilling period: ", FormatInstant(result.period_start_us), " to ",
      FormatInstant(result.period_end_us), "\n\n");
  absl::StrAppend(
      &out, "We compared your bill with our own meter and with the contract. ",
      CountOf(claims.size(), "item"), " of it ",
      claims.size() == 1 ? "is" : "are", " more than the contract says. ",
      "We ask for a correction of **", TotalsOf(claims), "**.\n\n",
      DeadlineOf(result), "\n\n");
  absl::StrAppend(&out,
                  "| claim | amount | what | billed | by contract |\n"
                  "|---|---|---|---|---|\n");
  for (const Claim& claim : claims) {
    const Finding& finding = claim.finding;
    absl::StrAppend(&out, "| ", claim.number, " | ",
                    Money(finding.difference, finding.currency), " | ",
                    TableText(Headline(finding)), " | ",
                    Money(finding.billed_cost, finding.currency), " | ",
                    Money(finding.expected_cost, finding.currency), " |\n");
  }
  absl::StrAppend(&out, "\n## Why\n\n");
  for (const Claim& claim : claims) {
    absl::StrAppend(&out, claim.number, ". ",
                    TableText(claim.finding.first().reason), "\n");
  }
  absl::StrAppend(
      &out, "\n## Evidence\n\n",
      "- `lines.csv`: the rows of your bill, by claim, with file and row.\n"
      "- `usage.csv`: what we metered in the same pool and hours.\n"
      "- `runs.csv`: the jobs that were running, with the entry of our journal "
      "that records each.\n\n",
      "Our journal is append-only and chained by hashes. These figures are of "
      "ledger ",
      TableText(books.ledger.uuid), " at entry ", books.ledger.entries,
      ", whose chain hash is `", TableText(books.ledger.chain_hash), "`.\n");
  return out;
}

void AppendClaimLineHeader(std::string* out) {
  AppendCsvHeader(LineColumns(), out);
}

void AppendClaimColumns(std::string_view file,
                        const std::vector<std::string>& names,
                        std::string* out) {
  std::string fields;
  for (const std::string& name : names) fields.append(name).push_back('\0');
  AppendCsvRow(
      LineColumns(),
      {std::nullopt, TextCell(file), std::nullopt, TextCell(RecordOf(fields))},
      out);
}

void AppendClaimLine(uint64_t claim, const BillLine& line, std::string* out) {
  AppendCsvRow(LineColumns(),
               {CountCell(claim), TextCell(line.file), CountCell(line.row),
                TextCell(RecordOf(line.fields))},
               out);
}

void AppendClaimUsageHeader(std::string* out) {
  AppendCsvHeader(UsageColumns(), out);
}

void AppendClaimUsage(const Claim& claim, const UsageAnswer& usage,
                      std::string* out) {
  for (const UsageRow& row : usage.rows) {
    AppendCsvRow(UsageColumns(),
                 {CountCell(claim.number), TextCell(claim.finding.first().pool),
                  TextCell(row.group.at(0)), row.group.at(1),
                  SecondsCell(row.gpu_time), HoursCell(row.gpu_time)},
                 out);
  }
}

void AppendClaimRunHeader(std::string* out) {
  AppendCsvHeader(RunColumns(), out);
}

void AppendClaimRun(const Claim& claim, const RunInfo& run, std::string* out) {
  for (const Segment& segment : run.segments) {
    const bool during =
        segment.start_us < claim.finding.end_us &&
        segment.end_us.value_or(claim.finding.end_us) > claim.finding.start_us;
    if (!during) continue;
    AppendCsvRow(
        RunColumns(),
        {CountCell(claim.number), TextCell(run.key.run_id),
         CountCell(run.key.attempt), TextCell(run.tenant), TextCell(run.pool),
         TimeCell(segment.start_us), TimeCell(segment.end_us),
         FormatGpus(segment.micro_gpus), CountCell(run.journal_sequence)},
        out);
  }
}

}  // namespace drawdown
