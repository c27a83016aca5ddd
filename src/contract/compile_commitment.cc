#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "contract/compile.h"

namespace drawdown {
namespace {

constexpr int64_t kMaxLayer = 1'000;
constexpr int64_t kMaxPriority = 1'000'000;
constexpr int64_t kMaxFactorMicro = 1'000'000'000'000;  // a million times
constexpr int64_t kMaxRolloverIntervals = 100'000;

constexpr const char* kOnlyUsage = "only a USAGE commitment has one";

bool IsUsage(const Commitment& commitment) {
  return commitment.category == CommitmentCategory::kUsage;
}

// The amount of a step or milestone: quantity or cost, as the category says.
// Empty when it is missing or bad.
std::optional<Int128> ReadAmount(const Node& node, bool usage) {
  if (usage) {
    node.Refuse("cost", "a USAGE commitment is counted in GPU-hours: quantity");
    node.Require("quantity", "GPU-hours");
    const std::optional<GpuTime> hours = node.Hours("quantity");
    return hours ? std::optional<Int128>(hours->count()) : std::nullopt;
  }
  node.Refuse("quantity", "a SPEND commitment is counted in money: cost");
  node.Require("cost", "money");
  const std::optional<MoneyAmount> cost = node.Money("cost");
  return cost ? std::optional<Int128>(cost->count()) : std::nullopt;
}

struct DatedAmount {
  int64_t at_us = 0;
  Int128 amount = 0;
};

// The instant and amount of each message of a list, whose instants must rise.
// Bad ones are left out.
std::vector<DatedAmount> ReadSchedule(const std::vector<Node>& nodes,
                                      const char* instant_name,
                                      const InstantRange& range, bool usage) {
  std::vector<DatedAmount> schedule;
  std::optional<int64_t> previous;
  for (const Node& node : nodes) {
    node.Require(instant_name);
    const std::optional<int64_t> at = node.Instant(instant_name, range);
    const std::optional<Int128> amount = ReadAmount(node, usage);
    if (at.has_value() && previous.has_value() && *at <= *previous) {
      node.Problem(instant_name, absl::StrCat(FormatInstant(*at),
                                              " is not after the one before, ",
                                              FormatInstant(*previous)));
    }
    if (at.has_value()) previous = at;
    if (at.has_value() && amount.has_value())
      schedule.push_back({*at, *amount});
  }
  return schedule;
}

void CompileSteps(const Node& node, const Contract& contract,
                  Commitment* commitment) {
  node.Require("step", "a commitment starts with its first step");
  for (const DatedAmount& step :
       ReadSchedule(node.Children("step"), "from", InsideTerm(contract),
                    IsUsage(*commitment))) {
    if (IsUsage(*commitment)) {
      commitment->steps.push_back({step.at_us, GpuTime(step.amount)});
    } else {
      commitment->spend_steps.push_back({step.at_us, MoneyAmount(step.amount)});
    }
  }
}

void CompileDelivered(const Node& node, const Contract& contract,
                      Commitment* commitment) {
  if (!node.Has("delivered")) return;
  if (!IsUsage(*commitment)) {
    node.Children("delivered")
        .front()
        .Problem("", absl::StrCat("must be left out: ", kOnlyUsage));
    return;
  }
  const std::vector<Node> nodes = node.Children("delivered");
  for (const DatedAmount& step :
       ReadSchedule(nodes, "from", InsideTerm(contract), true)) {
    commitment->delivered.push_back({step.at_us, GpuTime(step.amount)});
  }
  if (commitment->delivered.empty() || commitment->steps.empty()) return;
  const int64_t starts = commitment->steps.front().from_us;
  const int64_t first = commitment->delivered.front().from_us;
  if (first > starts) {
    nodes.front().Problem(
        "from", absl::StrCat(FormatInstant(first), " is after the first step ",
                             FormatInstant(starts),
                             ": say what was delivered from there on"));
  }
}

void CompilePrice(const Node& node, Commitment* commitment) {
  if (IsUsage(*commitment)) {
    node.Require("price", "per covered GPU-hour");
  } else {
    node.Refuse("price", kOnlyUsage);
  }
  commitment->price = node.Money("price").value_or(MoneyAmount());
}

void CompileShortfall(const Node& parent, Commitment* commitment) {
  const std::optional<Node> node = parent.Child("shortfall");
  if (!node.has_value()) return;
  node->Require("policy", "TAKE_OR_PAY or WAIVED");
  commitment->shortfall.policy =
      node->Choice("policy", ShortfallPolicy::kWaived);
  if (!IsUsage(*commitment)) {
    node->Refuse("price", "the shortfall of a SPEND commitment is money");
  } else if (commitment->shortfall.policy == ShortfallPolicy::kWaived) {
    node->Refuse("price", "a waived shortfall costs nothing");
  }
  commitment->shortfall.price = node->Money("price");
}

void CompileOverage(const Node& parent, Commitment* commitment) {
  const std::optional<Node> node = parent.Child("overage");
  if (!node.has_value()) return;
  if (!IsUsage(*commitment)) {
    parent.Refuse("overage", kOnlyUsage);
    return;
  }
  const int given =
      node->Has("price") + node->Has("factor") + node->Has("refuse");
  if (given != 1) {
    node->Problem("", absl::StrCat("takes exactly one of price, factor and "
                                   "refuse: true; it has ",
                                   given));
  }
  Overage overage;
  overage.price = node->Money("price");
  overage.factor_micro = node->Micro("factor", kMaxFactorMicro);
  if (overage.factor_micro == 0) {
    node->Problem("factor", "must be above 0; a price of \"0\" says free");
  }
  overage.refuse = node->Flag("refuse");
  if (node->Has("refuse") && !overage.refuse) {
    node->Problem("refuse", "can only be true; leave overage out instead");
  }
  commitment->overage = overage;
}

void CompileRollover(const Node& parent, Commitment* commitment) {
  const std::optional<Node> node = parent.Child("rollover");
  if (!node.has_value()) return;
  if (commitment->model == CommitmentModel::kContinuous) {
    parent.Refuse("rollover", "a CONTINUOUS commitment never carries over");
  }
  node->Require("intervals", "how many intervals what is unused stays usable");
  Rollover rollover;
  rollover.intervals = static_cast<int32_t>(
      node->Integer("intervals", 1, 1, kMaxRolloverIntervals));
  rollover.cap_micro = node->Micro("cap", 1'000'000).value_or(1'000'000);
  commitment->rollover = rollover;
}

void CompileMilestones(const Node& parent, const Contract& contract,
                       Commitment* commitment) {
  const std::vector<Node> nodes = parent.Children("milestone");
  const std::vector<DatedAmount> schedule =
      ReadSchedule(nodes, "by", ThroughTerm(contract), IsUsage(*commitment));
  for (size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].Require("name");
    const std::string name = nodes[i].Id("name");
    if (i >= schedule.size()) continue;
    commitment->milestones.push_back(
        {name, schedule[i].at_us, schedule[i].amount});
  }
}

std::optional<int64_t> FirstStepIfAny(const Commitment& commitment) {
  if (!commitment.steps.empty()) return commitment.steps.front().from_us;
  if (commitment.spend_steps.empty()) return std::nullopt;
  return commitment.spend_steps.front().from_us;
}

void CompileStatus(const Node& node, const Contract& contract,
                   Commitment* commitment) {
  commitment->lifecycle = node.Choice("status", CommitmentLifecycle::kActive);
  const char* name = node.Has("canceled_at") ? "canceled_at" : "cancelled_at";
  if (node.Has("canceled_at")) {
    node.Refuse("cancelled_at", "canceled_at says the same");
  }
  if (commitment->lifecycle != CommitmentLifecycle::kCancelled) {
    node.Refuse(name, "only a commitment with status: CANCELLED has one");
    return;
  }
  node.Require(name, "the instant from which the commitment does not bind");
  InstantRange range = ThroughTerm(contract);
  if (const std::optional<int64_t> first = FirstStepIfAny(*commitment)) {
    range.start_us = *first;
    range.start_name = "the first step";
  }
  commitment->cancelled_at_us = node.Instant(name, range);
}

Commitment CompileCommitment(const Node& node, const Contract& contract) {
  Commitment commitment;
  node.Require("id");
  commitment.id = node.Id("id");
  node.Require("category", "USAGE or SPEND");
  node.Require("model", "CONTINUOUS or DISCONTINUOUS");
  node.Require("interval", "the fulfilment interval, such as HOURLY");
  commitment.category = node.Choice("category", CommitmentCategory::kUsage);
  commitment.model = node.Choice("model", CommitmentModel::kContinuous);
  commitment.interval = node.Choice("interval", FulfilmentInterval::kHourly);
  commitment.layer =
      static_cast<int32_t>(node.Integer("layer", 1, 1, kMaxLayer));
  commitment.priority = static_cast<int32_t>(
      node.Integer("priority", 0, -kMaxPriority, kMaxPriority));
  commitment.applies = CompileApplies(node, contract, !IsUsage(commitment));
  CompileSteps(node, contract, &commitment);
  CompileDelivered(node, contract, &commitment);
  CompilePrice(node, &commitment);
  CompileShortfall(node, &commitment);
  CompileOverage(node, &commitment);
  CompileRollover(node, &commitment);
  CompileMilestones(node, contract, &commitment);
  CompileStatus(node, contract, &commitment);
  return commitment;
}

}  // namespace

void CompileCommitments(const Node& root, Contract* contract) {
  std::set<std::string> ids;
  for (const Node& node : root.Children("commitment")) {
    Commitment commitment = CompileCommitment(node, *contract);
    if (!commitment.id.empty() && !ids.insert(commitment.id).second) {
      node.Problem("id", absl::StrCat("commitment ", Quoted(commitment.id),
                                      " is there already"));
    }
    contract->commitments.push_back(std::move(commitment));
  }
}

}  // namespace drawdown
