#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/statement_report.h"

namespace drawdown {
namespace {

int RunStatus(Program* program) {
  const auto moment = MomentOf(program->globals());
  if (!moment.ok()) return Fail(moment.status());
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const auto status = (*ledger)->Status(moment->at_us, moment->as_of_us);
  if (!status.ok()) return Fail(status.status());
  Output& output = program->output();
  WriteStatus(*status, program->globals().FormatFor(output.terminal()),
              output.sink());
  return kExitFine;
}

}  // namespace

void AddStatus(Program* program) {
  program
      ->AddVerb("status",
                {"How far each commitment is drawn down",
                 "One line per commitment, for the fulfilment interval that "
                 "contains now (--at):\nwhat is contracted, delivered, drawn "
                 "and left, how fast it burns, and what that\nmakes of it by "
                 "the interval's end. The unit is gpu_hours or a currency.",
                 "drawdown status\n"
                 "drawdown status --at 2026-10-15T00:00:00Z --format json",
                 "", TimeOptions::kMoment})
      .Does([program] { return RunStatus(program); });
}

}  // namespace drawdown
