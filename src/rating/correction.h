// Corrections: what is known now of a closed period beyond what statements have
// said of it, line by line. Pure.
#ifndef DRAWDOWN_SRC_RATING_CORRECTION_H_
#define DRAWDOWN_SRC_RATING_CORRECTION_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "drawdown/statement.h"

namespace drawdown {

// The lines of `now`, which rates the closed period again, less those of
// `closed`, less what `later` closed statements corrected of it. Lines that
// come to nothing are left out. kOverflow.
absl::StatusOr<std::vector<StatementLine>> CorrectionsOf(
    std::string_view period, const Statement& now, const Statement& closed,
    const std::vector<Statement>& later);

// Why each of those is there, by index into `corrections`: which line of
// `closed` it adds to, and what rates it in `now`, which has its reasons.
std::vector<StatementReason> ExplainCorrections(
    const Statement& now, const Statement& closed,
    const std::vector<StatementLine>& corrections);

// Gives `closed` its reasons: those of `now`, which rates the closed period
// again and has them, where a line has not changed since; else that it is
// frozen.
void ExplainClosed(const Statement& now, Statement* closed);

// Adds corrections, and their reasons by index into them, to the statement that
// they are posted in, each at its place. kOverflow.
absl::Status AddCorrections(std::vector<StatementLine> corrections,
                            std::vector<StatementReason> reasons,
                            Statement* statement);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_CORRECTION_H_
