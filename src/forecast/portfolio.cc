#include "forecast/portfolio.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "base/error.h"
#include "rating/plan.h"

namespace drawdown {
namespace {

// Sums before contracts: their name is empty.
using PortfolioKey = std::tuple<std::string, std::string, bool>;

// What is drawn down at one price in each version: a commitment, or an
// exercised expansion of one.
class Obligation {
 public:
  Obligation(const Plan& plan, const Tranche& tranche)
      : plan_(plan), tranche_(&tranche), schedule_(tranche.schedule) {}
  Obligation(const Plan& plan, const SpendPlan& spend)
      : plan_(plan), schedule_(spend.schedule) {}

  int64_t end_us() const { return schedule_.active().end_us; }

  // Adds what is contracted of every interval. The intervals of one step are
  // alike or nearly so, but only the calendar knows: each is asked for.
  void AddTo(int64_t at_us, PortfolioLine* line) const {
    for (int64_t at = schedule_.active().start_us; at < end_us();) {
      const Fulfilment fulfilment = schedule_.At(at);
      const MoneyAmount worth = WorthOf(fulfilment);
      line->committed += worth;
      if (fulfilment.cut.start_us <= at_us) line->committed_by_now += worth;
      if (Contains(fulfilment.cut, at_us)) line->contracted += worth;
      at = fulfilment.cut.end_us;
    }
  }

 private:
  // Each version's part at its price.
  MoneyAmount WorthOf(const Fulfilment& fulfilment) const {
    MoneyAmount worth;
    for (int64_t from = fulfilment.cut.start_us;
         from < fulfilment.cut.end_us;) {
      const uint32_t version = plan_.VersionAt(from);
      const int64_t to =
          std::min(fulfilment.cut.end_us, plan_.versions[version].holds.end_us);
      const auto amount = schedule_.Contracted({fulfilment.whole, {from, to}});
      if (!amount.has_value()) return MoneyAmount::Invalid();
      worth += WorthIn(version, *amount);
      from = to;
    }
    return worth;
  }

  // A spend commitment's amounts are money.
  MoneyAmount WorthIn(uint32_t version, Int128 amount) const {
    if (tranche_ == nullptr) return MoneyAmount(amount);
    const uint32_t slot = tranche_->terms[version].covered;
    return Price(plan_.slots[slot].unit_price.value_or(MoneyAmount()),
                 GpuTime(amount));
  }

  const Plan& plan_;
  const Tranche* tranche_ = nullptr;  // nullptr: a spend commitment
  const Schedule& schedule_;
};

// Those of one category that are in force at the instant or to come.
template <typename Parts>
PortfolioLine LineOf(const Plan& plan, const Parts& parts, int64_t at_us) {
  PortfolioLine line;
  std::set<uint32_t> names;
  for (const auto& part : parts) {
    const Obligation obligation(plan, part);
    if (obligation.end_us() <= at_us) continue;
    names.insert(part.name);
    obligation.AddTo(at_us, &line);
  }
  line.commitments = names.size();
  return line;
}

void AddStatus(const ValuedStatus& valued, PortfolioLine* line) {
  line->drawn += valued.drawn;
  line->projected_shortfall_cost += valued.status.projected_shortfall_cost;
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
    std::span<const ContractTimeline> contracts,
    std::span<const ValuedStatus> statuses, int64_t at_us) {
  std::map<PortfolioKey, PortfolioLine> lines;
  const UsageTable no_usage;
  for (const ContractTimeline& contract : contracts) {
    ASSIGN_OR_RETURN(const Plan plan, MakePlan(contract, no_usage));
    const Currency currency = plan.versions.front().contract->currency;
    for (const bool spend : {false, true}) {
      PortfolioLine own = spend ? LineOf(plan, plan.spends, at_us)
                                : LineOf(plan, plan.tranches, at_us);
      if (own.commitments == 0) continue;
      for (const ValuedStatus& valued : statuses) {
        const bool of_line = valued.status.contract == plan.contract_id &&
                             valued.status.spend == spend;
        if (of_line) AddStatus(valued, &own);
      }
      for (const std::string& id : {std::string(), plan.contract_id}) {
        PortfolioLine& line = lines[{currency.ToString(), id, spend}];
        line.currency = currency;
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
