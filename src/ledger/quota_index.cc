#include "ledger/quota_index.h"

#include <algorithm>

#include "base/coding.h"
#include "base/error.h"
#include "base/path.h"
#include "ledger/records.h"

namespace drawdown {

bool SameKind(const QuotaScope& a, const QuotaScope& b) {
  return a.pool == b.pool && a.period == b.period &&
         a.rolling_us == b.rolling_us && a.contract == b.contract &&
         a.commitment == b.commitment;
}

std::vector<QuotaIndex::Quotas> ChainsIn(const QuotaIndex::Quotas& over) {
  std::vector<QuotaIndex::Quotas> chains;
  for (const StoredQuota* const quota : over) {
    const auto chain = std::find_if(
        chains.begin(), chains.end(), [quota](const QuotaIndex::Quotas& one) {
          return SameKind(one.front()->scope, quota->scope);
        });
    if (chain != chains.end()) {
      chain->push_back(quota);
    } else {
      chains.push_back({quota});
    }
  }
  return chains;
}

absl::StatusOr<bool> QuotaIndex::any() {
  if (!known_.any) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                     books_->NewCursor(Table::kQuotas));
    ASSIGN_OR_RETURN(known_.any, cursor->SeekAtLeast("q"));
  }
  return *known_.any;
}

void QuotaIndex::Forget() {
  ++version_;
  moves_.Forget();
  known_ = {};
}

QuotaIndex::Known QuotaIndex::Release() {
  ++version_;
  Known known = std::exchange(known_, {});
  known.moves = moves_.Release();
  return known;
}

absl::StatusOr<const StoredQuota*> QuotaIndex::Get(uint32_t id) {
  const auto known = known_.of_id.find(id);
  if (known != known_.of_id.end()) return known->second.get();
  const std::string key = QuotaKey(id);
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kQuotas, key));
  if (!bytes) {
    return MakeError(ErrorCode::kCorrupt,
                     "quota #" + std::to_string(id) + " is lost");
  }
  ASSIGN_OR_RETURN(StoredQuota quota, DecodeQuota(key, *bytes));
  known_.quotas += 1 + (quota.edges.size() + quota.versions.size()) / 8;
  const auto added =
      known_.of_id.emplace(id, std::make_unique<StoredQuota>(std::move(quota)));
  return added.first->second.get();
}

absl::StatusOr<std::optional<uint32_t>> QuotaIndex::TenantId(
    std::string_view tenant) {
  const std::string key = NameByPathKey(NameKind::kTenant, tenant);
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kNames, key));
  if (!bytes) return std::nullopt;
  ASSIGN_OR_RETURN(const Name name, DecodeName(key, *bytes));
  return name.id;
}

absl::StatusOr<QuotaIndex::Quotas> QuotaIndex::OfTenant(uint32_t tenant) {
  const std::string first = QuotasOfTenantKey(tenant, 0);
  const std::string_view prefix =
      std::string_view(first).substr(0, first.size() - sizeof(uint32_t));
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books_->NewCursor(Table::kQuotas));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(first));
  Quotas quotas;
  while (found && cursor->key().starts_with(prefix)) {
    ASSIGN_OR_RETURN(quotas.emplace_back(),
                     Get(ReadKey32(cursor->key().data() + prefix.size())));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return quotas;
}

absl::StatusOr<uint32_t> QuotaIndex::NextId() {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books_->NewCursor(Table::kQuotas));
  // Quotas of tenants ("t") come after quotas ("q").
  ASSIGN_OR_RETURN(const bool any, cursor->SeekAtLeast("r"));
  if (!any) return 0;
  ASSIGN_OR_RETURN(const bool last, cursor->Previous());
  return last ? ReadKey32(cursor->key().data() + 1) + 1 : 0;
}

absl::StatusOr<QuotaIndex::Quotas> QuotaIndex::Over(std::string_view tenant,
                                                    std::string_view pool) {
  ASSIGN_OR_RETURN(const bool some, any());
  if (!some) return Quotas();
  names_.assign(tenant).append(pool);
  AppendFixed(tenant.size(), &names_);
  const auto known = known_.over_names.find(names_);
  if (known != known_.over_names.end()) return known->second;
  ASSIGN_OR_RETURN(const std::string now, moves_.PathNow(tenant));
  ASSIGN_OR_RETURN(Quotas quotas, OverPath(now, pool));
  known_.over_names.emplace(names_, quotas);
  return quotas;
}

absl::StatusOr<const QuotaIndex::Quotas*> QuotaIndex::OfPath(
    std::string_view tenant) {
  const absl::string_view path(tenant.data(), tenant.size());
  const auto known = known_.of_path.find(path);
  if (known != known_.of_path.end()) return &known->second;
  ASSIGN_OR_RETURN(const std::optional<uint32_t> id, TenantId(tenant));
  Quotas quotas;
  if (id) {
    ASSIGN_OR_RETURN(quotas, OfTenant(*id));
  }
  return &known_.of_path.emplace(path, std::move(quotas)).first->second;
}

absl::StatusOr<QuotaIndex::Quotas> QuotaIndex::OverPath(std::string_view tenant,
                                                        std::string_view pool) {
  Quotas quotas;
  while (!tenant.empty()) {
    ASSIGN_OR_RETURN(const Quotas* const own, OfPath(tenant));
    for (const StoredQuota* const quota : *own) {
      if (pool.empty() || SelectorCovers(quota->scope.pool, pool)) {
        quotas.push_back(quota);
      }
    }
    const size_t slash = tenant.rfind('/');
    tenant = slash == tenant.npos ? "" : tenant.substr(0, slash);
  }
  return quotas;
}

