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

// Adds them to the statement that they are posted in, each at its place.
// kOverflow.
absl::Status AddCorrections(std::vector<StatementLine> corrections,
                            Statement* statement);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_CORRECTION_H_
