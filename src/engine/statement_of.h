// A statement from books that are open, and what rating is given of them.
#ifndef DRAWDOWN_SRC_ENGINE_STATEMENT_OF_H_
#define DRAWDOWN_SRC_ENGINE_STATEMENT_OF_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/ledger.h"
#include "engine/contract_books.h"
#include "engine/impl.h"
#include "model/capacity_table.h"
#include "model/usage_table.h"
#include "rating/rating.h"

namespace drawdown {

// Usage of whole buckets of `window` that have ended by `at_us`.
absl::StatusOr<UsageTable> UsageOf(const BooksView& books, int64_t bucket_us,
                                   const Interval& window, int64_t at_us);

// What was stated of the pools of `usage` from `from_us` on, until `to_us`.
absl::StatusOr<CapacityTable> CapacityOf(const BooksView& books,
                                         const UsageTable& usage,
                                         int64_t from_us,
                                         std::optional<int64_t> to_us);

// Takes out what others price (priced_elsewhere.h): the rest of the provider's
// usage is this contract's to price or to miss.
void LeaveToOthers(const ContractBooks& books,
                   const ContractTimeline& contracts, UsageTable* usage);

// `usage` of the window, with what the contract's billing grain adds to the
// runs that had ended when the instant's bucket began.
absl::StatusOr<UsageTable> WithGrain(const BooksView& books,
                                     const ContractBooks& all,
                                     const ContractTimeline& contracts,
                                     const Interval& window, int64_t at_us,
                                     UsageTable usage);

// Every commitment of every contract in its interval that contains the instant.
absl::StatusOr<std::vector<ValuedStatus>> StatusOf(
    const BooksView& books, const ContractBooks& contracts, int64_t bucket_us,
    int64_t at_us);

// The period rated from all that the books say, whatever was closed and
// corrected of it. `explain` fills in its reasons.
absl::StatusOr<Statement> RateStatement(const BooksView& books,
                                        const ContractBooks& contracts,
                                        int64_t bucket_us,
                                        std::string_view contract,
                                        const Interval& period, int64_t at_us,
                                        bool explain = false);

// A closed period rated again: with the versions that hold in it, and with what
// later ones say of intervals that go on after it. `frozen` are the contracts
// that it was closed with: what others of these price is theirs.
absl::StatusOr<Statement> RateClosed(const BooksView& books,
                                     const ContractBooks& contracts,
                                     const ContractBooks& frozen,
                                     int64_t bucket_us,
                                     std::string_view contract,
                                     const Interval& period, bool explain);

// RateStatement() without reasons, by what `books` keep of it; and kept for the
// next time.
absl::StatusOr<Statement> KeepStatement(const BooksView& books,
                                        const ContractBooks& contracts,
                                        int64_t bucket_us,
                                        std::string_view contract,
                                        const Interval& period, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_STATEMENT_OF_H_
