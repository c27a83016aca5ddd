#include "cli/hold_change.h"

#include <utility>

#include "base/error.h"
#include "cli/ask_again.h"

namespace drawdown {
namespace {

constexpr size_t kMaxIdBytes = 200;

absl::StatusOr<HoldInfo> HoldAfter(const Ledger& ledger,
                                   const std::string& hold_id) {
  ASSIGN_OR_RETURN(std::optional<HoldInfo> hold, FindHold(ledger, hold_id));
  if (hold) return *std::move(hold);
  return MakeError(ErrorCode::kNotFound,
                   "hold " + hold_id + " is gone from the books");
}

}  // namespace

absl::StatusOr<std::optional<HoldInfo>> FindHold(const Ledger& ledger,
                                                 const std::string& hold_id) {
  std::optional<HoldInfo> found;
  // That such an id is wrong is for the change to say.
  if (hold_id.empty() || hold_id.size() > kMaxIdBytes) return found;
  HoldQuery query;
  query.hold_id = hold_id;
  RETURN_IF_ERROR(ledger.VisitHolds(query, [&](const HoldInfo& hold) {
    found = hold;
    return false;
  }));
  return found;
}

absl::StatusOr<HoldChangeResult> ChangeHold(Ledger* ledger,
                                            const HoldChangeRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<HoldInfo> before,
                   FindHold(*ledger, request.hold_id));
  ASSIGN_OR_RETURN(Admission admission, AskWhileBusy<Admission>([&] {
                     return request.post(ledger, before);
                   }));
  HoldChangeResult result;
  result.refusal = std::move(admission.refusal);
  if (result.refusal) return result;
  HoldChange change;
  change.changed = !before || !request.is_so(*before);
  ASSIGN_OR_RETURN(change.hold, HoldAfter(*ledger, request.hold_id));
  result.changes.push_back(std::move(change));
  return result;
}

absl::StatusOr<HoldChangeResult> PlaceAll(Ledger* ledger,
                                          std::span<const HoldRequest> requests,
                                          const WriteOptions& options) {
  HoldChangeResult result;
  for (const HoldRequest& request : requests) {
    ASSIGN_OR_RETURN(const std::optional<HoldInfo> before,
                     FindHold(*ledger, request.hold_id));
    result.changes.push_back({HoldInfo(), !before});
  }
  ASSIGN_OR_RETURN(Admission admission, AskWhileBusy<Admission>([&] {
                     return ledger->PlaceHolds(requests, options);
                   }));
  result.refusal = std::move(admission.refusal);
  if (result.refusal) {
    result.changes.clear();
    return result;
  }
  for (size_t i = 0; i < requests.size(); ++i) {
    ASSIGN_OR_RETURN(result.changes[i].hold,
                     HoldAfter(*ledger, requests[i].hold_id));
  }
  return result;
}

}  // namespace drawdown
