#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/path.h"
#include "cli/amounts.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/quota_setting.h"
#include "report/quota_cells.h"
#include "report/quota_report.h"
#include "report/quota_text.h"

namespace drawdown {
namespace {

struct ExplainArguments {
  std::string tenant;
  std::string pool;
  std::string gpu_hours;
  std::string gpu_seconds;
  std::string gpus;
};

absl::Status UsageProblem(const std::string& problem) {
  return MakeError(ErrorCode::kInvalidArgument, problem);
}

// --- set ---------------------------------------------------------------------

// The contract of an interval is found by the ledger where none is named.
bool IsOf(const QuotaState& quota, const QuotaScope& asked) {
  QuotaScope scope = asked;
  if (scope.contract.empty() && scope.period == QuotaPeriod::kInterval) {
    scope.contract = quota.scope.contract;
  }
  return quota.scope == scope;
}

// What is not there cannot be taken away; a misspelt selector should not pass
// for it.
absl::Status CheckThere(const Ledger& ledger, const QuotaScope& scope) {
  ASSIGN_OR_RETURN(const std::vector<QuotaState> quotas,
                   ledger.Quotas(scope.tenant));
  for (const QuotaState& quota : quotas) {
    if (IsOf(quota, scope)) return absl::OkStatus();
  }
  return MakeError(
      ErrorCode::kNotFound,
      absl::StrCat(scope.tenant, " has no quota on ", scope.pool, " for ",
                   PeriodWords(scope), ": see `drawdown quota list`"));
}

absl::StatusOr<bool> SetQuota(Ledger* ledger, const QuotaSetting& setting) {
  if (!setting.limit) {
    RETURN_IF_ERROR(CheckThere(*ledger, setting.scope));
  }
  return ledger->SetQuota(setting);
}

bool IsAsSet(const QuotaState& quota, const QuotaSetting& setting) {
  return setting.limit ? quota.limited && quota.limit == *setting.limit
                       : !quota.limited;
}

// Whether it lends or borrows, which is between quotas of one kind, one above
// the other.
bool Shares(const QuotaLimit& limit) {
  return limit.slice || limit.borrowing != 0;
}

bool HasOneAbove(const std::vector<QuotaState>& quotas,
                 const QuotaScope& scope) {
  return std::any_of(quotas.begin(), quotas.end(),
                     [&](const QuotaState& above) {
                       QuotaScope there = above.scope;
                       if (!above.limited || there.tenant == scope.tenant ||
                           !IsAtOrBelow(scope.tenant, there.tenant)) {
                         return false;
                       }
                       there.tenant = scope.tenant;
                       return there == scope;
                     });
}

struct QuotaAt {
  QuotaState quota;
  bool alone = false;  // shares, and has none of its kind above it
};

// With those above it where they matter, in one reading: once it is set, no
// reading for a note alone can fail.
absl::StatusOr<QuotaAt> StateAt(const Ledger& ledger,
                                const QuotaSetting& setting, int64_t at_us) {
  const std::string& tenant = setting.scope.tenant;
  const bool shares = setting.limit && Shares(*setting.limit);
  ASSIGN_OR_RETURN(
      const std::vector<QuotaState> quotas,
      ledger.Quotas(shares ? tenant.substr(0, tenant.find('/')) : tenant,
                    at_us));
  for (const QuotaState& quota : quotas) {
    if (!IsOf(quota, setting.scope)) continue;
    return QuotaAt{quota, quota.limited && Shares(quota.limit) &&
                              !HasOneAbove(quotas, quota.scope)};
  }
  return MakeError(ErrorCode::kNotFound,
                   "the quota of " + tenant + " is gone from the books");
}

struct AfterSetting {
  QuotaAt now;  // as it is now where what was set holds, else as it begins
  std::optional<QuotaState> instead;  // what holds now, set for later already
};

absl::StatusOr<AfterSetting> StateAfter(const Ledger& ledger,
                                        const QuotaSetting& setting) {
  AfterSetting after;
  ASSIGN_OR_RETURN(const int64_t now_us, ledger.HoldTime());
  const int64_t from_us = setting.from_us.value_or(now_us);
  ASSIGN_OR_RETURN(after.now,
                   StateAt(ledger, setting, std::max(from_us, now_us)));
  if (from_us > now_us || IsAsSet(after.now.quota, setting)) return after;
  after.instead = std::move(after.now.quota);
  ASSIGN_OR_RETURN(after.now, StateAt(ledger, setting, from_us));
  return after;
}

void NoteOverdraft(const QuotaState& quota) {
  if (!quota.limited || quota.available >= 0) return;
  SayNote(absl::StrCat(
      "it is over by ", ReadableAmount(quota.scope.period, -quota.available),
      quota.scope.period == QuotaPeriod::kAtOnce ? " GPUs" : " GPU-hours",
      quota.limit.soft ? "" : ": new work is refused, nothing is stopped"));
}

void NoteAlone(const QuotaAt& now) {
  if (!now.alone) return;
  SayNote(absl::StrCat("no quota of this kind is above it: it lends to nobody",
                       now.quota.limit.borrowing > 0
                           ? ", and what it borrows is nobody's"
                           : ""));
}

std::string SetWords(const QuotaSetting& setting, const QuotaState& state,
                     bool changed) {
  std::string out =
      (changed ? "set: " : "was already so: ") + DescribeQuota(state);
  const std::string kind = KindWords(state);
  if (!kind.empty()) absl::StrAppend(&out, " (", kind, ")");
  if (setting.from_us) {
    absl::StrAppend(&out, ", from ", FormatInstant(*setting.from_us));
  }
  return out + (changed ? "" : ": nothing changed");
}

int RunSet(Program* program, const QuotaSetArguments& arguments) {
  const GlobalOptions& globals = program->globals();
  const auto setting = QuotaSettingOf(globals, arguments);
  if (!setting.ok()) return Fail(setting.status());
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return Fail(ledger.status());
  const auto changed = SetQuota(ledger->get(), *setting);
  if (!changed.ok()) return Fail(changed.status());
  const auto after = StateAfter(**ledger, *setting);
  if (!after.ok()) return Fail(after.status());
  Say(SetWords(*setting, after->now.quota, *changed));
  if (after->instead) {
    SayNote("since " + FormatInstant(after->instead->from_us) +
            " another limit holds: " + DescribeQuota(*after->instead));
  } else {
    NoteOverdraft(after->now.quota);
    NoteAlone(after->now);
  }
  if (!globals.format.empty()) {
    WriteQuotaChange(after->now.quota, *changed, globals.FormatFor(false),
                     program->output().sink());
  }
  return kExitFine;
}

// --- list and explain --------------------------------------------------------

// Sums are kept as they are now: those of the past cannot be told from them.
void NotePast(std::optional<int64_t> at_us, int64_t now_us) {
  if (!at_us || *at_us >= now_us) return;
  Say("note: --at lies in the past; what was used, held and set since then is "
      "counted too (what was used by then: `drawdown usage --at`)");
}

int RunList(Program* program, const std::string& tenant) {
  const GlobalOptions& globals = program->globals();
  const auto at_us = EventInstant(globals);
  if (!at_us.ok()) return Fail(at_us.status());
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return Fail(ledger.status());
  const absl::Status there = CheckHasTenant(**ledger, tenant);
  if (!there.ok()) return Fail(there);
  const auto now_us = (*ledger)->HoldTime();
  if (!now_us.ok()) return Fail(now_us.status());
  const auto quotas = (*ledger)->Quotas(tenant, *at_us);
  if (!quotas.ok()) return Fail(quotas.status());
  NotePast(*at_us, *now_us);
  Output& output = program->output();
  WriteQuotas(*quotas, globals.FormatFor(output.terminal()), output.sink());
  return kExitFine;
}

absl::StatusOr<QuotaQuery> QueryOf(const GlobalOptions& globals,
                                   const ExplainArguments& arguments) {
  QuotaQuery query;
  query.tenant = arguments.tenant;
  query.pool = arguments.pool;
  RETURN_IF_ERROR(ValidatePath(query.tenant, "tenant"));
  ASSIGN_OR_RETURN(query.at_us, EventInstant(globals));
  ASSIGN_OR_RETURN(
      const std::optional<GpuTime> time,
      GpuTimeOption("", {arguments.gpu_hours, arguments.gpu_seconds}));
  query.gpu_time = time.value_or(GpuTime());
  if (!arguments.gpus.empty()) {
    ASSIGN_OR_RETURN(query.micro_gpus, GpusOption("gpus", arguments.gpus));
  }
  if (!query.pool.empty()) {
    RETURN_IF_ERROR(ValidatePath(query.pool, "pool"));
    return query;
  }
  if (query.gpu_time.zero() && query.micro_gpus == 0) return query;
  return UsageProblem("--pool is required: it says where that would be used");
}

int RunExplain(Program* program, const ExplainArguments& arguments) {
  const GlobalOptions& globals = program->globals();
  auto query = QueryOf(globals, arguments);
  if (!query.ok()) return Fail(query.status());
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return Fail(ledger.status());
  const auto now_us = (*ledger)->HoldTime();
  if (!now_us.ok()) return Fail(now_us.status());
  // Asked without an instant, it counts what live meters took.
  const auto explanation = (*ledger)->ExplainQuota(*query);
  if (!explanation.ok()) return Fail(explanation.status());
  if (explanation->quotas.empty()) {
    // Under quotas of those above it a tenant may ask before it has a name.
    const absl::Status there = CheckHasTenant(**ledger, query->tenant);
    if (!there.ok()) return Fail(there);
  }
  NotePast(query->at_us, *now_us);
  query->at_us = query->at_us.value_or(*now_us);
  Output& output = program->output();
  const Format format = globals.FormatFor(output.terminal());
  WriteExplanation(*query, *explanation, format, output.sink());
  const std::string verdict = DescribeVerdict(*query, *explanation);
  if (format != Format::kTable && !verdict.empty()) Say(verdict);
  return explanation->admission.admitted() ? kExitFine : kExitFindings;
}

// --- the verbs ---------------------------------------------------------------

void AddSet(Program* program) {
  auto arguments = std::make_shared<QuotaSetArguments>();
  VerbHelp help = {
      "Set, change or take away a limit of a tenant's subtree",
      "One tenant has one quota for each selector, period and calendar; "
      "setting it again changes\nits limit. A limit below what is used refuses "
      "new work and stops nothing. A ceiling, which\nis the default, only "
      "limits; a slice is set aside in the quota above.",
      "drawdown quota set acme/chat --pool 'aws/*' --gpu-hours 5000 --per "
      "month\n"
      "drawdown quota set acme --gpus 512\n"
      "drawdown quota set acme/chat --gpu-hours 2000 --per rolling:24h --slice "
      "--lend 500 --borrow 1000\n"
      "drawdown quota set acme --gpu-hours 90000 --per interval --commitment "
      "h100-block\n"
      "drawdown quota set acme/chat --pool 'aws/*' --per month --no-limit",
      ""};
  help.times = TimeOptions::kZone;
  Verb verb = program->AddVerb("quota set", std::move(help));
  verb.Operand("TENANT", "Whose: this tenant and all below it",
               &arguments->tenant)
      .Text("pool", "SELECTOR", "On these pools together; else on all",
            &arguments->pool)
      .Text("gpu-hours", "N", "Limit of GPU time; needs --per",
            &arguments->gpu_hours)
      .Text("gpu-seconds", "N", "The same in GPU-seconds",
            &arguments->gpu_seconds)
      .Text("gpus", "N", "Limit of GPUs at once", &arguments->gpus)
      .Flag("no-limit", "No limit any more, of the period that --per names",
            &arguments->no_limit)
      .Text("per", "PERIOD",
            "month, total, interval, rolling:24h; at_once is that of --gpus",
            &arguments->per)
      .Text("calendar", "CONTRACT", "Months of its calendar; else of UTC",
            &arguments->calendar)
      .Text("commitment", "ID", "Whose interval, for --per interval",
            &arguments->commitment)
      .Text("contract", "ID", "Where several have a commitment of that name",
            &arguments->contract)
      .Flag("soft", "Show overdraft, refuse nothing", &arguments->soft)
      .Flag("slice", "Set it aside in the quota above", &arguments->slice)
      .Text(
          "lend", "N",
          "So much of a slice may others use meanwhile, in GPU-hours or GPUs; "
          "else 0",
          &arguments->lend)
      .Text("borrow", "N",
            "So far it may pass its limit, in GPU-hours or GPUs; else 0",
            &arguments->borrow)
      .Text("from", "T", "From then on; else from now", &arguments->from)
      .Does([program, arguments] { return RunSet(program, *arguments); });
}

void AddList(Program* program) {
  auto tenant = std::make_shared<std::string>();
  VerbHelp help = {
      "Quotas with what is used, held and available",
      "Those at and below a tenant, else all, as they are now, and limits that "
      "begin later. --at\ntakes a later instant as now; one in the past does "
      "not leave out what came since.",
      "drawdown quota list\n"
      "drawdown quota list acme --format json",
      ""};
  help.times = TimeOptions::kEvent;
  program->AddVerb("quota list", std::move(help))
      .OptionalOperand("TENANT", "This tenant and all below it", tenant.get())
      .Does([program, tenant] { return RunList(program, *tenant); });
}

void AddExplain(Program* program) {
  auto arguments = std::make_shared<ExplainArguments>();
  VerbHelp help = {
      "Why something would be refused, who holds and uses what, when it resets",
      "Every quota over a tenant, from it upward; with --pool those that count "
      "there, and whether\nwhat is asked for would fit. Bars: # used, = held, "
      "- set aside for slices below, . available.\nHolders, and the runs that "
      "used most in the window that counts, are those under the quota\nthat "
      "refuses, "
      "else under all.",
      "drawdown quota explain acme/chat\n"
      "drawdown quota explain acme/chat --pool aws/us-east-1/gb200 --gpu-hours "
      "64 --gpus 8",
      "what was asked for would be refused"};
  help.times = TimeOptions::kEvent;
  program->AddVerb("quota explain", std::move(help))
      .Operand("TENANT", "Who asks", &arguments->tenant)
      .Text("pool", "PATH", "Where it would be used", &arguments->pool)
      .Text("gpu-hours", "N", "Would so much GPU time fit?",
            &arguments->gpu_hours)
      .Text("gpu-seconds", "N", "The same in GPU-seconds",
            &arguments->gpu_seconds)
      .Text("gpus", "N", "Would so many GPUs at once fit?", &arguments->gpus)
      .Does([program, arguments] { return RunExplain(program, *arguments); });
}

}  // namespace

void AddQuota(Program* program) {
  program->AddGroup(
      "quota",
      {"Set, list and explain limits of tenants",
       "A quota limits GPU time over a period, or GPUs at once, of a tenant's "
       "subtree on the pools\nof a selector. Holds and starts of runs that do "
       "not fit are refused; what has been used is\nalways booked.",
       "drawdown quota set acme/chat --pool 'aws/*' --gpu-hours 5000 --per "
       "month\n"
       "drawdown quota explain acme/chat --pool aws/us-east-1/gb200 "
       "--gpu-hours "
       "64",
       ""});
  AddSet(program);
  AddList(program);
  AddExplain(program);
}

}  // namespace drawdown
