#include "report/contract_applied.h"

#include <algorithm>
#include <map>

#include "base/wide.h"
#include "report/focus_rows.h"
#include "report/json.h"

namespace drawdown {
namespace {

bool IsUsage(ChargeKind kind) {
  return kind == ChargeKind::kCovered || kind == ChargeKind::kOnDemand ||
         kind == ChargeKind::kOverage;
}

// A higher layer's count of hours that a lower one priced.
bool IsCounted(const StatementLine& line) {
  return line.kind == ChargeKind::kCovered && !line.unit_price.has_value();
}

}  // namespace

const CommitmentTerms* FindTerms(const StatementTerms& terms,
                                 std::string_view commitment) {
  for (const CommitmentTerms& one : terms.commitments) {
    if (one.id == commitment) return &one;
  }
  return nullptr;
}

std::string CommitmentType(const CommitmentTerms& terms) {
  if (terms.spend) return terms.continuous ? "Spend plan" : "Spend agreement";
  return terms.continuous ? "Reserved GPUs" : "GPU-hour block";
}

ContractApplication::ContractApplication(const Statement& statement,
                                         const StatementTerms& terms)
    : statement_(statement), terms_(terms), elements_(statement.lines.size()) {
  for (uint32_t line = 0; line < elements_.size(); ++line) AddOwn(line);
  for (uint32_t line = 0; line < elements_.size(); ++line) {
    if (IsCounted(statement.lines[line])) AddCounted(line);
  }
  for (const SpendShare& share : terms.spend) AddSpend(share);
}

void ContractApplication::AddOwn(uint32_t line) {
  const StatementLine& of = statement_.lines[line];
  const ChargeKind kind = of.charged_kind();
  const bool own = kind == ChargeKind::kCovered ||
                   kind == ChargeKind::kUnused ||
                   kind == ChargeKind::kShortfall;
  if (!own || !of.unit_price.has_value()) return;
  elements_[line].push_back({of.commitment, FocusHours(of.gpu_time), false});
}

// A line says how many hours of its tenant and pool a higher layer counted, not
// of which price: they are given to the lines of that tenant and pool in order,
// each no more than it has.
void ContractApplication::AddCounted(uint32_t counted) {
  const StatementLine& what = statement_.lines[counted];
  GpuTime left = what.gpu_time;
  for (uint32_t line = 0; line < elements_.size(); ++line) {
    const StatementLine& of = statement_.lines[line];
    if (!IsUsage(of.kind) || !of.unit_price.has_value() ||
        of.tenant != what.tenant || of.pool != what.pool ||
        of.commitment == what.commitment) {
      continue;
    }
    const GpuTime part = std::min(left, of.gpu_time);
    if (part.zero()) continue;
    elements_[line].push_back({what.commitment, FocusHours(part), false});
    left -= part;
  }
}

void ContractApplication::AddSpend(const SpendShare& share) {
  const StatementLine& of = statement_.lines[share.line];
  const auto part =
      MulDivHalfEven(of.cost->count(), share.share_micro, kMicroGpusPerGpu);
  if (!part.ok()) return;
  elements_[share.line].push_back({terms_.commitments[share.commitment].id,
                                   FormatMoney(MoneyAmount(*part)), true});
}

std::string ContractApplication::JsonOf(uint32_t line) const {
  if (elements_[line].empty()) return "";
  std::string json = "{\"Elements\":[";
  for (const Element& element : elements_[line]) {
    if (json.back() != '[') json += ",";
    json += "{\"ContractId\":";
    AppendJsonString(statement_.contract, &json);
    json += ",\"ContractCommitmentId\":";
    AppendJsonString(element.commitment, &json);
    if (element.is_cost) {
      json += ",\"ContractCommitmentAppliedCost\":" + element.amount + "}";
    } else {
      json += ",\"ContractCommitmentAppliedQuantity\":" + element.amount +
              ",\"ContractCommitmentAppliedUnit\":\"" + std::string(kGpuHours) +
              "\"}";
    }
  }
  return json + "]}";
}

}  // namespace drawdown
