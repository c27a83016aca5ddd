#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/statement_report.h"
#include "report/status_report.h"

namespace drawdown {
namespace {

struct Arguments {
  bool portfolio = false;
  bool next = false;
};

absl::StatusOr<StatusView> ViewOf(const Ledger& ledger, const Moment& moment) {
  StatusView view;
  ASSIGN_OR_RETURN(view.commitments,
                   ledger.Status(moment.at_us, moment.as_of_us));
  ASSIGN_OR_RETURN(view.rates,
                   ledger.BurnRatesAt(moment.at_us, moment.as_of_us));
  return view;
}

int RunStatus(Program* program, const Arguments& arguments) {
  const auto moment = MomentOf(program->globals());
  if (!moment.ok()) return Fail(moment.status());
  if (arguments.portfolio && arguments.next) {
    return FailUsage("--portfolio and --next are two views: ask for one");
  }
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  Output& output = program->output();
  const Format format = program->globals().FormatFor(output.terminal());
  if (arguments.portfolio) {
    const auto lines = (*ledger)->Portfolio(moment->at_us, moment->as_of_us);
    if (!lines.ok()) return Fail(lines.status());
    WritePortfolio(*lines, format, output.sink());
    return kExitFine;
  }
  if (arguments.next) {
    const auto dates = (*ledger)->DueDates(moment->at_us, moment->as_of_us);
    if (!dates.ok()) return Fail(dates.status());
    WriteDueDates(*dates, format, output.sink());
    return kExitFine;
  }
  const auto view = ViewOf(**ledger, *moment);
  if (!view.ok()) return Fail(view.status());
  WriteStatus(*view, format, output.sink());
  return kExitFine;
}

}  // namespace

void AddStatus(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  program
      ->AddVerb("status",
                {"How far each commitment is drawn down",
                 "One line per commitment, for the fulfilment interval that "
                 "contains now (--at):\nwhat is contracted, delivered, drawn "
                 "and left, how fast it burns, and what that\nmakes of it by "
                 "the interval's end, if usage goes on as since its start. "
                 "The unit is\ngpu_hours or a currency. `forecast` looks "
                 "further and says how sure it is.",
                 "drawdown status\n"
                 "drawdown status --at 2026-10-15T00:00:00Z --format json\n"
                 "drawdown status --portfolio\n"
                 "drawdown status --next",
                 "", TimeOptions::kMoment})
      .Flag("portfolio",
            "Instead: what all contracts come to, currency by currency",
            &arguments->portfolio)
      .Flag("next",
            "Instead: what comes next: ends of intervals, steps, options, "
            "credits, grace",
            &arguments->next)
      .Does([program, arguments] { return RunStatus(program, *arguments); });
}

}  // namespace drawdown
