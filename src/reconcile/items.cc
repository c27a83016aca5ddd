#include "reconcile/items.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/wide.h"
#include "model/reason_text.h"
#include "reconcile/capacity_price.h"
#include "reconcile/reason.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

void SetNames(const RowNames& names, Break& item) {
  item.pool = names.pool.value();
  item.sub_account = names.sub_account.value();
  item.region = names.region.value();
  item.sku = names.sku.value();
  item.resource = names.resource.value();
}

Break ItemOf(const Group& group, const CompareContext& context) {
  Break item;
  SetNames(group.names, item);
  item.provider = context.names->texts.Name(group.key.provider);
  item.currency = context.names->currencies[group.key.currency];
  item.rows = group.sums.rows;
  item.billed_cost = group.sums.cost;
  if (group.sums.unmeasured == 0) item.billed = group.sums.billed;
  return item;
}

void SetExpected(MoneyAmount expected, Break& item) {
  item.expected_cost = expected;
  item.difference = item.billed_cost - expected;
}

// Whether an adjustment is no more than what rounding the bill may come to.
bool IsRounding(const Group& group, const CompareContext& context) {
  const MoneyAmount bound =
      context.rounding[group.key.currency] +
      Subunit(context.names->currencies[group.key.currency]);
  return IsWithin(group.sums.cost * 2, bound);
}

// The parts of the key that both sides gave and that were compared.
std::string MatchedOn(const Group& group, bool untold) {
  const Lane& lane = group.key.lane;
  const auto part = [&](uint8_t which, const char* name) {
    return (group.agreed & which) != 0 ? name : "";
  };
  std::string key = "provider";
  if (IsUsage(lane.kind)) {
    absl::StrAppend(&key, part(kSubAccountPart, "+sub_account"),
                    part(kRegionPart, "+region"), "+pool",
                    part(kSkuPricePart, "+sku_price"),
                    part(kResourcePart, "+resource"));
  }
  if (lane.commitment != kNoIndex) absl::StrAppend(&key, "+commitment");
  return absl::StrCat(key, group.of_period ? "+month" : "+period",
                      untold ? "" : "+kind");
}

// What reserved capacity of one charge period may cost; nothing where the
// contract or the row does not say. Where there are too many periods to tell
// apart it is spread over all of them.
std::optional<MoneyAmount> CapacityCost(const Group& group,
                                        const CompareContext& context) {
  if (group.sums.unmeasured != 0) return std::nullopt;
  const GroupKey& key = group.key;
  const Interval charge = key.end_us > key.start_us
                              ? Interval{key.start_us, key.end_us}
                              : Interval{group.first_us, group.last_us};
  return CapacityPrice(*context.contract,
                       context.names->pools.Name(key.lane.pool), charge,
                       group.sums.billed);
}

BreakClass CapacityClass(const Group& group, const CompareContext& context) {
  if (context.names->currencies[group.key.currency] !=
      context.contract->currency) {
    return BreakClass::kCurrencyBreak;
  }
  if (group.key.disposition == Disposition::kUnusedCapacity) {
    return BreakClass::kNonUsage;
  }
  const std::optional<MoneyAmount> most = CapacityCost(group, context);
  if (!most.has_value() || !most->valid()) return BreakClass::kNotExecutable;
  const MoneyAmount doubled = context.options.tolerance.has_value()
                                  ? *context.options.tolerance * 2
                                  : group.sums.cost_places;
  const MoneyAmount cost = group.sums.cost;
  return cost <= *most || IsWithin((cost - *most) * 2, doubled)
             ? BreakClass::kNonUsage
             : BreakClass::kPriceBreak;
}

// A commitment that the contract does not have is others' business, unless it
// is of the contract's pools; so is a purchase of none.
BreakClass OtherCommitmentClass(const Group& group,
                                const CompareContext& context) {
  const Lane& lane = group.key.lane;
  // Of so many that they are one group, some may be.
  if (group.key.dropped != 0) return BreakClass::kNotExecutable;
  const bool ours =
      lane.pool != kNoIndex || context.covering.contains(lane.commitment);
  return ours ? BreakClass::kNotExecutable : BreakClass::kNonUsage;
}

