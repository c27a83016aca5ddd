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
#include "reconcile/group_key.h"
#include "reconcile/lane.h"
#include "reconcile/quantity.h"

namespace drawdown {

struct RoutedRow {
  GroupKey key;
  std::optional<BilledGpuTime> quantity;
  const PoolNaming* pool = nullptr;  // where the row names one
  uint8_t agreed = 0;                // of usage: KeyParts that found it
  uint8_t dropped = 0;               // and those that differ
  uint32_t tenant = kNoIndex;        // of usage, where tenants are asked for
  uint32_t invoice = kNoIndex;       // of InvoiceNumbers
  bool contract_provider = true;
  bool by_consumption = false;  // `quantity` is the row's ConsumedQuantity
  bool by_gpu_count = false;    // and of units of its SkuPriceDetails.GpuCount
  // Of usage that gives both quantities and not the same: what was consumed.
  std::optional<BilledGpuTime> consumed;
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
  // What of the contract a row is about.
  struct Target {
    Disposition disposition = Disposition::kCompare;
    Lane lane;
    const PoolNaming* pool = nullptr;
    const Contract* other = nullptr;  // that names `pool`
    uint8_t agreed = 0;               // of usage: KeyParts
    uint8_t dropped = 0;              // likewise
    int64_t micro_gpus = 0;           // of one billed unit; 0: unknown
  };

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
  bool WasNamedOnly(const BillRow& row, const PoolMatch& match) const;
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
  Target OfCommitment(const BillRow& row, RowKind kind,
                      const Commitment& commitment, const PoolNaming* pool);
  const Commitment* ReservedBy(const BillRow& row) const;
  bool IsBeside(const BillRow& row, const PoolMatch& match);
  Target UsageOfPool(const BillRow& row, const PoolMatch& match);
  Target UnusedCapacityOf(const BillRow& row, const PoolMatch& match);
  Disposition DispositionOf(const BillRow& row) const;
  GroupKey KeyOf(const BillRow& row, const Target& target);
  void SetWindow(const BillRow& row, GroupKey& key) const;
  void KeepDearApart(const BillRow& row, RoutedRow* routed) const;
  bool IsProvider(std::string_view name);
  uint32_t PoolIndex(const PoolNaming* naming) const;
  static bool ByConsumption(const BillRow& row);
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
