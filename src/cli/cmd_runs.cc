#include <array>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/books_report.h"

namespace drawdown {
namespace {

constexpr std::array<RunState, 5> kStates = {
    RunState::kNeverStarted, RunState::kOpen, RunState::kSuspended,
    RunState::kEnded, RunState::kVoided};

struct Arguments {
  RunQuery query;
  std::string state;
};

std::vector<std::string> StateNames() {
  std::vector<std::string> names;
  for (const RunState state : kStates) names.emplace_back(RunStateName(state));
  return names;
}

RunQuery QueryOf(const Arguments& arguments) {
  RunQuery query = arguments.query;
  for (const RunState state : kStates) {
    if (RunStateName(state) == arguments.state) query.state = state;
  }
  return query;
}

int RunRuns(Program* program, const Arguments& arguments) {
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  Output& output = program->output();
  RunWriter writer(program->globals().FormatFor(output.terminal()),
                   output.sink());
  const absl::Status visited =
      (*ledger)->VisitRuns(QueryOf(arguments), [&](const RunInfo& run) {
        writer.Add(run);
        return !output.stopped();
      });
  if (!visited.ok()) return Fail(visited);
  writer.Finish();
  return kExitFine;
}

}  // namespace

void AddRuns(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  program
      ->AddVerb("runs",
                {"List the runs in the books",
                 "In order of run id and attempt. CSV and the table have a "
                 "line per segment of\nconstant GPU count, JSON an object per "
                 "run.",
                 "drawdown runs --tenant acme/research --state open\n"
                 "drawdown runs --run job-1234 --format json",
                 ""})
      .Text("tenant", "PATH", "This tenant and all below it",
            &arguments->query.tenant)
      .Text("pool", "SELECTOR", "These pools: a path prefix, * is any one part",
            &arguments->query.pool)
      .Choice("state", StateNames(), "Only runs in this state",
              &arguments->state)
      .Text("run", "ID", "Only this run id", &arguments->query.run_id)
      .Number("limit", "N", "At most so many runs; else all",
              &arguments->query.limit)
      .Does([program, arguments] { return RunRuns(program, *arguments); });
}

}  // namespace drawdown
