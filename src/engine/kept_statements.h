// Ratings of statements that were asked for on this handle, kept so that the
// same statement costs only what was recorded since.
#ifndef DRAWDOWN_SRC_ENGINE_KEPT_STATEMENTS_H_
#define DRAWDOWN_SRC_ENGINE_KEPT_STATEMENTS_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/interval.h"
#include "engine/contract_books.h"
#include "rating/kept.h"

namespace drawdown {

struct BooksView;

// Any thread may call. One of them at a time has what is kept; for the others,
// who would have to wait with their snapshot, there is nothing.
class KeptStatements {
 public:
  // The statement as `books` have it, where a rating of it is kept and what the
  // journal has beyond it says which usage changed; else nothing. The books
  // are the current ones of the ledger.
  absl::StatusOr<std::optional<Statement>> Find(const BooksView& books,
                                                int64_t bucket_us,
                                                std::string_view contract,
                                                const Interval& period,
                                                int64_t at_us);

  // Keeps a rating of the same books, with the contracts that it points to.
  absl::Status Put(const BooksView& books, std::string_view contract,
                   const Interval& period, int64_t at_us,
                   std::unique_ptr<ContractBooks> contracts,
                   std::unique_ptr<KeptRating> rating);

 private:
  struct Kept {
    std::string contract;
    Interval period;
    int64_t at_us = 0;
    uint64_t next_sequence = 0;  // of the journal; what is before is in it
    std::unique_ptr<ContractBooks> contracts;
    std::unique_ptr<KeptRating> rating;
    std::vector<std::vector<Interval>> elsewhere;  // per pool: priced by others
  };

  // Brings it up to date; false where that takes a new one.
  static absl::StatusOr<bool> Refresh(const BooksView& books, int64_t bucket_us,
                                      int64_t at_us, Kept* kept);
  static absl::StatusOr<bool> AddNewCells(const BooksView& books,
                                          int64_t bucket_us, int64_t from_us,
                                          int64_t to_us, const Kept& kept,
                                          std::vector<UsageCell>* cells);

  std::mutex mutex_;
  std::vector<Kept> kept_;  // guarded by mutex_; the last one asked is last
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_KEPT_STATEMENTS_H_
