// What a table is after something was thrown out of its growth. That memory
// runs out in it is tested from outside too, by c_memory_test.
#include "base/hash_map.h"

#include <cstdint>
#include <new>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/sanitized.h"

namespace drawdown {
namespace {

// Throws when it is made of a negative number.
struct Fussy {
  explicit Fussy(int number) : text("a text that is kept on the heap") {
    if (number < 0) throw std::bad_alloc();
  }
  std::string text;
};

TEST(HashMap, IsAsItWasWhenAnElementWasThrown) {
  HashMap<int, Fussy> map;
  for (int i = 0; i < 100; ++i) map.try_emplace(i, i);
  for (int i = 100; i < 300; ++i) {
    EXPECT_THROW(map.try_emplace(i, -1), std::bad_alloc);
  }
  EXPECT_EQ(map.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(map.contains(i));
  EXPECT_FALSE(map.contains(100));
  EXPECT_TRUE(map.emplace(100, Fussy(100)).second);
  EXPECT_FALSE(map.emplace(7, Fussy(7)).second);
}

// More than any machine has: Abseil has noted the new capacity by then.
TEST(HashMap, IsAsItWasWhenItCannotGrow) {
  if (kUnderAddressSanitizer) {
    GTEST_SKIP() << "AddressSanitizer ends the process that asks for so much";
  }
  HashMap<int64_t, int64_t> map;
  EXPECT_THROW(map.reserve(size_t{1} << 50), std::bad_alloc);
  EXPECT_TRUE(map.empty());
  for (int i = 0; i < 100; ++i) map[i] = 2 * i;
  EXPECT_THROW(map.reserve(size_t{1} << 50), std::bad_alloc);
  EXPECT_EQ(map.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(map.at(i), 2 * i);
  for (int i = 100; i < 1'000; ++i) EXPECT_TRUE(map.emplace(i, i).second);
  EXPECT_EQ(map.size(), 1'000u);
}

TEST(HashMap, AssignsWhatIsThere) {
  HashMap<std::string, std::string> map;
  EXPECT_TRUE(map.insert_or_assign("a", "1").second);
  EXPECT_FALSE(map.insert_or_assign("a", "2").second);
  EXPECT_EQ(map.at("a"), "2");
  EXPECT_FALSE(map.try_emplace("a", "3").second);
  EXPECT_EQ(map["a"], "2");
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
