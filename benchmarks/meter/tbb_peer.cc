#include "absl/strings/str_cat.h"
#include "indices.h"
#include "peers.h"

#ifdef DRAWDOWN_HAVE_TBB
#include <tbb/enumerable_thread_specific.h>

#include <memory>

namespace drawdown {

void AddTbb(size_t size, std::vector<Kernel>* kernels) {
  using Slabs = tbb::enumerable_thread_specific<std::vector<int64_t>>;
  auto slabs = std::make_shared<Slabs>(std::vector<int64_t>(size));
  kernels->push_back({absl::StrCat("tbb::enumerable_thread_specific, ", size),
                      RecordOf(size), [slabs, size](size_t, size_t operations) {
                        Slabs* const all = slabs.get();
                        ForRandomIndices(size, operations,
                                         [all](uint64_t at, int64_t amount) {
                                           all->local()[at] += amount;
                                         });
                      }});
}

}  // namespace drawdown

#else

#include <cstdio>

namespace drawdown {

void AddTbb(size_t, std::vector<Kernel>*) {
  std::puts("TBB was not there when this was built: left out");
}

}  // namespace drawdown

#endif
