#include "cli/what_if_options.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/decimal.h"
#include "base/error.h"

namespace drawdown {
namespace {

absl::Status Bad(const char* option, const std::string& text,
                 const std::string& problem) {
  return MakeError(ErrorCode::kInvalidArgument,
                   absl::StrCat(option, ": '", text, "' ", problem));
}

absl::StatusOr<UsageScale> ScaleOf(const std::string& text) {
  constexpr int kDecimals = 6;
  const size_t equals = text.rfind('=');
  if (equals == std::string::npos) {
    return Bad("--scale", text, "is not TENANT=FACTOR");
  }
  const auto factor = ParseScaled(text.substr(equals + 1), kDecimals);
  if (!factor.ok() || *factor < 0 || *factor > 1'000'000'000) {
    return Bad("--scale", text,
               "has a factor that is not a decimal from 0 to 1000 with at "
               "most 6 decimals");
  }
  return UsageScale{text.substr(0, equals), static_cast<int64_t>(*factor)};
}

absl::StatusOr<AddedRun> RunOf(const GlobalOptions& globals,
                               const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ',');
  if (parts.size() != 5) {
    return Bad("--add-run", text, "is not TENANT,POOL,GPUS,START,END");
  }
  AddedRun run;
  run.tenant = parts[0];
  run.pool = parts[1];
  ASSIGN_OR_RETURN(run.micro_gpus, GpusOption("add-run", parts[2]));
  ASSIGN_OR_RETURN(const std::optional<int64_t> start,
                   InstantOption(globals, "add-run", parts[3]));
  ASSIGN_OR_RETURN(const std::optional<int64_t> end,
                   InstantOption(globals, "add-run", parts[4]));
  if (!start || !end) return Bad("--add-run", text, "lacks a start or an end");
  run.start_us = *start;
  run.end_us = *end;
  return run;
}

}  // namespace

void AddWhatIfOptions(WhatIfArguments* arguments, Verb* verb) {
  verb->Texts("exercise", "COMMITMENT",
              "What if its expansion option were exercised, or, proposed, it "
              "came into force; may be repeated",
              &arguments->exercise)
      .Texts("scale", "TENANT=FACTOR",
             "What if the tenant, and all below, used that many times as "
             "much; may be repeated",
             &arguments->scales)
      .Texts("add-run", "TENANT,POOL,GPUS,START,END",
             "What if this ran as well; may be repeated", &arguments->runs);
}

absl::StatusOr<WhatIf> WhatIfOf(const GlobalOptions& globals,
                                const WhatIfArguments& arguments) {
  WhatIf what_if;
  what_if.exercise = arguments.exercise;
  for (const std::string& text : arguments.scales) {
    ASSIGN_OR_RETURN(UsageScale scale, ScaleOf(text));
    what_if.scales.push_back(std::move(scale));
  }
  for (const std::string& text : arguments.runs) {
    ASSIGN_OR_RETURN(AddedRun run, RunOf(globals, text));
    what_if.runs.push_back(std::move(run));
  }
  return what_if;
}

}  // namespace drawdown
