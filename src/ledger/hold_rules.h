// The life of a hold: which step fits which state, what is a repetition, what
// is a conflict. Pure functions over values.
#ifndef DRAWDOWN_SRC_LEDGER_HOLD_RULES_H_
#define DRAWDOWN_SRC_LEDGER_HOLD_RULES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/hold.h"
#include "drawdown/status.h"
#include "ledger/entry.h"
#include "ledger/hold_records.h"
#include "ledger/run_rules.h"

namespace drawdown {

// kBadRow unless the values can stand in the books.
absl::Status CheckHold(const HoldRequest& request);
absl::Status CheckRenewal(const HoldRenewal& renewal);
absl::Status CheckClosing(const HoldClosed& closing);
absl::Status CheckHoldId(std::string_view hold_id);

// `known` says what the request says; else kConflict naming both.
absl::Status JudgePlacedAgain(const StoredHold& known,
                              std::string_view known_tenant,
                              std::string_view known_pool,
                              const HoldRequest& request);
// kUpdate, or kUnchanged for a repetition. Errors: kConflict, kWrongState.
absl::StatusOr<Verdict> JudgeRenewal(const StoredHold& known,
                                     const HoldRenewal& renewal);
// Of settling and of releasing.
absl::StatusOr<Verdict> JudgeClosing(const StoredHold& known,
                                     const HoldClosed& closing);

// The hold after the entry.
StoredHold AfterPlacing(const HoldPlaced& placed);
void ApplyRenewal(const HoldRenewed& renewed, StoredHold* hold);
void ApplyClosing(const HoldClosed& closed, StoredHold* hold);

// "hold h1 is not in the books".
absl::Status HoldError(ErrorCode code, std::string_view hold_id,
                       const std::string& what);

// As it is at an instant: a hold whose deadline has passed is expired.
HoldState StateAt(const StoredHold& hold, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_HOLD_RULES_H_
