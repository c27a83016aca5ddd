#include "reconcile/bill_names.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

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

// A part of the key on which neither side is silent.
enum class Agreement : uint8_t { kSilent, kAgree, kDiffer };

Agreement Compare(const std::string& named, std::string_view given) {
  if (named.empty() || given.empty()) return Agreement::kSilent;
  return named == given ? Agreement::kAgree : Agreement::kDiffer;
}

Agreement Compare(const std::vector<std::string>& named,
                  std::string_view given) {
  if (named.empty() || given.empty()) return Agreement::kSilent;
  const bool found =
      std::find(named.begin(), named.end(), given) != named.end();
  return found ? Agreement::kAgree : Agreement::kDiffer;
}

// Also by the id's last part, as commitments are.
Agreement CompareResource(const PoolNaming& naming, std::string_view given) {
  const Agreement whole = Compare(naming.resources, given);
  if (whole != Agreement::kDiffer) return whole;
  return Compare(naming.resources, LastPart(given)) == Agreement::kAgree
             ? Agreement::kAgree
             : Agreement::kDiffer;
}

// The parts that agree; nothing where one differs.
std::optional<uint8_t> AgreedParts(const PoolNaming& naming, const BillRow& row,
                                   std::string_view resource) {
  // Our own exports name the pool itself, and a tenant as the sub-account.
  const bool ours = resource == naming.name;
  const auto unless_ours = [ours](Agreement agreement) {
    return ours ? Agreement::kSilent : agreement;
  };
  const std::pair<KeyPart, Agreement> parts[] = {
      {kRegionPart, Compare(naming.region, row.region)},
      {kSubAccountPart,
       unless_ours(Compare(naming.sub_accounts, row.sub_account))},
      {kSkuPricePart, unless_ours(Compare(naming.sku_prices, row.sku_price))},
      {kResourcePart,
       ours ? Agreement::kAgree : CompareResource(naming, resource)}};
  uint8_t agreed = 0;
  for (const auto& [part, agreement] : parts) {
    if (agreement == Agreement::kDiffer) return std::nullopt;
    if (agreement == Agreement::kAgree) agreed |= part;
  }
  return agreed;
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

PoolMatch BillNames::FindBySku(std::string_view sku, const BillRow& row,
                               std::string_view resource) const {
  const auto found = pools_by_sku_.find(AbslView(sku));
  if (sku.empty() || found == pools_by_sku_.end()) return {};
  PoolMatch match{PoolMatch::Result::kOtherRegion, found->second.front()};
  for (const PoolNaming* naming : found->second) {
    const std::optional<uint8_t> agreed = AgreedParts(*naming, row, resource);
    if (!agreed.has_value()) continue;
    const bool first = match.result == PoolMatch::Result::kOtherRegion;
    if (first || *agreed > match.agreed) {
      match = {PoolMatch::Result::kFound, naming, *agreed};
    } else if (*agreed == match.agreed) {
      match.result = PoolMatch::Result::kAmbiguous;
    }
  }
  return match;
}

PoolMatch BillNames::FindPool(const BillRow& row,
                              std::string_view resource) const {
  const PoolMatch by_sku = FindBySku(row.sku, row, resource);
  if (by_sku.result == PoolMatch::Result::kFound) return by_sku;
  const PoolMatch by_price = FindBySku(row.sku_price, row, resource);
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
