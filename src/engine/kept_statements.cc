#include "engine/kept_statements.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <variant>

#include "base/civil.h"
#include "base/error.h"
#include "engine/impl.h"
#include "engine/priced_elsewhere.h"
#include "engine/statement_of.h"
#include "ledger/buckets.h"
#include "ledger/entry.h"
#include "ledger/journal.h"
#include "ledger/live_records.h"
#include "ledger/series.h"

namespace drawdown {
namespace {

constexpr size_t kMostKept = 4;
constexpr size_t kMostBytes = size_t{1} << 30;
// Reading more series than that costs as much as reading all.
constexpr size_t kMostSeries = 2'000;

using SeriesIds = std::pair<uint32_t, uint32_t>;  // tenant, pool

absl::StatusOr<uint64_t> NextSequence(ReadTransaction* books) {
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kMeta, kTipKey));
  if (!bytes) return uint64_t{1};
  ASSIGN_OR_RETURN(const Tip tip, DecodeTip(*bytes));
  return tip.next_sequence;
}

// The series whose cells were changed from an instant on. Says false where more
// may be different: earlier usage, of which only the state that it led to is
// kept, or anything but usage.
class Touched {
 public:
  Touched(ReadTransaction* books, int64_t from_us)
      : books_(books), from_us_(from_us) {}

  absl::StatusOr<bool> Since(uint64_t sequence) {
    ASSIGN_OR_RETURN(JournalCursor cursor, JournalCursor::Make(books_));
    ASSIGN_OR_RETURN(bool found, cursor.SeekAtLeast(sequence));
    while (found) {
      ASSIGN_OR_RETURN(const Entry entry,
                       DecodeEntry(cursor.sequence(), cursor.entry()));
      ASSIGN_OR_RETURN(
          const bool known,
          std::visit([this](const auto& body) { return Add(body); },
                     entry.body));
      if (!known || series.size() > kMostSeries) return false;
      ASSIGN_OR_RETURN(found, cursor.Next());
    }
    return true;
  }

  // What meters have drained that has no entry yet.
  absl::StatusOr<bool> Open(int64_t bucket_us) {
    ASSIGN_OR_RETURN(const auto epoch, ReadLiveEpoch(books_));
    if (!epoch) return true;
    bool known = true;
    RETURN_IF_ERROR(VisitOpenUsage(
        books_, [&](uint32_t tenant, uint32_t pool, size_t bank, GpuTime) {
          const int64_t start_us = BucketStart(epoch->buckets[bank], bucket_us);
          known = AddFrom(start_us, tenant, pool) && known;
          return absl::OkStatus();
        }));
    return known && series.size() <= kMostSeries;
  }

  bool AddLive(const LiveAmounts& live, int64_t bucket_us) {
    for (const LiveAmount& amount : live.amounts) {
      if (BucketStart(amount.at.bucket, bucket_us) < from_us_) return false;
      series.insert({amount.at.tenant, amount.at.pool});
    }
    return series.size() <= kMostSeries;
  }

  std::set<SeriesIds> series;

 private:
  bool AddFrom(int64_t start_us, uint32_t tenant, uint32_t pool) {
    series.insert({tenant, pool});
    return start_us >= from_us_;
  }
  absl::StatusOr<bool> Add(const RunImported& row) {
    if (!row.start_us) return true;
    return AddFrom(*row.start_us, row.tenant, row.pool);
  }
  absl::StatusOr<bool> Add(const RunChanged& change) {
    const std::string key = EncodeRunKey(change.run_id, change.attempt);
    ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kRuns, key));
    if (!bytes) return false;
    ASSIGN_OR_RETURN(const Run run, DecodeRun(key, *bytes));
    return AddFrom(change.at_us, run.tenant, run.pool);
  }
  absl::StatusOr<bool> Add(const UsageAdded& usage) {
    return AddFrom(usage.start_us, usage.tenant, usage.pool);
  }
  absl::StatusOr<bool> Add(const UsageDrained& usage) {
    return AddFrom(usage.bucket_us, usage.tenant, usage.pool);
  }
  absl::StatusOr<bool> Add(const HoldRenewed& renewed) {
    return renewed.charge.zero();
  }
  absl::StatusOr<bool> Add(const HoldClosed& closed) {
    return closed.charge.zero();
  }
  absl::StatusOr<bool> Add(const CommitLink&) { return true; }
  absl::StatusOr<bool> Add(const NameAdded&) { return true; }
  absl::StatusOr<bool> Add(const QuotaSet&) { return true; }
  absl::StatusOr<bool> Add(const HoldPlaced&) { return true; }
  absl::StatusOr<bool> Add(const HoldDrawn&) { return true; }
  absl::StatusOr<bool> Add(const WaiverPolicySet&) { return true; }
  absl::StatusOr<bool> Add(const RunRefunded&) { return true; }
  absl::StatusOr<bool> Add(const RunPlaced&) { return true; }
  // Corrections that move a run, contracts, capacity, closes, moves of tenants.
  template <typename Other>
  absl::StatusOr<bool> Add(const Other&) {
    return false;
  }

  ReadTransaction* const books_;
  const int64_t from_us_;
};

