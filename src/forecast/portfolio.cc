#include "forecast/portfolio.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "base/error.h"
#include "base/wide.h"
#include "rating/schedule.h"

namespace drawdown {
namespace {

// Sums before contracts: their name is empty.
using PortfolioKey = std::tuple<std::string, std::string, bool>;

// What the commitment's amounts are worth: a spend commitment's are money.
MoneyAmount Worth(const Commitment& commitment, Int128 amount) {
  return commitment.category == CommitmentCategory::kSpend
             ? MoneyAmount(amount)
             : Price(commitment.price, GpuTime(amount));
}

// Adds what is contracted of every interval. The intervals of one step are
// alike or nearly so, but only the calendar knows: each is asked for.
absl::Status AddCommitted(const Contract& contract,
                          const Commitment& commitment,
                          const Schedule& schedule, int64_t at_us,
                          PortfolioLine* line) {
  for (int64_t at = schedule.active().start_us;
       at < schedule.active().end_us;) {
    const Fulfilment fulfilment = schedule.At(at);
    const auto amount = schedule.Contracted(fulfilment);
    const MoneyAmount worth =
        amount ? Worth(commitment, *amount) : MoneyAmount::Invalid();
    line->committed += worth;
    if (fulfilment.cut.start_us <= at_us) line->committed_by_now += worth;
    at = fulfilment.cut.end_us;
  }
  if (line->committed.valid()) return absl::OkStatus();
  return MakeError(ErrorCode::kOverflow,
                   "contract " + contract.id + ", commitment " + commitment.id +
                       ": what is committed does not fit");
}

void AddStatus(const Commitment& commitment, const CommitmentStatus& status,
               PortfolioLine* line) {
  line->contracted += Worth(commitment, status.contracted);
  line->drawn += Worth(commitment, status.drawn);
  line->projected_shortfall_cost += status.projected_shortfall_cost;
}

void AddLine(const PortfolioLine& line, PortfolioLine* sum) {
  sum->commitments += line.commitments;
  sum->committed += line.committed;
  sum->committed_by_now += line.committed_by_now;
  sum->contracted += line.contracted;
  sum->drawn += line.drawn;
  sum->projected_shortfall_cost += line.projected_shortfall_cost;
}

bool Fits(const PortfolioLine& line) {
  return line.committed.valid() && line.contracted.valid() &&
         line.drawn.valid() && line.projected_shortfall_cost.valid();
}

}  // namespace

absl::StatusOr<std::vector<PortfolioLine>> MakePortfolio(
    std::span<const Contract* const> contracts,
    std::span<const CommitmentStatus> statuses, int64_t at_us) {
  std::map<PortfolioKey, PortfolioLine> lines;
  for (const Contract* contract : contracts) {
    for (const Commitment& commitment : contract->commitments) {
      const Schedule schedule(*contract, commitment);
      if (schedule.active().end_us <= at_us) continue;
      const bool spend = commitment.category == CommitmentCategory::kSpend;
      PortfolioLine own;
      own.commitments = 1;
      RETURN_IF_ERROR(
          AddCommitted(*contract, commitment, schedule, at_us, &own));
      for (const CommitmentStatus& status : statuses) {
        if (status.contract != contract->id) continue;
        if (status.commitment == commitment.id) {
          AddStatus(commitment, status, &own);
        }
      }
      const std::string currency = contract->currency.ToString();
      for (const std::string& id : {std::string(), contract->id}) {
        PortfolioLine& line = lines[{currency, id, spend}];
        line.currency = contract->currency;
        line.contract = id;
        line.spend = spend;
        AddLine(own, &line);
      }
    }
  }
  std::vector<PortfolioLine> portfolio;
  for (const auto& entry : lines) {
    if (!Fits(entry.second)) {
      return MakeError(ErrorCode::kOverflow, "the portfolio in " +
                                                 std::get<0>(entry.first) +
                                                 " does not fit 128 bits");
    }
    portfolio.push_back(entry.second);
  }
  return portfolio;
}

}  // namespace drawdown
