#include "cli/quota_setting.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "cli/amounts.h"

namespace drawdown {
namespace {

constexpr char kRolling[] = "rolling:";

absl::Status UsageProblem(const std::string& problem) {
  return MakeError(ErrorCode::kInvalidArgument, problem);
}

absl::Status SetPeriod(const std::string& per, QuotaScope* scope) {
  for (const QuotaPeriod period :
       {QuotaPeriod::kTotal, QuotaPeriod::kMonth, QuotaPeriod::kInterval,
        QuotaPeriod::kAtOnce}) {
    if (QuotaPeriodName(period) != per) continue;
    scope->period = period;
    return absl::OkStatus();
  }
  absl::string_view length = per;
  if (!absl::ConsumePrefix(&length, kRolling)) {
    return UsageProblem("--per: " + Quoted(per) +
                        " is not one of month, total, interval, rolling:24h, "
                        "at_once");
  }
  scope->period = QuotaPeriod::kRolling;
  ASSIGN_OR_RETURN(scope->rolling_us, LengthOption("per", std::string(length)));
  return absl::OkStatus();
}

// GPUs are at once; GPU time is per something, which must be said.
absl::StatusOr<std::string> PeriodText(const QuotaSetArguments& arguments) {
  const bool hours = !(arguments.gpu_hours + arguments.gpu_seconds).empty();
  const bool gpus = !arguments.gpus.empty();
  if (hours + gpus + arguments.no_limit != 1) {
    return UsageProblem(
        "one of --gpu-hours, --gpu-seconds, --gpus and --no-limit is required");
  }
  const std::string at_once(QuotaPeriodName(QuotaPeriod::kAtOnce));
  const bool is_at_once = arguments.per == at_once;
  if (gpus) {
    if (arguments.per.empty() || is_at_once) return at_once;
    return UsageProblem("--gpus is a number at once: it has no --per");
  }
  if (arguments.per.empty()) {
    return UsageProblem(
        hours ? "--per month|total|interval|rolling:24h is required"
              : "--per month|total|interval|rolling:24h|at_once is required: "
                "it says which limit to take away");
  }
  if (hours && is_at_once) {
    return UsageProblem("--per at_once is for --gpus");
  }
  return arguments.per;
}

absl::Status SetCalendar(const QuotaSetArguments& arguments,
                         QuotaScope* scope) {
  const bool month = scope->period == QuotaPeriod::kMonth;
  const bool interval = scope->period == QuotaPeriod::kInterval;
  if (!month && !arguments.calendar.empty()) {
    return UsageProblem("--calendar is for --per month");
  }
  if (!interval && !(arguments.commitment + arguments.contract).empty()) {
    return UsageProblem("--commitment and --contract are for --per interval");
  }
  if (interval && arguments.commitment.empty()) {
    return UsageProblem("--per interval needs --commitment: whose interval");
  }
  scope->contract = month ? arguments.calendar : arguments.contract;
  scope->commitment = arguments.commitment;
  return absl::OkStatus();
}

// In the unit of the limit.
absl::StatusOr<Int128> AmountOption(QuotaPeriod period, std::string_view name,
                                    const std::string& text) {
  if (period == QuotaPeriod::kAtOnce) {
    ASSIGN_OR_RETURN(const int64_t gpus, GpusOption(name, text));
    return Int128{gpus};
  }
  const auto time = ParseGpuHours(text);
  if (!time.ok()) {
    return UsageProblem(absl::StrCat("--", std::string(name), ": ",
                                     std::string(time.status().message())));
  }
  if (*time >= GpuTime()) return time->count();
  return UsageProblem(absl::StrCat("--", std::string(name), ": ", Quoted(text),
                                   " is negative"));
}

absl::StatusOr<QuotaLimit> LimitOf(const QuotaSetArguments& arguments,
                                   QuotaPeriod period) {
  QuotaLimit limit;
  if (period == QuotaPeriod::kAtOnce) {
    ASSIGN_OR_RETURN(limit.nominal,
                     AmountOption(period, "gpus", arguments.gpus));
  } else {
    ASSIGN_OR_RETURN(
        const std::optional<GpuTime> time,
        GpuTimeOption("", {arguments.gpu_hours, arguments.gpu_seconds}));
    limit.nominal = time->count();
  }
  limit.soft = arguments.soft;
  limit.slice = arguments.slice;
  if (!arguments.lend.empty()) {
    ASSIGN_OR_RETURN(limit.lending,
                     AmountOption(period, "lend", arguments.lend));
  }
  if (!arguments.borrow.empty()) {
    ASSIGN_OR_RETURN(limit.borrowing,
                     AmountOption(period, "borrow", arguments.borrow));
  }
  return limit;
}

}  // namespace

absl::StatusOr<QuotaSetting> QuotaSettingOf(
    const GlobalOptions& globals, const QuotaSetArguments& arguments) {
  if (arguments.pool.empty()) {
    return UsageProblem(
        "--pool is empty: leave it out, or say '*', for all pools");
  }
  QuotaSetting setting;
  setting.scope.tenant = arguments.tenant;
  setting.scope.pool = arguments.pool;
  ASSIGN_OR_RETURN(const std::string per, PeriodText(arguments));
  RETURN_IF_ERROR(SetPeriod(per, &setting.scope));
  RETURN_IF_ERROR(SetCalendar(arguments, &setting.scope));
  ASSIGN_OR_RETURN(setting.from_us,
                   InstantOption(globals, "from", arguments.from));
  if (!arguments.no_limit) {
    ASSIGN_OR_RETURN(setting.limit, LimitOf(arguments, setting.scope.period));
    return setting;
  }
  if (arguments.soft || arguments.slice ||
      !(arguments.lend + arguments.borrow).empty()) {
    return UsageProblem(
        "--soft, --slice, --lend and --borrow are of a limit, and --no-limit "
        "takes it away");
  }
  return setting;
}

}  // namespace drawdown
