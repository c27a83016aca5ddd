#include "report/claim_report.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/csv.h"
#include "base/decimal.h"
#include "base/minor_units.h"
#include "base/wide.h"
#include "report/claim_unbilled.h"
#include "report/settled.h"
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
                                     {"journal_sequence", ColumnKind::kCount},
                                     {"journal_hash", ColumnKind::kWord}};
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

MoneyAmount Payable(MoneyAmount amount, Currency currency) {
  return RoundMoney(amount, MinorDigits(currency));
}

// At the decimals of an invoice.
std::string Money(MoneyAmount amount, Currency currency) {
  const int digits = MinorDigits(currency);
  return absl::StrCat(GroupThousands(FormatScaled(
                          RoundMoney(amount, digits).count(), 18, digits)),
                      " ", currency.ToString());
}

using Sums = std::map<std::string, MoneyAmount>;  // by currency

Sums AskedOf(const std::vector<Claim>& claims) {
  Sums sums;
  for (const Claim& claim : claims) {
    sums[claim.finding.currency.ToString()] += claim.asked;
  }
  return sums;
}

std::string TextOf(const Sums& sums) {
  std::string text;
  for (const auto& [currency, sum] : sums) {
    if (sum == MoneyAmount()) continue;
    absl::StrAppend(&text, text.empty() ? "" : " and ",
                    Money(sum, *Currency::Parse(currency)));
  }
  return text.empty() ? "nothing" : text;
}

// Of the currencies that something is asked for in.
Sums RefundsBeside(const Sums& asked, const ReconcileResult& result) {
  Sums beside;
  for (const auto& [currency, refund] : RefundsOf(result)) {
    if (!asked.contains(currency)) continue;
    const MoneyAmount payable = Payable(refund, *Currency::Parse(currency));
    if (payable > MoneyAmount()) beside[currency] = payable;
  }
  return beside;
}

// A pool that agrees is billed right whatever its tenants are, and what could
// not be checked is not known to be wrong.
bool CanBeClaimed(const Finding& finding) {
  return !finding.pending && finding.difference > MoneyAmount() &&
         finding.kind != BreakClass::kAllocationGap &&
         finding.kind != BreakClass::kNotExecutable;
}

bool LargerClaim(const Claim& a, const Claim& b) { return a.asked > b.asked; }

// What each final finding leaves to be asked for; biggest first.
std::vector<Claim> ClaimsBeforeRefunds(const ReconcileResult& result) {
  const std::vector<Settled> settled = SettledOf(result);
  std::vector<Claim> claims;
  for (Finding& finding : FindingsOf(result)) {
    if (!CanBeClaimed(finding)) continue;
    Claim claim;
    for (const size_t place : finding.places) {
      claim.settled += settled[place].money;
    }
    claim.asked = Payable(finding.difference - claim.settled, finding.currency);
    claim.finding = std::move(finding);
    if (claim.asked > MoneyAmount()) claims.push_back(std::move(claim));
  }
  std::stable_sort(claims.begin(), claims.end(), LargerClaim);
  return claims;
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

std::string DeadlineOf(const ReconcileResult& result, int64_t written_us) {
  if (!result.claim_deadline_us.has_value()) {
    return "The contract file gives no `claim_window`: see the agreement for "
           "how long a bill can be disputed.";
  }
  const std::string until = FormatInstant(*result.claim_deadline_us);
  return *result.claim_deadline_us < written_us
             ? absl::StrCat(
                   "**Late:** under the contract this bill could be "
                   "disputed until ",
                   until, ", which has passed.")
             : absl::StrCat(
                   "Under the contract this bill can be disputed "
                   "until **",
                   until, "**.");
}

std::string RefundText(const Sums& refunds) {
  if (refunds.empty()) return "";
  return absl::StrCat(
      "The bill gives back ", TextOf(refunds),
      " in credits and adjustments that do not say what they are for; that is "
      "taken off the sum above. What of it is for something else, we ask for "
      "as well.\n\n");
}

// A provider would answer that it ran; so it is said first.
std::string UnbilledText(const UnbilledUsage& unbilled) {
  if (unbilled.metered.zero()) return "";
  const std::string worth = TextOf(unbilled.worth);
  return absl::StrCat(
      "\nIn and around the time of these claims the bill also lacks usage: "
      "from ",
      FormatInstant(unbilled.start_us), " to ", FormatInstant(unbilled.end_us),
      " ", ReadableHours(unbilled.metered),
      " GPU-hours that we metered are in "
      "no row of it. By the contract they are worth ",
      worth, worth == "nothing" ? " beside its fees" : "",
      ". We expect them to be billed, unless they were on GPUs that you "
      "excluded.\n");
}

bool IsDuring(const Segment& segment, const Claim& claim) {
  const Finding& finding = claim.finding;
  return segment.start_us < finding.end_us &&
         segment.end_us.value_or(finding.end_us) > finding.start_us;
}

void AppendClaimTable(const std::vector<Claim>& claims, std::string* out) {
  absl::StrAppend(
      out,
      "| claim | amount | what | billed | by contract | made good elsewhere |\n"
      "|---|---|---|---|---|---|\n");
  for (const Claim& claim : claims) {
    const Finding& finding = claim.finding;
    absl::StrAppend(out, "| ", claim.number, " | ",
                    Money(claim.asked, finding.currency), " | ",
                    TableText(Headline(finding)), " | ",
                    Money(finding.billed_cost, finding.currency), " | ",
                    Money(finding.expected_cost, finding.currency), " | ",
                    Money(claim.settled, finding.currency), " |\n");
  }
}

// What the usage of a whole pool has beside what a claim is about, or lacks of
// it: a row of a bill is of one kind of usage.
std::string UsageText(const std::vector<Claim>& claims,
                      const std::map<uint64_t, GpuTime>& usage) {
  std::string out;
  for (const Claim& claim : claims) {
    const auto found = usage.find(claim.number);
    const std::optional<GpuTime>& metered = claim.finding.metered;
    if (found == usage.end() || !metered.has_value() ||
        found->second == *metered) {
      continue;
    }
    const bool more = found->second > *metered;
    const GpuTime rest =
        more ? found->second - *metered : *metered - found->second;
    absl::StrAppend(
        &out, "  Claim ", claim.number, ": ", ReadableHours(found->second),
        " GPU-hours, of which the bill's rows are compared with ",
        ReadableHours(*metered),
        more ? "; the other " : ", the contract's billing grain adding ",
        ReadableHours(rest),
        more ? " are usage of the pool of another kind, such as what a "
               "commitment covers or another claim is about.\n"
             : " to them.\n");
  }
  return out;
}

}  // namespace

