// Rating: usage x versions of a contract -> charges. Pure and deterministic:
// the same input gives the same bytes. Rules: design "Contracts and rating",
// steps 1-7.
#ifndef DRAWDOWN_SRC_RATING_RATING_H_
#define DRAWDOWN_SRC_RATING_RATING_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "contract/timeline.h"
#include "drawdown/statement.h"
#include "model/capacity_table.h"
#include "model/charge.h"
#include "model/run_usage.h"
#include "model/usage_table.h"

namespace drawdown {

// What a rating of `period` needs to be given: usage from the earliest start of
// any fulfilment interval (spend year, tier interval, rollover source) that
// overlaps the period.
// REQUIRES: contracts is not empty.
Interval RatingWindow(const ContractTimeline& contracts,
                      const Interval& period);

// Whether rating asks for runs: a version has a billing grain, or rounds
// segments.
bool RunsMatter(const ContractTimeline& contracts);

struct RatingInput {
  // Which version holds when; the contracts outlive the call. A commitment
  // keeps its state across versions by its id; what one version contracted is
  // prorated by time where the next takes effect, as a step does it. To rate a
  // closed period again, give the versions it was closed with.
  ContractTimeline contracts;
  // Usage over RatingWindow(), at least. Cells of other providers' pools are
  // ignored; those of this provider's are rated, as unpriced when neither a
  // rate nor a commitment prices them, so leave out pools that another contract
  // prices.
  const UsageTable* usage = nullptr;
  Interval period;
  // Only buckets and intervals ended by this instant are rated.
  int64_t at_us = 0;
  // What was stated over RatingWindow(), at least.
  CapacityTable capacity = {};
  // All runs with usage in the window, each whole, if RunsMatter().
  std::vector<RunUsage> runs = {};
  // Instants, ascending and on bucket boundaries, at which RatedUsage notes how
  // far each spend commitment is, besides at the ends of their intervals.
  std::vector<int64_t> marks = {};
  // From when on usage is projected, which notes say.
  std::optional<int64_t> projected_from_us = {};
  // For who asks for no tenant's: the charges of one bucket for usage are one
  // where pool and rule are, and of no tenant. They stay apart where a credit
  // or a grain needs them to be.
  bool join_tenants = false;
};

// Every charge of the period. kOverflow if a total does not fit. Checked on
// return: contracted = covered + unused + undelivered per commitment and
// usage rated = usage given + grain, to the microsecond.
absl::StatusOr<RatedUsage> RateUsage(const RatingInput& input);

// The charges as a statement: one line per (tenant, pool, commitment, kind,
// unit_price), rounded at the level of the version that holds at the period's
// end.
absl::StatusOr<Statement> MakeStatement(const RatingInput& input,
                                        const RatedUsage& rated);

// Why each line is what it is: its parts by contract version and rule, in
// statement->reasons. `statement` is what MakeStatement() made of `rated`.
void Explain(const RatingInput& input, const RatedUsage& rated,
             Statement* statement);

// Leaves the lines of `tenant` and all below it, of nobody when it is empty,
// and sums up what is owed and metered of them.
void KeepTenant(std::string_view tenant, Statement* statement);

// Every active commitment in its interval that contains at_us, and what was
// drawn of it is worth: hours at the prices of the commitment and its
// expansions, each version's while it held.
struct ValuedStatus {
  CommitmentStatus status;
  MoneyAmount drawn;
};
absl::StatusOr<std::vector<ValuedStatus>> MakeValuedStatus(
    const ContractTimeline& contracts, const UsageTable& usage, int64_t at_us,
    const CapacityTable& capacity = {}, const std::vector<RunUsage>& runs = {});

// The same without.
absl::StatusOr<std::vector<CommitmentStatus>> MakeStatus(
    const ContractTimeline& contracts, const UsageTable& usage, int64_t at_us,
    const CapacityTable& capacity = {}, const std::vector<RunUsage>& runs = {});

// Every commitment of any version as it stands at `at_us`, by id. Whether one
// is exhausted only MakeStatus() knows. REQUIRES: contracts is not empty.
std::vector<CommitmentLife> LivesOf(const ContractTimeline& contracts,
                                    int64_t at_us);

// What MakeStatus needs to be given.
Interval StatusWindow(const ContractTimeline& contracts, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_RATING_H_
