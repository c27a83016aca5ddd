// What Record costs while somebody reads the meters, beside nobody doing so;
// and what reading takes.
//
//   reader_benchmark [--rounds N] [--meters N]
//
// The reader is a thread of its own on the other CPU.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <random>
#include <thread>

#include "indices.h"
#include "measure.h"
#include "meter_books.h"

namespace drawdown {
namespace {

constexpr size_t kRecorded = 4'096;
// Long enough to hold several readings of the most seldom reader.
constexpr double kRoundSeconds = 0.2;
constexpr size_t kOperations = 1 << 18;

struct Reading {
  const char* name;
  std::function<void()> read;  // empty: nobody reads
  std::chrono::milliseconds every;
};

// Reads every so often until told what else to do.
class Reader {
 public:
  Reader() : thread_([this] { Run(); }) {}
  ~Reader() {
    stop_.store(true);
    thread_.join();
  }
  Reader(const Reader&) = delete;  // Owns a thread.
  Reader& operator=(const Reader&) = delete;

  void Begin(const Reading* reading) { now_.store(reading); }
  // After this nothing is read.
  void End() {
    now_.store(nullptr);
    while (busy_.load()) std::this_thread::yield();
  }

 private:
  // Sequentially consistent, all of them: busy_ is set before now_ is looked
  // at, so that End sees the one or this the other.
  void Run() {
    PinTo(1);
    while (!stop_.load()) {
      busy_.store(true);
      const Reading* const reading = now_.load();
      auto pause = std::chrono::milliseconds(1);
      if (reading != nullptr && reading->read) {
        reading->read();
        pause = reading->every;
      }
      busy_.store(false);
      std::this_thread::sleep_for(pause);
    }
  }

  std::atomic<const Reading*> now_ = nullptr;
  std::atomic<bool> busy_ = false;
  std::atomic<bool> stop_ = false;
  std::thread thread_;  // last: it uses the others
};

// Nanoseconds a record takes, on average over a round.
double RecordForARound(uint64_t first) {
  size_t operations = 0;
  const auto start = std::chrono::steady_clock::now();
  while (SecondsSince(start) < kRoundSeconds) {
    ForRandomIndices(kRecorded, kOperations,
                     [first](uint64_t at, int64_t amount) {
                       Meter::OfId(first + at).Record(amount);
                     });
    operations += kOperations;
  }
  return SecondsSince(start) * 1e9 / static_cast<double>(operations);
}

void PrintOne(const char* name, const std::function<void()>& read) {
  std::vector<double> wall;
  std::vector<double> processor;
  for (int i = 0; i < 20; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const double used = ProcessorSeconds();
    read();
    processor.push_back((ProcessorSeconds() - used) * 1e3);
    wall.push_back(SecondsSince(start) * 1e3);
  }
  std::printf("one %s: median %.2f ms, processor %.2f ms\n", name, Median(wall),
              Median(processor));
}

void Measure(size_t meters, size_t rounds) {
  MeterBooks books(".", meters, std::chrono::milliseconds(0));
  books.RecordAll(1);
  const auto live = [&] { Expect(books.ledger().Live().status()); };
  const auto usage = [&] { Expect(books.ledger().Usage({}).status()); };
  std::printf("%zu meters\n", meters);
  PrintOne("Live", live);
  PrintOne("Usage", usage);
  const Reading readings[] = {
      {"nobody reads", {}, std::chrono::milliseconds(1)},
      {"Live, then 1 ms pause", live, std::chrono::milliseconds(1)},
      {"Usage, then 1 ms pause", usage, std::chrono::milliseconds(1)},
      {"Live each 100 ms", live, std::chrono::milliseconds(100)},
      {"Usage each 100 ms", usage, std::chrono::milliseconds(100)},
  };
  constexpr size_t kReadings = std::size(readings);
  PinTo(0);
  const uint64_t first = books.meters().front().id();
  std::vector<double> nanos[kReadings];
  std::vector<double> ratios[kReadings];
  std::vector<size_t> order(kReadings);
  for (size_t i = 0; i < kReadings; ++i) order[i] = i;
  std::mt19937 random(1);
  Reader reader;
  for (size_t round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const size_t i : order) {
      reader.Begin(&readings[i]);
      nanos[i].push_back(RecordForARound(first));
      reader.End();
    }
    for (size_t i = 0; i < kReadings; ++i) {
      ratios[i].push_back(nanos[i].back() / nanos[0].back());
    }
  }
  for (size_t i = 0; i < kReadings; ++i) {
    std::printf("  %-24s Record %5.2f ns, ratio %.2f\n", readings[i].name,
                Median(nanos[i]), Median(ratios[i]));
  }
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto option = [&](const char* name, size_t otherwise) {
    return drawdown::OptionOr(argc, argv, name, otherwise);
  };
  std::printf("load average %s\n", drawdown::LoadAverage().c_str());
  drawdown::Measure(option("meters", 4'096), option("rounds", 50));
  std::printf("load average %s\n", drawdown::LoadAverage().c_str());
}
