// The options every verb has, and what they mean.
#ifndef DRAWDOWN_SRC_CLI_OPTIONS_H_
#define DRAWDOWN_SRC_CLI_OPTIONS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/ledger.h"
#include "report/format.h"

namespace drawdown {

// As typed; empty when not.
struct GlobalOptions {
  std::string ledger;
  std::string format;
  std::string as_of;
  std::string at;
  std::string zone;

  // --ledger, else $DRAWDOWN_LEDGER, else ./drawdown.ledger.
  std::string Directory() const;
  // --format, else a table for a person and CSV for a program.
  Format FormatFor(bool terminal) const;
  bool json() const { return format == "json"; }
};

// The instants a query is about: --at, else --as-of, else the second that the
// clock shows.
struct Moment {
  int64_t at_us = 0;
  std::optional<int64_t> as_of_us;
};

// kInvalidArgument names the option; so for all below.
absl::StatusOr<Moment> MomentOf(const GlobalOptions& globals);

// The instant `text` of option `name`; none when it is empty.
absl::StatusOr<std::optional<int64_t>> InstantOption(
    const GlobalOptions& globals, std::string_view name,
    const std::string& text);

// When an event happened: --at; none when the clock is to say.
absl::StatusOr<std::optional<int64_t>> EventInstant(
    const GlobalOptions& globals);

// The GPU count `text` of option `name`.
absl::StatusOr<int64_t> GpusOption(std::string_view name,
                                   const std::string& text);

// The part of a whole `text` of option `name`; none when it is empty.
absl::StatusOr<std::optional<Ratio>> RatioOption(std::string_view name,
                                                 const std::string& text);

// The query of a statement, for the moment asked.
absl::StatusOr<StatementQuery> StatementQueryOf(const GlobalOptions& globals,
                                                const std::string& contract,
                                                const std::string& period);

// Opens the ledger that is named; says how to make one where there is none.
absl::StatusOr<std::unique_ptr<Ledger>> OpenLedger(
    const GlobalOptions& globals);

// kNotFound where the books have neither the tenant nor one below it: a name
// that is mistyped would be answered like one that used nothing. "": all.
absl::Status CheckHasTenant(const Ledger& ledger, const std::string& tenant);
// So for the tenant, the run and the array that the query names, if any.
absl::Status CheckHasNamed(const Ledger& ledger, const RunQuery& query);

// The options of verbs that read CSV files of ours.
struct ImportArguments {
  std::vector<std::string> columns;    // run_id=job_id
  std::vector<std::string> constants;  // pool=P
  bool strict = false;
};
absl::StatusOr<ImportOptions> ImportOptionsOf(const GlobalOptions& globals,
                                              const ImportArguments& arguments);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_OPTIONS_H_
