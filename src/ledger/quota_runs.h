// Which runs use a quota.
#ifndef DRAWDOWN_SRC_LEDGER_QUOTA_RUNS_H_
#define DRAWDOWN_SRC_LEDGER_QUOTA_RUNS_H_

#include <cstdint>
#include <map>

#include "absl/status/statusor.h"
#include "drawdown/quota.h"
#include "ledger/quota_books.h"

namespace drawdown {

enum class QuotaRunsBy : uint8_t {
  kGpus,  // open runs, most GPUs first
  kUsed,  // those that used something in the window that counts, most first
};

// By quota. Reads all runs once, however many quotas are asked about.
absl::StatusOr<std::map<uint32_t, QuotaRuns>> RunsUnder(
    ReadTransaction* books, QuotaBooks* quotas,
    const QuotaIndex::Quotas& wanted, QuotaRunsBy by, int64_t bucket_us,
    int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_QUOTA_RUNS_H_
