// How long 256 records take at worst while the settler drains, on each of some
// filesystems: writing to a shared page may wait for the disk where writing to
// memory does not.
//
//   latency_benchmark [--seconds N] [FOLDER ...]
//
// Batches of Record take turns with batches of plain additions, which meet the
// same interrupts and the same load but no filesystem. Without a folder: the
// current directory and /dev/shm.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "indices.h"
#include "measure.h"
#include "meter_books.h"

namespace drawdown {
namespace {

constexpr size_t kMeters = 4'096;
constexpr size_t kBatch = 256;
constexpr std::chrono::milliseconds kDrainInterval(100);
constexpr size_t kMost = size_t{1} << 26;  // batches kept

using Clock = std::chrono::steady_clock;

float Nanos(Clock::duration duration) {
  return static_cast<float>(
      std::chrono::duration<double, std::nano>(duration).count());
}

void Print(const char* what, std::vector<float> nanos) {
  const auto at = [&](double share) {
    const auto index = static_cast<std::ptrdiff_t>(
        static_cast<double>(nanos.size() - 1) * share);
    std::nth_element(nanos.begin(), nanos.begin() + index, nanos.end());
    return static_cast<double>(nanos[static_cast<size_t>(index)]);
  };
  const auto over = [&](float limit) {
    return std::count_if(nanos.begin(), nanos.end(),
                         [limit](float each) { return each > limit; });
  };
  std::printf(
      "  %-10s p50 %6.0f ns  p99 %6.0f ns  p99.9 %7.0f ns  p99.99 %8.0f ns  "
      "worst %7.2f ms  over 1 ms: %td\n",
      what, at(0.5), at(0.99), at(0.999), at(0.9999), at(1) / 1e6, over(1e6));
}

void Measure(const std::string& folder, size_t seconds) {
  const MeterBooks books(folder, kMeters, kDrainInterval);
  PinTo(1);
  const uint64_t first = books.meters().front().id();
  std::vector<int64_t> slab(kMeters);
  std::vector<float> records;
  std::vector<float> additions;
  // Touched before: no page of these may be missing while the clock runs.
  records.resize(kMost);
  additions.resize(kMost);
  size_t count = 0;
  uint64_t seed = 1;
  const auto until = Clock::now() + std::chrono::seconds(seconds);
  for (auto before = Clock::now(); before < until && count < kMost; ++count) {
    ForRandomIndices(
        kMeters, kBatch,
        [&](uint64_t at, int64_t amount) {
          Meter::OfId(first + at).Record(amount);
        },
        seed);
    const auto between = Clock::now();
    ForRandomIndices(
        kMeters, kBatch,
        [&](uint64_t at, int64_t amount) { slab[at] += amount; }, seed);
    const auto after = Clock::now();
    records[count] = Nanos(between - before);
    additions[count] = Nanos(after - between);
    before = after;
    ++seed;
  }
  records.resize(count);
  additions.resize(count);
  std::printf("%s: %zu batches of %zu, %zu s, a drain each %d ms\n",
              folder.c_str(), count, kBatch, seconds,
              static_cast<int>(kDrainInterval.count()));
  Print("Record", std::move(records));
  Print("plain add", std::move(additions));
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const size_t seconds = drawdown::OptionOr(argc, argv, "seconds", 20);
  std::vector<std::string> folders;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--seconds") == 0) {
      ++i;
    } else {
      folders.push_back(argv[i]);
    }
  }
  if (folders.empty()) folders = {".", "/dev/shm"};
  std::printf("load average %s\n", drawdown::LoadAverage().c_str());
  for (const std::string& folder : folders) drawdown::Measure(folder, seconds);
  std::printf("load average %s\n", drawdown::LoadAverage().c_str());
}
