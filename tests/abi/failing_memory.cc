#include "tests/abi/failing_memory.h"

#include <new>

namespace drawdown::c_abi_test {
thread_local int64_t allocations_left = -1;
}  // namespace drawdown::c_abi_test

using drawdown::c_abi_test::allocations_left;

// Not inlined, or g++ 12 takes free() for the wrong partner.
__attribute__((noinline)) void* operator new(size_t size) {
  if (allocations_left >= 0 && allocations_left-- == 0) throw std::bad_alloc();
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* memory) noexcept {
  std::free(memory);
}
__attribute__((noinline)) void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
