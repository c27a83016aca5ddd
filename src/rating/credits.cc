#include "rating/credits.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/wide.h"
#include "rating/lines.h"

namespace drawdown {
namespace {

constexpr int kMoneyScale = 18;

bool Overlap(const Interval& a, const Interval& b) {
  return a.start_us < b.end_us && b.start_us < a.end_us;
}

Interval WindowOf(const Credit& credit) {
  return {credit.from_us, credit.until_us};
}

using Claimed = std::set<std::string>;

// One that has to be claimed pays nothing unless it was.
bool Usable(const Credit& credit, const Claimed& claimed) {
  return !credit.claim_by_us.has_value() || claimed.contains(credit.id);
}

void AddClaimed(const Contract& contract, Claimed* claimed) {
  for (const Credit& credit : contract.credits) {
    if (credit.claimed_at_us.has_value()) claimed->insert(credit.id);
  }
}

Claimed ClaimedIn(const Plan& plan) {
  Claimed claimed;
  for (const VersionPlan& version : plan.versions) {
    AddClaimed(*version.contract, &claimed);
  }
  return claimed;
}

// One line while credits pay it.
struct Payable {
  LineKey key;
  MoneyAmount left;
  size_t line = 0;  // which of the block's lines it is
};

class CreditWalk {
 public:
  CreditWalk(const Plan& plan, RuleBook* rules, RatedUsage* rated)
      : plan_(plan),
        rules_(rules),
        rated_(rated),
        claimed_(ClaimedIn(plan)),
        end_of_charges_(rated->charges.size()) {}

  // The charges that end in (start, end], which follow those of the block
  // before.
  absl::Status Pay(const Interval& block) {
    const Charges& charges = rated_->charges;
    while (next_ < end_of_charges_ && EndOf(charges[next_]) <= block.start_us) {
      ++next_;
    }
    first_ = next_;
    while (next_ < end_of_charges_ && EndOf(charges[next_]) <= block.end_us) {
      ++next_;
    }
    rated_->spans.push_back(block);  // of the credits' charges
    version_ = plan_.VersionAt(block.end_us - 1);
    const Contract& contract = *plan_.versions[version_].contract;
    scale_ = LineScale(contract);
    Lines lines = LinesIn(block);
    for (const Credit* credit : InOrder(contract)) {
      if (!Usable(*credit, claimed_)) continue;
      if (!Overlap(WindowOf(*credit), block)) continue;
      RETURN_IF_ERROR(Use(contract, *credit, block, &lines));
    }
    return absl::OkStatus();
  }

 private:
  using Lines = std::vector<Payable>;  // by key

  // A charge belongs to the instant before its end.
  int64_t EndOf(const Charge& charge) const {
    return rated_->spans[charge.span].end_us;
  }

  // Those of the version that holds, and those to be claimed that a later one
  // brings: an outage is agreed about when it is over.
  std::vector<const Credit*> InOrder(const Contract& contract) const {
    std::vector<const Credit*> credits;
    std::set<std::string> known;
    for (const Credit& credit : contract.credits) {
      credits.push_back(&credit);
      known.insert(credit.id);
    }
    for (size_t v = version_ + 1; v < plan_.versions.size(); ++v) {
      for (const Credit& credit : plan_.versions[v].contract->credits) {
        if (!credit.claim_by_us || !known.insert(credit.id).second) continue;
        credits.push_back(&credit);
      }
    }
    std::sort(
        credits.begin(), credits.end(), [](const Credit* a, const Credit* b) {
          return std::tie(a->until_us, a->id) < std::tie(b->until_us, b->id);
        });
    return credits;
  }

  // What the block's charges inside the window come to.
  Lines LinesIn(const Interval& window) const {
    std::vector<Charge> inside;
    for (size_t i = first_; i < next_; ++i) {
      const Charge& charge = rated_->charges[i];
      if (Contains(window, EndOf(charge) - 1)) inside.push_back(charge);
    }
    Lines lines;
    for (const auto& [key, sum] : SumLines(inside, rules_->all())) {
      lines.push_back({key, LineCost(key, sum, scale_), lines.size()});
    }
    return lines;
  }

  // What the credit may pay of each line, in whole units of the scale.
  Lines Eligible(const Contract& contract, const Credit& credit,
                 const Interval& block, const Lines& lines) const {
    const Filter filter(contract, credit.applies, rated_->tenants,
                        rated_->pools);
    Lines eligible = LinesIn({std::max(block.start_us, credit.from_us),
                              std::min(block.end_us, credit.until_us)});
    size_t next = 0;
    for (Payable& line : eligible) {
      // Both are in one order, and this is a part of the other.
      while (!(lines[next].key == line.key)) ++next;
      line.line = next;
      const uint32_t tenant = line.key.tenant - 1;
      const uint32_t pool = line.key.pool - 1;
      const bool applies =
          filter.Matches(tenant, pool) && filter.MatchesKind(line.key.kind);
      const uint32_t share = filter.ShareOf(tenant, pool, line.key.kind);
      const auto counts = MulDivHalfEven(line.left.count(),
                                         filter.shares()[share], kWholeShare);
      line.left = applies && counts.ok()
                      ? std::min(MoneyAmount(*counts), lines[next].left)
                      : MoneyAmount();
      line.left =
          MoneyAmount(std::max<Int128>(line.left.count(), 0) / Unit() * Unit());
    }
    return eligible;
  }

