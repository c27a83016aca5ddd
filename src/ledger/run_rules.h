// The life of a run: which change fits which state, what is a repetition, what
// is a conflict. Pure functions over values.
#ifndef DRAWDOWN_SRC_LEDGER_RUN_RULES_H_
#define DRAWDOWN_SRC_LEDGER_RUN_RULES_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "ledger/entry.h"
#include "ledger/records.h"

namespace drawdown {

// Whether a run is neither open nor suspended.
bool IsOver(const Run& run);

// The path of an id, for messages.
using NameOf = std::function<std::string(NameKind, uint32_t)>;

// What a request means for the books.
enum class Verdict : uint8_t {
  kNew,        // post it: the run was not known
  kUpdate,     // post it: it changes a known run
  kUnchanged,  // the books already say so
};

// `known` is nullptr when the books do not have the run. Errors: kConflict
// names both payloads, kWrongState, kBadRow (before the last change of the
// run).
absl::StatusOr<Verdict> JudgeChange(const Run* known, const RunChanged& change,
                                    const NameOf& name_of);

// A row is an update when it only gives the end of an open run or the start of
// one never started. A row that lacks an end the books already have is older
// knowledge and changes nothing. Any other difference is kConflict.
absl::StatusOr<Verdict> JudgeImport(const Run* known, const RunImported& row,
                                    const NameOf& name_of);

// kNotFound when the run is not known; kUnchanged when it already is so.
absl::StatusOr<Verdict> JudgeCorrection(const Run* known,
                                        const RunCorrected& correction);

// The run after the entry. REQUIRES: the verdict on it was kNew or kUpdate.
Run AfterChange(const Run* known, const RunChanged& change);
Run AfterImport(const RunImported& row);
// The same into a run whose memory is used again.
void SetImported(const RunImported& row, Run* run);
Run AfterCorrection(const RunCorrected& correction);

// kBadRow unless the values can stand in the books: id of 1..200 bytes of UTF-8
// without control characters, attempt >= 1, 0 <= GPUs <= 1e9, start <= end,
// instants in the years 1900 to 9999, state of at most 64 bytes.
absl::Status CheckRun(const RunImported& row);
absl::Status CheckChange(const RunChanged& change);
absl::Status CheckUsage(const UsageAdded& usage);
// Parts of these, for what else has an id, or GPUs.
absl::Status CheckId(std::string_view what, std::string_view id);
absl::Status CheckMicroGpus(int64_t micro_gpus);

// kBadRow naming `what`: length out of bounds, a control character, not UTF-8.
absl::Status CheckText(std::string_view what, std::string_view text,
                       size_t min_bytes, size_t max_bytes);
// kBadRow naming `what` outside the years 1900 to 9999.
absl::Status CheckInstant(std::string_view what, int64_t instant_us);

// How far clocks of nodes may be ahead of the ledger's. What happens later than
// that has not happened: a stop from next year would bill a year at once, and a
// heartbeat from then would keep its run from ever being suspect. For what is
// new: a journal is replayed as it is.
inline constexpr int64_t kMaxAheadMinutes = 10;
inline bool IsTooFarAhead(int64_t at_us, int64_t now_us) {
  return Int128{at_us} - now_us > kMaxAheadMinutes * 60 * kMicrosPerSecond;
}
// kBadRow naming the event ("stop of run r1"), its instant, the ledger's clock
// and the bound.
absl::Status TooFarAhead(const std::string& event, int64_t at_us,
                         int64_t now_us);

// "job-1 attempt 2", for messages.
std::string DescribeRun(std::string_view run_id, uint32_t attempt);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_RUN_RULES_H_
