// What rows of a bill are grouped by, before anything is compared.
#ifndef DRAWDOWN_SRC_RECONCILE_GROUP_KEY_H_
#define DRAWDOWN_SRC_RECONCILE_GROUP_KEY_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "drawdown/units.h"
#include "reconcile/agreed.h"
#include "reconcile/lane.h"

namespace drawdown {

enum class Disposition : uint8_t {
  kCompare,         // against the books of its lane
  kTiming,          // of this bill, for time outside the period
  kCorrection,      // of something already invoiced
  kLateCorrection,  // of time that no other row bills: late usage
  kOtherCurrency,   // not the contract's
  kUnknownGpu,      // GPU usage of no pool of the contract
  kNothingLeft,     // of a pool by a coarser key, all of whose hours are billed
  kCoarseUnmeasured,  // likewise, without GPU time that could be compared
  kAmbiguousSku,      // one of several pools, the row does not say which
  kNoChargePeriod,    // empty or inverted
  kOtherProvider,     // the rest is passed through
  kOtherPeriod,       // another billing period's row
  kOtherCategory,     // tax, credit
  kAdjustment,        // which may be the rounding of an invoice
  kOtherPurchase,     // of something that is no commitment of the contract
  kOtherUnused,       // the unused part of such a thing
  kUnusedCapacity,    // reserved capacity nobody ran on, at no more than usage
  kDearCapacity,      // likewise, at more, or at what is not known
  kOtherContract,     // of a pool that another contract names
  kOtherService,      // not GPU usage
};
inline constexpr size_t kDispositions =
    static_cast<size_t>(Disposition::kOtherService) + 1;

// Rows with equal keys are one group. Names are interned; what does not
// separate groups of a disposition stays kNoIndex or 0.
struct GroupKey {
  Disposition disposition = Disposition::kCompare;
  // KeyParts in which compared usage differs from its pool, or unknown GPU
  // usage from several; of others' commitments, whether all are in one group.
  uint8_t dropped = 0;
  // Of credits, adjustments and corrections of no pool: they are of the period
  // and say no SKU nor resource that is not the contract's.
  bool unnamed = false;
  Lane lane;
  uint32_t provider = kNoIndex;
  // Of another contract's rows its id, of corrections of no pool the service.
  uint32_t category = kNoIndex;
  uint32_t service = kNoIndex;  // of a correction: the line it says it is of
  uint32_t sku = kNoIndex;
  uint32_t region = kNoIndex;
  uint32_t currency = 0;
  int64_t start_us = 0;
  int64_t end_us = 0;

  friend bool operator==(const GroupKey&, const GroupKey&) = default;
  template <typename Hash>
  friend Hash AbslHashValue(Hash state, const GroupKey& key) {
    const auto what =
        static_cast<uint32_t>(static_cast<uint32_t>(key.disposition) << 16 |
                              key.dropped << 8 | (key.unnamed ? 1 : 0));
    return Hash::combine(std::move(state), what, key.lane, key.provider,
                         key.category, key.service, key.sku, key.region,
                         key.currency, key.start_us, key.end_us);
  }
};

// What a bill has too many of to keep apart is grouped by less: without the
// charge period, then without service, SKU, region and others' commitment too.
enum class KeyGrain : uint8_t { kWhole, kTimeless, kBare };

// Whether its rows end in one class however they are grouped, and need no
// charge period to be judged.
bool CanCoarsen(Disposition disposition);

// Whether its rows are the contract provider's and are of nothing that the
// meter or a commitment could judge: they pass through.
bool PassesThrough(Disposition disposition);

// Leaves out of a key what its grain does.
void Coarsen(KeyGrain grain, GroupKey* key);

// Interned names of one reconciliation.
struct GroupNames {
  Interner pools;
  Interner commitments;
  Interner texts;  // providers, categories, services, SKUs, regions
  std::vector<Currency> currencies;

  uint32_t CurrencyIndex(Currency currency);
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_GROUP_KEY_H_
