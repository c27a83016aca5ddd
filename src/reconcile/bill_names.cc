#include "reconcile/bill_names.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "drawdown/units.h"

namespace drawdown {
namespace {

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

// Of names whose letters differ in case from export to export.
Agreement CompareAnyCase(const std::string& named, std::string_view given) {
  const Agreement exact = Compare(named, given);
  return exact == Agreement::kDiffer &&
                 absl::EqualsIgnoreCase(named, AbslView(given))
             ? Agreement::kAgree
             : exact;
}

// Also by the id's last part, as commitments are, and in any case of letters:
// Azure's exports lower it in one column and not in another.
Agreement CompareResource(const PoolNaming& naming, std::string_view given) {
  const Agreement whole = Compare(naming.resources, given);
  if (whole != Agreement::kDiffer) return whole;
  for (const std::string& named : naming.resources) {
    if (absl::EqualsIgnoreCase(named, AbslView(given)) ||
        absl::EqualsIgnoreCase(named, AbslView(LastPart(given)))) {
      return Agreement::kAgree;
    }
  }
  return Agreement::kDiffer;
}

// KeyParts by how both sides compare in them.
struct ComparedParts {
  uint8_t agreed = 0;
  uint8_t differing = 0;
};

ComparedParts CompareParts(const PoolNaming& naming, const BillRow& row,
                           std::string_view resource) {
  // Our own exports name the pool itself, and a tenant as the sub-account.
  const bool ours = resource == naming.name;
  const auto unless_ours = [ours](Agreement agreement) {
    return ours ? Agreement::kSilent : agreement;
  };
  const std::pair<KeyPart, Agreement> parts[] = {
      {kRegionPart, CompareAnyCase(naming.region, row.region)},
      {kSubAccountPart,
       unless_ours(Compare(naming.sub_accounts, row.sub_account))},
      {kSkuPricePart, unless_ours(Compare(naming.sku_prices, row.sku_price))},
      {kResourcePart,
       ours ? Agreement::kAgree : CompareResource(naming, resource)}};
  ComparedParts compared;
  for (const auto& [part, agreement] : parts) {
    if (agreement == Agreement::kDiffer) compared.differing |= part;
    if (agreement == Agreement::kAgree) compared.agreed |= part;
  }
  return compared;
}

uint64_t LengthBit(std::string_view text) {
  return uint64_t{1} << (text.size() % 64);
}

std::string Folded(std::string_view text) {
  return absl::AsciiStrToLower(AbslView(text));
}

std::string_view Stripped(std::string_view text) {
  const absl::string_view bare = absl::StripAsciiWhitespace(AbslView(text));
  return {bare.data(), bare.size()};
}

}  // namespace

int64_t MicroGpusPerUnit(const PoolNaming& pool, const BillRow& row) {
  if (pool.gpus_per_unit > 0) return pool.gpus_per_unit * kMicroGpusPerGpu;
  const int64_t counted = row.gpu_count_micro.value_or(0);
  return counted > 0 ? counted : kMicroGpusPerGpu;
}

BillNames::BillNames(const Contract& contract) : contract_(contract) {
  for (const PoolNaming& naming : contract.pools) {
    pool_names_.emplace(naming.name);
    name_sizes_.set(naming.name.size() % name_sizes_.size());
    by_account_or_resource_ |=
        !naming.sub_accounts.empty() || !naming.resources.empty();
    if (naming.sku.empty()) continue;
    pools_by_sku_[naming.sku].push_back(&naming);
    pools_by_folded_sku_[Folded(naming.sku)].push_back(&naming);
    sku_lengths_ |= LengthBit(naming.sku);
  }
  for (const Commitment& commitment : contract.commitments) {
    commitments_.emplace(commitment.id, &commitment);
    const auto [entry, first] =
        folded_commitments_.emplace(Folded(commitment.id), &commitment);
    if (!first) entry->second = nullptr;
    commitment_lengths_ |= LengthBit(commitment.id);
  }
}

const BillNames::Pools* BillNames::PoolsOf(std::string_view sku) const {
  if (sku.empty()) return nullptr;
  const auto exact = pools_by_sku_.find(AbslView(sku));
  if (exact != pools_by_sku_.end()) return &exact->second;
  const std::string_view bare = Stripped(sku);
  if ((sku_lengths_ & LengthBit(bare)) == 0) return nullptr;
  const auto folded = pools_by_folded_sku_.find(Folded(bare));
  return folded == pools_by_folded_sku_.end() ? nullptr : &folded->second;
}

const Commitment* BillNames::FindFolded(std::string_view id) const {
  const std::string_view bare = Stripped(id);
  if (bare.empty() || (commitment_lengths_ & LengthBit(bare)) == 0) {
    return nullptr;
  }
  const auto found = folded_commitments_.find(Folded(bare));
  return found == folded_commitments_.end() ? nullptr : found->second;
}

bool BillNames::IsProvider(std::string_view name) const {
  if (absl::EqualsIgnoreCase(AbslView(name), contract_.provider)) return true;
  for (const std::string& alias : contract_.provider_aliases) {
    if (absl::EqualsIgnoreCase(AbslView(name), alias)) return true;
  }
  return false;
}

// A row may name a pool itself as its resource.
bool BillNames::TellsApartBy(std::string_view resource) const {
  return by_account_or_resource_ ||
         (name_sizes_.test(resource.size() % name_sizes_.size()) &&
          pool_names_.contains(AbslView(resource)));
}

PoolMatch BillNames::FindBySku(std::string_view sku, const BillRow& row,
                               std::string_view resource) const {
  const Pools* const pools = PoolsOf(sku);
  if (pools == nullptr) return {};
  PoolMatch match{PoolMatch::Result::kOtherRegion, pools->front()};
  for (const PoolNaming* naming : *pools) {
    const ComparedParts parts = CompareParts(*naming, row, resource);
    if (parts.differing != 0) continue;
    const bool first = match.result == PoolMatch::Result::kOtherRegion;
    if (first || parts.agreed > match.agreed) {
      match = {PoolMatch::Result::kFound, naming, parts.agreed};
    } else if (parts.agreed == match.agreed) {
      match.result = PoolMatch::Result::kAmbiguous;
    }
  }
  return match;
}

PoolMatch BillNames::FindCoarser(const PoolMatch& finest, const BillRow& row,
                                 std::string_view resource) const {
  const auto& pools = pools_by_sku_.at(finest.naming->sku);
  uint8_t droppable = 0;
  for (const KeyPart part : {kResourcePart, kSkuPricePart, kSubAccountPart}) {
    droppable |= part;
    PoolMatch match;
    for (const PoolNaming* naming : pools) {
      const ComparedParts parts = CompareParts(*naming, row, resource);
      if ((parts.differing & ~droppable) != 0) continue;
      const bool first = match.naming == nullptr;
      match.result =
          first ? PoolMatch::Result::kFound : PoolMatch::Result::kOtherParts;
      if (first) match.naming = naming;
      match.agreed = first ? parts.agreed : uint8_t{0};
      match.dropped |= parts.differing;
    }
    if (match.naming != nullptr) return match;
  }
  return finest;
}

PoolMatch BillNames::FindPool(const BillRow& row,
                              std::string_view resource) const {
  PoolMatch best = FindBySku(row.sku, row, resource);
  // Cost and usage reports have no SKU but the type.
  best.by_instance_type =
      best.naming != nullptr && row.sku == row.instance_type;
  if (best.result == PoolMatch::Result::kFound) return best;
  const auto improve = [&best](const PoolMatch& other) {
    const bool better = other.result == PoolMatch::Result::kFound ||
                        best.result == PoolMatch::Result::kUnknownSku;
    if (better) best = other;
  };
  improve(FindBySku(row.sku_price, row, resource));
  if (best.result == PoolMatch::Result::kFound) return best;
  PoolMatch by_type = FindBySku(row.instance_type, row, resource);
  by_type.by_instance_type = by_type.naming != nullptr;
  improve(by_type);
  if (best.result != PoolMatch::Result::kOtherRegion) return best;
  PoolMatch coarser = FindCoarser(best, row, resource);
  coarser.by_instance_type = best.by_instance_type;
  return coarser;
}

const Commitment* BillNames::FindCommitment(std::string_view id) const {
  auto found = commitments_.find(AbslView(id));
  if (found == commitments_.end()) {
    found = commitments_.find(AbslView(LastPart(id)));
  }
  if (found != commitments_.end()) return found->second;
  const Commitment* const whole = FindFolded(id);
  return whole != nullptr ? whole : FindFolded(LastPart(id));
}

std::optional<int64_t> BillNames::MicroGpusOf(const Commitment& commitment,
                                              const BillRow& row) const {
  std::optional<int64_t> agreed;
  for (const PoolNaming& naming : contract_.pools) {
    Subject subject;
    subject.pool = naming.name;
    subject.region = naming.region;
    subject.sku = naming.sku;
    subject.provider = contract_.provider;
    if (!Applies(commitment.applies, subject)) continue;
    const int64_t gpus = MicroGpusPerUnit(naming, row);
    if (agreed.value_or(gpus) != gpus) return std::nullopt;
    agreed = gpus;
  }
  return agreed;
}

}  // namespace drawdown
