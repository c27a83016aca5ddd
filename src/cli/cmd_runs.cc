#include <array>

#include "base/error.h"
#include "cli/amounts.h"
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
  bool totals = false;
  bool suspect = false;
  std::string lease;
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

absl::Status CheckOptions(const GlobalOptions& globals,
                          const Arguments& arguments) {
  const bool narrowed = !arguments.state.empty() || arguments.totals ||
                        !arguments.query.array.empty() ||
                        !arguments.query.run_id.empty() ||
                        arguments.query.limit != 0;
  if (arguments.suspect && narrowed) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "--suspect goes with --tenant, --pool and --lease alone");
  }
  if (!arguments.suspect && !arguments.lease.empty()) {
    return MakeError(ErrorCode::kInvalidArgument, "--lease is about --suspect");
  }
  if (!arguments.suspect && !arguments.totals && !globals.at.empty()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "--at is about --suspect and --totals");
  }
  if (!arguments.query.array.empty() && !arguments.query.run_id.empty()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "give one of --run and --array");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Ghost>> ReadGhosts(const GlobalOptions& globals,
                                              const Arguments& arguments) {
  GhostQuery query;
  query.tenant = arguments.query.tenant;
  query.pool = arguments.query.pool;
  ASSIGN_OR_RETURN(query.at_us, EventInstant(globals));
  ASSIGN_OR_RETURN(query.lease_us, DurationOption("lease", arguments.lease));
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  RETURN_IF_ERROR(CheckHasTenant(*ledger, query.tenant));
  return ledger->Ghosts(query);
}

int RunSuspect(Program* program, const Arguments& arguments) {
  const auto ghosts = ReadGhosts(program->globals(), arguments);
  if (!ghosts.ok()) return Fail(ghosts.status());
  Output& output = program->output();
  WriteGhosts(*ghosts, program->globals().FormatFor(output.terminal()),
              output.sink());
  return ghosts->empty() ? kExitFine : kExitFindings;
}

absl::StatusOr<RunTotals> ReadTotals(const GlobalOptions& globals,
                                     const Arguments& arguments) {
  ASSIGN_OR_RETURN(const auto at_us, EventInstant(globals));
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  RETURN_IF_ERROR(CheckHasNamed(*ledger, arguments.query));
  return ledger->TotalsOf(QueryOf(arguments), at_us);
}

int RunTotalsOf(Program* program, const Arguments& arguments) {
  const auto totals = ReadTotals(program->globals(), arguments);
  if (!totals.ok()) return Fail(totals.status());
  Output& output = program->output();
  WriteRunTotals(*totals, program->globals().FormatFor(output.terminal()),
                 output.sink());
  return kExitFine;
}

int RunRuns(Program* program, const Arguments& arguments) {
  const absl::Status fits = CheckOptions(program->globals(), arguments);
  if (!fits.ok()) return Fail(fits);
  if (arguments.suspect) return RunSuspect(program, arguments);
  if (arguments.totals) return RunTotalsOf(program, arguments);
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const absl::Status there = CheckHasNamed(**ledger, arguments.query);
  if (!there.ok()) return Fail(there);
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
      ->AddVerb(
          "runs",
          {"List the runs in the books",
           "In order of run id and attempt. CSV and the table have a "
           "line per segment of\nconstant GPU count, JSON an object per "
           "run.\n\n--suspect lists runs that accrue and gave no sign of life "
           "for longer than their\nlease, up to now (--at), with what "
           "they accrued since. They are not closed by\nthemselves: `run "
           "close-ghost` does that.",
           "drawdown runs --tenant acme/research --state open\n"
           "drawdown runs --run job-1234 --format json\n"
           "drawdown runs --array train-7 --totals\n"
           "drawdown runs --suspect --lease 30m",
           "--suspect lists a run", TimeOptions::kEvent})
      .Text("tenant", "PATH", "This tenant and all below it",
            &arguments->query.tenant)
      .Text("pool", "SELECTOR", "These pools: a path prefix, * is any one part",
            &arguments->query.pool)
      .Choice("state", StateNames(), "Only runs in this state",
              &arguments->state)
      .Text("run", "ID", "Only this run id", &arguments->query.run_id)
      .Text("array", "PARENT", "Only the tasks PARENT[INDEX] of this array",
            &arguments->query.array)
      .Number("limit", "N", "At most so many runs; else all",
              &arguments->query.limit)
      .Flag(
          "totals",
          "What they come to instead: by state, and GPU time up to now (--at)",
          &arguments->totals)
      .Flag("suspect", "Only runs that may be gone", &arguments->suspect)
      .Text("lease", "TIME",
            "With --suspect, how long a run may be silent: 90s, 30m, 2h, 1d; "
            "else 30m",
            &arguments->lease)
      .Does([program, arguments] { return RunRuns(program, *arguments); });
}

}  // namespace drawdown
