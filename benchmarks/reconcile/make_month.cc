// Writes a month to reconcile: a ledger, the bill for it, and the ledger's
// usage as a CSV file for peers.
//
//   make_month DIRECTORY [--rows N] [--tenants N]
//
// 2,000,000 rows are a bill of 1.3 GB; a row is 640 bytes. It is written as it
// is made, so any size will do. The ledger has at most tenants x 8 pools x 744
// hours cells.
#include <cstdio>
#include <filesystem>

#include "month.h"

int main(int argc, char** argv) {
  using namespace drawdown;
  if (argc < 2 || argv[1][0] == '-') {
    std::fprintf(stderr,
                 "usage: make_month DIRECTORY [--rows N] [--tenants N]\n");
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  std::filesystem::create_directories(directory);
  const size_t rows = OptionOr(argc - 1, argv + 1, "rows", 2'000'000);
  const size_t tenants = OptionOr(argc - 1, argv + 1, "tenants", 160);
  const MonthSize size = {std::max<size_t>(kPools, rows / kHours), tenants};
  WriteLedger(size, directory / "ledger");
  WriteUsageCsv(size, directory / "usage.csv");
  const uint64_t written = WriteBill(size, directory / "bill.csv");
  std::printf("%s: %llu rows, %llu bytes\n", argv[1],
              static_cast<unsigned long long>(written),
              static_cast<unsigned long long>(
                  std::filesystem::file_size(directory / "bill.csv")));
}
