// What is owed and what is drawn: books x contracts, through rating.
#include <algorithm>
#include <utility>

#include "base/civil.h"
#include "base/csv_quotes.h"
#include "base/error.h"
#include "base/hash_map.h"
#include "engine/beside.h"
#include "engine/bills.h"
#include "engine/closes.h"
#include "engine/contract_books.h"
#include "engine/impl.h"
#include "engine/metered_windows.h"
#include "engine/priced_elsewhere.h"
#include "engine/statement_of.h"
#include "ledger/capacity.h"
#include "ledger/inspect.h"
#include "ledger/series.h"
#include "rating/grain.h"
#include "rating/kept.h"
#include "rating/rating.h"
#include "reconcile/reconcile.h"

namespace drawdown {
namespace {

constexpr uint64_t kRowsPerLook = 4096;  // at how the rating goes

// Everything one rating needs, alive together.
struct RatedPeriod {
  UsageTable usage;
  RatingInput input;
  RatedUsage rated;
};

}  // namespace

absl::StatusOr<UsageTable> UsageOf(const BooksView& books, int64_t bucket_us,
                                   const Interval& window, int64_t at_us) {
  const int64_t from_us = FloorTo(window.start_us, bucket_us);
  const int64_t to_us =
      FloorTo(std::min(window.end_us, std::max(at_us, from_us)), bucket_us);
  return ReadUsageTable(books.transaction, bucket_us, books.live, from_us,
                        std::max(from_us, to_us));
}

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

// When others price them, by index into `pools`.
static std::vector<std::vector<Interval>> Elsewhere(
    const ContractBooks& books, const ContractTimeline& contracts,
    const std::vector<std::string>& pools) {
  std::vector<std::vector<Interval>> elsewhere;
  for (const std::string& pool : pools) {
    elsewhere.push_back(PricedElsewhere(books, contracts, pool));
  }
  return elsewhere;
}

// The runs that rating asks for if they `matter`, each whole.
static absl::StatusOr<std::vector<RunUsage>> RunsOf(
    const BooksView& books, const ContractBooks& all,
    const ContractTimeline& contracts, bool matter, const UsageTable& usage,
    const Interval& window) {
  std::vector<RunUsage> runs;
  if (!matter) return runs;
  const auto elsewhere = Elsewhere(all, contracts, usage.pools);
  const auto find = [](const std::vector<std::string>& names,
                       const std::string& name) -> std::optional<uint32_t> {
    const auto found = std::lower_bound(names.begin(), names.end(), name);
    if (found == names.end() || *found != name) return std::nullopt;
    return static_cast<uint32_t>(found - names.begin());
  };
  RETURN_IF_ERROR(
      VisitRuns(books.transaction, RunQuery(), [&](const RunInfo& info) {
        const auto tenant = find(usage.tenants, info.tenant);
        const auto pool = find(usage.pools, info.pool);
        if (!tenant || !pool) return true;
        RunUsage run = {*tenant, *pool, info.state == RunState::kEnded, {}};
        for (const Segment& segment : info.segments) {
          const int64_t end_us = segment.end_us.value_or(window.end_us);
          for (const Interval& own :
               Without(elsewhere[*pool], {segment.start_us, end_us})) {
            run.spans.push_back({own.start_us, own.end_us, segment.micro_gpus});
          }
        }
        const bool inside = !run.spans.empty() &&
                            run.spans.front().start_us < window.end_us &&
                            run.spans.back().end_us > window.start_us;
        if (inside) runs.push_back(std::move(run));
        return true;
      }));
  return runs;
}

absl::StatusOr<UsageTable> WithGrain(const BooksView& books,
                                     const ContractBooks& all,
                                     const ContractTimeline& contracts,
                                     const Interval& window, int64_t at_us,
                                     UsageTable usage) {
  ASSIGN_OR_RETURN(
      const std::vector<RunUsage> runs,
      RunsOf(books, all, contracts, RunsMatter(contracts), usage, window));
  const int64_t bucket_us = usage.bucket_length_us;
  const std::vector<GrainPiece> pieces =
      GrainPieces(contracts, runs, bucket_us, FloorTo(at_us, bucket_us));
  if (pieces.empty()) return usage;
  return std::move(AddGrain(usage, runs, pieces).usage);
}

void LeaveToOthers(const ContractBooks& books,
                   const ContractTimeline& contracts, UsageTable* usage) {
  const auto elsewhere = Elsewhere(books, contracts, usage->pools);
  std::erase_if(usage->cells, [&elsewhere](const UsageCell& cell) {
    return Contains(elsewhere[cell.pool], cell.bucket_us);
  });
}

namespace {

// Nothing is charged to a tenant that is not there, either.
absl::Status CheckTenant(ReadTransaction* books, const std::string& tenant,
                         const Statement& statement) {
  if (tenant.empty() || !statement.lines.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const PathsById paths,
                   ReadPathsBelow(books, NameKind::kTenant, tenant));
  if (!paths.empty()) return absl::OkStatus();
  return MakeError(ErrorCode::kNotFound,
                   "tenant " + Quoted(tenant) + " is not in the books");
}

// The contracts there are, and the period in the calendar of one's newest
// version.
struct AskedPeriod {
  ContractBooks contracts;
  Interval period;
};
absl::StatusOr<AskedPeriod> FindPeriod(ReadTransaction* books,
                                       const StatementQuery& query) {
  AskedPeriod asked;
  ASSIGN_OR_RETURN(asked.contracts, ContractBooks::Read(books));
  ASSIGN_OR_RETURN(const ContractVersion* const newest,
                   asked.contracts.NewestOf(query.contract));
  ASSIGN_OR_RETURN(asked.period,
                   newest->contract.calendar.ParsePeriod(query.period));
  return asked;
}

// The versions of a contract of which some holds at the period's end.
absl::StatusOr<ContractTimeline> VersionsFor(const ContractBooks& contracts,
                                             int64_t bucket_us,
                                             std::string_view contract,
                                             const Interval& period) {
  if (FloorTo(period.start_us, bucket_us) != period.start_us ||
      FloorTo(period.end_us, bucket_us) != period.end_us) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "period " + FormatInstant(period.start_us) + "/" +
                         FormatInstant(period.end_us) +
                         " does not start and end on a bucket's edge");
  }
  ASSIGN_OR_RETURN(ContractTimeline versions, contracts.TimelineOf(contract));
  if (versions.At(period.end_us - 1) == nullptr) {
    return MakeError(ErrorCode::kNotFound,
                     "no version of contract " + std::string(contract) +
                         " holds before " + FormatInstant(period.end_us));
  }
  return versions;
}

