// What a bill's names are by the contract's versions.
#include "base/check.h"
#include "reconcile/route.h"

namespace drawdown {

Router::Naming::Naming(const ContractSpan& span, GroupNames* names)
    : from_us(span.from_us), contract(span.contract), names(*span.contract) {
  for (const PoolNaming& naming : contract->pools) {
    pools.push_back(names->pools.Intern(naming.name));
  }
}

Router::Router(const Contract& contract, const ContractTimeline& versions,
               const std::vector<const Contract*>& others,
               const Interval& period, int64_t bucket_length_us,
               GroupNames* names)
    : contract_(contract),
      period_(period),
      bucket_length_us_(bucket_length_us),
      names_(*names),
      provider_(names->texts.Intern(contract.provider)) {
  // Those that held before the period are kept: it may bill their time.
  const ContractTimeline all =
      versions.empty() ? ContractTimeline(contract) : versions;
  for (const ContractSpan& span : all.spans()) {
    if (span.from_us >= period.end_us && !namings_.empty()) break;
    if (span.from_us <= period.start_us) first_in_period_ = namings_.size();
    namings_.push_back(std::make_unique<Naming>(span, names));
  }
  for (const Contract* const other : others) {
    others_.push_back(
        std::make_unique<Naming>(ContractSpan{.contract = other}, names));
  }
}

uint32_t Router::PoolIndex(const PoolNaming* naming) const {
  for (const auto& version : namings_) {
    const std::vector<PoolNaming>& pools = version->contract->pools;
    const PoolNaming* const first = pools.data();
    if (naming < first || naming >= first + pools.size()) continue;
    return version->pools[static_cast<size_t>(naming - first)];
  }
  CHECK(false);
  return kNoIndex;
}

const Router::Naming& Router::NamingAt(int64_t at_us) const {
  size_t i = namings_.size() - 1;
  while (i > 0 && namings_[i]->from_us > at_us) --i;
  return *namings_[i];
}

PoolMatch Router::FindPool(const BillRow& row,
                           std::string_view resource) const {
  const Naming& own = NamingAt(row.charge_start_us);
  const PoolMatch match = own.names.FindPool(row, resource);
  if (match.result != PoolMatch::Result::kUnknownSku) return match;
  // A bill may be slow to follow an amendment, or ahead of it.
  for (size_t i = namings_.size(); i-- > first_in_period_;) {
    if (namings_[i].get() == &own) continue;
    const PoolMatch other = namings_[i]->names.FindPool(row, resource);
    if (other.result == PoolMatch::Result::kFound) return other;
  }
  return match;
}

const Commitment* Router::FindCommitment(const BillRow& row,
                                         std::string_view id) const {
  const Naming& own = NamingAt(row.charge_start_us);
  const Commitment* found = own.names.FindCommitment(id);
  for (size_t i = namings_.size();
       found == nullptr && i-- > first_in_period_;) {
    if (namings_[i].get() == &own) continue;
    found = namings_[i]->names.FindCommitment(id);
  }
  return found;
}

}  // namespace drawdown
