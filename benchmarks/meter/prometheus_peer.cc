#include "absl/strings/str_cat.h"
#include "indices.h"
#include "peers.h"

#ifdef DRAWDOWN_HAVE_PROMETHEUS
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/registry.h>

#include <memory>

namespace drawdown {
namespace {

struct Counters {
  explicit Counters(size_t size) {
    auto& family = prometheus::BuildCounter().Name("gpu_us").Register(registry);
    for (size_t i = 0; i < size; ++i) {
      counters.push_back(&family.Add({{"meter", absl::StrCat(i)}}));
    }
  }
  prometheus::Registry registry;
  std::vector<prometheus::Counter*> counters;
};

}  // namespace

void AddPrometheus(size_t size, std::vector<Kernel>* kernels) {
  auto all = std::make_shared<Counters>(size);
  kernels->push_back(
      {absl::StrCat("prometheus-cpp Increment, ", size), RecordOf(size),
       [all, size](size_t, size_t operations) {
         prometheus::Counter* const* const counters = all->counters.data();
         ForRandomIndices(
             size, operations, [counters](uint64_t at, int64_t amount) {
               counters[at]->Increment(static_cast<double>(amount));
             });
       }});
  kernels->push_back({"prometheus-cpp Increment, one", kRecordOne,
                      [all](size_t, size_t operations) {
                        prometheus::Counter* const one = all->counters.front();
                        ForOne(operations, [one](int64_t amount) {
                          one->Increment(static_cast<double>(amount));
                        });
                      }});
}

}  // namespace drawdown

#else

#include <cstdio>

namespace drawdown {

void AddPrometheus(size_t, std::vector<Kernel>*) {
  std::puts("prometheus-cpp was not there when this was built: left out");
}

}  // namespace drawdown

#endif
