#include "reconcile/refunds.h"

#include <algorithm>

namespace drawdown {
namespace {

bool IsCredit(const Group& group, const GroupNames& names) {
  return group.key.disposition == Disposition::kOtherCategory &&
         names.texts.Name(group.key.category) == "Credit";
}

}  // namespace

void MarkRefunds(const std::vector<Group>& groups,
                 const CompareContext& context, std::vector<Break>* items) {
  MoneyAmount granted = context.books->credits();  // negative, as credits are
  for (Break& item : *items) {
    if (item.kind != BreakClass::kNonUsage || item.lines == Break::kNoLines ||
        item.billed_cost >= MoneyAmount()) {
      continue;
    }
    const Group& group = groups[item.lines];
    if (group.first_us >= context.period.end_us ||
        group.last_us <= context.period.start_us) {
      continue;
    }
    if (group.key.disposition == Disposition::kAdjustment) {
      item.price_effect = item.billed_cost;
    }
    if (!IsCredit(group, *context.names)) continue;
    item.price_effect = item.billed_cost;
    if (item.currency != context.contract->currency) continue;
    const MoneyAmount part =
        std::min(std::max(granted, item.billed_cost), MoneyAmount());
    item.price_effect -= part;
    granted -= part;
  }
}

}  // namespace drawdown
