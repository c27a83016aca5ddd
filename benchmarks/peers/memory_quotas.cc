#include "memory_quotas.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace drawdown {
namespace {

constexpr int64_t kPlenty = int64_t{1} << 60;
constexpr int64_t kAmount = 1'000;

void Expect(bool taken) {
  if (taken) return;
  std::fprintf(stderr, "refused\n");
  std::exit(1);
}

struct alignas(64) Word {
  std::atomic<int64_t> remaining = kPlenty;

  bool Take(int64_t amount) {
    int64_t before = remaining.load(std::memory_order_relaxed);
    do {
      if (before < amount) return false;
    } while (!remaining.compare_exchange_weak(before, before - amount,
                                              std::memory_order_acq_rel,
                                              std::memory_order_relaxed));
    return true;
  }
};

// All or nothing, from the leaf to the root.
struct Words {
  std::array<Word, 3> levels;

  bool Take(int64_t amount) {
    for (size_t i = 0; i < levels.size(); ++i) {
      if (levels[i].Take(amount)) continue;
      while (i > 0) levels[--i].remaining.fetch_add(amount);
      return false;
    }
    return true;
  }
};

struct alignas(64) Locked {
  std::mutex mutex;
  int64_t remaining = kPlenty;
};

template <size_t kLevels>
struct Mutexes {
  std::array<Locked, kLevels> levels;

  bool Take(int64_t amount) {
    for (Locked& level : levels) level.mutex.lock();
    bool fits = true;
    for (const Locked& level : levels) fits &= level.remaining >= amount;
    if (fits) {
      for (Locked& level : levels) level.remaining -= amount;
    }
    for (Locked& level : levels) level.mutex.unlock();
    return fits;
  }
};

template <typename Quotas>
Kernel KernelOf(const char* name) {
  auto quotas = std::make_shared<Quotas>();
  return {name, kThreeWords, [quotas](size_t, size_t operations) {
            for (size_t i = 0; i < operations; ++i) {
              Expect(quotas->Take(kAmount));
            }
          }};
}

}  // namespace

void AddMemoryQuotas(std::vector<Kernel>* kernels) {
  kernels->push_back(KernelOf<Words>(kThreeWords));
  kernels->push_back(KernelOf<Mutexes<3>>("three mutexes"));
  kernels->push_back(KernelOf<Mutexes<1>>(kOneMutex));
}

}  // namespace drawdown
