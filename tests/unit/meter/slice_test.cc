// Slices: what they say they admitted is right at every instant.
#include "meter/slice.h"

#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/random.h"

namespace drawdown {
namespace {

using meter_internal::Spend;

class SliceTest : public testing::Test {
 protected:
  uint64_t Admitted() const { return AdmittedBySlice(word_, books_); }

  std::atomic<uint64_t> word_{0};
  SliceBooks books_{};
  const Slice slice_{&word_, &books_};
};

TEST_F(SliceTest, ASliceThatWasNeverFilledHasNothing) {
  EXPECT_EQ(Admitted(), 0u);
  EXPECT_FALSE(Spend(word_, 1));
  EXPECT_EQ(slice_.Recall(), 0u);
  EXPECT_EQ(word_, 0u);
}

TEST_F(SliceTest, SpendsWhatItWasGivenAndNoMore) {
  slice_.Fill(100, 10);
  EXPECT_EQ(Admitted(), 10u);
  EXPECT_EQ(slice_.remaining(), 90u);
  EXPECT_FALSE(Spend(word_, 91));
  EXPECT_TRUE(Spend(word_, 90));
  EXPECT_EQ(Admitted(), 100u);
  EXPECT_FALSE(Spend(word_, 1));
}

TEST_F(SliceTest, NothingAndLessIsNotSpent) {
  slice_.Fill(100, 0);
  for (const int64_t amount :
       {int64_t{0}, int64_t{-1}, std::numeric_limits<int64_t>::min(),
        std::numeric_limits<int64_t>::max()}) {
    EXPECT_FALSE(Spend(word_, amount)) << amount;
  }
  EXPECT_EQ(slice_.remaining(), 100u);
}

TEST_F(SliceTest, TheLargestSlice) {
  slice_.Fill(kMaxSlice, 0);
  EXPECT_EQ(slice_.remaining(), kMaxSlice);
  EXPECT_TRUE(Spend(word_, static_cast<int64_t>(kMaxSlice)));
  slice_.Fill(kMaxSlice + 5, 5);
  EXPECT_EQ(Admitted(), kMaxSlice + 5);
  EXPECT_EQ(slice_.Recall(), kMaxSlice);
  EXPECT_EQ(Admitted(), kMaxSlice + 5);
}

TEST_F(SliceTest, ItsNumberGoesRoundButNeverBackToUnused) {
  constexpr uint32_t kLast = (1u << (63 - meter_internal::kRemainingBits)) - 1;
  const SliceWord word = {kLast, 1, 7};
  EXPECT_EQ(word.Next(0).number, 1u);
  EXPECT_NE(word.Next(0).Encode(), 0u);
  EXPECT_EQ(SliceWord::Decode(word.Encode()).number, kLast);
  EXPECT_EQ(SliceWord::Decode(word.Encode()).remaining, 7u);
}

TEST_F(SliceTest, AnyOrderOfStepsKeepsTheSum) {
  Random random;
  uint64_t given = 0;
  uint64_t back = 0;
  uint64_t admitted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const int64_t amount = random.Between(1, 50);
    switch (random.Between(0, 3)) {
      case 0:
        slice_.Fill(amount, amount / 2);
        given += amount;
        admitted += amount / 2;
        break;
      case 1:
        back += slice_.Recall();
        break;
      default:
        if (Spend(word_, amount)) admitted += amount;
    }
    ASSERT_EQ(Admitted(), admitted);
    ASSERT_EQ(given - back - admitted, slice_.remaining());
  }
}

// The owner spends and fills, another recalls, both under a lock but for
// spending, and a third reads all the while.
TEST_F(SliceTest, ReadersSeeOnlyWhatWasThereAndNeverLess) {
  std::mutex mutex;
  // Written by the owner, before and after each of its steps; read by the
  // reader: what must be, and what may be.
  std::atomic<uint64_t> least{0};
  std::atomic<uint64_t> most{0};
  std::atomic<bool> stop{false};  // set by the reader
  std::atomic<int> recalls{0};    // that found something, by the recaller
  std::thread owner([&] {
    for (uint64_t admitted = 0; !stop;) {
      most = admitted + 3;
      if (Spend(word_, 3)) {
        admitted += 3;
      } else {
        std::lock_guard<std::mutex> lock(mutex);
        slice_.Fill(30, 3);
        admitted += 3;
      }
      least = admitted;
    }
  });
  std::thread recaller([&] {
    while (!stop) {
      std::lock_guard<std::mutex> lock(mutex);
      recalls += slice_.Recall() != 0;
    }
  });
  uint64_t last = 0;
  while (recalls < 2'000) {
    const uint64_t before = least;
    const uint64_t seen = Admitted();
    const uint64_t after = most;
    ASSERT_GE(seen, before);
    ASSERT_LE(seen, after);
    ASSERT_GE(seen, last);
    last = seen;
  }
  stop = true;
  owner.join();
  recaller.join();
}

// After a power loss, word and entries are of any earlier times.
TEST_F(SliceTest, ATornSliceNeverSaysMoreThanItAdmitted) {
  Random random(1);
  struct State {
    uint64_t word;
    uint64_t entries[2][2];
  };
  std::vector<State> states;
  uint64_t admitted = 0;
  for (int i = 0; i < 300; ++i) {
    if (random.OneIn(3)) slice_.Recall();
    if (random.OneIn(2)) {
      slice_.Fill(50, 5);
      admitted += 5;
    }
    if (Spend(word_, 7)) admitted += 7;
    State& state = states.emplace_back();
    state.word = word_;
    for (int e = 0; e < 2; ++e) {
      state.entries[e][0] = books_.entries[e].admitted;
      state.entries[e][1] = books_.entries[e].began;
    }
  }
  const auto any = [&] {
    return states[random.Between(0, static_cast<int64_t>(states.size()) - 1)];
  };
  for (int i = 0; i < 20'000; ++i) {
    word_ = any().word;
    const State books = any();  // one line of memory: whole
    for (int e = 0; e < 2; ++e) {
      books_.entries[e].admitted = books.entries[e][0];
      books_.entries[e].began = books.entries[e][1];
    }
    ASSERT_LE(Admitted(), admitted);
  }
}

}  // namespace
}  // namespace drawdown
