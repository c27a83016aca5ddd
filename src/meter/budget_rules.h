// The arithmetic of budgets: what may be taken along a chain of quotas, taking
// it and giving it back. Pure.
//
// A chain is the budgets of one dimension of quotas over a meter, lowest first.
// An amount is taken from each budget of a chain. A budget with a guarantee
// keeps the budgets above it from giving to others what it may still claim:
//   claim    = max(0, guarantee - its own use - claims of the budgets below it)
//   reserved = the sum of the claims of all budgets below
// What fits claims of its own asks for nothing that is not reserved: it needs
// room, and no more, in the budgets above. Use is what the books have (in
// `available_us` and `guarantee_left_us`) plus `taken_us`. Taking from a budget
// with a claim lowers the claim, so above it room and reserve fall together.
// Every state is a function of the takes that are outstanding, in whatever
// order they came and went, and of how far the books' values have fallen.
#ifndef DRAWDOWN_SRC_METER_BUDGET_RULES_H_
#define DRAWDOWN_SRC_METER_BUDGET_RULES_H_

#include <algorithm>
#include <cstdint>
#include <span>

#include "drawdown/units.h"

namespace drawdown {

// One call takes no more than this (73,000 GPU-years). What quotas have, and
// what is taken of them by holds, may be more, so it is wide: seven years of
// 100,000 GPUs are ten times as much.
inline constexpr int64_t kBudgetBound = int64_t{1} << 61;
// Beyond whatever a quota may be, and sums of a few are no overflow.
inline constexpr Int128 kUnlimited = Int128{1} << 120;
inline constexpr Int128 kNoGuarantee = -kUnlimited;

// What the books say about one quota.
struct PublishedBudget {
  uint32_t quota = 0;          // its number; 0 is none
  uint32_t above = 0;          // the next of its chain, 0: it is the last
  int64_t valid_until_us = 0;  // a turn of the window, an expiry
  int64_t at_us = 0;
  int64_t falls = 0;  // micro-GPUs by which both of these fall from at_us on
  Int128 available_us = 0;                  // limit - used - held, at at_us
  Int128 guarantee_left_us = kNoGuarantee;  // guarantee - used - held
  // Of both beyond whole GPU-microseconds, in millionths: 0 to 999,999.
  int32_t fraction = 0;
};

// One quota as all processes see it.
struct Budget {
  PublishedBudget books;
  Int128 reserved_us = 0;
  // What is out of available and not in the books yet: slices, admitted usage
  // that is not drained, promises.
  Int128 taken_us = 0;
  // Of the books' values: later ones are of higher tickets.
  uint64_t ticket = 0;
  // About how many slices were filled since all below were last recalled; 0:
  // none has anything.
  int64_t filled = 0;
  // The same of allowances that are under this quota.
  int64_t allowed = 0;
  // The next of those whose claims fall; 0: it is not listed.
  uint32_t next_falling = 0;

