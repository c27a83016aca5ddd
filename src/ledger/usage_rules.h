// What a usage record means that the books have already. Pure.
#ifndef DRAWDOWN_SRC_LEDGER_USAGE_RULES_H_
#define DRAWDOWN_SRC_LEDGER_USAGE_RULES_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/error.h"
#include "ledger/records.h"
#include "ledger/run_rules.h"

namespace drawdown {

// OK where both say the same; kConflict names both.
inline absl::Status JudgeUsage(std::string_view usage_id,
                               const StoredUsage& known,
                               const StoredUsage& stated,
                               const NameOf& name_of) {
  if (known.SameAs(stated)) return absl::OkStatus();
  const auto describe = [&name_of](const StoredUsage& one) {
    return name_of(NameKind::kTenant, one.tenant) + " on " +
           name_of(NameKind::kPool, one.pool) + ", " +
           FormatGpuSeconds(one.gpu_time) + " GPU-seconds [" +
           FormatInstant(one.start_us) + ", " + FormatInstant(one.end_us) + ")";
  };
  return MakeError(ErrorCode::kConflict,
                   "usage " + std::string(usage_id) + " is in the books as " +
                       describe(known) + "; this says " + describe(stated));
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_USAGE_RULES_H_
