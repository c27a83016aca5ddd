#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/atomic_file.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output_paths.h"
#include "report/focus_export.h"
#include "report/journal_export.h"
#include "report/statement_report.h"
#include "report/text.h"

namespace drawdown {
namespace {

const std::vector<std::string> kExports = {"focus", "focus-1.4", "hledger",
                                           "beancount"};

struct Arguments {
  std::string contract;
  std::string period;
  std::string commitments;
  std::string tenant;
  bool unallocated = false;
  bool explain = false;
};

int SayUnpriced(const Statement& statement) {
  uint64_t lines = 0;
  GpuTime time;
  for (const StatementLine& line : statement.lines) {
    if (line.kind != ChargeKind::kUnpriced) continue;
    ++lines;
    time += line.gpu_time;
  }
  if (lines == 0) return kExitFine;
  Say(absl::StrCat("finding: no rate covers ", FormatGpuHours(time),
                   " GPU-hours (", CountOf(lines, "unpriced line"),
                   "): what is owed leaves them out"));
  return kExitFindings;
}

bool IsFocus(const std::string& format) {
  return format == "focus" || format == "focus-1.4";
}

absl::Status WriteCommitmentsFile(const Statement& statement,
                                  const StatementTerms& terms,
                                  const std::string& path) {
  ASSIGN_OR_RETURN(const auto file, AtomicFile::Create(path));
  WriteContractCommitments(
      statement, terms, [&file](std::string_view text) { file->Write(text); });
  return file->Commit();
}

// What is drawn is in the books, not in the terms: of the last instant that the
// statement covers, by what was used when that bucket began.
absl::Status MarkExhausted(const Ledger& ledger, const Statement& statement,
                           std::optional<int64_t> as_of_us,
                           StatementTerms* terms) {
  const int64_t at_us = std::min(statement.at_us, statement.period_end_us) - 1;
  ASSIGN_OR_RETURN(const std::vector<CommitmentStatus> statuses,
                   ledger.Status(at_us, as_of_us));
  for (const CommitmentStatus& status : statuses) {
    if (status.contract != statement.contract ||
        status.state != CommitmentState::kExhausted) {
      continue;
    }
    for (CommitmentTerms& one : terms->commitments) {
      if (one.id == status.commitment) one.lifecycle = "Exhausted";
    }
  }
  return absl::OkStatus();
}

// The formats that are for other programs.
absl::Status WriteExport(const Ledger& ledger, const Statement& statement,
                         const std::string& format, const Arguments& arguments,
                         std::optional<int64_t> as_of_us, const Sink& sink) {
  if (!IsFocus(format)) {
    WriteJournal(
        statement,
        format == "hledger" ? JournalStyle::kHledger : JournalStyle::kBeancount,
        sink);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(StatementTerms terms, ledger.TermsOf(statement));
  if (format == "focus-1.4") SayNotes(terms.notes);
  if (!arguments.commitments.empty()) {
    RETURN_IF_ERROR(MarkExhausted(ledger, statement, as_of_us, &terms));
    RETURN_IF_ERROR(
        WriteCommitmentsFile(statement, terms, arguments.commitments));
  }
  WriteFocus(statement, terms,
             format == "focus" ? FocusVersion::k12 : FocusVersion::k14, sink);
  return absl::OkStatus();
}

int RunStatement(Program* program, const Arguments& arguments) {
  const GlobalOptions& globals = program->globals();
  if (!arguments.commitments.empty() && globals.format != "focus-1.4") {
    return FailUsage("--commitments goes with --format focus-1.4");
  }
  const bool exports = std::find(kExports.begin(), kExports.end(),
                                 globals.format) != kExports.end();
  if (arguments.unallocated && !arguments.tenant.empty()) {
    return FailUsage("--unallocated is what no --tenant caused: give one");
  }
  if (arguments.explain && exports) {
    return FailUsage("--explain goes with --format table, csv or json");
  }
  const absl::Status apart = CheckOutputs(
      {}, {{"--commitments", arguments.commitments}}, globals.Directory());
  if (!apart.ok()) return Fail(apart);
  auto query = StatementQueryOf(globals, arguments.contract, arguments.period);
  if (!query.ok()) return Fail(query.status());
  if (arguments.unallocated || !arguments.tenant.empty()) {
    query->tenant = arguments.tenant;
  }
  query->explain = arguments.explain;
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return Fail(ledger.status());
  const auto statement = (*ledger)->MakeStatement(*query);
  if (!statement.ok()) return Fail(statement.status());
  Output& output = program->output();
  if (exports) {
    const absl::Status written =
        WriteExport(**ledger, *statement, globals.format, arguments,
                    query->as_of_us, output.sink());
    if (!written.ok()) return Fail(written);
  } else if (arguments.explain) {
    WriteReasons(*statement, globals.FormatFor(output.terminal()),
                 output.sink());
  } else {
    WriteStatement(*statement, globals.FormatFor(output.terminal()),
                   output.sink());
  }
  if (!globals.json()) SayNotes(statement->notes);
  if (!statement->complete) {
    Say("note: the period has not ended: this covers only what ended by " +
        FormatInstant(statement->at_us));
  }
  return SayUnpriced(*statement);
}

}  // namespace

void AddStatement(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  program
      ->AddVerb("statement",
                {"What is owed under a contract for a period",
                 "Rates the usage of the period: one line per tenant, pool, "
                 "commitment, kind and\nprice. The sum of `cost` is what is "
                 "owed. A period that has not ended covers only\nwhat ended "
                 "by now (--at).\n\n"
                 "For other programs --format may also be focus (FOCUS 1.2 "
                 "cost and usage), focus-1.4,\nhledger (a journal for hledger "
                 "and ledger) or beancount.",
                 "drawdown statement --contract aws-2025 --period 2026-10\n"
                 "drawdown statement --contract aws-2025 --period 2026 "
                 "--format csv > owed.csv\n"
                 "drawdown statement --contract aws-2025 --period "
                 "2026-10-01T00:00:00Z/2026-10-08T00:00:00Z\n"
                 "drawdown statement --contract aws-2025 --period 2026-10 "
                 "--tenant acme/chat --explain\n"
                 "drawdown statement --contract aws-2025 --period 2026-10 "
                 "--format focus > cost-and-usage.csv\n"
                 "drawdown statement --contract aws-2025 --period 2026-10 "
                 "--format hledger | hledger -f- balance",
                 "findings: usage that no rate covers", TimeOptions::kMoment,
                 kExports})
      .RequiredText("contract", "ID", "The contract", &arguments->contract)
      .RequiredText("period", "P",
                    "2026-10 the month that starts then, 2026 the contract "
                    "year, or A/B",
                    &arguments->period)
      .Text("tenant", "TENANT",
            "Only what this tenant and all below it are charged",
            &arguments->tenant)
      .Flag("unallocated", "Only what no tenant caused",
            &arguments->unallocated)
      .Flag("explain",
            "Why each line is what it is: contract version, rule, burn order",
            &arguments->explain)
      .Text("commitments", "FILE",
            "With focus-1.4: also write the Contract Commitment dataset to "
            "FILE",
            &arguments->commitments)
      .Does([program, arguments] { return RunStatement(program, *arguments); });
}

}  // namespace drawdown
