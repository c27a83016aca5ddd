// What will run out, and when: holds and quotas.
#ifndef DRAWDOWN_SRC_LEDGER_EXHAUSTIONS_H_
#define DRAWDOWN_SRC_LEDGER_EXHAUSTIONS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/quota.h"
#include "ledger/admission.h"
#include "ledger/store.h"

namespace drawdown {

// Soonest first, if all goes on as at the instant.
absl::StatusOr<std::vector<Exhaustion>> ExhaustionsFrom(
    ReadTransaction* books, int64_t bucket_us, int64_t at_us,
    const TakenOfQuotas& taken);
// The first that is later than the instant.
absl::StatusOr<std::optional<Exhaustion>> NextExhaustionFrom(
    ReadTransaction* books, int64_t bucket_us, int64_t at_us,
    const TakenOfQuotas& taken);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_EXHAUSTIONS_H_