// What our own statement posts too.
BreakClass AgreedClass(const Group& group, const CompareContext& context) {
  if (IsPurchase(group.key.lane.kind)) return BreakClass::kNonUsage;
  return context.posted.Of(group)->exact() ? BreakClass::kMatched
                                           : BreakClass::kWithinTolerance;
}

BreakClass ClassOf(const Group& group, CorrectionLink link,
                   const CompareContext& context) {
  switch (group.key.disposition) {
    case Disposition::kTiming:
      return link == CorrectionLink::kStatement ? AgreedClass(group, context)
                                                : BreakClass::kTiming;
    case Disposition::kCorrection:
      if (link == CorrectionLink::kStatement)
        return AgreedClass(group, context);
      return link == CorrectionLink::kNone ? BreakClass::kCorrectionOrphan
                                           : BreakClass::kCorrectionLinked;
    case Disposition::kAdjustment:
      return IsRounding(group, context) ? BreakClass::kRounding
                                        : BreakClass::kNonUsage;
    case Disposition::kOtherCurrency:
      return BreakClass::kCurrencyBreak;
    case Disposition::kUnknownGpu:
    case Disposition::kNothingLeft:
      return BreakClass::kUnmeteredCharge;
    case Disposition::kUnusedCapacity:
    case Disposition::kDearCapacity:
      return CapacityClass(group, context);
    case Disposition::kOtherPurchase:
    case Disposition::kOtherUnused:
      return OtherCommitmentClass(group, context);
    case Disposition::kAmbiguousSku:
    case Disposition::kCoarseUnmeasured:
    case Disposition::kNoChargePeriod:
      return BreakClass::kNotExecutable;
    default:
      return BreakClass::kNonUsage;
  }
}

CorrectionLink LinkOf(const Group& group, const PostedCorrections::Sums* posted,
                      const CompareContext& context) {
  if (posted != nullptr && posted->agrees) return CorrectionLink::kStatement;
  if (group.key.disposition != Disposition::kCorrection) {
    return CorrectionLink::kNone;
  }
  if (group.key.service != kNoIndex) {
    return context.lines.contains(group.key.service) ? CorrectionLink::kLine
                                                     : CorrectionLink::kNone;
  }
  return context.originals.Find(group.key, context.contract->calendar);
}

// Whether the contract owes nothing for a row of this class; of the others
// nothing is known but what was billed.
bool NothingOwed(BreakClass kind) {
  return kind != BreakClass::kNonUsage && kind != BreakClass::kNotExecutable;
}

bool HasEffects(BreakClass kind) {
  switch (kind) {
    case BreakClass::kQuantityBreak:
    case BreakClass::kPriceBreak:
    case BreakClass::kMixedBreak:
    case BreakClass::kUnitScaleBreak:
    case BreakClass::kCommitmentOverage:
    case BreakClass::kCommitmentShortfall:
    case BreakClass::kCommitmentWaste:
      return true;
    default:
      return false;
  }
}

// Of a charge for another period's time: hours that were metered then are for
// that period's reconciliation to judge, those beyond them are nobody's.
void SetNobodys(GpuTime metered, Break& item) {
  const GpuTime billed = item.billed.value_or(GpuTime());
  if (item.difference <= MoneyAmount() || metered >= billed) return;
  const auto part = MulDivHalfEven(item.difference.count(),
                                   (billed - metered).count(), billed.count());
  item.quantity_effect = part.ok() ? MoneyAmount(*part) : item.difference;
  item.price_effect = item.difference - item.quantity_effect;
}

std::string CopiesText(uint64_t count) {
  return absl::StrCat(count, count == 1 ? " more copy" : " more copies");
}

