#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/child.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "model/verify_report.h"
#include "report/care_report.h"

namespace drawdown {
namespace {

absl::StatusOr<SalvageReport> SalvageInChild(const std::string& directory,
                                             const std::string& destination) {
  ASSIGN_OR_RETURN(
      const ChildResult child, RunInChild("salvaging", [&] {
        return EncodeSalvageReport(Salvage(directory, destination));
      }));
  if (child.stopped.empty()) return DecodeSalvageReport(child.output);
  return MakeError(
      ErrorCode::kCorrupt,
      absl::StrCat("salvage of ", directory, " was stopped by ", child.stopped,
                   ": ", destination, " is not complete"));
}

int RunSalvage(Program* program, const std::string& destination) {
  const auto report =
      SalvageInChild(program->globals().Directory(), destination);
  if (!report.ok()) return Fail(report.status());
  Output& output = program->output();
  const Format format = program->globals().FormatFor(output.terminal());
  WriteSalvageReport(*report, format, output.sink());
  if (format == Format::kCsv) {
    for (const std::string& loss : report->losses) {
      Say(absl::StrCat("lost: ", loss));
    }
  }
  const bool whole = report->entries_lost == 0 && report->losses.empty();
  return whole ? kExitFine : kExitFindings;
}

}  // namespace

void AddSalvage(Program* program) {
  auto destination = std::make_shared<std::string>();
  program
      ->AddVerb("salvage",
                {"Rebuild a damaged ledger from its journal",
                 "Reads whatever of the journal can still be read and makes a "
                 "new ledger of it. The\ndamaged one is not touched. Says what "
                 "was lost.",
                 "drawdown --ledger damaged salvage rebuilt",
                 "findings: something was lost"})
      .Operand("DEST", "A directory that must not exist", destination.get())
      .Does(
          [program, destination] { return RunSalvage(program, *destination); });
}

}  // namespace drawdown