  absl::Status Use(const Contract& contract, const Credit& credit,
                   const Interval& block, Lines* lines) {
    const Lines eligible = Eligible(contract, credit, block, *lines);
    std::vector<Int128> weights;
    MoneyAmount total;
    for (const Payable& line : eligible) {
      weights.push_back(line.left.count() / Unit());
      total += line.left;
    }
    MoneyAmount& used = used_[credit.id];
    const MoneyAmount left = credit.amount - used;
    if (!total.valid() || !left.valid()) {
      return MakeError(ErrorCode::kOverflow,
                       "contract " + contract.id + ", credit " + credit.id +
                           ": what it may pay does not fit 128 bits");
    }
    const Int128 pays = std::min(total, left).count() / Unit();
    if (pays <= 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<Int128> parts,
                     SplitLargestRemainder(pays, weights));
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i] == 0) continue;
      const MoneyAmount part(parts[i] * Unit());
      lines->at(eligible[i].line).left -= part;
      used += part;
      Book(credit, eligible[i].key, part);
    }
    return absl::OkStatus();
  }

  void Book(const Credit& credit, const LineKey& line, MoneyAmount part) {
    const uint32_t rule = rules_->Intern(
        {.version = plan_.versions[version_].contract->version,
         .commitment = line.commitment - 1,
         .kind = ChargeKind::kCredit,
         .has_gpu_time = false,
         .text = "credit " + credit.id + " of " + FormatMoney(credit.amount) +
                 ", until " + FormatInstant(credit.until_us) + ": pays " +
                 std::string(ChargeKindName(line.kind))});
    rated_->charges.push_back({-part.count(), line.tenant - 1, line.pool - 1,
                               static_cast<uint32_t>(rated_->spans.size() - 1),
                               rule});
  }

  Int128 Unit() const { return PowerOfTen(kMoneyScale - scale_); }

  const Plan& plan_;
  RuleBook* rules_;
  RatedUsage* rated_;
  const Claimed claimed_;
  const size_t end_of_charges_;
  size_t first_ = 0;
  size_t next_ = 0;
  int scale_ = 0;
  uint32_t version_ = 0;
  std::map<std::string, MoneyAmount> used_;  // by credit
};

}  // namespace

std::set<std::string> ClaimedCredits(const ContractTimeline& contracts) {
  Claimed claimed;
  for (const ContractSpan& span : contracts.spans()) {
    AddClaimed(*span.contract, &claimed);
  }
  return claimed;
}

std::optional<int64_t> CreditsFrom(const ContractTimeline& contracts,
                                   const Interval& period) {
  const Claimed claimed = ClaimedCredits(contracts);
  std::optional<int64_t> from_us;
  bool usable = false;
  for (const ContractSpan& span : contracts.spans()) {
    for (const Credit& credit : span.contract->credits) {
      if (!Usable(credit, claimed)) continue;
      if (credit.from_us >= period.end_us) continue;
      from_us = std::min(from_us.value_or(credit.from_us), credit.from_us);
      usable = usable || credit.until_us > period.start_us;
    }
  }
  return usable ? from_us : std::nullopt;
}

namespace {

// Where windows and versions begin and end: between two of these a credit may
// pay all of a line or none of it, so that two never pay the same hours.
std::set<int64_t> WindowEdges(const Plan& plan) {
  const Claimed claimed = ClaimedIn(plan);
  std::set<int64_t> edges;
  for (const VersionPlan& version : plan.versions) {
    edges.insert(version.holds.start_us);
    for (const Credit& credit : version.contract->credits) {
      if (!Usable(credit, claimed)) continue;
      edges.insert({credit.from_us, credit.until_us});
    }
  }
  return edges;
}

}  // namespace

absl::Status ApplyCredits(const Plan& plan, const Interval& period,
                          int64_t from_us, int64_t end_us, RuleBook* rules,
                          RatedUsage* rated) {
  const size_t charges = rated->charges.size();
  CreditWalk walk(plan, rules, rated);
  const std::set<int64_t> edges = WindowEdges(plan);
  for (int64_t at = from_us; at < end_us;) {
    const Contract& contract = *plan.versions[plan.VersionAt(at)].contract;
    int64_t end = std::min(contract.calendar.MonthOf(at).end_us, end_us);
    if (at < period.start_us) end = std::min(end, period.start_us);
    const auto edge = edges.upper_bound(at);
    if (edge != edges.end()) end = std::min(end, *edge);
    RETURN_IF_ERROR(walk.Pay({at, end}));
    at = end;
  }
  if (rated->charges.size() == charges) return absl::OkStatus();
  SortCharges(rules->all(), rated);
  return absl::OkStatus();
}

void NoteCredits(const Plan& plan, const Interval& period, int64_t at_us,
                 RatedUsage* rated) {
  const VersionPlan& version = plan.versions[plan.VersionAt(period.end_us - 1)];
  const Claimed claimed = ClaimedIn(plan);
  for (const Credit& credit : version.contract->credits) {
    if (Usable(credit, claimed)) continue;
    if (!Overlap(WindowOf(credit), period)) continue;
    const std::string what = "credit " + credit.id + " of " +
                             FormatMoney(credit.amount) + " " +
                             version.contract->currency.ToString();
    rated->notes.push_back(at_us < *credit.claim_by_us
                               ? what + " must be claimed by " +
                                     FormatInstant(*credit.claim_by_us)
                               : what + " lapsed: it was not claimed by " +
                                     FormatInstant(*credit.claim_by_us));
  }
}

}  // namespace drawdown
