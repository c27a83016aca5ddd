#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/json.h"

namespace drawdown {
namespace {

int RunBackup(Program* program, const std::string& destination) {
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const absl::Status copied = (*ledger)->Backup(destination);
  if (!copied.ok()) return Fail(copied);
  Say(absl::StrCat("backed up to ", destination));
  if (program->globals().json()) {
    JsonObject json(program->output().sink());
    json.Text("destination", destination);
    json.Close();
  }
  return kExitFine;
}

}  // namespace

void AddBackup(Program* program) {
  auto destination = std::make_shared<std::string>();
  program
      ->AddVerb("backup", {"Copy the ledger, as of one instant",
                           "Makes a consistent copy while others go on "
                           "writing. The copy is a ledger: check\nit with "
                           "`drawdown --ledger DEST verify`.",
                           "drawdown backup /backup/books-2026-11-01", ""})
      .Operand("DEST", "A directory that must not exist", destination.get())
      .Does(
          [program, destination] { return RunBackup(program, *destination); });
}

}  // namespace drawdown
