#include "rating/rules.h"

#include "base/decimal.h"

namespace drawdown {
namespace {

std::string RateText(const Contract& contract, const ChargeSlot& slot) {
  const Rate& rate = contract.rates[slot.rate];
  std::string text =
      "rate " + rate.pool + " from " + FormatInstant(rate.from_us);
  if (rate.tiers.size() == 1) return text;
  const std::optional<GpuTime> up_to = rate.tiers[slot.tier].up_to;
  if (up_to.has_value()) {
    return text + ", tier up to " + FormatGpuHours(*up_to) + " GPU-hours";
  }
  return text + ", tier beyond " +
         FormatGpuHours(*rate.tiers[slot.tier - 1].up_to) + " GPU-hours";
}

std::string OverageText(const Commitment& commitment) {
  const Overage& overage = *commitment.overage;
  if (overage.refuse) return "beyond it usage is refused";
  if (!overage.factor_micro.has_value()) return "overage at a price of its own";
  return "overage at " + FormatScaled(*overage.factor_micro, 6) +
         " of its price";
}

std::string KindText(const ChargeSlot& slot, const Commitment& commitment) {
  const bool waived = commitment.shortfall.policy == ShortfallPolicy::kWaived;
  switch (slot.kind) {
    case ChargeKind::kCovered:
      return slot.counted_only ? "counted; a lower layer has priced it"
                               : "covered";
    case ChargeKind::kOverage:
    case ChargeKind::kUnpriced:
      return OverageText(commitment);
    case ChargeKind::kUnused:
    case ChargeKind::kShortfall:
      return waived ? "not drawn by the interval's end, waived"
                    : "not drawn by the interval's end, take-or-pay";
    case ChargeKind::kUndelivered:
      return "contracted and not delivered";
    case ChargeKind::kRolloverIn:
      return "carried in from earlier intervals";
    default:
      return "carried into the next interval";
  }
}

}  // namespace

uint32_t RuleBook::Intern(const ChargeRule& rule) {
  const auto next = static_cast<uint32_t>(rules_.size());
  const auto [known, added] = known_.emplace(rule, next);
  if (added) rules_.push_back(rule);
  return known->second;
}

ChargeRule RuleBook::RuleOf(const ChargeSlot& slot, uint32_t position) const {
  return {.version = plan_->versions[slot.version].contract->version,
          .commitment = slot.commitment,
          .kind = slot.kind,
          .unit_price = slot.unit_price,
          .text = TextOf(slot, position)};
}

std::string RuleBook::TextOf(const ChargeSlot& slot, uint32_t position) const {
  const Contract& contract = *plan_->versions[slot.version].contract;
  if (slot.rate != kNoIndex) return RateText(contract, slot);
  if (slot.commitment == kNoIndex) return "no rate covers the pool";
  const std::string& id = plan_->names[slot.commitment];
  std::string text = "commitment " + id;
  if (slot.expansion) text += ", its expansion";
  for (const Commitment& commitment : contract.commitments) {
    if (commitment.id != id) continue;
    text += ", layer " + std::to_string(commitment.layer);
    if (position != kNoIndex) {
      text += ", burn order " + std::to_string(position + 1);
    }
    return text + ": " + KindText(slot, commitment);
  }
  return text;
}

}  // namespace drawdown
