#include "cli/options.h"

#include <sys/stat.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/civil.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/path.h"
#include "cli/output.h"

namespace drawdown {
namespace {

constexpr char kDefaultDirectory[] = "./drawdown.ledger";

using Pairs = std::vector<std::pair<std::string, std::string>>;

absl::Status UsageError(std::string_view option, std::string_view problem) {
  return MakeError(
      ErrorCode::kInvalidArgument,
      absl::StrCat("--", std::string(option), ": ", std::string(problem)));
}

absl::StatusOr<Pairs> PairsOf(std::string_view option,
                              const std::vector<std::string>& texts) {
  Pairs pairs;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return UsageError(option, absl::StrCat("'", text, "' is not NAME=VALUE"));
    }
    pairs.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return pairs;
}

absl::Status CheckZone(const std::string& zone) {
  if (zone.empty()) return absl::OkStatus();
  const auto loaded = LoadZone(zone);
  if (loaded.ok()) return absl::OkStatus();
  return UsageError("zone", std::string(loaded.status().message()));
}

bool Exists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

absl::Status NoLedger(const std::string& directory) {
  return MakeError(
      ErrorCode::kNotALedger,
      absl::StrCat("there is no ledger at ", directory,
                   ": make one with `drawdown --ledger ", directory,
                   " init`, or name another with --ledger or "
                   "$DRAWDOWN_LEDGER"));
}

}  // namespace

std::string GlobalOptions::Directory() const {
  if (!ledger.empty()) return ledger;
  const char* environment = std::getenv("DRAWDOWN_LEDGER");
  const bool set = environment != nullptr && *environment != '\0';
  return set ? environment : kDefaultDirectory;
}

Format GlobalOptions::FormatFor(bool terminal) const {
  if (format == "json") return Format::kJson;
  if (format == "csv") return Format::kCsv;
  if (format == "table") return Format::kTable;
  return terminal ? Format::kTable : Format::kCsv;
}

absl::StatusOr<std::optional<int64_t>> InstantOption(
    const GlobalOptions& globals, std::string_view name,
    const std::string& text) {
  if (text.empty()) return std::nullopt;
  bool ambiguous = false;
  const auto instant = ParseInstant(text, globals.zone, &ambiguous);
  if (!instant.ok()) {
    return UsageError(name, std::string(instant.status().message()));
  }
  if (ambiguous) {
    SayNote(absl::StrCat("--", std::string(name), " ", text, " comes twice in ",
                         globals.zone, "; the first is taken"));
  }
  return *instant;
}

absl::StatusOr<Moment> MomentOf(const GlobalOptions& globals) {
  RETURN_IF_ERROR(CheckZone(globals.zone));
  Moment moment;
  ASSIGN_OR_RETURN(moment.as_of_us,
                   InstantOption(globals, "as-of", globals.as_of));
  ASSIGN_OR_RETURN(const std::optional<int64_t> at,
                   InstantOption(globals, "at", globals.at));
  const int64_t now = FloorTo(SystemClock().NowUs(), kMicrosPerSecond);
  moment.at_us = at.value_or(moment.as_of_us.value_or(now));
  return moment;
}

absl::StatusOr<std::optional<int64_t>> EventInstant(
    const GlobalOptions& globals) {
  RETURN_IF_ERROR(CheckZone(globals.zone));
  return InstantOption(globals, "at", globals.at);
}

absl::StatusOr<int64_t> GpusOption(std::string_view name,
                                   const std::string& text) {
  const auto micro_gpus = ParseGpus(text);
  if (micro_gpus.ok()) return micro_gpus;
  return UsageError(name, std::string(micro_gpus.status().message()));
}

absl::StatusOr<std::optional<Ratio>> RatioOption(std::string_view name,
                                                 const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto ratio = ParseRatio(text);
  if (ratio.ok()) return *ratio;
  return UsageError(name, std::string(ratio.status().message()));
}

absl::StatusOr<StatementQuery> StatementQueryOf(const GlobalOptions& globals,
                                                const std::string& contract,
                                                const std::string& period) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(globals));
  return StatementQuery{contract, period, moment.at_us, moment.as_of_us};
}

absl::StatusOr<std::unique_ptr<Ledger>> OpenLedger(
    const GlobalOptions& globals) {
  const std::string directory = globals.Directory();
  if (!Exists(directory)) return NoLedger(directory);
  return Ledger::Open(directory);
}

absl::Status CheckHasTenant(const Ledger& ledger, const std::string& tenant) {
  if (tenant.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(ValidatePath(tenant, "tenant"));
  ASSIGN_OR_RETURN(const bool there, ledger.HasTenant(tenant));
  if (there) return absl::OkStatus();
  return MakeError(ErrorCode::kNotFound,
                   "tenant \"" + tenant + "\" is not in the books");
}

absl::Status CheckHasNamed(const Ledger& ledger, const RunQuery& query) {
  RETURN_IF_ERROR(CheckHasTenant(ledger, query.tenant));
  if (query.run_id.empty() && query.array.empty()) return absl::OkStatus();
  RunQuery any;
  any.run_id = query.run_id;
  any.array = query.array;
  any.limit = 1;
  bool there = false;
  RETURN_IF_ERROR(ledger.VisitRuns(any, [&there](const RunInfo&) {
    there = true;
    return false;
  }));
  if (there) return absl::OkStatus();
  const std::string what =
      query.run_id.empty() ? "array \"" + query.array : "run \"" + query.run_id;
  return MakeError(ErrorCode::kNotFound, what + "\" is not in the books");
}

absl::StatusOr<ImportOptions> ImportOptionsOf(
    const GlobalOptions& globals, const ImportArguments& arguments) {
  RETURN_IF_ERROR(CheckZone(globals.zone));
  ImportOptions options;
  options.strict = arguments.strict;
  options.zone = globals.zone;
  ASSIGN_OR_RETURN(options.columns, PairsOf("columns", arguments.columns));
  ASSIGN_OR_RETURN(options.constants, PairsOf("set", arguments.constants));
  return options;
}

}  // namespace drawdown
