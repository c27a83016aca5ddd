#include "engine/event_bound.h"

#include <optional>
#include <string>

#include "base/error.h"
#include "ledger/run_rules.h"

namespace drawdown {
namespace {

absl::Status CheckRunInstant(std::string_view what, std::string_view run_id,
                             uint32_t attempt, int64_t at_us, int64_t now_us) {
  if (!IsTooFarAhead(at_us, now_us)) return absl::OkStatus();
  return TooFarAhead(
      std::string(what) + " of run " + DescribeRun(run_id, attempt), at_us,
      now_us);
}

}  // namespace

absl::Status CheckNotAhead(std::string_view what, const RunKey& run,
                           int64_t at_us, int64_t now_us) {
  return CheckRunInstant(what, run.run_id, run.attempt, at_us, now_us);
}

absl::Status CheckNotAhead(const RunRowView& row, int64_t now_us) {
  if (row.start_us) {
    RETURN_IF_ERROR(CheckRunInstant("start", row.run_id, row.attempt,
                                    *row.start_us, now_us));
  }
  if (!row.end_us) return absl::OkStatus();
  return CheckRunInstant("end", row.run_id, row.attempt, *row.end_us, now_us);
}

absl::Status CheckNotAhead(const UsageRowView& row, int64_t now_us) {
  if (!IsTooFarAhead(row.end_us, now_us)) return absl::OkStatus();
  return TooFarAhead("end of usage " + std::string(row.usage_id), row.end_us,
                     now_us);
}

}  // namespace drawdown
