#include "base/two_threads.h"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

TEST(TwoThreadsTest, EachNumberIsDoneOnce) {
  for (const size_t count : {0, 1, 2, 1'000}) {
    std::vector<int> done(count);
    InTwoThreads(count, [&] { return [&](size_t i) { ++done[i]; }; });
    EXPECT_EQ(done, std::vector<int>(count, 1));
  }
}

TEST(TwoThreadsTest, BothWorkAtOnceEachWithItsOwn) {
  std::atomic<int> makers{0};
  std::atomic<int> inside{0};
  // Neither gets on before the other has begun.
  InTwoThreads(2, [&] {
    ++makers;
    return [&](size_t) {
      ++inside;
      while (inside < 2) std::this_thread::yield();
    };
  });
  EXPECT_EQ(makers, 2);
}

TEST(TwoThreadsTest, WhatEitherThrowsIsThrown) {
  for (const size_t bad : {0, 1}) {
    std::atomic<int> inside{0};
    const auto work = [&](size_t i) {
      ++inside;
      while (inside < 2) std::this_thread::yield();
      if (i == bad) throw std::runtime_error("bad");
    };
    EXPECT_THROW(InTwoThreads(2, [&] { return work; }), std::runtime_error);
  }
}

TEST(TwoThreadsTest, BothAreDoneAtOnce) {
  std::atomic<int> inside{0};
  int first = 0;
  int second = 0;
  const auto work = [&](int* done) {
    ++inside;
    while (inside < 2) std::this_thread::yield();
    ++*done;
  };
  DoBoth([&] { work(&first); }, [&] { work(&second); });
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
  EXPECT_THROW(DoBoth([] {}, [] { throw std::runtime_error("bad"); }),
               std::runtime_error);
}

}  // namespace
}  // namespace drawdown
