// `run start-array`: the tasks of an array job, all of them or none.
#include <map>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/error.h"
#include "cli/ask_again.h"
#include "cli/exit_code.h"
#include "cli/run_verbs.h"

namespace drawdown {
namespace {

constexpr uint64_t kMaxTasks = 10'000;

struct ArrayArguments {
  std::string parent;
  std::string tasks;
  std::string tenant;
  std::string pool;
  std::string gpus;
  std::string hold_id;
  uint64_t attempt = 1;
  bool strict = false;
};

absl::Status NotTasks(const std::string& text) {
  return MakeError(ErrorCode::kInvalidArgument,
                   absl::StrCat("--tasks: '", text,
                                "' is not a list of indices such as 0-15,20 "
                                "or 0-15:4, at most 10000 in all"));
}

absl::Status TooManyAtOnce(const std::string& text, size_t tasks) {
  return MakeError(ErrorCode::kInvalidArgument,
                   absl::StrCat("--tasks: '", text, "' are ", tasks,
                                " tasks, of which fewer may run at once: name "
                                "those that start now"));
}

bool ParseIndex(absl::string_view text, uint64_t* index) {
  // SimpleAtoi takes signs and blanks too.
  const bool digits =
      !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  return digits && absl::SimpleAtoi(text, index) && *index < (1u << 31);
}

// "3", "0-15", or every fourth of them: "0-15:4".
bool AddTasks(absl::string_view part, std::set<uint64_t>* tasks) {
  const std::vector<absl::string_view> range =
      absl::StrSplit(part, absl::MaxSplits(':', 1));
  const std::vector<absl::string_view> ends =
      absl::StrSplit(range.front(), absl::MaxSplits('-', 1));
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t step = 1;
  const bool stepped = range.size() > 1;
  if (!ParseIndex(ends.front(), &first) || !ParseIndex(ends.back(), &last) ||
      (stepped && (ends.size() < 2 || !ParseIndex(range.back(), &step))) ||
      last < first || step < 1 || (last - first) / step >= kMaxTasks) {
    return false;
  }
  for (uint64_t index = first; index <= last; index += step) {
    tasks->insert(index);
  }
  return tasks->size() <= kMaxTasks;
}

// As Slurm's --array: "0-15,20", "0-15:4", "0-15%4", where at most four run at
// once.
absl::StatusOr<std::set<uint64_t>> TasksOf(const std::string& text) {
  const std::vector<absl::string_view> list =
      absl::StrSplit(text, absl::MaxSplits('%', 1));
  uint64_t at_once = kMaxTasks;
  if (list.size() > 1 && !ParseIndex(list.back(), &at_once)) {
    return NotTasks(text);
  }
  std::set<uint64_t> tasks;
  for (const absl::string_view part : absl::StrSplit(list.front(), ',')) {
    if (!AddTasks(part, &tasks)) return NotTasks(text);
  }
  if (tasks.size() > at_once) return TooManyAtOnce(text, tasks.size());
  return tasks;
}

absl::StatusOr<std::vector<RunStart>> StartsOf(
    const GlobalOptions& globals, const ArrayArguments& arguments) {
  RETURN_IF_ERROR(CheckAttempt(arguments.attempt));
  RunStart start;
  start.key.attempt = static_cast<uint32_t>(arguments.attempt);
  start.tenant = arguments.tenant;
  start.pool = arguments.pool;
  ASSIGN_OR_RETURN(start.micro_gpus, GpusOption("gpus", arguments.gpus));
  ASSIGN_OR_RETURN(const auto at_us, EventInstant(globals));
  start.at_us = at_us ? *at_us : SystemClock().NowUs();
  ASSIGN_OR_RETURN(const std::set<uint64_t> tasks, TasksOf(arguments.tasks));
  if (arguments.parent.empty()) {
    // Its tasks would be those of every other array without one.
    return MakeError(ErrorCode::kBadRow, "the id of the array is empty");
  }
  std::vector<RunStart> starts;
  for (const uint64_t task : tasks) {
    start.key.run_id = absl::StrCat(arguments.parent, "[", task, "]");
    if (!arguments.hold_id.empty()) {
      start.hold_id = absl::StrCat(arguments.hold_id, "[", task, "]");
    }
    starts.push_back(start);
  }
  return starts;
}

// How many were started so already. With `keep` one that goes on keeps its own
// instant: a script that is run a second time without --at cannot know when it
// ran first.
absl::StatusOr<size_t> CountStarted(const Ledger& ledger,
                                    const std::string& parent, bool keep,
                                    std::vector<RunStart>* starts) {
  std::map<RunKey, RunStart*> by_key;
  for (RunStart& start : *starts) by_key[start.key] = &start;
  RunQuery query;
  query.array = parent;
  size_t started = 0;
  RETURN_IF_ERROR(ledger.VisitRuns(query, [&](const RunInfo& run) {
    const auto start = by_key.find(run.key);
    if (start == by_key.end() || !IsStarted(run, *start->second)) return true;
    const int64_t start_us = run.segments.front().start_us;
    if (keep) start->second->at_us = start_us;
    started += start->second->at_us == start_us ? 1 : 0;
    return true;
  }));
  return started;
}

struct ArrayStarted {
  Admission admission;
  bool changed = true;
};

absl::StatusOr<ArrayStarted> Start(const GlobalOptions& globals,
                                   const ArrayArguments& arguments) {
  ASSIGN_OR_RETURN(std::vector<RunStart> starts, StartsOf(globals, arguments));
  ASSIGN_OR_RETURN(const std::unique_ptr<Ledger> ledger, OpenLedger(globals));
  ASSIGN_OR_RETURN(
      const size_t before,
      CountStarted(*ledger, arguments.parent, globals.at.empty(), &starts));
  ArrayStarted started;
  started.changed = before < starts.size();
  ASSIGN_OR_RETURN(started.admission, AskWhileBusy<Admission>([&] {
                     return ledger->StartRuns(starts, {arguments.strict});
                   }));
  return started;
}

int RunStartArray(Program* program, const ArrayArguments& arguments) {
  const auto started = Start(program->globals(), arguments);
  if (!started.ok()) return Fail(started.status());
  const std::string tasks =
      absl::StrCat("tasks ", arguments.tasks, " of ", arguments.parent);
  if (const auto& refusal = started->admission.refusal) {
    SayRefused(program->globals(), tasks + " were", *refusal);
    return kExitFindings;
  }
  Say(absl::StrCat(tasks, started->changed
                              ? " are started"
                              : " were already started: nothing changed"));
  return kExitFine;
}

}  // namespace

void AddStartArray(Program* program) {
  auto arguments = std::make_shared<ArrayArguments>();
  program
      ->AddVerb(
          "run start-array",
          {"Start tasks of an array job, all of them or none",
           "Task 3 of train-7 is the run train-7[3]; every other verb takes it "
           "by that id, and\n`runs --array train-7` lists them. Tasks that "
           "were started so already and go on are\nleft as they are. At most "
           "10,000 a call. Under a hard quota of GPU time each draws a\nhold "
           "of its own; `hold place --file` places those of a whole window at "
           "once.",
           "drawdown run start-array train-7 --tasks 0-15 --tenant acme/chat "
           "--pool aws/us-east-1/gb200 --gpus 8\n"
           "drawdown run start-array sweep --tasks 0-3 --tenant acme/chat "
           "--pool aws/us-east-1/gb200 --gpus 1 --hold sweep",
           kQuotaRefuses, TimeOptions::kEvent})
      .Operand("PARENT", "The array's id", &arguments->parent)
      .RequiredText("tasks", "LIST",
                    "Indices, as Slurm has them: 0-15,20 or 0-15:4",
                    &arguments->tasks)
      .RequiredText("tenant", "PATH", "Whose they are", &arguments->tenant)
      .RequiredText("pool", "PATH", "Where they run", &arguments->pool)
      .RequiredText("gpus", "N", "How many GPUs each; at most six decimals",
                    &arguments->gpus)
      .Text("hold", "ID", "Task 3 draws the hold ID[3]", &arguments->hold_id)
      .Number("attempt", "N", "Which start of them; else 1",
              &arguments->attempt)
      .Flag("strict", "Refuse tenants and pools that the books do not know",
            &arguments->strict)
      .Does(
          [program, arguments] { return RunStartArray(program, *arguments); });
}

}  // namespace drawdown
