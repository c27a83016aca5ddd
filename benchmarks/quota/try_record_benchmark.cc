// What TryRecord costs under three levels of quotas, beside a compare-and-swap
// loop on three shared counters and three mutexes that do the same.
//
//   try_record_benchmark [--rounds N] [--meters N] [--server-rounds N]
//
// Then what a server or a database takes for as much, by a call each;
// benchmarks/peers/with_servers.sh starts them.
//
// The bars: far from the limit with 2 threads <= 0.08 x the compare-and-swaps
// on one chain; near it <= 5 x a contended mutex; no false refusal.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "indices.h"
#include "limited_books.h"
#include "measure.h"
#include "peer.h"
#include "rounds.h"

namespace drawdown {
namespace {

constexpr size_t kTeams = 16;

struct alignas(64) SharedCount {
  // Lowered and raised by every thread; relaxed: it is tied to nothing.
  std::atomic<int64_t> room{0};
};
struct alignas(64) GuardedCount {
  std::mutex mutex;
  int64_t room = 0;
};

// Takes from three counters, lowest first, or from none.
class CasQuotas {
 public:
  explicit CasQuotas(size_t tenants) : lowest_(tenants) { SetRoom(1ll << 60); }
  void SetRoom(int64_t highest) {
    for (SharedCount& count : lowest_) count.room = 1ll << 60;
    for (SharedCount& count : teams_) count.room = 1ll << 60;
    highest_.room = highest;
  }
  bool Try(size_t tenant, int64_t amount) {
    SharedCount& low = lowest_[tenant];
    SharedCount& team = teams_[tenant % kTeams];
    if (!Take(low, amount)) return false;
    if (Take(team, amount)) {
      if (Take(highest_, amount)) return true;
      team.room.fetch_add(amount, std::memory_order_relaxed);
    }
    low.room.fetch_add(amount, std::memory_order_relaxed);
    return false;
  }