Break ItemOfCopies(const RowSums& sums, const RowNames& names,
                   const Group& group, const CompareContext& context) {
  Break item;
  SetNames(names, item);
  item.kind = BreakClass::kDuplicateCharge;
  item.provider = context.names->texts.Name(group.key.provider);
  item.currency = context.names->currencies[group.key.currency];
  item.rows = sums.rows;
  item.billed_cost = sums.cost;
  SetExpected(MoneyAmount(), item);
  item.matched_on = "every column";
  return item;
}

bool CanJudgeCopies(const Comparison& comparison) {
  return !comparison.cut && !comparison.unpriced && !comparison.unmeasured &&
         !comparison.straddles;
}

// Of fees without hours. One that may be for a longer time has copies where
// what is left without them is right.
uint64_t FeesToDrop(const Copies& copies, const Comparison& comparison) {
  if (!IsPurchase(comparison.kind) || comparison.open) return 0;
  const MoneyAmount slack(comparison.doubled_tolerance.count() / 2);
  const uint64_t count =
      CopiesToDrop(copies, comparison.cost, comparison.expected, slack);
  const MoneyAmount rest =
      comparison.difference() - copies.one.cost * static_cast<Int128>(count);
  const bool right = IsWithin(rest * 2, comparison.doubled_tolerance);
  return right || !MayBeForLonger(comparison) ? count : 0;
}

Break CopiesItem(const Copies& copies, uint64_t count, bool of_money,
                 const Group& group, const CompareContext& context) {
  const RowSums sums = copies.one.Times(count);
  Break item = ItemOfCopies(sums, copies.names, group, context);
  if (sums.unmeasured == 0) item.billed = sums.billed;
  item.period_start_us = copies.start_us;
  item.period_end_us = copies.end_us;
  item.lines = copies.group;
  item.reason = absl::StrCat(
      CopiesText(count), " of a row that the bill already holds, equal in ",
      "every column: ",
      of_money ? MoneyText(sums.cost, item.currency)
               : GpuHoursText(sums.billed),
      " beyond what our books ", of_money ? "owe" : "hold");
  return item;
}

}  // namespace

Break ComparedItem(const Group& group, const CompareContext& context) {
  Comparison comparison = Measure(group, context);
  BreakClass kind = Classify(comparison);
  Break item = ItemOf(group, context);
  item.period_start_us = group.key.start_us;
  item.period_end_us = group.key.end_us;
  if (IsUsage(comparison.kind)) {
    item.pool = context.names->pools.Name(group.key.lane.pool);
    item.metered = comparison.booked;
    // Reserved usage that is billed on demand is the dearest mistake there is.
    const bool of_hours =
        kind == BreakClass::kQuantityBreak || kind == BreakClass::kMixedBreak;
    if (of_hours && comparison.excess() > comparison.slack) {
      comparison.elsewhere = context.billed.MissingElsewhere(
          group.key.lane, group.key.start_us, group.key.end_us, *context.books);
    }
  }
  if (!IsUsage(comparison.kind) && !comparison.money_only) {
    item.contracted = comparison.booked;
  }
  SetExpected(comparison.expected, item);
  if (HasEffects(kind)) {
    item.quantity_effect = comparison.quantity_effect;
    item.price_effect = comparison.price_effect;
  }
  item.matched_on = MatchedOn(group, comparison.untold);
  item.reason = ComparedReason(kind, comparison, group, *context.names);
  if (group.key.disposition == Disposition::kLateCorrection) {
    kind = BreakClass::kCorrectionLinked;
    item.reason = absl::StrCat(
        "usage that came late, as a correction: no other row bills this time; ",
        item.reason);
  }
  item.kind = kind;
  return item;
}

