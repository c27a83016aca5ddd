#include "base/check.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/usage_report.h"

namespace drawdown {
namespace {

struct Arguments {
  std::string from;
  std::string to;
  std::vector<std::string> by;
  std::string tenant;
  std::string pool;
  bool net = false;
};

absl::StatusOr<UsageQuery> QueryOf(const GlobalOptions& globals,
                                   const Arguments& arguments) {
  UsageQuery query;
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(globals));
  query.as_of_us = moment.as_of_us;
  // Now is when the meters are read; up to the second before, what they counted
  // since the bucket began would have to be prorated.
  if (!globals.at.empty()) query.at_us = moment.at_us;
  ASSIGN_OR_RETURN(query.from_us,
                   InstantOption(globals, "from", arguments.from));
  ASSIGN_OR_RETURN(query.to_us, InstantOption(globals, "to", arguments.to));
  for (const std::string& name : arguments.by) {
    const auto dimension = ParseUsageDimension(name);
    CHECK(dimension.has_value());  // the parser allows no other
    query.by.push_back(*dimension);
  }
  query.tenant = arguments.tenant;
  query.pool = arguments.pool;
  query.net = arguments.net;
  if (!globals.zone.empty()) query.zone = globals.zone;
  return query;
}

int RunUsage(Program* program, const Arguments& arguments) {
  const auto query = QueryOf(program->globals(), arguments);
  if (!query.ok()) return Fail(query.status());
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const absl::Status there = CheckHasTenant(**ledger, query->tenant);
  if (!there.ok()) return Fail(there);
  const auto answer = (*ledger)->Usage(*query);
  if (!answer.ok()) return Fail(answer.status());
  Output& output = program->output();
  const Format format = program->globals().FormatFor(output.terminal());
  WriteUsage(*answer, *query, format, output.sink());
  if (format != Format::kJson) SayNotes(answer->notes);
  return kExitFine;
}

}  // namespace

void AddUsage(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  program
      ->AddVerb(
          "usage",
          {"GPU time by tenant, pool and time",
           "Sums what was metered in [from, to): runs, imported usage and "
           "live meters, those of\nother processes too. Open runs count "
           "up to now (--at). Hours, days and months are\nthose of "
           "--zone, else UTC. CSV and JSON are exact: gpu_seconds is the "
           "figure,\ngpu_hours is for reading.\n\n--net also shows what "
           "tenants are not charged for: what a policy waives (`policy\n"
           "waive`) and what was refunded (`run refund`), spread over the "
           "time of its runs.\nStatements know nothing of it: what the "
           "provider bills is another matter.",
           "drawdown usage --by tenant\n"
           "drawdown usage --from 2026-10-01T00:00:00Z --to "
           "2026-11-01T00:00:00Z --by tenant,day\n"
           "drawdown usage --tenant acme/research --by pool,month "
           "--zone America/New_York --format csv",
           "", TimeOptions::kMoment})
      .Text("from", "T", "Start, inclusive; else the first usage",
            &arguments->from)
      .Text("to", "T", "End, exclusive; else now", &arguments->to)
      .List("by", "", "Grouping columns, in this order", &arguments->by,
            {"tenant", "pool", "hour", "day", "month"})
      .Text("tenant", "PATH", "This tenant and all below it",
            &arguments->tenant)
      .Text("pool", "SELECTOR", "These pools: a path prefix, * is any one part",
            &arguments->pool)
      .Flag("net", "Also what is waived and refunded, and what is left",
            &arguments->net)
      .Does([program, arguments] { return RunUsage(program, *arguments); });
}

}  // namespace drawdown
