// Which settings of quotas make sense. Pure functions over values.
#ifndef DRAWDOWN_SRC_LEDGER_QUOTA_RULES_H_
#define DRAWDOWN_SRC_LEDGER_QUOTA_RULES_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "drawdown/quota.h"
#include "ledger/quota_index.h"
#include "ledger/quota_records.h"

namespace drawdown {

// As many as live meters can be told of (meter/budgets_file.h).
inline constexpr uint32_t kMaxQuotas = 250'000;
inline constexpr int64_t kMaxRollingUs = 366 * 24 * kMicrosPerHour;

// kBadRow for names, kInvalidArgument for the rest.
absl::Status CheckQuota(const QuotaSetting& setting, int64_t bucket_us);

// kInvalidArgument when there are more than meters can be told of.
absl::Status CheckQuotaCount(size_t quotas);

// Whether it is said already: of now, that the limit holds; of a named instant,
// that it was set from this very instant on. One that only follows from an
// earlier setting would be lost with that.
bool SaysAlready(const StoredQuota& quota, const QuotaSetting& setting,
                 int64_t now_us);

// What slices set aside in a quota must fit in it, now and at each later
// change: of `scope`'s kind, from `from_us` on. kInvalidArgument names the
// quota that would be promised more than once.
absl::Status CheckGuarantees(const QuotaIndex::Quotas& all,
                             const QuotaScope& scope, int64_t from_us);

// What is set aside for a quota in those above it.
Int128 GuaranteeOf(const QuotaLimit& limit);

// The limit in force, nullptr when there is none.
const QuotaLimit* LimitAt(const StoredQuota& quota, int64_t at_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_QUOTA_RULES_H_
