#include <array>
#include <optional>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/hold_change.h"
#include "report/hold_report.h"

namespace drawdown {
namespace {

constexpr std::array<HoldState, 4> kStates = {
    HoldState::kOpen, HoldState::kExpired, HoldState::kSettled,
    HoldState::kReleased};

struct HoldsArguments {
  HoldQuery query;
  std::string state;
};

std::vector<std::string> StateNames() {
  std::vector<std::string> names;
  for (const HoldState state : kStates) {
    names.emplace_back(HoldStateName(state));
  }
  return names;
}

HoldQuery QueryOf(const HoldsArguments& arguments) {
  HoldQuery query = arguments.query;
  for (const HoldState state : kStates) {
    if (HoldStateName(state) == arguments.state) query.state = state;
  }
  return query;
}

absl::Status CheckHasHold(const Ledger& ledger, const HoldQuery& query) {
  RETURN_IF_ERROR(CheckHasTenant(ledger, query.tenant));
  if (query.hold_id.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<HoldInfo> hold,
                   FindHold(ledger, query.hold_id));
  if (hold.has_value()) return absl::OkStatus();
  return MakeError(ErrorCode::kNotFound,
                   "hold " + query.hold_id + " is not in the books");
}

int RunHolds(Program* program, const HoldsArguments& arguments) {
  HoldQuery query = QueryOf(arguments);
  const auto at_us = EventInstant(program->globals());
  if (!at_us.ok()) return Fail(at_us.status());
  query.at_us = *at_us;
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const absl::Status there = CheckHasHold(**ledger, query);
  if (!there.ok()) return Fail(there);
  Output& output = program->output();
  HoldWriter writer(program->globals().FormatFor(output.terminal()),
                    output.sink());
  const absl::Status visited =
      (*ledger)->VisitHolds(query, [&](const HoldInfo& hold) {
        writer.Add(hold);
        return !output.stopped();
      });
  if (!visited.ok()) return Fail(visited);
  writer.Finish();
  return kExitFine;
}

int RunNext(Program* program, uint64_t limit) {
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const auto now_us = (*ledger)->HoldTime();
  if (!now_us.ok()) return Fail(now_us.status());
  auto exhaustions = (*ledger)->Exhaustions();
  if (!exhaustions.ok()) return Fail(exhaustions.status());
  if (limit > 0 && exhaustions->size() > limit) exhaustions->resize(limit);
  Output& output = program->output();
  WriteExhaustions(*exhaustions, *now_us,
                   program->globals().FormatFor(output.terminal()),
                   output.sink());
  return kExitFine;
}

}  // namespace

void AddHoldNext(Program* program) {
  auto limit = std::make_shared<uint64_t>(0);
  program
      ->AddVerb("hold next",
                {"What will run out, soonest first, if all goes on as now",
                 "Holds that expire, holds that their runs will have drawn, "
                 "quotas that runs beyond\ntheir holds will have used up, or "
                 "that a later limit cuts, with the runs that draw on\nthem: a "
                 "scheduler can sleep until then.",
                 "drawdown hold next --limit 1 --format json", ""})
      .Number("limit", "N", "At most so many; else all", limit.get())
      .Does([program, limit] { return RunNext(program, *limit); });
}

void AddHolds(Program* program) {
  auto arguments = std::make_shared<HoldsArguments>();
  program
      ->AddVerb("holds",
                {"List the holds in the books",
                 "In order of their ids: what was placed and added, charged, "
                 "drawn by its run, and what\nis still held; GPUS HELD is what "
                 "it keeps beside those of its run. --at takes a later\n"
                 "instant as now.",
                 "drawdown holds --tenant acme --state open\n"
                 "drawdown holds --format json",
                 "", TimeOptions::kEvent})
      .Text("tenant", "PATH", "This tenant and all below it",
            &arguments->query.tenant)
      .Text("pool", "SELECTOR", "These pools: a path prefix, * is any one part",
            &arguments->query.pool)
      .Choice("state", StateNames(), "Only holds in this state",
              &arguments->state)
      .Text("hold", "ID", "Only this hold", &arguments->query.hold_id)
      .Number("limit", "N", "At most so many holds; else all",
              &arguments->query.limit)
      .Does([program, arguments] { return RunHolds(program, *arguments); });
}

}  // namespace drawdown
