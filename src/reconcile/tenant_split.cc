#include "reconcile/tenant_split.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/hash_map.h"
#include "base/path.h"
#include "base/wide.h"
#include "model/reason_text.h"
#include "reconcile/tolerance.h"

namespace drawdown {

TenantOrder::TenantOrder(const HashSet<uint32_t>& tags, const Books& books,
                         const Interner& texts)
    : numbers_(texts.size(), kNoIndex) {
  std::vector<uint32_t> found;
  const auto add = [&](uint32_t text) {
    if (numbers_[text] != kNoIndex) return;
    numbers_[text] = 0;
    found.push_back(text);
  };
  for (const uint32_t text : tags) add(text);
  for (const uint32_t text : books.tenants()) add(text);
  std::sort(found.begin(), found.end(), [&texts](uint32_t a, uint32_t b) {
    return texts.Name(a) < texts.Name(b);
  });
  HashMap<absl::string_view, uint32_t> by_name;
  for (const uint32_t text : found) {
    const std::string& name = texts.Name(text);
    const auto number = static_cast<uint32_t>(names_.size());
    names_.push_back(name);
    numbers_[text] = number;
    by_name.emplace(name, number);
    // Those above it are before it. Only tenants of the books are asked for
    // them, which no longer name is above.
    uint32_t above = kNoIndex;
    for (size_t end = name.size() > kMaxPathBytes ? name.npos : name.rfind('/');
         end != std::string::npos && above == kNoIndex;
         end = end == 0 ? std::string::npos : name.rfind('/', end - 1)) {
      const auto known = by_name.find(absl::string_view(name.data(), end));
      if (known != by_name.end()) above = known->second;
    }
    above_.push_back(above);
  }
}

std::vector<std::string> TenantOrder::Names() const {
  return {names_.begin(), names_.end()};
}

bool HasTenants(const Break& item, const Group& group,
                const CompareContext& context) {
  const Lane& lane = group.key.lane;
  if (!IsClean(item.kind) || !IsUsage(lane.kind)) return false;
  if (context.undivided.contains(lane.pool)) return false;
  const std::vector<TenantSum>& sums = group.tenants.sums();
  return std::any_of(sums.begin(), sums.end(), [&](const TenantSum& sum) {
    return !context.names->texts.Name(sum.tenant).empty();
  });
}

void TenantSplitter::AddMetered(uint32_t tenant, GpuTime time) {
  for (uint32_t at = tenant; at != kNoIndex; at = tenants_.Above(at)) {
    if (tags_[at] == 0) continue;
    sides_[tags_[at] - 1].metered += time;
    return;
  }
  if (others_[tenant] == 0) {
    sides_.push_back({tenant, {}, {}, {}, {}});
    others_[tenant] = static_cast<uint32_t>(sides_.size());
  }
  sides_[others_[tenant] - 1].metered += time;
}

void TenantSplitter::AddSides(const Group& group) {
  sides_.clear();
  const std::vector<TenantSum>& sums = group.tenants.sums();
  for (size_t i = 0; i < sums.size(); ++i) {
    const uint32_t tenant = tenants_.Of(sums[i].tenant);
    sides_.push_back({tenant, sums[i], group.tenants.PlacesOf(i), {}, {}});
    tags_[tenant] = static_cast<uint32_t>(sides_.size());
  }
  const size_t named = sides_.size();
  context_.books->ForEachTenant(group.key.lane, group.key.start_us,
                                group.key.end_us,
                                [this](uint32_t tenant, GpuTime time) {
                                  AddMetered(tenants_.Of(tenant), time);
                                });
  for (const Side& side : sides_) tags_[side.tenant] = others_[side.tenant] = 0;
  // Of a tenant without rows, what comes to nothing is nothing.
  const auto nothing = [](const Side& side) { return side.metered.zero(); };
  sides_.erase(std::remove_if(sides_.begin() + static_cast<ptrdiff_t>(named),
                              sides_.end(), nothing),
               sides_.end());
  std::sort(sides_.begin(), sides_.end(),
            [](const Side& a, const Side& b) { return a.tenant < b.tenant; });
}

// Hours that tenants lack are those that the provider excluded, as far as the
// group has any.
void TenantSplitter::LeaveOutExcluded(GpuTime excluded) {
  for (Side& side : sides_) {
    const GpuTime missing =
        std::max(side.metered - side.billed.billed, GpuTime());
    side.excluded = std::min(missing, excluded);
    excluded -= side.excluded;
  }
}

TenantPart TenantSplitter::PartOf(const Side& side, MoneyAmount expected,
                                  BreakClass whole, const Group& group) const {
  TenantPart part;
  part.kind = whole;
  part.tenant = side.tenant;
  part.rows = side.billed.rows;
  part.billed = side.billed.billed;
  part.metered = side.metered;
  part.billed_cost = side.billed.cost;
  part.expected_cost = expected;
  const MoneyAmount difference = part.billed_cost - expected;
  const GpuTime off = Magnitude(side.billed.billed - side.owed());
  const GpuTime slack = PublishingSlack(side.places.units, group.quantity_scale,
                                        side.billed.rows);
  const MoneyAmount doubled = context_.options.tolerance.has_value()
                                  ? *context_.options.tolerance * 2
                                  : side.places.cost_places;
  part.differs = !IsWithin(off, slack) || !IsWithin(difference * 2, doubled);
  if (part.differs) {
    part.kind = BreakClass::kAllocationGap;
  } else if (!off.zero() || !difference.zero()) {
    part.kind = BreakClass::kWithinTolerance;
  }
  return part;
}

void TenantSplitter::Split(const Group& group, SplitBreak* split) {
  AddSides(group);
  LeaveOutExcluded(group.excluded.time);
  weights_.clear();
  for (const Side& side : sides_) weights_.push_back(side.owed().count());
  const auto expected =
      SplitLargestRemainder(split->whole.expected_cost.count(), weights_);
  if (!expected.ok()) return;
  split->parts.reserve(sides_.size());
  for (const Side& side : sides_) {
    const MoneyAmount share((*expected)[split->parts.size()]);
    split->parts.push_back(PartOf(side, share, split->whole.kind, group));
  }
}

}  // namespace drawdown
