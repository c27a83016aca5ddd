// Bill rows summed up by group: what is kept of them.
#ifndef DRAWDOWN_SRC_RECONCILE_GROUP_H_
#define DRAWDOWN_SRC_RECONCILE_GROUP_H_

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/coding.h"
#include "base/hash_map.h"
#include "bill/bill_row.h"
#include "reconcile/agreed.h"
#include "reconcile/invoice_set.h"
#include "reconcile/route.h"
#include "reconcile/tenant_sums.h"

namespace drawdown {

// What adds up over rows.
struct RowSums {
  uint64_t rows = 0;
  uint64_t unmeasured = 0;  // rows without a quantity in GPU time
  uint64_t uncosted = 0;    // rows without a cost
  uint64_t unaccrued = 0;   // rows without EffectiveCost
  GpuTime billed;
  GpuTime units;  // GPU time of one unit of each row's quantity
  MoneyAmount cost;
  MoneyAmount cost_places;  // a unit of each row's last published place
  MoneyAmount effective;
  MoneyAmount effective_places;

  static RowSums Of(const BillRow& row, const RoutedRow& routed);
  RowSums& operator+=(const RowSums& other);
  // `copies` times this.
  RowSums Times(uint64_t copies) const;
  RowSums operator-() const;
};

// What a person finds a row by.
struct RowNames {
  Agreed pool;
  Agreed sub_account;
  Agreed region;
  Agreed sku;
  Agreed resource;

  void Add(const BillRow& row, const RoutedRow& routed);
  // Of a row like one that was added (BillRow::like).
  void AddAgain(const BillRow& row);
  void Merge(const RowNames& other);

  // REQUIRES: the names of one row.
  void AppendTo(std::string* out) const;
  // What AppendTo wrote.
  static RowNames Read(ByteReader* bytes);
};

// Of the usage that a group is compared with, what ran on GPUs that the
// provider excluded, and what that costs by the contract.
struct ExcludedShare {
  GpuTime time;
  MoneyAmount cost;
};

struct Group {
  GroupKey key;
  RowSums sums;
  RowNames names;
  Agreed unit;  // PricingUnit of the unmeasured rows
  InvoiceSet invoices;
  int quantity_scale = 0;       // most places a quantity was published with
  int cost_decimals = 0;        // most decimals a BilledCost needs
  bool of_period = false;       // fees of all of it, whatever their dates
  bool by_consumption = false;  // some quantity is a ConsumedQuantity
  uint8_t agreed = 0xff;        // KeyParts in which every row agrees
  uint8_t dropped = 0;          // those in which some row differs
  int64_t first_us = std::numeric_limits<int64_t>::max();  // hull of the
  int64_t last_us = std::numeric_limits<int64_t>::min();   // charge periods
  // SkuPriceDetails.GpuCount where it differs from the contract's
  // gpus_per_unit, or is the GPUs of a unit because the contract gives none.
  int64_t least_gpu_count_micro = std::numeric_limits<int64_t>::max();
  int64_t most_gpu_count_micro = 0;
  bool by_gpu_count = false;  // some row's count is the GPUs of a unit

  void Add(const BillRow& row, const RoutedRow& routed, const RowSums& one);
  void Merge(const Group& other);

  // What published rounding may hide of sums.billed.
  GpuTime slack() const {
    return PublishingSlack(sums.units, quantity_scale, sums.rows);
  }
  ExcludedShare excluded;  // set by ExcludedHours
  // The rows that name each tenant, only where tenants are asked for.
  TenantSums tenants;
  void AddTenant(uint32_t tenant, const RowSums& some) {
    if (tenant != kNoIndex) tenants.Add(tenant, some);
  }

  bool gpu_count_differs() const { return most_gpu_count_micro != 0; }
};

class GroupTable {
 public:
  // Groups of one disposition that CanCoarsen are kept apart up to so many.
  static constexpr uint32_t kMostApart = 8'192;

  // The index of the row's group.
  uint32_t Add(const BillRow& row, const RoutedRow& routed, const RowSums& one);

  // Whether there are more groups of a disposition than are kept apart.
  bool TooMany(Disposition disposition) const {
    return CanCoarsen(disposition) &&
           counts_[static_cast<size_t>(disposition)] > kMostApart;
  }

  // Joins the groups of a disposition whose keys differ in nothing else than
  // the grain leaves out, and keeps their memory for others.
  void Coarsen(Disposition disposition, KeyGrain grain);

  // Joins compared groups of one lane and currency whose windows overlap, and
  // corrections likewise, and returns for each old index its new one; those of
  // a coarser key stay apart. Call after the last Add.
  std::vector<uint32_t> MergeOverlapping();

  // The index that Add returned for rows of this key.
  std::optional<uint32_t> Find(const GroupKey& key) const;

  const std::vector<Group>& groups() const { return groups_; }
  std::vector<Group>& groups() { return groups_; }

 private:
  std::vector<Group> groups_;
  std::vector<uint32_t> free_;  // without rows, in groups_
  HashMap<GroupKey, uint32_t> indices_;
  std::array<uint32_t, kDispositions> counts_ = {};  // of indices_
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_GROUP_H_
