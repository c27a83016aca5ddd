// What Record costs, beside a plain addition with the same indices and beside
// what others count with.
//
//   record_benchmark [--rounds N]
//
// The bars: <= 2.0 x a plain addition over 4,096 meters; two threads on one
// meter <= 1.2 x one; prometheus-cpp >= 5 x slower, contended >= 25 x.
#include <cstdio>

#include "measure.h"
#include "meter_books.h"
#include "peers.h"
#include "rounds.h"

namespace drawdown {
namespace {

constexpr size_t kMeters = 65'536;
constexpr size_t kSize = 4'096;

const KernelTimes* Find(const std::vector<Kernel>& kernels,
                        const std::vector<KernelTimes>& times,
                        const std::string& name) {
  for (size_t i = 0; i < kernels.size(); ++i) {
    if (kernels[i].name == name) return &times[i];
  }
  return nullptr;
}

void Run(size_t rounds) {
  // Nothing drains; latency_benchmark and reader_benchmark measure that.
  MeterBooks books(".", kMeters, std::chrono::milliseconds(0));
  std::vector<Kernel> kernels;
  for (const size_t size : {size_t{64}, kSize, kMeters}) {
    AddOurs(books.meters(), size, &kernels);
  }
  AddByHandle(books.meters(), kSize, &kernels);
  AddStandardPeers(kSize, &kernels);
  AddTbb(kSize, &kernels);
  AddPrometheus(kSize, &kernels);
  const KernelTable table = RunAndPrint(kernels, rounds);
  const KernelTimes* const one = Find(kernels, table.one, kRecordOne);
  const KernelTimes* const two = Find(kernels, table.two, kRecordOne);
  std::printf("two threads on one meter: %.2f x one thread (of medians)\n",
              two->median / one->median);
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const size_t rounds = drawdown::OptionOr(argc, argv, "rounds", 100);
  std::printf("%zu rounds, medians; load average %s\n", rounds,
              drawdown::LoadAverage().c_str());
  drawdown::Run(rounds);
  std::printf("load average %s\n", drawdown::LoadAverage().c_str());
}
