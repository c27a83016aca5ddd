#include "ledger/quota_runs.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "ledger/buckets.h"

namespace drawdown {
namespace {

constexpr size_t kMostRuns = 10;

class RunLister {
 public:
  RunLister(QuotaBooks* quotas, NameOf name_of, QuotaRunsBy by, int64_t at_us)
      : quotas_(quotas), name_of_(std::move(name_of)), by_(by), at_us_(at_us) {}

  void Want(const StoredQuota& quota, int64_t bucket_us) {
    windows_.emplace(quota.id, CountingWindow(quota, at_us_, bucket_us));
    found_[quota.id];
  }

  absl::Status Add(std::string_view run_key, const Run& run) {
    ASSIGN_OR_RETURN(const auto* const pieces,
                     quotas_->index.moves().PiecesOf(run.tenant));
    const uint32_t tenant = pieces->back().tenant;
    const bool open = !run.segments.empty() && !run.segments.back().end_us;
    std::map<const StoredQuota*, GpuTime> used;
    for (const TenantPiece& piece : *pieces) {
      const bool now = piece.to_us == TenantPiece::kEnd;
      ASSIGN_OR_RETURN(const QuotaIndex::Quotas* const over,
                       quotas_->index.Over(piece.tenant, run.pool, name_of_));
      for (const StoredQuota* const quota : *over) {
        const auto window = windows_.find(quota->id);
        if (window == windows_.end()) continue;
        const bool counts_now = open && now;
        if (!counts_now && !CountsEnded(*quota)) continue;
        used[quota] += UsedIn(run, piece, window->second);
      }
    }
    for (const auto& [quota, time] : used) {
      QuotaRun one;
      one.micro_gpus = open ? run.segments.back().micro_gpus : 0;
      one.used = quota->scope.period == QuotaPeriod::kAtOnce
                     ? Int128{one.micro_gpus}
                     : time.count();
      if (SizeOf(one) <= 0) continue;
      Insert(quota->id, run_key, std::move(one), tenant, run.pool);
    }
    return absl::OkStatus();
  }

  std::map<uint32_t, QuotaRuns> Take() { return std::move(found_); }

 private:
  bool CountsEnded(const StoredQuota& quota) const {
    return by_ == QuotaRunsBy::kUsed &&
           quota.scope.period != QuotaPeriod::kAtOnce;
  }
  Int128 SizeOf(const QuotaRun& run) const {
    return by_ == QuotaRunsBy::kGpus ? Int128{run.micro_gpus} : run.used;
  }

  GpuTime UsedIn(const Run& run, const TenantPiece& piece,
                 const QuotaWindow& window) const {
    const int64_t from_us = std::max(piece.from_us, window.start_us);
    const int64_t to_us = std::min(piece.to_us, window.end_us);
    GpuTime used;
    for (const Segment& segment : run.segments) {
      // What ends ahead of time is used already, as the quota has it.
      const int64_t until_us = segment.end_us ? to_us : std::min(to_us, at_us_);
      if (from_us >= until_us) continue;
      used += SegmentTimeUntil(segment, until_us) -
              SegmentTimeUntil(segment, from_us);
    }
    return used;
  }

  // Runs come in the order of their keys: equal ones stay in it.
  void Insert(uint32_t quota, std::string_view run_key, QuotaRun one,
              uint32_t tenant, uint32_t pool) {
    QuotaRuns& runs = found_[quota];
    std::vector<QuotaRun>& biggest = runs.biggest;
    const auto at =
        std::upper_bound(biggest.begin(), biggest.end(), SizeOf(one),
                         [this](Int128 size, const QuotaRun& other) {
                           return size > SizeOf(other);
                         });
    if (biggest.size() == kMostRuns) ++runs.more;
    if (at == biggest.end() && biggest.size() == kMostRuns) return;
    one.run = DecodeRunKey(run_key);
    one.tenant = name_of_(NameKind::kTenant, tenant);
    one.pool = name_of_(NameKind::kPool, pool);
    biggest.insert(at, std::move(one));
    if (biggest.size() > kMostRuns) biggest.pop_back();
  }

  QuotaBooks* const quotas_;
  const NameOf name_of_;
  const QuotaRunsBy by_;
  const int64_t at_us_;
  std::map<uint32_t, QuotaWindow> windows_;
  std::map<uint32_t, QuotaRuns> found_;
};

}  // namespace

absl::StatusOr<std::map<uint32_t, QuotaRuns>> RunsUnder(
    ReadTransaction* books, QuotaBooks* quotas,
    const QuotaIndex::Quotas& wanted, QuotaRunsBy by, int64_t bucket_us,
    int64_t at_us) {
  RunLister lister(quotas, NamesOf(books), by, at_us);
  for (const StoredQuota* const quota : wanted) lister.Want(*quota, bucket_us);
  if (wanted.empty()) return lister.Take();
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books->NewCursor(Table::kRuns));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(""));
  while (found) {
    ASSIGN_OR_RETURN(const Run run, DecodeRun(cursor->key(), cursor->value()));
    RETURN_IF_ERROR(lister.Add(cursor->key(), run));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return lister.Take();
}

}  // namespace drawdown
