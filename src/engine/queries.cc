// Reading the books: usage, runs, journal.
#include "base/error.h"
#include "engine/impl.h"
#include "ledger/buckets.h"
#include "ledger/capacity.h"
#include "ledger/inspect.h"
#include "ledger/quota_index.h"
#include "ledger/records.h"
#include "ledger/usage_query.h"

namespace drawdown {

absl::StatusOr<UsageAnswer> Ledger::Usage(const UsageQuery& query) const {
  std::vector<UsageRow> rows;
  ASSIGN_OR_RETURN(
      UsageAnswer answer,
      VisitUsage(query, [&rows](const UsageRow& row) { rows.push_back(row); }));
  answer.rows = std::move(rows);
  return answer;
}

absl::StatusOr<UsageAnswer> Ledger::VisitUsage(
    const UsageQuery& query,
    const std::function<void(const UsageRow&)>& visit) const {
  UsageQuery resolved = query;
  if (!resolved.at_us) resolved.at_us = query.as_of_us;
  UsageAnswer answer;
  RETURN_IF_ERROR(impl_->WithBooks(
      query.as_of_us, [&](const BooksView& books) -> absl::Status {
        // Not an instant before, or what meters counted since the bucket began
        // would be prorated up to it.
        if (!resolved.at_us) resolved.at_us = books.live.until_us;
        ASSIGN_OR_RETURN(
            answer, drawdown::VisitUsage(books.transaction, impl_->bucket_us(),
                                         books.live, resolved, visit));
        return absl::OkStatus();
      }));
  return answer;
}

absl::StatusOr<bool> Ledger::HasTenant(std::string_view path) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  const std::string key = NameByPathKey(NameKind::kTenant, path);
  ASSIGN_OR_RETURN(const auto bytes, books->Get(Table::kNames, key));
  if (bytes) return true;
  return QuotaIndex(books.get()).AnyTenantBelow(path);
}

absl::Status Ledger::VisitRuns(
    const RunQuery& query,
    const std::function<bool(const RunInfo&)>& visit) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  return drawdown::VisitRuns(books.get(), query, visit);
}

absl::Status Ledger::VisitCapacity(
    const CapacityQuery& query,
    const std::function<bool(const CapacityInfo&)>& visit) const {
  if (query.as_of_us) {
    return impl_->WithBooks(query.as_of_us, [&](const BooksView& books) {
      return drawdown::VisitCapacity(books.transaction, query, visit);
    });
  }
  // Live meters have no part in it.
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  return drawdown::VisitCapacity(books.get(), query, visit);
}

absl::StatusOr<RunTotals> Ledger::TotalsOf(const RunQuery& query,
                                           std::optional<int64_t> at_us) const {
  const int64_t until_us = impl_->ResolveAt(at_us, {});
  RunTotals totals;
  RETURN_IF_ERROR(VisitRuns(query, [&](const RunInfo& run) {
    ++totals.runs;
    ++totals.by_state.at(static_cast<size_t>(run.state));
    for (const Segment& segment : run.segments) {
      totals.gpu_time += SegmentTimeUntil(segment, until_us);
    }
    return true;
  }));
  return totals;
}

absl::Status Ledger::VisitJournal(
    uint64_t from,
    const std::function<bool(const JournalEntry&)>& visit) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  return drawdown::VisitJournal(books.get(), from, visit);
}

}  // namespace drawdown
