#include "forecast/what_if.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/path.h"

namespace drawdown {
namespace {

constexpr int64_t kMaxScaleMicro = 1'000'000'000;

absl::Status Bad(const std::string& message) {
  return MakeError(ErrorCode::kInvalidArgument, message);
}

// Steps as if the first that holds were from then on.
template <typename Step>
void BeginAt(int64_t at_us, std::vector<Step>* steps) {
  const auto first_later =
      std::find_if(steps->begin(), steps->end(),
                   [at_us](const Step& step) { return step.from_us > at_us; });
  if (first_later == steps->begin()) return;
  steps->erase(steps->begin(), first_later - 1);
  steps->front().from_us = at_us;
}

// Exercises what can be, and returns whether there was any; until when the last
// of the options that have lapsed could be is noted.
bool ExerciseOne(Contract* contract, const std::string& id, int64_t at_us,
                 std::optional<int64_t>* lapsed_us) {
  bool exercised = false;
  for (Commitment& commitment : contract->commitments) {
    if (commitment.id != id) continue;
    if (commitment.lifecycle == CommitmentLifecycle::kProposed) {
      // What was drawn before is not drawn again.
      commitment.lifecycle = CommitmentLifecycle::kActive;
      BeginAt(at_us, &commitment.steps);
      BeginAt(at_us, &commitment.spend_steps);
      exercised = true;
    }
  }
  for (Expansion& expansion : contract->expansions) {
    if (expansion.commitment != id || expansion.exercised_from_us) continue;
    const int64_t from = std::max(at_us, expansion.exercisable_from_us);
    if (from >= expansion.until_us) {
      *lapsed_us =
          std::max(lapsed_us->value_or(expansion.until_us), expansion.until_us);
      continue;
    }
    expansion.exercised_from_us = from;
    exercised = true;
  }
  return exercised;
}

}  // namespace

absl::Status CheckWhatIf(const WhatIf& what_if) {
  for (const UsageScale& scale : what_if.scales) {
    if (scale.factor_micro >= 0 && scale.factor_micro <= kMaxScaleMicro) {
      continue;
    }
    return Bad("the factor of " + Quoted(scale.tenant) +
               " is not in 0 to 1000");
  }
  for (const AddedRun& run : what_if.runs) {
    RETURN_IF_ERROR(ValidatePath(run.tenant, "tenant"));
    RETURN_IF_ERROR(ValidatePath(run.pool, "pool"));
    if (run.micro_gpus < 0 || run.start_us >= run.end_us) {
      return Bad("a run of " + FormatGpus(run.micro_gpus) + " GPUs from " +
                 FormatInstant(run.start_us) + " to " +
                 FormatInstant(run.end_us) + " makes no sense");
    }
  }
  return absl::OkStatus();
}

bool CanExercise(const Contract& contract, const std::string& id) {
  return std::any_of(contract.expansions.begin(), contract.expansions.end(),
                     [&](const Expansion& expansion) {
                       return expansion.commitment == id &&
                              !expansion.exercised_from_us.has_value();
                     }) ||
         std::any_of(contract.commitments.begin(), contract.commitments.end(),
                     [&](const Commitment& commitment) {
                       return commitment.id == id &&
                              commitment.lifecycle ==
                                  CommitmentLifecycle::kProposed;
                     });
}

absl::StatusOr<ExercisedContracts> Exercise(
    const ContractTimeline& contracts, std::span<const std::string> commitments,
    int64_t at_us) {
  ExercisedContracts exercised;
  std::vector<const Contract*> versions;
  for (const ContractSpan& span : contracts.spans()) {
    exercised.contracts.push_back(std::make_unique<Contract>(*span.contract));
    versions.push_back(exercised.contracts.back().get());
  }
  for (const std::string& id : commitments) {
    bool any = false;
    std::optional<int64_t> lapsed_us;
    for (const std::unique_ptr<Contract>& contract : exercised.contracts) {
      any = ExerciseOne(contract.get(), id, at_us, &lapsed_us) || any;
    }
    if (!any && lapsed_us.has_value()) {
      return Bad("the option on " + id + " of contract " +
                 exercised.contracts.back()->id + " could be exercised until " +
                 FormatInstant(*lapsed_us));
    }
  }
  exercised.timeline = ContractTimeline::Of(versions);
  return exercised;
}

}  // namespace drawdown
