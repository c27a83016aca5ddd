// `policy`: what holds for suspended, silent and failed runs.
#include "base/check.h"
#include "base/error.h"
#include "cli/amounts.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "report/policy_report.h"

namespace drawdown {
namespace {

struct PoolArguments {
  std::string pool;
  std::string suspended;
  std::string lease;
  std::string from;
};

struct WaiveArguments {
  std::string reason;
  std::string tenant;
  std::string pool = "*";
  std::string share;
  std::string last;
  std::string from;
};

absl::Status SetPool(const GlobalOptions& globals,
                     const PoolArguments& arguments) {
  PoolPolicy policy;
  policy.pool = arguments.pool;
  if (!arguments.suspended.empty()) {
    policy.suspended_accrues = arguments.suspended == "accrues";
  }
  ASSIGN_OR_RETURN(policy.lease_us, DurationOption("lease", arguments.lease));
  ASSIGN_OR_RETURN(policy.from_us,
                   InstantOption(globals, "from", arguments.from));
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  return ledger->SetPoolPolicy(policy);
}

absl::Status SetWaiver(const GlobalOptions& globals,
                       const WaiveArguments& arguments) {
  WaiverPolicy policy;
  policy.tenant = arguments.tenant;
  policy.pool = arguments.pool;
  const auto reason = ParseStopReason(arguments.reason);
  CHECK(reason.has_value());  // the parser allows no other
  policy.reason = *reason;
  ASSIGN_OR_RETURN(policy.share, RatioOption("share", arguments.share));
  ASSIGN_OR_RETURN(policy.last_us, DurationOption("last", arguments.last));
  ASSIGN_OR_RETURN(policy.from_us,
                   InstantOption(globals, "from", arguments.from));
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  return ledger->SetWaiverPolicy(policy);
}

int RunSetWaiver(Program* program, const WaiveArguments& arguments) {
  const absl::Status set = SetWaiver(program->globals(), arguments);
  return set.ok() ? kExitFine : Fail(set);
}

int RunSetPool(Program* program, const PoolArguments& arguments) {
  const absl::Status set = SetPool(program->globals(), arguments);
  return set.ok() ? kExitFine : Fail(set);
}

int RunList(Program* program) {
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const auto pools = (*ledger)->PoolPolicies();
  if (!pools.ok()) return Fail(pools.status());
  const auto waivers = (*ledger)->WaiverPolicies();
  if (!waivers.ok()) return Fail(waivers.status());
  Output& output = program->output();
  WritePolicies(*pools, *waivers,
                program->globals().FormatFor(output.terminal()), output.sink());
  return kExitFine;
}

void AddPool(Program* program) {
  auto arguments = std::make_shared<PoolArguments>();
  program
      ->AddVerb(
          "policy pool",
          {"Say what a pool does with suspended and silent runs",
           "Where a suspended run keeps its GPUs it accrues, else it is "
           "free. It holds for runs\nsuspended from --from on; one that "
           "is suspended already stays as it is until it is\nsuspended "
           "again. Of several policies the most literal selector decides, "
           "then the\nlatest --from, then the newest.",
           "drawdown policy pool 'onprem/*' --suspended accrues\n"
           "drawdown policy pool '*' --lease 30m --from "
           "2026-10-01T00:00:00Z",
           "", TimeOptions::kZone})
      .Operand("POOL", "A selector: a path prefix, * is any one part",
               &arguments->pool)
      .Choice("suspended", {"accrues", "free"},
              "Whether a suspended run accrues; else free",
              &arguments->suspended)
      .Text("lease", "TIME",
            "How long a run may be silent before it is suspect: 90s, 30m, 2h; "
            "else 30m",
            &arguments->lease)
      .Text("from", "T", "From when on; else now", &arguments->from)
      .Does([program, arguments] { return RunSetPool(program, *arguments); });
}

void AddWaive(Program* program) {
  auto arguments = std::make_shared<WaiveArguments>();
  program
      ->AddVerb(
          "policy waive",
          {"Say what tenants are not charged for when a run ends so",
           "Waives a share of the usage of runs that stop for the reason from "
           "--from on, or the\nusage of their last so many minutes. A share "
           "of 0 ends a waiver. Imported runs stop for\nthe reason that Slurm "
           "names (NODE_FAIL). Of several policies the deepest "
           "tenant\ndecides, "
           "then the most literal selector, the latest --from, the newest. "
           "`refunds`\nlists what came of it; statements do not change.",
           "drawdown policy waive node_failure --share 1\n"
           "drawdown policy waive preempted --tenant acme/research --last 10m "
           "--from 2026-10-01T00:00:00Z",
           "", TimeOptions::kZone})
      .OperandChoice("REASON",
                     {"failed", "preempted", "node_failure", "cancelled",
                      "lost", "done", "unknown"},
                     "Why runs stopped", &arguments->reason)
      .Text("tenant", "PATH", "Of this tenant and all below it; else of all",
            &arguments->tenant)
      .Text("pool", "SELECTOR", "In these pools; else in all", &arguments->pool)
      .Text("share", "PART", "Of what a run used: 1, 1/2, 0.25",
            &arguments->share)
      .Text("last", "TIME", "What it used in its last time: 90s, 10m, 2h",
            &arguments->last)
      .Text("from", "T", "For stops from when on; else now", &arguments->from)
      .Does([program, arguments] { return RunSetWaiver(program, *arguments); });
}

}  // namespace

void AddPolicy(Program* program) {
  program->AddGroup(
      "policy",
      {"Set and list what holds for suspended, silent and failed runs",
       "Policies are effective-dated and never change what was "
       "booked under another.",
       "drawdown policy pool 'onprem/*' --suspended accrues\n"
       "drawdown policy list",
       ""});
  AddPool(program);
  AddWaive(program);
  program
      ->AddVerb("policy list", {"List the policies, oldest word first",
                                "One line per setting.",
                                "drawdown policy list --format csv", ""})
      .Does([program] { return RunList(program); });
}

}  // namespace drawdown
