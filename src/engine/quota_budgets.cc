#include "engine/quota_budgets.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "ledger/quota_books.h"
#include "ledger/quota_rules.h"
#include "ledger/quota_windows.h"

namespace drawdown {
namespace {

// Also while it has no limit: which budgets there are, and which is above
// which, changes only when a quota is set.
bool IsBudget(const StoredQuota& quota) {
  return quota.scope.period != QuotaPeriod::kAtOnce;
}

int64_t Later(int64_t at_us, int64_t by_us) {
  int64_t sum = 0;
  return __builtin_add_overflow(at_us, by_us, &sum)
             ? std::numeric_limits<int64_t>::max()
             : sum;
}

// The chains of budgets; `over` is from the tenant up.
std::vector<QuotaIndex::Quotas> BudgetChainsIn(const QuotaIndex::Quotas& over) {
  std::vector<QuotaIndex::Quotas> chains = ChainsIn(over);
  std::erase_if(chains, [](const QuotaIndex::Quotas& chain) {
    return !IsBudget(*chain.front());
  });
  return chains;
}

// The lowest quota of each chain.
std::vector<uint32_t> LowestOf(const QuotaIndex::Quotas& over) {
  std::vector<uint32_t> lowest;
  for (const QuotaIndex::Quotas& chain : BudgetChainsIn(over)) {
    lowest.push_back(BudgetOf(chain.front()->id));
  }
  return lowest;
}

std::vector<ChainAsk> AskedOfChains(const QuotaIndex::Quotas& over,
                                    const Ask& ask) {
  std::vector<ChainAsk> asked;
  for (const QuotaIndex::Quotas& chain : BudgetChainsIn(over)) {
    ChainAsk& one = asked.emplace_back();
    for (const StoredQuota* const quota : chain) {
      one.push_back({BudgetOf(quota->id), ask.Of(quota->id).count()});
    }
  }
  return asked;
}

class QuotaBudgets : public BudgetBooks {
 public:
  QuotaBudgets(int64_t bucket_us, std::function<ClockReading()> read_clock)
      : bucket_us_(bucket_us), read_clock_(std::move(read_clock)) {}

  absl::StatusOr<std::vector<PublishedBudget>> Published(
      ReadTransaction* books, std::span<const uint32_t> budgets) override {
    QuotaBooks quotas(books, bucket_us_, NamesOf(books));
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas asked,
                     QuotasOf(&quotas.index, budgets));
    // Once: what has fallen between two readings would be taken off twice.
    const ClockReading reading = read_clock_();
    const int64_t now_us = reading.wall_us;
    ASSIGN_OR_RETURN(const int64_t hold_us, HoldTime(books, reading));
    ASSIGN_OR_RETURN(const int64_t held_for_us, HeldFor(&quotas, hold_us));
    std::vector<PublishedBudget> published;
    for (const StoredQuota* const quota : asked) {
      if (!IsBudget(*quota)) continue;
      ASSIGN_OR_RETURN(PublishedBudget one,
                       Publish(&quotas, *quota, now_us, hold_us));
      one.valid_until_us =
          std::min(one.valid_until_us, Later(now_us, held_for_us));
      published.push_back(one);
    }
    return published;
  }

  absl::StatusOr<std::vector<uint32_t>> Lowest(ReadTransaction* books,
                                               const MeterIds& ids) override {
    QuotaIndex index(books);
    ASSIGN_OR_RETURN(const uint32_t tenant, index.moves().Now(ids.tenant));
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas* const over,
                     index.Over(tenant, ids.pool, NamesOf(books)));
    return LowestOf(*over);
  }

 private:
  // All where there are none named. A commit that changes a few must not read
  // those that it has nothing to do with.
  static absl::StatusOr<QuotaIndex::Quotas> QuotasOf(
      QuotaIndex* index, std::span<const uint32_t> budgets) {
    if (budgets.empty()) return index->All();
    QuotaIndex::Quotas quotas;
    for (const uint32_t budget : budgets) {
      ASSIGN_OR_RETURN(quotas.emplace_back(), index->Get(QuotaOf(budget)));
    }
    return quotas;
  }

