// A mapping and a CSV, parted by a line "---": both are read or refused.
#include <string>

#include "base/check.h"
#include "bill/bill_reader.h"
#include "bill/mapping.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drawdown;
  const std::string all(reinterpret_cast<const char*>(data), size);
  const size_t middle = all.find("---\n");
  const auto mapping = ParseMapping(all.substr(0, middle), "fuzz.map");
  if (!mapping.ok()) {
    CHECK(mapping.status().message().find('\n') == std::string::npos);
    return 0;
  }
  if (middle == std::string::npos) return 0;
  std::vector<BillInput> files;
  files.push_back({MemorySource("fuzz", all.substr(middle + 4)), "", {}});
  uint64_t rows = 0;
  const auto bill = ReadBill(
      files,
      [&](const BillRow&) {
        ++rows;
        return absl::OkStatus();
      },
      nullptr, &*mapping);
  if (bill.ok()) CHECK(bill->summary.rows == rows);
  return 0;
}
