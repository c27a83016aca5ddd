#include "rating/filter.h"

#include <algorithm>

namespace drawdown {
namespace {

bool IsOneOf(Dimension dimension, const std::vector<Dimension>& dimensions) {
  return std::find(dimensions.begin(), dimensions.end(), dimension) !=
         dimensions.end();
}

std::vector<ApplicabilityRule> RulesThatAre(
    bool weights, const std::vector<ApplicabilityRule>& rules) {
  std::vector<ApplicabilityRule> chosen;
  for (const ApplicabilityRule& rule : rules) {
    if (rule.fraction_micro.has_value() == weights) chosen.push_back(rule);
  }
  return chosen;
}

}  // namespace

Filter::Verdict Filter::Judge(const std::vector<ApplicabilityRule>& filters,
                              const std::vector<ApplicabilityRule>& weights,
                              const std::vector<Dimension>& dimensions,
                              const Subject& subject) const {
  Verdict verdict;
  for (const ApplicabilityRule& rule : filters) {
    if (!IsOneOf(rule.dimension, dimensions)) continue;
    verdict.matches = verdict.matches && Applies({rule}, subject);
  }
  verdict.first_weight = static_cast<uint32_t>(weights.size());
  for (uint32_t i = 0; i < weights.size(); ++i) {
    if (!IsOneOf(weights[i].dimension, dimensions)) continue;
    // As a filter the rule says whether it matches.
    ApplicabilityRule condition = weights[i];
    condition.fraction_micro.reset();
    if (!Applies({condition}, subject)) continue;
    verdict.first_weight = i;
    break;
  }
  return verdict;
}

Filter::Filter(const Contract& contract,
               const std::vector<ApplicabilityRule>& rules,
               const std::vector<std::string>& tenants,
               const std::vector<std::string>& pools) {
  const std::vector<ApplicabilityRule> filters = RulesThatAre(false, rules);
  const std::vector<ApplicabilityRule> weights = RulesThatAre(true, rules);
  for (const ApplicabilityRule& weight : weights) {
    shares_.push_back(*weight.fraction_micro);
  }
  shares_.push_back(kWholeShare);
  const std::vector<Dimension> of_tenant = {Dimension::kTenant};
  const std::vector<Dimension> of_kind = {Dimension::kKind};
  const std::vector<Dimension> of_pool = {Dimension::kPool, Dimension::kRegion,
                                          Dimension::kSku,
                                          Dimension::kProvider};
  for (const std::string& tenant : tenants) {
    tenants_.push_back(Judge(filters, weights, of_tenant, {.tenant = tenant}));
  }
  tenants_.push_back(Judge(filters, weights, of_tenant, {}));
  for (const std::string& pool : pools) {
    pools_.push_back(
        Judge(filters, weights, of_pool, SubjectOfPool(contract, pool)));
  }
  pools_.push_back(
      Judge(filters, weights, of_pool, {.provider = contract.provider}));
  for (size_t kind = 0; kind < kChargeKinds; ++kind) {
    const Subject subject = {.kind =
                                 ChargeKindName(static_cast<ChargeKind>(kind))};
    kinds_[kind] = Judge(filters, weights, of_kind, subject);
  }
}

uint32_t Filter::ShareOf(uint32_t tenant, uint32_t pool,
                         ChargeKind kind) const {
  return std::min({tenants_[Slot(tenant, tenants_)].first_weight,
                   pools_[Slot(pool, pools_)].first_weight,
                   kinds_[static_cast<size_t>(kind)].first_weight});
}

}  // namespace drawdown