// Reads what a rating of the period needs into *out, which must not move
// afterwards and is of `contracts`. `others` say what is not this contract's to
// price.
absl::Status ReadPeriod(const BooksView& books, const ContractBooks& contracts,
                        const ContractBooks& others, int64_t bucket_us,
                        std::string_view contract, const Interval& period,
                        int64_t at_us, RatedPeriod* out) {
  ASSIGN_OR_RETURN(const ContractTimeline versions,
                   VersionsFor(contracts, bucket_us, contract, period));
  ASSIGN_OR_RETURN(const ContractTimeline own, others.TimelineOf(contract));
  const Interval window = RatingWindow(versions, period);
  ASSIGN_OR_RETURN(out->usage, UsageOf(books, bucket_us, window, at_us));
  LeaveToOthers(others, own, &out->usage);
  out->input = {versions, &out->usage, period, at_us, {}};
  ASSIGN_OR_RETURN(
      out->input.capacity,
      CapacityOf(books, out->usage, window.start_us, window.end_us));
  ASSIGN_OR_RETURN(
      out->input.runs,
      RunsOf(books, others, own, RunsMatter(versions), out->usage, window));
  return absl::OkStatus();
}

absl::StatusOr<Statement> RateAndTell(RatedPeriod* rated, bool explain) {
  ASSIGN_OR_RETURN(rated->rated, RateUsage(rated->input));
  ASSIGN_OR_RETURN(Statement statement,
                   drawdown::MakeStatement(rated->input, rated->rated));
  if (explain) Explain(rated->input, rated->rated, &statement);
  return statement;
}

// Reads and rates the period, with what spend commitments count up to its ends;
// with charges of each tenant only `by_tenant`.
absl::Status RateForBill(const BooksView& books, const ContractBooks& contracts,
                         int64_t bucket_us, std::string_view contract,
                         const Interval& period, int64_t at_us, bool by_tenant,
                         RatedPeriod* out) {
  RETURN_IF_ERROR(ReadPeriod(books, contracts, contracts, bucket_us, contract,
                             period, at_us, out));
  out->input.join_tenants = !by_tenant;
  out->input.marks = {period.start_us, period.end_us};
  ASSIGN_OR_RETURN(out->rated, RateUsage(out->input));
  // Rated, they are of no more use: the bill is read beside what is.
  std::vector<UsageCell>().swap(out->usage.cells);
  return absl::OkStatus();
}

