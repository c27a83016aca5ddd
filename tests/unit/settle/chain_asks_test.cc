// Promises of which each quota of a chain is asked for an amount of its own,
// beside slices that keep, lend and borrow, against a model that adds
// everything up from scratch.
#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "tests/support/random.h"
#include "tests/unit/settle/tried_quotas.h"

namespace drawdown {
namespace {

// The quotas of QuotaRules by number, each with its own limit, what it keeps
// for those under it, and what is used of it.
struct NaiveQuotas {
  std::array<int64_t, kQuotas + 1> limits{};
  std::array<int64_t, kQuotas + 1> guarantees{};
  std::array<int64_t, kQuotas + 1> used{};

  // What those directly below keep of a quota, used or not, beyond their use.
  int64_t Reserved(uint32_t quota) const {
    int64_t sum = 0;
    for (uint32_t below = 1; below <= kQuotas; ++below) {
      if (QuotaRules::Above(below) != quota) continue;
      const int64_t further = Reserved(below);
      sum += std::max(guarantees[below] - used[below], further);
    }
    return sum;
  }
  // The rule of src/ledger/admission.h.
  bool Fits(const ChainAsk& asked) const {
    NaiveQuotas after = *this;
    after.Use(asked);
    return std::all_of(asked.begin(), asked.end(), [&](const QuotaAsk& one) {
      if (one.amount_us == 0) return true;
      const int64_t room = limits[one.quota] - after.used[one.quota];
      const int64_t reserved = after.Reserved(one.quota);
      // What slices below give up, it may have.
      const Int128 beyond = one.amount_us + reserved - Reserved(one.quota);
      return room >= 0 && (beyond <= 0 || room >= reserved);
    });
  }
  void Use(const ChainAsk& asked, int sign = 1) {
    for (const auto& [quota, amount] : asked) {
      used[quota] += static_cast<int64_t>(amount) * sign;
    }
  }
};

ChainAsk AskedOf(int tenant, int64_t amount) {
  ChainAsk asked;
  for (uint32_t quota = QuotaRules::Lowest(tenant); quota != 0;
       quota = QuotaRules::Above(quota)) {
    asked.push_back({quota, amount});
  }
  return asked;
}

class ChainAsksTest : public TriedQuotasTest {
 protected:
  // Nominal quotas of some hundreds; a slice keeps what it does not lend, and
  // its limit has what it may borrow.
  void DrawQuotas() {
    for (uint32_t quota = 1; quota <= kQuotas; ++quota) {
      const int64_t nominal = random_.Between(1, 400) * (quota == 1   ? 4
                                                         : quota == 2 ? 2
                                                                      : 1);
      const bool slice = quota != 1 && !random_.OneIn(4);
      const int64_t lends = random_.OneIn(2) ? random_.Between(0, nominal) : 0;
      const int64_t borrows = random_.OneIn(2) ? random_.Between(0, 200) : 0;
      naive_.guarantees[quota] = slice ? nominal - lends : 0;
      naive_.limits[quota] = nominal + borrows;
      rules_->guarantees[quota] = naive_.guarantees[quota];
    }
    const auto& limits = naive_.limits;
    Start(limits[1], limits[2], limits[3], limits[4]);
  }

  // In any order, often nothing of some or the same of all.
  ChainAsk DrawAsk() {
    ChainAsk asked = AskedOf(static_cast<int>(random_.Between(0, 2)), 0);
    Int128 amount = random_.Between(0, 200);
    const bool same = random_.OneIn(4);
    for (QuotaAsk& one : asked) {
      if (!same && !random_.OneIn(3)) amount = random_.Between(0, 200);
      one.amount_us = !same && random_.OneIn(5) ? 0 : amount;
    }
    return asked;
  }

  void UseByMeters() {
    for (int64_t i = random_.Between(0, 4); i > 0; --i) {
      const int tenant = static_cast<int>(random_.Between(0, 2));
      const int64_t amount = random_.Between(1, 60);
      const ChainAsk asked = AskedOf(tenant, amount);
      const bool fits = naive_.Fits(asked);
      EXPECT_EQ(Try(tenant, 1, amount), fits ? 1 : 0);
      if (fits) naive_.Use(asked);
    }
  }

