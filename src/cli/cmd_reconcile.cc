#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/atomic_file.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "report/break_report.h"
#include "report/text.h"

namespace drawdown {
namespace {

struct Arguments {
  std::string contract;
  std::string period;
  std::vector<std::string> bills;
  std::string breaks;
  std::string tolerance;
  bool all = false;
};

absl::StatusOr<ReconcileOptions> OptionsOf(const Arguments& arguments) {
  ReconcileOptions options;
  if (arguments.tolerance.empty()) return options;
  const auto amount = ParseMoney(arguments.tolerance);
  if (!amount.ok() || *amount < MoneyAmount()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     absl::StrCat("--tolerance: '", arguments.tolerance,
                                  "' is not an amount of money, 0 or more"));
  }
  options.tolerance = *amount;
  return options;
}

absl::StatusOr<ReconcileResult> Reconcile(const GlobalOptions& globals,
                                          const Arguments& arguments) {
  ASSIGN_OR_RETURN(const ReconcileOptions options, OptionsOf(arguments));
  ASSIGN_OR_RETURN(
      const StatementQuery query,
      StatementQueryOf(globals, arguments.contract, arguments.period));
  ASSIGN_OR_RETURN(const auto ledger, OpenLedger(globals));
  Progress progress;
  return ledger->Reconcile(query, arguments.bills, options,
                           progress.callback());
}

void WriteResult(Program* program, const ReconcileResult& result, bool all) {
  Output& output = program->output();
  const Format format = program->globals().FormatFor(output.terminal());
  if (format == Format::kJson) {
    return WriteReconcileJson(result, output.sink());
  }
  if (format == Format::kCsv) {
    WriteBreaksCsv(result, output.sink());
  } else {
    output.Write(ReconcileTable(result, all));
  }
  SayNotes(result.notes);
}

int SayFindings(const ReconcileResult& result) {
  if (result.clean()) return kExitFine;
  uint64_t breaks = 0;
  uint64_t failed = 0;
  for (const Break& item : result.items) breaks += !IsClean(item.kind);
  for (const ReconcileCheck& check : result.checks) {
    failed += check.outcome == ReconcileCheck::Outcome::kFailed;
  }
  Say(absl::StrCat("finding: ", CountOf(breaks, "break"), ", ",
                   CountOf(failed, "failed check")));
  return kExitFindings;
}

int RunReconcile(Program* program, const Arguments& arguments) {
  std::unique_ptr<AtomicFile> file;
  if (!arguments.breaks.empty()) {
    auto created = AtomicFile::Create(arguments.breaks);
    if (!created.ok()) return Fail(WithContext(created.status(), "--breaks"));
    file = *std::move(created);
  }
  const auto result = Reconcile(program->globals(), arguments);
  if (!result.ok()) return Fail(result.status());
  if (file != nullptr) {
    WriteBreaksCsv(*result,
                   [&file](std::string_view text) { file->Write(text); });
    const absl::Status committed = file->Commit();
    if (!committed.ok()) return Fail(committed);
    Say(absl::StrCat("wrote ", CountOf(result->items.size(), "line"), " to ",
                     arguments.breaks));
  }
  WriteResult(program, *result, arguments.all);
  return SayFindings(*result);
}

}  // namespace

void AddReconcile(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  program
      ->AddVerb("reconcile",
                {"Which lines of the provider's bill are wrong",
                 "Compares a bill (FOCUS 1.0 to 1.4, any number of files) with "
                 "the statement of\nthe period. Every bill row and every "
                 "metered cell ends in exactly one class. The\ntable shows "
                 "what is not clean, big money first; CSV is every item, JSON "
                 "has the\ntotals and the checks too.",
                 "drawdown reconcile --contract aws-2025 --period 2026-10 "
                 "bill.csv.gz\n"
                 "drawdown reconcile --contract aws-2025 --period 2026-10 "
                 "--breaks breaks.csv bill-*.csv",
                 "findings: differences that are not clean, or a failed check",
                 TimeOptions::kMoment})
      .Operands("BILL", "The bill's files, may be gzipped; - is stdin",
                &arguments->bills)
      .RequiredText("contract", "ID", "The contract", &arguments->contract)
      .RequiredText("period", "P",
                    "2026-10 the month that starts then, 2026 the contract "
                    "year, or A/B",
                    &arguments->period)
      .Text("breaks", "FILE", "Also write every item as CSV to FILE",
            &arguments->breaks)
      .Text("tolerance", "AMOUNT",
            "Of lines and invoices; 0 is exact; else as published",
            &arguments->tolerance)
      .Flag("all", "List what matched too", &arguments->all)
      .Does([program, arguments] { return RunReconcile(program, *arguments); });
}

}  // namespace drawdown
