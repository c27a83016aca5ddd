// A cell is one object or one array or refused; what it says lies in the cell.
#include <string>

#include "base/check.h"
#include "bill/bill_files.h"
#include "bill/contract_applied.h"
#include "bill/json_scan.h"

namespace drawdown {
namespace {

void CheckMembers(std::string_view text, JsonCell* cell) {
  for (const JsonCell::Member& member : cell->members()) {
    CHECK(member.value.data() >= text.data() &&
          member.value.data() + member.value.size() <=
              text.data() + text.size());
    if (member.kind != JsonCell::Kind::kString) continue;
    CHECK(cell->TextOf(member).size() <= member.value.size());
  }
}

}  // namespace
}  // namespace drawdown

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace drawdown;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  JsonCell cell;
  const bool object = cell.Parse(text);
  if (object) CheckMembers(text, &cell);
  if (cell.ParseArray(text)) {
    CHECK(!object);
    CheckMembers(text, &cell);
  }
  ContractAppliedReader reader;
  const auto applied = reader.Parse(text);
  if (applied) {
    CHECK(object && !applied->empty());
    for (const AppliedCommitment& one : *applied) {
      CHECK(!one.commitment.empty());
    }
  }
  const auto manifest = ParseManifest(text, "fuzz");
  if (manifest.ok()) {
    for (const ManifestEntry& entry : manifest->entries) {
      CHECK(entry.key.find("..") == std::string::npos ||
            ("/" + entry.key + "/").find("/../") == std::string::npos);
    }
  }
  return 0;
}
