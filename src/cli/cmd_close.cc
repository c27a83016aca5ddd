// `close` and `closes`.
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/close_report.h"

namespace drawdown {
namespace {

struct CloseArguments {
  std::string contract;
  std::string period;
};

void Write(Program* program, std::span<const ClosedPeriod> periods) {
  Output& output = program->output();
  WriteClosedPeriods(periods, program->globals().FormatFor(output.terminal()),
                     output.sink());
}

int RunClose(Program* program, const CloseArguments& arguments) {
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const auto result =
      (*ledger)->ClosePeriod(arguments.contract, arguments.period);
  if (!result.ok()) return Fail(result.status());
  if (result->was_closed) {
    Say(absl::StrCat("contract ", result->closed.contract, ": ",
                     result->closed.period, " was closed already"));
  }
  Write(program, {&result->closed, 1});
  return kExitFine;
}

int RunCloses(Program* program, const std::string& contract) {
  const auto moment = MomentOf(program->globals());
  if (!moment.ok()) return Fail(moment.status());
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const auto periods = (*ledger)->ClosedPeriods(contract, moment->as_of_us);
  if (!periods.ok()) return Fail(periods.status());
  Write(program, *periods);
  return kExitFine;
}

}  // namespace

void AddClose(Program* program) {
  auto arguments = std::make_shared<CloseArguments>();
  program
      ->AddVerb(
          "close",
          {"Close a month of a contract: its statement is final",
           "Drains live meters, then freezes the month's statement with the "
           "contracts' versions\nand the hash of the journal. `statement` "
           "answers the closed month from that for\never. What is recorded of "
           "it later is in the next month's statement, as\ncorrections. "
           "Months are closed in order, and not before their end and the\n"
           "contract's `grace`. The same again changes nothing.",
           "drawdown close --contract aws-2025 --period 2026-10\n"
           "drawdown statement --contract aws-2025 --period 2026-10",
           ""})
      .RequiredText("contract", "ID", "The contract", &arguments->contract)
      .RequiredText("period", "P", "2026-10: the month that starts then",
                    &arguments->period)
      .Does([program, arguments] { return RunClose(program, *arguments); });
}

void AddCloses(Program* program) {
  auto contract = std::make_shared<std::string>();
  program
      ->AddVerb("closes",
                {"List closed months",
                 "When each was closed, what was owed, and what of it "
                 "corrects earlier months. CSV and\nJSON also have the "
                 "contracts' versions, the version of the time zones and the "
                 "hash\nof the journal that it was computed from.",
                 "drawdown closes\n"
                 "drawdown closes --contract aws-2025 --format csv",
                 "", TimeOptions::kAsOf})
      .Text("contract", "ID", "Of this contract; else of all", contract.get())
      .Does([program, contract] { return RunCloses(program, *contract); });
}

}  // namespace drawdown
