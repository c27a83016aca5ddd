// What a table is after something was thrown out of its growth. That memory runs
// out in it is tested from outside, by c_memory_test.
#include "base/hash_map.h"

#include <new>
#include <string>

#include "gtest/gtest.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

namespace drawdown {
namespace {

// What a table gives up when memory has run out is lost on purpose.
#if defined(__SANITIZE_ADDRESS__)
using LossIsMeant = __lsan::ScopedDisabler;
#else
struct LossIsMeant {};
#endif

// Throws when it is made of a negative number.
struct Fussy {
  explicit Fussy(int number) : text("a text that is kept on the heap") {
    if (number < 0) throw std::bad_alloc();
  }
  std::string text;
};

TEST(HashMap, IsEmptyAndUsableWhenAnElementWasThrown) {
  [[maybe_unused]] const LossIsMeant loss;
  HashMap<int, Fussy> map;
  for (int i = 0; i < 100; ++i) map.try_emplace(i, i);
  EXPECT_THROW(map.try_emplace(100, -1), std::bad_alloc);
  EXPECT_TRUE(map.empty());
  EXPECT_FALSE(map.contains(7));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(map.emplace(i, Fussy(i)).second);
  EXPECT_EQ(map.size(), 100u);
}

TEST(HashMap, CopiesAndMovesAsMapsDo) {
  HashMap<std::string, int> map;
  for (int i = 0; i < 1'000; ++i) map[std::to_string(i)] = i;
  HashMap<std::string, int> copy = map;
  copy["7"] = 0;
  copy.erase("8");
  EXPECT_EQ(map.at("7"), 7);
  EXPECT_EQ(map.size(), 1'000u);
  EXPECT_EQ(copy.size(), 999u);
  map = copy;
  EXPECT_EQ(map.at("7"), 0);
  const HashMap<std::string, int> moved = std::move(map);
  EXPECT_EQ(moved.size(), 999u);
  map = {};
  EXPECT_TRUE(map.empty());
}

}  // namespace
}  // namespace drawdown
