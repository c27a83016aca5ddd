#include "reconcile/group_text.h"

#include "absl/strings/str_cat.h"
#include "model/reason_text.h"
#include "reconcile/quantity.h"

namespace drawdown {

std::string HoursOfRows(const Group& group) {
  if (group.sums.unmeasured != 0) return "GPU usage of unknown hours";
  return GpuHoursText(group.sums.billed);
}

std::string UnmeasuredText(const Group& group) {
  const std::string& unit = group.unit.value();
  return absl::StrCat("(PricingQuantity in unit \"", unit, "\"",
                      ParseUnit(unit).unclear
                          ? ", time, but how much of it or of what is not known"
                          : "",
                      ")");
}

std::string DroppedParts(const Group& group) {
  std::string parts;
  const auto add = [&](KeyPart part, const char* name, const Agreed& value) {
    if ((group.dropped & part) == 0) return;
    absl::StrAppend(&parts, parts.empty() ? "" : " and ", name);
    if (value.value().empty()) return absl::StrAppend(&parts, " of some rows");
    absl::StrAppend(&parts, " \"", value.value(), "\"");
  };
  add(kResourcePart, "resource", group.names.resource);
  add(kSkuPricePart, "SKU price", Agreed());
  add(kSubAccountPart, "sub-account", group.names.sub_account);
  return parts;
}

std::string DroppedText(const Group& group) {
  if (group.dropped == 0) return "";
  return absl::StrCat("; matched without ", DroppedParts(group),
                      ", which does not name the pool");
}

}  // namespace drawdown
