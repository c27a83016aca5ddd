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
  if (!any_) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                     books_->NewCursor(Table::kQuotas));
    ASSIGN_OR_RETURN(any_, cursor->SeekAtLeast("q"));
  }
  return *any_;
}

void QuotaIndex::Forget() {
  ++version_;
  moves_.Forget();
  any_.reset();
  quotas_.clear();
  of_path_.clear();
  over_.clear();
  over_any_pool_.clear();
}

absl::StatusOr<const StoredQuota*> QuotaIndex::Get(uint32_t id) {
  const auto known = quotas_.find(id);
  if (known != quotas_.end()) return known->second.get();
  const std::string key = QuotaKey(id);
  ASSIGN_OR_RETURN(const auto bytes, books_->Get(Table::kQuotas, key));
  if (!bytes) {
    return MakeError(ErrorCode::kCorrupt,
                     "quota #" + std::to_string(id) + " is lost");
  }
  ASSIGN_OR_RETURN(StoredQuota quota, DecodeQuota(key, *bytes));
  const auto added =
      quotas_.emplace(id, std::make_unique<StoredQuota>(std::move(quota)));
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
  ASSIGN_OR_RETURN(const std::string now, moves_.PathNow(tenant));
  return OverPath(now, pool);
}

absl::StatusOr<const QuotaIndex::Quotas*> QuotaIndex::OfPath(
    std::string_view tenant) {
  const absl::string_view path(tenant.data(), tenant.size());
  const auto known = of_path_.find(path);
  if (known != of_path_.end()) return &known->second;
  ASSIGN_OR_RETURN(const std::optional<uint32_t> id, TenantId(tenant));
  Quotas quotas;
  if (id) {
    ASSIGN_OR_RETURN(quotas, OfTenant(*id));
  }
  return &of_path_.emplace(path, std::move(quotas)).first->second;
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
  const auto known = over_.find(std::make_pair(tenant, pool));
  if (known != over_.end()) return &known->second;
  Quotas quotas;
  ASSIGN_OR_RETURN(const bool some, any());
  if (some) {
    auto above = over_any_pool_.find(tenant);
    if (above == over_any_pool_.end()) {
      ASSIGN_OR_RETURN(Quotas all,
                       OverPath(name_of(NameKind::kTenant, tenant), ""));
      above = over_any_pool_.emplace(tenant, std::move(all)).first;
    }
    std::string& path = pools_[pool];
    if (path.empty() && !above->second.empty()) {
      path = name_of(NameKind::kPool, pool);
    }
    for (const StoredQuota* const quota : above->second) {
      if (SelectorCovers(quota->scope.pool, path)) quotas.push_back(quota);
    }
  }
  return &over_.emplace(std::make_pair(tenant, pool), std::move(quotas))
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

absl::StatusOr<bool> QuotaIndex::AnyTenantBelow(std::string_view tenant) {
  const std::string first =
      NameByPathKey(NameKind::kTenant, std::string(tenant) + "/");
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   books_->NewCursor(Table::kNames));
  ASSIGN_OR_RETURN(const bool found, cursor->SeekAtLeast(first));
  return found && cursor->key().starts_with(first);
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
