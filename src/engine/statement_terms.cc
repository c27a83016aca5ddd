// What a contract says about what its statement names.
#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "engine/closes.h"
#include "engine/contract_books.h"
#include "engine/impl.h"
#include "rating/rating.h"

namespace drawdown {
namespace {

// FOCUS' spellings, in the order of the enumerations.
constexpr std::array<std::string_view, 8> kIntervals = {
    "Hourly",    "Daily",       "Weekly", "Monthly",
    "Quarterly", "Semi-Annual", "Annual", "Full Period"};
constexpr std::array<std::string_view, 9> kOperators = {
    "In",          "NotIn",    "StartsWith", "NotStartsWith", "Contains",
    "NotContains", "EndsWith", "Exists",     "DoesNotExist"};
constexpr std::array<std::string_view, 6> kDimensions = {
    "pool", "region", "sku", "provider", "tenant", "kind"};

int64_t StartOf(const Commitment& commitment) {
  return commitment.category == CommitmentCategory::kSpend
             ? commitment.spend_steps.front().from_us
             : commitment.steps.front().from_us;
}

int64_t EndOf(const Contract& contract, const Commitment& commitment) {
  return std::min(contract.term.end_us,
                  commitment.cancelled_at_us.value_or(contract.term.end_us));
}

// FOCUS' words are ours, in capitals.
std::string LifecycleOf(CommitmentState state) {
  std::string name(CommitmentStateName(state));
  name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return name;
}

// The step that holds at `at_us`, the first before it.
template <typename Step>
const Step& StepAt(const std::vector<Step>& steps, int64_t at_us) {
  const Step* holding = &steps.front();
  for (const Step& step : steps) {
    if (step.from_us <= at_us) holding = &step;
  }
  return *holding;
}

std::vector<ApplicabilityTerms> RulesOf(
    const std::vector<ApplicabilityRule>& rules) {
  std::vector<ApplicabilityTerms> terms;
  for (const ApplicabilityRule& rule : rules) {
    terms.push_back(
        {std::string(kDimensions[static_cast<size_t>(rule.dimension)]),
         std::string(kOperators[static_cast<size_t>(rule.op)]), rule.values,
         rule.fraction_micro.has_value()});
  }
  return terms;
}

// What is added to each interval of it by then.
GpuTime ExpandedBy(const Contract& contract, const Commitment& commitment,
                   int64_t at_us) {
  GpuTime adds;
  for (const Expansion& expansion : contract.expansions) {
    if (expansion.commitment != commitment.id) continue;
    if (!expansion.exercised_from_us.has_value()) continue;
    if (*expansion.exercised_from_us <= at_us) adds += expansion.adds;
  }
  return adds;
}

// What the statement speaks of is the last instant that it covers.
int64_t InstantOf(const Statement& statement) {
  return std::min(statement.at_us, statement.period_end_us) - 1;
}

// `life` is the commitment's at that instant.
CommitmentTerms TermsOf(const Contract& contract, const Commitment& commitment,
                        const CommitmentLife& life,
                        const Statement& statement) {
  CommitmentTerms terms;
  terms.id = commitment.id;
  terms.spend = commitment.category == CommitmentCategory::kSpend;
  terms.continuous = commitment.model == CommitmentModel::kContinuous;
  terms.interval = kIntervals[static_cast<size_t>(commitment.interval)];
  terms.start_us = StartOf(commitment);
  terms.end_us = life.state == CommitmentState::kSuperseded
                     ? life.end_us
                     : EndOf(contract, commitment);
  terms.lifecycle = LifecycleOf(life.state);
  const int64_t inside_us = std::max(
      terms.start_us, std::min(InstantOf(statement), terms.end_us - 1));
  if (terms.spend) {
    terms.cost = StepAt(commitment.spend_steps, inside_us).cost;
  } else {
    terms.quantity = StepAt(commitment.steps, inside_us).quantity +
                     ExpandedBy(contract, commitment, inside_us);
  }
  terms.applies = RulesOf(commitment.applies);
  return terms;
}

// A commitment and the version that describes it.
struct Described {
  const Contract* contract = nullptr;
  const Commitment* commitment = nullptr;
};

const Commitment* FindCommitment(const Contract& contract,
                                 std::string_view id) {
  for (const Commitment& commitment : contract.commitments) {
    if (commitment.id == id) return &commitment;
  }
  return nullptr;
}

// Those of the statement's version in file order, then those that it has no
// more, by id, as the last version with them had them.
std::vector<Described> DescribedBy(const ContractTimeline& contracts,
                                   const Contract& version,
                                   const std::vector<CommitmentLife>& lives) {
  std::vector<Described> all;
  for (const Commitment& commitment : version.commitments) {
    all.push_back({&version, &commitment});
  }
  for (const CommitmentLife& life : lives) {
    if (FindCommitment(version, life.commitment) != nullptr) continue;
    Described last;
    for (const ContractSpan& span : contracts.spans()) {
      const Commitment* found = FindCommitment(*span.contract, life.commitment);
      if (found != nullptr) last = {span.contract, found};
    }
    all.push_back(last);
  }
  return all;
}

absl::StatusOr<std::vector<CommitmentTerms>> CommitmentsOf(
    const ContractTimeline& contracts, const Contract& version,
    const Statement& statement) {
  const std::vector<CommitmentLife> lives =
      LivesOf(contracts, InstantOf(statement));
  std::vector<CommitmentTerms> all;
  for (const Described& of : DescribedBy(contracts, version, lives)) {
    const auto life = std::find_if(lives.begin(), lives.end(),
                                   [&of](const CommitmentLife& one) {
                                     return one.commitment == of.commitment->id;
                                   });
    if (life == lives.end()) {
      return MakeError(ErrorCode::kCorrupt,
                       "contract " + version.id + " version " +
                           std::to_string(version.version) +
                           " never holds, and a statement was made with it");
    }
    all.push_back(TermsOf(*of.contract, *of.commitment, *life, statement));
  }
  return all;
}

std::vector<PoolTerms> PoolsOf(const Contract& contract,
                               const Statement& statement) {
  std::set<std::string> names;
  for (const StatementLine& line : statement.lines) {
    if (!line.pool.empty()) names.insert(line.pool);
  }
  std::vector<PoolTerms> pools;
  for (const std::string& name : names) {
    const Subject subject = SubjectOfPool(contract, name);
    PoolTerms terms = {name, std::string(subject.sku),
                       std::string(subject.region), std::nullopt};
    const Rate* rate =
        FindRate(contract, name,
                 std::max(statement.period_start_us, contract.term.start_us));
    if (rate != nullptr) terms.rate = rate->tiers.front().price;
    pools.push_back(std::move(terms));
  }
  return pools;
}

bool CountsTowardSpend(ChargeKind kind) {
  return kind == ChargeKind::kCovered || kind == ChargeKind::kOnDemand ||
         kind == ChargeKind::kOverage || kind == ChargeKind::kUnused ||
         kind == ChargeKind::kShortfall;
}

// The share of the line's cost that the spend commitment counts, in 1e-6.
int64_t ShareOf(const Contract& contract, const Commitment& spend,
                const StatementLine& line) {
  if (!CountsTowardSpend(line.charged_kind())) return 0;
  if (!line.cost.has_value() || line.cost->zero()) return 0;
  const Commitment* drawn = FindCommitment(contract, line.commitment);
  // Commitments of one layer share usage exclusively; what spend commitments
  // lack counts in the layers above them.
  if (drawn != nullptr && drawn->layer == spend.layer) return 0;
  if (!line.has_gpu_time && (drawn == nullptr || drawn->layer > spend.layer)) {
    return 0;
  }
  Subject subject = SubjectOfPool(contract, line.pool);
  subject.tenant = line.tenant;
  subject.kind = ChargeKindName(line.charged_kind());
  if (!Applies(spend.applies, subject)) return 0;
  return ApplicableShareMicro(spend.applies, subject);
}

// When the line's charges are of; `name` is empty for the statement's own.
struct ChargedPeriod {
  Interval interval;
  std::string name;
};
ChargedPeriod PeriodOf(const Statement& statement, uint32_t line,
                       const StatementTerms& terms) {
  for (const CorrectedPeriod& corrected : terms.corrected) {
    if (corrected.period == statement.lines[line].corrects_period) {
      return {{corrected.start_us, corrected.end_us}, corrected.period};
    }
  }
  return {{statement.period_start_us, statement.period_end_us}, ""};
}

void AddSpendShares(const Contract& contract, const Statement& statement,
                    StatementTerms* terms) {
  for (uint32_t i = 0; i < contract.commitments.size(); ++i) {
    const Commitment& spend = contract.commitments[i];
    const CommitmentTerms& of = terms->commitments[i];
    if (!of.spend || of.lifecycle == "Proposed") continue;
    std::set<std::string> partly;
    for (uint32_t line = 0; line < statement.lines.size(); ++line) {
      const auto [period, name] = PeriodOf(statement, line, *terms);
      if (of.start_us >= period.end_us || of.end_us <= period.start_us) {
        continue;
      }
      if (of.start_us > period.start_us || of.end_us < period.end_us) {
        partly.insert(name);
        continue;
      }
      const int64_t share = ShareOf(contract, spend, statement.lines[line]);
      if (share > 0) terms->spend.push_back({line, i, share});
    }
    for (const std::string& name : partly) {
      terms->notes.push_back(
          "commitment " + of.id + " is in force for a part of " +
          (name.empty() ? "the period: what it counts of each line is left out"
                        : name + ": what it counts of each line that corrects "
                                 "that month is left out"));
    }
  }
  std::stable_sort(
      terms->spend.begin(), terms->spend.end(),
      [](const SpendShare& a, const SpendShare& b) { return a.line < b.line; });
}

}  // namespace

absl::StatusOr<StatementTerms> Ledger::TermsOf(
    const Statement& statement) const {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadTransaction> books,
                   impl_->BeginRead());
  ASSIGN_OR_RETURN(const ContractBooks contracts,
                   ContractBooks::Read(books.get()));
  ASSIGN_OR_RETURN(
      const ContractVersion* const version,
      contracts.VersionOf(statement.contract, statement.contract_version));
  ASSIGN_OR_RETURN(const ContractVersion* const first,
                   contracts.VersionOf(statement.contract, 1));
  const Contract& contract = version->contract;
  StatementTerms terms;
  terms.provider = contract.provider_aliases.empty()
                       ? contract.provider
                       : contract.provider_aliases.front();
  terms.term_start_us = contract.term.start_us;
  terms.term_end_us = contract.term.end_us;
  terms.created_us = first->stored.applied_us;
  terms.updated_us = version->stored.applied_us;
  terms.pools = PoolsOf(contract, statement);
  const ContractBooks until =
      contracts.AsOf({{contract.id, statement.contract_version}});
  ASSIGN_OR_RETURN(const ContractTimeline timeline,
                   until.TimelineOf(contract.id));
  ASSIGN_OR_RETURN(terms.commitments,
                   CommitmentsOf(timeline, contract, statement));
  ASSIGN_OR_RETURN(terms.corrected,
                   CorrectedPeriods(books.get(), contract.id, statement.lines));
  AddSpendShares(contract, statement, &terms);
  return terms;
}

}  // namespace drawdown
