#include "reconcile/split_charges.h"

#include "absl/strings/str_cat.h"
#include "base/decimal.h"

namespace drawdown {
namespace {

constexpr int kScale = 12;
constexpr Int128 kOne = 1'000'000'000'000;
// Providers publish ratios with six places.
constexpr Int128 kHalfPlace = 500'000;

bool AddsUp(Int128 sum, uint64_t parts) {
  const Int128 off = sum > kOne ? sum - kOne : kOne - sum;
  return off <= kHalfPlace * static_cast<Int128>(parts);
}

}  // namespace

bool SplitCharges::ReadRatios(std::string_view details, Ratios* ratios) {
  if (!object_.Parse(details)) return false;
  std::string_view elements;
  for (const JsonCell::Member& member : object_.members()) {
    if (member.key == "Elements") elements = member.value;
  }
  if (!array_.ParseArray(elements)) return false;
  bool any = false;
  for (const JsonCell::Member& element : array_.members()) {
    if (!element_.Parse(element.value)) return false;
    for (const JsonCell::Member& member : element_.members()) {
      if (member.key != "AllocatedRatio") continue;
      const absl::StatusOr<Decimal> ratio = ParseDecimal(member.value);
      if (!ratio.ok()) return false;
      const absl::StatusOr<Int128> scaled = DecimalToScaled(*ratio, kScale);
      Int128 sum = 0;
      if (!scaled.ok() || __builtin_add_overflow(ratios->sum, *scaled, &sum)) {
        return false;
      }
      ratios->sum = sum;
      ++ratios->parts;
      any = true;
    }
  }
  return any;
}

void SplitCharges::Add(const BillRow& row, uint32_t group) {
  Ratios& ratios = origins_[{group, std::string(row.resource),
                             row.charge_start_us, row.charge_end_us}];
  if (!ReadRatios(row.allocated_method_details, &ratios)) ratios.unread = true;
}

void SplitCharges::Seal(const std::vector<uint32_t>& new_group) {
  for (const auto& [origin, ratios] : origins_) {
    Gap& gap = gaps_[new_group[std::get<0>(origin)]];
    ++gap.origins;
    if (!ratios.unread && AddsUp(ratios.sum, ratios.parts)) continue;
    ++gap.off;
    std::string text = absl::StrCat(
        "of resource \"", std::get<1>(origin), "\" from ",
        FormatInstant(std::get<2>(origin)),
        ratios.unread ? " cannot be read"
                      : absl::StrCat(" is ", FormatScaled(ratios.sum, kScale)));
    // Groups are numbered by the order of rows, so the least text is shown.
    if (gap.first.empty() || text < gap.first) gap.first = std::move(text);
  }
  origins_.clear();
}

void SplitCharges::Judge(Break& item) const {
  const auto found = gaps_.find(item.lines);
  if (found == gaps_.end() || found->second.off == 0) return;
  const Gap& gap = found->second;
  if (IsClean(item.kind)) item.kind = BreakClass::kAllocationGap;
  absl::StrAppend(&item.reason, "; of ", gap.off, " of ", gap.origins,
                  " charges that were split AllocatedRatio does not add up to "
                  "1: that ",
                  gap.first);
}

}  // namespace drawdown
