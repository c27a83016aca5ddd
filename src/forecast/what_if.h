// What-if questions: are they sensible, and the contract they make.
#ifndef DRAWDOWN_SRC_FORECAST_WHAT_IF_H_
#define DRAWDOWN_SRC_FORECAST_WHAT_IF_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "contract/timeline.h"
#include "drawdown/forecast.h"

namespace drawdown {

// kInvalidArgument: a factor or a run that makes no sense.
absl::Status CheckWhatIf(const WhatIf& what_if);

// Whether `commitment` has an option of `contract` that is not exercised yet,
// or is proposed.
bool CanExercise(const Contract& contract, const std::string& commitment);

// Contracts of one's own and when they hold.
struct ExercisedContracts {
  std::vector<std::unique_ptr<Contract>> contracts;
  ContractTimeline timeline;  // of them
};

// All versions with those of `commitments` that they have options of exercised,
// each that can be, at the later of at_us and the first instant allowed;
// proposed ones in force. kInvalidArgument when none can be exercised any more.
absl::StatusOr<ExercisedContracts> Exercise(
    const ContractTimeline& contracts, std::span<const std::string> commitments,
    int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_FORECAST_WHAT_IF_H_
