#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/path.h"
#include "contract/compile.h"

namespace drawdown {
namespace {

void CheckSelector(const Node& node, const Contract& contract) {
  const std::string selector = node.Text("pool");
  const absl::Status valid = ValidateSelector(selector);
  if (!valid.ok()) return node.Problem("pool", valid);
  const std::string first = selector.substr(0, selector.find('/'));
  if (contract.provider.empty() || first == "*") return;
  if (first == contract.provider) return;
  node.Problem("pool", absl::StrCat(Quoted(selector),
                                    " does not start with the provider ",
                                    Quoted(contract.provider)));
}

RateTier CompileTier(const Node& node, bool last, const RateTier* previous) {
  RateTier tier;
  node.Require("price", "per GPU-hour");
  tier.price = node.Money("price").value_or(MoneyAmount());
  if (last) {
    node.Refuse("up_to", "the last tier is open");
    return tier;
  }
  node.Require("up_to", "only the last tier is open");
  tier.up_to = node.Hours("up_to");
  if (!tier.up_to.has_value()) return tier;
  const GpuTime below =
      previous == nullptr ? GpuTime() : previous->up_to.value_or(GpuTime());
  if (*tier.up_to <= below) {
    node.Problem("up_to", absl::StrCat(Quoted(node.Text("up_to")),
                                       " GPU-hours are not above the tier "
                                       "before, which ends at ",
                                       FormatGpuHours(below)));
  }
  return tier;
}

void CompileTiers(const Node& node, Rate* rate) {
  const std::vector<Node> tiers = node.Children("tier");
  for (size_t i = 0; i < tiers.size(); ++i) {
    const RateTier* previous = i == 0 ? nullptr : &rate->tiers.back();
    rate->tiers.push_back(
        CompileTier(tiers[i], i + 1 == tiers.size(), previous));
  }
  rate->tier_interval =
      node.Choice("tier_interval", FulfilmentInterval::kMonthly);
}

void CompileFlatPrice(const Node& node, Rate* rate) {
  node.Refuse("tier_interval", "only a rate with tiers has one");
  if (!node.Has("price")) {
    node.Problem("", "a rate needs a price or tiers");
  }
  rate->tiers.push_back(
      {std::nullopt, node.Money("price").value_or(MoneyAmount())});
}

Rate CompileRate(const Node& node, const Contract& contract) {
  Rate rate;
  if (node.Require("pool", "a selector such as \"aws/*/gb200\"")) {
    rate.pool = node.Text("pool");
    CheckSelector(node, contract);
  }
  // A rate card may be older than the contract that cites it.
  InstantRange range = InsideTerm(contract);
  range.start_us = std::numeric_limits<int64_t>::min();
  rate.from_us = node.Instant("from", range).value_or(contract.term.start_us);
  if (node.Has("tier")) {
    node.Refuse("price", "the tiers have the prices");
    CompileTiers(node, &rate);
  } else {
    CompileFlatPrice(node, &rate);
  }
  return rate;
}

}  // namespace

void CompileRates(const Node& root, Contract* contract) {
  for (const Node& node : root.Children("rate")) {
    contract->rates.push_back(CompileRate(node, *contract));
  }
}

}  // namespace drawdown
