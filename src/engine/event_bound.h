// The bound on events: what is said to happen too far ahead of the ledger's
// clock is refused (ledger/run_rules.h). Each is kBadRow then.
#ifndef DRAWDOWN_SRC_ENGINE_EVENT_BOUND_H_
#define DRAWDOWN_SRC_ENGINE_EVENT_BOUND_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "drawdown/run.h"
#include "engine/import_csv.h"

namespace drawdown {

// `what`: "start".
absl::Status CheckNotAhead(std::string_view what, const RunKey& run,
                           int64_t at_us, int64_t now_us);

// Of each instant that a row gives.
absl::Status CheckNotAhead(const RunRowView& row, int64_t now_us);
absl::Status CheckNotAhead(const UsageRowView& row, int64_t now_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_ENGINE_EVENT_BOUND_H_
