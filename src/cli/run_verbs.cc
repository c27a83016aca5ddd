#include "cli/run_verbs.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/exit_code.h"
#include "report/books_report.h"

namespace drawdown {
namespace {

absl::StatusOr<RunChangeResult> Change(const GlobalOptions& globals,
                                       const RunArguments& arguments,
                                       const RequestOf& request_of) {
  RETURN_IF_ERROR(CheckAttempt(arguments.attempt));
  ASSIGN_OR_RETURN(RunChangeRequest request, request_of(arguments));
  request.key = KeyOf(arguments);
  ASSIGN_OR_RETURN(request.at_us, EventInstant(globals));
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  return ChangeRun(ledger.get(), request);
}

int RunChangeVerb(Program* program, const RunArguments& arguments,
                  std::string_view done, const RequestOf& request_of) {
  const GlobalOptions& globals = program->globals();
  const auto result = Change(globals, arguments, request_of);
  if (!result.ok()) return Fail(result.status());
  if (result->refusal) {
    SayRefused(globals,
               absl::StrCat("run ", arguments.run_id, " attempt ",
                            arguments.attempt, " was"),
               *result->refusal);
    return kExitFindings;
  }
  Say(absl::StrCat("run ", arguments.run_id, " attempt ", arguments.attempt,
                   result->changed ? " is " : " was already ",
                   std::string(done),
                   result->changed ? "" : ": nothing changed"));
  if (result->behind_us > 0) {
    Say(absl::StrCat("note: this clock is ",
                     FormatGpuSeconds(GpuTime(result->behind_us)),
                     " s behind what the books have of the run: it is taken "
                     "as right after that"));
  }
  // A prolog's stdout may be read by its scheduler, so there is data on it only
  // when asked for.
  if (!globals.format.empty()) {
    WriteRunChange(result->run, result->changed, globals.FormatFor(false),
                   program->output().sink());
  }
  return kExitFine;
}

}  // namespace

absl::Status CheckAttempt(uint64_t attempt) {
  if (attempt >= 1 && attempt <= std::numeric_limits<uint32_t>::max()) {
    return absl::OkStatus();
  }
  return MakeError(
      ErrorCode::kInvalidArgument,
      absl::StrCat("--attempt: ", attempt, " is not in 1..4294967295"));
}

void SayRefused(const GlobalOptions& globals, const std::string& what,
                const Refusal& refusal) {
  Say(absl::StrCat(what, " refused: ", DescribeRefusal(refusal)));
  if (globals.at.empty()) return;
  Say("if it happened all the same, it is a fact: `drawdown import runs` books "
      "it whatever the quotas say");
}

RunKey KeyOf(const RunArguments& arguments) {
  return {arguments.run_id, static_cast<uint32_t>(arguments.attempt)};
}

void AddChange(Program* program, std::string_view name, VerbHelp help,
               std::string_view done, RequestOf request_of,
               const std::function<void(Verb*, RunArguments*)>& describe) {
  auto arguments = std::make_shared<RunArguments>();
  help.times = TimeOptions::kEvent;
  Verb verb = program->AddVerb(absl::StrCat("run ", std::string(name)),
                               std::move(help));
  verb.Operand("RUN", "The run's id, never used again for another",
               &arguments->run_id);
  describe(&verb, arguments.get());
  verb.Number("attempt", "N", "Which start of it: 1, then 2 when requeued ...",
              &arguments->attempt);
  verb.Does([program, arguments, done, request_of = std::move(request_of)] {
    return RunChangeVerb(program, *arguments, done, request_of);
  });
}

}  // namespace drawdown
