// Calls whose n-th allocation fails, for every n.
#ifndef DRAWDOWN_TESTS_ABI_FAILING_MEMORY_H_
#define DRAWDOWN_TESTS_ABI_FAILING_MEMORY_H_

#include <drawdown/drawdown.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace drawdown::c_abi_test {

// Of the process: how many allocations succeed before one fails; negative: all.
// failing_memory.cc replaces operator new, the library's too: it does not bring
// its own. Set by the test, counted down by every thread that allocates, so
// that exactly one of them fails. Relaxed: it orders nothing.
extern std::atomic<int64_t> allocations_left;

// While it lives, no allocation fails or is counted: for what a test does
// inside a call.
class EnoughMemory {
 public:
  EnoughMemory() : left_(allocations_left.exchange(-1)) {}
  EnoughMemory(const EnoughMemory&) = delete;  // Restores once.
  EnoughMemory& operator=(const EnoughMemory&) = delete;
  ~EnoughMemory() { allocations_left = left_; }

 private:
  const int64_t left_;
};

// Where a call puts what it gives.
struct Outputs {
  drawdown_table tables[2] = {0, 0};
  drawdown_bytes bytes = 0;
  uint8_t flag = 0;
  drawdown_error error = 0;
};

using Prepare = std::function<void(int64_t n)>;
using Call = std::function<int32_t(Outputs*)>;

// Calls with enough memory, then prepares and calls with the n-th allocation of
// the call failing, for n = 0, 1, ... until none fails; without
// $DRAWDOWN_EVERY_ALLOCATION for 40 or so, spread evenly, or for
// $DRAWDOWN_FAILED_ALLOCATIONS if they are fewer. Each either fails
// with DRAWDOWN_OUT_OF_MEMORY and gives nothing, and then the same call gives
// what it gave with enough memory, or gives that at once. `prepare` is called
// with -1 at first. Returns how many calls failed; there must be one, if it
// allocates.
// `usual_calls`: in place of the 40.
inline constexpr int64_t kUsualCalls = 40;
int FailAllocations(const char* function, const Prepare& prepare,
                    const Call& call, int64_t usual_calls = kUsualCalls);
// For a call that needs no preparation.
int FailAllocations(const char* function, const Call& call,
                    int64_t usual_calls = kUsualCalls);

// Calls once and fails the test if it allocates.
void ExpectNoAllocation(const char* function,
                        const std::function<void()>& call);

// All that is in a table, or in bytes.
std::string CellsOf(drawdown_table table);
std::string TextOf(drawdown_bytes bytes);

}  // namespace drawdown::c_abi_test

#endif  // DRAWDOWN_TESTS_ABI_FAILING_MEMORY_H_