std::vector<const Contract*> OthersThan(std::string_view id,
                                        const ContractBooks& contracts) {
  std::vector<const Contract*> others;
  for (const ContractVersion* const version : contracts.Newest()) {
    if (version->contract.id != id) others.push_back(&version->contract);
  }
  return others;
}

// Reads the bill once more, for the rows behind what was found.
absl::Status VisitLines(const std::vector<std::string>& bill_paths,
                        const BillOptions& options,
                        const ReconcileResult& result,
                        const BillSummary& summary, Reconciler* reconciler,
                        const BillLineCallback& line) {
  HashSet<uint32_t> wanted;
  for (const uint32_t i : result.items.breaks()) {
    wanted.insert(result.items.figures(i).lines);
  }
  std::string texts;
  return ReadBillFiles(
             bill_paths, options,
             [&](const BillRow& row) -> absl::Status {
               ASSIGN_OR_RETURN(const uint32_t lines, reconciler->LinesOf(row));
               if (wanted.contains(lines)) {
                 texts.clear();
                 AppendCsvTexts(row.raw, &texts);
                 line(result, {lines, summary.files.at(row.file).name, row.line,
                               texts});
               }
               return absl::OkStatus();
             },
             nullptr)
      .status();
}

}  // namespace

absl::StatusOr<Statement> RateStatement(const BooksView& books,
                                        const ContractBooks& contracts,
                                        int64_t bucket_us,
                                        std::string_view contract,
                                        const Interval& period, int64_t at_us,
                                        bool explain) {
  RatedPeriod rated;
  RETURN_IF_ERROR(ReadPeriod(books, contracts, contracts, bucket_us, contract,
                             period, at_us, &rated));
  return RateAndTell(&rated, explain);
}

absl::StatusOr<Statement> RateClosed(const BooksView& books,
                                     const ContractBooks& contracts,
                                     const ContractBooks& frozen,
                                     int64_t bucket_us,
                                     std::string_view contract,
                                     const Interval& period, bool explain) {
  RatedPeriod rated;
  RETURN_IF_ERROR(ReadPeriod(books, contracts, frozen, bucket_us, contract,
                             period, period.end_us, &rated));
  return RateAndTell(&rated, explain);
}

absl::StatusOr<Statement> KeepStatement(const BooksView& books,
                                        const ContractBooks& contracts,
                                        int64_t bucket_us,
                                        std::string_view contract,
                                        const Interval& period, int64_t at_us) {
  if (books.kept == nullptr) {
    return RateStatement(books, contracts, bucket_us, contract, period, at_us,
                         /*explain=*/false);
  }
  ASSIGN_OR_RETURN(std::optional<Statement> known,
                   books.kept->Find(books, bucket_us, contract, period, at_us));
  if (known.has_value()) return *std::move(known);
  auto own = std::make_unique<ContractBooks>(contracts);
  RatedPeriod rated;
  RETURN_IF_ERROR(ReadPeriod(books, *own, *own, bucket_us, contract, period,
                             at_us, &rated));
  if (!KeptRating::Keeps(rated.input)) {
    return RateAndTell(&rated, /*explain=*/false);
  }
  ASSIGN_OR_RETURN(std::unique_ptr<KeptRating> rating,
                   KeptRating::Make(rated.input, std::move(rated.usage)));
  ASSIGN_OR_RETURN(Statement statement, rating->MakeStatement());
  RETURN_IF_ERROR(books.kept->Put(books, contract, period, at_us,
                                  std::move(own), std::move(rating)));
  return statement;
}

absl::StatusOr<Statement> Ledger::MakeStatement(
    const StatementQuery& query) const {
  const int64_t at_us = impl_->ResolveAt(query.at_us, query.as_of_us);
  Statement statement;
  RETURN_IF_ERROR(impl_->WithBooks(
      query.as_of_us, [&](const BooksView& books) -> absl::Status {
        ASSIGN_OR_RETURN(const AskedPeriod asked,
                         FindPeriod(books.transaction, query));
        ASSIGN_OR_RETURN(statement,
                         PostedStatement(books, asked.contracts,
                                         impl_->bucket_us(), query.contract,
                                         asked.period, at_us, query.explain));
        if (!query.tenant.has_value()) return absl::OkStatus();
        KeepTenant(*query.tenant, &statement);
        return CheckTenant(books.transaction, *query.tenant, statement);
      }));
  return statement;
}

