// What it costs elsewhere to take from three levels of quota, if there is room
// at each: within a process, and by a call to a server or a database.
//
//   admission_benchmark [--rounds N] [--server-rounds N]
//
// Databases work below the current directory.
#include <cstdio>
#include <vector>

#include "measure.h"
#include "memory_quotas.h"
#include "peer.h"
#include "rounds.h"

namespace drawdown {
namespace {

void Run(size_t rounds, size_t server_rounds) {
  std::vector<Kernel> kernels;
  AddMemoryQuotas(&kernels);
  const KernelTable table = RunAndPrint(kernels, rounds);
  MeasureAndPrintQuotaPeers(server_rounds, table.two.front().median,
                            "a CAS loop on two threads");
}

}  // namespace
}  // namespace drawdown

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const size_t rounds = drawdown::OptionOr(argc, argv, "rounds", 100);
  const size_t server_rounds =
      drawdown::OptionOr(argc, argv, "server-rounds", 7);
  std::printf("%zu rounds, medians; load average %s\n", rounds,
              drawdown::LoadAverage().c_str());
  drawdown::Run(rounds, server_rounds);
  std::printf("load average %s\n", drawdown::LoadAverage().c_str());
}
