#include "reconcile/commitment_terms.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/wide.h"
#include "model/reason_text.h"
#include "reconcile/quantity.h"

namespace drawdown {
namespace {

constexpr char kTerms[] = "commitment_terms";

std::string_view CategoryText(CommitmentCategory category) {
  return category == CommitmentCategory::kUsage ? "Usage" : "Spend";
}

std::string_view ModelText(CommitmentModel model) {
  return model == CommitmentModel::kContinuous ? "Continuous" : "Discontinuous";
}

std::string_view IntervalText(FulfilmentInterval interval) {
  constexpr std::array<std::string_view, 8> kNames = {
      "Hourly",    "Daily",       "Weekly", "Monthly",
      "Quarterly", "Semi-Annual", "Annual", "Full Period"};
  return kNames[static_cast<size_t>(interval)];
}

// Appends "category Spend, contract Usage" where they differ.
void Compare(std::string_view what, std::string_view billed,
             std::string_view contract, std::string& differences) {
  if (billed.empty() || billed == contract) return;
  absl::StrAppend(&differences, differences.empty() ? "" : "; ",
                  std::string(what), " ", std::string(billed), ", contract ",
                  std::string(contract));
}

// The steps that hold somewhere in the period.
template <typename Step>
std::vector<const Step*> StepsIn(const std::vector<Step>& steps,
                                 const Interval& period) {
  std::vector<const Step*> holding;
  for (size_t i = 0; i < steps.size(); ++i) {
    const bool over =
        i + 1 < steps.size() && steps[i + 1].from_us <= period.start_us;
    if (!over && steps[i].from_us < period.end_us) holding.push_back(&steps[i]);
  }
  return holding;
}

// What one interval is of by each step, with and without the expansions that
// were exercised by then: Contract Commitment may say either.
std::vector<GpuTime> QuantitiesIn(const Commitment& commitment,
                                  const CompareContext& context) {
  std::vector<GpuTime> quantities;
  for (const UsageStep* step : StepsIn(commitment.steps, context.period)) {
    quantities.push_back(step->quantity);
    GpuTime expanded = step->quantity;
    for (const Expansion& expansion : context.contract->expansions) {
      const bool exercised =
          expansion.commitment == commitment.id &&
          expansion.exercised_from_us.has_value() &&
          *expansion.exercised_from_us < context.period.end_us;
      if (exercised) quantities.push_back(expanded += expansion.adds);
    }
  }
  return quantities;
}

// A quantity in another unit than GPU-hours cannot be compared, nor the cost of
// a Usage commitment, which the contract prices by what is drawn.
void CompareQuantity(const BilledCommitment& billed,
                     const Commitment& commitment,
                     const CompareContext& context, std::string& differences) {
  const std::optional<TimeUnit> unit = ParseUnit(billed.unit).time;
  if (!billed.quantity.has_value() || !unit.has_value() || !unit->per_gpu) {
    return;
  }
  const auto time = ToGpuTime(*billed.quantity, *unit, kMicroGpusPerGpu);
  const std::vector<GpuTime> quantities = QuantitiesIn(commitment, context);
  if (quantities.empty()) return;  // not in force in the period
  const bool known =
      time.ok() && std::find(quantities.begin(), quantities.end(),
                             time->time) != quantities.end();
  if (known) return;
  Compare("quantity of an interval",
          time.ok() ? GpuHoursText(time->time) : "beyond what can be counted",
          GpuHoursText(quantities.back()), differences);
}

void CompareCost(const BilledCommitment& billed, const Commitment& commitment,
                 const CompareContext& context, std::string& differences) {
  const Currency currency = context.contract->currency;
  if (!billed.cost.given || billed.currency.value_or(currency) != currency) {
    return;
  }
  const std::vector<const SpendStep*> steps =
      StepsIn(commitment.spend_steps, context.period);
  for (const SpendStep* step : steps) {
    if (step->cost == billed.cost.amount) return;
  }
  if (steps.empty()) return;
  Compare("cost of an interval", MoneyText(billed.cost.amount, currency),
          MoneyText(steps.back()->cost, currency), differences);
}

// What replaced it, or may yet be, has a row of its own.
bool IsNotInForce(std::string_view lifecycle_status) {
  return lifecycle_status == "Superseded" || lifecycle_status == "Proposed" ||
         lifecycle_status == "Pending";
}

// Whether the bill's commitment is in force where the contract's is in the
// period.
void CompareTime(const BilledCommitment& billed, const Commitment& commitment,
                 const CompareContext& context, std::string& differences) {
  const auto& term = context.contract->term;
  const int64_t end_us =
      std::min(term.end_us, commitment.cancelled_at_us.value_or(term.end_us));
  const int64_t until_us = std::min(end_us, context.period.end_us);
  if (until_us <= context.period.start_us) return;
  if (billed.end_us > billed.start_us && billed.end_us < until_us) {
    Compare("end", FormatInstant(billed.end_us), FormatInstant(end_us),
            differences);
  }
  if (billed.lifecycle_status == "Canceled" &&
      !commitment.cancelled_at_us.has_value()) {
    Compare("status", "Canceled", "in force", differences);
  }
}

// Empty: there is nothing to compare, or it can be.
std::string UnitThatIsNotCompared(const BilledCommitment& billed,
                                  const Commitment& commitment) {
  if (commitment.category != CommitmentCategory::kUsage ||
      !billed.quantity.has_value()) {
    return "";
  }
  const std::optional<TimeUnit> unit = ParseUnit(billed.unit).time;
  if (unit.has_value() && unit->per_gpu) return "";
  return absl::StrCat("its quantity in \"", billed.unit,
                      "\" is none of GPU-hours and could not be compared");
}

}  // namespace

std::vector<ReconcileCheck> CheckTerms(
    const std::vector<BilledCommitment>& commitments,
    const CompareContext& context, const BillNames& names) {
  std::vector<ReconcileCheck> checks;
  for (const BilledCommitment& billed : commitments) {
    const Commitment* commitment = names.FindCommitment(billed.id);
    if (commitment == nullptr) continue;  // another contract's
    if (IsNotInForce(billed.lifecycle_status)) continue;
    ReconcileCheck check{kTerms, ReconcileCheck::Outcome::kPassed, ""};
    std::string differences;
    Compare("category", billed.category, CategoryText(commitment->category),
            differences);
    Compare("model", billed.model, ModelText(commitment->model), differences);
    Compare("interval", billed.fulfillment_interval,
            IntervalText(commitment->interval), differences);
    if (billed.currency.has_value() &&
        *billed.currency != context.contract->currency) {
      Compare("currency", billed.currency->ToString(),
              context.contract->currency.ToString(), differences);
    }
    if (commitment->category == CommitmentCategory::kUsage) {
      CompareQuantity(billed, *commitment, context, differences);
    } else {
      CompareCost(billed, *commitment, context, differences);
    }
    CompareTime(billed, *commitment, context, differences);
    const std::string skipped = UnitThatIsNotCompared(billed, *commitment);
    if (!differences.empty()) {
      check.outcome = ReconcileCheck::Outcome::kFailed;
    } else if (!skipped.empty()) {
      check.outcome = ReconcileCheck::Outcome::kNotExecutable;
    }
    check.detail =
        absl::StrCat(commitment->id, ": ",
                     !differences.empty() ? differences
                     : !skipped.empty()   ? skipped
                                          : "Contract Commitment says what the "
                                            "contract says");
    checks.push_back(check);
  }
  if (checks.empty()) {
    checks.push_back({kTerms, ReconcileCheck::Outcome::kNotExecutable,
                      "no Contract Commitment rows were given of the "
                      "contract's commitments that are in force"});
  }
  return checks;
}

}  // namespace drawdown
