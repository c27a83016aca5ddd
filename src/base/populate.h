// Pages of memory that is about to be written.
#ifndef DRAWDOWN_SRC_BASE_POPULATE_H_
#define DRAWDOWN_SRC_BASE_POPULATE_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

#include "base/aligned_buffer.h"

namespace drawdown {

// Has the system give all pages of this memory at once: one by one each costs a
// fault, which takes longer than to fill it. A hint: Linux before 5.14 does
// nothing. The pages count as used from then on.
inline void Populate(void* first, size_t bytes) {
#if defined(MADV_POPULATE_WRITE)
  const auto at = reinterpret_cast<uintptr_t>(first);
  const uintptr_t begin = RoundUpToPage(at);
  const uintptr_t end = (at + bytes) / kPageBytes * kPageBytes;
  if (begin >= end) return;
  madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
#endif
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_POPULATE_H_
