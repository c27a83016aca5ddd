#include "reconcile/bill_names.h"

#include <string>

#include "absl/strings/match.h"

namespace drawdown {
namespace {

absl::string_view AbslView(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}

std::string_view LastPart(std::string_view id) {
  const size_t cut = id.find_last_of("/:");
  return cut == std::string_view::npos ? std::string_view()
                                       : id.substr(cut + 1);
}

bool RegionsAgree(const PoolNaming& naming, std::string_view region) {
  return naming.region.empty() || region.empty() || naming.region == region;
}

}  // namespace

BillNames::BillNames(const Contract& contract) : contract_(contract) {
  for (const PoolNaming& naming : contract.pools) {
    if (!naming.sku.empty()) pools_by_sku_[naming.sku].push_back(&naming);
  }
  for (const Commitment& commitment : contract.commitments) {
    commitments_.emplace(commitment.id, &commitment);
  }
}

bool BillNames::IsProvider(std::string_view name) const {
  if (absl::EqualsIgnoreCase(AbslView(name), contract_.provider)) return true;
  for (const std::string& alias : contract_.provider_aliases) {
    if (absl::EqualsIgnoreCase(AbslView(name), alias)) return true;
  }
  return false;
}

PoolMatch BillNames::FindBySku(std::string_view sku,
                               std::string_view region) const {
  const auto found = pools_by_sku_.find(AbslView(sku));
  if (sku.empty() || found == pools_by_sku_.end()) return {};
  PoolMatch match{PoolMatch::Result::kOtherRegion, found->second.front()};
  for (const PoolNaming* naming : found->second) {
    if (!RegionsAgree(*naming, region)) continue;
    if (!region.empty() && naming->region == region) {
      return {PoolMatch::Result::kFound, naming};
    }
    const bool first = match.result == PoolMatch::Result::kOtherRegion;
    if (first) match = {PoolMatch::Result::kFound, naming};
    if (!first && match.naming->name != naming->name) {
      match.result = PoolMatch::Result::kAmbiguous;
    }
  }
  return match;
}

PoolMatch BillNames::FindPool(const BillRow& row) const {
  const PoolMatch by_sku = FindBySku(row.sku, row.region);
  if (by_sku.result == PoolMatch::Result::kFound) return by_sku;
  const PoolMatch by_price = FindBySku(row.sku_price, row.region);
  const bool better = by_price.result == PoolMatch::Result::kFound ||
                      by_sku.result == PoolMatch::Result::kUnknownSku;
  return better ? by_price : by_sku;
}

const Commitment* BillNames::FindCommitment(std::string_view id) const {
  auto found = commitments_.find(AbslView(id));
  if (found == commitments_.end()) {
    found = commitments_.find(AbslView(LastPart(id)));
  }
  return found == commitments_.end() ? nullptr : found->second;
}

int64_t BillNames::GpusPerUnit(const Commitment& commitment) const {
  int64_t gpus = 0;
  for (const PoolNaming& naming : contract_.pools) {
    Subject subject;
    subject.pool = naming.name;
    subject.region = naming.region;
    subject.sku = naming.sku;
    subject.provider = contract_.provider;
    if (!Applies(commitment.applies, subject)) continue;
    if (gpus != 0 && gpus != naming.gpus_per_unit) return 0;
    gpus = naming.gpus_per_unit;
  }
  return gpus;
}

}  // namespace drawdown
