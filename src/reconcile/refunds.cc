#include "reconcile/refunds.h"

#include <algorithm>

#include "base/same_text.h"
#include "model/stored_breaks.h"

namespace drawdown {
namespace {

// What the row of such a group is called by its service.
uint32_t ServiceOf(const Group& group) {
  return group.key.disposition == Disposition::kCorrection ? group.key.category
                                                           : group.key.service;
}

// Corrections of a pool, SKU or resource are settled with those.
bool IsOfNothing(const Break& item) {
  return item.kind == BreakClass::kCorrectionOrphan && item.pool.empty() &&
         item.sku.empty() && item.resource.empty();
}

bool GivesBack(const Break& item, const Group& group,
               const OurServices& services, const GroupNames& names) {
  if (item.billed_cost >= MoneyAmount() || !group.key.unnamed) return false;
  const uint32_t service = ServiceOf(group);
  return services.MayBe(service == kNoIndex
                            ? std::string_view()
                            : std::string_view(names.texts.Name(service)));
}

}  // namespace

void OurServices::Add(const BillRow& row, const RoutedRow& routed) {
  const bool ours = routed.contract_provider &&
                    (routed.key.disposition < Disposition::kOtherProvider ||
                     routed.key.disposition == Disposition::kUnusedCapacity ||
                     routed.key.disposition == Disposition::kDearCapacity) &&
                    row.category != ChargeCategory::kAdjustment;
  if (row.service.empty()) return;
  if (ours) return ours_.Add(row.service);
  // What is bought is used, though no row says so: support, a domain.
  const bool other = row.category == ChargeCategory::kUsage ||
                     (routed.key.disposition == Disposition::kOtherPurchase &&
                      row.billed_cost.amount > MoneyAmount());
  if (routed.contract_provider && other) others_.Add(row.service);
}

void OurServices::Services::Add(std::string_view service) {
  if (SameText(service, last)) return;
  last = service;
  if (!full()) names.insert(last);
}

bool OurServices::Services::Has(std::string_view service) const {
  return names.find(service) != names.end();
}

bool OurServices::MayBe(std::string_view service) const {
  if (service.empty() || ours_.full() || others_.full()) return true;
  return ours_.Has(service) || !others_.Has(service);
}

bool MarkRefunds(const std::vector<Group>& groups, const OurServices& services,
                 const CompareContext& context, StoredBreaks* breaks) {
  bool marked = false;
  MoneyAmount granted = context.books->credits();  // negative, as credits are
  for (const StoredBreaks::Place place : breaks->order) {
    // Tenants' parts are of usage, which is compared.
    if (place.split != StoredBreaks::kWhole) continue;
    Break& item = breaks->wholes[place.item];
    // Copies are of no group, what is unbilled of no row.
    if (item.lines >= groups.size()) continue;
    const Group& group = groups[item.lines];
    if (!GivesBack(item, group, services, *context.names)) continue;
    const bool credit = group.key.disposition == Disposition::kOtherCategory;
    const bool adjustment = group.key.disposition == Disposition::kAdjustment &&
                            item.kind == BreakClass::kNonUsage;
    if (!credit && !adjustment && !IsOfNothing(item)) continue;
    marked = true;
    item.price_effect = item.billed_cost;
    if (!credit || item.currency != context.contract->currency) continue;
    const MoneyAmount part =
        std::min(std::max(granted, item.billed_cost), MoneyAmount());
    item.price_effect -= part;
    granted -= part;
  }
  return marked;
}

}  // namespace drawdown
