#include "cli/bill_options.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "drawdown/bill_check.h"
#include "report/bill_report.h"
#include "report/check_report.h"

namespace drawdown {
namespace {

struct Arguments {
  std::vector<std::string> bills;
  BillOptions options;
  bool all = false;
};

absl::StatusOr<BillSummary> Summarize(const Arguments& arguments) {
  Progress progress;
  return SummarizeBill(arguments.bills, arguments.options, progress.callback());
}

// The other formats have a place for it.
void NoteMixedCharges(const BillSummary& summary, Format format) {
  if (summary.mixed_charges && format == Format::kCsv) {
    SayNote(summary.version_reason);
  }
}

int RunSummary(Program* program, const Arguments& arguments) {
  const auto summary = Summarize(arguments);
  if (!summary.ok()) return Fail(summary.status());
  Output& output = program->output();
  const Format format = program->globals().FormatFor(output.terminal());
  WriteBillSummary(*summary, format, output.sink());
  NoteMixedCharges(*summary, format);
  return kExitFine;
}

absl::StatusOr<BillCheckResult> Check(const Arguments& arguments) {
  Progress progress;
  return CheckBill(arguments.bills, arguments.options, progress.callback());
}

int RunCheck(Program* program, const Arguments& arguments) {
  const auto result = Check(arguments);
  if (!result.ok()) return Fail(result.status());
  Output& output = program->output();
  const Format format = program->globals().FormatFor(output.terminal());
  WriteBillCheck(*result, format, arguments.all, output.sink());
  NoteMixedCharges(result->summary, format);
  return result->clean() ? kExitFine : kExitFindings;
}

void AddBillCheck(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  Verb verb = program->AddVerb(
      "bill check",
      {"Which rules of FOCUS a bill keeps, by their ids",
       "Checks charges against 563 rules of FOCUS, those of 1.2 and of the "
       "columns that\ncame with 1.3 and 1.4: those that the official rule "
       "model "
       "says how to execute,\nand of those that it does not, the ones that a "
       "bill can show. A rule is passed,\nfailed with the rows that break it, "
       "not_executable with the reason, or\nnot_applicable where the bill's "
       "version has no such column. The table lists\nwhat failed.",
       "drawdown bill check bill.csv.gz\n"
       "drawdown bill check bill.csv.gz --all\n"
       "drawdown bill check part-*.csv --format csv",
       "findings: a rule with MUST has failed"});
  verb.Operands("BILL", "The bill's files or manifests; - is stdin",
                &arguments->bills)
      .Flag("all", "List every rule", &arguments->all)
      .Does([program, arguments] { return RunCheck(program, *arguments); });
}

}  // namespace

void AddBill(Program* program) {
  program->AddGroup("bill", {"What a provider's bill is; needs no ledger",
                             "Looks at bills before they are reconciled.",
                             "drawdown bill summary bill.csv.gz", ""});
  auto arguments = std::make_shared<Arguments>();
  Verb verb = program->AddVerb(
      "bill summary",
      {"Format, totals and oddities of a bill",
       "Says which format and version the files are and how that was told, how "
       "many rows\nthey have, over what time, the totals per provider, charge "
       "category and currency,\nwhat was odd and what it means, and which "
       "columns are not read. A manifest (.json)\nstands for exactly the files "
       "that it lists.",
       "drawdown bill summary bill.csv.gz\n"
       "drawdown bill summary export-Manifest.json\n"
       "drawdown bill summary --mapping acme.map usage.csv\n"
       "drawdown bill summary part-*.csv --format json",
       ""});
  verb.Operands("BILL", "The bill's files or manifests; - is stdin",
                &arguments->bills);
  AddBillOptions(&verb, &arguments->options).Does([program, arguments] {
    return RunSummary(program, *arguments);
  });
  AddBillCheck(program);
}

}  // namespace drawdown
