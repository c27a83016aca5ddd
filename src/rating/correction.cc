#include "rating/correction.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "base/error.h"

namespace drawdown {
namespace {

// What makes lines of a period one. An absent price sorts first.
struct CorrectedKey {
  std::string tenant;
  std::string pool;
  std::string commitment;
  ChargeKind kind = ChargeKind::kCovered;
  std::optional<MoneyAmount> unit_price;
  bool has_gpu_time = true;

  friend auto operator<=>(const CorrectedKey& a, const CorrectedKey& b) {
    return a.Tie() <=> b.Tie();
  }

 private:
  std::tuple<const std::string&, const std::string&, const std::string&,
             ChargeKind, bool, Int128, bool>
  Tie() const {
    return {tenant,
            pool,
            commitment,
            kind,
            unit_price.has_value(),
            unit_price.value_or(MoneyAmount()).count(),
            has_gpu_time};
  }
};

struct CorrectedSum {
  GpuTime gpu_time;
  MoneyAmount cost;
};
using CorrectedSums = std::map<CorrectedKey, CorrectedSum>;

void Add(const StatementLine& line, ChargeKind kind, int sign,
         CorrectedSums* sums) {
  CorrectedSum& sum = (*sums)[{line.tenant, line.pool, line.commitment, kind,
                               line.unit_price, line.has_gpu_time}];
  sum.gpu_time += line.gpu_time * sign;
  sum.cost += line.cost.value_or(MoneyAmount()) * sign;
}

auto OrderOf(const StatementLine& line) {
  return std::make_tuple(
      std::cref(line.tenant), std::cref(line.pool), std::cref(line.commitment),
      line.kind, line.unit_price.has_value(),
      line.unit_price.value_or(MoneyAmount()).count(), line.has_gpu_time,
      std::cref(line.corrects_period), line.corrects_kind);
}

bool Before(const StatementLine& a, const StatementLine& b) {
  return OrderOf(a) < OrderOf(b);
}

absl::Status TooLarge(std::string_view contract) {
  return MakeError(ErrorCode::kOverflow,
                   "contract " + std::string(contract) +
                       ": a correction does not fit 128 bits");
}

}  // namespace

absl::StatusOr<std::vector<StatementLine>> CorrectionsOf(
    std::string_view period, const Statement& now, const Statement& closed,
    const std::vector<Statement>& later) {
  CorrectedSums sums;
  for (const StatementLine& line : now.lines) Add(line, line.kind, 1, &sums);
  for (const StatementLine& line : closed.lines) {
    if (line.corrects_period.empty()) Add(line, line.kind, -1, &sums);
  }
  for (const Statement& statement : later) {
    for (const StatementLine& line : statement.lines) {
      if (line.corrects_period == period) {
        Add(line, line.corrects_kind, -1, &sums);
      }
    }
  }
  std::vector<StatementLine> lines;
  for (const auto& [key, sum] : sums) {
    if (!sum.gpu_time.valid() || !sum.cost.valid()) {
      return TooLarge(now.contract);
    }
    if (sum.gpu_time.zero() && sum.cost.zero()) continue;
    StatementLine line;
    line.tenant = key.tenant;
    line.pool = key.pool;
    line.commitment = key.commitment;
    line.kind = ChargeKind::kCorrection;
    line.has_gpu_time = key.has_gpu_time;
    line.gpu_time = sum.gpu_time;
    line.unit_price = key.unit_price;
    if (key.kind != ChargeKind::kUnpriced) line.cost = sum.cost;
    line.corrects_period = period;
    line.corrects_kind = key.kind;
    lines.push_back(std::move(line));
  }
  return lines;
}

absl::Status AddCorrections(std::vector<StatementLine> corrections,
                            Statement* statement) {
  // Lines are in order: there may be very many of them.
  if (corrections.empty()) return absl::OkStatus();
  for (StatementLine& line : corrections) {
    statement->total += line.cost.value_or(MoneyAmount());
    statement->lines.push_back(std::move(line));
  }
  if (!statement->total.valid()) return TooLarge(statement->contract);
  std::stable_sort(statement->lines.begin(), statement->lines.end(), Before);
  return absl::OkStatus();
}

}  // namespace drawdown
