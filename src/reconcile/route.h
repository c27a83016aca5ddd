// Which group a bill row belongs to, before anything is compared.
#ifndef DRAWDOWN_SRC_RECONCILE_ROUTE_H_
#define DRAWDOWN_SRC_RECONCILE_ROUTE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "bill/bill_row.h"
#include "contract/contract.h"
#include "contract/timeline.h"
#include "reconcile/agreed.h"
#include "reconcile/bill_names.h"
#include "reconcile/lane.h"
#include "reconcile/quantity.h"

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

// A bill belongs to the period that holds the middle of its billing period, so
// that calendars cut a few hours apart still meet.
bool BilledIn(const BillRow& row, const Interval& period);

// Whether a row charges time of the period, or is billed in it.
bool IsOfPeriod(const BillRow& row, const Interval& period);

// Leaves out of a key what its grain does.
void Coarsen(KeyGrain grain, GroupKey* key);

struct RoutedRow {
  GroupKey key;
  std::optional<BilledGpuTime> quantity;
  const PoolNaming* pool = nullptr;  // where the row names one
  uint8_t agreed = 0;                // of usage: KeyParts that found it
  uint8_t dropped = 0;               // and those that differ
  uint32_t tenant = kNoIndex;        // of usage, where tenants are asked for
  bool contract_provider = true;
  bool by_consumption = false;  // `quantity` is the row's ConsumedQuantity
  // Of usage that gives both quantities and not the same: what was consumed.
  std::optional<BilledGpuTime> consumed;
};

// Interned names of one reconciliation.
struct GroupNames {
  Interner pools;
  Interner commitments;
  Interner texts;  // providers, categories, services, SKUs, regions
  std::vector<Currency> currencies;

  uint32_t CurrencyIndex(Currency currency);
};

class Router {
 public:
  // `versions` of the contract name pools and commitments by the start of the
  // charge period, and where that version has no name, the others do that hold
  // in the period; empty: the contract at all times. Of GPU usage that it does
  // not name, `others` are asked, the ledger's other contracts.
  Router(const Contract& contract, const ContractTimeline& versions,
         const std::vector<const Contract*>& others, const Interval& period,
         int64_t bucket_length_us, GroupNames* names);

  // From now on keys of a disposition have the next coarser grain, which is
  // returned. REQUIRES: CanCoarsen, and they are not kBare.
  KeyGrain MakeCoarser(Disposition disposition);
  KeyGrain GrainOf(Disposition disposition) const {
    return grains_[static_cast<size_t>(disposition)];
  }

  // kOverflow when the row's GPU time does not fit.
  absl::StatusOr<RoutedRow> Route(const BillRow& row);

  // Whether rows like this one (BillRow::like) are routed like it, but for the
  // window of those in the period.
  bool RoutesAlike(const BillRow& row, const RoutedRow& routed) const;
  // Of a row that was routed alike: the window of its own. False where it must
  // be routed by itself.
  bool SetWindow(const BillRow& row, RoutedRow* routed) const;

 private:
  struct Target;  // what of the contract a row is about

  // How one version of the contract, or another contract, names things.
  struct Naming {
    Naming(const ContractSpan& span, GroupNames* names);

    int64_t from_us;
    const Contract* contract;
    BillNames names;
    std::vector<uint32_t> pools;  // by place in the contract
  };

  const Naming& NamingAt(int64_t at_us) const;
  PoolMatch FindPool(const BillRow& row, std::string_view resource) const;
  const Commitment* FindCommitment(const BillRow& row,
                                   std::string_view id) const;
  // Makes `target` the pool by which another contract names the row, if one
  // does.
  void OfOtherContract(const BillRow& row, Target* target) const;

  Target FindTarget(const BillRow& row);
  Target FindUsageTarget(const BillRow& row);
  Target FindAdjustmentTarget(const BillRow& row);
  bool NamesNothingElse(const BillRow& row) const;
  Target FindCommitmentTarget(const BillRow& row, RowKind kind,
                              Disposition otherwise);
  Target UsageOfPool(const BillRow& row, const PoolMatch& match);
  Target UnusedCapacityOf(const BillRow& row, const PoolMatch& match);
  Disposition DispositionOf(const BillRow& row) const;
  GroupKey KeyOf(const BillRow& row, const Target& target);
  void SetWindow(const BillRow& row, GroupKey& key) const;
  void KeepDearApart(const BillRow& row, RoutedRow* routed) const;
  bool IsProvider(std::string_view name);
  uint32_t PoolIndex(const PoolNaming* naming) const;
  const BilledUnit& UnitOf(const BillRow& row);
  absl::StatusOr<std::optional<BilledGpuTime>> QuantityOf(const BillRow& row,
                                                          int64_t micro_gpus);
  absl::StatusOr<std::optional<BilledGpuTime>> ConsumedOf(const BillRow& row,
                                                          int64_t micro_gpus);

  const Contract& contract_;
  std::vector<std::unique_ptr<Naming>> namings_;  // by time, not empty
  size_t first_in_period_ = 0;                    // of them
  std::vector<std::unique_ptr<Naming>> others_;   // by contract
  Interval period_;
  int64_t bucket_length_us_;
  GroupNames& names_;
  uint32_t provider_;  // the contract's
  std::array<KeyGrain, kDispositions> grains_ = {};
  std::string last_provider_text_;  // and one provider
  bool last_is_provider_ = false;
  std::string last_unit_text_;  // bills repeat one unit row after row
  BilledUnit last_unit_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_ROUTE_H_
