// The quotas of GPU time as budgets of live meters: between the books, which
// know quotas, and settle, which keeps budgets.
#ifndef DRAWDOWN_SRC_ENGINE_QUOTA_BUDGETS_H_
#define DRAWDOWN_SRC_ENGINE_QUOTA_BUDGETS_H_

#include <functional>
#include <memory>
#include <span>

#include "absl/status/statusor.h"
#include "ledger/hold_clock.h"
#include "ledger/live_quotas.h"
#include "ledger/store.h"
#include "settle/budget_keeper.h"
#include "settle/live_admitted.h"

namespace drawdown {

// `read_clock` tells the clock of holds.
std::unique_ptr<BudgetBooks> NewQuotaBudgets(
    int64_t bucket_us, std::function<ClockReading()> read_clock);

// For a posting over `books`, which is under the writer lock and has nothing
// posted yet. The keeper outlives it. kBusy.
absl::StatusOr<std::unique_ptr<LiveQuotas>> BeginLiveQuotas(
    BudgetKeeper* keeper, Store* store, ReadTransaction* books, int64_t now_us);

// Budgets number quotas from 1.
inline uint32_t BudgetOf(uint32_t quota) { return quota + 1; }
inline uint32_t QuotaOf(uint32_t budget) { return budget - 1; }
// By quota, what meters have admitted and the books lack.
absl::StatusOr<TakenOfQuotas> TakenOf(ReadTransaction* books,
                                      std::span<const MeterAdmitted> admitted);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_QUOTA_BUDGETS_H_
