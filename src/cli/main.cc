#include <malloc.h>

#include <csignal>
#include <exception>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/exit_code.h"

namespace {

void AddVerbs(drawdown::Program* program) {
  drawdown::AddInit(program);
  drawdown::AddContract(program);
  drawdown::AddQuota(program);
  drawdown::AddTenant(program);
  drawdown::AddRun(program);
  drawdown::AddPolicy(program);
  drawdown::AddHold(program);
  drawdown::AddImport(program);
  drawdown::AddCorrect(program);
  drawdown::AddUsage(program);
  drawdown::AddStatus(program);
  drawdown::AddForecast(program);
  drawdown::AddReport(program);
  drawdown::AddStatement(program);
  drawdown::AddClose(program);
  drawdown::AddReconcile(program);
  drawdown::AddBill(program);
  drawdown::AddRuns(program);
  drawdown::AddCloses(program);
  drawdown::AddCapacity(program);
  drawdown::AddRefunds(program);
  drawdown::AddHolds(program);
  drawdown::AddJournal(program);
  drawdown::AddTop(program);
  drawdown::AddMetrics(program);
  drawdown::AddVerify(program);
  drawdown::AddBackup(program);
  drawdown::AddSalvage(program);
  drawdown::AddExample(program);
  drawdown::AddCompletion(program);
}

}  // namespace

int main(int argc, char** argv) {
  drawdown::ClaimStandardDescriptors();
#if defined(M_ARENA_MAX)
  // What one thread frees another may have: with memory of its own for each, a
  // reconciliation by tenant takes a sixth more.
  mallopt(M_ARENA_MAX, 1);
#endif
  // A reader that goes away is an error of write(), not the end of a ledger's
  // writer.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    drawdown::Program program;
    AddVerbs(&program);
    return program.Run(argc, argv);
  } catch (const std::exception& error) {  // std::bad_alloc, in practice
    drawdown::Say(absl::StrCat("drawdown: ", error.what()));
    return drawdown::kExitLedger;
  }
}
