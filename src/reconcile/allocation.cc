#include "reconcile/allocation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/hash_map.h"
#include "base/wide.h"
#include "reconcile/text.h"

namespace drawdown {
namespace {

struct Part {
  std::string_view tenant;
  RowSums billed;
  GpuTime metered;
  GpuTime excluded;  // of it, and rightly not billed

  GpuTime owed() const { return metered - excluded; }
};
using Parts = std::vector<Part>;  // by tenant
using Places = HashMap<absl::string_view, size_t>;

// Hours that tenants lack are those that the provider excluded, as far as the
// group has any.
void LeaveOutExcluded(GpuTime excluded, Parts* parts) {
  for (Part& part : *parts) {
    const GpuTime missing =
        std::max(part.metered - part.billed.billed, GpuTime());
    part.excluded = std::min(missing, excluded);
    excluded -= part.excluded;
  }
}

// Of the tag that `tenant` or a tenant above it is named by, if there is one.
std::optional<size_t> PlaceOf(std::string_view tenant, const Places& tags) {
  for (std::string_view path = tenant;;) {
    const auto found = tags.find(absl::string_view(path.data(), path.size()));
    if (found != tags.end()) return found->second;
    const size_t cut = path.rfind('/');
    if (cut == std::string_view::npos) return std::nullopt;
    path = path.substr(0, cut);
  }
}

Parts PartsOf(const Group& group, const CompareContext& context) {
  const Interner& names = context.names->texts;
  Parts parts;
  Places tags;
  for (const auto& [tenant, sums] : group.tenants) {
    tags.emplace(names.Name(tenant), parts.size());
    parts.push_back({names.Name(tenant), sums, {}, {}});
  }
  for (const auto& [tenant, time] : context.books->TimeByTenant(
           group.key.lane, group.key.start_us, group.key.end_us)) {
    const std::optional<size_t> place = PlaceOf(names.Name(tenant), tags);
    if (place.has_value()) {
      parts[*place].metered += time;
    } else {
      parts.push_back({names.Name(tenant), {}, time, {}});
    }
  }
  std::sort(parts.begin(), parts.end(),
            [](const Part& a, const Part& b) { return a.tenant < b.tenant; });
  LeaveOutExcluded(group.excluded.time, &parts);
  return parts;
}

bool Tagged(const Group& group, const CompareContext& context) {
  return std::any_of(group.tenants.begin(), group.tenants.end(),
                     [&context](const auto& entry) {
                       return !context.names->texts.Name(entry.first).empty();
                     });
}

std::string ReasonOf(const Break& part, const Part& sides,
                     const std::string& tag) {
  const std::string who = part.tenant.empty()
                              ? absl::StrCat("rows without tag ", tag)
                              : absl::StrCat("tenant ", part.tenant);
  return absl::StrCat(who, ": billed ", GpuHoursText(sides.billed.billed),
                      ", metered ", HoursText(sides.metered),
                      "; the pool's hours agree, its tenants' do not");
}

Break PartOf(const Break& item, const Part& sides, MoneyAmount expected,
             const Group& group, const CompareContext& context) {
  Break part = item;
  part.tenant = sides.tenant;
  part.rows = sides.billed.rows;
  part.billed = sides.billed.billed;
  part.metered = sides.metered;
  part.billed_cost = sides.billed.cost;
  part.expected_cost = expected;
  part.difference = part.billed_cost - expected;
  const GpuTime off = Magnitude(sides.billed.billed - sides.owed());
  const GpuTime slack = PublishingSlack(
      sides.billed.units, group.quantity_scale, sides.billed.rows);
  const MoneyAmount doubled = context.options.tolerance.has_value()
                                  ? *context.options.tolerance * 2
                                  : sides.billed.cost_places;
  if (off > slack || Magnitude(part.difference) * 2 > doubled) {
    part.kind = BreakClass::kAllocationGap;
    part.reason = ReasonOf(part, sides, context.options.tenant_tag);
  } else if (!off.zero() || !part.difference.zero()) {
    part.kind = BreakClass::kWithinTolerance;
  }
  return part;
}

}  // namespace

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

std::vector<Break> SplitByTenant(const Break& item, const Group& group,
                                 const CompareContext& context) {
  if (!IsClean(item.kind) || !IsUsage(group.key.lane.kind) ||
      !Tagged(group, context)) {
    return {item};
  }
  const Parts parts = PartsOf(group, context);
  std::vector<Int128> weights;
  for (const Part& part : parts) weights.push_back(part.owed().count());
  const auto expected =
      SplitLargestRemainder(item.expected_cost.count(), weights);
  if (!expected.ok()) return {item};
  Break whole = item;
  whole.matched_on += "+tenant";
  std::vector<Break> items;
  items.reserve(parts.size());
  for (const Part& sides : parts) {
    items.push_back(PartOf(whole, sides, MoneyAmount((*expected)[items.size()]),
                           group, context));
  }
  return items;
}

}  // namespace drawdown