absl::StatusOr<std::vector<ValuedStatus>> StatusOf(
    const BooksView& books, const ContractBooks& contracts, int64_t bucket_us,
    int64_t at_us) {
  std::vector<ValuedStatus> all;
  for (const ContractVersion* version : contracts.Newest()) {
    ASSIGN_OR_RETURN(const ContractTimeline contract,
                     contracts.TimelineOf(version->contract.id));
    if (contract.At(at_us) == nullptr) continue;
    const Interval window = StatusWindow(contract, at_us);
    ASSIGN_OR_RETURN(UsageTable usage,
                     UsageOf(books, bucket_us, window, at_us));
    LeaveToOthers(contracts, contract, &usage);
    // Also of what is to come of an interval: that a delivery slips is known
    // before.
    ASSIGN_OR_RETURN(const CapacityTable capacity,
                     CapacityOf(books, usage, window.start_us, {}));
    ASSIGN_OR_RETURN(const std::vector<RunUsage> runs,
                     RunsOf(books, contracts, contract, RunsMatter(contract),
                            usage, window));
    ASSIGN_OR_RETURN(std::vector<ValuedStatus> some,
                     MakeValuedStatus(contract, usage, at_us, capacity, runs));
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

absl::StatusOr<std::vector<CommitmentStatus>> Ledger::Status(
    std::optional<int64_t> at_us, std::optional<int64_t> as_of_us) const {
  const int64_t now_us = impl_->ResolveAt(at_us, as_of_us);
  std::vector<CommitmentStatus> all;
  RETURN_IF_ERROR(
      impl_->WithBooks(as_of_us, [&](const BooksView& books) -> absl::Status {
        ASSIGN_OR_RETURN(const ContractBooks contracts,
                         ContractBooks::Read(books.transaction));
        ASSIGN_OR_RETURN(
            std::vector<ValuedStatus> valued,
            StatusOf(books, contracts, impl_->bucket_us(), now_us));
        for (ValuedStatus& one : valued) all.push_back(std::move(one.status));
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
        ASSIGN_OR_RETURN(const AskedPeriod asked,
                         FindPeriod(books.transaction, query));
        ASSIGN_OR_RETURN(
            const ComparedContracts compared,
            ContractsToCompare(books, asked.contracts, impl_->bucket_us(),
                               query.contract, asked.period));
        ASSIGN_OR_RETURN(const ContractTimeline versions,
                         VersionsFor(compared.contracts, impl_->bucket_us(),
                                     query.contract, asked.period));
        // The books are read and rated while the bill is read: neither needs
        // the other before both are there. Of the books the other thread alone
        // reads until then.
        RatedPeriod period;
        Reconciler reconciler(
            {&versions.For(asked.period), &period.rated, asked.period,
             impl_->bucket_us(), at_us, &period.input.capacity,
             &period.usage.pools, &compared.corrections, &compared.corrected,
             &versions, OthersThan(query.contract, asked.contracts),
             [&](const std::vector<PoolWindow>& windows) {
               return MeteredIn(windows, books, impl_->bucket_us(), at_us);
             }},
            options);
        Beside rating([&]() -> absl::Status {
          RETURN_IF_ERROR(RateForBill(
              books, compared.contracts, impl_->bucket_us(), query.contract,
              asked.period, at_us, !options.tenant_tag.empty(), &period));
          reconciler.MakeBooks();
          // The books are a tenth as large as what they were made of.
          Charges().swap(period.rated.charges);
          return absl::OkStatus();
        });
        uint64_t rows = 0;
        const absl::StatusOr<BillContents> bill = ReadBillFiles(
            bill_paths, options.bill,
            [&](const BillRow& row) -> absl::Status {
              if (++rows % kRowsPerLook == 0) {
                RETURN_IF_ERROR(rating.ErrorSoFar());
              }
              return reconciler.Add(row);
            },
            progress);
        RETURN_IF_ERROR(rating.Status());
        RETURN_IF_ERROR(bill.status());
        ASSIGN_OR_RETURN(result, reconciler.Finish(*bill));
        result.notes.insert(result.notes.end(), compared.notes.begin(),
                            compared.notes.end());
        if (at_us < asked.period.end_us) {
          result.notes.push_back("the period had not ended at " +
                                 FormatInstant(at_us) +
                                 ": its differences are pending, not breaks");
        }
        if (line) {
          RETURN_IF_ERROR(VisitLines(bill_paths, options.bill, result,
                                     bill->summary, &reconciler, line));
        }
        return absl::OkStatus();
      }));
  return result;
}

}  // namespace drawdown
