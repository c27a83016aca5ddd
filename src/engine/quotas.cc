// Quotas and holds: the calendars of contracts on the way in, the books'
// answers on the way out.
#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/civil.h"
#include "base/clock.h"
#include "base/error.h"
#include "engine/contract_books.h"
#include "engine/impl.h"
#include "ledger/exhaustions.h"
#include "ledger/quota_books.h"
#include "ledger/quota_rules.h"
#include "ledger/quota_runs.h"
#include "rating/schedule.h"
#include "rating/strand.h"

namespace drawdown {
namespace {

constexpr size_t kMaxEdges = 4'096;

absl::StatusOr<const Commitment*> NamedCommitment(const Contract& contract,
                                                  const std::string& id) {
  std::string known;
  for (const Commitment& one : contract.commitments) {
    if (one.id == id) return &one;
    known += known.empty() ? one.id : ", " + one.id;
  }
  return MakeError(ErrorCode::kNotFound, "no commitment \"" + id +
                                             "\"; contract " + contract.id +
                                             " has " + known);
}

// Months need no contract, only its calendar: they are taken so long before and
// after its term too, as far as they cut at buckets. By the term alone, so that
// a quota which is set again is the same.
constexpr int64_t kYearUs = 366 * 24 * kMicrosPerHour;
constexpr int64_t kMonthsBeforeUs = 10 * kYearUs;
constexpr int64_t kMonthsAfterUs = 30 * kYearUs;

using WindowAt = std::function<Interval(int64_t at_us)>;

// Adds where windows begin, and where the last one ends.
absl::Status AddEdges(const Contract& contract, Interval over,
                      int64_t bucket_us, const WindowAt& window_at,
                      std::vector<int64_t>* edges) {
  for (int64_t at_us = over.start_us; at_us < over.end_us;) {
    const Interval window = window_at(at_us);
    at_us = window.end_us;
    if (FloorTo(window.start_us, bucket_us) != window.start_us) {
      if (window.start_us < contract.term.start_us) {
        edges->clear();  // the zone had another offset then
        continue;
      }
      if (window.start_us >= contract.term.end_us) {
        // So that the window before it ends: by less than a bucket too early.
        if (!edges->empty()) {
          edges->push_back(FloorTo(window.start_us, bucket_us));
        }
        return absl::OkStatus();
      }
      return MakeError(ErrorCode::kInvalidArgument,
                       "the calendar of contract " + contract.id + " cuts at " +
                           FormatInstant(window.start_us) +
                           ", inside a bucket of the ledger");
    }
    if (edges->empty() || edges->back() < window.start_us) {
      edges->push_back(window.start_us);
    }
    if (edges->size() > kMaxEdges) {
      return MakeError(ErrorCode::kInvalidArgument,
                       "contract " + contract.id + " has more than " +
                           std::to_string(kMaxEdges) +
                           " such intervals: use a rolling period");
    }
    if (at_us >= over.end_us) edges->push_back(window.end_us);
  }
  return absl::OkStatus();
}

// Of months: by the newest version's calendar.
absl::StatusOr<std::vector<int64_t>> MonthEdges(const Contract& contract,
                                                int64_t bucket_us) {
  std::vector<int64_t> edges;
  const Interval over = {contract.term.start_us - kMonthsBeforeUs,
                         contract.term.end_us + kMonthsAfterUs};
  RETURN_IF_ERROR(AddEdges(
      contract, over, bucket_us,
      [&](int64_t at_us) { return contract.calendar.MonthOf(at_us); }, &edges));
  return edges;
}

// Of intervals while the commitment is in force, by all versions, cut as it is
// drawn in them; of its term where it never is.
absl::StatusOr<std::vector<int64_t>> IntervalEdges(
    const ContractTimeline& versions, const Contract& newest,
    const Commitment& commitment, int64_t bucket_us) {
  std::vector<int64_t> edges;
  for (const Strand& strand : StrandsOf(versions)) {
    if (strand.id != commitment.id) continue;
    const Schedule schedule = SchedulesOf(strand, {}).front();
    RETURN_IF_ERROR(AddEdges(
        newest, schedule.active(), bucket_us,
        [&](int64_t at_us) { return schedule.At(at_us).cut; }, &edges));
  }
  if (!edges.empty()) return edges;
  const Interval term = {newest.term.start_us, newest.term.end_us};
  RETURN_IF_ERROR(AddEdges(
      newest, term, bucket_us,
      [&](int64_t at_us) {
        return newest.calendar.Of(commitment.interval, at_us, term);
      },
      &edges));
  return edges;
}

// The contract that has the commitment, where none is named.
absl::StatusOr<std::string> ContractWith(const ContractBooks& contracts,
                                         const std::string& commitment) {
  std::vector<std::string> having;
  for (const ContractVersion* const version : contracts.Newest()) {
    for (const Commitment& one : version->contract.commitments) {
      if (one.id == commitment) having.push_back(version->contract.id);
    }
  }
  if (having.size() == 1) return having.front();
  if (having.empty()) {
    return MakeError(ErrorCode::kNotFound,
                     "no contract has a commitment \"" + commitment + "\"");
  }
  return MakeError(ErrorCode::kInvalidArgument,
                   std::to_string(having.size()) +
                       " contracts have a commitment \"" + commitment +
                       "\": name the contract");
}

absl::StatusOr<std::vector<int64_t>> ResolveCalendar(ReadTransaction* books,
                                                     int64_t bucket_us,
                                                     QuotaScope* scope) {
  if (scope->contract.empty() && scope->commitment.empty()) {
    return std::vector<int64_t>();
  }
  ASSIGN_OR_RETURN(const ContractBooks contracts, ContractBooks::Read(books));
  if (scope->contract.empty()) {
    ASSIGN_OR_RETURN(scope->contract,
                     ContractWith(contracts, scope->commitment));
  }
  ASSIGN_OR_RETURN(const ContractVersion* const version,
                   contracts.NewestOf(scope->contract));
  if (scope->period != QuotaPeriod::kInterval) {
    return MonthEdges(version->contract, bucket_us);
  }
  ASSIGN_OR_RETURN(const Commitment* const commitment,
                   NamedCommitment(version->contract, scope->commitment));
  ASSIGN_OR_RETURN(const ContractTimeline versions,
                   contracts.TimelineOf(scope->contract));
  return IntervalEdges(versions, version->contract, *commitment, bucket_us);
}

// Whether there is nothing to say of now, as the limit holds already.
absl::StatusOr<bool> HoldsNow(Posting* posting, const QuotaSetting& setting,
                              const QuotaScope& scope,
                              const std::vector<int64_t>& edges,
                              int64_t now_us) {
  QuotaIndex index(posting->books());
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas known,
                   index.AtOrBelow(scope.tenant));
  return std::any_of(
      known.begin(), known.end(), [&](const StoredQuota* const quota) {
        return quota->scope.tenant == scope.tenant &&
               SameKind(quota->scope, scope) && quota->edges == edges &&
               SaysAlready(*quota, setting, now_us);
      });
}

bool ByTenantAndPool(const QuotaState& a, const QuotaState& b) {
  const auto key = [](const QuotaScope& scope) {
    return std::tie(scope.tenant, scope.pool, scope.period, scope.rolling_us,
                    scope.contract, scope.commitment);
  };
  return key(a.scope) < key(b.scope);
}

bool HoldsGpus(const QuotaHolder& holder) {
  return holder.period == QuotaPeriod::kAtOnce;
}

}  // namespace

