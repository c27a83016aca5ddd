// Changes of holds, as prolog and epilog scripts ask for them.
#ifndef DRAWDOWN_SRC_CLI_HOLD_CHANGE_H_
#define DRAWDOWN_SRC_CLI_HOLD_CHANGE_H_

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drawdown/ledger.h"
#include "report/hold_report.h"

namespace drawdown {

// None when it is not in the books.
absl::StatusOr<std::optional<HoldInfo>> FindHold(const Ledger& ledger,
                                                 const std::string& hold_id);

struct HoldChangeRequest {
  std::string hold_id;
  // Given the hold before, if there is one.
  std::function<absl::StatusOr<Admission>(Ledger*,
                                          const std::optional<HoldInfo>&)>
      post;
  // Whether the hold was so before, given that `post` then succeeded.
  std::function<bool(const HoldInfo&)> is_so;
};

struct HoldChangeResult {
  std::vector<HoldChange> changes;  // none when it was refused
  std::optional<Refusal> refusal;
};

// The errors of `post`.
absl::StatusOr<HoldChangeResult> ChangeHold(Ledger* ledger,
                                            const HoldChangeRequest& request);

// All or none.
absl::StatusOr<HoldChangeResult> PlaceAll(Ledger* ledger,
                                          std::span<const HoldRequest> requests,
                                          const WriteOptions& options);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_CLI_HOLD_CHANGE_H_
