// The chains of budgets over one meter, and what every process keeps of them.
#ifndef DRAWDOWN_SRC_SETTLE_METER_CHAINS_H_
#define DRAWDOWN_SRC_SETTLE_METER_CHAINS_H_

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "meter/budget_amounts.h"
#include "meter/budgets_file.h"

namespace drawdown {

// What is asked of the quotas of one chain, lowest first and in any order of
// amounts: their windows may have different parts of it.
struct QuotaAsk {
  uint32_t quota = 0;
  Int128 amount_us = 0;
};
using ChainAsk = std::vector<QuotaAsk>;

// Of each budget of some chains, in their order.
using BudgetAmounts = absl::InlinedVector<Int128, 5>;

// All or nothing over all chains; they have no budget in common. Under the lock
// of the budgets.
class MeterChains {
 public:
  MeterChains() = default;
  // From the lowest quota of each chain up.
  MeterChains(BudgetsFile* file, std::span<const uint32_t> lowest) {
    for (const uint32_t quota : lowest) {
      AddChain(file, quota);
    }
  }

  bool empty() const { return budgets_.empty(); }
  std::span<Budget* const> budgets() const { return budgets_; }
  bool Contains(const Budget* budget) const {
    return std::find(budgets_.begin(), budgets_.end(), budget) !=
           budgets_.end();
  }

  // Allowances are for meters under one chain.
  size_t chains() const { return ends_.size(); }
  // Of the one chain, those below the quota; all where it is 0, none where it
  // is not of the chain.
  BudgetChain Below(uint32_t quota) const {
    if (quota == 0) return budgets();
    const auto at = std::find_if(
        budgets_.begin(), budgets_.end(),
        [quota](const Budget* one) { return one->books.quota == quota; });
    return budgets().first(at == budgets_.end() ? 0 : at - budgets_.begin());
  }

  int64_t Room(int64_t now_us) const {
    Fall(now_us);
    int64_t room = kBudgetBound;
    ForEach([&](BudgetChain chain) {
      room = std::min(room, RoomOf(chain, now_us));
    });
    return room;
  }
  bool Fits(Int128 amount, int64_t now_us) const {
    Fall(now_us);
    bool fits = true;
    ForEach([&](BudgetChain chain) {
      fits = fits && drawdown::Fits(chain, amount, now_us);
    });
    return fits;
  }
  void Take(Int128 amount) const {
    ForEach([&](BudgetChain chain) { drawdown::Take(chain, amount); });
  }
  // Nothing of those that are not asked.
  BudgetAmounts AmountsOf(std::span<const ChainAsk> asked) const {
    BudgetAmounts amounts(budgets_.size(), 0);
    for (size_t i = 0; i < budgets_.size(); ++i) {
      for (const ChainAsk& chain : asked) {
        for (const QuotaAsk& one : chain) {
          if (one.quota == budgets_[i]->books.quota) amounts[i] = one.amount_us;
        }
      }
    }
    return amounts;
  }
  Int128 AmountOf(const Budget* budget, const BudgetAmounts& amounts) const {
    const auto at = std::find(budgets_.begin(), budgets_.end(), budget);
    return at == budgets_.end() ? 0 : amounts[at - budgets_.begin()];
  }
  BudgetAmounts SameOfEach(Int128 amount) const {
    return BudgetAmounts(budgets_.size(), amount);
  }
  bool Fits(const BudgetAmounts& amounts, int64_t now_us) const {
    Fall(now_us);
    bool fits = true;
    ForEach(amounts, [&](BudgetChain chain, std::span<const Int128> asked) {
      ForEachTooSmall(chain, asked, now_us,
                      [&](Budget*, Int128) { fits = false; });
    });
    return fits;
  }
  void Take(const BudgetAmounts& amounts) const { Take(amounts, +1); }
  void GiveBack(const BudgetAmounts& amounts) const { Take(amounts, -1); }
  void GiveBack(Int128 amount) const {
    ForEach([&](BudgetChain chain) { drawdown::GiveBack(chain, amount); });
  }

  // What was claimed by those that it is under; not by others, whose claims may
  // be less than they seem.
  void Fall(int64_t now_us) const {
    ForEach([&](BudgetChain chain) {
      for (size_t i = 0; i < chain.size(); ++i) {
        drawdown::Fall(chain.subspan(i), now_us);
      }
    });
  }

  // Each chain with what is asked of it.
  template <typename Visit>
  void ForEach(const BudgetAmounts& amounts, const Visit& visit) const {
    ForEach([&](BudgetChain chain) {
      visit(chain, std::span<const Int128>(amounts).subspan(
                       &chain.front() - budgets_.data(), chain.size()));
    });
  }
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    size_t begin = 0;
    for (const size_t end : ends_) {
      visit(budgets().subspan(begin, end - begin));
      begin = end;
    }
  }

 private:
  void Take(const BudgetAmounts& amounts, int times) const {
    ForEach(amounts, [&](BudgetChain chain, std::span<const Int128> asked) {
      drawdown::Take(chain, asked, times);
    });
  }
  void AddChain(BudgetsFile* file, uint32_t quota) {
    const uint32_t end = file->state().end;
    // Never more than there are, whatever a damaged file says.
    for (uint32_t i = 0; i < end && quota != 0 && quota < end; ++i) {
      Budget* const budget = &file->at(quota);
      if (!budget->exists()) break;
      budgets_.push_back(budget);
      quota = budget->books.above;
    }
    ends_.push_back(static_cast<uint32_t>(budgets_.size()));
    if (ends_.size() == 1 ? budgets_.empty()
                          : ends_.back() == ends_[ends_.size() - 2]) {
      ends_.pop_back();
    }
  }

  absl::InlinedVector<uint32_t, 2> ends_;
  // One chain after the other, lowest first.
  absl::InlinedVector<Budget*, 5> budgets_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_SETTLE_METER_CHAINS_H_
