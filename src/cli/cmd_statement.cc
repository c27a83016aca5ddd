#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/statement_report.h"
#include "report/text.h"

namespace drawdown {
namespace {

struct Arguments {
  std::string contract;
  std::string period;
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

int RunStatement(Program* program, const Arguments& arguments) {
  const GlobalOptions& globals = program->globals();
  const auto query =
      StatementQueryOf(globals, arguments.contract, arguments.period);
  if (!query.ok()) return Fail(query.status());
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return Fail(ledger.status());
  const auto statement = (*ledger)->MakeStatement(*query);
  if (!statement.ok()) return Fail(statement.status());
  Output& output = program->output();
  const Format format = globals.FormatFor(output.terminal());
  WriteStatement(*statement, format, output.sink());
  if (format != Format::kJson) SayNotes(statement->notes);
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
                 "by now (--at).",
                 "drawdown statement --contract aws-2025 --period 2026-10\n"
                 "drawdown statement --contract aws-2025 --period 2026 "
                 "--format csv > owed.csv\n"
                 "drawdown statement --contract aws-2025 --period "
                 "2026-10-01T00:00:00Z/2026-10-08T00:00:00Z",
                 "findings: usage that no rate covers", TimeOptions::kMoment})
      .RequiredText("contract", "ID", "The contract", &arguments->contract)
      .RequiredText("period", "P",
                    "2026-10 the month that starts then, 2026 the contract "
                    "year, or A/B",
                    &arguments->period)
      .Does([program, arguments] { return RunStatement(program, *arguments); });
}

}  // namespace drawdown
