// Live meters that admit usage against the quotas beside the books, as far as a
// posting must know of them: what it admits must fit beside what they took, and
// they must not take meanwhile what it commits.
#ifndef DRAWDOWN_SRC_LEDGER_LIVE_QUOTAS_H_
#define DRAWDOWN_SRC_LEDGER_LIVE_QUOTAS_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "absl/status/statusor.h"
#include "ledger/admission.h"

namespace drawdown {

// For one posting. Destroyed without Committed: there was no commit, and
// everything is given back.
class LiveQuotas {
 public:
  virtual ~LiveQuotas() = default;

  // Takes the GPU time from what meters may have, until it is committed. False:
  // it does not fit, though they gave back what they had not used.
  virtual absl::StatusOr<bool> Promise(std::string_view tenant,
                                       std::string_view pool,
                                       const Ask& ask) = 0;
  // What the last promise that did not fit found left of the quota, without
  // anything of it; none: it was not asked.
  virtual std::optional<GpuTime> Left(uint32_t quota) = 0;
  // Takes the last promise back.
  virtual absl::Status Unpromise() = 0;
  // What meters have used of the quota and the books do not have, without what
  // was promised here; takes back what they have not used.
  virtual absl::StatusOr<GpuTime> Taken(uint32_t quota) = 0;

  // Last thing before the commit. `changed`: quotas of which something is used
  // or held otherwise. `ceilings`: those that set nothing aside and of which
  // the limit is another; meters take nothing of them until the commit is
  // known. `recall`: by facts that were not promised, or quotas themselves
  // change, so that nothing may be left with meters.
  virtual absl::Status BeforeCommit(const std::set<uint32_t>& changed,
                                    const std::set<uint32_t>& ceilings,
                                    bool recall) = 0;
  virtual void Committed() = 0;
  // The commit failed: it may have been made all the same.
  virtual void NotKnown() = 0;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_LIVE_QUOTAS_H_
