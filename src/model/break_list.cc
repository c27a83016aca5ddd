#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "model/reason_text.h"
#include "model/stored_breaks.h"

namespace drawdown {
namespace {

std::string ReasonOf(const TenantPart& part, const std::string& tenant,
                     const std::string& tag) {
  const std::string who = tenant.empty()
                              ? absl::StrCat("rows without tag ", tag)
                              : absl::StrCat("tenant ", tenant);
  return absl::StrCat(who, ": billed ", GpuHoursText(part.billed), ", metered ",
                      HoursText(part.metered),
                      "; the pool's hours agree, its tenants' do not");
}

}  // namespace

void StoredBreaks::Get(Place place, Break* item) const {
  if (place.split == kWhole) {
    *item = wholes[place.item];
    return;
  }
  const SplitBreak& split = splits[place.split];
  const TenantPart& part = split.parts[place.item];
  *item = split.whole;
  part.SetIn(item);
  item->tenant = tenants[part.tenant];
  if (part.differs) item->reason = ReasonOf(part, item->tenant, tenant_tag);
  item->reason += split.remark;
}

BreakFigures StoredBreaks::FiguresOf(Place place) const {
  if (place.split == kWhole) return wholes[place.item];
  const SplitBreak& split = splits[place.split];
  BreakFigures figures = split.whole;
  split.parts[place.item].SetIn(&figures);
  return figures;
}

// First as they lie in memory, a bit for each: by their order each item would
// come from there anew.
void StoredBreaks::FindBreaks() {
  std::vector<bool> found;
  found.reserve(order.size());
  for (const Break& item : wholes) found.push_back(!IsClean(item.kind));
  std::vector<size_t> firsts;  // of each split's parts in `found`
  firsts.reserve(splits.size());
  for (const SplitBreak& split : splits) {
    firsts.push_back(found.size());
    for (const TenantPart& part : split.parts) {
      found.push_back(!IsClean(part.kind));
    }
  }
  breaks.clear();
  for (size_t i = 0; i < order.size(); ++i) {
    const auto [split, item] = order[i];
    if (found[split == kWhole ? item : firsts[split] + item]) {
      breaks.push_back(static_cast<uint32_t>(i));
    }
  }
}

BreakList::BreakList(std::vector<Break> items) {
  auto stored = std::make_shared<StoredBreaks>();
  stored->wholes = std::move(items);
  stored->order.resize(stored->wholes.size());
  for (uint32_t i = 0; i < stored->order.size(); ++i) stored->order[i].item = i;
  stored->FindBreaks();
  stored_ = std::move(stored);
}

BreakList::BreakList(std::initializer_list<Break> items)
    : BreakList(std::vector<Break>(items)) {}

size_t BreakList::size() const {
  return stored_ == nullptr ? 0 : stored_->order.size();
}

Break BreakList::operator[](size_t i) const {
  Break item;
  Get(i, &item);
  return item;
}

void BreakList::Get(size_t i, Break* item) const {
  CHECK(i < size());
  stored_->Get(stored_->order[i], item);
}

BreakFigures BreakList::figures(size_t i) const {
  CHECK(i < size());
  return stored_->FiguresOf(stored_->order[i]);
}

std::span<const uint32_t> BreakList::breaks() const {
  if (stored_ == nullptr) return {};
  return stored_->breaks;
}

bool ReconcileResult::clean() const {
  for (const uint32_t i : items.breaks()) {
    if (!items.figures(i).pending) return false;
  }
  for (const ReconcileCheck& check : checks) {
    if (check.outcome == ReconcileCheck::Outcome::kFailed) return false;
  }
  return true;
}

}  // namespace drawdown
