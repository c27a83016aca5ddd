#include "forecast/due_dates.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "rating/credits.h"
#include "rating/schedule.h"
#include "rating/strand.h"

namespace drawdown {
namespace {

// Of a commitment's steps of one sort only the first is told.
enum class Thinned { kNo, kContracted, kDelivered };

struct Found {
  DueDate date;
  Thinned thinned = Thinned::kNo;
};

std::string Hours(GpuTime time) {
  std::string text = FormatGpuHours(time);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " GPU-hours";
}

Int128 AmountOf(const UsageStep& step) { return step.quantity.count(); }
Int128 AmountOf(const SpendStep& step) { return step.cost.count(); }

bool IsSpend(const Commitment& commitment) {
  return commitment.category == CommitmentCategory::kSpend;
}

// What the steps say of an instant; nothing before the first.
template <typename Step>
Int128 AmountAt(const std::vector<Step>& steps, int64_t at_us) {
  Int128 amount = 0;
  for (const Step& step : steps) {
    if (step.from_us <= at_us) amount = AmountOf(step);
  }
  return amount;
}

// Per interval; 0 of a commitment that the version has not in force.
Int128 ContractedAt(const Contract& contract, const std::string& id,
                    int64_t at_us) {
  for (const Commitment& commitment : contract.commitments) {
    if (commitment.id != id) continue;
    if (!Contains(Schedule(contract, commitment).active(), at_us)) return 0;
    return IsSpend(commitment) ? AmountAt(commitment.spend_steps, at_us)
                               : AmountAt(commitment.steps, at_us);
  }
  return 0;
}

// What one version says, of the time in which it holds.
class VersionDates {
 public:
  // `before` is the version that held until then, if that is after at_us.
  // `claimed` are the credits that some version says were.
  VersionDates(const Contract& contract, const Interval& holds,
               const Contract* before, const std::set<std::string>& claimed,
               int64_t at_us)
      : contract_(contract),
        holds_(holds),
        before_(before),
        claimed_(claimed),
        at_us_(at_us) {}

  std::vector<Found> Find() {
    for (const Commitment& commitment : contract_.commitments) {
      in_force_ = Schedule(contract_, commitment).active();
      if (in_force_.end_us <= in_force_.start_us) continue;
      FindOfCommitment(commitment);
      for (const Expansion& expansion : contract_.expansions) {
        if (expansion.commitment == commitment.id) FindOfExpansion(expansion);
      }
    }
    for (const Credit& credit : contract_.credits) FindOfCredit(credit);
    return std::move(dates_);
  }

 private:
  void Add(int64_t at_us, DueDateKind kind, const std::string& subject,
           const std::string& detail, Thinned thinned = Thinned::kNo) {
    dates_.push_back({{at_us, contract_.id, kind, subject, detail}, thinned});
  }

  // What begins at an instant is the version's that holds from it on, what
  // ends there the one's that held until it; and a commitment that is canceled
  // by then has neither.
  void AddBeginning(int64_t at_us, DueDateKind kind, const std::string& subject,
                    const std::string& detail, Thinned thinned = Thinned::kNo) {
    if (at_us > at_us_ && Contains(holds_, at_us) && at_us < in_force_.end_us) {
      Add(at_us, kind, subject, detail, thinned);
    }
  }
  void AddEnd(int64_t at_us, DueDateKind kind, const std::string& subject,
              const std::string& detail) {
    if (at_us > at_us_ && holds_.start_us < at_us && at_us <= holds_.end_us) {
      Add(at_us, kind, subject, detail);
    }
  }

  std::string Money(MoneyAmount amount) const {
    return FormatMoney(amount) + " " + contract_.currency.ToString();
  }

  std::string Amount(const Commitment& commitment, Int128 amount) const {
    return IsSpend(commitment) ? Money(MoneyAmount(amount))
                               : Hours(GpuTime(amount));
  }

  template <typename Step>
  void FindSteps(const Commitment& commitment, const std::vector<Step>& steps,
                 Thinned sort) {
    const std::string what = sort == Thinned::kDelivered ? "delivered " : "";
    for (const Step& step : steps) {
      AddBeginning(step.from_us, DueDateKind::kStep, commitment.id,
                   what + "per interval from then on: " +
                       Amount(commitment, AmountOf(step)),
                   sort);
    }
  }

  void FindOfCommitment(const Commitment& commitment) {
    FindSteps(commitment, commitment.steps, Thinned::kContracted);
    FindSteps(commitment, commitment.spend_steps, Thinned::kContracted);
    FindSteps(commitment, commitment.delivered, Thinned::kDelivered);
    if (before_ != nullptr) FindChange(commitment);
    for (const Milestone& milestone : commitment.milestones) {
      if (milestone.by_us > in_force_.end_us) continue;
      AddEnd(milestone.by_us, DueDateKind::kMilestone,
             commitment.id + "/" + milestone.name,
             "to be drawn by then: " + Amount(commitment, milestone.amount));
    }
  }

  // A version may change the amount by what it says of earlier steps.
  void FindChange(const Commitment& commitment) {
    const int64_t from_us = holds_.start_us;
    const Int128 amount = ContractedAt(contract_, commitment.id, from_us);
    if (amount == ContractedAt(*before_, commitment.id, from_us)) return;
    AddBeginning(from_us, DueDateKind::kStep, commitment.id,
                 "per interval from then on: " + Amount(commitment, amount) +
                     ", says version " + std::to_string(contract_.version),
                 Thinned::kContracted);
  }