// Tenants and pools are few beside pairs of them, so paths and the quotas of
// ancestors are looked up once each.
absl::StatusOr<const QuotaIndex::Quotas*> QuotaIndex::Over(
    uint32_t tenant, uint32_t pool, const NameOf& name_of) {
  const auto known = known_.over.find(std::make_pair(tenant, pool));
  if (known != known_.over.end()) return &known->second;
  Quotas quotas;
  ASSIGN_OR_RETURN(const bool some, any());
  if (some) {
    auto above = known_.over_any_pool.find(tenant);
    if (above == known_.over_any_pool.end()) {
      ASSIGN_OR_RETURN(Quotas all,
                       OverPath(name_of(NameKind::kTenant, tenant), ""));
      above = known_.over_any_pool.emplace(tenant, std::move(all)).first;
    }
    std::string& path = known_.pools[pool];
    if (path.empty() && !above->second.empty()) {
      path = name_of(NameKind::kPool, pool);
    }
    for (const StoredQuota* const quota : above->second) {
      if (SelectorCovers(quota->scope.pool, path)) quotas.push_back(quota);
    }
  }
  return &known_.over.emplace(std::make_pair(tenant, pool), std::move(quotas))
              .first->second;
}

absl::StatusOr<QuotaIndex::Quotas> QuotaIndex::All() {
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books_->NewCursor(Table::kQuotas));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast("q"));
  std::vector<uint32_t> ids;
  while (found && cursor->key().starts_with("q")) {
    ids.push_back(ReadKey32(cursor->key().data() + 1));
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  Quotas quotas;
  for (const uint32_t id : ids) {
    ASSIGN_OR_RETURN(quotas.emplace_back(), Get(id));
  }
  return quotas;
}

absl::StatusOr<std::optional<std::vector<uint32_t>>>
QuotaIndex::TenantsAtOrBelow(std::string_view tenant, size_t most) {
  std::vector<uint32_t> tenants;
  ASSIGN_OR_RETURN(const std::optional<uint32_t> own, TenantId(tenant));
  if (own) tenants.push_back(*own);
  const std::string first =
      NameByPathKey(NameKind::kTenant, std::string(tenant) + "/");
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books_->NewCursor(Table::kNames));
  ASSIGN_OR_RETURN(bool found, cursor->SeekAtLeast(first));
  while (found && cursor->key().starts_with(first)) {
    if (tenants.size() >= most) return std::nullopt;
    ASSIGN_OR_RETURN(const Name name,
                     DecodeName(cursor->key(), cursor->value()));
    tenants.push_back(name.id);
    ASSIGN_OR_RETURN(found, cursor->Next());
  }
  return tenants;
}

// By the names of tenants, unless these are more than all quotas.
absl::StatusOr<QuotaIndex::Quotas> QuotaIndex::AtOrBelow(
    std::string_view tenant) {
  if (tenant.empty()) return All();
  Quotas quotas;
  if (tenant.size() > kMaxPathBytes) return quotas;  // Nobody's name.
  ASSIGN_OR_RETURN(const uint32_t most, NextId());
  ASSIGN_OR_RETURN(const std::optional<std::vector<uint32_t>> tenants,
                   TenantsAtOrBelow(tenant, most));
  if (!tenants) {
    ASSIGN_OR_RETURN(quotas, All());
    std::erase_if(quotas, [&](const StoredQuota* quota) {
      return !IsAtOrBelow(quota->scope.tenant, tenant);
    });
    return quotas;
  }
  for (const uint32_t one : *tenants) {
    ASSIGN_OR_RETURN(const Quotas own, OfTenant(one));
    quotas.insert(quotas.end(), own.begin(), own.end());
  }
  return quotas;
}

absl::StatusOr<bool> QuotaIndex::AnyTenantBelow(std::string_view tenant) {
  const std::string first =
      NameByPathKey(NameKind::kTenant, std::string(tenant) + "/");
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books_->NewCursor(Table::kNames));
  ASSIGN_OR_RETURN(const bool found, cursor->SeekAtLeast(first));
  return found && cursor->key().starts_with(first);
}

absl::StatusOr<bool> QuotaIndex::AnySlice() {
  if (!known_.any_slice) {
    ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kQuotas, kSlicesKey));
    known_.any_slice = bytes.has_value();
  }
  return *known_.any_slice;
}

absl::StatusOr<QuotaIndex::Quotas> QuotaIndex::SlicesIn(
    const StoredQuota& quota, int64_t at_us) {
  ASSIGN_OR_RETURN(const bool any_slice, AnySlice());
  if (!any_slice) return Quotas();
  const bool known = known_.slices && at_us >= known_.slices_from_us &&
                     at_us < known_.slices->until_us();
  if (!known) {
    // Most tenants have none below, and all slices are read at once.
    ASSIGN_OR_RETURN(const bool any_below, AnyTenantBelow(quota.scope.tenant));
    if (!any_below) return Quotas();
    ASSIGN_OR_RETURN(const Quotas all, Slices());
    known_.slices.emplace(all, at_us);
    known_.slices_from_us = at_us;
  }
  return known_.slices->Topmost(quota);
}

absl::StatusOr<QuotaIndex::Quotas> QuotaIndex::Slices() {
  Quotas quotas;
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kQuotas, kSlicesKey));
  if (!bytes) return quotas;
  ASSIGN_OR_RETURN(const std::vector<uint32_t> ids,
                   DecodeQuotaIds(kSlicesKey, *bytes));
  for (const uint32_t id : ids) {
    ASSIGN_OR_RETURN(quotas.emplace_back(), Get(id));
  }
  return quotas;
}

}  // namespace drawdown
