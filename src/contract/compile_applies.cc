#include <array>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/path.h"
#include "contract/compile.h"
#include "drawdown/statement.h"

namespace drawdown {
namespace {

struct NamedDimension {
  std::string_view name;
  Dimension dimension;
};
constexpr std::array<NamedDimension, 6> kDimensions = {{
    {"pool", Dimension::kPool},
    {"region", Dimension::kRegion},
    {"sku", Dimension::kSku},
    {"provider", Dimension::kProvider},
    {"tenant", Dimension::kTenant},
    {"kind", Dimension::kKind},
}};

std::optional<Dimension> FindDimension(std::string_view name) {
  for (const NamedDimension& named : kDimensions) {
    if (named.name == name) return named.dimension;
  }
  return std::nullopt;
}

std::string KindFault(std::string_view value) {
  std::string names;
  for (int i = 0; i <= static_cast<int>(ChargeKind::kRounding); ++i) {
    const std::string name(ChargeKindName(static_cast<ChargeKind>(i)));
    if (name == value) return "";
    absl::StrAppend(&names, i == 0 ? "" : ", ", name);
  }
  return absl::StrCat(Quoted(value), " is not a kind of charge: ", names);
}

std::string PoolFault(const std::string& value, const Contract& contract) {
  const absl::Status valid = ValidatePath(value, "pool");
  if (!valid.ok()) return std::string(valid.message());
  if (IsAtOrBelow(value, contract.provider)) return "";
  return absl::StrCat(Quoted(value), " does not start with the provider ",
                      Quoted(contract.provider));
}

// A value that equals no pool, tenant or kind there can be is a mistake.
std::string WholeValueFault(Dimension dimension, const std::string& value,
                            const Contract& contract) {
  switch (dimension) {
    case Dimension::kPool:
      return PoolFault(value, contract);
    case Dimension::kTenant:
      return std::string(ValidatePath(value, "tenant").message());
    case Dimension::kKind:
      return KindFault(value);
    default:
      return "";
  }
}

void CheckValues(const Node& node, const ApplicabilityRule& rule,
                 const Contract& contract) {
  const bool whole = rule.op == Operator::kIn || rule.op == Operator::kNotIn;
  for (size_t i = 0; i < rule.values.size(); ++i) {
    const std::string& value = rule.values[i];
    std::string fault = IdFault(value);
    if (!fault.empty()) fault = absl::StrCat(Quoted(value), " ", fault);
    if (fault.empty() && whole) {
      fault = WholeValueFault(rule.dimension, value, contract);
    }
    if (!fault.empty()) node.Problem("value", i, fault);
  }
}

std::optional<Dimension> ReadDimension(const Node& node, bool counts_money) {
  constexpr const char* kNames =
      "one of pool, region, sku, provider, tenant, kind";
  if (!node.Require("dimension", kNames)) return std::nullopt;
  const std::string name = node.Text("dimension");
  const std::optional<Dimension> dimension = FindDimension(name);
  if (!dimension.has_value()) {
    node.Problem("dimension", absl::StrCat(Quoted(name), " is not ", kNames));
  } else if (*dimension == Dimension::kKind && !counts_money) {
    node.Problem("dimension",
                 "usage has no kind: only SPEND commitments and credits can "
                 "ask for the kind of a charge");
  }
  return dimension;
}

ApplicabilityRule CompileRule(const Node& node, const Contract& contract,
                              bool counts_money) {
  ApplicabilityRule rule;
  const std::optional<Dimension> dimension = ReadDimension(node, counts_money);
  rule.dimension = dimension.value_or(Dimension::kPool);
  const bool has_operator = node.Require("operator", "such as IN");
  rule.op = node.Choice("operator", Operator::kIn);
  rule.values = node.Texts("value");
  rule.fraction_micro = node.Micro("fraction", 1'000'000);
  if (!has_operator) return rule;
  const bool takes_none =
      rule.op == Operator::kExists || rule.op == Operator::kDoesNotExist;
  if (takes_none) {
    node.Refuse("value", "EXISTS and DOES_NOT_EXIST take no value");
  } else if (node.Require("value", "the operator compares with at least one")) {
    if (dimension.has_value()) CheckValues(node, rule, contract);
  }
  return rule;
}

}  // namespace

std::vector<ApplicabilityRule> CompileApplies(const Node& owner,
                                              const Contract& contract,
                                              bool counts_money) {
  std::vector<ApplicabilityRule> rules;
  for (const Node& node : owner.Children("applies")) {
    rules.push_back(CompileRule(node, contract, counts_money));
  }
  return rules;
}

}  // namespace drawdown
