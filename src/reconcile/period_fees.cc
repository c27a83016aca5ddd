#include "reconcile/period_fees.h"

namespace drawdown {

PeriodFees::PeriodFees(const CompareContext& context,
                       std::vector<Group>* groups)
    : context_(context), groups_(*groups) {
  // By EffectiveCost fees are free, whenever they are.
  if (context_.basis.amount == BilledAmount::kEffectiveCost) return;
  for (uint32_t i = 0; i < groups_.size(); ++i) {
    const GroupKey& key = groups_[i].key;
    if (key.disposition == Disposition::kCompare && IsPurchase(key.lane.kind)) {
      Add(i);
    }
  }
  std::erase_if(fees_, [](const auto& entry) { return !entry.second.off; });
}

void PeriodFees::Add(uint32_t index) {
  const Group& group = groups_[index];
  const GroupKey& key = group.key;
  Fees& fees = fees_[key.lane.commitment];
  const bool inside = key.start_us >= context_.period.start_us &&
                      key.end_us <= context_.period.end_us;
  fees.all.push_back(index);
  fees.all_inside &= inside;
  if (key.lane.kind == RowKind::kPurchase) {
    fees.recurring.push_back(index);
    fees.recurring_inside &= inside;
  }
  if (fees.off) return;
  Comparison comparison = Measure(group, context_);
  fees.off = !IsClean(Classify(comparison));
}

Group PeriodFees::JoinedOf(const Indices& fees) const {
  Group joined = groups_[fees.front()];
  for (size_t i = 1; i < fees.size(); ++i) joined.Merge(groups_[fees[i]]);
  joined.key.lane.kind = RowKind::kPurchase;
  joined.key.start_us = context_.period.start_us;
  joined.key.end_us = context_.period.end_us;
  return joined;
}

// Copies are not what makes a bill right: a fee that came twice does not pay
// for one that is missing.
bool PeriodFees::Agree(const Indices& fees,
                       const HashMap<uint32_t, RowSums>& copied) const {
  if (fees.empty()) return false;
  Group joined = JoinedOf(fees);
  for (const uint32_t index : fees) {
    const auto found = copied.find(index);
    if (found != copied.end()) joined.sums += -found->second;
  }
  Comparison comparison = Measure(joined, context_);
  return IsClean(Classify(comparison));
}

// Fees for most of the period are missing, and those that are there are more
// than twice what they are dated for: they are what is missing, though they may
// not be as much.
bool PeriodFees::ExceedTheirTime(const Indices& fees) const {
  if (fees.empty()) return false;
  const Comparison joined = Measure(JoinedOf(fees), context_);
  if (joined.cut || joined.unpriced) return false;
  MoneyAmount dated;
  for (const uint32_t index : fees) {
    dated += Measure(groups_[index], context_).expected;
  }
  return dated * 2 < joined.expected && joined.cost > dated * 2;
}

bool PeriodFees::Take(const Indices& fees) {
  for (const uint32_t index : fees) {
    Group& group = groups_[index];
    group.key.lane.kind = RowKind::kPurchase;
    group.key.start_us = context_.period.start_us;
    group.key.end_us = context_.period.end_us;
    group.of_period = true;
  }
  return true;
}

bool PeriodFees::Widen(const HashMap<uint32_t, RowSums>& copied) {
  bool any = false;
  for (const auto& [commitment, fees] : fees_) {
    if (fees.recurring_inside && Agree(fees.recurring, copied)) {
      any |= Take(fees.recurring);
    } else if (fees.all_inside && Agree(fees.all, copied)) {
      any |= Take(fees.all);
    } else if (fees.recurring_inside && ExceedTheirTime(fees.recurring)) {
      any |= Take(fees.recurring);
    }
  }
  return any;
}

}  // namespace drawdown
