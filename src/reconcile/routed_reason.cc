// Of groups that were not compared: what they are, and why not.
#include "absl/strings/str_cat.h"
#include "model/reason_text.h"
#include "reconcile/group_text.h"
#include "reconcile/reason.h"

namespace drawdown {
namespace {

// Groups of more than is kept apart have no name.
std::string NameOf(uint32_t index, const Interner& names) {
  return index == kNoIndex ? "(too many to tell apart)" : names.Name(index);
}

std::string UnknownGpuReason(const Group& group, const GroupNames& names) {
  const std::string billed =
      absl::StrCat("billed ", HoursOfRows(group), " of SKU \"",
                   NameOf(group.key.sku, names.texts), "\" in region \"",
                   NameOf(group.key.region, names.texts), "\", ");
  if (group.key.dropped == 0) {
    return absl::StrCat(billed, "which no pool of the contract is named by");
  }
  return absl::StrCat(billed,
                      "of which the contract has several pools, none "
                      "of them named by ",
                      DroppedParts(group));
}

std::string NothingLeftReason(const Group& group) {
  return absl::StrCat("billed ", HoursOfRows(group), " with ",
                      DroppedParts(group),
                      ", which does not name the pool; what was metered on it "
                      "in this time is billed by other rows");
}

std::string CorrectionReason(const Group& group, CorrectionLink link,
                             const GroupNames& names) {
  const std::string line =
      group.key.service == kNoIndex
          ? ""
          : absl::StrCat("of line \"", names.texts.Name(group.key.service),
                         "\"");
  const bool money = group.sums.unmeasured == group.sums.rows;
  const std::string_view what =
      money ? "correction of money alone, " : "correction ";
  switch (link) {
    case CorrectionLink::kStatement:
      return absl::StrCat(std::string(what),
                          "that our statement of the period makes too");
    case CorrectionLink::kLine:
      return absl::StrCat(std::string(what), line, ", which is in the bill");
    case CorrectionLink::kTime:
      return absl::StrCat(std::string(what), "of rows that are in the bill");
    case CorrectionLink::kMonth:
      return absl::StrCat(std::string(what),
                          "of time that no row of that month's bill charges: "
                          "late usage");
    case CorrectionLink::kNone:
      break;
  }
  if (!line.empty()) {
    return absl::StrCat(std::string(what), line,
                        ", which is in no bill that was given");
  }
  if (group.key.lane == Lane()) {
    return absl::StrCat(
        std::string(what), "that names nothing it could be of, service ",
        group.key.category == kNoIndex ? std::string()
                                       : names.texts.Name(group.key.category));
  }
  return absl::StrCat(std::string(what),
                      "of an earlier bill's rows, which are not in this bill");
}

std::string OtherCommitmentReason(std::string what, const Group& group,
                                  BreakClass kind, const GroupNames& names) {
  const Lane& lane = group.key.lane;
  if (lane.commitment != kNoIndex) {
    absl::StrAppend(&what, ", ", names.commitments.Name(lane.commitment));
  }
  absl::StrAppend(&what, ", service ", NameOf(group.key.service, names.texts));
  if (group.key.dropped != 0) {
    return absl::StrCat(what,
                        ": of more commitments than are told apart, so whether "
                        "they are of the contract's pools is not known");
  }
  if (kind != BreakClass::kNotExecutable) return what;
  return absl::StrCat(what, ": it is of ",
                      lane.pool == kNoIndex
                          ? std::string("usage of the contract's pools")
                          : "pool " + names.pools.Name(lane.pool),
                      ", and what it should cost is not known");
}

std::string UnusedCapacityReason(const Group& group, BreakClass kind,
                                 const GroupNames& names) {
  std::string text = absl::StrCat(
      "unused capacity reservation, which no meter counts, service ",
      NameOf(group.key.service, names.texts), ": ", HoursOfRows(group));
  if (kind == BreakClass::kPriceBreak) {
    absl::StrAppend(&text, " billed above the contract's on-demand price");
  } else if (kind == BreakClass::kNotExecutable) {
    absl::StrAppend(&text, group.sums.unmeasured != 0
                               ? ", so the price could not be checked"
                               : ", of which the contract has no rate");
  } else if (kind == BreakClass::kCurrencyBreak) {
    absl::StrAppend(&text, ", not in the contract's currency");
  }
  return absl::StrCat(text, DroppedText(group));
}

}  // namespace

std::string PostedReason(const PostedCorrections::Sums& posted,
                         std::string_view month, Currency currency) {
  const auto text = [currency](GpuTime time, MoneyAmount cost) {
    if (time.zero() && !cost.zero()) return MoneyText(cost, currency);
    return absl::StrCat(GpuHoursText(time), " and ", MoneyText(cost, currency));
  };
  const std::string ours = text(posted.time, posted.expected);
  if (posted.agrees)
    return absl::StrCat(": ", std::string(month), " by ", ours);
  return absl::StrCat("; our statement corrects ", std::string(month), " by ",
                      ours, ", the bill by ",
                      text(posted.billed.billed, posted.billed.cost));
}

std::string RoutedReason(const Group& group, BreakClass kind,
                         CorrectionLink link, const GroupNames& names) {
  const auto text = [&names](uint32_t index) {
    return index == kNoIndex ? std::string() : names.texts.Name(index);
  };
  const std::string service = NameOf(group.key.service, names.texts);
  const std::string category = text(group.key.category);
  switch (group.key.disposition) {
    case Disposition::kTiming:
      return absl::StrCat(
          link == CorrectionLink::kStatement
              ? "late usage of a closed month, which our statement of the "
                "period corrects too"
              : "charged in this bill for time outside the reconciled period",
          DroppedText(group));
    case Disposition::kCorrection:
      return absl::StrCat(CorrectionReason(group, link, names),
                          DroppedText(group));
    case Disposition::kOtherCurrency:
      return absl::StrCat(
          "billed in ", names.currencies[group.key.currency].ToString(),
          ", which is not the contract's currency; never netted against it");
    case Disposition::kUnknownGpu:
      return UnknownGpuReason(group, names);
    case Disposition::kNothingLeft:
      return NothingLeftReason(group);
    case Disposition::kCoarseUnmeasured:
      return absl::StrCat(
          "GPU usage with ", DroppedParts(group),
          ", which does not name the pool, and without GPU time ",
          UnmeasuredText(group), ", so it could not be compared");
    case Disposition::kAmbiguousSku:
      return absl::StrCat("SKU \"", NameOf(group.key.sku, names.texts),
                          "\" names several pools of the contract and the row "
                          "does not say which");
    case Disposition::kNoChargePeriod:
      return "the charge period ends when or before it starts";
    case Disposition::kOtherProvider:
      return absl::StrCat("another provider: ", text(group.key.provider), ", ",
                          category, ", service ", service);
    case Disposition::kOtherPeriod:
      return absl::StrCat("of another billing period: ", category, ", service ",
                          service);
    case Disposition::kOtherCategory:
      return absl::StrCat(category, ", service ", service);
    case Disposition::kAdjustment:
      return kind == BreakClass::kRounding
                 ? "adjustment no larger than rounding the rows may come to"
                 : absl::StrCat(category, ", service ", service);
    case Disposition::kOtherPurchase:
      return OtherCommitmentReason(
          "purchase of what is no commitment of the contract", group, kind,
          names);
    case Disposition::kOtherUnused:
      return OtherCommitmentReason(
          "unused part of a commitment that is not in the contract", group,
          kind, names);
    case Disposition::kUnusedCapacity:
    case Disposition::kDearCapacity:
      return UnusedCapacityReason(group, kind, names);
    case Disposition::kOtherContract:
      return absl::StrCat(
          "of ",
          group.names.pool.value().empty() ? "pools"
                                           : "pool " + group.names.pool.value(),
          ", which contract ", category, " names and is reconciled with");
    case Disposition::kOtherService:
      return absl::StrCat("no GPU usage, service ", service);
    case Disposition::kCompare:
    case Disposition::kLateCorrection:
      break;  // ComparedReason's
  }
  return "";
}

}  // namespace drawdown
