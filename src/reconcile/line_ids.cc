#include "reconcile/line_ids.h"

#include <map>

namespace drawdown {

absl::Status LineIds::Add(const BillRow& row) {
  // A line is no original of itself.
  if (row.line_id.empty() || row.line_id == row.corrects) {
    return absl::OkStatus();
  }
  return ids_.Add(HashOf(row.line_id));
}

absl::Status LineIds::Find(const std::vector<uint32_t>& wanted,
                           const Interner& texts, HashSet<uint32_t>* found) {
  if (wanted.empty()) return absl::OkStatus();
  std::map<Hash128, uint32_t> names;
  for (const uint32_t name : wanted) {
    names.emplace(HashOf(texts.Name(name)), name);
  }
  return ids_.ForEach([&](const Hash128& id) {
    const auto name = names.find(id);
    if (name != names.end()) found->insert(name->second);
    return absl::OkStatus();
  });
}

}  // namespace drawdown
