// What is owed and what is drawn: books x contracts, through rating.
#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "base/civil.h"
#include "base/error.h"
#include "base/source.h"
#include "bill/bill_reader.h"
#include "engine/contract_books.h"
#include "engine/impl.h"
#include "engine/statement_of.h"
#include "ledger/capacity.h"
#include "ledger/series.h"
#include "rating/rating.h"
#include "reconcile/reconcile.h"

namespace drawdown {
namespace {

// Everything one rating needs, alive together.
struct RatedPeriod {
  ContractBooks books;
  UsageTable usage;
  RatingInput input;
  RatedUsage rated;
};

// Usage of whole buckets of `window` that have ended by `at_us`.
absl::StatusOr<UsageTable> UsageOf(const BooksView& books, int64_t bucket_us,
                                   const Interval& window, int64_t at_us) {
  const int64_t from_us = FloorTo(window.start_us, bucket_us);
  const int64_t to_us =
      FloorTo(std::min(window.end_us, std::max(at_us, from_us)), bucket_us);
  return ReadUsageTable(books.transaction, bucket_us, books.live, from_us,
                        std::max(from_us, to_us));
}

// What was stated of the pools of `usage` from `from_us` on, until `to_us`.
absl::StatusOr<CapacityTable> CapacityOf(const BooksView& books,
                                         const UsageTable& usage,
                                         int64_t from_us,
                                         std::optional<int64_t> to_us) {
  CapacityTable table;
  RETURN_IF_ERROR(VisitCapacity(
      books.transaction, {.from_us = from_us, .to_us = to_us},
      [&](const CapacityInfo& info) {
        const CapacityRecord& record = info.record;
        const auto pool = std::lower_bound(usage.pools.begin(),
                                           usage.pools.end(), record.pool);
        table.spans.push_back(
            {static_cast<uint32_t>(pool - usage.pools.begin()), record.state,
             record.start_us, record.end_us, record.micro_gpus});
        return true;
      }));
  return table;
}

bool AnyPrices(const ContractTimeline& contracts, const std::string& pool) {
  return std::any_of(contracts.spans().begin(), contracts.spans().end(),
                     [&pool](const ContractSpan& span) {
                       return PricesPool(*span.contract, pool);
                     });
}

// Takes out the usage that another contract prices and no version of this one
// does: the rest of the provider's usage is this contract's to price or to
// miss.
void LeaveToOthers(const ContractBooks& books,
                   const ContractTimeline& contracts, UsageTable* usage) {
  const std::string& id = contracts.spans().front().contract->id;
  std::vector<bool> elsewhere;
  for (const std::string& pool : usage->pools) {
    bool other = false;
    for (const ContractVersion* version : books.Newest()) {
      other |= version->contract.id != id &&
               PricesPool(version->contract, pool);
    }
    elsewhere.push_back(other && !AnyPrices(contracts, pool));
  }
  std::erase_if(usage->cells, [&elsewhere](const UsageCell& cell) {
    return elsewhere[cell.pool];
  });
}

// Rates the period into *out, which must not move afterwards.
absl::Status RatePeriod(const BooksView& books, int64_t bucket_us,
                        const StatementQuery& query, int64_t at_us,
                        RatedPeriod* out) {
  ASSIGN_OR_RETURN(out->books, ContractBooks::Read(books.transaction));
  ASSIGN_OR_RETURN(const ContractVersion* version,
                   out->books.NewestOf(query.contract));
  ASSIGN_OR_RETURN(const Interval period,
                   version->contract.calendar.ParsePeriod(query.period));
  if (FloorTo(period.start_us, bucket_us) != period.start_us ||
      FloorTo(period.end_us, bucket_us) != period.end_us) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "period " + query.period +
                         " does not start and end on a bucket's edge");
  }
  ASSIGN_OR_RETURN(const ContractTimeline contracts,
                   out->books.TimelineOf(query.contract));
  if (contracts.At(period.end_us - 1) == nullptr) {
    return MakeError(ErrorCode::kNotFound,
                     "no version of contract " + query.contract +
                         " holds before " + FormatInstant(period.end_us));
  }
  const Interval window = RatingWindow(contracts, period);
  ASSIGN_OR_RETURN(out->usage, UsageOf(books, bucket_us, window, at_us));
  LeaveToOthers(out->books, contracts, &out->usage);
  out->input = {contracts, &out->usage, period, at_us, {}};
  ASSIGN_OR_RETURN(
      out->input.capacity,
      CapacityOf(books, out->usage, window.start_us, window.end_us));
  ASSIGN_OR_RETURN(out->rated, RateUsage(out->input));
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::unique_ptr<Source>>> OpenBills(
    const std::vector<std::string>& paths) {
  std::vector<std::unique_ptr<Source>> sources;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::unique_ptr<Source> source, OpenSource(path));
    sources.push_back(std::move(source));
  }
  return sources;
}

BillProgress ReadingProgress(const ProgressCallback& progress) {
  if (!progress) return nullptr;
  return [&progress](uint64_t done, uint64_t total) {
    progress("reading", done, total);
  };
}

