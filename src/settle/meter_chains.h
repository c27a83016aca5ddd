// The chains of budgets over one meter, and what every process keeps of them.
#ifndef DRAWDOWN_SRC_SETTLE_METER_CHAINS_H_
#define DRAWDOWN_SRC_SETTLE_METER_CHAINS_H_

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "meter/budgets_file.h"

namespace drawdown {

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

  template <typename Visit>
  void ForEach(const Visit& visit) const {
    size_t begin = 0;
    for (const size_t end : ends_) {
      visit(budgets().subspan(begin, end - begin));
      begin = end;
    }
  }

 private:
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
