// What made each charge, in words.
#ifndef DRAWDOWN_SRC_RATING_RULES_H_
#define DRAWDOWN_SRC_RATING_RULES_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rating/plan.h"

namespace drawdown {

class RuleBook {
 public:
  explicit RuleBook(const Plan& plan)
      : plan_(&plan), of_slot_(plan.slots.size(), kNoIndex) {}

  // The rule that books under the slot while its commitment is `position`-th in
  // burn order, from 0. Fast while the order stays.
  uint32_t Of(uint32_t slot, uint32_t position) {
    uint32_t& rule = of_slot_[slot];
    if (rule == kNoIndex) rule = Intern(RuleOf(plan_->slots[slot], position));
    return rule;
  }
  // The burn order has changed.
  void Reorder() { of_slot_.assign(of_slot_.size(), kNoIndex); }

  uint32_t Intern(const ChargeRule& rule);

  const std::vector<ChargeRule>& all() const { return rules_; }
  std::vector<ChargeRule> Take() { return std::move(rules_); }

 private:
  ChargeRule RuleOf(const ChargeSlot& slot, uint32_t position) const;
  std::string TextOf(const ChargeSlot& slot, uint32_t position) const;

  const Plan* plan_;
  std::vector<uint32_t> of_slot_;
  std::map<ChargeRule, uint32_t> known_;
  std::vector<ChargeRule> rules_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_RULES_H_
