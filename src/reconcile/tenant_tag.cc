#include "reconcile/tenant_tag.h"

#include <utility>

#include "model/charge.h"

namespace drawdown {

uint32_t TenantTag::Of(const BillRow& row) {
  if (row.tags_number == 0) return Find(row.tags);
  if (std::exchange(file_, row.file) != row.file) by_number_.clear();
  if (by_number_.size() <= row.tags_number) {
    by_number_.resize(row.tags_number + 1, kNoIndex);
  }
  uint32_t& tenant = by_number_[row.tags_number];
  if (tenant == kNoIndex) tenant = Find(row.tags);
  return tenant;
}

uint32_t TenantTag::Find(std::string_view tags) {
  if (const uint32_t* const known = known_.Find(tags, &hint_)) return *known;
  const uint32_t name = names_->Intern(ValueIn(tags));
  found_.insert(name);
  known_.Remember(tags, name);
  return name;
}

std::string TenantTag::ValueIn(std::string_view tags) {
  std::string value;
  if (key_.empty() || tags.empty() || !json_.Parse(tags)) return value;
  for (const JsonCell::Member& member : json_.members()) {
    if (member.key == key_ && member.kind == JsonCell::Kind::kString) {
      value = json_.TextOf(member);
    }
  }
  return value;
}

}  // namespace drawdown
