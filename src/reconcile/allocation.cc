#include "reconcile/allocation.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "reconcile/text.h"

namespace drawdown {
namespace {

struct Part {
  RowSums billed;
  GpuTime metered;
  GpuTime excluded;  // of it, and rightly not billed

  GpuTime owed() const { return metered - excluded; }
};
using Parts = std::map<std::string, Part>;  // by tenant

// Hours that tenants lack are those that the provider excluded, as far as the
// group has any.
void LeaveOutExcluded(GpuTime excluded, Parts* parts) {
  for (auto& [tenant, part] : *parts) {
    const GpuTime missing =
        std::max(part.metered - part.billed.billed, GpuTime());
    part.excluded = std::min(missing, excluded);
    excluded -= part.excluded;
  }
}

// The tag that `tenant` or a tenant above it is named by, else itself.
std::string TagOf(std::string tenant, const Parts& tagged) {
  for (std::string path = tenant;;) {
    if (tagged.contains(path)) return path;
    const size_t cut = path.rfind('/');
    if (cut == std::string::npos) return tenant;
    path.resize(cut);
  }
}

Parts PartsOf(const Group& group, const CompareContext& context) {
  Parts tagged;
  for (const auto& [tenant, sums] : group.tenants) {
    tagged[context.names->texts.Name(tenant)].billed = sums;
  }
  Parts parts = tagged;
  for (const auto& [tenant, time] : context.books->TimeByTenant(
           group.key.lane, group.key.start_us, group.key.end_us)) {
    parts[TagOf(context.names->texts.Name(tenant), tagged)].metered += time;
  }
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

Break PartOf(const Break& item, const std::string& tenant, const Part& sides,
             MoneyAmount expected, const Group& group,
             const CompareContext& context) {
  Break part = item;
  part.tenant = tenant;
  part.rows = sides.billed.rows;
  part.billed = sides.billed.billed;
  part.metered = sides.metered;
  part.billed_cost = sides.billed.cost;
  part.expected_cost = expected;
  part.difference = part.billed_cost - expected;
  part.matched_on = absl::StrCat(item.matched_on, "+tenant");
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

std::string_view TenantTag::Of(std::string_view tags) {
  if (key_.empty() || tags.empty()) return "";
  if (tags == last_tags_) return last_value_;
  last_tags_ = tags;
  last_value_.clear();
  if (!json_.Parse(tags)) return last_value_;
  for (const JsonCell::Member& member : json_.members()) {
    if (member.key == key_ && member.kind == JsonCell::Kind::kString) {
      last_value_ = json_.TextOf(member);
    }
  }
  return last_value_;
}

std::vector<Break> SplitByTenant(const Break& item, const Group& group,
                                 const CompareContext& context) {
  if (!IsClean(item.kind) || !IsUsage(group.key.lane.kind) ||
      !Tagged(group, context)) {
    return {item};
  }
  const Parts parts = PartsOf(group, context);
  std::vector<Int128> weights;
  for (const auto& entry : parts) {
    weights.push_back(entry.second.owed().count());
  }
  const auto expected =
      SplitLargestRemainder(item.expected_cost.count(), weights);
  if (!expected.ok()) return {item};
  std::vector<Break> items;
  for (const auto& [tenant, sides] : parts) {
    items.push_back(PartOf(item, tenant, sides,
                           MoneyAmount((*expected)[items.size()]), group,
                           context));
  }
  return items;
}

}  // namespace drawdown
