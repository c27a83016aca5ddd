#include "rating/lines.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/wide.h"

namespace drawdown {
namespace {

constexpr int kExactScale = 18;

struct LineKeyHash {
  size_t operator()(const LineKey& key) const {
    uint64_t hash = key.tenant;
    for (const uint64_t part :
         {uint64_t{key.pool}, uint64_t{key.commitment},
          static_cast<uint64_t>(key.kind),
          static_cast<uint64_t>(key.unit_price.count())}) {
      hash = (hash ^ part) * 0x9e3779b97f4a7c15u;
      hash ^= hash >> 32;
    }
    return hash;
  }
};

}  // namespace

bool LineBefore(const LineKey& a, const LineKey& b) {
  const auto key = [](const LineKey& line) {
    return std::make_tuple(line.tenant, line.pool, line.commitment, line.kind,
                           line.priced, line.unit_price.count(),
                           line.has_gpu_time);
  };
  return key(a) < key(b);
}

LineKey KeyOf(const Charge& charge, const ChargeRule& rule) {
  return {.tenant = charge.tenant + 1,  // kNoIndex wraps to 0
          .pool = charge.pool + 1,
          .commitment = rule.commitment + 1,
          .kind = rule.kind,
          .has_gpu_time = rule.has_gpu_time,
          .priced = rule.unit_price.has_value(),
          .unit_price = rule.unit_price.value_or(MoneyAmount())};
}

SummedLines SumLines(std::span<const Charge> charges,
                     std::span<const ChargeRule> rules) {
  std::unordered_map<LineKey, LineSum, LineKeyHash> sums;
  for (const Charge& charge : charges) {
    const ChargeRule& rule = rules[charge.rule];
    LineSum& sum = sums[KeyOf(charge, rule)];
    sum.gpu_time += rule.TimeOf(charge);
    sum.cost += rule.OwnCostOf(charge);
  }
  SummedLines lines(sums.begin(), sums.end());
  std::sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) {
    return LineBefore(a.first, b.first);
  });
  return lines;
}

void SortCharges(std::span<const ChargeRule> rules, RatedUsage* rated) {
  const auto key = [rules, rated](const Charge& charge) {
    const ChargeRule& rule = rules[charge.rule];
    return std::make_tuple(rated->spans[charge.span].end_us, charge.tenant,
                           charge.pool, rule.commitment, rule.kind);
  };
  std::stable_sort(
      rated->charges.begin(), rated->charges.end(),
      [&](const Charge& a, const Charge& b) { return key(a) < key(b); });
}

MoneyAmount LineCost(const LineKey& key, const LineSum& sum, int scale) {
  return key.priced ? Price(key.unit_price, sum.gpu_time, scale)
                    : RoundMoney(sum.cost, scale);
}

int LineScale(const Contract& contract) {
  return contract.rounding_level != RoundingLevel::kStatement
             ? contract.rounding_scale
             : kExactScale;
}

}  // namespace drawdown
