// Of groups that were compared: what both sides have, and what is off.
#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "model/reason_text.h"
#include "reconcile/group_text.h"
#include "reconcile/reason.h"

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
      if (commitment.empty()) {
        return "usage covered by a commitment that the rows do not name";
      }
      return absl::StrCat(c.commitment == nullptr
                              ? "usage covered by a commitment that is not in "
                                "the contract, "
                              : "usage covered by ",
                          commitment);
    case RowKind::kUnused:
      return absl::StrCat("unused part of ", commitment);
    case RowKind::kPurchase:
      return absl::StrCat("purchase of ", commitment);
    case RowKind::kUpfront:
      return absl::StrCat("one-time purchase of ", commitment);
    default:
      return c.untold ? "usage" : "on-demand usage";
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
  if (!c.left.zero()) {
    return absl::StrCat(
        " and ", HoursText(c.left), " left over, which the rows ",
        c.left_perhaps ? "may bill too, as another pool's may" : "bill too");
  }
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
  // What other rows lack may be of a longer time than this one's.
  if (c.excess() > GpuTime() && c.elsewhere > c.excess()) {
    return "; at least as many, metered on the pool as another kind of usage, "
           "are not billed as that by rows that reach into this time";
  }
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
  if (c.left_in_fee()) {
    return absl::StrCat(BothMoney(c), " for what was left over: ", MoneyOff(c));
  }
  if (c.money_only || c.billed.zero()) {
    return absl::StrCat(BothMoney(c), ": ", MoneyOff(c));
  }
  return absl::StrCat("billed ", GpuHoursText(c.billed), " at ",
                      BilledPriceText(c), ", contract price ", PriceText(c),
                      ": ", MoneyOff(c));
}

std::string MixedReason(const Comparison& c) {
  const std::string at = c.billed.zero()
                             ? "for " + MoneyText(c.cost, c.currency)
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
  if (!c.excluded.zero() || !c.left.zero()) {
    return absl::StrCat(BothHours(c), ExcludedText(c));
  }
  if (c.hours_only) return absl::StrCat(BothHours(c), "; of money nothing");
  if (c.left_in_fee()) {
    return absl::StrCat(BothHours(c), "; ", BothMoney(c),
                        " for what was left over");
  }
  return absl::StrCat("billed and ", std::string(Verb(c)), " ",
                      GpuHoursText(c.booked), " at ", PriceText(c));
}

std::string ToleratedReason(const Comparison& c) {
  std::string text = c.money_only
                         ? BothMoney(c)
                         : absl::StrCat(BothHours(c), "; ", BothMoney(c));
  return absl::StrCat(
      text, c.tolerance_given ? ": within the tolerance that was given"
                              : ": within the tolerance of published rounding");
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
                        " rows carry no GPU time ", UnmeasuredText(group),
                        ", so the quantity could not be compared; ",
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
  if (c.unclear()) {
    return absl::StrCat(
        BothHours(c),
        ": the rest may be what a commitment of several pools had left, of "
        "which no row says what it is");
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
  const std::string count = FormatGpus(group.most_gpu_count_micro);
  if (group.by_gpu_count) {
    return absl::StrCat(
        "; the contract has no gpus_per_unit, so "
        "SkuPriceDetails.GpuCount",
        one ? " " + count : "", " is used");
  }
  return absl::StrCat("; SkuPriceDetails.GpuCount says ",
                      one ? count : "otherwise",
                      ", the contract's gpus_per_unit is used");
}

std::string_view QuantityText(const Group& group) {
  return group.by_consumption
             ? "; of rows without PricingQuantity, ConsumedQuantity"
             : "";
}

std::string DatesText(const Group& group) {
  if (!group.of_period) return "";
  return absl::StrCat("; fees of the whole period, dated from ",
                      FormatInstant(group.first_us), " to ",
                      FormatInstant(group.last_us));
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

}  // namespace

std::string ComparedReason(BreakClass kind, const Comparison& comparison,
                           const Group& group, const GroupNames& names) {
  return absl::StrCat(KindText(comparison, group, names), ": ",
                      ClassReason(kind, comparison, group),
                      std::string(QuantityText(group)), GrainText(comparison),
                      GpuCountText(group), DroppedText(group),
                      DatesText(group));
}

}  // namespace drawdown