 private:
  static bool Take(SharedCount& count, int64_t amount) {
    int64_t room = count.room.load(std::memory_order_relaxed);
    while (room >= amount) {
      if (count.room.compare_exchange_weak(room, room - amount,
                                           std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }

  std::vector<SharedCount> lowest_;
  std::array<SharedCount, kTeams> teams_;
  SharedCount highest_;
};

// The same with a mutex each, taken from the lowest up.
class MutexQuotas {
 public:
  explicit MutexQuotas(size_t tenants) : lowest_(tenants) {
    SetRoom(1ll << 60);
  }
  void SetRoom(int64_t highest) {
    for (GuardedCount& count : lowest_) count.room = 1ll << 60;
    for (GuardedCount& count : teams_) count.room = 1ll << 60;
    highest_.room = highest;
  }
  bool Try(size_t tenant, int64_t amount) {
    GuardedCount& low = lowest_[tenant];
    GuardedCount& team = teams_[tenant % kTeams];
    std::lock_guard<std::mutex> first(low.mutex);
    if (low.room < amount) return false;
    std::lock_guard<std::mutex> second(team.mutex);
    if (team.room < amount) return false;
    std::lock_guard<std::mutex> third(highest_.mutex);
    if (highest_.room < amount) return false;
    low.room -= amount;
    team.room -= amount;
    highest_.room -= amount;
    return true;
  }

 private:
  std::vector<GuardedCount> lowest_;
  std::array<GuardedCount, kTeams> teams_;
  GuardedCount highest_;
};

class OneMutex {
 public:
  void SetRoom(int64_t room) { count_.room = room; }
  bool Try(size_t, int64_t amount) {
    std::lock_guard<std::mutex> lock(count_.mutex);
    if (count_.room < amount) return false;
    count_.room -= amount;
    return true;
  }

 private:
  GuardedCount count_;
};

class OurQuotas {
 public:
  explicit OurQuotas(LimitedBooks* books)
      : books_(*books), first_(books->meters().front().id()) {}
  void SetRoom(int64_t room) { books_.SetRoom(room); }
  bool Try(size_t tenant, int64_t amount) {
    return Meter::OfId(first_ + tenant).TryRecord(amount) ==
           Decision::kAdmitted;
  }

 private:
  LimitedBooks& books_;
  const uint64_t first_;
};

// --- far from the limit ------------------------------------------------------

template <typename Quotas>
void AddKernels(const std::string& name, const std::string& base, size_t size,
                Quotas* quotas, std::vector<Kernel>* kernels) {
  const std::string one = ", one chain";
  const std::string many = absl::StrCat(", ", size, " tenants");
  kernels->push_back(
      {name + one, base + one, [quotas](size_t, size_t operations) {
         ForOne(operations,
                [quotas](int64_t amount) { quotas->Try(0, amount); });
       }});
  kernels->push_back(
      {name + many, base + many, [quotas, size](size_t thread, size_t count) {
         ForRandomIndices(
             size, count,
             [quotas](uint64_t at, int64_t amount) { quotas->Try(at, amount); },
             thread + 1);
       }});
}

// --- near it -----------------------------------------------------------------

struct NearTimes {
  double mean = 0;  // ns a call of one thread, as the clock saw all of them
  std::vector<double> calls;  // ns each, those of one thread
  int64_t admitted = 0;
};

double ClockNs() {
  std::vector<double> costs;
  for (int i = 0; i < 2'000; ++i) {
    const auto start = std::chrono::steady_clock::now();
    costs.push_back(SecondsSince(start) * 1e9);
  }
  return Median(std::move(costs));
}

// So many calls a thread, at once, for tenants at random.
template <typename Quotas>
NearTimes CallNear(Quotas* quotas, size_t threads, size_t tenants, size_t calls,
                   int64_t amount, bool each) {
  NearTimes times;
  std::vector<double> means(threads);
  std::vector<int64_t> admitted(threads);
  std::atomic<size_t> ready{0};  // counted up by all, waited for by all
  const auto run = [&](size_t thread) {
    PinTo(static_cast<int>(thread));
    std::vector<double> mine;
    mine.reserve(calls);
    Random random(thread);
    const auto next = [&] { return random.Next() & (tenants - 1); };
    int64_t fitted = 0;  // Of this thread alone, as no line of `admitted` is.
    ready.fetch_add(1, std::memory_order_relaxed);
    while (ready.load(std::memory_order_relaxed) != threads) {
    }
    const auto start = std::chrono::steady_clock::now();
    for (size_t i = 0; i < calls; ++i) {
      if (!each) {
        fitted += quotas->Try(next(), amount);
        continue;
      }
      const size_t tenant = next();
      const auto call = std::chrono::steady_clock::now();
      fitted += quotas->Try(tenant, amount);
      mine.push_back(SecondsSince(call) * 1e9);
    }
    means[thread] = SecondsSince(start) * 1e9 / static_cast<double>(calls);
    admitted[thread] = fitted;
    if (thread == 0) times.calls = std::move(mine);
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < threads; ++i) others.emplace_back(run, i);
  run(0);
  for (std::thread& other : others) other.join();
  for (size_t i = 0; i < threads; ++i) {
    times.mean += means[i] / static_cast<double>(threads);
    times.admitted += admitted[i];
  }
  return times;
}

struct NearPhase {
  const char* name;
  size_t calls;          // a thread
  size_t calls_of_many;  // the same, with more than one tenant
  double room;           // for so many times the calls of all threads
  int64_t amount = 1;    // of a call
};

struct NearResult {
  std::vector<double> means;
  std::vector<double> calls;
  int64_t false_refusals = 0;
  int64_t over = 0;
};

template <typename Quotas>
void NearRound(Quotas* quotas, const NearPhase& phase, size_t threads,
               size_t tenants, NearResult* result) {
  for (const bool each : {false, true}) {
    // Times of single calls are kept: so many do.
    const size_t of_phase = tenants == 1 ? phase.calls : phase.calls_of_many;
    const size_t calls = each ? std::min<size_t>(of_phase, 200'000) : of_phase;
    const size_t asked = calls * threads;
    const auto room =
        static_cast<int64_t>(static_cast<double>(asked) * phase.room);
    const int64_t fits = std::min(room, static_cast<int64_t>(asked));
    quotas->SetRoom(room * phase.amount);
    NearTimes times =
        CallNear(quotas, threads, tenants, calls, phase.amount, each);
    if (each) {
      result->calls.insert(result->calls.end(), times.calls.begin(),
                           times.calls.end());
    } else {
      result->means.push_back(times.mean);
    }
    result->false_refusals += std::max<int64_t>(0, fits - times.admitted);
    result->over += std::max<int64_t>(0, times.admitted - fits);
  }
}

void PrintNear(const char* name, const NearResult& result,
               const NearResult& base) {
  std::vector<double> ratios;
  for (size_t i = 0; i < result.means.size(); ++i) {
    ratios.push_back(result.means[i] / base.means[i]);
  }
  std::printf("  %-28s %8.1f | %8.0f %8.0f %9.0f | %6.2f | %lld, %lld\n", name,
              Median(result.means), Percentile(result.calls, 0.5),
              Percentile(result.calls, 0.99), Percentile(result.calls, 0.999),
              Median(std::move(ratios)),
              static_cast<long long>(result.false_refusals),
              static_cast<long long>(result.over));
}

// Nanoseconds a TryRecord.
double RunNear(const NearPhase& phase, size_t threads, size_t tenants,
               size_t rounds, LimitedBooks* books) {
  OurQuotas ours(books);
  CasQuotas cas(tenants);
  MutexQuotas mutexes(tenants);
  OneMutex mutex;
  NearResult of_ours;
  NearResult of_cas;
  NearResult of_mutexes;
  NearResult of_mutex;
  for (size_t i = 0; i < rounds; ++i) {
    NearRound(&ours, phase, threads, tenants, &of_ours);
    NearRound(&cas, phase, threads, tenants, &of_cas);
    NearRound(&mutexes, phase, threads, tenants, &of_mutexes);
    NearRound(&mutex, phase, threads, tenants, &of_mutex);
  }
  std::printf("%s, %zu thread%s, %zu tenant%s\n", phase.name, threads,
              threads == 1 ? "" : "s", tenants, tenants == 1 ? "" : "s");
  PrintNear("TryRecord", of_ours, of_mutex);
  PrintNear("compare-and-swap on three", of_cas, of_mutex);
  PrintNear("three mutexes", of_mutexes, of_mutex);
  PrintNear("one mutex", of_mutex, of_mutex);
  return Median(of_ours.means);
}

void RunFar(LimitedBooks* books, size_t size, size_t rounds) {
  OurQuotas ours(books);
  CasQuotas cas(size);
  MutexQuotas mutexes(size);
  std::vector<Kernel> kernels;
  const std::string base = "compare-and-swap on three";
  AddKernels("TryRecord", base, size, &ours, &kernels);
  AddKernels(base, base, size, &cas, &kernels);
  AddKernels("three mutexes", base, size, &mutexes, &kernels);
  books->SetPlenty();
  RunAndPrint(kernels, rounds);
}

void Run(size_t rounds, size_t server_rounds, size_t size) {
  LimitedBooks books(".", size);
  RunFar(&books, size, rounds);
  std::printf(
      "\nnear the limit: ns a call; p50, p99, p99.9 with a clock around"
      " each, which takes %.0f ns;\nratio to one mutex; false refusals"
      " and admissions over the limit, of all rounds\n",
      ClockNs());
  const NearPhase phases[] = {
      // Of many tenants each calls some hundred times, as one does that goes
      // on.
      {"from 0 to 10 % of the limit", 50'000, 1'000'000, 10},
      {"from 99 % to 100 % of the limit", 50'000, 1'000'000, 1},
      {"the same, of many tenants with some twelve calls each", 0, 50'000, 1},
      {"the last 250 calls of each thread", 250, 250, 1},
      // As there, for longer than the threads take to meet: no slice holds
      // eight of these.
      {"each too large for a slice", 20'000, 20'000, 1, int64_t{1} << 34},
      {"at 100 %: all refused", 2'000, 2'000, 0}};
  double far_ns = 0;
  for (const NearPhase& phase : phases) {
    for (const size_t threads : {size_t{1}, size_t{2}}) {
      for (const size_t tenants : {size_t{1}, size}) {
        if (tenants == 1 && phase.calls == 0) continue;
        const double ns =
            RunNear(phase, threads, tenants, rounds / 2 + 1, &books);
        if (&phase == phases && threads == 2 && tenants == 1) far_ns = ns;
      }
    }
  }
  std::printf("\n");
  MeasureAndPrintQuotaPeers(server_rounds, far_ns,
                            "TryRecord at 10 %, two threads, one tenant");
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const size_t rounds = drawdown::OptionOr(argc, argv, "rounds", 60);
  const size_t meters = drawdown::OptionOr(argc, argv, "meters", 4'096);
  const size_t server_rounds =
      drawdown::OptionOr(argc, argv, "server-rounds", 7);
  std::printf("%zu rounds, medians; load average %s\n", rounds,
              drawdown::LoadAverage().c_str());
  drawdown::Run(rounds, server_rounds, meters);
  std::printf("load average %s\n", drawdown::LoadAverage().c_str());
}
