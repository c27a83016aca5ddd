#include "base/huge_pages.h"

#include <cstdint>
#include <limits>
#include <new>
#include <vector>

#include "gtest/gtest.h"

namespace drawdown {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
using Numbers = std::vector<uint64_t, HugePageAllocator<uint64_t>>;

TEST(HugePagesTest, VectorsGrowThroughBothKindsOfMemory) {
  Numbers numbers;
  for (uint64_t i = 0; i < 3 * kHugePage / sizeof(uint64_t) + 1; ++i) {
    numbers.push_back(i);
  }
  for (uint64_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], i);
  Numbers few(numbers.begin(), numbers.begin() + 10);
  few.swap(numbers);
  EXPECT_EQ(numbers.back(), 9u);
}

// A huge page begins where its address is a multiple of its size.
TEST(HugePagesTest, WhatFillsAPageBeginsOne) {
  for (const size_t bytes :
       {kHugePage, kHugePage + sizeof(uint64_t), 5 * kHugePage}) {
    const Numbers numbers(bytes / sizeof(uint64_t));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(numbers.data()) % kHugePage, 0u)
        << bytes;
  }
}

TEST(HugePagesTest, MoreThanThereCanBeIsRefused) {
  HugePageAllocator<uint64_t> allocator;
  constexpr size_t kMost = std::numeric_limits<size_t>::max();
  // Would wrap around to a few bytes.
  EXPECT_THROW(allocator.allocate(kMost), std::bad_array_new_length);
  EXPECT_THROW(allocator.allocate(kMost / sizeof(uint64_t)),
               std::bad_array_new_length);
}

TEST(HugePagesTest, ZeroedPagesAreZerosThatCanBeWritten) {
  constexpr size_t kBytes = 3 * kHugePage + 5;
  const ZeroedPages pages = MakeZeroedPages(kBytes);
  for (size_t i = 0; i < kBytes; i += 4096) ASSERT_EQ(pages.get()[i], 0);
  pages.get()[kBytes - 1] = 1;
  EXPECT_THROW(MakeZeroedPages(~size_t{0} >> 1), std::bad_alloc);
}

}  // namespace
}  // namespace drawdown
