// What a Ledger holds: one open store and how to reach its books.
#ifndef DRAWDOWN_SRC_ENGINE_IMPL_H_
#define DRAWDOWN_SRC_ENGINE_IMPL_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "contract/contract.h"
#include "drawdown/ledger.h"
#include "engine/group_commit.h"
#include "engine/kept_statements.h"
#include "ledger/hold_clock.h"
#include "ledger/live_amounts.h"
#include "ledger/posting.h"
#include "ledger/posting_memory.h"
#include "ledger/records.h"
#include "ledger/store.h"
#include "meter/process_lanes.h"
#include "settle/budget_keeper.h"
#include "settle/live_directory.h"
#include "settle/live_usage.h"
#include "settle/settler.h"
#include "store/lmdb_store.h"

namespace drawdown {

// What a query reads.
struct BooksView {
  ReadTransaction* transaction = nullptr;
  LiveAmounts live;
  KeptStatements* kept = nullptr;  // of the books as they are now
};
struct LiveBooks {
  std::unique_ptr<ReadTransaction> transaction;
  LiveUsage usage;
};

// A snapshot, the instant that quotas are asked about, and what live meters had
// taken of them just before that the snapshot does not have.
struct QuotasNow {
  std::unique_ptr<ReadTransaction> books;
  int64_t at_us = 0;
  TakenOfQuotas taken;
};

class Ledger::Impl {
 public:
  Impl(std::string directory, OpenOptions options, std::string boot_id,
       Header header, std::unique_ptr<Store> store,
       std::unique_ptr<LiveDirectory> live);
  ~Impl();

  const std::string& directory() const { return directory_; }
  const Header& header() const { return header_; }
  int64_t bucket_us() const { return header_.bucket_us; }
  int64_t NowUs() const;

  absl::StatusOr<std::unique_ptr<ReadTransaction>> BeginRead() const {
    return store_->BeginRead();
  }
  absl::StatusOr<std::unique_ptr<Posting>> BeginPosting() const;

  // Runs `read` on the books as they are, with what live meters have counted
  // since; or as they were recorded by `as_of_us` (rebuilt from the journal in
  // memory).
  absl::Status WithBooks(
      std::optional<int64_t> as_of_us,
      const std::function<absl::Status(const BooksView&)>& read) const;
  // A snapshot and what live meters have beyond it.
  absl::StatusOr<LiveBooks> ReadLive() const;
  // What live meters have beyond the books of a write transaction that has
  // posted nothing.
  absl::StatusOr<LiveAmounts> ReadLiveOf(ReadTransaction* books) const;

  // The instant taken as now: at, else as-of, else the clock.
  int64_t ResolveAt(std::optional<int64_t> at_us,
                    std::optional<int64_t> as_of_us) const;

  // One call = one whole transaction: begins, posts, commits.
  absl::Status PostAlone(
      const std::function<absl::Status(Posting*)>& post) const;
  // The same, together with what other threads ask for meanwhile: one commit
  // for all. `post` may be run several times, each time on books without its
  // effect, and must not look at Posting::books().
  absl::Status PostGrouped(
      const std::function<absl::Status(Posting*)>& post) const;

  // --- admissions: one grouped transaction at the instant of holds
  absl::StatusOr<Admission> Admit(
      const std::function<absl::StatusOr<Admission>(Posting*, int64_t at_us)>&
          post) const;
  absl::StatusOr<Admission> ChangeRun(const RunChanged& change) const;
  ClockReading ReadClock() const;

  // --- live meters (meters.cc)
  absl::StatusOr<std::vector<Meter>> BindMeters(
      std::span<const MeterName> names, const WriteOptions& options);
  // Waits for other writers up to the deadline, else as long as any call.
  absl::StatusOr<DrainResult> Drain(
      std::optional<Deadline> deadline = {}) const;
  std::string drain_error() const;
  // Waits for nobody. At an instant that is given, the books alone.
  absl::StatusOr<QuotasNow> ReadQuotas(std::optional<int64_t> at_us = {}) const;

 private:
  // Where meters of any process may admit usage, who keeps their budgets; null
  // where none can.
  absl::StatusOr<BudgetKeeper*> Budgets() const;
  absl::StatusOr<std::shared_ptr<BudgetKeeper>> OpenBudgets(
      std::shared_ptr<EpochFile> word) const;
  absl::StatusOr<std::unique_ptr<WriteTransaction>> BeginWrite(
      std::optional<Deadline> deadline) const;
  absl::StatusOr<std::unique_ptr<Posting>> BeginBarePosting(
      std::optional<Deadline> deadline = {}) const;
  absl::StatusOr<std::vector<MeterIds>> InternMeters(
      std::span<const MeterName> names, const WriteOptions& options) const;
  absl::StatusOr<std::shared_ptr<EpochFile>> EnsureCounting();
  absl::StatusOr<DrainResult> DrainOnce(std::optional<Deadline> deadline) const;
  void SettlerRound();
  std::chrono::microseconds UntilNextBucket() const;

  const std::string directory_;
  const OpenOptions options_;
  const std::string boot_id_;  // "" with a clock that is given
  const Header header_;
  const std::unique_ptr<Store> store_;
  mutable PostingMemory posting_memory_;
  mutable GroupCommit group_commit_;
  mutable KeptStatements kept_statements_;
  const std::unique_ptr<LiveDirectory> live_;

  mutable std::mutex live_mutex_;  // guards what follows
  bool counting_ = false;          // the epoch word was brought up to date
  mutable std::shared_ptr<BudgetKeeper> budgets_;
  bool admitting_ = false;            // the meters here ask them
  std::string drain_error_;           // of the settler's last round
  std::unique_ptr<Settler> settler_;  // last: it uses the others
};

LmdbOptions StoreOptions(const OpenOptions& options);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_IMPL_H_
