#include "reconcile/reason.h"

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "reconcile/text.h"

namespace drawdown {
namespace {

std::string PriceText(const Comparison& c) {
  if (c.price.has_value()) {
    // Averages of several prices are shown to six places.
    return UnitPriceText(*c.price, GpuTime(kMicrosPerHour), c.currency);
  }
  return "no contract price";
}

std::string BilledPriceText(const Comparison& c) {
  return UnitPriceText(c.cost, c.billed, c.currency);
}

// How the books know the hours: a meter does not count what was not used.
std::string_view Verb(const Comparison& c) {
  if (c.kind == RowKind::kUnused) return "unused by our books";
  return IsUsage(c.kind) ? "metered" : "contracted";
}

std::string KindText(const Comparison& c, const Group& group,
                     const GroupNames& names) {
  const uint32_t index = group.key.lane.commitment;
  const std::string commitment =
      index == kNoIndex ? "" : names.commitments.Name(index);
  switch (c.kind) {
    case RowKind::kCovered:
      return absl::StrCat(c.commitment == nullptr
                              ? "usage covered by a commitment that is not in "
                                "the contract, "
                              : "usage covered by ",
                          commitment.empty() ? "\"\"" : commitment);
    case RowKind::kUnused:
      return absl::StrCat("unused part of ", commitment);
    case RowKind::kPurchase:
      return absl::StrCat("purchase of ", commitment);
    case RowKind::kUpfront:
      return absl::StrCat("one-time purchase of ", commitment);
    default:
      return "on-demand usage";
  }
}

std::string TooMuch(const std::string& amount, bool much) {
  return absl::StrCat(amount, much ? " too much" : " too little");
}

std::string HoursOff(const Comparison& c) {
  return TooMuch(GpuHoursText(Magnitude(c.excess())), c.excess() > GpuTime());
}

std::string MoneyOff(const Comparison& c) {
  return TooMuch(MoneyText(Magnitude(c.difference()), c.currency),
                 c.difference() > MoneyAmount());
}

std::string BothHours(const Comparison& c) {
  return absl::StrCat("billed ", GpuHoursText(c.billed), ", ",
                      std::string(Verb(c)), " ", HoursText(c.booked));
}

std::string ExcludedText(const Comparison& c) {
  if (c.excluded.zero()) return "";
  return absl::StrCat("; ", HoursText(c.excluded),
                      " of the metered on GPUs that the provider excluded");
}

// The rated hours are those that the contract prices: some may not have run.
std::string GrainText(const Comparison& c) {
  if (c.grain.zero()) return "";
  const bool added = c.grain > GpuTime();
  return absl::StrCat(
      "; of the hours metered on the pool ", GpuHoursText(Magnitude(c.grain)),
      " are ",
      added ? "what the billing grain adds" : "left out by the billing grain");
}

std::string BothMoney(const Comparison& c) {
  return absl::StrCat("billed ", MoneyText(c.cost, c.currency), ", expected ",
                      MoneyText(c.expected, c.currency));
}

// Perhaps the bill splits covered and on-demand usage in another way.
std::string ElsewhereText(const Comparison& c) {
  if (c.elsewhere.zero()) return "";
  return absl::StrCat("; ", GpuHoursText(c.elsewhere),
                      " metered on the pool as another kind of usage are not "
                      "billed as that");
}

std::string QuantityReason(const Comparison& c) {
  if (c.uncosted) {
    return absl::StrCat(
        BothHours(c), ": ", HoursOff(c), ", worth ",
        MoneyText(Price(c.worth, Magnitude(c.excess())), c.currency),
        " by the contract; these rows have no cost");
  }
  std::string text =
      absl::StrCat(BothHours(c), ExcludedText(c), ": ", HoursOff(c), " at ",
                   PriceText(c), ElsewhereText(c));
  if (!c.price_effect.zero()) {
    absl::StrAppend(&text, "; ", MoneyText(c.price_effect, c.currency),
                    " of the difference is rounding of the price");
  }
  return text;
}

std::string PriceReason(const Comparison& c) {
  if (c.money_only || c.billed.zero()) {
    return absl::StrCat(BothMoney(c), ": ", MoneyOff(c));
  }
  return absl::StrCat("billed ", GpuHoursText(c.billed), " at ",
                      BilledPriceText(c), ", contract price ", PriceText(c),
                      ": ", MoneyOff(c));
}

std::string MixedReason(const Comparison& c) {
  const std::string at = c.billed.zero()
                             ? MoneyText(c.cost, c.currency)
                             : absl::StrCat("at ", BilledPriceText(c));
  return absl::StrCat(
      "billed ", GpuHoursText(c.billed), " ", at, ", ", std::string(Verb(c)),
      " ", HoursText(c.booked), " at ", PriceText(c), ExcludedText(c), ": ",
      MoneyText(c.quantity_effect, c.currency), " from the quantity and ",
      MoneyText(c.price_effect, c.currency), " from the price",
      ElsewhereText(c));
}

std::string AgreedReason(const Comparison& c) {
  if (c.money_only) {
    return absl::StrCat("billed ", MoneyText(c.cost, c.currency),
                        ", as contracted");
  }
  if (!c.excluded.zero()) {
    return absl::StrCat(BothHours(c), ExcludedText(c));
  }
  if (c.hours_only) return absl::StrCat(BothHours(c), "; of money nothing");
  return absl::StrCat("billed and ", std::string(Verb(c)), " ",
                      GpuHoursText(c.booked), " at ", PriceText(c));
}

std::string ToleratedReason(const Comparison& c) {
  std::string text = c.money_only
                         ? BothMoney(c)
                         : absl::StrCat(BothHours(c), "; ", BothMoney(c));
  return absl::StrCat(text, ": within the tolerance of published rounding");
}

std::string ScaleReason(const Comparison& c) {
  const std::string off = UnitScaleText(*c.scale, c.gpus_per_unit);
  return c.scale->of_money
             ? absl::StrCat(BothMoney(c), ": ", off)
             : absl::StrCat(BothHours(c), ": ", off, "; ", BothMoney(c));
}

// A difference over a commitment, in units and in money.
std::string CommitmentReason(const Comparison& c) {
  if (c.money_only) return PriceReason(c);
  std::string text = absl::StrCat(BothHours(c), "; ", BothMoney(c));
  if (!c.excess().zero()) absl::StrAppend(&text, ": ", HoursOff(c));
  if (!c.difference().zero()) {
    absl::StrAppend(&text, c.excess().zero() ? ": " : ", ", MoneyOff(c));
  }
  return text;
}

std::string NotExecutableReason(const Comparison& c, const Group& group) {
  if (c.open) {
    return absl::StrCat(BothHours(c),
                        " so far: pending, this time has not been rated yet");
  }
  if (c.unmeasured) {
    return absl::StrCat(group.sums.unmeasured, " of ", group.sums.rows,
                        " rows carry no GPU time (PricingQuantity in unit \"",
                        group.unit.value(),
                        "\"), so the quantity could not be compared; ",
                        BothMoney(c));
  }
  if (c.uncosted) {
    return absl::StrCat(BothHours(c),
                        ": these rows have no cost, so the money could not be "
                        "checked");
  }
  if (c.unpriced) {
    return absl::StrCat(BothHours(c),
                        ", but the contract has no rate for some of it, so "
                        "the price could not be checked");
  }
  if (c.cut) {
    return "the charge period cuts a fulfilment interval, so what is owed in "
           "it could not be told";
  }
  return absl::StrCat(
      c.money_only ? BothMoney(c)
                   : absl::StrCat(BothHours(c), "; ", BothMoney(c)),
      ": a fee for a longer time could not be checked within one period");
}

std::string GpuCountText(const Group& group) {
  if (!group.gpu_count_differs()) return "";
  const bool one = group.least_gpu_count_micro == group.most_gpu_count_micro;
  return absl::StrCat(
      "; SkuPriceDetails.GpuCount says ",
      one ? FormatGpus(group.most_gpu_count_micro) : std::string("otherwise"),
      ", the contract's gpus_per_unit is used");
}

std::string_view QuantityText(const Group& group) {
  return group.by_consumption
             ? "; of rows without PricingQuantity, ConsumedQuantity"
             : "";
}

std::string HoursOfRows(const Group& group) {
  if (group.sums.unmeasured != 0) return "GPU usage of unknown hours";
  return GpuHoursText(group.sums.billed);
}

// The parts of the key that differ, with what the rows say where all say one.
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

std::string UnknownGpuReason(const Group& group, const GroupNames& names) {
  const std::string billed =
      absl::StrCat("billed ", HoursOfRows(group), " of SKU \"",
                   names.texts.Name(group.key.sku), "\" in region \"",
                   names.texts.Name(group.key.region), "\", ");
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

std::string ClassReason(BreakClass kind, const Comparison& c,
                        const Group& group) {
  switch (kind) {
    case BreakClass::kMatched:
      return AgreedReason(c);
    case BreakClass::kNonUsage:
      return c.difference().zero() && (c.money_only || c.excess().zero())
                 ? AgreedReason(c)
                 : ToleratedReason(c);
    case BreakClass::kWithinTolerance:
      return ToleratedReason(c);
    case BreakClass::kQuantityBreak:
      return QuantityReason(c);
    case BreakClass::kPriceBreak:
      return PriceReason(c);
    case BreakClass::kMixedBreak:
      return MixedReason(c);
    case BreakClass::kUnitScaleBreak:
      return ScaleReason(c);
    case BreakClass::kCommitmentShortfall:
    case BreakClass::kCommitmentWaste:
      return CommitmentReason(c);
    case BreakClass::kCommitmentOverage:
      return absl::StrCat(
          GpuHoursText(c.overage),
          " of it beyond the commitment: ", CommitmentReason(c));
    case BreakClass::kRounding:
      return absl::StrCat(BothMoney(c),
                          ": what rounding each row as the contract says may "
                          "come to");
    case BreakClass::kUnmeteredCharge:
      return absl::StrCat("billed ", GpuHoursText(c.billed),
                          ", nothing metered on the pool in this time that "
                          "other rows do not bill");
    case BreakClass::kTiming:
      return absl::StrCat(BothHours(c),
                          ": the charge period crosses the edge of the "
                          "reconciled period, only the part inside is booked");
    default:
      return NotExecutableReason(c, group);
  }
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
  return absl::StrCat(std::string(what),
                      group.key.lane == Lane()
                          ? "that names nothing it could be of"
                          : "of an earlier bill's rows, which are not in this "
                            "bill");
}

std::string OtherCommitmentReason(std::string what, const Group& group,
                                  BreakClass kind, const GroupNames& names) {
  const Lane& lane = group.key.lane;
  if (lane.commitment != kNoIndex) {
    absl::StrAppend(&what, ", ", names.commitments.Name(lane.commitment));
  }
  absl::StrAppend(&what, ", service ", names.texts.Name(group.key.service));
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
      names.texts.Name(group.key.service), ": ", HoursOfRows(group));
  if (kind == BreakClass::kPriceBreak) {
    absl::StrAppend(&text, " billed above the contract's on-demand price");
  } else if (kind == BreakClass::kNotExecutable) {
    absl::StrAppend(&text, group.sums.unmeasured != 0
                               ? ", so the price could not be checked"
                               : ", of which the contract has no rate");
  } else if (kind == BreakClass::kCurrencyBreak) {
    absl::StrAppend(&text, ", not in the contract's currency");
  }
  return text;
}

}  // namespace

std::string ComparedReason(BreakClass kind, const Comparison& comparison,
                           const Group& group, const GroupNames& names) {
  return absl::StrCat(KindText(comparison, group, names), ": ",
                      ClassReason(kind, comparison, group),
                      std::string(QuantityText(group)), GrainText(comparison),
                      GpuCountText(group), DroppedText(group));
}

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
  const std::string service = text(group.key.service);
  const std::string category = text(group.key.category);
  switch (group.key.disposition) {
    case Disposition::kTiming:
      return absl::StrCat(
          "charged in this bill for time outside the reconciled period",
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
    case Disposition::kAmbiguousSku:
      return absl::StrCat("SKU \"", text(group.key.sku),
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
      return UnusedCapacityReason(group, kind, names);
    case Disposition::kOtherService:
      return absl::StrCat("no GPU usage, service ", service);
    case Disposition::kCompare:
    case Disposition::kLateCorrection:
      break;  // ComparedReason's
  }
  return "";
}

}  // namespace drawdown