// --- clock -------------------------------------------------------------------

ClockReading Ledger::Impl::ReadClock() const {
  return {NowUs(), boot_id_, boot_id_.empty() ? 0 : SinceBootUs()};
}

absl::StatusOr<Admission> Ledger::Impl::Admit(
    const std::function<absl::StatusOr<Admission>(Posting*, int64_t)>& post)
    const {
  Admission admission;
  RETURN_IF_ERROR(PostGrouped([&](Posting* posting) -> absl::Status {
    ASSIGN_OR_RETURN(const int64_t at_us,
                     posting->HoldTimeOfAll([this] { return ReadClock(); }));
    ASSIGN_OR_RETURN(admission, post(posting, at_us));
    return absl::OkStatus();
  }));
  return admission;
}

absl::StatusOr<int64_t> Ledger::HoldTime() const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  return drawdown::HoldTime(books.get(), impl_->ReadClock());
}

// --- quotas ------------------------------------------------------------------

absl::StatusOr<bool> Ledger::SetQuota(const QuotaSetting& setting) {
  QuotaSetting resolved = setting;
  if (resolved.scope.pool.empty()) resolved.scope.pool = "*";
  Verdict verdict = Verdict::kUnchanged;
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    ASSIGN_OR_RETURN(
        const std::vector<int64_t> edges,
        ResolveCalendar(posting->books(), impl_->bucket_us(), &resolved.scope));
    if (!setting.from_us) {
      ASSIGN_OR_RETURN(resolved.from_us, posting->HoldTime(impl_->ReadClock()));
      ASSIGN_OR_RETURN(
          const bool holds,
          HoldsNow(posting, setting, resolved.scope, edges, *resolved.from_us));
      if (holds) return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(verdict, posting->SetQuota(resolved, edges));
    return absl::OkStatus();
  }));
  return verdict != Verdict::kUnchanged;
}

absl::StatusOr<std::vector<QuotaState>> Ledger::Quotas(
    std::string_view tenant, std::optional<int64_t> at_us) const {
  ASSIGN_OR_RETURN(const QuotasNow now, impl_->ReadQuotas(at_us));
  ReadTransaction* const books = now.books.get();
  QuotaBooks quotas(books, impl_->bucket_us(), NamesOf(books));
  Admitter admitter = quotas.AdmitterAt(now.at_us);
  admitter.CountTaken(now.taken);
  ASSIGN_OR_RETURN(const std::string path,
                   quotas.index.moves().PathNow(tenant));
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas asked,
                   quotas.index.AtOrBelow(path));
  std::vector<QuotaState> states;
  for (const StoredQuota* const quota : asked) {
    ASSIGN_OR_RETURN(QuotaState state, admitter.StateOf(*quota));
    states.push_back(std::move(state));
  }
  std::sort(states.begin(), states.end(), ByTenantAndPool);
  return states;
}

