// Posting quotas: their records, and the accounts that follow from runs and
// amounts.
#include <algorithm>

#include "base/error.h"
#include "ledger/posting.h"
#include "ledger/quota_rules.h"

namespace drawdown {
namespace {

// A later setting of the same instant replaces the earlier one.
void AddVersion(QuotaVersion version, std::vector<QuotaVersion>* versions) {
  const auto at = std::lower_bound(
      versions->begin(), versions->end(), version.from_us,
      [](const QuotaVersion& one, int64_t us) { return one.from_us < us; });
  if (at != versions->end() && at->from_us == version.from_us) {
    *at = std::move(version);
  } else {
    versions->insert(at, std::move(version));
  }
}

bool EverSlice(const StoredQuota& quota) {
  return std::any_of(
      quota.versions.begin(), quota.versions.end(),
      [](const QuotaVersion& one) { return one.limit && one.limit->slice; });
}

// Whether more is set aside above by the new limit, or it has less for what
// slices below it set aside.
bool PromisesMore(const QuotaLimit* before,
                  const std::optional<QuotaLimit>& now) {
  const Int128 kept = before != nullptr ? GuaranteeOf(*before) : 0;
  if (!now) return false;
  return GuaranteeOf(*now) > kept || before == nullptr ||
         now->nominal < before->nominal;
}

}  // namespace

absl::Status Posting::OpenQuotas() {
  quotas_ = std::make_unique<QuotaPart>(transaction_.get(), bucket_us_, Names(),
                                        std::move(known_.quotas));
  ASSIGN_OR_RETURN(quotas_->any, quotas_->index.any());
  ASSIGN_OR_RETURN(const std::unique_ptr<Cursor> cursor,
                   transaction_->NewCursor(Table::kHolds));
  ASSIGN_OR_RETURN(quotas_->any_holds, cursor->SeekAtLeast("h"));
  return absl::OkStatus();
}

absl::StatusOr<Verdict> Posting::SetQuota(const QuotaSetting& setting,
                                          const std::vector<int64_t>& edges) {
  RETURN_IF_ERROR(CheckQuota(setting, bucket_us_));
  QuotaSet set;
  ASSIGN_OR_RETURN(const std::string now, PathNow(setting.scope.tenant));
  if (now != setting.scope.tenant) {
    return MakeError(ErrorCode::kWrongState, "tenant " + setting.scope.tenant +
                                                 " is " + now +
                                                 " now: set its quota there");
  }
  ASSIGN_OR_RETURN(set.tenant,
                   Intern(NameKind::kTenant, setting.scope.tenant, false));
  const std::string packed = PackEdges(edges);
  set.pool = setting.scope.pool;
  set.period = setting.scope.period;
  set.rolling_us = setting.scope.rolling_us;
  set.contract = setting.scope.contract;
  set.commitment = setting.scope.commitment;
  set.edges = packed;
  set.from_us = setting.from_us.value_or(tip_.recorded_us);
  set.limit = setting.limit;
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas own,
                   quotas_->index.OfTenant(set.tenant));
  bool promises_more = PromisesMore(nullptr, set.limit);
  for (const StoredQuota* const known : own) {
    if (!SameKind(known->scope, setting.scope)) continue;
    if (known->edges == edges &&
        SaysAlready(*known, setting, tip_.recorded_us)) {
      return Verdict::kUnchanged;
    }
    promises_more = PromisesMore(LimitAt(*known, set.from_us), set.limit);
  }
  RETURN_IF_ERROR(Post(set));
  ASSIGN_OR_RETURN(const uint32_t quotas, quotas_->index.NextId());
  RETURN_IF_ERROR(CheckQuotaCount(quotas));
  if (promises_more) {
    ASSIGN_OR_RETURN(const QuotaIndex::Quotas concerned,
                     WhatPromisesWith(setting.scope));
    RETURN_IF_ERROR(CheckGuarantees(concerned, setting.scope, set.from_us));
  }
  return Verdict::kNew;
}

