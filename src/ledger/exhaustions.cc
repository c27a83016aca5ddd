#include "ledger/exhaustions.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "base/error.h"
#include "ledger/quota_books.h"
#include "ledger/quota_outlook.h"
#include "ledger/quota_runs.h"

namespace drawdown {
namespace {

class ExhaustionFinder {
 public:
  ExhaustionFinder(ReadTransaction* books, int64_t bucket_us, int64_t at_us,
                   const TakenOfQuotas& taken)
      : books_(books),
        name_of_(NamesOf(books)),
        quotas_(books, bucket_us, name_of_),
        bucket_us_(bucket_us),
        at_us_(at_us),
        taken_(taken) {}

  absl::Status Find() {
    ASSIGN_OR_RETURN(lines_, LinesFrom(&quotas_, at_us_));
    RETURN_IF_ERROR(FindHolds());
    RETURN_IF_ERROR(FindQuotas());
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Found& a, const Found& b) {
                       return a.what.at_us < b.what.at_us;
                     });
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<Exhaustion>> All() {
    RETURN_IF_ERROR(NameRuns(found_));
    std::vector<Exhaustion> all;
    for (Found& one : found_) all.push_back(std::move(one.what));
    return all;
  }

  absl::StatusOr<std::optional<Exhaustion>> Next() {
    for (Found& one : found_) {
      if (one.what.at_us <= at_us_) continue;
      RETURN_IF_ERROR(NameRuns({&one, 1}));
      return std::move(one.what);
    }
    return std::nullopt;
  }

 private:
  struct Found {
    Exhaustion what;
    const StoredQuota* quota = nullptr;  // of kQuotaExhausted
  };

  absl::Status FindHolds() {
    for (const NamedLine& line : lines_) {
      ASSIGN_OR_RETURN(const std::optional<StoredHold> hold,
                       ReadHold(books_, line.hold_id));
      if (!hold) continue;
      Exhaustion one;
      one.kind = line.held.until_us < hold->expires_us
                     ? ExhaustionKind::kHoldSpent
                     : ExhaustionKind::kHoldExpires;
      one.at_us = line.held.until_us;
      one.hold_id = line.hold_id;
      if (!hold->run.empty()) one.run = DecodeRunKey(hold->run);
      found_.push_back({std::move(one), nullptr});
    }
    return absl::OkStatus();
  }

  absl::Status FindQuotas() {
    std::map<uint32_t, std::vector<const HeldUntil*>> under;
    for (const NamedLine& line : lines_) {
      ASSIGN_OR_RETURN(const QuotaIndex::Quotas* const over,
                       quotas_.index.Over(line.held.line.tenant,
                                          line.held.line.pool, name_of_));
      for (const StoredQuota* const quota : *over) {
        under[quota->id].push_back(&line.held);
      }
    }
    RETURN_IF_ERROR(ReadLater());
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas all, quotas_.index.All());
    for (const StoredQuota* const quota : all) {
      RETURN_IF_ERROR(FindQuota(*quota, std::move(under[quota->id])));
    }
    return absl::OkStatus();
  }

  absl::Status ReadLater() {
    ASSIGN_OR_RETURN(const std::vector<LaterStart>* const later,
                     quotas_.later.After(at_us_));
    for (const LaterStart& one : *later) {
      ASSIGN_OR_RETURN(const std::optional<HeldUntil> held,
                       quotas_.held.LineDrawnBy(one.run));
      if (!held || held->line.rate == 0) continue;
      // A correction may have given the run to another tenant than its hold's.
      ASSIGN_OR_RETURN(
          const QuotaIndex::Quotas* const over,
          quotas_.index.Over(held->line.tenant, held->line.pool, name_of_));
      for (const StoredQuota* const quota : *over) {
        later_[quota->id].push_back(
            {one.start_us, one.start_us, -held->line.rate, held->until_us});
      }
    }
    ASSIGN_OR_RETURN(const QuotaAccounts::LaterLevels* const levels,
                     quotas_.accounts.LevelsAfter(at_us_));
    for (const auto& [quota, of_quota] : levels->by_quota) {
      for (const QuotaAccounts::LaterLevel& one : of_quota) {
        later_[quota].push_back({one.begins_us, one.start_us, one.micro_gpus});
      }
    }
    return absl::OkStatus();
  }

  absl::Status FindQuota(const StoredQuota& quota,
                         std::vector<const HeldUntil*> lines) {
    const auto taken = taken_.find(quota.id);
    ASSIGN_OR_RETURN(
        QuotaCourse course,
        quotas_.accounts.CourseFrom(
            quota, at_us_, taken == taken_.end() ? GpuTime() : taken->second));
    QuotaOutlook outlook(&quota, bucket_us_, at_us_, std::move(course),
                         std::move(lines), std::move(later_[quota.id]));
    ASSIGN_OR_RETURN(const std::vector<int64_t> instants, outlook.RunsOutAt());
    for (const int64_t instant_us : instants) {
      Exhaustion one;
      one.kind = ExhaustionKind::kQuotaExhausted;
      one.at_us = instant_us;
      one.quota = quota.scope;
      found_.push_back({std::move(one), &quota});
    }
    return absl::OkStatus();
  }

  absl::Status NameRuns(std::span<Found> found) {
    QuotaIndex::Quotas out;
    for (const Found& one : found) {
      if (one.quota != nullptr) out.push_back(one.quota);
    }
    ASSIGN_OR_RETURN(const auto runs,
                     RunsUnder(books_, &quotas_, out, QuotaRunsBy::kGpus,
                               bucket_us_, at_us_));
    for (Found& one : found) {
      if (one.quota != nullptr) one.what.runs = runs.at(one.quota->id);
    }
    return absl::OkStatus();
  }

  ReadTransaction* const books_;
  const NameOf name_of_;
  QuotaBooks quotas_;
  const int64_t bucket_us_;
  const int64_t at_us_;
  const TakenOfQuotas& taken_;
  std::vector<NamedLine> lines_;
  std::map<uint32_t, std::vector<NotBegun>> later_;  // by quota
  std::vector<Found> found_;
};

}  // namespace

absl::StatusOr<std::vector<Exhaustion>> ExhaustionsFrom(
    ReadTransaction* books, int64_t bucket_us, int64_t at_us,
    const TakenOfQuotas& taken) {
  ExhaustionFinder finder(books, bucket_us, at_us, taken);
  RETURN_IF_ERROR(finder.Find());
  return finder.All();
}

absl::StatusOr<std::optional<Exhaustion>> NextExhaustionFrom(
    ReadTransaction* books, int64_t bucket_us, int64_t at_us,
    const TakenOfQuotas& taken) {
  ExhaustionFinder finder(books, bucket_us, at_us, taken);
  RETURN_IF_ERROR(finder.Find());
  return finder.Next();
}

}  // namespace drawdown