absl::StatusOr<QuotaExplanation> Ledger::ExplainQuota(
    const QuotaQuery& query) const {
  ASSIGN_OR_RETURN(const QuotasNow now, impl_->ReadQuotas(query.at_us));
  ReadTransaction* const books = now.books.get();
  QuotaBooks quotas(books, impl_->bucket_us(), NamesOf(books));
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas over,
                   quotas.index.Over(query.tenant, query.pool));
  Admitter admitter = quotas.AdmitterAt(now.at_us);
  admitter.CountTaken(now.taken);
  QuotaExplanation explanation;
  for (const StoredQuota* const quota : over) {
    ASSIGN_OR_RETURN(QuotaState state, admitter.StateOf(*quota));
    explanation.quotas.push_back(std::move(state));
  }
  if (!query.pool.empty()) {
    ASSIGN_OR_RETURN(explanation.admission,
                     admitter.Admit(query.tenant, query.pool,
                                    {query.gpu_time, query.micro_gpus}));
  }
  const std::optional<Refusal>& refusal = explanation.admission.refusal;
  QuotaIndex::Quotas asked_of;
  std::set<std::pair<std::string, bool>> known;  // of explanation.holders
  for (const StoredQuota* const quota : over) {
    if (refusal && !(quota->scope == refusal->scope)) continue;
    asked_of.push_back(quota);
    ASSIGN_OR_RETURN(
        std::vector<QuotaHolder> some,
        HoldersUnder(books, impl_->bucket_us(), quota->scope, now.at_us));
    for (QuotaHolder& holder : some) {
      if (known.emplace(holder.hold_id, HoldsGpus(holder)).second) {
        explanation.holders.push_back(std::move(holder));
      }
    }
  }
  ASSIGN_OR_RETURN(auto runs,
                   RunsUnder(books, &quotas, asked_of, QuotaRunsBy::kUsed,
                             impl_->bucket_us(), now.at_us));
  for (const StoredQuota* const quota : asked_of) {
    explanation.users.push_back({quota->scope, std::move(runs[quota->id])});
  }
  return explanation;
}

// --- holds -------------------------------------------------------------------

absl::StatusOr<Admission> Ledger::PlaceHolds(
    std::span<const HoldRequest> requests, const WriteOptions& options) {
  return impl_->Admit([&](Posting* posting, int64_t at_us) {
    return posting->PlaceHolds(requests, options.strict, at_us);
  });
}

absl::StatusOr<Admission> Ledger::PlaceHold(const HoldRequest& request,
                                            const WriteOptions& options) {
  return PlaceHolds({&request, 1}, options);
}

absl::StatusOr<Admission> Ledger::RenewHold(const HoldRenewal& renewal) {
  return impl_->Admit([&](Posting* posting, int64_t at_us) {
    return posting->RenewHold(renewal, at_us);
  });
}

absl::StatusOr<Admission> Ledger::SettleHold(std::string_view hold_id,
                                             GpuTime used,
                                             OverdraftPolicy policy) {
  return impl_->Admit([&](Posting* posting, int64_t at_us) {
    return posting->CloseHold({hold_id, true, used, at_us}, policy);
  });
}

absl::Status Ledger::ReleaseHold(std::string_view hold_id) {
  const auto released = impl_->Admit([&](Posting* posting, int64_t at_us) {
    return posting->CloseHold({hold_id, false, GpuTime(), at_us},
                              OverdraftPolicy::kBook);
  });
  return released.status();
}

absl::Status Ledger::VisitHolds(
    const HoldQuery& query,
    const std::function<bool(const HoldInfo&)>& visit) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  ASSIGN_OR_RETURN(const int64_t now_us,
                   drawdown::HoldTime(books.get(), impl_->ReadClock()));
  return drawdown::VisitHolds(books.get(), query, query.at_us.value_or(now_us),
                              visit);
}

absl::StatusOr<std::vector<Exhaustion>> Ledger::Exhaustions() const {
  ASSIGN_OR_RETURN(const QuotasNow now, impl_->ReadQuotas());
  return ExhaustionsFrom(now.books.get(), impl_->bucket_us(), now.at_us,
                         now.taken);
}

absl::StatusOr<std::optional<Exhaustion>> Ledger::NextExhaustion() const {
  ASSIGN_OR_RETURN(const QuotasNow now, impl_->ReadQuotas());
  return NextExhaustionFrom(now.books.get(), impl_->bucket_us(), now.at_us,
                            now.taken);
}

}  // namespace drawdown
