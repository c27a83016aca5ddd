// Why the lines of a statement are what they are.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/decimal.h"
#include "base/path.h"
#include "rating/lines.h"
#include "rating/rating.h"
#include "rating/schedule.h"

namespace drawdown {
namespace {

bool IsUsage(ChargeKind kind) {
  return kind == ChargeKind::kCovered || kind == ChargeKind::kOnDemand ||
         kind == ChargeKind::kOverage || kind == ChargeKind::kUnpriced;
}

std::vector<int32_t> UsageLayers(const Contract& contract) {
  std::vector<int32_t> layers;
  for (const Commitment& commitment : contract.commitments) {
    if (commitment.category == CommitmentCategory::kUsage) {
      layers.push_back(commitment.layer);
    }
  }
  std::sort(layers.begin(), layers.end());
  layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
  return layers;
}

// The allotment that the tenant draws from: the closest above it.
const Allotment* AllotmentOf(const Contract& contract,
                             const std::string& commitment,
                             std::string_view tenant) {
  const Allotment* closest = nullptr;
  for (const Allotment& allotment : contract.allotments) {
    if (allotment.commitment != commitment ||
        !IsAtOrBelow(tenant, allotment.tenant)) {
      continue;
    }
    const bool closer =
        closest == nullptr || closest->tenant.size() < allotment.tenant.size();
    if (closer) closest = &allotment;
  }
  return closest;
}

// REQUIRES: the commitment is in force.
std::string WhyNot(const Contract& contract, const Commitment& commitment,
                   const Subject& subject, int64_t at_us) {
  if (!Applies(commitment.applies, subject)) return " does not apply";
  const DueRate due = Schedule(contract, commitment).DueAt(at_us);
  if (due.contracted > 0 && due.delivered == 0) return " was not delivered";
  const int64_t share = ApplicableShareMicro(commitment.applies, subject);
  const std::string most = " takes at most " + FormatScaled(share, 6) +
                           " of it, as far as it has hours";
  const bool part = share < kMicroGpusPerGpu;
  const Allotment* const allotment =
      AllotmentOf(contract, commitment.id, subject.tenant);
  if (allotment == nullptr || allotment->may_borrow) {
    return part ? most : " had no hours left for it";
  }
  return (part ? most : " had no hours left") + " in the allotment of " +
         allotment->tenant + ", which may not borrow";
}

// What became of the commitments that come before the one that priced the
// charge: in its first bucket, with the order that held then.
std::string WhyNotEarlier(const Contract& contract, const RatedUsage& rated,
                          const Charge& charge) {
  const ChargeRule& rule = rated.rules[charge.rule];
  if (!IsUsage(rule.kind)) return "";
  const int64_t at_us = rated.spans[charge.span].start_us;
  const bool covered = rule.kind == ChargeKind::kCovered;
  const std::string pricer =
      covered ? rated.commitments[rule.commitment] : std::string();
  Subject subject = SubjectOfPool(contract, rated.pools[charge.pool]);
  subject.tenant = rated.tenants[charge.tenant];
  std::string text;
  for (const int32_t layer : UsageLayers(contract)) {
    for (const size_t index : BurnOrder(contract, layer, at_us)) {
      const Commitment& commitment = contract.commitments[index];
      if (covered && commitment.id == pricer) return text;
      if (!text.empty()) text += "; ";
      text += commitment.id + WhyNot(contract, commitment, subject, at_us);
    }
  }
  return text;
}

// The parts of one line that one rule made.
struct Part {
  const Charge* first = nullptr;
  GpuTime time;
  MoneyAmount own_cost;  // of charges without GPU time
};

const Contract& VersionOf(const RatingInput& input, uint32_t version,
                          int64_t at_us) {
  for (const ContractSpan& span : input.contracts.spans()) {
    if (span.contract->version == version) return *span.contract;
  }
  return *input.contracts.At(at_us);
}

}  // namespace

void Explain(const RatingInput& input, const RatedUsage& rated,
             Statement* statement) {
  const auto lines = SumLines(rated.charges, rated.rules);
  const auto index_of = [&lines](const LineKey& key) {
    const auto found = std::partition_point(
        lines.begin(), lines.end(),
        [&key](const auto& line) { return LineBefore(line.first, key); });
    return static_cast<uint32_t>(found - lines.begin());
  };
  std::map<std::pair<uint32_t, uint32_t>, Part> parts;
  for (const Charge& charge : rated.charges) {
    const ChargeRule& rule = rated.rules[charge.rule];
    Part& part = parts[{index_of(KeyOf(charge, rule)), charge.rule}];
    if (part.first == nullptr) part.first = &charge;
    part.time += rule.TimeOf(charge);
    part.own_cost += rule.OwnCostOf(charge);
  }
  // A statement's rounding line comes of no charge.
  std::vector<uint32_t> place;
  std::optional<uint32_t> rounding;
  for (uint32_t i = 0; i < statement->lines.size(); ++i) {
    if (statement->lines[i].kind != ChargeKind::kRounding) {
      place.push_back(i);
    } else {
      rounding = i;
    }
  }
  CHECK(place.size() == lines.size());
  for (const auto& [key, part] : parts) {
    StatementReason reason;
    reason.line = place[key.first];
    CHECK(key.second < rated.rules.size());
    const ChargeRule& rule = rated.rules[key.second];
    reason.contract_version = rule.version;
    reason.rule = rule.text;
    const int64_t at_us = rated.spans[part.first->span].start_us;
    reason.because = WhyNotEarlier(VersionOf(input, rule.version, at_us), rated,
                                   *part.first);
    reason.gpu_time = part.time;
    if (rule.kind != ChargeKind::kUnpriced) {
      reason.cost =
          LineCost(lines[key.first].first, {part.time, part.own_cost}, 18);
    }
    statement->reasons.push_back(std::move(reason));
  }
  if (!rounding.has_value()) return;
  StatementReason reason;
  reason.line = *rounding;
  reason.contract_version = statement->contract_version;
  reason.rule = "what is owed, rounded at STATEMENT level, less the lines";
  reason.cost = statement->lines[*rounding].cost;
  statement->reasons.push_back(std::move(reason));
}

void KeepTenant(std::string_view tenant, Statement* statement) {
  std::vector<StatementLine> lines;
  std::vector<StatementReason> reasons;
  std::vector<std::optional<uint32_t>> place;
  for (StatementLine& line : statement->lines) {
    const bool keeps =
        tenant.empty() ? line.tenant.empty() : IsAtOrBelow(line.tenant, tenant);
    place.push_back(keeps ? std::optional(static_cast<uint32_t>(lines.size()))
                          : std::nullopt);
    if (keeps) lines.push_back(std::move(line));
  }
  for (StatementReason& reason : statement->reasons) {
    if (!place[reason.line].has_value()) continue;
    reason.line = *place[reason.line];
    reasons.push_back(std::move(reason));
  }
  statement->lines = std::move(lines);
  statement->reasons = std::move(reasons);
  SumUp(statement);
}

}  // namespace drawdown
