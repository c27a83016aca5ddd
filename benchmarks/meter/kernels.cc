// Record, and what the standard library has.
#include <atomic>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "indices.h"
#include "peers.h"

namespace drawdown {
namespace {

constexpr size_t kThreads = 2;
constexpr size_t kPage = 4'096;

struct alignas(kPage) Slab {
  explicit Slab(size_t size) : counters(size) {}
  std::vector<int64_t> counters;
};

std::string Numbered(const std::string& name, size_t size) {
  return absl::StrCat(name, ", ", size);
}

}  // namespace

std::string PlainAdd(size_t size) { return Numbered("plain add", size); }
std::string RecordOf(size_t size) { return Numbered("Record", size); }

void AddOurs(const std::vector<Meter>& meters, size_t size,
             std::vector<Kernel>* kernels) {
  // A slab a thread: what a lane is, without a ledger.
  auto slabs = std::make_shared<std::vector<Slab>>(kThreads, Slab(size));
  kernels->push_back({PlainAdd(size), PlainAdd(size),
                      [slabs, size](size_t thread, size_t operations) {
                        int64_t* const slab = (*slabs)[thread].counters.data();
                        ForRandomIndices(size, operations,
                                         [slab](uint64_t at, int64_t amount) {
                                           slab[at] += amount;
                                         });
                      }});
  // Meters made together have ids in a row; so neither kernel loads a handle.
  const uint64_t first = meters.front().id();
  kernels->push_back({RecordOf(size), PlainAdd(size),
                      [first, size](size_t, size_t operations) {
                        ForRandomIndices(
                            size, operations,
                            [first](uint64_t at, int64_t amount) {
                              Meter::OfId(first + at).Record(amount);
                            });
                      }});
}

void AddByHandle(const std::vector<Meter>& meters, size_t size,
                 std::vector<Kernel>* kernels) {
  struct Pointers {
    Pointers(size_t size) : slab(size) {
      for (int64_t& counter : slab.counters) to.push_back(&counter);
    }
    Slab slab;
    std::vector<int64_t*> to;
  };
  const std::string base = Numbered("plain add by pointers kept", size);
  auto pointers = std::make_shared<std::vector<std::unique_ptr<Pointers>>>();
  for (size_t i = 0; i < kThreads; ++i) {
    pointers->push_back(std::make_unique<Pointers>(size));
  }
  kernels->push_back(
      {base, base, [pointers, size](size_t thread, size_t operations) {
         int64_t* const* const to = (*pointers)[thread]->to.data();
         ForRandomIndices(size, operations, [to](uint64_t at, int64_t amount) {
           *to[at] += amount;
         });
       }});
  kernels->push_back({Numbered("Record by handles kept", size), base,
                      [&meters, size](size_t, size_t operations) {
                        const Meter* const all = meters.data();
                        ForRandomIndices(size, operations,
                                         [all](uint64_t at, int64_t amount) {
                                           all[at].Record(amount);
                                         });
                      }});
  const uint64_t first = meters.front().id();
  kernels->push_back({Numbered("Record behind a call", size), PlainAdd(size),
                      [first, size](size_t, size_t operations) {
                        ForRandomIndices(size, operations,
                                         [first](uint64_t at, int64_t amount) {
                                           RecordByCall(first + at, amount);
                                         });
                      }});
  const Meter one = meters.front();
  kernels->push_back(
      {kRecordOne, PlainAdd(size), [one](size_t, size_t operations) {
         ForOne(operations, [one](int64_t amount) { one.Record(amount); });
       }});
}

void AddStandardPeers(size_t size, std::vector<Kernel>* kernels) {
  auto shared = std::make_shared<std::vector<std::atomic<int64_t>>>(size);
  kernels->push_back(
      {Numbered("atomic fetch_add", size), RecordOf(size),
       [shared, size](size_t, size_t operations) {
         std::atomic<int64_t>* const slab = shared->data();
         ForRandomIndices(
             size, operations, [slab](uint64_t at, int64_t amount) {
               slab[at].fetch_add(amount, std::memory_order_relaxed);
             });
       }});
  kernels->push_back({"atomic fetch_add, one", kRecordOne,
                      [shared](size_t, size_t operations) {
                        std::atomic<int64_t>* const counter = shared->data();
                        ForOne(operations, [counter](int64_t amount) {
                          counter->fetch_add(amount, std::memory_order_relaxed);
                        });
                      }});
  struct Guarded {
    explicit Guarded(size_t size) : slab(size) {}
    std::mutex mutex;
    std::vector<int64_t> slab;
  };
  auto guarded = std::make_shared<Guarded>(size);
  kernels->push_back(
      {Numbered("std::mutex, one for", size), RecordOf(size),
       [guarded, size](size_t, size_t operations) {
         Guarded* const all = guarded.get();
         ForRandomIndices(size, operations, [all](uint64_t at, int64_t amount) {
           std::lock_guard<std::mutex> lock(all->mutex);
           all->slab[at] += amount;
         });
       }});
}

}  // namespace drawdown
