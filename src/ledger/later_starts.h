// Open segments that began later than they were recorded: until they begin they
// have used nothing, and the holds that their runs draw hold as before.
//
// Accounts and lines of holds count an open segment by a formula that is
// negative before its start. Nearly all have started when they are recorded, so
// nearly nothing is to be put right; what is, is found here.
#ifndef DRAWDOWN_SRC_LEDGER_LATER_STARTS_H_
#define DRAWDOWN_SRC_LEDGER_LATER_STARTS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/quota_records.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

// Not thread-safe.
class LaterStarts {
 public:
  explicit LaterStarts(ReadTransaction* books) : books_(books) {}

  // Those that begin after the instant, by when they do; of the instant asked
  // for last they are kept. Valid until the next call.
  absl::StatusOr<const std::vector<LaterStart>*> After(int64_t at_us);
  // Changes when what is kept does.
  uint64_t version() const { return version_; }
  // When what the run has open begins: the instant itself for what began by it.
  absl::StatusOr<int64_t> BeginsAt(std::string_view run_key, int64_t at_us);

  // A run has changed, by an entry recorded at that instant. `before`: nullptr
  // when it is new.
  absl::Status Follow(WriteTransaction* transaction, std::string_view run_key,
                      const Run* before, const Run& after, int64_t recorded_us);

 private:
  ReadTransaction* const books_;
  std::optional<int64_t> at_us_;  // of later_
  std::vector<LaterStart> later_;
  uint64_t version_ = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_LATER_STARTS_H_
