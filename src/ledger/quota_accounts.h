// How much of each quota is used: sums that runs and amounts add to as they are
// posted, so that what is used at an instant is a few records away.
#ifndef DRAWDOWN_SRC_LEDGER_QUOTA_ACCOUNTS_H_
#define DRAWDOWN_SRC_LEDGER_QUOTA_ACCOUNTS_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hash_map.h"
#include "ledger/later_starts.h"
#include "ledger/quota_course.h"
#include "ledger/quota_index.h"
#include "ledger/quota_records.h"
#include "ledger/quota_windows.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

// What live meters have drained into buckets that are not sealed.
struct MeteredSums {
  std::array<int64_t, 2> buckets_us{};  // by bank
  std::vector<std::array<GpuTime, 2>> by_quota;
};

// Accounts as the store has them plus what was added here. Not thread-safe.
class QuotaAccounts {
 public:
  QuotaAccounts(ReadTransaction* books, int64_t bucket_us, QuotaIndex* index,
                LaterStarts* later, NameOf name_of)
      : books_(books),
        bucket_us_(bucket_us),
        index_(index),
        later_(later),
        name_of_(std::move(name_of)) {}

  // The run's usage, wherever its tenant was moved meanwhile.
  // What is used more of each quota over the run, in the window that counts at
  // the instant, if it is recorded as `after` in place of `before`.
  absl::StatusOr<std::map<uint32_t, FineTime>> UsedMoreBy(const Run& before,
                                                          const Run& after,
                                                          int64_t at_us);

  absl::Status AddRun(const Run& run, int sign);
  // Of a tenant as it is in that bucket.
  absl::Status AddAmount(uint32_t tenant, uint32_t pool, int64_t bucket_us,
                         GpuTime amount);

  absl::StatusOr<QuotaUse> UseAt(const StoredQuota& quota, int64_t at_us);
  // The same of that instant and later ones. `taken`: what live meters have
  // besides, counted in the window of the instant.
  absl::StatusOr<QuotaCourse> CourseFrom(const StoredQuota& quota,
                                         int64_t at_us, GpuTime taken);

  // Open levels of quotas, of runs that begin after an instant.
  struct LaterLevel {
    int64_t begins_us = 0;  // the run
    int64_t start_us = 0;   // later where it comes under the quota by a move
    int64_t micro_gpus = 0;
  };
  struct LaterLevels {
    uint64_t later_version = 0;
    uint64_t index_version = 0;
    std::map<uint32_t, std::vector<LaterLevel>> by_quota;
  };
  // Valid until the next call.
  absl::StatusOr<const LaterLevels*> LevelsAfter(int64_t at_us);

  // For quotas that are new, or count in other windows: forgets what the store
  // has of them and what was added here, then adds all runs and cells of the
  // books.
  absl::Status Drop(WriteTransaction* transaction,
                    const std::set<uint32_t>& quotas);
  absl::Status Make(const std::set<uint32_t>& quotas);

  // Writes what was added. kOverflow.
  absl::Status Flush(WriteTransaction* transaction);
  // Quotas that something was written of.
  const std::set<uint32_t>& changed() const { return changed_; }

 private:
  using AccountAt = std::pair<uint32_t, int64_t>;  // quota, window

  // What the store has of a quota from a window on. Nothing is written to it
  // but by Flush and Drop, so it is read once.
  struct StoredUse {
    Int128 level = 0;
    int64_t from_us = 0;
    std::vector<std::pair<int64_t, Account>> accounts;  // by window
  };
  static constexpr size_t kMaxKeptAccounts = 4'096;

  // The stretches in which each quota is over what the tenant does on the pool:
  // one, where a move was beneath it.
  using Stretches = std::map<const StoredQuota*, std::vector<TenantPiece>>;

  absl::StatusOr<Stretches> StretchesOf(uint32_t tenant, uint32_t pool);
  // Takes out of what is used in the window what has not begun.
  absl::Status TakeOutLater(const StoredQuota& quota, const QuotaWindow& window,
                            int64_t at_us, QuotaUse* use);
  Account* AccountOf(const StoredQuota& quota, int64_t at_us);
  void AddSegment(const StoredQuota& quota, const Segment& segment,
                  const TenantPiece& within, int sign);
  // Valid until the next call.
  absl::StatusOr<const StoredUse*> StoredUseOf(uint32_t quota, int64_t from_us);
  template <typename Visit>
  absl::Status VisitAccounts(const StoredQuota& quota, int64_t from_us,
                             const Visit& visit);
  absl::StatusOr<Int128> OpenLevel(const StoredQuota& quota, int64_t from_us);
  void ForgetStored();
  // What meters counted in buckets that are not journalled yet.
  absl::StatusOr<GpuTime> MeteredIn(const StoredQuota& quota,
                                    const QuotaWindow& window);
  absl::Status ReadMetered();
  bool Wanted(const StoredQuota& quota) const {
    return only_.empty() || only_.contains(quota.id);
  }

  ReadTransaction* const books_;
  const int64_t bucket_us_;
  QuotaIndex* const index_;
  LaterStarts* const later_;
  const NameOf name_of_;
  std::set<uint32_t> only_;  // while making accounts
  std::map<AccountAt, Account> added_;
  std::map<uint32_t, Int128> opened_;
  std::set<uint32_t> changed_;
  HashMap<uint32_t, StoredUse> stored_;
  size_t kept_accounts_ = 0;            // of stored_
  std::optional<MeteredSums> metered_;  // as of the books, read when asked for
  std::optional<LaterLevels> levels_;   // of the instant asked for last
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_QUOTA_ACCOUNTS_H_
