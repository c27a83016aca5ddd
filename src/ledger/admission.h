// Whether something fits: the rule of every admission that the books make.
//
// Quotas over a tenant that differ in their tenant alone form a chain. What is
// asked must fit each of them: used + held + asked <= limit; and what of it is
// not set aside for a slice below must fit beside what is:
// used + held + reserved + asked <= limit. Upward of a slice only what is
// beyond its guarantee (nominal less lending) is asked.
// (include/drawdown/quota.h)
#ifndef DRAWDOWN_SRC_LEDGER_ADMISSION_H_
#define DRAWDOWN_SRC_LEDGER_ADMISSION_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "drawdown/quota.h"
#include "ledger/held_books.h"
#include "ledger/quota_accounts.h"
#include "ledger/quota_index.h"

namespace drawdown {

struct Ask {
  GpuTime gpu_time;
  int64_t micro_gpus = 0;
  // Where quotas are asked for different amounts of GPU time, as their windows
  // have different parts of what was used: of each. `gpu_time` is the most.
  std::map<uint32_t, GpuTime> of_quota = {};

  // Of a quota of that id that counts GPU time.
  GpuTime Of(uint32_t quota) const {
    if (of_quota.empty()) return gpu_time;
    const auto found = of_quota.find(quota);
    return found == of_quota.end() ? GpuTime() : found->second;
  }
};

// What a quota has at an instant, in fine time, or micro-GPUs for kAtOnce.
struct Standing {
  FineTime limit;  // nominal + borrowing
  FineTime guarantee;
  FineTime used;
  FineTime held;
  FineTime reserved;

  FineTime committed() const { return used + held; }
  FineTime room() const { return limit - used - held; }
  // By how much less of the guarantee is unused when `more` is used, here or in
  // what is reserved; where that is negative, so may this be.
  FineTime KeptLessBy(FineTime more) const {
    const FineTime unused = guarantee - committed() - reserved;
    return std::max(FineTime(), unused) - std::max(FineTime(), unused - more);
  }
};

// What live meters have of quotas and the books do not: used. By quota.
using TakenOfQuotas = std::map<uint32_t, GpuTime>;

class Admitter {
 public:
  Admitter(QuotaIndex* index, QuotaAccounts* accounts, HeldBooks* held,
           int64_t bucket_us, int64_t at_us)
      : index_(index),
        accounts_(accounts),
        held_(held),
        bucket_us_(bucket_us),
        at_us_(at_us) {}

  void CountTaken(TakenOfQuotas taken) { taken_ = std::move(taken); }

  // Admitted asks count for those that follow, of this Admitter: all or none. A
  // refusal is of all of them together, as things were before.
  absl::StatusOr<Admission> Admit(std::string_view tenant,
                                  std::string_view pool, const Ask& ask);
  // Takes back an ask that was admitted.
  absl::Status Withdraw(std::string_view tenant, std::string_view pool,
                        const Ask& ask);
  // Refuses an ask that fits here and not beside live meters, by the quota
  // that it leaves least of. `left`: of each quota, as they have it. What they
  // have not been given yet, since it is free by this commit, is held. kBusy
  // where a limit, or its window, is another now than at `left_at_us`.
  absl::StatusOr<Admission> Refuse(std::string_view tenant,
                                   std::string_view pool, const Ask& ask,
                                   const TakenOfQuotas& left,
                                   int64_t left_at_us);

  // Limits that are not there are as large as can be.
  absl::StatusOr<Standing> StandingOf(const StoredQuota& quota);
  // Without what slices below have set aside.
  absl::StatusOr<Standing> OwnStandingOf(const StoredQuota& quota);
  absl::StatusOr<QuotaState> StateOf(const StoredQuota& quota);

  // Whether a quota of the tenant of that kind, below `scope`, is beyond its
  // nominal quota.
  absl::StatusOr<bool> Borrows(std::string_view tenant, std::string_view pool,
                               const QuotaScope& scope);

  // Whether a start on the pool needs a hold.
  absl::StatusOr<bool> NeedsHold(std::string_view tenant,
                                 std::string_view pool);

 private:
  absl::StatusOr<FineTime> Reserved(const StoredQuota& quota);
  void Count(const QuotaIndex::Quotas& over, const Ask& ask, int sign);
  absl::StatusOr<Refusal> RefusalBy(const StoredQuota& quota, FineTime asked);
  absl::StatusOr<std::optional<Refusal>> WalkChain(
      const QuotaIndex::Quotas& chain, const Ask& ask);

  QuotaIndex* const index_;
  QuotaAccounts* const accounts_;
  HeldBooks* const held_;
  const int64_t bucket_us_;
  const int64_t at_us_;
  std::map<uint32_t, FineTime> admitted_;  // by quota
  TakenOfQuotas taken_;
};

// Whole units of what the quota counts in: GPU-microseconds or micro-GPUs.
Int128 WholeUnits(QuotaPeriod period, FineTime amount);
FineTime FineUnits(QuotaPeriod period, Int128 amount);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_LEDGER_ADMISSION_H_