std::vector<Claim> ClaimsOf(const ReconcileResult& result) {
  std::vector<Claim> claims = ClaimsBeforeRefunds(result);
  const Sums asked = AskedOf(claims);
  const Sums refunds = RefundsBeside(asked, result);
  const auto given_back = [&](const Claim& claim) {
    const std::string currency = claim.finding.currency.ToString();
    const auto refund = refunds.find(currency);
    return refund != refunds.end() && refund->second >= asked.at(currency);
  };
  claims.erase(std::remove_if(claims.begin(), claims.end(), given_back),
               claims.end());
  for (size_t i = 0; i < claims.size(); ++i) claims[i].number = i + 1;
  return claims;
}

std::string WhyNothingIsClaimed(const ReconcileResult& result) {
  const Sums asked = AskedOf(ClaimsBeforeRefunds(result));
  const Sums refunds = RefundsBeside(asked, result);
  if (refunds.empty()) return "";
  return absl::StrCat("the bill gives back ", TextOf(refunds),
                      " in credits and adjustments that do not say what they "
                      "are for, and has ",
                      TextOf(asked), " too much");
}

std::string ClaimLetter(const ReconcileResult& result,
                        const std::vector<Claim>& claims,
                        const ClaimBooks& books) {
  Sums asked = AskedOf(claims);
  const Sums refunds = RefundsBeside(asked, result);
  for (const auto& [currency, refund] : refunds) asked[currency] -= refund;
  std::string out = absl::StrCat(
      "# Claim under contract ", TableText(result.contract), "\n\n",
      "To: ", TableText(books.provider),
      "  \nBilling period: ", FormatInstant(result.period_start_us), " to ",
      FormatInstant(result.period_end_us), "\n\n");
  absl::StrAppend(
      &out, "We compared your bill with our own meter and with the contract. ",
      CountOf(claims.size(), "item"), " of it ",
      claims.size() == 1 ? "is" : "are", " more than the contract says. ",
      "We ask for a correction of **", TextOf(asked), "**.\n\n",
      RefundText(refunds), DeadlineOf(result, books.written_us), "\n\n");
  AppendClaimTable(claims, &out);
  absl::StrAppend(&out, UnbilledText(UnbilledBeside(result, claims)),
                  "\n## Why\n\n");
  for (const Claim& claim : claims) {
    absl::StrAppend(&out, claim.number, ". ",
                    TableText(claim.finding.first.reason), "\n");
  }
  absl::StrAppend(
      &out,
      "\nAmounts are what is billed less what the contract says, less what "
      "corrections in the same bill already give back; charges for time of "
      "another period are left to the bill of that period, but for hours in "
      "which nothing was metered.\n\n## Evidence\n\n",
      "- `lines.csv`: the rows of your bill, by claim, with file and row.\n"
      "- `usage.csv`: what we metered in the same pool and hours.\n",
      UsageText(claims, books.usage),
      "- `runs.csv`: the jobs that were running, with the entry of our journal "
      "that records each, and the chain hash of the journal up to the commit "
      "that has it.\n\n",
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
                 {CountCell(claim.number), TextCell(claim.finding.first.pool),
                  TextCell(row.group.at(0)), row.group.at(1),
                  SecondsCell(row.gpu_time), HoursCell(row.gpu_time)},
                 out);
  }
}

void AppendClaimRunHeader(std::string* out) {
  AppendCsvHeader(RunColumns(), out);
}

void AppendClaimRun(const Claim& claim, const RunInfo& run,
                    const std::string& journal_hash, std::string* out) {
  for (const Segment& segment : run.segments) {
    if (!IsDuring(segment, claim)) continue;
    AppendCsvRow(RunColumns(),
                 {CountCell(claim.number), TextCell(run.key.run_id),
                  CountCell(run.key.attempt), TextCell(run.tenant),
                  TextCell(run.pool), TimeCell(segment.start_us),
                  TimeCell(segment.end_us), FormatGpus(segment.micro_gpus),
                  CountCell(run.journal_sequence), journal_hash},
                 out);
  }
}

bool IsBehind(const Claim& claim, const RunInfo& run) {
  return std::any_of(
      run.segments.begin(), run.segments.end(),
      [&claim](const Segment& segment) { return IsDuring(segment, claim); });
}

}  // namespace drawdown