std::optional<uint32_t> Find(const std::vector<std::string>& names,
                             std::string_view name) {
  const auto found = std::lower_bound(names.begin(), names.end(), name);
  if (found == names.end() || *found != name) return std::nullopt;
  return static_cast<uint32_t>(found - names.begin());
}

absl::StatusOr<std::string> PathOf(ReadTransaction* books, NameKind kind,
                                   uint32_t id) {
  const std::string key = NameByIdKey(kind, id);
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kNames, key));
  if (!bytes) return std::string();
  ASSIGN_OR_RETURN(const Name name, DecodeName(key, *bytes));
  return std::string(name.path);
}

using Amounts = std::map<int64_t, GpuTime>;  // by bucket

absl::StatusOr<Amounts> ReadSeriesCells(const BooksView& books,
                                        int64_t bucket_us,
                                        const SeriesIds& series,
                                        int64_t from_us, int64_t to_us) {
  Amounts amounts;
  const Series read = {series.first, series.second,
                       std::numeric_limits<int32_t>::min()};
  RETURN_IF_ERROR(
      VisitBuckets(books.transaction, read, bucket_us, from_us / bucket_us,
                   to_us / bucket_us, [&](const BucketSpan& span) {
                     for (int64_t i = 0; i < span.count; ++i) {
                       amounts[BucketStart(span.first + i, bucket_us)] +=
                           span.from_runs + span.recorded;
                     }
                     return absl::OkStatus();
                   }));
  for (const LiveAmount& live : books.live.amounts) {
    const int64_t start_us = BucketStart(live.at.bucket, bucket_us);
    const bool own =
        live.at.tenant == series.first && live.at.pool == series.second;
    if (own && from_us <= start_us && start_us < to_us) {
      amounts[start_us] += live.gpu_time;
    }
  }
  return amounts;
}

// Cells whose amounts are others than the rating's. False if one does not fit.
bool AddDifferences(const KeptRating& rating, uint32_t tenant, uint32_t pool,
                    Amounts now, std::vector<UsageCell>* changes) {
  for (const UsageCell& cell :
       rating.CellsOf(tenant, pool, rating.changes_from_us())) {
    const auto [found, gone] = now.try_emplace(cell.bucket_us, GpuTime());
    if (!gone && found->second == cell.gpu_time) now.erase(found);
  }
  for (const auto& [bucket_us, amount] : now) {
    if (!amount.valid()) return false;
    changes->push_back({bucket_us, tenant, pool, amount});
  }
  return true;
}

}  // namespace