  // Until the first hold ends that holds something.
  static absl::StatusOr<int64_t> HeldFor(QuotaBooks* quotas, int64_t hold_us) {
    int64_t until_us = std::numeric_limits<int64_t>::max();
    RETURN_IF_ERROR(quotas->held.VisitLines(
        hold_us, [&](std::string_view, const HeldUntil& held) {
          until_us = held.until_us;
          return false;
        }));
    return until_us == std::numeric_limits<int64_t>::max() ? until_us
                                                           : until_us - hold_us;
  }

  absl::StatusOr<uint32_t> Above(QuotaBooks* quotas, const StoredQuota& quota) {
    const std::string& tenant = quota.scope.tenant;
    const size_t slash = tenant.rfind('/');
    if (slash == tenant.npos) return 0;
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas over,
                     quotas->index.Over(tenant.substr(0, slash), ""));
    for (const StoredQuota* const one : over) {
      if (SameKind(one->scope, quota.scope)) return BudgetOf(one->id);
    }
    return 0;
  }

  // What the books admit by is the clock of holds, `hold_us`; budgets live by
  // `now_us`.
  absl::StatusOr<PublishedBudget> Publish(QuotaBooks* quotas,
                                          const StoredQuota& quota,
                                          int64_t now_us, int64_t hold_us) {
    const QuotaPeriod period = quota.scope.period;
    PublishedBudget one;
    one.quota = BudgetOf(quota.id);
    ASSIGN_OR_RETURN(one.above, Above(quotas, quota));
    one.at_us = now_us;
    one.valid_until_us = ValidUntil(quota, hold_us, now_us);
    one.available_us = kUnlimited;
    const QuotaLimit* const limit = LimitAt(quota, hold_us);
    if (limit == nullptr) return one;
    ASSIGN_OR_RETURN(const QuotaUse use,
                     quotas->accounts.UseAt(quota, hold_us));
    ASSIGN_OR_RETURN(const FineTime held, quotas->held.HeldAt(quota, hold_us));
    ASSIGN_OR_RETURN(const Int128 drawn, quotas->held.DrawnAt(quota, hold_us));
    if (use.next_start_us) {  // From then on it falls by more.
      one.valid_until_us = std::min(
          one.valid_until_us, Later(*use.next_start_us, now_us - hold_us));
    }
    const FineTime committed = use.used + held;
    const auto left = [&](Int128 of) {
      return WholeUnits(period, FineUnits(period, of) - committed);
    };
    if (limit->soft && !limit->slice) return one;
    if (limit->slice) {
      one.guarantee_left_us = left(GuaranteeOf(*limit));
    }
    if (!limit->soft) {
      one.available_us = left(limit->nominal + limit->borrowing);
    }
    one.falls = ClampBudget(std::max<Int128>(0, use.level - drawn));
    // Limits are whole, so that what is left of each has the same fraction.
    const FineTime fraction =
        FineTime() - committed - FineUnits(period, left(0));
    one.fraction = static_cast<int32_t>(fraction.count());
    return one;
  }

  int64_t ValidUntil(const StoredQuota& quota, int64_t hold_us,
                     int64_t now_us) const {
    int64_t until_us = CountingWindow(quota, hold_us, bucket_us_).end_us;
    for (const QuotaVersion& version : quota.versions) {
      if (version.from_us > hold_us) {
        until_us = std::min(until_us, version.from_us);
      }
    }
    return until_us == std::numeric_limits<int64_t>::max()
               ? until_us
               : Later(until_us, now_us - hold_us);
  }

  const int64_t bucket_us_;
  const std::function<ClockReading()> read_clock_;
};

