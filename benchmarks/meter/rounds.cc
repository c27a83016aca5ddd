#include "rounds.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <numeric>
#include <random>
#include <thread>

#include "measure.h"

namespace drawdown {
namespace {

constexpr double kRoundSeconds = 1e-3;
constexpr size_t kLeastOperations = 256;

// Threads 1 to n - 1, waiting on their CPUs for what thread 0 does next; thread
// 0 is the caller.
class Team {
 public:
  explicit Team(size_t threads) : seconds_(threads) {
    PinTo(0);
    for (size_t i = 1; i < threads; ++i) {
      workers_.emplace_back([this, i] { Work(i); });
    }
  }
  ~Team() {
    kernel_ = nullptr;
    StartOthers();
    for (std::thread& worker : workers_) worker.join();
  }
  Team(const Team&) = delete;  // Owns threads.
  Team& operator=(const Team&) = delete;

  // Seconds that a thread took, on average.
  double Time(const Kernel& kernel, size_t operations) {
    kernel_ = &kernel;
    operations_ = operations;
    StartOthers();
    TimeOne(0);
    while (done_.load(std::memory_order_acquire) != workers_.size()) {
    }
    return std::accumulate(seconds_.begin(), seconds_.end(), 0.0) /
           static_cast<double>(seconds_.size());
  }

 private:
  // All are there before any begins.
  void StartOthers() {
    done_.store(0, std::memory_order_relaxed);
    ready_.store(0, std::memory_order_relaxed);
    turn_.fetch_add(1, std::memory_order_release);
    while (ready_.load(std::memory_order_acquire) != workers_.size()) {
    }
    go_.fetch_add(1, std::memory_order_release);
  }
  void Work(size_t thread) {
    PinTo(static_cast<int>(thread));
    for (unsigned turn = 1;; ++turn) {
      while (turn_.load(std::memory_order_acquire) != turn) {
      }
      ready_.fetch_add(1, std::memory_order_release);
      while (go_.load(std::memory_order_acquire) != turn) {
      }
      if (kernel_ == nullptr) return;
      TimeOne(thread);
      done_.fetch_add(1, std::memory_order_release);
    }
  }
  void TimeOne(size_t thread) {
    const auto start = std::chrono::steady_clock::now();
    kernel_->run(thread, operations_);
    seconds_[thread] = SecondsSince(start);
  }

  std::vector<double> seconds_;
  std::vector<std::thread> workers_;
  const Kernel* kernel_ = nullptr;
  size_t operations_ = 0;
  // Written by thread 0, waited for by the others, and the other way round.
  std::atomic<unsigned> turn_ = 0;
  std::atomic<unsigned> go_ = 0;
  std::atomic<size_t> ready_ = 0;
  std::atomic<size_t> done_ = 0;
};

// So many that they take a round's time. The best of several tries, since
// nothing makes a try too short.
size_t Calibrate(Team* team, const Kernel& kernel) {
  team->Time(kernel, kLeastOperations);  // Thread's first use.
  size_t operations = kLeastOperations;
  while (true) {
    double best = 1;
    for (int i = 0; i < 5; ++i) {
      best = std::min(best, team->Time(kernel, operations));
    }
    if (best > kRoundSeconds / 4) {
      return std::max(kLeastOperations,
                      static_cast<size_t>(static_cast<double>(operations) *
                                          kRoundSeconds / best));
    }
    operations *= 4;
  }
}

size_t BaseOf(const std::vector<Kernel>& kernels, size_t kernel) {
  for (size_t i = 0; i < kernels.size(); ++i) {
    if (kernels[i].name == kernels[kernel].base) return i;
  }
  return kernel;
}

}  // namespace

double PairedRatio(const KernelTimes& times, const KernelTimes& base) {
  std::vector<double> ratios;
  for (size_t i = 0; i < times.rounds.size(); ++i) {
    ratios.push_back(times.rounds[i] / base.rounds[i]);
  }
  return Median(std::move(ratios));
}

std::vector<KernelTimes> RunRounds(const std::vector<Kernel>& kernels,
                                   size_t threads, size_t rounds) {
  Team team(threads);
  std::vector<size_t> operations;
  for (const Kernel& kernel : kernels) {
    operations.push_back(Calibrate(&team, kernel));
  }
  std::vector<KernelTimes> all(kernels.size());
  std::vector<size_t> order(kernels.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::mt19937 random(1);
  for (size_t round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const size_t i : order) {
      const double seconds = team.Time(kernels[i], operations[i]);
      all[i].rounds.push_back(seconds * 1e9 /
                              static_cast<double>(operations[i]));
    }
  }
  for (size_t i = 0; i < kernels.size(); ++i) {
    all[i].median = Median(all[i].rounds);
    all[i].least = Percentile(all[i].rounds, 0);
    all[i].ratio = PairedRatio(all[i], all[BaseOf(kernels, i)]);
  }
  return all;
}

KernelTable RunAndPrint(const std::vector<Kernel>& kernels, size_t rounds) {
  const KernelTable table = {RunRounds(kernels, 1, rounds),
                             RunRounds(kernels, 2, rounds)};
  std::printf("%-46s | %7s %7s %7s | %7s %7s %7s | %s\n", "ns a call", "1 thr.",
              "least", "ratio", "2 thr.", "least", "ratio", "ratio to");
  for (size_t i = 0; i < kernels.size(); ++i) {
    const KernelTimes& one = table.one[i];
    const KernelTimes& two = table.two[i];
    std::printf("%-46s | %7.2f %7.2f %7.2f | %7.2f %7.2f %7.2f | %s\n",
                kernels[i].name.c_str(), one.median, one.least, one.ratio,
                two.median, two.least, two.ratio, kernels[i].base.c_str());
  }
  return table;
}

}  // namespace drawdown
