#include <drawdown/ledger.h>

#include <iostream>
#include <thread>
#include <vector>

int main() {
  auto ledger = drawdown::Ledger::Open("live", {.create_if_missing = true});
  if (!ledger.ok()) return std::cerr << ledger.status() << "\n", 1;
  const auto meter = (*ledger)->meter("acme/chat", "aws/us-east-1/gb200");
  if (!meter.ok()) return std::cerr << meter.status() << "\n", 1;

  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int request = 0; request < 3'600; ++request)
        meter->Record(250'000);  // a quarter of a GPU-second
    });
  for (std::thread& thread : threads) thread.join();

  // In the answers at once; durable against power loss after a drain.
  const auto live = (*ledger)->Live();
  std::cout << live->meters.size() << " meter\n";
  if (const auto drained = (*ledger)->Drain(); !drained.ok())
    return std::cerr << drained.status() << "\n", 1;
  std::cout << FormatGpuSeconds((*ledger)->Live()->undrained) << " undrained\n";
  const auto usage = (*ledger)->Usage({.by = {drawdown::UsageDimension::kTenant}});
  for (const auto& row : usage->rows)
    std::cout << row.group[0] << "  " << FormatGpuHours(row.gpu_time) << "\n";
}