Break RoutedItem(const Group& group, const CompareContext& context) {
  const bool correction = group.key.disposition == Disposition::kCorrection;
  const PostedCorrections::Sums* const posted = context.posted.Of(group);
  const CorrectionLink link = LinkOf(group, posted, context);
  Break item = ItemOf(group, context);
  item.kind = ClassOf(group, link, context);
  if (correction && item.pool.empty() && group.key.lane.pool != kNoIndex) {
    item.pool = context.names->pools.Name(group.key.lane.pool);
  }
  item.matched_on = LinkName(link, group.key.lane);
  item.period_start_us = group.first_us;
  item.period_end_us = group.last_us;
  if (posted != nullptr) {
    SetExpected(posted->ExpectedOf(group), item);
  } else if (item.kind == BreakClass::kPriceBreak) {
    SetExpected(*CapacityCost(group, context), item);
    item.price_effect = item.difference;
  } else {
    SetExpected(NothingOwed(item.kind) ? MoneyAmount() : item.billed_cost,
                item);
  }
  item.reason = RoutedReason(group, item.kind, link, *context.names);
  if (posted != nullptr) {
    item.reason += PostedReason(*posted, context.posted.MonthOf(group),
                                context.contract->currency);
  }
  return item;
}

absl::Status SayWhatWasMetered(const std::vector<Group>& groups,
                               const CompareContext& context,
                               std::vector<Break>* items) {
  if (!context.metered) return absl::OkStatus();
  std::vector<PoolWindow> windows;
  std::vector<Break*> asked;
  for (Break& item : *items) {
    if (item.kind != BreakClass::kTiming) continue;
    const Group& group = groups[item.lines];
    if (group.key.disposition != Disposition::kTiming ||
        group.key.lane.pool == kNoIndex || group.last_us > context.at_us) {
      continue;
    }
    // What our statement corrects by is expected already.
    if (context.posted.Of(group) != nullptr) {
      item.quantity_effect = item.difference;
      continue;
    }
    windows.push_back({context.names->pools.Name(group.key.lane.pool),
                       {group.first_us, group.last_us}});
    asked.push_back(&item);
  }
  if (windows.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<GpuTime> metered,
                   context.metered(windows));
  for (size_t i = 0; i < asked.size(); ++i) {
    absl::StrAppend(
        &asked[i]->reason,
        metered[i].zero()
            ? "; nothing was metered on the pool then"
            : absl::StrCat("; the pool was metered ", GpuHoursText(metered[i]),
                           " then, for another period to bill"));
    SetNobodys(metered[i], *asked[i]);
  }
  return absl::OkStatus();
}

Break PassedCopiesItem(const RowSums& sums, const RowNames& names,
                       bool corrections, const Group& group,
                       const CompareContext& context) {
  Break item = ItemOfCopies(sums, names, group, context);
  if (sums.unmeasured == 0) item.billed = sums.billed;
  Group copies;  // whose hours the reason tells
  copies.key = group.key;
  copies.sums = sums;
  copies.names = names;
  copies.dropped = group.dropped;
  item.reason = absl::StrCat(
      CopiesText(sums.rows), " of rows that the bill already holds, equal in ",
      "every column, each ",
      corrections ? "a correction" : "usage of a resource or",
      " with the id of a line");
  // Whether there is what it corrects is for the first of them to say.
  if (group.key.disposition == Disposition::kCorrection) return item;
  absl::StrAppend(&item.reason, "; ",
                  RoutedReason(copies, BreakClass::kNonUsage,
                               CorrectionLink::kNone, *context.names));
  return item;
}

std::optional<Break> TakeOutCopies(const Copies& copies, Group& group,
                                   const CompareContext& context) {
  if (group.key.disposition != Disposition::kCompare) return std::nullopt;
  const Comparison comparison = Measure(group, context);
  if (!CanJudgeCopies(comparison)) return std::nullopt;
  const uint64_t count =
      comparison.money_only
          ? FeesToDrop(copies, comparison)
          : CopiesToDrop(copies, comparison.billed,
                         comparison.booked + comparison.left, comparison.slack);
  if (count == 0) return std::nullopt;
  Break item = CopiesItem(copies, count, comparison.money_only, group, context);
  group.sums += -copies.one.Times(count);
  group.AddTenant(copies.tenant, -copies.one.Times(count));
  return item;
}

}  // namespace drawdown
