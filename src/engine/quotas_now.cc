// What the books and live meters say of quotas at one moment.
#include <utility>

#include "base/error.h"
#include "engine/impl.h"
#include "engine/quota_budgets.h"

namespace drawdown {

absl::StatusOr<std::optional<QuotasNow>> Ledger::Impl::TryReadQuotas() const {
  ASSIGN_OR_RETURN(BudgetKeeper* const budgets, Budgets());
  std::optional<uint64_t> before;
  if (budgets != nullptr) {
    ASSIGN_OR_RETURN(before, budgets->BeforeSnapshot());
    if (!before) return std::nullopt;
  }
  QuotasNow now;
  ASSIGN_OR_RETURN(now.books, BeginRead());
  ASSIGN_OR_RETURN(now.at_us, drawdown::HoldTime(now.books.get(), ReadClock()));
  if (budgets == nullptr) {
    ASSIGN_OR_RETURN(const BudgetKeeper* const since, Budgets());
    if (since != nullptr) return std::nullopt;
    return std::optional(std::move(now));
  }
  ASSIGN_OR_RETURN(const auto taken,
                   budgets->ListInStep(now.books.get(), *before));
  if (!taken) return std::nullopt;
  now.taken = TakenOf(*taken);
  return std::optional(std::move(now));
}

absl::StatusOr<QuotasNow> Ledger::Impl::ReadQuotas(
    std::optional<int64_t> at_us) const {
  QuotasNow now;
  // In a forked child kForked, before any lock that the parent may have held.
  ASSIGN_OR_RETURN(now.books, BeginRead());
  if (at_us) {
    now.at_us = *at_us;
    return now;
  }
  constexpr int kTries = 4;
  for (int tried = 0; tried < kTries; ++tried) {
    ASSIGN_OR_RETURN(std::optional<QuotasNow> found, TryReadQuotas());
    if (found) return *std::move(found);
  }
  // After so many commits in a row, it is theirs to wait: for the snapshot, not
  // for what is made of it.
  ASSIGN_OR_RETURN(const std::unique_ptr<WriteTransaction> writer,
                   BeginWrite(std::nullopt));
  ASSIGN_OR_RETURN(BudgetKeeper* const budgets, Budgets());
  if (budgets != nullptr) {
    RETURN_IF_ERROR(budgets->Freshen(writer.get(), NowUs()));
  }
  ASSIGN_OR_RETURN(now.books, BeginRead());
  ASSIGN_OR_RETURN(now.at_us, drawdown::HoldTime(now.books.get(), ReadClock()));
  ASSIGN_OR_RETURN(now.taken, Taken(now.books.get()));
  return now;
}

}  // namespace drawdown