  // Under the writer lock, and in the end it comes to nothing.
  void Promises() {
    const auto transaction = MustHave(process_->store().BeginWrite());
    BudgetChange change = MustHave(
        process_->keeper().Begin(transaction.get(), process_->now_us()));
    std::vector<ChainAsk> promised;
    for (int64_t i = random_.Between(1, 6); i > 0; --i) {
      if (!promised.empty() && random_.OneIn(4)) {
        ASSERT_THAT(change.Unpromise(), IsOk());
        naive_.Use(promised.back(), -1);
        promised.pop_back();
        continue;
      }
      const ChainAsk asked = DrawAsk();
      const bool fits =
          MustHave(change.Promise(std::array{asked}, process_->now_us()));
      ASSERT_EQ(fits, naive_.Fits(asked));
      if (fits) {
        naive_.Use(asked);
        promised.push_back(asked);
        ++fitted_;
      } else {
        // A refusal can name a quota that has less than it is asked for.
        EXPECT_TRUE(
            std::any_of(asked.begin(), asked.end(), [&](const QuotaAsk& one) {
              const auto left = change.LeftOf(one.quota);
              return left.has_value() && *left < one.amount_us;
            }));
        ++refused_;
      }
    }
    ASSERT_THAT(change.Cancel(), IsOk());
    for (const ChainAsk& asked : promised) naive_.Use(asked, -1);
    ExpectReserved();
  }

  void ExpectReserved() {
    LiveDirectory& live = process_->live();
    const auto file = MustHave(BudgetsFile::Open(live.path(), live.boot_id()));
    for (uint32_t quota = 1; quota <= kQuotas; ++quota) {
      EXPECT_EQ(file->at(quota).reserved_us, Int128{naive_.Reserved(quota)})
          << quota;
    }
  }

  Random random_;
  NaiveQuotas naive_;
  int fitted_ = 0;
  int refused_ = 0;
};

TEST_F(ChainAsksTest, FitByTheRuleOfTheBooks) {
  DrawQuotas();
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    UseByMeters();
    Promises();
    if (HasFatalFailure() || HasNonfatalFailure()) return;
    if (round % 20 != 19) continue;
    // Other quotas, of which as much is used.
    process_ = nullptr;
    std::filesystem::remove_all(path_);
    naive_.used = {};
    DrawQuotas();
  }
  std::cerr << fitted_ << " promises fitted, " << refused_ << " did not\n";
  EXPECT_GT(fitted_, 50);
  EXPECT_GT(refused_, 50);
}

// The quota below is asked for nothing, so its slice has nothing to do with it.
TEST_F(ChainAsksTest, ASliceBelowIsOfNoUseToWhatIsNotAskedOfIt) {
  rules_->guarantees[3] = 60;
  Start(kPlenty, 100, 60, kPlenty);
  const auto transaction = MustHave(process_->store().BeginWrite());
  BudgetChange change =
      MustHave(process_->keeper().Begin(transaction.get(), process_->now_us()));
  const auto fits = [&](int64_t lowest, int64_t above) {
    const ChainAsk asked = {{3, lowest}, {2, above}, {1, above}};
    return MustHave(change.Promise(std::array{asked}, process_->now_us()));
  };
  EXPECT_FALSE(fits(0, 41));
  EXPECT_EQ(change.LeftOf(2), Int128{40});
  EXPECT_TRUE(fits(0, 40));
  EXPECT_FALSE(fits(0, 1));
  EXPECT_TRUE(fits(60, 60));
  ASSERT_THAT(change.Unpromise(), IsOk());
  ASSERT_THAT(change.Unpromise(), IsOk());
  // Nothing is left of what did not fit wholly.
  EXPECT_FALSE(fits(60, 101));
  EXPECT_TRUE(fits(60, 100));
  EXPECT_THAT(change.Cancel(), IsOk());
}

}  // namespace
}  // namespace drawdown
