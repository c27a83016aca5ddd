// The tree of tenants.
#include "base/error.h"
#include "engine/impl.h"

namespace drawdown {

absl::StatusOr<bool> Ledger::MoveTenant(const TenantMove& move) {
  Verdict verdict = Verdict::kUnchanged;
  RETURN_IF_ERROR(impl_->PostAlone([&](Posting* posting) -> absl::Status {
    ASSIGN_OR_RETURN(verdict, posting->MoveTenant(move, impl_->NowUs()));
    return absl::OkStatus();
  }));
  return verdict != Verdict::kUnchanged;
}

}  // namespace drawdown
