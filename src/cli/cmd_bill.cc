#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "report/bill_report.h"

namespace drawdown {
namespace {

absl::StatusOr<BillSummary> Summarize(const std::vector<std::string>& bills) {
  Progress progress;
  return SummarizeBill(bills, progress.callback());
}

int RunSummary(Program* program, const std::vector<std::string>& bills) {
  const auto summary = Summarize(bills);
  if (!summary.ok()) return Fail(summary.status());
  Output& output = program->output();
  WriteBillSummary(*summary, program->globals().FormatFor(output.terminal()),
                   output.sink());
  return kExitFine;
}

}  // namespace

void AddBill(Program* program) {
  program->AddGroup("bill", {"What a provider's bill is; needs no ledger",
                             "Looks at bills before they are reconciled.",
                             "drawdown bill summary bill.csv.gz", ""});
  auto bills = std::make_shared<std::vector<std::string>>();
  program
      ->AddVerb("bill summary",
                {"Format, totals and oddities of a bill",
                 "Says which format and version the files are and how that was "
                 "told, how many rows\nthey have, over what time, the totals "
                 "per provider, charge category and currency,\nwhat was odd "
                 "and what it means, and which columns are not read.",
                 "drawdown bill summary bill.csv.gz\n"
                 "drawdown bill summary part-*.csv --format json",
                 ""})
      .Operands("BILL", "The bill's files, may be gzipped; - is stdin",
                bills.get())
      .Does([program, bills] { return RunSummary(program, *bills); });
}

}  // namespace drawdown
