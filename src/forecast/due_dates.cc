#include "forecast/due_dates.h"

#include <algorithm>
#include <tuple>

#include "rating/schedule.h"

namespace drawdown {
namespace {

std::string Hours(GpuTime time) {
  std::string text = FormatGpuHours(time);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " GPU-hours";
}

class Dates {
 public:
  Dates(const Contract& contract, int64_t at_us)
      : contract_(contract), at_us_(at_us) {}

  std::vector<DueDate> Find() {
    for (const Commitment& commitment : contract_.commitments) {
      if (commitment.lifecycle == CommitmentLifecycle::kProposed) continue;
      FindOfCommitment(commitment);
    }
    for (const Expansion& expansion : contract_.expansions) {
      FindOfExpansion(expansion);
    }
    for (const Credit& credit : contract_.credits) {
      if (credit.from_us > at_us_) continue;
      Add(credit.until_us, DueDateKind::kCreditExpires, credit.id,
          "what is left of " + Money(credit.amount) + " lapses");
    }
    FindGrace();
    Add(contract_.term.end_us, DueDateKind::kTermEnd, "", "the contract ends");
    std::sort(dates_.begin(), dates_.end(),
              [](const DueDate& a, const DueDate& b) {
                return std::tie(a.at_us, a.kind, a.subject) <
                       std::tie(b.at_us, b.kind, b.subject);
              });
    return std::move(dates_);
  }

 private:
  void Add(int64_t at_us, DueDateKind kind, const std::string& subject,
           const std::string& detail) {
    if (at_us <= at_us_) return;
    dates_.push_back({at_us, contract_.id, kind, subject, detail});
  }

  std::string Money(MoneyAmount amount) const {
    return FormatMoney(amount) + " " + contract_.currency.ToString();
  }

  std::string Amount(const Commitment& commitment, Int128 amount) const {
    return commitment.category == CommitmentCategory::kSpend
               ? Money(MoneyAmount(amount))
               : Hours(GpuTime(amount));
  }

  void FindOfCommitment(const Commitment& commitment) {
    const Schedule schedule(contract_, commitment);
    const bool told = commitment.interval != FulfilmentInterval::kHourly &&
                      commitment.interval != FulfilmentInterval::kDaily;
    if (told && Contains(schedule.active(), at_us_)) {
      const bool owed =
          commitment.shortfall.policy == ShortfallPolicy::kTakeOrPay;
      Add(schedule.At(at_us_).cut.end_us, DueDateKind::kIntervalEnd,
          commitment.id,
          owed ? "what is missing then is owed"
               : "what is missing then lapses");
    }
    AddNextStep(commitment);
    for (const Milestone& milestone : commitment.milestones) {
      Add(milestone.by_us, DueDateKind::kMilestone,
          commitment.id + "/" + milestone.name,
          "to be drawn by then: " + Amount(commitment, milestone.amount));
    }
  }

  void AddNextStep(const Commitment& commitment) {
    const bool spend = commitment.category == CommitmentCategory::kSpend;
    const std::string detail = "per interval from then on: ";
    for (const UsageStep& step : commitment.steps) {
      if (step.from_us <= at_us_) continue;
      return Add(step.from_us, DueDateKind::kStep, commitment.id,
                 detail + Amount(commitment, step.quantity.count()));
    }
    for (const SpendStep& step : commitment.spend_steps) {
      if (!spend || step.from_us <= at_us_) continue;
      return Add(step.from_us, DueDateKind::kStep, commitment.id,
                 detail + Amount(commitment, step.cost.count()));
    }
  }

  void FindOfExpansion(const Expansion& expansion) {
    if (expansion.exercised_from_us.has_value()) return;
    const std::string adds =
        Hours(expansion.adds) + " per interval at " + Money(expansion.price);
    Add(expansion.exercisable_from_us, DueDateKind::kExpansionOpens,
        expansion.commitment, "can be exercised from then on: " + adds);
    if (expansion.exercisable_from_us <= at_us_) {
      Add(expansion.until_us, DueDateKind::kExpansionCloses,
          expansion.commitment, "can be exercised until then: " + adds);
    }
  }

  // Of months that are over and may not be closed yet, the first; else of this
  // one.
  void FindGrace() {
    const Term& term = contract_.term;
    // Within the term, whatever instant was asked about: no month is counted
    // beyond it.
    const int64_t month_us =
        std::clamp(std::max(at_us_, term.start_us) - contract_.grace_us - 1,
                   term.start_us, term.end_us - 1);
    const Interval month = contract_.calendar.MonthOf(month_us);
    const int64_t end_us = std::min(month.end_us, term.end_us);
    Add(end_us + contract_.grace_us, DueDateKind::kGraceEnd, "",
        "the month that ends at " + FormatInstant(end_us) +
            " may be closed from then on");
  }

  const Contract& contract_;
  const int64_t at_us_;
  std::vector<DueDate> dates_;
};

}  // namespace

std::vector<DueDate> DueDatesOf(const Contract& contract, int64_t at_us) {
  return Dates(contract, at_us).Find();
}

}  // namespace drawdown