  void FindOfExpansion(const Expansion& expansion) {
    const std::string adds =
        Hours(expansion.adds) + " per interval at " + Money(expansion.price);
    if (expansion.exercised_from_us.has_value()) {
      return AddBeginning(*expansion.exercised_from_us, DueDateKind::kStep,
                          expansion.commitment,
                          "its expansion from then on: " + adds);
    }
    AddBeginning(expansion.exercisable_from_us, DueDateKind::kExpansionOpens,
                 expansion.commitment,
                 "can be exercised from then on: " + adds);
    if (expansion.exercisable_from_us <= at_us_) {
      AddEnd(std::min(expansion.until_us, in_force_.end_us),
             DueDateKind::kExpansionCloses, expansion.commitment,
             "can be exercised until then: " + adds);
    }
  }

  void FindOfCredit(const Credit& credit) {
    const std::string amount = Money(credit.amount);
    const bool unclaimed =
        credit.claim_by_us.has_value() && !claimed_.contains(credit.id);
    if (unclaimed) {
      return AddEnd(*credit.claim_by_us, DueDateKind::kCreditExpires, credit.id,
                    amount + " lapses if it is not claimed by then");
    }
    AddEnd(credit.until_us, DueDateKind::kCreditExpires, credit.id,
           "what is left of " + amount + " lapses");
  }

  const Contract& contract_;
  const Interval holds_;
  const Contract* before_;
  const std::set<std::string>& claimed_;
  const int64_t at_us_;
  Interval in_force_;  // the commitment that is looked at
  std::vector<Found> dates_;
};

// The ends of the intervals that contain the instant.
void AddIntervalEnds(const ContractTimeline& contracts, int64_t at_us,
                     std::vector<Found>* dates) {
  for (const Strand& strand : StrandsOf(contracts)) {
    const FulfilmentInterval interval = strand.first().interval;
    const bool told = interval != FulfilmentInterval::kHourly &&
                      interval != FulfilmentInterval::kDaily;
    const Schedule schedule = SchedulesOf(strand, {}).front();
    if (!told || !Contains(schedule.active(), at_us)) continue;
    const int64_t end_us = schedule.At(at_us).cut.end_us;
    const Commitment* terms = &strand.first();
    for (const StrandPart& part : strand.parts) {
      if (part.holds.start_us < end_us) terms = part.terms;
    }
    const bool owed = terms->shortfall.policy == ShortfallPolicy::kTakeOrPay;
    dates->push_back({{end_us, strand.parts.front().contract->id,
                       DueDateKind::kIntervalEnd, strand.id,
                       owed ? "what is missing then is owed"
                            : "what is missing then lapses"}});
  }
}

// Of months that are over and may not be closed yet, the first; else of this
// one.
DueDate GraceOf(const Contract& contract, int64_t at_us) {
  const Term& term = contract.term;
  // Within the term, whatever instant was asked about: no month is counted
  // beyond it.
  const int64_t month_us =
      std::clamp(std::max(at_us, term.start_us) - contract.grace_us - 1,
                 term.start_us, term.end_us - 1);
  const Interval month = contract.calendar.MonthOf(month_us);
  const int64_t end_us = std::min(month.end_us, term.end_us);
  return {end_us + contract.grace_us, contract.id, DueDateKind::kGraceEnd, "",
          "the month that ends at " + FormatInstant(end_us) +
              " may be closed from then on"};
}

// By time, and thinned.
std::vector<DueDate> Sorted(std::vector<Found> found, int64_t at_us) {
  std::stable_sort(
      found.begin(), found.end(), [](const Found& a, const Found& b) {
        return std::tie(a.date.at_us, a.date.kind, a.date.subject) <
               std::tie(b.date.at_us, b.date.kind, b.date.subject);
      });
  std::vector<DueDate> dates;
  std::set<std::pair<Thinned, std::string>> seen;
  for (Found& one : found) {
    if (one.date.at_us <= at_us) continue;
    if (one.thinned != Thinned::kNo &&
        !seen.emplace(one.thinned, one.date.subject).second) {
      continue;
    }
    dates.push_back(std::move(one.date));
  }
  return dates;
}

}  // namespace

std::vector<DueDate> DueDatesOf(const ContractTimeline& contracts,
                                int64_t at_us) {
  std::vector<Found> dates;
  const std::set<std::string> claimed = ClaimedCredits(contracts);
  const std::vector<ContractSpan>& spans = contracts.spans();
  for (size_t i = 0; i < spans.size(); ++i) {
    const bool last = i + 1 == spans.size();
    const Interval holds = {
        spans[i].from_us,
        last ? std::numeric_limits<int64_t>::max() : spans[i + 1].from_us};
    const Contract* const before = i == 0 ? nullptr : spans[i - 1].contract;
    const std::vector<Found> some =
        VersionDates(*spans[i].contract, holds, before, claimed, at_us).Find();
    dates.insert(dates.end(), some.begin(), some.end());
  }
  AddIntervalEnds(contracts, at_us, &dates);
  const Contract& newest = *spans.back().contract;
  dates.push_back({GraceOf(newest, at_us)});
  dates.push_back({{newest.term.end_us, newest.id, DueDateKind::kTermEnd, "",
                    "the contract ends"}});
  return Sorted(std::move(dates), at_us);
}

}  // namespace drawdown
