#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/hold_change.h"
#include "cli/hold_file.h"
#include "cli/hold_request.h"
#include "report/hold_report.h"

namespace drawdown {
namespace {

constexpr char kRefused[] = "a quota refuses it: nothing changed";

// The amount is held, charged or added, as the verb says.
struct HoldArguments : HoldTexts {
  std::string charge;
  std::string file;
  std::optional<uint64_t> renewal;       // else the next
  std::optional<std::string> renew_for;  // else as long as it lasts anyway
  bool strict = false;
  bool refuse_overdraft = false;
};

absl::Status UsageProblem(const std::string& problem) {
  return MakeError(ErrorCode::kInvalidArgument, problem);
}

// With --format only, so that a scheduler that reads a prolog's stdout finds
// nothing on it.
void WriteResult(Program* program, const HoldChangeResult& result, bool list) {
  const GlobalOptions& globals = program->globals();
  if (globals.format.empty()) return;
  const Format format = globals.FormatFor(false);
  const Sink sink = program->output().sink();
  if (list) return WriteHoldChanges(result.changes, format, sink);
  WriteHoldChange(result.changes.front(), format, sink);
}

// --- place -------------------------------------------------------------------

absl::Status CheckPlace(const HoldArguments& arguments) {
  const bool one = !arguments.hold_id.empty() || !arguments.tenant.empty() ||
                   !arguments.pool.empty() || !arguments.gpus.empty() ||
                   !arguments.amount.gpu_hours.empty() ||
                   !arguments.amount.gpu_seconds.empty();
  if (!arguments.file.empty()) {
    if (!one) return absl::OkStatus();
    return UsageProblem(
        "--file names the holds: only --for and --strict go "
        "with it");
  }
  if (arguments.hold_id.empty()) {
    return UsageProblem("HOLD, or --file with many, is required");
  }
  return CheckWhose(arguments);
}

absl::StatusOr<std::vector<HoldRequest>> RequestsOf(
    const HoldArguments& arguments) {
  RETURN_IF_ERROR(CheckPlace(arguments));
  std::vector<HoldRequest> requests;
  if (arguments.file.empty()) {
    ASSIGN_OR_RETURN(requests.emplace_back(), HoldRequestOf(arguments));
    return requests;
  }
  ASSIGN_OR_RETURN(const int64_t ttl_us, LengthOption("for", arguments.ttl));
  ASSIGN_OR_RETURN(HoldFile file, ReadHoldFile(arguments.file, ttl_us));
  SayNotes(file.notes);
  return std::move(file.requests);
}

std::string PlacedWords(const HoldChange& change) {
  const HoldInfo& hold = change.hold;
  if (change.changed) {
    return absl::StrCat("hold ", hold.hold_id, " is placed until ",
                        FormatInstant(hold.expires_us));
  }
  const bool open = hold.state == HoldState::kOpen;
  return absl::StrCat("hold ", hold.hold_id,
                      " was already placed: nothing changed",
                      open ? "" : "; it is ",
                      open ? "" : std::string(HoldStateName(hold.state)));
}

std::string BatchWords(const std::vector<HoldChange>& changes) {
  size_t placed = 0;
  for (const HoldChange& change : changes) placed += change.changed;
  const size_t already = changes.size() - placed;
  std::string out = absl::StrCat("holds placed: ", placed);
  if (already > 0) absl::StrAppend(&out, ", placed already: ", already);
  return out;
}

int RunPlace(Program* program, const HoldArguments& arguments) {
  const auto requests = RequestsOf(arguments);
  if (!requests.ok()) return Fail(requests.status());
  const auto ledger = OpenLedger(program->globals());
  if (!ledger.ok()) return Fail(ledger.status());
  const auto result =
      PlaceAll(ledger->get(), *requests, WriteOptions{arguments.strict});
  if (!result.ok()) return Fail(result.status());
  const bool batch = !arguments.file.empty();
  if (result->refusal) {
    const std::string what =
        batch ? "none of the holds was placed, as one was refused: "
              : absl::StrCat("hold ", arguments.hold_id, " was refused: ");
    Say(what + DescribeRefusal(*result->refusal));
    return kExitFindings;
  }
  Say(batch ? BatchWords(result->changes)
            : PlacedWords(result->changes.front()));
  WriteResult(program, *result, batch);
  return kExitFine;
}

// --- renew, settle, release --------------------------------------------------

// What a verb asks for, and what to say of it when it is done: "renewed until
// 2026-10-01T00:00:00Z".
struct HoldVerb {
  std::function<absl::StatusOr<HoldChangeRequest>(const HoldArguments&)>
      request_of;
  std::string done;  // "renewed"
  std::function<std::string(const HoldArguments&, const HoldInfo&)> detail;
};

absl::StatusOr<HoldChangeResult> Change(const GlobalOptions& globals,
                                        const HoldArguments& arguments,
                                        const HoldVerb& verb) {
  ASSIGN_OR_RETURN(HoldChangeRequest request, verb.request_of(arguments));
  request.hold_id = arguments.hold_id;
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  return ChangeHold(ledger.get(), request);
}

int RunChange(Program* program, const HoldArguments& arguments,
              const HoldVerb& verb) {
  const auto result = Change(program->globals(), arguments, verb);
  if (!result.ok()) return Fail(result.status());
  const std::string hold = "hold " + arguments.hold_id;
  if (result->refusal) {
    Say(absl::StrCat(hold,
                     " was refused: ", DescribeRefusal(*result->refusal)));
    return kExitFindings;
  }
  const HoldChange& change = result->changes.front();
  Say(absl::StrCat(hold, change.changed ? " is " : " was already ", verb.done,
                   verb.detail(arguments, change.hold),
                   change.changed ? "" : ": nothing changed"));
  WriteResult(program, *result, /*list=*/false);
  return kExitFine;
}

absl::StatusOr<HoldChangeRequest> RenewRequest(const HoldArguments& arguments) {
  const uint64_t number = arguments.renewal.value_or(1);
  if (number < 1 || number > std::numeric_limits<uint32_t>::max()) {
    return UsageProblem(
        absl::StrCat("--renewal: ", number, " is not in 1..4294967295"));
  }
  HoldRenewal renewal;
  renewal.hold_id = arguments.hold_id;
  ASSIGN_OR_RETURN(const std::optional<GpuTime> extend,
                   GpuTimeOption("extend-", arguments.amount));
  ASSIGN_OR_RETURN(const std::optional<GpuTime> charge,
                   GpuTimeOption("charge-", {"", arguments.charge}));
  renewal.extend = extend.value_or(GpuTime());
  renewal.charge = charge.value_or(GpuTime());
  if (arguments.renew_for) {
    ASSIGN_OR_RETURN(renewal.ttl_us, LengthOption("for", *arguments.renew_for));
  }
  const uint32_t asked =
      arguments.renewal ? static_cast<uint32_t>(number) : 0;  // 0: the next
  HoldChangeRequest request;
  request.post = [renewal, asked](Ledger* ledger,
                                  const std::optional<HoldInfo>& before) {
    HoldRenewal numbered = renewal;
    const uint32_t next = before ? before->renewals + 1 : 1;
    numbered.renewal = asked == 0 ? next : asked;
    return ledger->RenewHold(numbered);
  };
  request.is_so = [asked](const HoldInfo& before) {
    return asked != 0 && before.renewals >= asked;
  };
  return request;
}

absl::StatusOr<HoldChangeRequest> SettleRequest(
    const HoldArguments& arguments) {
  ASSIGN_OR_RETURN(const std::optional<GpuTime> used,
                   GpuTimeOption("", arguments.amount));
  if (!used) return UsageProblem("--gpu-hours or --gpu-seconds is required");
  const OverdraftPolicy policy = arguments.refuse_overdraft
                                     ? OverdraftPolicy::kRefuse
                                     : OverdraftPolicy::kBook;
  HoldChangeRequest request;
  request.post = [id = arguments.hold_id, used = *used, policy](
                     Ledger* ledger, const std::optional<HoldInfo>&) {
    return ledger->SettleHold(id, used, policy);
  };
  request.is_so = [](const HoldInfo& before) {
    return before.state == HoldState::kSettled;
  };
  return request;
}

absl::StatusOr<HoldChangeRequest> ReleaseRequest(
    const HoldArguments& arguments) {
  HoldChangeRequest request;
  request.post =
      [id = arguments.hold_id](
          Ledger* ledger,
          const std::optional<HoldInfo>&) -> absl::StatusOr<Admission> {
    RETURN_IF_ERROR(ledger->ReleaseHold(id));
    return Admission{};
  };
  request.is_so = [](const HoldInfo& before) {
    return before.state == HoldState::kReleased;
  };
  return request;
}

std::string RenewedWords(const HoldArguments&, const HoldInfo& hold) {
  // One of GPUs alone has no GPU time to be drawn.
  const bool spent = hold.run && !hold.gpu_time.zero() && hold.held.zero();
  return absl::StrCat(
      " until ", FormatInstant(hold.expires_us), ", renewal ", hold.renewals,
      spent ? ", and holds nothing: its run has drawn more than "
              "all of it"
            : "");
}

std::string SettledWords(const HoldArguments&, const HoldInfo& hold) {
  return absl::StrCat(": charged ", FormatGpuSeconds(hold.charged),
                      " GPU-seconds in all");
}

std::string NoWords(const HoldArguments&, const HoldInfo&) { return ""; }

// --- the verbs ---------------------------------------------------------------

void AddPlace(Program* program) {
  auto arguments = std::make_shared<HoldArguments>();
  Verb verb = program->AddVerb(
      "hold place",
      {"Place a hold, or all of a file or none",
       "Every quota over the tenant and pool must have room for it; from then "
       "on it counts in\nfull. Unknown tenants and pools are made. Placing it "
       "again with the same values changes\nnothing and says so; with others "
       "it is a conflict. An id is used once, for ever.",
       "drawdown hold place job-1 --tenant acme/chat --pool "
       "aws/us-east-1/gb200 --gpu-hours 64 --gpus 8 --for 2h\n"
       "drawdown hold place --file holds.csv --for 30m",
       kRefused});
  verb.OptionalOperand("HOLD", "The hold's id, never used again for another",
                       &arguments->hold_id);
  AddHoldOptions(&verb, arguments.get());
  verb.Text("file", "FILE",
            "Columns hold_id,tenant,pool,gpu_hours or gpu_seconds,gpus,for",
            &arguments->file)
      .Flag("strict", "Refuse tenants and pools that the books do not know",
            &arguments->strict)
      .Does([program, arguments] { return RunPlace(program, *arguments); });
}

void AddChange(Program* program, std::string_view name, VerbHelp help,
               HoldVerb hold_verb,
               const std::function<void(Verb*, HoldArguments*)>& describe) {
  auto arguments = std::make_shared<HoldArguments>();
  Verb verb = program->AddVerb(absl::StrCat("hold ", std::string(name)),
                               std::move(help));
  verb.Operand("HOLD", "The hold's id", &arguments->hold_id);
  describe(&verb, arguments.get());
  verb.Does([program, arguments, hold_verb = std::move(hold_verb)] {
    return RunChange(program, *arguments, hold_verb);
  });
}

void AddRenew(Program* program) {
  AddChange(
      program, "renew",
      {"Charge what a hold has used, hold more, and for longer",
       "All of it at one instant, or nothing. A renewal has a number: the "
       "newest again changes\nnothing, an older one is an error. Without "
       "--renewal it is the next one, so that a\nrepetition renews once more. "
       "An expired hold is asked for anew.",
       "drawdown hold renew job-1 --for 2h\n"
       "drawdown hold renew job-1 --renewal 3 --charge-gpu-seconds 28800 "
       "--extend-gpu-hours 8",
       kRefused},
      {RenewRequest, "renewed", RenewedWords},
      [](Verb* verb, HoldArguments* arguments) {
        verb->Number("renewal", "N", "Which renewal: 1, 2 ...; else the next",
                     &arguments->renewal)
            .Text("charge-gpu-seconds", "N",
                  "Used since it was placed or renewed; for holds without a "
                  "run",
                  &arguments->charge)
            .Text("extend-gpu-hours", "N", "GPU time to hold beyond that",
                  &arguments->amount.gpu_hours)
            .Text("extend-gpu-seconds", "N", "The same in GPU-seconds",
                  &arguments->amount.gpu_seconds)
            .Text("for", "LENGTH",
                  "From now: 90s, 30m, 1h, 2d ...; else 1h, or as long as it "
                  "lasts anyway",
                  &arguments->renew_for);
      });
}

void AddSettle(Program* program) {
  AddChange(
      program, "settle",
      {"End a hold with what was used of it",
       "Less, as much or more than is held, also after it expired. Of a hold "
       "that a run draws\nit is 0: the run accrues by itself, and its stop "
       "releases the rest.",
       "drawdown hold settle job-1 --gpu-hours 61.5\n"
       "drawdown hold settle job-1 --gpu-seconds 230401 --refuse-overdraft",
       kRefused},
      {SettleRequest, "settled", SettledWords},
      [](Verb* verb, HoldArguments* arguments) {
        verb->Text("gpu-hours", "N", "Used since it was placed or renewed",
                   &arguments->amount.gpu_hours)
            .Text("gpu-seconds", "N", "The same in GPU-seconds",
                  &arguments->amount.gpu_seconds)
            .Flag("refuse-overdraft",
                  "Refuse what is beyond the hold and has no room; else it is "
                  "booked, as it was used",
                  &arguments->refuse_overdraft);
      });
}

void AddRelease(Program* program) {
  AddChange(program, "release",
            {"End a hold: what is left of it is free again",
             "What its run has drawn, or a renewal has charged, stays used.",
             "drawdown hold release job-1", ""},
            {ReleaseRequest, "released", NoWords},
            [](Verb*, HoldArguments*) {});
}

}  // namespace

void AddHold(Program* program) {
  program->AddGroup(
      "hold",
      {"Quote, place, renew, settle and release holds; what runs out next",
       "A hold is quota that is earmarked before it is used. For prolog and "
       "epilog scripts: every\nverb may be repeated, a line on stderr says "
       "what happened, and with --format the hold is\nwritten to stdout.",
       "drawdown hold place job-1 --tenant acme/chat --pool "
       "aws/us-east-1/gb200 --gpu-hours 64 --for 2h\n"
       "drawdown run start job-1 --tenant acme/chat --pool "
       "aws/us-east-1/gb200 --gpus 8 --hold job-1",
       ""});
  AddHoldQuote(program);
  AddPlace(program);
  AddRenew(program);
  AddSettle(program);
  AddRelease(program);
  AddHoldNext(program);
}

}  // namespace drawdown
