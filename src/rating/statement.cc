// Charges to statement lines: grouped, rounded at the contract's level, summed.
#include <algorithm>
#include <compare>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/wide.h"
#include "rating/rating.h"

namespace drawdown {
namespace {

constexpr int kExactScale = 18;

// What makes charges one line. Indices sort as their names do; the empty name
// comes first, so it is 0 here.
struct LineKey {
  uint32_t tenant = 0;
  uint32_t pool = 0;
  uint32_t commitment = 0;
  ChargeKind kind = ChargeKind::kCovered;
  bool has_gpu_time = true;
  bool priced = false;
  MoneyAmount unit_price;

  friend bool operator==(const LineKey&, const LineKey&) = default;
};

bool Before(const LineKey& a, const LineKey& b) {
  const auto key = [](const LineKey& line) {
    return std::make_tuple(line.tenant, line.pool, line.commitment, line.kind,
                           line.priced, line.unit_price.count(),
                           line.has_gpu_time);
  };
  return key(a) < key(b);
}

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

struct LineSum {
  GpuTime gpu_time;
  MoneyAmount cost;  // of charges without a unit price
};

using LineSums = std::unordered_map<LineKey, LineSum, LineKeyHash>;

LineKey KeyOf(const Charge& charge) {
  return {.tenant = charge.tenant + 1,  // kNoIndex wraps to 0
          .pool = charge.pool + 1,
          .commitment = charge.commitment + 1,
          .kind = charge.kind,
          .has_gpu_time = charge.has_gpu_time,
          .priced = charge.unit_price.has_value(),
          .unit_price = charge.unit_price.value_or(MoneyAmount())};
}

LineSums SumLines(const std::vector<Charge>& charges) {
  LineSums sums;
  for (const Charge& charge : charges) {
    LineSum& sum = sums[KeyOf(charge)];
    sum.gpu_time += charge.gpu_time;
    sum.cost += charge.cost.value_or(MoneyAmount());
  }
  return sums;
}

std::string NameAt(const std::vector<std::string>& names, uint32_t key) {
  return key == 0 ? std::string() : names[key - 1];
}

// The line's money, rounded once: from its GPU time where it has a unit price.
MoneyAmount LineCost(const LineKey& key, const LineSum& sum, int scale) {
  return key.priced ? Price(key.unit_price, sum.gpu_time, scale)
                    : RoundMoney(sum.cost, scale);
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

void AddLines(const RatedUsage& rated, int scale, Statement* statement) {
  const LineSums sums = SumLines(rated.charges);
  std::vector<LineKey> keys;
  keys.reserve(sums.size());
  for (const auto& entry : sums) keys.push_back(entry.first);
  std::sort(keys.begin(), keys.end(), Before);
  for (const LineKey& key : keys) {
    statement->lines.push_back(
        MakeLine(rated, key, sums.find(key)->second, scale));
  }
}

void SumUp(Statement* statement) {
  for (const StatementLine& line : statement->lines) {
    statement->total += line.cost.value_or(MoneyAmount());
    if (IsMetered(line)) statement->metered += line.gpu_time;
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

absl::StatusOr<Statement> MakeStatement(const RatingInput& input,
                                        const RatedUsage& rated) {
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
  const bool by_line = contract.rounding_level == RoundingLevel::kLine;
  AddLines(rated, by_line ? contract.rounding_scale : kExactScale, &statement);
  SumUp(&statement);
  if (!statement.total.valid() || !statement.metered.valid()) {
    return MakeError(ErrorCode::kOverflow,
                     "contract " + contract.id +
                         ": the statement's total does not fit 128 bits");
  }
  if (!by_line) AddRoundingLine(contract.rounding_scale, &statement);
  return statement;
}

}  // namespace drawdown
