// What of a run's usage its tenant is not charged for. Pure functions over
// values.
//
// First policy, by the reason of the stop; then refunds, in proportion to what
// policy left. Both are spread over the run's time, so that they can be asked
// for by hour and month: up to any instant at most what was used is waived.
#ifndef DRAWDOWN_SRC_LEDGER_WAIVERS_H_
#define DRAWDOWN_SRC_LEDGER_WAIVERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/entry.h"
#include "ledger/records.h"
#include "ledger/store.h"

namespace drawdown {

struct StoredWaiver {
  std::string tenant;
  std::string pool;
  StopReason reason = StopReason::kUnknown;
  int64_t from_us = 0;
  Ratio share;
  std::optional<int64_t> last_us;
};

// Table::kPolicies, "w" + K64 sequence.
std::string WaiverKey(uint64_t sequence);
std::string EncodeWaiver(std::string_view key, const WaiverPolicySet& policy);
// In the order they were posted.
using WaiverList = std::vector<StoredWaiver>;
absl::StatusOr<WaiverList> ReadWaivers(ReadTransaction* books);

// kBadRow.
absl::Status CheckWaiver(const WaiverPolicySet& policy);
// "waives 1/2 of failed runs", "waives the last 600 s of lost runs".
std::string DescribeWaiver(const WaiverPolicySet& policy);
// Whether it is said from its very instant on, and whether it is so then
// (run_policies.h).
bool IsSaid(const WaiverList& waivers, const WaiverPolicySet& policy);
bool IsInForce(const WaiverList& waivers, const WaiverPolicySet& policy);

// Why the run stopped: as it was told, else as Slurm spells it in the state of
// an imported run (NODE_FAIL).
StopReason ReasonOf(const Run& run);

// The policy that decides about a run; none when no policy does.
const StoredWaiver* WaiverFor(const WaiverList& waivers, const Run& run,
                              std::string_view tenant, std::string_view pool);

// What is waived of one ended run.
class WaivedUsage {
 public:
  // `waiver` may be nullptr. REQUIRES: the run has ended.
  static absl::StatusOr<WaivedUsage> Of(const Run& run,
                                        const StoredWaiver* waiver,
                                        GpuTime refunds);

  GpuTime metered() const { return metered_; }
  GpuTime by_policy() const { return by_policy_; }
  GpuTime refunded() const { return refunded_; }
  bool zero() const { return by_policy_.zero() && refunded_.zero(); }

  int64_t start_us() const { return run_->segments.front().start_us; }
  int64_t end_us() const { return *run_->segments.back().end_us; }
  // Of the usage up to the instant, by policy and refunds.
  absl::StatusOr<GpuTime> Until(int64_t cut_us) const;

 private:
  explicit WaivedUsage(const Run& run) : run_(&run) {}
  absl::StatusOr<GpuTime> ByPolicyUntil(int64_t cut_us) const;

  const Run* run_;
  Ratio share_;
  std::optional<int64_t> last_from_us_;
  GpuTime metered_;
  GpuTime by_policy_;
  GpuTime refunded_;
};

// GPU time of all segments up to an instant.
GpuTime UsedUntil(const Run& run, int64_t cut_us);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_WAIVERS_H_