  bool exists() const { return books.quota != 0; }
  // Whether what it may claim falls with the clock.
  bool claims_fall() const {
    return books.falls != 0 && books.guarantee_left_us != kNoGuarantee;
  }
  // Whether there may be anything to recall under it.
  bool has_unspent() const { return filled > 0 || allowed > 0; }
};

using BudgetChain = std::span<Budget* const>;

inline int64_t ClampBudget(Int128 amount) {
  return static_cast<int64_t>(
      std::clamp<Int128>(amount, -Int128{kBudgetBound}, Int128{kBudgetBound}));
}

namespace budget_internal {
constexpr int64_t kMicro = 1'000'000;

// Exactly, in millionths; what is left of the books' values is rounded down.
inline Int128 FallenFine(const PublishedBudget& books, int64_t now_us) {
  return Int128{books.falls} * std::max<int64_t>(0, now_us - books.at_us);
}
inline Int128 Fallen(const PublishedBudget& books, int64_t now_us) {
  return (FallenFine(books, now_us) - books.fraction + kMicro - 1) / kMicro;
}

// May be negative.
inline Int128 Unclaimed(const Budget& budget) {
  if (budget.books.guarantee_left_us == kNoGuarantee) return kNoGuarantee;
  return budget.books.guarantee_left_us - budget.taken_us - budget.reserved_us;
}
// What of `amount` the budget may claim.
inline Int128 Claimed(Int128 unclaimed, Int128 amount) {
  return std::clamp<Int128>(unclaimed, 0, amount);
}
}  // namespace budget_internal

inline Int128 WideRoomAt(const Budget& budget, int64_t now_us) {
  const PublishedBudget& books = budget.books;
  const Int128 room = books.available_us - budget.taken_us;
  if (books.falls == 0) return room;  // Spares a long division.
  return room - budget_internal::Fallen(books, now_us);
}

// As far as anybody may ask for it.
inline int64_t RoomAt(const Budget& budget, int64_t now_us) {
  return ClampBudget(WideRoomAt(budget, now_us));
}

inline Int128 ClaimOf(const Budget& budget) {
  return std::max<Int128>(0, budget_internal::Unclaimed(budget));
}

// Whether facts have left less than is reserved: what is out in advance must
// not be spent there.
inline bool IsOverdrawn(const Budget& budget, int64_t now_us) {
  return WideRoomAt(budget, now_us) < budget.reserved_us;
}

// Calls visit(budget, short_by) for each that keeps `amount` from being taken
// from every budget of the chain: unless claims elsewhere lose `short_by`;
// kUnlimited: whatever they lose. Of claims as they were when Fall was last
// called.
template <typename Visit>
inline void ForEachTooSmall(BudgetChain chain, Int128 amount, int64_t now_us,
                            const Visit& visit) {
  Int128 asked = amount;  // of what is reserved for nobody
  for (Budget* const budget : chain) {
    const Int128 room = WideRoomAt(*budget, now_us);
    const Int128 short_by = asked - (room - budget->reserved_us);
    if (room < amount) {
      visit(budget, kUnlimited);
    } else if (asked > 0 && short_by > 0) {
      visit(budget, short_by);
    }
    asked -=
        budget_internal::Claimed(budget_internal::Unclaimed(*budget), asked);
  }
}

inline bool Fits(BudgetChain chain, Int128 amount, int64_t now_us) {
  bool fits = true;
  ForEachTooSmall(chain, amount, now_us,
                  [&](Budget*, Int128) { fits = false; });
  return fits;
}

// Whether or not it fits. REQUIRES: amount >= 0.
inline void Take(BudgetChain chain, Int128 amount) {
  Int128 asked = amount;
  for (Budget* const budget : chain) {
    const Int128 claimed =
        budget_internal::Claimed(budget_internal::Unclaimed(*budget), asked);
    budget->taken_us += amount;
    budget->reserved_us -= amount - asked;
    asked -= claimed;
  }
}

// The inverse of Take, in any order.
inline void GiveBack(BudgetChain chain, Int128 amount) {
  Int128 asked = amount;
  for (Budget* const budget : chain) {
    const Int128 claimed = budget_internal::Claimed(
        budget_internal::Unclaimed(*budget) + asked, asked);
    budget->taken_us -= amount;
    budget->reserved_us += amount - asked;
    asked -= claimed;
  }
}

namespace budget_internal {
// Hands up what change() does to the claim of the lowest budget.
template <typename Change>
inline void ChangeClaim(BudgetChain chain, const Change& change) {
  Int128 more = -ClaimOf(*chain.front());
  change(chain.front());
  more += ClaimOf(*chain.front());
  for (Budget* const budget : chain.subspan(1)) {
    const Int128 before = ClaimOf(*budget);
    budget->reserved_us += more;
    more += ClaimOf(*budget) - before;
  }
}
}  // namespace budget_internal

// Gives the lowest budget of a chain the books' new values; those above it have
// theirs already.
inline void Publish(BudgetChain chain, const PublishedBudget& books) {
  budget_internal::ChangeClaim(
      chain, [&books](Budget* budget) { budget->books = books; });
}

// Lowers what the lowest budget of a chain may claim by what has fallen: its
// values become those of `now_us`.
inline void Fall(BudgetChain chain, int64_t now_us) {
  if (!chain.front()->claims_fall()) return;
  if (now_us <= chain.front()->books.at_us) return;
  budget_internal::ChangeClaim(chain, [now_us](Budget* budget) {
    using budget_internal::kMicro;
    PublishedBudget& books = budget->books;
    const Int128 fallen = budget_internal::Fallen(books, now_us);
    const Int128 rest = fallen * kMicro + books.fraction -
                        budget_internal::FallenFine(books, now_us);
    books.fraction = static_cast<int32_t>(rest);
    books.available_us -= fallen;
    books.guarantee_left_us -= fallen;
    books.at_us = now_us;
  });
}

// The most that fits; below 0 none does.
inline int64_t RoomOf(BudgetChain chain, int64_t now_us) {
  int64_t most = kBudgetBound;
  bool shared = false;  // somebody's guarantee is in play
  for (const Budget* const budget : chain) {
    most = std::min(most, RoomAt(*budget, now_us));
    shared |= budget->reserved_us != 0 || ClaimOf(*budget) != 0;
  }
  if (!shared || most <= 0) return most;
  int64_t fits = 0;
  while (fits < most) {
    const int64_t half = fits + (most - fits + 1) / 2;
    if (Fits(chain, half, now_us)) {
      fits = half;
    } else {
      most = half - 1;
    }
  }
  return fits;
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_METER_BUDGET_RULES_H_
