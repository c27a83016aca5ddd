// Charges to statement lines: grouped, rounded at the contract's level, summed.
#include <algorithm>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/wide.h"
#include "rating/grain.h"
#include "rating/lines.h"
#include "rating/rating.h"

namespace drawdown {
namespace {

std::string NameAt(const std::vector<std::string>& names, uint32_t key) {
  return key == 0 ? std::string() : names[key - 1];
}

StatementLine MakeLine(const RatedUsage& rated, const LineKey& key,
                       const LineSum& sum, int scale) {
  StatementLine line;
  line.tenant = NameAt(rated.tenants, key.tenant);
  line.pool = NameAt(rated.pools, key.pool);
  line.commitment = NameAt(rated.commitments, key.commitment);
  line.kind = key.kind;
  line.gpu_time = sum.gpu_time;
  line.has_gpu_time = key.has_gpu_time;
  if (key.priced) line.unit_price = key.unit_price;
  if (key.kind != ChargeKind::kUnpriced) {
    line.cost = LineCost(key, sum, scale);
  }
  return line;
}

// Whether the line's hours are metered usage, priced once: not what an interval
// left, nor what a higher layer counted again.
bool IsMetered(const StatementLine& line) {
  switch (line.kind) {
    case ChargeKind::kCovered:
      return line.unit_price.has_value();
    case ChargeKind::kOnDemand:
    case ChargeKind::kOverage:
    case ChargeKind::kUnpriced:
      return true;
    default:
      return false;
  }
}

// The line that brings the total to the contract's scale. It names nobody, so
// it sorts among the lines without tenant and pool.
void AddRoundingLine(int scale, Statement* statement) {
  const MoneyAmount rounded = RoundMoney(statement->total, scale);
  if (rounded == statement->total) return;
  StatementLine line;
  line.kind = ChargeKind::kRounding;
  line.has_gpu_time = false;
  line.cost = rounded - statement->total;
  const auto place =
      std::find_if(statement->lines.begin(), statement->lines.end(),
                   [](const StatementLine& other) {
                     return !other.tenant.empty() || !other.pool.empty() ||
                            !other.commitment.empty();
                   });
  statement->lines.insert(place, line);
  statement->total = rounded;
}

}  // namespace

void SumUp(Statement* statement) {
  statement->total = MoneyAmount();
  statement->metered = GpuTime();
  for (const StatementLine& line : statement->lines) {
    statement->total += line.cost.value_or(MoneyAmount());
    if (IsMetered(line)) statement->metered += line.gpu_time;
    // Priced hours have what the grain added in them.
    if (line.kind == ChargeKind::kGrain) statement->metered -= line.gpu_time;
  }
}

absl::StatusOr<Statement> MakeStatement(const RatingInput& input,
                                        const RatedUsage& rated) {
  return StatementOfLines(input, rated, SumLines(rated.charges, rated.rules));
}

absl::StatusOr<Statement> StatementOfLines(const RatingInput& input,
                                           const RatedUsage& rated,
                                           const SummedLines& lines) {
  const Contract& contract = input.contracts.For(input.period);
  Statement statement;
  statement.contract = contract.id;
  statement.contract_version = contract.version;
  statement.period_start_us = input.period.start_us;
  statement.period_end_us = input.period.end_us;
  statement.at_us = input.at_us;
  statement.complete = input.at_us >= input.period.end_us;
  statement.currency = contract.currency;
  statement.notes = rated.notes;
  const int scale = LineScale(contract);
  statement.lines.reserve(lines.size());
  for (const auto& [key, sum] : lines) {
    statement.lines.push_back(MakeLine(rated, key, sum, scale));
  }
  if (contract.rounding_level == RoundingLevel::kSegment) {
    const std::vector<GrainPiece> grain = GrainOf(input);
    const UsageTable usage = AddGrain(*input.usage, input.runs, grain).usage;
    const std::vector<MoneyAmount> costs =
        SegmentCosts(usage, input.runs, grain, rated, contract.rounding_scale);
    for (size_t i = 0; i < costs.size(); ++i) {
      StatementLine& line = statement.lines[i];
      if (line.cost.has_value()) line.cost = costs[i];
    }
  }
  SumUp(&statement);
  if (!statement.total.valid() || !statement.metered.valid()) {
    return MakeError(ErrorCode::kOverflow,
                     "contract " + contract.id +
                         ": the statement's total does not fit 128 bits");
  }
  if (contract.rounding_level == RoundingLevel::kStatement) {
    AddRoundingLine(contract.rounding_scale, &statement);
  }
  return statement;
}

}  // namespace drawdown
