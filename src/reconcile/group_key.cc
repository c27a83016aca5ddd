#include "reconcile/group_key.h"

#include <algorithm>

namespace drawdown {

bool CanCoarsen(Disposition disposition) {
  switch (disposition) {
    case Disposition::kOtherCurrency:
    case Disposition::kUnknownGpu:
    case Disposition::kAmbiguousSku:
    case Disposition::kNoChargePeriod:
    case Disposition::kOtherProvider:
    case Disposition::kOtherPeriod:
    case Disposition::kOtherContract:
      return true;
    default:
      return PassesThrough(disposition);
  }
}

bool PassesThrough(Disposition disposition) {
  switch (disposition) {
    case Disposition::kOtherCategory:
    case Disposition::kAdjustment:
    case Disposition::kOtherPurchase:
    case Disposition::kOtherUnused:
    case Disposition::kUnusedCapacity:
    case Disposition::kDearCapacity:
    case Disposition::kOtherService:
      return true;
    default:
      return false;
  }
}

void Coarsen(KeyGrain grain, GroupKey* key) {
  if (grain == KeyGrain::kWhole) return;
  key->start_us = key->end_us = 0;
  if (grain == KeyGrain::kTimeless) return;
  key->service = key->sku = key->region = kNoIndex;
  if (key->disposition == Disposition::kOtherPurchase ||
      key->disposition == Disposition::kOtherUnused) {
    key->lane.commitment = kNoIndex;
    key->dropped = 1;
  }
}

uint32_t GroupNames::CurrencyIndex(Currency currency) {
  const auto found = std::find(currencies.begin(), currencies.end(), currency);
  const auto index = static_cast<uint32_t>(found - currencies.begin());
  if (found == currencies.end()) currencies.push_back(currency);
  return index;
}

}  // namespace drawdown