absl::StatusOr<bool> KeptStatements::Refresh(const BooksView& books,
                                             int64_t bucket_us, int64_t at_us,
                                             Kept* kept) {
  const KeptRating& rating = *kept->rating;
  ASSIGN_OR_RETURN(const uint64_t next, NextSequence(books.transaction));
  if (next < kept->next_sequence || at_us < kept->at_us) return false;
  Touched touched(books.transaction, rating.changes_from_us());
  ASSIGN_OR_RETURN(const bool known, touched.Since(kept->next_sequence));
  if (!known) return false;
  ASSIGN_OR_RETURN(const bool open, touched.Open(bucket_us));
  if (!open || !touched.AddLive(books.live, bucket_us)) return false;
  std::vector<UsageCell> changes;
  const int64_t until_us = rating.rated_until_us();
  for (const SeriesIds& series : touched.series) {
    ASSIGN_OR_RETURN(
        const std::string tenant_path,
        PathOf(books.transaction, NameKind::kTenant, series.first));
    ASSIGN_OR_RETURN(const std::string pool_path,
                     PathOf(books.transaction, NameKind::kPool, series.second));
    const auto tenant = drawdown::Find(rating.tenants(), tenant_path);
    const auto pool = drawdown::Find(rating.pools(), pool_path);
    if (!tenant || !pool) return false;
    ASSIGN_OR_RETURN(Amounts now,
                     ReadSeriesCells(books, bucket_us, series,
                                     rating.changes_from_us(), until_us));
    std::erase_if(now, [&](const auto& amount) {
      return Contains(kept->elsewhere[*pool], amount.first);
    });
    if (!AddDifferences(rating, *tenant, *pool, std::move(now), &changes)) {
      return false;
    }
  }
  const int64_t to_us =
      FloorTo(std::min(at_us, kept->period.end_us), bucket_us);
  if (to_us > until_us) {
    ASSIGN_OR_RETURN(const bool added, AddNewCells(books, bucket_us, until_us,
                                                   to_us, *kept, &changes));
    if (!added) return false;
  }
  std::sort(changes.begin(), changes.end(),
            [](const UsageCell& a, const UsageCell& b) {
              return std::tie(a.bucket_us, a.tenant, a.pool) <
                     std::tie(b.bucket_us, b.tenant, b.pool);
            });
  RETURN_IF_ERROR(kept->rating->Update(at_us, changes));
  kept->at_us = at_us;
  kept->next_sequence = next;
  return true;
}

// Of the buckets that ended since.
absl::StatusOr<bool> KeptStatements::AddNewCells(
    const BooksView& books, int64_t bucket_us, int64_t from_us, int64_t to_us,
    const Kept& kept, std::vector<UsageCell>* cells) {
  ASSIGN_OR_RETURN(
      const UsageTable table,
      ReadUsageTable(books.transaction, bucket_us, books.live, from_us, to_us));
  const KeptRating& rating = *kept.rating;
  for (UsageCell cell : table.cells) {
    const auto tenant =
        drawdown::Find(rating.tenants(), table.tenants[cell.tenant]);
    const auto pool = drawdown::Find(rating.pools(), table.pools[cell.pool]);
    if (!tenant || !pool) return false;
    if (Contains(kept.elsewhere[*pool], cell.bucket_us)) continue;
    cell.tenant = *tenant;
    cell.pool = *pool;
    cells->push_back(cell);
  }
  return true;
}

absl::StatusOr<std::optional<Statement>> KeptStatements::Find(
    const BooksView& books, int64_t bucket_us, std::string_view contract,
    const Interval& period, int64_t at_us) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return std::nullopt;
  const auto kept =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) {
        return one.contract == contract && one.period == period;
      });
  if (kept == kept_.end()) return std::nullopt;
  const absl::StatusOr<bool> fresh = Refresh(books, bucket_us, at_us, &*kept);
  if (!fresh.ok() || !*fresh) {
    // A rating from the beginning says what is wrong.
    kept_.erase(kept);
    return std::nullopt;
  }
  std::rotate(kept, kept + 1, kept_.end());
  ASSIGN_OR_RETURN(Statement statement, kept_.back().rating->MakeStatement());
  return statement;
}

absl::Status KeptStatements::Put(const BooksView& books,
                                 std::string_view contract,
                                 const Interval& period, int64_t at_us,
                                 std::unique_ptr<ContractBooks> contracts,
                                 std::unique_ptr<KeptRating> rating) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || rating->bytes() > kMostBytes) {
    return absl::OkStatus();
  }
  std::erase_if(kept_, [&](const Kept& one) {
    return one.contract == contract && one.period == period;
  });
  Kept kept = {std::string(contract), period, at_us, 0, nullptr, nullptr, {}};
  ASSIGN_OR_RETURN(kept.next_sequence, NextSequence(books.transaction));
  ASSIGN_OR_RETURN(const ContractTimeline timeline,
                   contracts->TimelineOf(contract));
  for (const std::string& pool : rating->pools()) {
    kept.elsewhere.push_back(PricedElsewhere(*contracts, timeline, pool));
  }
  kept.contracts = std::move(contracts);
  kept.rating = std::move(rating);
  kept_.push_back(std::move(kept));
  size_t bytes = 0;
  for (const Kept& one : kept_) bytes += one.rating->bytes();
  while (kept_.size() > kMostKept || bytes > kMostBytes) {
    bytes -= kept_.front().rating->bytes();
    kept_.erase(kept_.begin());
  }
  return absl::OkStatus();
}

}  // namespace drawdown
