#include <array>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/books_report.h"

namespace drawdown {
namespace {

constexpr std::array<CapacityState, 3> kStates = {CapacityState::kDelivered,
                                                  CapacityState::kExcluded,
                                                  CapacityState::kReplaced};

struct Arguments {
  CapacityQuery query;
  std::string state;
  std::string from;
  std::string to;
};

std::vector<std::string> StateNames() {
  std::vector<std::string> names;
  for (const CapacityState state : kStates) {
    names.emplace_back(CapacityStateName(state));
  }
  return names;
}

absl::StatusOr<CapacityQuery> QueryOf(const GlobalOptions& globals,
                                      const Arguments& arguments) {
  CapacityQuery query = arguments.query;
  if (!arguments.state.empty()) {
    query.state = ParseCapacityState(arguments.state);
  }
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(globals));
  query.as_of_us = moment.as_of_us;
  ASSIGN_OR_RETURN(query.from_us,
                   InstantOption(globals, "from", arguments.from));
  ASSIGN_OR_RETURN(query.to_us, InstantOption(globals, "to", arguments.to));
  return query;
}

int RunCapacity(Program* program, const Arguments& arguments) {
  const auto query = QueryOf(program->globals(), arguments);
  if (!query.ok()) return Fail(query.status());
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  Output& output = program->output();
  CapacityWriter writer(program->globals().FormatFor(output.terminal()),
                        output.sink());
  const absl::Status visited =
      (*ledger)->VisitCapacity(*query, [&](const CapacityInfo& info) {
        writer.Add(info);
        return !output.stopped();
      });
  if (!visited.ok()) return Fail(visited);
  writer.Finish();
  return kExitFine;
}

}  // namespace

void AddCapacity(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  program
      ->AddVerb(
          "capacity",
          {"List what was delivered of pools, as it was imported",
           "In order of pool, state, capacity_id and start. GPUs delivered in "
           "a "
           "pool at an\ninstant are those delivered plus those replaced minus "
           "those excluded; what a\ncommitment was contracted beyond that is "
           "`undelivered` in `statement`, and\nmissing from DELIVERED in "
           "`status`.",
           "drawdown capacity --pool aws/us-east-1 --from "
           "2026-10-01T00:00:00Z\n"
           "drawdown capacity --state excluded --format csv",
           "", TimeOptions::kAsOf})
      .Text("from", "T", "Only records that reach beyond this instant",
            &arguments->from)
      .Text("to", "T", "Only records that start before this instant",
            &arguments->to)
      .Text("pool", "SELECTOR", "These pools: a path prefix, * is any one part",
            &arguments->query.pool)
      .Choice("state", StateNames(), "Only records of this state",
              &arguments->state)
      .Number("limit", "N", "At most so many records; else all",
              &arguments->query.limit)
      .Does([program, arguments] { return RunCapacity(program, *arguments); });
}

}  // namespace drawdown
