#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/what_if_options.h"
#include "report/forecast_report.h"

namespace drawdown {
namespace {

struct Arguments {
  std::string contract;
  std::string until;
  uint64_t intervals = 1;
  WhatIfArguments what_if;
};

absl::StatusOr<ForecastQuery> QueryOf(const GlobalOptions& globals,
                                      const Arguments& arguments) {
  ForecastQuery query;
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(globals));
  query.contract = arguments.contract;
  query.at_us = moment.at_us;
  query.as_of_us = moment.as_of_us;
  ASSIGN_OR_RETURN(query.until_us,
                   InstantOption(globals, "until", arguments.until));
  if (arguments.intervals == 0 || arguments.intervals > 1'000) {
    return MakeError(ErrorCode::kInvalidArgument,
                     absl::StrCat("--intervals: ", arguments.intervals,
                                  " is not in 1 to 1000"));
  }
  query.intervals = static_cast<uint32_t>(arguments.intervals);
  ASSIGN_OR_RETURN(query.what_if, WhatIfOf(globals, arguments.what_if));
  return query;
}

int RunForecast(Program* program, const Arguments& arguments) {
  const GlobalOptions& globals = program->globals();
  const auto query = QueryOf(globals, arguments);
  if (!query.ok()) return Fail(query.status());
  const auto ledger = OpenLedger(globals);
  if (!ledger.ok()) return Fail(ledger.status());
  const auto forecast = (*ledger)->MakeForecast(*query);
  if (!forecast.ok()) return Fail(forecast.status());
  Output& output = program->output();
  const Format format = globals.FormatFor(output.terminal());
  WriteForecast(*forecast, format, output.sink());
  if (format == Format::kJson) return kExitFine;
  for (const ContractForecast& contract : forecast->base) {
    SayNotes(contract.notes);
  }
  return kExitFine;
}

}  // namespace

void AddForecast(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  Verb verb = program->AddVerb(
      "forecast",
      {"What will be missed, by how much, and what it costs",
       "Carries the usage of the last weeks on, rates it as statements do, and "
       "says for each\ncommitment and fulfilment interval to come what will be "
       "drawn, what will be missing\nand its cost; low and high are what the "
       "largest errors that the method would have\nmade in the last eight "
       "weeks make of it. Hourly and daily intervals are added up\nby calendar "
       "month. With --exercise, --scale or --add-run it says what that would\n"
       "change.",
       "drawdown forecast\n"
       "drawdown forecast --contract aws-2025 --until 2027-11-03T00:00:00Z\n"
       "drawdown forecast --scale acme/research=1.3 --format json\n"
       "drawdown forecast --add-run "
       "acme/chat,aws/us-east-1/gb200,4096,2026-11-01T00:00:00Z,"
       "2026-12-01T00:00:00Z\n"
       "drawdown forecast --exercise gb200-reserved --intervals 3",
       "", TimeOptions::kMoment});
  verb.Text("contract", "ID", "Only this contract", &arguments->contract)
      .Text("until", "T", "Every interval that ends by then", &arguments->until)
      .Number("intervals", "N",
              "Without --until: how many of each commitment, the current one "
              "first (1)",
              &arguments->intervals);
  AddWhatIfOptions(&arguments->what_if, &verb);
  verb.Does([program, arguments] { return RunForecast(program, *arguments); });
}

}  // namespace drawdown