class KeptQuotas : public LiveQuotas {
 public:
  KeptQuotas(BudgetKeeper* keeper, Store* store, ReadTransaction* books,
             int64_t now_us, BudgetChange change)
      : keeper_(keeper),
        store_(store),
        index_(books),
        now_us_(now_us),
        change_(std::move(change)) {}
  ~KeptQuotas() override {
    if (over_) return;
    try {
      change_.Cancel().IgnoreError();
    } catch (const std::bad_alloc&) {
      // Neither finished nor cancelled: made anew before anybody is refused.
    }
  }

  absl::StatusOr<bool> Promise(std::string_view tenant, std::string_view pool,
                               const Ask& ask) override {
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas over, index_.Over(tenant, pool));
    return change_.Promise(AskedOfChains(over, ask), now_us_);
  }
  std::optional<GpuTime> Left(uint32_t quota) override {
    const std::optional<Int128> left = change_.LeftOf(BudgetOf(quota));
    return left ? std::optional(GpuTime(*left)) : std::nullopt;
  }
  absl::Status Unpromise() override { return change_.Unpromise(); }
  absl::StatusOr<GpuTime> Taken(uint32_t quota) override {
    ASSIGN_OR_RETURN(const Int128 taken_us,
                     change_.TakenBeside(BudgetOf(quota)));
    return GpuTime(taken_us);
  }

  absl::Status BeforeCommit(const std::set<uint32_t>& changed,
                            const std::set<uint32_t>& ceilings,
                            bool recall) override {
    for (const uint32_t quota : changed) change_.Touch(BudgetOf(quota));
    if (recall) return keeper_->BeginQuotaChange();
    for (const uint32_t quota : ceilings) {
      RETURN_IF_ERROR(change_.Close(BudgetOf(quota), now_us_));
    }
    return absl::OkStatus();
  }

  void NotKnown() override {
    over_ = true;
    keeper_->SetTorn();
  }
  // What cannot be told is made anew by whoever asks next.
  void Committed() override {
    over_ = true;
    try {
      const auto books = store_->BeginRead();
      if (books.ok() && change_.Finish(books->get(), now_us_).ok()) return;
    } catch (const std::bad_alloc&) {
      // The commit is there, so its caller must not hear that it failed.
    }
    keeper_->SetTorn();
  }

 private:
  BudgetKeeper* const keeper_;
  Store* const store_;
  QuotaIndex index_;
  const int64_t now_us_;
  BudgetChange change_;
  bool over_ = false;  // committed, or that is not known
};

}  // namespace

absl::StatusOr<TakenOfQuotas> TakenOf(ReadTransaction* books,
                                      std::span<const MeterAdmitted> admitted) {
  TakenOfQuotas taken;
  QuotaIndex index(books);
  const NameOf names = NamesOf(books);
  for (const MeterAdmitted& one : admitted) {
    ASSIGN_OR_RETURN(const uint32_t tenant, index.moves().Now(one.ids.tenant));
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas* const over,
                     index.Over(tenant, one.ids.pool, names));
    for (const StoredQuota* const quota : *over) {
      if (IsBudget(*quota)) taken[quota->id] += GpuTime(one.gpu_us);
    }
  }
  return taken;
}

std::unique_ptr<BudgetBooks> NewQuotaBudgets(
    int64_t bucket_us, std::function<ClockReading()> read_clock) {
  return std::make_unique<QuotaBudgets>(bucket_us, std::move(read_clock));
}

absl::StatusOr<std::unique_ptr<LiveQuotas>> BeginLiveQuotas(
    BudgetKeeper* keeper, Store* store, ReadTransaction* books,
    int64_t now_us) {
  ASSIGN_OR_RETURN(BudgetChange change, keeper->Begin(books, now_us));
  return std::make_unique<KeptQuotas>(keeper, store, books, now_us,
                                      std::move(change));
}

}  // namespace drawdown
