// Calls whose n-th allocation fails, for every n.
#ifndef DRAWDOWN_TESTS_ABI_FAILING_MEMORY_H_
#define DRAWDOWN_TESTS_ABI_FAILING_MEMORY_H_

#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

namespace drawdown::c_abi_test {

// Of the thread: how many allocations succeed before one fails; negative: all.
// failing_memory.cc replaces operator new, the library's too: it does not bring
// its own.
extern thread_local int64_t allocations_left;

// Every n where $DRAWDOWN_EVERY_ALLOCATION is set, else `usual`.
inline int64_t Stride(int64_t usual) {
  return std::getenv("DRAWDOWN_EVERY_ALLOCATION") != nullptr ? 1 : usual;
}

// Prepares and calls with the n-th allocation of the call failing, for n = 0,
// stride, ... until none fails. What failed is called again, and must then
// succeed: nothing may be left half done. Returns how many calls failed.
template <typename Prepare, typename Call>
int FailAllocations(const char* what, int64_t stride, const Prepare& prepare,
                    const Call& call) {
  int failed = 0;
  for (int64_t n = 0; n < 1'000'000; n += stride) {
    prepare(n);
    allocations_left = n;
    const int32_t code = call(n);
    const bool all_succeeded = allocations_left >= 0;
    allocations_left = -1;
    if (all_succeeded) {
      EXPECT_EQ(code, DRAWDOWN_OK) << what << " with enough memory";
      return failed;
    }
    // A call may go on without what it could not have.
    if (code == DRAWDOWN_OK) continue;
    ++failed;
    EXPECT_EQ(code, DRAWDOWN_OUT_OF_MEMORY) << what << ", allocation " << n;
    EXPECT_EQ(call(n), DRAWDOWN_OK) << what << " again, allocation " << n;
    if (testing::Test::HasFailure()) return failed;
  }
  ADD_FAILURE() << what << " never ends";
  return failed;
}

}  // namespace drawdown::c_abi_test

#endif  // DRAWDOWN_TESTS_ABI_FAILING_MEMORY_H_