// The quotas of the tenant and above, and all slices: others neither keep
// anything nor are kept from. Once each.
absl::StatusOr<QuotaIndex::Quotas> Posting::WhatPromisesWith(
    const QuotaScope& scope) {
  ASSIGN_OR_RETURN(QuotaIndex::Quotas quotas, quotas_->index.Slices());
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas over,
                   quotas_->index.Over(scope.tenant, ""));
  const size_t slices = quotas.size();
  for (const StoredQuota* const quota : over) {
    const auto end = quotas.begin() + static_cast<ptrdiff_t>(slices);
    if (std::find(quotas.begin(), end, quota) == end) quotas.push_back(quota);
  }
  return quotas;
}

absl::Status Posting::Post(const QuotaSet& set) {
  Journal(set);
  return Apply(set);
}

absl::Status Posting::Apply(const QuotaSet& set) {
  StoredQuota quota;
  quota.tenant = set.tenant;
  quota.scope = {PathOf(NameKind::kTenant, set.tenant),
                 std::string(set.pool),
                 set.period,
                 set.rolling_us,
                 std::string(set.contract),
                 std::string(set.commitment)};
  ASSIGN_OR_RETURN(quota.id, quotas_->index.NextId());
  ASSIGN_OR_RETURN(const QuotaIndex::Quotas own,
                   quotas_->index.OfTenant(set.tenant));
  for (const StoredQuota* const known : own) {
    if (SameKind(known->scope, quota.scope)) quota = StoredQuota(*known);
  }
  const std::vector<int64_t> edges = UnpackEdges(set.edges);
  const bool made = quota.versions.empty() || quota.edges != edges;
  quota.edges = edges;
  AddVersion({set.from_us, set.limit}, &quota.versions);
  const std::string key = QuotaKey(quota.id);
  RETURN_IF_ERROR(
      transaction_->Put(Table::kQuotas, key, EncodeQuota(key, quota)));
  const std::string of_tenant = QuotasOfTenantKey(quota.tenant, quota.id);
  RETURN_IF_ERROR(transaction_->Put(Table::kQuotas, of_tenant,
                                    EncodeQuotaIds(of_tenant, {})));
  if (EverSlice(quota)) RETURN_IF_ERROR(AddSlice(quota.id));
  if (made) {
    quotas_->made.insert(quota.id);
    quotas_->make_held = true;
  }
  quotas_->any = true;
  if (made || EverSlice(quota)) {
    quotas_->limits = true;
  } else {
    quotas_->ceilings.insert(quota.id);
  }
  quotas_->index.Forget();
  return absl::OkStatus();
}

absl::Status Posting::AddSlice(uint32_t quota) {
  std::vector<uint32_t> ids;
  ASSIGN_OR_RETURN(const auto bytes,
                   transaction_->Get(Table::kQuotas, kSlicesKey));
  if (bytes) {
    ASSIGN_OR_RETURN(ids, DecodeQuotaIds(kSlicesKey, *bytes));
  }
  const auto at = std::lower_bound(ids.begin(), ids.end(), quota);
  if (at != ids.end() && *at == quota) return absl::OkStatus();
  ids.insert(at, quota);
  return transaction_->Put(Table::kQuotas, kSlicesKey,
                           EncodeQuotaIds(kSlicesKey, ids));
}

absl::Status Posting::TellLiveQuotas() {
  if (live_quotas_ == nullptr) return absl::OkStatus();
  std::set<uint32_t> changed = quotas_->accounts.changed();
  changed.insert(quotas_->held.changed().begin(),
                 quotas_->held.changed().end());
  const bool facts = quotas_->facts && !changed.empty();
  return live_quotas_->BeforeCommit(changed, quotas_->ceilings,
                                    facts || quotas_->limits);
}

// Accounts of new quotas are made from all that is in the store by now; what
// was added to them on the way is in it too.
absl::Status Posting::FlushQuotas() {
  if (!quotas_->made.empty()) quotas_->index.Forget();
  RETURN_IF_ERROR(quotas_->accounts.Drop(transaction_.get(), quotas_->made));
  RETURN_IF_ERROR(quotas_->accounts.Flush(transaction_.get()));
  RETURN_IF_ERROR(quotas_->accounts.Make(quotas_->made));
  RETURN_IF_ERROR(quotas_->accounts.Flush(transaction_.get()));
  if (quotas_->make_held) {
    RETURN_IF_ERROR(quotas_->held.Make(transaction_.get()));
  }
  return quotas_->held.Flush(transaction_.get());
}

}  // namespace drawdown
