// What made each charge, in words.
#ifndef DRAWDOWN_SRC_RATING_RULES_H_
#define DRAWDOWN_SRC_RATING_RULES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "rating/plan.h"

namespace drawdown {

class RuleBook {
 public:
  explicit RuleBook(const Plan& plan)
      : plan_(&plan), of_slot_(plan.slots.size(), kNoRule) {}

  // The rule that books under the slot while its commitment is `position`-th in
  // burn order, from 0. Fast while the order stays.
  uint16_t Of(uint32_t slot, uint32_t position) {
    uint16_t& rule = of_slot_[slot];
    if (rule == kNoRule) {
      const ChargeSlot& booked = plan_->slots[slot];
      rule = Intern(booked.version, TextOf(booked, position),
                    booked.unit_price);
    }
    return rule;
  }
  // The burn order has changed.
  void Reorder() { of_slot_.assign(of_slot_.size(), kNoRule); }

  uint16_t Intern(uint32_t version, const std::string& text,
                  std::optional<MoneyAmount> unit_price = std::nullopt);

  // kUnsupported if there are more rules than a charge can tell apart.
  absl::Status CheckFits() const;
  std::span<const ChargeRule> all() const { return rules_; }
  std::vector<ChargeRule> Take() { return std::move(rules_); }

 private:
  std::string TextOf(const ChargeSlot& slot, uint32_t position) const;

  const Plan* plan_;
  std::vector<uint16_t> of_slot_;
  std::map<std::tuple<uint32_t, std::string, std::optional<MoneyAmount>>,
           uint16_t>
      known_;
  std::vector<ChargeRule> rules_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_RULES_H_
