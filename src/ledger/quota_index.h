// Which quotas there are, and which of them count what a tenant does on a pool.
#ifndef DRAWDOWN_SRC_LEDGER_QUOTA_INDEX_H_
#define DRAWDOWN_SRC_LEDGER_QUOTA_INDEX_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/hash_map.h"
#include "ledger/quota_records.h"
#include "ledger/run_rules.h"
#include "ledger/slice_tree.h"
#include "ledger/store.h"
#include "ledger/tenant_moves.h"

namespace drawdown {

// Reads the books as they were when the transaction began, once each. Not
// thread-safe. Quotas it names live as long as it.
class QuotaIndex {
 public:
  using Quotas = SliceTree::Quotas;

  // What was read, which follows from the journal alone. Quotas stay where they
  // are when it is moved.
  struct Known {
    std::optional<bool> any;
    std::map<uint32_t, std::unique_ptr<StoredQuota>> of_id;
    HashMap<std::string, Quotas> of_path;
    HashMap<std::pair<uint32_t, uint32_t>, Quotas> over;
    HashMap<uint32_t, Quotas> over_any_pool;  // by tenant
    HashMap<std::string, Quotas> over_names;  // tenant and pool
    HashMap<uint32_t, std::string> pools;     // paths
    std::optional<bool> any_slice;
    std::optional<SliceTree> slices;  // from an instant on
    int64_t slices_from_us = 0;
    TenantMoves::Known moves;

    size_t quotas = 0;  // those on a contract's calendar count for more

    // How many names it is about, and pairs of them.
    size_t paths() const {
      return of_path.size() + over.size() + over_any_pool.size() +
             over_names.size() + pools.size() + moves.pieces.size();
    }
  };

  explicit QuotaIndex(ReadTransaction* books) : QuotaIndex(books, Known()) {}
  QuotaIndex(ReadTransaction* books, Known known)
      : books_(books),
        moves_(books, std::move(known.moves)),
        known_(std::move(known)) {}

  TenantMoves& moves() { return moves_; }

  // Whether there are quotas at all.
  absl::StatusOr<bool> any();
  // Those over what is named `tenant` now and its ancestors whose selector
  // covers the pool, from the tenant upward; with an empty pool, whatever their
  // selector.
  absl::StatusOr<Quotas> Over(std::string_view tenant, std::string_view pool);
  // The same over a path, by its id, kept: wherever it was moved.
  absl::StatusOr<const Quotas*> Over(uint32_t tenant, uint32_t pool,
                                     const NameOf& name_of);
  absl::StatusOr<Quotas> All();
  // Of the tenant of that name and all below it; "": all.
  absl::StatusOr<Quotas> AtOrBelow(std::string_view tenant);
  // kCorrupt where there is none of the id.
  absl::StatusOr<const StoredQuota*> Get(uint32_t id);
  // Of the tenant itself, whatever the pool.
  absl::StatusOr<Quotas> OfTenant(uint32_t tenant);
  // Whether the books have a name below it, with quotas or without.
  absl::StatusOr<bool> AnyTenantBelow(std::string_view tenant);
  // Those that ever were slices.
  absl::StatusOr<Quotas> Slices();
  // Those that set something aside in the quota at the instant and are in no
  // other of them. All slices are read where the books have a tenant below it.
  absl::StatusOr<Quotas> SlicesIn(const StoredQuota& quota, int64_t at_us);
  // The id of the next new quota.
  absl::StatusOr<uint32_t> NextId();
  // What a posting has changed: read anew.
  void Forget();
  // It has read nothing then.
  Known Release();
  // Changes when it has forgotten.
  uint64_t version() const { return version_; }

 private:
  // None where there are more than `most`.
  absl::StatusOr<std::optional<std::vector<uint32_t>>> TenantsAtOrBelow(
      std::string_view tenant, size_t most);
  absl::StatusOr<bool> AnySlice();
  absl::StatusOr<Quotas> OverPath(std::string_view tenant,
                                  std::string_view pool);
  absl::StatusOr<std::optional<uint32_t>> TenantId(std::string_view tenant);
  // Of what is named `tenant`, kept. Valid until the next call.
  absl::StatusOr<const Quotas*> OfPath(std::string_view tenant);

  ReadTransaction* const books_;
  TenantMoves moves_;
  uint64_t version_ = 0;
  Known known_;
  std::string names_;  // scratch
};

// Whether two quotas differ in their tenant alone.
bool SameKind(const QuotaScope& a, const QuotaScope& b);

// The chains of quotas that differ in their tenant alone, each in the order in
// which they are in `over`: from the tenant upward.
std::vector<QuotaIndex::Quotas> ChainsIn(const QuotaIndex::Quotas& over);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_QUOTA_INDEX_H_
