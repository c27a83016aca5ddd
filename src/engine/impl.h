// What a Ledger holds: one open store and how to reach its books.
#ifndef DRAWDOWN_SRC_ENGINE_IMPL_H_
#define DRAWDOWN_SRC_ENGINE_IMPL_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "contract/contract.h"
#include "drawdown/ledger.h"
#include "ledger/posting.h"
#include "ledger/records.h"
#include "ledger/store.h"
#include "store/lmdb_store.h"

namespace drawdown {

class Ledger::Impl {
 public:
  Impl(std::string directory, OpenOptions options, Header header,
       std::unique_ptr<Store> store);

  const std::string& directory() const { return directory_; }
  const Header& header() const { return header_; }
  int64_t bucket_us() const { return header_.bucket_us; }
  int64_t NowUs() const;

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() const {
    return store_->BeginRead();
  }
  absl::StatusOr<std::unique_ptr<Posting>> BeginPosting() const;

  // Runs `read` on the books as they are, or as they were recorded by
  // `as_of_us` (rebuilt from the journal in memory).
  absl::Status WithBooks(
      std::optional<int64_t> as_of_us,
      const std::function<absl::Status(ReadTransaction*)>& read) const;

  // The instant taken as now: at, else as-of, else the clock.
  int64_t ResolveAt(std::optional<int64_t> at_us,
                    std::optional<int64_t> as_of_us) const;

  // One call = one transaction: begins, posts, commits.
  absl::Status PostOne(const std::function<absl::Status(Posting*)>& post) const;

 private:
  const std::string directory_;
  const OpenOptions options_;
  const Header header_;
  const std::unique_ptr<Store> store_;
};

LmdbOptions StoreOptions(const OpenOptions& options);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_IMPL_H_
