// The verbs, one file each.
#ifndef DRAWDOWN_SRC_CLI_COMMANDS_H_
#define DRAWDOWN_SRC_CLI_COMMANDS_H_

#include "cli/program.h"

namespace drawdown {

// In the order that help lists them.
void AddInit(Program* program);
void AddContract(Program* program);
void AddQuota(Program* program);
void AddTenant(Program* program);
void AddRun(Program* program);
void AddPolicy(Program* program);
void AddHold(Program* program);
void AddImport(Program* program);
void AddCorrect(Program* program);
void AddUsage(Program* program);
void AddStatus(Program* program);
void AddForecast(Program* program);
void AddReport(Program* program);
void AddStatement(Program* program);
void AddClose(Program* program);
void AddReconcile(Program* program);
void AddBill(Program* program);
void AddRuns(Program* program);
void AddCloses(Program* program);
void AddCapacity(Program* program);
void AddRefunds(Program* program);
void AddHolds(Program* program);
void AddJournal(Program* program);
void AddTop(Program* program);
void AddMetrics(Program* program);
void AddVerify(Program* program);
void AddBackup(Program* program);
void AddSalvage(Program* program);
void AddExample(Program* program);
void AddCompletion(Program* program);

// A verb of the group `hold`.
void AddHoldNext(Program* program);
void AddHoldQuote(Program* program);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_COMMANDS_H_
