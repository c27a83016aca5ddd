#include "rating/correction.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
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

CorrectedKey KeyOf(const StatementLine& line, ChargeKind kind) {
  return {line.tenant, line.pool,       line.commitment,
          kind,        line.unit_price, line.has_gpu_time};
}

struct CorrectedSum {
  GpuTime gpu_time;
  MoneyAmount cost;
};
using CorrectedSums = std::map<CorrectedKey, CorrectedSum>;

void Add(const StatementLine& line, ChargeKind kind, int sign,
         CorrectedSums* sums) {
  CorrectedSum& sum = (*sums)[KeyOf(line, kind)];
  sum.gpu_time += line.gpu_time * sign;
  sum.cost += line.cost.value_or(MoneyAmount()) * sign;
}

struct ExplainedLine {
  const StatementLine* line = nullptr;
  std::vector<const StatementReason*> reasons;
};

// The lines of a statement, with their reasons.
std::map<CorrectedKey, ExplainedLine> ByKey(const Statement& statement) {
  std::vector<ExplainedLine> lines;
  for (const StatementLine& line : statement.lines)
    lines.push_back({&line, {}});
  for (const StatementReason& reason : statement.reasons) {
    lines.at(reason.line).reasons.push_back(&reason);
  }
  std::map<CorrectedKey, ExplainedLine> by_key;
  for (ExplainedLine& line : lines) {
    CorrectedKey key = KeyOf(*line.line, line.line->kind);
    by_key.emplace(std::move(key), std::move(line));
  }
  return by_key;
}

// One for all of the line.
StatementReason ReasonOf(uint32_t index, const StatementLine& line,
                         uint32_t version, std::string rule) {
  return {index, version, std::move(rule), "", line.gpu_time, line.cost};
}

std::string WhenClosed(const Statement& closed) {
  return closed.closed_us ? "closed at " + FormatInstant(*closed.closed_us)
                          : "closed";
}

std::string Corrected(const StatementLine& line) {
  return "the " + std::string(ChargeKindName(line.corrects_kind)) +
         " line of " + line.corrects_period;
}

auto OrderOf(const StatementLine& line) {
  return std::make_tuple(
      std::cref(line.tenant), std::cref(line.pool), std::cref(line.commitment),
      line.kind, line.unit_price.has_value(),
      line.unit_price.value_or(MoneyAmount()).count(), line.has_gpu_time,
      std::cref(line.corrects_period), line.corrects_kind);
}

// Sorts the lines; each keeps its reasons.
void SortLines(Statement* statement) {
  const std::vector<StatementLine>& lines = statement->lines;
  std::vector<uint32_t> order(lines.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return OrderOf(lines[a]) < OrderOf(lines[b]);
  });
  std::vector<StatementLine> sorted;
  std::vector<uint32_t> place(lines.size());
  for (const uint32_t from : order) {
    place[from] = static_cast<uint32_t>(sorted.size());
    sorted.push_back(std::move(statement->lines[from]));
  }
  statement->lines = std::move(sorted);
  for (StatementReason& reason : statement->reasons) {
    reason.line = place.at(reason.line);
  }
  std::stable_sort(statement->reasons.begin(), statement->reasons.end(),
                   [](const StatementReason& a, const StatementReason& b) {
                     return a.line < b.line;
                   });
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

std::vector<StatementReason> ExplainCorrections(
    const Statement& now, const Statement& closed,
    const std::vector<StatementLine>& corrections) {
  const auto rated = ByKey(now);
  std::vector<StatementReason> reasons;
  for (uint32_t i = 0; i < corrections.size(); ++i) {
    const StatementLine& line = corrections[i];
    std::string rule = "corrects " + Corrected(line) + ", " +
                       WhenClosed(closed) +
                       ": the month rated again, less what was charged";
    const auto found = rated.find(KeyOf(line, line.corrects_kind));
    if (found == rated.end()) rule += "; now there is no such line";
    std::string_view separator = "; now ";
    if (found != rated.end()) {
      for (const StatementReason* reason : found->second.reasons) {
        rule += std::string(separator) + reason->rule;
        separator = " and ";
      }
    }
    reasons.push_back(ReasonOf(i, line, now.contract_version, std::move(rule)));
  }
  return reasons;
}

void ExplainClosed(const Statement& now, Statement* closed) {
  const auto rated = ByKey(now);
  closed->reasons.clear();
  for (uint32_t i = 0; i < closed->lines.size(); ++i) {
    const StatementLine& line = closed->lines[i];
    const auto found = rated.find(KeyOf(line, line.kind));
    const bool same = line.corrects_period.empty() && found != rated.end() &&
                      found->second.line->gpu_time == line.gpu_time &&
                      found->second.line->cost == line.cost;
    if (same) {
      for (const StatementReason* reason : found->second.reasons) {
        closed->reasons.push_back(*reason);
        closed->reasons.back().line = i;
      }
      continue;
    }
    std::string rule = line.corrects_period.empty()
                           ? "frozen as it was " + WhenClosed(*closed) +
                                 "; what is known of it since is in "
                                 "corrections of later months"
                           : "corrects " + Corrected(line) +
                                 "; frozen as it was " + WhenClosed(*closed);
    closed->reasons.push_back(
        ReasonOf(i, line, closed->contract_version, std::move(rule)));
  }
}

absl::Status AddCorrections(std::vector<StatementLine> corrections,
                            std::vector<StatementReason> reasons,
                            Statement* statement) {
  // Lines are in order: there may be very many of them.
  if (corrections.empty()) return absl::OkStatus();
  for (StatementReason& reason : reasons) {
    reason.line += static_cast<uint32_t>(statement->lines.size());
    statement->reasons.push_back(std::move(reason));
  }
  for (StatementLine& line : corrections) {
    statement->total += line.cost.value_or(MoneyAmount());
    statement->lines.push_back(std::move(line));
  }
  if (!statement->total.valid()) return TooLarge(statement->contract);
  SortLines(statement);
  return absl::OkStatus();
}

}  // namespace drawdown
