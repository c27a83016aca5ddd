// The arithmetic of budgets, beside a model that computes everything from the
// outstanding takes each time.
#include "meter/budget_rules.h"

#include <vector>

#include "gtest/gtest.h"
#include "tests/support/random.h"

namespace drawdown {
namespace {

Budget Of(Int128 available_us, Int128 guarantee_left_us = kNoGuarantee) {
  Budget budget;
  budget.books.quota = 1;
  budget.books.available_us = available_us;
  budget.books.guarantee_left_us = guarantee_left_us;
  return budget;
}

TEST(BudgetRulesTest, WhatFitsEverywhereIsTakenEverywhere) {
  Budget low = Of(10);
  Budget high = Of(8);
  Budget* const chain[] = {&low, &high};
  EXPECT_EQ(RoomOf(chain, 0), 8);
  EXPECT_TRUE(Fits(chain, 8, 0));
  EXPECT_FALSE(Fits(chain, 9, 0));
  Take(chain, 8);
  EXPECT_EQ(low.taken_us, 8);
  EXPECT_EQ(RoomOf(chain, 0), 0);
  EXPECT_FALSE(Fits(chain, 1, 0));
  GiveBack(chain, 3);
  EXPECT_EQ(RoomOf(chain, 0), 3);
}

TEST(BudgetRulesTest, RoomFallsWithTime) {
  struct Case {
    int64_t falls;  // micro-GPUs
    int64_t now_us;
    int64_t room;
  };
  for (const Case& each :
       {Case{0, 1'000, 100}, Case{1'000'000, 0, 100}, Case{1'000'000, 10, 90},
        Case{500'000, 11, 94}, Case{8'000'000, 100, -700},
        Case{1'000'000, -50, 100}}) {
    Budget budget = Of(100);
    budget.books.falls = each.falls;
    EXPECT_EQ(RoomAt(budget, each.now_us), each.room)
        << each.falls << " " << each.now_us;
  }
}

TEST(BudgetRulesTest, AGuaranteeIsKeptFromOthers) {
  Budget mine = Of(100, 30);  // of which 30 are guaranteed
  Budget other = Of(100);
  Budget top = Of(50);
  top.reserved_us = 30;
  Budget* const my_chain[] = {&mine, &top};
  Budget* const other_chain[] = {&other, &top};
  EXPECT_EQ(RoomOf(other_chain, 0), 20);
  EXPECT_EQ(RoomOf(my_chain, 0), 50);
  Take(other_chain, 20);
  EXPECT_FALSE(Fits(other_chain, 1, 0));
  EXPECT_EQ(RoomOf(my_chain, 0), 30);
  Take(my_chain, 30);
  EXPECT_EQ(top.reserved_us, 0);
  EXPECT_FALSE(Fits(my_chain, 1, 0));
  GiveBack(my_chain, 10);
  EXPECT_EQ(top.reserved_us, 10);
  EXPECT_FALSE(Fits(other_chain, 1, 0));
  EXPECT_TRUE(Fits(my_chain, 10, 0));
}

// Facts of others have taken what is reserved for nobody, and more: what fits a
// claim asks for none of that.
TEST(BudgetRulesTest, AClaimIsGoodForAsMuchAsThereIs) {
  Budget mine = Of(100, 50);
  Budget other = Of(100);
  Budget top = Of(40);
  top.reserved_us = 50;
  Budget* const my_chain[] = {&mine, &top};
  Budget* const other_chain[] = {&other, &top};
  EXPECT_TRUE(IsOverdrawn(top, 0));
  EXPECT_FALSE(Fits(other_chain, 1, 0));
  EXPECT_EQ(RoomOf(my_chain, 0), 40);
  Take(my_chain, 40);
  EXPECT_EQ(top.reserved_us, 10);
  EXPECT_FALSE(Fits(my_chain, 1, 0));
}

// A GPU and a half under the guarantee, from 0 on: what it uses is not reserved
// any more, and to others nothing changes.
TEST(BudgetRulesTest, AClaimFallsWithWhatRunsUse) {
  Budget mine = Of(100, 30);
  Budget top = Of(50);
  top.reserved_us = 30;
  mine.books.falls = top.books.falls = 1'500'000;
  Budget* const my_chain[] = {&mine, &top};
  Budget* const top_chain[] = {&top};
  for (int64_t now_us = 0; now_us < 20; ++now_us) {
    Fall(my_chain, now_us);
    EXPECT_EQ(RoomAt(mine, now_us), 100 - (3 * now_us + 1) / 2) << now_us;
    EXPECT_EQ(ClaimOf(mine), 30 - (3 * now_us + 1) / 2) << now_us;
    EXPECT_EQ(RoomOf(top_chain, now_us), 20) << now_us;
  }
  Fall(my_chain, 30);
  EXPECT_EQ(ClaimOf(mine), 0);
  EXPECT_EQ(RoomOf(top_chain, 30), 5);
}

// 2.3 are left, and 0.7 fall each microsecond.
TEST(BudgetRulesTest, FractionsAreCountedWhereverTheClockStops) {
  for (int64_t stop_us = 0; stop_us < 7; ++stop_us) {
    Budget budget = Of(2, 1);
    budget.books.fraction = 300'000;
    budget.books.falls = 700'000;
    Budget* const chain[] = {&budget};
    Fall(chain, stop_us);
    const int64_t rooms[] = {2, 1, 0, 0, -1, -2, -2, -3, -4};
    for (int64_t now_us = stop_us; now_us < 9; ++now_us) {
      EXPECT_EQ(RoomAt(budget, now_us), rooms[now_us])
          << stop_us << " " << now_us;
    }
  }
}

TEST(BudgetRulesTest, ExtremesDoNotOverflow) {
  Budget budget = Of(kBudgetBound);
  Budget* const chain[] = {&budget};
  EXPECT_TRUE(Fits(chain, kBudgetBound, 0));
  EXPECT_FALSE(Fits(chain, std::numeric_limits<int64_t>::max(), 0));
  Take(chain, kBudgetBound);
  budget.books.available_us = -kBudgetBound;
  budget.books.falls = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(RoomAt(budget, std::numeric_limits<int64_t>::max()), -kBudgetBound);
}

// A tree of budgets; use of each is what its leaves took, and what has fallen.
class Model {
 public:
  explicit Model(Random* random) : random_(*random) {
    const auto count = static_cast<size_t>(random_.Between(1, 9));
    for (size_t i = 0; i < count; ++i) {
      above_.push_back(i == 0 ? 0 : random_.Between(0, i - 1));
      PublishedBudget& one = books_.emplace_back();
      one.quota = static_cast<uint32_t>(i + 1);
      one.above = i == 0 ? 0 : static_cast<uint32_t>(above_[i] + 1);
      DrawValues(&one);
    }
    taken_.resize(count);
  }
  void DrawValues(PublishedBudget* one) {
    one->available_us = random_.Between(-5, 60);
    one->guarantee_left_us =
        random_.OneIn(2) ? kNoGuarantee : random_.Between(-5, 30);
    one->falls = random_.OneIn(2) ? 0 : random_.Between(0, 3'000'000);
    one->fraction = static_cast<int32_t>(random_.Between(0, 999'999));
    one->at_us = now_us_;
  }
  int64_t Fallen(size_t node) const {
    const PublishedBudget& one = books_[node];
    const int64_t fine = one.falls * (now_us_ - one.at_us);
    return fine <= one.fraction ? 0 : 1 + (fine - one.fraction - 1) / 1'000'000;
  }
  int64_t Room(size_t node) const {
    return static_cast<int64_t>(books_[node].available_us - Fallen(node) -
                                Use(node));
  }

  std::vector<size_t> ChainOf(size_t node) const {
    std::vector<size_t> chain = {node};
    while (chain.back() != 0) chain.push_back(above_[chain.back()]);
    return chain;
  }
  int64_t Use(size_t node) const {
    int64_t use = taken_[node];
    for (size_t i = 1; i < above_.size(); ++i) {
      if (above_[i] == node) use += Use(i);
    }
    return use;
  }
  int64_t Reserved(size_t node) const {
    int64_t reserved = 0;
    for (size_t i = 1; i < above_.size(); ++i) {
      if (above_[i] == node) reserved += Claim(i) + Reserved(i);
    }
    return reserved;
  }
  int64_t Claim(size_t node) const {
    return static_cast<int64_t>(
        std::max<Int128>(0, books_[node].guarantee_left_us - Fallen(node) -
                                Use(node) - Reserved(node)));
  }
  // By trying: nothing may end below zero, nor, where anything of the amount
  // was not reserved, below what is reserved.
  bool Fits(size_t node, int64_t amount) {
    const std::vector<size_t> chain = ChainOf(node);
    std::vector<int64_t> reserved;
    for (const size_t one : chain) reserved.push_back(Reserved(one));
    taken_[node] += amount;
    bool fits = true;
    for (size_t i = 0; i < chain.size(); ++i) {
      const int64_t left = Reserved(chain[i]);
      fits = fits && Room(chain[i]) >= 0 &&
             (reserved[i] - left == amount || Room(chain[i]) >= left);
    }
    taken_[node] -= amount;
    return fits;
  }

  Random& random_;
  int64_t now_us_ = 0;
  std::vector<size_t> above_;
  std::vector<PublishedBudget> books_;
  std::vector<int64_t> taken_;  // at each node itself
};

class Both {
 public:
  explicit Both(Random* random) : model_(random) {
    budgets_.resize(model_.books_.size());
    for (size_t i = 0; i < budgets_.size(); ++i) PublishAt(i);
  }
  void PublishAt(size_t node) { Publish(ChainAt(node), model_.books_[node]); }
  std::vector<Budget*> ChainAt(size_t node) {
    std::vector<Budget*> chain;
    for (const size_t i : model_.ChainOf(node)) chain.push_back(&budgets_[i]);
    return chain;
  }
  void Step(Random* random) {
    const auto node = static_cast<size_t>(
        random->Between(0, static_cast<int64_t>(budgets_.size()) - 1));
    const int64_t amount = random->Between(0, 20);
    const std::vector<Budget*> chain = ChainAt(node);
    if (random->OneIn(3)) {
      model_.now_us_ += random->Between(0, 4);
      FallFrom(node);
      // What others may claim is less than it seems.
      ASSERT_TRUE(!Fits(chain, amount, model_.now_us_) ||
                  model_.Fits(node, amount));
      for (size_t i = 0; i < budgets_.size(); ++i) FallFrom(i);
    }
    if (random->OneIn(4) && model_.taken_[node] > 0) {
      const int64_t back = random->Between(0, model_.taken_[node]);
      GiveBack(chain, back);
      model_.taken_[node] -= back;
    } else if (random->OneIn(6)) {
      model_.DrawValues(&model_.books_[node]);
      PublishAt(node);
    } else if (const bool fact = random->OneIn(5);
               fact || Fits(chain, amount, model_.now_us_)) {
      ASSERT_TRUE(fact || model_.Fits(node, amount)) << node;
      Take(chain, amount);
      model_.taken_[node] += amount;
    }
    Compare(node, amount);
  }
  void FallFrom(size_t node) {
    const std::vector<Budget*> chain = ChainAt(node);
    for (size_t i = 0; i < chain.size(); ++i) {
      Fall(BudgetChain(chain).subspan(i), model_.now_us_);
    }
  }
  void Compare(size_t node, int64_t amount) {
    const int64_t now_us = model_.now_us_;
    for (size_t i = 0; i < budgets_.size(); ++i) {
      ASSERT_EQ(budgets_[i].taken_us, model_.Use(i)) << i;
      ASSERT_EQ(RoomAt(budgets_[i], now_us), model_.Room(i)) << i;
      ASSERT_EQ(budgets_[i].reserved_us, model_.Reserved(i)) << i;
      ASSERT_EQ(ClaimOf(budgets_[i]), model_.Claim(i)) << i;
    }
    const std::vector<Budget*> chain = ChainAt(node);
    ASSERT_EQ(Fits(chain, amount, now_us), model_.Fits(node, amount));
    const int64_t room = RoomOf(chain, now_us);
    ASSERT_TRUE(room <= 0 || Fits(chain, room, now_us));
    ASSERT_FALSE(Fits(chain, std::max<int64_t>(0, room + 1), now_us) &&
                 room >= 0);
  }

 private:
  Model model_;
  std::vector<Budget> budgets_;
};

TEST(BudgetRulesTest, AsTheModelWhateverComes) {
  Random random;
  for (int round = 0; round < 300; ++round) {
    Both both(&random);
    for (int i = 0; i < 60; ++i) {
      both.Step(&random);
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << round << " " << i;
    }
  }
}

}  // namespace
}  // namespace drawdown
