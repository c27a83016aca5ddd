// Memory for vectors of many megabytes that are written once: a page fault per
// 4 KiB costs more than rating what is written there.
#ifndef DRAWDOWN_SRC_BASE_HUGE_PAGES_H_
#define DRAWDOWN_SRC_BASE_HUGE_PAGES_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>

namespace drawdown {

// As std::allocator; asks the system for huge pages where at least one is
// filled, and has ordinary ones where it gives none.
template <typename T>
class HugePageAllocator {
 public:
  using value_type = T;

  HugePageAllocator() = default;
  template <typename Other>
  HugePageAllocator(const HugePageAllocator<Other>&) {}  // NOLINT: as the rules

  T* allocate(size_t count) {
    if (count > (std::numeric_limits<size_t>::max() - kHugePage) / sizeof(T)) {
      throw std::bad_array_new_length();
    }
    const size_t bytes = count * sizeof(T);
    if (bytes < kHugePage) return static_cast<T*>(::operator new(bytes));
    const size_t whole = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    void* memory = std::aligned_alloc(kHugePage, whole);
    if (memory == nullptr) throw std::bad_alloc();
    madvise(memory, whole, MADV_HUGEPAGE);  // a hint
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, size_t count) {
    if (count * sizeof(T) < kHugePage) {
      ::operator delete(memory);
    } else {
      std::free(memory);
    }
  }

  friend bool operator==(HugePageAllocator, HugePageAllocator) { return true; }

 private:
  static constexpr size_t kHugePage = size_t{2} << 20;
};

struct UnmapDeleter {
  size_t bytes = 0;
  void operator()(char* memory) const { munmap(memory, bytes); }
};
using ZeroedPages = std::unique_ptr<char, UnmapDeleter>;

// At least `bytes` zeros, of huge pages where the system gives them. What is
// never touched costs no memory. Throws std::bad_alloc.
inline ZeroedPages MakeZeroedPages(size_t bytes) {
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  madvise(memory, bytes, MADV_HUGEPAGE);  // a hint
  return ZeroedPages(static_cast<char*>(memory), UnmapDeleter{bytes});
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_HUGE_PAGES_H_
