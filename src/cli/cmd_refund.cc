// `run refund` and `refunds`.
#include "base/error.h"
#include "cli/amounts.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_verbs.h"
#include "report/refund_report.h"

namespace drawdown {
namespace {

struct RefundArguments {
  std::string run_id;
  uint64_t attempt = 1;
  std::string refund_id;
  std::string gpu_seconds;
  std::string share;
  std::string reason;
};

absl::StatusOr<Refund> RefundOf(const RefundArguments& arguments) {
  RETURN_IF_ERROR(CheckAttempt(arguments.attempt));
  Refund refund;
  refund.refund_id = arguments.refund_id;
  refund.run = {arguments.run_id, static_cast<uint32_t>(arguments.attempt)};
  refund.reason = arguments.reason;
  ASSIGN_OR_RETURN(refund.amount,
                   GpuTimeOption("", {"", arguments.gpu_seconds}));
  if (refund.amount && refund.amount->zero()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "--gpu-seconds: a refund is more than 0");
  }
  ASSIGN_OR_RETURN(refund.share, RatioOption("share", arguments.share));
  return refund;
}

absl::Status PostRefund(const GlobalOptions& globals,
                        const RefundArguments& arguments) {
  ASSIGN_OR_RETURN(const Refund refund, RefundOf(arguments));
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  return ledger->RefundRun(refund);
}

int RunRefund(Program* program, const RefundArguments& arguments) {
  const absl::Status posted = PostRefund(program->globals(), arguments);
  return posted.ok() ? kExitFine : Fail(posted);
}

int RunRefunds(Program* program, const RunQuery& query) {
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const absl::Status there = CheckHasNamed(**ledger, query);
  if (!there.ok()) return Fail(there);
  Output& output = program->output();
  RefundWriter writer(program->globals().FormatFor(output.terminal()),
                      output.sink());
  const absl::Status visited =
      (*ledger)->VisitRefunds(query, [&](const RefundedRun& run) {
        writer.Add(run);
        return !output.stopped();
      });
  if (!visited.ok()) return Fail(visited);
  writer.Finish();
  return kExitFine;
}

}  // namespace

void AddRefund(Program* program) {
  auto arguments = std::make_shared<RefundArguments>();
  program
      ->AddVerb(
          "run refund",
          {"Refund a tenant a part of what a run used",
           "For a run that has ended; all refunds of a run are at most "
           "what it used. The same\nrefund again changes nothing; another "
           "one under its id is a conflict. Tenants' side\nalone: `usage "
           "--net` and `refunds` show it, statements do not change.",
           "drawdown run refund job-1 --id ticket-812 --share 1/2 "
           "--reason \"bad NIC\"\n"
           "drawdown run refund job-1 --id ticket-813 --gpu-seconds 3600 "
           "--reason \"lost work since the checkpoint\"",
           ""})
      .Operand("RUN", "The run's id", &arguments->run_id)
      .RequiredText("id", "ID", "Of the refund, never used again for another",
                    &arguments->refund_id)
      .Text("gpu-seconds", "N", "How much; at most six decimals",
            &arguments->gpu_seconds)
      .Text("share", "PART", "Or a part of what it used: 1, 1/2, 0.25",
            &arguments->share)
      .RequiredText("reason", "TEXT", "Why", &arguments->reason)
      .Number("attempt", "N", "Which start of it; else 1", &arguments->attempt)
      .Does([program, arguments] { return RunRefund(program, *arguments); });
}

void AddRefunds(Program* program) {
  auto query = std::make_shared<RunQuery>();
  program
      ->AddVerb("refunds",
                {"List runs that tenants are not charged for in full",
                 "What was metered, what policy waives for the reason of the "
                 "stop, what was refunded\nof the rest, and what is left.",
                 "drawdown refunds --tenant acme/research\n"
                 "drawdown refunds --run job-1 --format json",
                 ""})
      .Text("tenant", "PATH", "This tenant and all below it", &query->tenant)
      .Text("pool", "SELECTOR", "These pools: a path prefix, * is any one part",
            &query->pool)
      .Text("run", "ID", "Only this run id", &query->run_id)
      .Number("limit", "N", "At most so many runs; else all", &query->limit)
      .Does([program, query] { return RunRefunds(program, *query); });
}

}  // namespace drawdown
