#include <drawdown/ledger.h>

#include <iostream>

int main() {
  auto ledger = drawdown::Ledger::Open("books", {.create_if_missing = true});
  if (!ledger.ok()) return std::cerr << ledger.status() << "\n", 1;
  const int64_t nine = *drawdown::ParseInstant("2026-10-01T09:00:00Z");
  const int64_t hour = drawdown::kMicrosPerHour;
  (void)(*ledger)->StartRun({.key = {"train-7"}, .tenant = "acme/research",
      .pool = "aws/us-east-1/gb200", .micro_gpus = 8'000'000, .at_us = nine});
  (void)(*ledger)->ResizeRun({"train-7"}, 16'000'000, nine + hour);
  (void)(*ledger)->StopRun({"train-7"}, nine + 2 * hour + hour / 2);
  const auto usage = (*ledger)->Usage({.by = {drawdown::UsageDimension::kHour}});
  for (const auto& row : usage->rows)
    std::cout << row.group[0] << "  " << FormatGpuHours(row.gpu_time) << "\n";
}
