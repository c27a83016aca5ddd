#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/live_sampler.h"
#include "cli/live_terminal.h"

namespace drawdown {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kLongestInterval = 3'600;

struct Arguments {
  bool once = false;
  uint64_t count = 0;  // 0: not given
  uint64_t interval = 1;
  std::string tenant;
  std::string pool;

  Clock::duration Interval() const { return std::chrono::seconds(interval); }
};

absl::Status CheckArguments(const Arguments& arguments) {
  if (arguments.once && arguments.count > 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "--once prints one sample and --count several: give one "
                     "of them");
  }
  if (arguments.interval < 1 || arguments.interval > kLongestInterval) {
    return MakeError(
        ErrorCode::kInvalidArgument,
        absl::StrCat("--interval: ", arguments.interval, " is not 1 to ",
                     kLongestInterval, " seconds"));
  }
  return absl::OkStatus();
}

// Each of `count` samples has one an interval before it, to know the rates.
absl::Status PrintSamples(LiveSampler* sampler, const Arguments& arguments,
                          Format format, Output* output) {
  const uint64_t count = std::max<uint64_t>(arguments.count, 1);
  RETURN_IF_ERROR(sampler->Sample().status());
  auto next = Clock::now();
  for (uint64_t printed = 0; printed < count && !output->stopped(); ++printed) {
    next += arguments.Interval();
    std::this_thread::sleep_until(next);
    ASSIGN_OR_RETURN(const LiveTable table, sampler->Sample());
    WriteLive(table, format, printed == 0, output->sink());
  }
  return absl::OkStatus();
}

// Until a person or --count ends it. The signal that did, or 0.
absl::StatusOr<int> ShowLive(LiveSampler* sampler, const Arguments& arguments) {
  LiveTerminal terminal;
  auto next = Clock::now();
  for (uint64_t shown = 1;; ++shown) {
    ASSIGN_OR_RETURN(const LiveTable table, sampler->Sample());
    const std::string text = RenderLive(table);
    // After a long stop it goes on from now, and does not catch up.
    next = std::max(next + arguments.Interval(), Clock::now());
    auto event = LiveTerminal::Event::kRedraw;
    while (event == LiveTerminal::Event::kRedraw) {
      if (!terminal.Draw(text)) return 0;
      event = terminal.Wait(next);
    }
    if (event == LiveTerminal::Event::kQuit) return terminal.fatal_signal();
    if (shown == arguments.count) return 0;
  }
}

bool ScreenCanBeTaken() {
  const char* terminal = std::getenv("TERM");
  return terminal != nullptr && std::string_view(terminal) != "dumb" &&
         *terminal != '\0';
}

absl::StatusOr<int> Top(Program* program, const Arguments& arguments) {
  RETURN_IF_ERROR(CheckArguments(arguments));
  ASSIGN_OR_RETURN(const auto ledger, OpenLedger(program->globals()));
  RETURN_IF_ERROR(CheckHasTenant(*ledger, arguments.tenant));
  LiveSampler sampler(*ledger, arguments.tenant, arguments.pool);
  Output& output = program->output();
  const Format format = program->globals().FormatFor(output.terminal());
  const bool live = output.terminal() && format == Format::kTable &&
                    !arguments.once && ScreenCanBeTaken();
  if (live) return ShowLive(&sampler, arguments);
  RETURN_IF_ERROR(PrintSamples(&sampler, arguments, format, &output));
  return 0;
}

int RunTop(Program* program, const Arguments& arguments) {
  const auto signal = Top(program, arguments);
  if (!signal.ok()) return Fail(signal.status());
  // The terminal is as it was and the ledger closed; now as if not caught.
  if (*signal != 0) std::raise(*signal);
  return kExitFine;
}

}  // namespace

void AddTop(Program* program) {
  auto arguments = std::make_shared<Arguments>();
  program
      ->AddVerb(
          "top",
          {"Who is using GPUs now",
           "A live table of tenants and pools: usage in the current bucket, "
           "of runs, imports and\nlive meters; GPUs in use, which is how much "
           "that grew since the sample before\n(gpus_now) and over a minute "
           "(gpus_1m, once there is one); and the processes whose\nmeters may "
           "be counting. q or Ctrl-C ends it.\n\n"
           "Without a terminal, with --once, or as csv or json, it samples "
           "twice, prints the\nsecond sample and ends; --count prints more.",
           "drawdown top\n"
           "drawdown top --tenant acme --interval 5\n"
           "drawdown top --once --format json\n"
           "drawdown top --count 60 --format csv > minute.csv"})
      .Flag("once", "Print one sample and end", &arguments->once)
      .Number("count", "N", "End after N samples", &arguments->count)
      .Number("interval", "SECONDS", "Time between samples; else 1",
              &arguments->interval)
      .Text("tenant", "PATH", "This tenant and all below it",
            &arguments->tenant)
      .Text("pool", "SELECTOR", "These pools: a path prefix, * is any one part",
            &arguments->pool)
      .Does([program, arguments] { return RunTop(program, *arguments); });
}

}  // namespace drawdown
