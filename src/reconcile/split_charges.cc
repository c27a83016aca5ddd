#include "reconcile/split_charges.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/decimal.h"
#include "base/wide.h"

namespace drawdown {
namespace {

constexpr int kScale = 18;
constexpr Int128 kOne = 1'000'000'000'000'000'000;
// Providers publish ratios with six places.
constexpr Int128 kHalfPlace = 500'000'000'000;

// Rows that name no resource may be of several charges, which add up to as many
// ones.
bool AddsUp(const SplitRatios& ratios, bool one_charge) {
  const Int128 charges =
      one_charge ? kOne : std::max(kOne, DivHalfEven(ratios.sum, kOne) * kOne);
  const Int128 off =
      ratios.sum > charges ? ratios.sum - charges : charges - ratios.sum;
  return off <= kHalfPlace * static_cast<Int128>(ratios.parts);
}

// Far above what is a ratio, and so that no bill's rows add up to an overflow.
constexpr Int128 kMost = 1'000'000 * kOne;

// Half-even to the scale that ratios are added in; nothing for what is none.
std::optional<Int128> ParseRatio(std::string_view text) {
  const absl::StatusOr<Decimal> ratio = ParseDecimal(text);
  if (!ratio.ok()) return std::nullopt;
  const absl::StatusOr<Int128> scaled =
      ratio->scale > kScale
          ? DivHalfEven(ratio->coefficient, PowerOfTen(ratio->scale - kScale))
          : DecimalToScaled(*ratio, kScale);
  if (!scaled.ok() || *scaled > kMost || *scaled < -kMost) return std::nullopt;
  return *scaled;
}

void AddTo(const SplitRatios& some, SplitRatios* sum) {
  sum->sum += some.sum;
  sum->parts += some.parts;
  sum->unread += some.unread;
}

std::string TextOf(const std::string& resource) {
  return resource.empty() ? "of rows without a resource"
                          : absl::StrCat("of resource \"", resource, "\"");
}

}  // namespace

bool SplitCharges::ReadRatios(std::string_view details, SplitRatios* ratios) {
  if (!object_.Parse(details)) return false;
  std::string_view elements;
  for (const JsonCell::Member& member : object_.members()) {
    if (member.key == "Elements") elements = member.value;
  }
  if (!array_.ParseArray(elements)) return false;
  for (const JsonCell::Member& element : array_.members()) {
    if (!element_.Parse(element.value)) return false;
    for (const JsonCell::Member& member : element_.members()) {
      if (member.key != "AllocatedRatio") continue;
      const std::optional<Int128> ratio = ParseRatio(member.value);
      if (!ratio.has_value()) return false;
      ratios->sum += *ratio;
      ++ratios->parts;
    }
  }
  return ratios->parts > 0;
}

SplitRatios SplitCharges::Add(const BillRow& row, uint32_t group) {
  SplitRatios one;
  if (!ReadRatios(row.allocated_method_details, &one)) {
    one = SplitRatios{0, 0, 1};
  }
  AddTo(one, &origins_[{group, std::string(row.resource), row.charge_start_us,
                        row.charge_end_us}]);
  return one;
}

void SplitCharges::Merge(const std::vector<uint32_t>& new_group) {
  std::map<Origin, SplitRatios> merged;
  for (const auto& [origin, ratios] : origins_) {
    Origin key = origin;
    std::get<0>(key) = new_group[std::get<0>(origin)];
    AddTo(ratios, &merged[key]);
  }
  origins_ = std::move(merged);
}

void SplitCharges::TakeOut(const SplitRatios& one, uint64_t count,
                           uint32_t group, const std::string& resource,
                           const Interval& charge) {
  const auto found =
      origins_.find({group, resource, charge.start_us, charge.end_us});
  if (found == origins_.end()) return;
  found->second.sum -= one.sum * static_cast<Int128>(count);
  found->second.parts -= one.parts * count;
  found->second.unread -= one.unread * count;
}

void SplitCharges::Seal() {
  for (const auto& [origin, ratios] : origins_) {
    Gap& gap = gaps_[std::get<0>(origin)];
    ++gap.origins;
    const std::string& resource = std::get<1>(origin);
    if (ratios.unread == 0 && AddsUp(ratios, !resource.empty())) continue;
    ++gap.off;
    std::string text = absl::StrCat(
        TextOf(resource), " from ", FormatInstant(std::get<2>(origin)),
        ratios.unread != 0
            ? " cannot be read"
            : absl::StrCat(" is ", FormatScaled(ratios.sum, kScale)));
    // Groups are numbered by the order of rows, so the least text is shown.
    if (gap.first.empty() || text < gap.first) gap.first = std::move(text);
  }
  origins_.clear();
}

std::string SplitCharges::RemarkOn(uint32_t group) const {
  const auto found = gaps_.find(group);
  if (found == gaps_.end() || found->second.off == 0) return "";
  const Gap& gap = found->second;
  return absl::StrCat("; of ", gap.off, " of ", gap.origins,
                      " charges that were split AllocatedRatio does not add up "
                      "to 1: that ",
                      gap.first);
}

}  // namespace drawdown