// Reads the bill once more, for the rows behind what was found.
absl::Status VisitLines(const std::vector<std::string>& bill_paths,
                        const ReconcileResult& result, Reconciler* reconciler,
                        const BillLineCallback& line) {
  absl::flat_hash_set<uint32_t> wanted;
  for (const Break& item : result.items) {
    if (!IsClean(item.kind)) wanted.insert(item.lines);
  }
  ASSIGN_OR_RETURN(const auto sources, OpenBills(bill_paths));
  return ReadBill(sources,
                  [&](const BillRow& row) -> absl::Status {
                    ASSIGN_OR_RETURN(const uint32_t lines,
                                     reconciler->LinesOf(row));
                    if (wanted.contains(lines)) {
                      line(result, {lines, sources[row.file]->name(), row.line,
                                    row.raw});
                    }
                    return absl::OkStatus();
                  })
      .status();
}

}  // namespace

absl::StatusOr<Statement> StatementOf(const BooksView& books, int64_t bucket_us,
                                      const StatementQuery& query,
                                      int64_t at_us) {
  RatedPeriod period;
  RETURN_IF_ERROR(RatePeriod(books, bucket_us, query, at_us, &period));
  return drawdown::MakeStatement(period.input, period.rated);
}

absl::StatusOr<Statement> Ledger::MakeStatement(
    const StatementQuery& query) const {
  const int64_t at_us = impl_->ResolveAt(query.at_us, query.as_of_us);
  Statement statement;
  RETURN_IF_ERROR(impl_->WithBooks(
      query.as_of_us, [&](const BooksView& books) -> absl::Status {
        ASSIGN_OR_RETURN(statement,
                         StatementOf(books, impl_->bucket_us(), query, at_us));
        return absl::OkStatus();
      }));
  return statement;
}

absl::StatusOr<std::vector<CommitmentStatus>> Ledger::Status(
    std::optional<int64_t> at_us, std::optional<int64_t> as_of_us) const {
  const int64_t now_us = impl_->ResolveAt(at_us, as_of_us);
  std::vector<CommitmentStatus> all;
  RETURN_IF_ERROR(
      impl_->WithBooks(as_of_us, [&](const BooksView& books) -> absl::Status {
        ASSIGN_OR_RETURN(const ContractBooks contracts,
                         ContractBooks::Read(books.transaction));
        for (const ContractVersion* version : contracts.Newest()) {
          ASSIGN_OR_RETURN(const ContractTimeline contract,
                           contracts.TimelineOf(version->contract.id));
          if (contract.At(now_us) == nullptr) continue;
          const Interval window = StatusWindow(contract, now_us);
          ASSIGN_OR_RETURN(UsageTable usage,
                           UsageOf(books, impl_->bucket_us(), window, now_us));
          LeaveToOthers(contracts, contract, &usage);
          // Also of what is to come of an interval: that a delivery slips is
          // known before.
          ASSIGN_OR_RETURN(const CapacityTable capacity,
                           CapacityOf(books, usage, window.start_us, {}));
          ASSIGN_OR_RETURN(std::vector<CommitmentStatus> some,
                           MakeStatus(contract, usage, now_us, capacity));
          std::move(some.begin(), some.end(), std::back_inserter(all));
        }
        return absl::OkStatus();
      }));
  return all;
}

absl::StatusOr<ReconcileResult> Ledger::Reconcile(
    const StatementQuery& query, const std::vector<std::string>& bill_paths,
    const ReconcileOptions& options, const ProgressCallback& progress,
    const BillLineCallback& line) const {
  const int64_t at_us = impl_->ResolveAt(query.at_us, query.as_of_us);
  ReconcileResult result;
  RETURN_IF_ERROR(impl_->WithBooks(
      query.as_of_us, [&](const BooksView& books) -> absl::Status {
        RatedPeriod period;
        RETURN_IF_ERROR(
            RatePeriod(books, impl_->bucket_us(), query, at_us, &period));
        ASSIGN_OR_RETURN(const auto sources, OpenBills(bill_paths));
        Reconciler reconciler(
            {&period.input.contracts.For(period.input.period), &period.rated,
             period.input.period, impl_->bucket_us(), at_us,
             &period.input.capacity, &period.usage.pools},
                              options);
        ASSIGN_OR_RETURN(
            const BillContents bill,
            ReadBill(
                sources,
                [&](const BillRow& row) { return reconciler.Add(row); },
                ReadingProgress(progress)));
        ASSIGN_OR_RETURN(result, reconciler.Finish(bill));
        if (at_us < period.input.period.end_us) {
          result.notes.push_back("the period had not ended at " +
                                 FormatInstant(at_us) +
                                 ": its differences are pending, not breaks");
        }
        if (line) {
          RETURN_IF_ERROR(VisitLines(bill_paths, result, &reconciler, line));
        }
        return absl::OkStatus();
      }));
  return result;
}

absl::StatusOr<BillSummary> SummarizeBill(const std::vector<std::string>& paths,
                                          const ProgressCallback& progress) {
  ASSIGN_OR_RETURN(const auto sources, OpenBills(paths));
  ASSIGN_OR_RETURN(BillContents bill,
                   ReadBill(
                       sources, [](const BillRow&) { return absl::OkStatus(); },
                       ReadingProgress(progress)));
  return std::move(bill.summary);
}

}  // namespace drawdown
