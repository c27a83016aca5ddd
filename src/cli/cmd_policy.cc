// `policy`: what holds for runs in pools.
#include "base/clock.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/durations.h"
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

absl::StatusOr<int64_t> FromOption(const GlobalOptions& globals,
                                   const std::string& from) {
  ASSIGN_OR_RETURN(const auto instant, InstantOption(globals, "from", from));
  return instant ? *instant : SystemClock().NowUs();
}

absl::Status SetPool(const GlobalOptions& globals,
                     const PoolArguments& arguments) {
  PoolPolicy policy;
  policy.pool = arguments.pool;
  if (!arguments.suspended.empty()) {
    policy.suspended_accrues = arguments.suspended == "accrues";
  }
  ASSIGN_OR_RETURN(policy.lease_us, DurationOption("lease", arguments.lease));
  ASSIGN_OR_RETURN(policy.from_us, FromOption(globals, arguments.from));
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  return ledger->SetPoolPolicy(policy);
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
  Output& output = program->output();
  WritePolicies(*pools, program->globals().FormatFor(output.terminal()),
                output.sink());
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

}  // namespace

void AddPolicy(Program* program) {
  program->AddGroup("policy",
                    {"Set and list what holds for runs in pools",
                     "Policies are effective-dated and never change what was "
                     "booked under another.",
                     "drawdown policy pool 'onprem/*' --suspended accrues\n"
                     "drawdown policy list",
                     ""});
  AddPool(program);
  program
      ->AddVerb("policy list", {"List the policies, oldest word first",
                                "One line per setting.",
                                "drawdown policy list --format csv", ""})
      .Does([program] { return RunList(program); });
}

}  // namespace drawdown
