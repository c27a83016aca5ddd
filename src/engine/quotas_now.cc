// What the books and live meters say of quotas: the counters of live meters
// first, then the snapshot. What TryRecord admits in between may be missing.
#include <utility>

#include "base/error.h"
#include "engine/impl.h"
#include "engine/quota_budgets.h"
#include "settle/live_admitted.h"

namespace drawdown {

absl::StatusOr<QuotasNow> Ledger::Impl::ReadQuotas(
    std::optional<int64_t> at_us) const {
  QuotasNow now;
  // In a forked child kForked, before any lock that the parent may have held.
  ASSIGN_OR_RETURN(now.books, BeginRead());
  if (at_us) {
    now.at_us = *at_us;
    return now;
  }
  // A process that ends between counters and snapshot makes it one more.
  constexpr int kTries = 16;
  for (int tried = 1;; ++tried) {
    now.books.reset();  // Nothing is kept alive that is not asked.
    ASSIGN_OR_RETURN(const AdmittedCounts counts,
                     AdmittedCounts::Read(live_.get()));
    const ClockReading reading = ReadClock();
    ASSIGN_OR_RETURN(now.books, BeginRead());
    ASSIGN_OR_RETURN(now.at_us, drawdown::HoldTime(now.books.get(), reading));
    ASSIGN_OR_RETURN(const auto beyond,
                     counts.Beyond(now.books.get(), tried == kTries));
    if (!beyond) continue;
    ASSIGN_OR_RETURN(now.taken, TakenOf(now.books.get(), *beyond));
    return now;
  }
}

}  // namespace drawdown
