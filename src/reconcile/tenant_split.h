// Where a pool agrees and its tenants do not: shared and idle GPUs.
#ifndef DRAWDOWN_SRC_RECONCILE_TENANT_SPLIT_H_
#define DRAWDOWN_SRC_RECONCILE_TENANT_SPLIT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash_map.h"
#include "model/stored_breaks.h"
#include "reconcile/books.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"

namespace drawdown {

// The tenants that rows name and those of the books, numbered by their names'
// order.
class TenantOrder {
 public:
  // `texts` has their names, and outlives this. Tags may be of no row.
  TenantOrder(const HashSet<uint32_t>& tags, const Books& books,
              const Interner& texts);

  // REQUIRES: `text` is the name of one.
  uint32_t Of(uint32_t text) const { return numbers_[text]; }
  // The nearest of them that it is below, else kNoIndex.
  uint32_t Above(uint32_t number) const { return above_[number]; }
  size_t size() const { return names_.size(); }

  std::vector<std::string> Names() const;

 private:
  std::vector<std::string_view> names_;
  std::vector<uint32_t> numbers_;  // by text
  std::vector<uint32_t> above_;
};

// Whether an item is split: a clean one of usage, where its rows name tenants.
bool HasTenants(const Break& item, const Group& group,
                const CompareContext& context);

// Splits items by tenant. Each thread has one of its own.
class TenantSplitter {
 public:
  TenantSplitter(const TenantOrder* tenants, const CompareContext* context)
      : tenants_(*tenants),
        context_(*context),
        tags_(tenants->size()),
        others_(tenants->size()) {}

  // What each tenant has of `group`, which HasTenants and split->whole is of:
  // those whose hours or money are not what the meter has are allocation_gap. A
  // tag that names a tenant takes what is metered below it too. The parts sum
  // to the whole exactly. None where that does not fit 128 bits.
  void Split(const Group& group, SplitBreak* split);

 private:
  // Of one tenant, by its number.
  struct Side {
    uint32_t tenant = 0;
    TenantSum billed;
    TenantPlaces places;
    GpuTime metered;
    GpuTime excluded;  // of it, and rightly not billed

    GpuTime owed() const { return metered - excluded; }
  };

  void AddSides(const Group& group);
  void AddMetered(uint32_t tenant, GpuTime time);
  void LeaveOutExcluded(GpuTime excluded);
  TenantPart PartOf(const Side& side, MoneyAmount expected, BreakClass whole,
                    const Group& group) const;

  const TenantOrder& tenants_;
  const CompareContext& context_;
  std::vector<Side> sides_;  // of the group at hand
  std::vector<Int128> weights_;
  // By tenant, where in sides_ plus one: those that tags name, and others.
  std::vector<uint32_t> tags_;
  std::vector<uint32_t> others_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_TENANT_SPLIT_H_
