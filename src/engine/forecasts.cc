// What will be drawn, missed and owed: books x contracts, through forecast.
#include <algorithm>
#include <limits>

#include "base/civil.h"
#include "base/error.h"
#include "base/wide.h"
#include "engine/closes.h"
#include "engine/contract_books.h"
#include "engine/impl.h"
#include "engine/priced_elsewhere.h"
#include "engine/statement_of.h"
#include "forecast/burn_rates.h"
#include "forecast/due_dates.h"
#include "forecast/forecast.h"
#include "forecast/future.h"
#include "forecast/portfolio.h"
#include "forecast/what_if.h"
#include "ledger/series.h"
#include "ledger/usage_query.h"
#include "rating/schedule.h"

namespace drawdown {
namespace {

// The contract that a query names, or all whose term contains the instant.
absl::StatusOr<std::vector<ContractTimeline>> Asked(const ContractBooks& books,
                                                    const std::string& id,
                                                    int64_t at_us) {
  std::vector<ContractTimeline> asked;
  if (!id.empty()) RETURN_IF_ERROR(books.NewestOf(id).status());
  for (const ContractVersion* version : books.Newest()) {
    const Contract& contract = version->contract;
    if (!id.empty() && contract.id != id) continue;
    ASSIGN_OR_RETURN(const ContractTimeline timeline,
                     books.TimelineOf(contract.id));
    const Term& term = contract.term;
    if (Contains({term.start_us, term.end_us}, at_us) &&
        timeline.At(at_us) != nullptr) {
      asked.push_back(timeline);
    } else if (!id.empty()) {
      return MakeError(ErrorCode::kNotFound,
                       "contract " + id + " runs from " +
                           FormatInstant(term.start_us) + " to " +
                           FormatInstant(term.end_us) + ": not at " +
                           FormatInstant(at_us));
    }
  }
  return asked;
}

absl::Status CheckExercise(const std::vector<ContractTimeline>& contracts,
                           const WhatIf& what_if) {
  for (const std::string& id : what_if.exercise) {
    bool can = false;
    for (const ContractTimeline& contract : contracts) {
      can = can || CanExercise(LastOf(contract), id);
    }
    if (!can) {
      return MakeError(ErrorCode::kNotFound,
                       "no contract that is asked about has an option to "
                       "exercise on commitment " +
                           Quoted(id));
    }
  }
  return absl::OkStatus();
}

// A what-if that changes nothing is a mistake: a name is not there, or it lies
// in the past.
absl::Status CheckNames(ReadTransaction* books,
                        const std::vector<ExercisedContracts>& contracts,
                        const WhatIf& what_if, int64_t at_us) {
  for (const UsageScale& scale : what_if.scales) {
    if (scale.tenant.empty()) continue;  // everyone
    ASSIGN_OR_RETURN(const PathsById paths,
                     ReadPathsBelow(books, NameKind::kTenant, scale.tenant));
    if (!paths.empty()) continue;
    return MakeError(ErrorCode::kNotFound, "no usage to scale: tenant " +
                                               Quoted(scale.tenant) +
                                               " is not in the books");
  }
  for (const AddedRun& run : what_if.runs) {
    const bool priced =
        std::any_of(contracts.begin(), contracts.end(),
                    [&run](const ExercisedContracts& contract) {
                      return PricesPool(LastOf(contract.timeline), run.pool);
                    });
    if (!priced) {
      return MakeError(ErrorCode::kNotFound,
                       "no contract that is asked about prices pool " +
                           Quoted(run.pool) + " of a run to be added");
    }
    if (run.end_us > at_us) continue;
    return MakeError(ErrorCode::kInvalidArgument,
                     "a run to be added ends at " + FormatInstant(run.end_us) +
                         ": only what follows " + FormatInstant(at_us) +
                         " is projected");
  }
  return absl::OkStatus();
}

// What was recorded late of closed months is owed in the month that is closed
// next.
absl::Status AddCorrections(const BooksView& books, int64_t bucket_us,
                            const ContractBooks& contracts,
                            ContractForecast* forecast) {
  for (ForecastCost& month : forecast->costs) {
    ASSIGN_OR_RETURN(
        const std::vector<StatementLine> lines,
        CorrectionsIn(books, contracts, bucket_us, forecast->contract,
                      {month.start_us, month.end_us}));
    if (lines.empty()) continue;
    MoneyAmount sum;
    for (const StatementLine& line : lines) {
      sum += line.cost.value_or(MoneyAmount());
    }
    for (Int128* const cost :
         {&month.cost.low, &month.cost.mid, &month.cost.high}) {
      const MoneyAmount with = MoneyAmount(*cost) + sum;
      if (!with.valid()) {
        return MakeError(ErrorCode::kOverflow,
                         "contract " + forecast->contract +
                             ": a projected month's cost with corrections "
                             "does not fit 128 bits");
      }
      *cost = with.count();
    }
    forecast->notes.push_back(
        "the month from " + FormatInstant(month.start_us) + " has " +
        FormatMoney(sum) + " " + forecast->currency.ToString() +
        " of corrections of closed months in it");
  }
  return absl::OkStatus();
}

absl::StatusOr<ContractForecast> ForecastOf(
    const BooksView& books, int64_t bucket_us, const ContractBooks& contracts,
    const ContractTimeline& contract, const ForecastQuery& query, int64_t at_us,
    const WhatIf& what_if) {
  const Interval window =
      ForecastWindow(contract, at_us, query.until_us, query.intervals);
  ASSIGN_OR_RETURN(UsageTable usage, UsageOf(books, bucket_us, window, at_us));
  ASSIGN_OR_RETURN(usage, WithGrain(books, contracts, contract, window, at_us,
                                    std::move(usage)));
  usage = WithNames(std::move(usage), what_if.runs);
  LeaveToOthers(contracts, contract, &usage);
  // A run that another contract prices is none of this one's.
  WhatIf own = what_if;
  std::erase_if(own.runs, [&](const AddedRun& run) {
    return Without(PricedElsewhere(contracts, contract, run.pool),
                   {run.start_us, std::max(run.end_us, run.start_us + 1)})
        .empty();
  });
  ForecastInput input = {contract, &usage,         {},
                         at_us,    query.until_us, query.intervals};
  ASSIGN_OR_RETURN(input.capacity,
                   CapacityOf(books, usage, window.start_us, {}));
  ASSIGN_OR_RETURN(ContractForecast forecast,
                   drawdown::MakeForecast(input, own));
  RETURN_IF_ERROR(AddCorrections(books, bucket_us, contracts, &forecast));
  return forecast;
}

// What is used in a minute before the instant, as GPUs that go on until the
// bucket ends: the level of runs, and of meters about now.
absl::StatusOr<std::vector<AddedRun>> LevelAt(const BooksView& books,
                                              int64_t bucket_us,
                                              int64_t at_us) {
  constexpr int64_t kMinuteUs = 60 * kMicrosPerSecond;
  UsageQuery query;
  query.from_us = at_us - kMinuteUs;
  query.to_us = at_us;
  query.at_us = at_us;
  query.by = {UsageDimension::kTenant, UsageDimension::kPool};
  ASSIGN_OR_RETURN(
      const UsageAnswer answer,
      AnswerUsage(books.transaction, bucket_us, books.live, query));
  std::vector<AddedRun> level;
  for (const UsageRow& row : answer.rows) {
    ASSIGN_OR_RETURN(
        const Int128 micro_gpus,
        MulDivHalfEven(row.gpu_time.count(), kMicroGpusPerGpu, kMinuteUs));
    if (micro_gpus > std::numeric_limits<int64_t>::max()) {
      return MakeError(ErrorCode::kOverflow,
                       "GPUs in use in pool " + row.group[1] + " do not fit");
    }
    const int64_t bucket = FloorTo(at_us, bucket_us);
    level.push_back({row.group[0], row.group[1],
                     static_cast<int64_t>(micro_gpus), bucket,
                     bucket + bucket_us});
  }
  return level;
}

uint32_t IndexOf(const std::vector<std::string>& names,
                 const std::string& name) {
  return static_cast<uint32_t>(
      std::lower_bound(names.begin(), names.end(), name) - names.begin());
}

// Whole buckets up to the instant, and its own as if the level went on.
absl::StatusOr<UsageTable> UsageWithLevel(
    const BooksView& books, int64_t bucket_us, const ContractBooks& contracts,
    const ContractTimeline& contract, const Interval& window, int64_t at_us) {
  ASSIGN_OR_RETURN(UsageTable usage, UsageOf(books, bucket_us, window, at_us));
  ASSIGN_OR_RETURN(usage, WithGrain(books, contracts, contract, window, at_us,
                                    std::move(usage)));
  ASSIGN_OR_RETURN(const std::vector<AddedRun> level,
                   LevelAt(books, bucket_us, at_us));
  usage = WithNames(std::move(usage), level);
  for (const AddedRun& run : level) {
    const GpuTime time(
        DivHalfEven(Int128{run.micro_gpus} * bucket_us, kMicroGpusPerGpu));
    if (time.zero()) continue;
    usage.cells.push_back({run.start_us, IndexOf(usage.tenants, run.tenant),
                           IndexOf(usage.pools, run.pool), time});
  }
  return usage;
}

}  // namespace

absl::StatusOr<std::vector<BurnRates>> Ledger::BurnRatesAt(
    std::optional<int64_t> at_us, std::optional<int64_t> as_of_us) const {
  const int64_t now_us = impl_->ResolveAt(at_us, as_of_us);
  const int64_t bucket_us = impl_->bucket_us();
  std::vector<BurnRates> all;
  RETURN_IF_ERROR(
      impl_->WithBooks(as_of_us, [&](const BooksView& books) -> absl::Status {
        ASSIGN_OR_RETURN(const ContractBooks contracts,
                         ContractBooks::Read(books.transaction));
        ASSIGN_OR_RETURN(const std::vector<ContractTimeline> asked,
                         Asked(contracts, "", now_us));
        for (const ContractTimeline& contract : asked) {
          const Interval window = BurnRateWindow(contract, now_us, bucket_us);
          ASSIGN_OR_RETURN(UsageTable usage,
                           UsageWithLevel(books, bucket_us, contracts, contract,
                                          window, now_us));
          LeaveToOthers(contracts, contract, &usage);
          ASSIGN_OR_RETURN(const CapacityTable capacity,
                           CapacityOf(books, usage, window.start_us, {}));
          ASSIGN_OR_RETURN(const std::vector<BurnRates> some,
                           MakeBurnRates(contract, usage, now_us, capacity));
          all.insert(all.end(), some.begin(), some.end());
        }
        return absl::OkStatus();
      }));
  return all;
}

absl::StatusOr<std::vector<DueDate>> Ledger::DueDates(
    std::optional<int64_t> at_us, std::optional<int64_t> as_of_us) const {
  const int64_t now_us = impl_->ResolveAt(at_us, as_of_us);
  std::vector<DueDate> dates;
  RETURN_IF_ERROR(
      impl_->WithBooks(as_of_us, [&](const BooksView& books) -> absl::Status {
        ASSIGN_OR_RETURN(const ContractBooks contracts,
                         ContractBooks::Read(books.transaction));
        for (const ContractVersion* version : contracts.Newest()) {
          ASSIGN_OR_RETURN(const ContractTimeline contract,
                           contracts.TimelineOf(version->contract.id));
          const std::vector<DueDate> some = DueDatesOf(contract, now_us);
          dates.insert(dates.end(), some.begin(), some.end());
        }
        return absl::OkStatus();
      }));
  std::stable_sort(
      dates.begin(), dates.end(),
      [](const DueDate& a, const DueDate& b) { return a.at_us < b.at_us; });
  return dates;
}

absl::StatusOr<std::vector<PortfolioLine>> Ledger::Portfolio(
    std::optional<int64_t> at_us, std::optional<int64_t> as_of_us) const {
  const int64_t now_us = impl_->ResolveAt(at_us, as_of_us);
  std::vector<PortfolioLine> portfolio;
  RETURN_IF_ERROR(
      impl_->WithBooks(as_of_us, [&](const BooksView& books) -> absl::Status {
        ASSIGN_OR_RETURN(const ContractBooks contracts,
                         ContractBooks::Read(books.transaction));
        ASSIGN_OR_RETURN(
            const std::vector<ValuedStatus> statuses,
            StatusOf(books, contracts, impl_->bucket_us(), now_us));
        std::vector<ContractTimeline> all;
        for (const ContractVersion* version : contracts.Newest()) {
          ASSIGN_OR_RETURN(ContractTimeline contract,
                           contracts.TimelineOf(version->contract.id));
          all.push_back(std::move(contract));
        }
        ASSIGN_OR_RETURN(portfolio, MakePortfolio(all, statuses, now_us));
        return absl::OkStatus();
      }));
  return portfolio;
}

absl::StatusOr<Forecast> Ledger::MakeForecast(
    const ForecastQuery& query) const {
  RETURN_IF_ERROR(CheckWhatIf(query.what_if));
  const int64_t at_us = impl_->ResolveAt(query.at_us, query.as_of_us);
  if (query.until_us.has_value() && *query.until_us <= at_us) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a forecast until " + FormatInstant(*query.until_us) +
                         " from " + FormatInstant(at_us) +
                         " has nothing to tell");
  }
  Forecast forecast;
  RETURN_IF_ERROR(impl_->WithBooks(
      query.as_of_us, [&](const BooksView& books) -> absl::Status {
        ASSIGN_OR_RETURN(const ContractBooks contracts,
                         ContractBooks::Read(books.transaction));
        ASSIGN_OR_RETURN(const std::vector<ContractTimeline> asked,
                         Asked(contracts, query.contract, at_us));
        RETURN_IF_ERROR(CheckExercise(asked, query.what_if));
        std::vector<ExercisedContracts> exercised;
        for (const ContractTimeline& contract : asked) {
          ASSIGN_OR_RETURN(exercised.emplace_back(),
                           Exercise(contract, query.what_if.exercise,
                                    FloorTo(at_us, impl_->bucket_us())));
        }
        RETURN_IF_ERROR(
            CheckNames(books.transaction, exercised, query.what_if, at_us));
        for (size_t i = 0; i < asked.size(); ++i) {
          ASSIGN_OR_RETURN(ContractForecast base,
                           ForecastOf(books, impl_->bucket_us(), contracts,
                                      asked[i], query, at_us, {}));
          forecast.base.push_back(std::move(base));
          if (query.what_if.empty()) continue;
          ASSIGN_OR_RETURN(
              ContractForecast other,
              ForecastOf(books, impl_->bucket_us(), contracts,
                         exercised[i].timeline, query, at_us, query.what_if));
          forecast.what_if.push_back(std::move(other));
        }
        return absl::OkStatus();
      }));
  return forecast;
}

}  // namespace drawdown
