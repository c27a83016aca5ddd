// Quotas and holds the naive way: lists of facts, summed anew for every
// question. Shares no code with src/ledger but the rounding of a segment.
#ifndef DRAWDOWN_TESTS_UNIT_LEDGER_NAIVE_QUOTAS_H_
#define DRAWDOWN_TESTS_UNIT_LEDGER_NAIVE_QUOTAS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drawdown/hold.h"
#include "drawdown/quota.h"
#include "drawdown/run.h"
#include "drawdown/tenant.h"

namespace drawdown {

struct NaiveRun {
  std::string id;
  uint32_t attempt = 1;
  std::string tenant;
  std::string pool;
  int64_t micro_gpus = 0;
  std::vector<Segment> segments;  // none: it was voided
  bool suspended = false;
  bool ended = false;
  bool lost = false;  // it ended as a ghost
  std::optional<int64_t> beat_us;
  std::string device;  // that it has a part of; "": none
  int64_t parts = 0;   // of kPartsOfADevice
  bool corrected = false;
  std::string hold;  // that it draws
  // Its open segment began later than what says so was recorded.
  bool later = false;

  std::string key() const { return id + "#" + std::to_string(attempt); }
  bool accrues() const { return !segments.empty() && !segments.back().end_us; }
};

// Enough for halves, thirds, sixths and sevenths.
inline constexpr int64_t kPartsOfADevice = 42;

struct NaiveHold {
  std::string tenant;
  std::string pool;
  Int128 total = 0;  // GPU-microseconds
  Int128 charged = 0;
  int64_t micro_gpus = 0;
  int64_t expires_us = 0;
  bool closed = false;
  std::string run;
};

struct NaiveAmount {
  std::string tenant;
  std::string pool;
  int64_t bucket_us = 0;
  Int128 amount = 0;
};

struct NaiveQuota {
  QuotaScope scope;
  std::map<int64_t, std::optional<QuotaLimit>> limits;  // by from
};

// Amounts are in millionths of a GPU-microsecond, or micro-GPUs.
class NaiveQuotas {
 public:
  explicit NaiveQuotas(int64_t bucket_us) : bucket_us_(bucket_us) {}

  std::map<std::string, NaiveRun> runs;
  std::map<std::string, NaiveHold> holds;
  std::vector<NaiveAmount> amounts;
  std::vector<NaiveQuota> quotas;

  // What is named so at an instant.
  std::string PathAt(std::string path, int64_t at_us) const;
  const std::string& PathNow(const std::string& path) const;
  // Adds a move, and moves limits.
  void Move(const TenantMove& move);
  // Whole GPU-microseconds over [from, to) by path; both on edges of buckets.
  std::map<std::string, Int128> Usage(int64_t from_us, int64_t to_us) const;

  Int128 Used(const NaiveQuota& quota, int64_t at_us) const;
  Int128 Held(const NaiveQuota& quota, int64_t at_us) const;
  Int128 Reserved(const NaiveQuota& quota, int64_t at_us) const;
  const QuotaLimit* Limit(const NaiveQuota& quota, int64_t at_us) const;
  // What the hold holds.
  Int128 HeldBy(const NaiveHold& hold, int64_t at_us) const;
  // GPUs beside those that its run has.
  int64_t GpusHeldBy(const NaiveHold& hold, int64_t at_us) const;
  // When used + held reaches the limit from `from_us` on, if all goes on as
  // then: from_us itself, if so, and the first instant later at which it does
  // so anew, begun before `to_us`. Not where a run starts after from_us.
  std::vector<int64_t> RunsOut(const NaiveQuota& quota, int64_t from_us,
                               int64_t to_us) const;
  // The last instant that a limit or a hold changes at, or that something is
  // used at, as is known.
  int64_t LastChange(const NaiveQuota& quota, int64_t from_us) const;

  // Whether the others leave room on its device for the run from then on.
  bool HasRoom(const NaiveRun& run, int64_t at_us) const;
  // Its micro-GPUs beside them.
  int64_t GpusOnDevice(const NaiveRun& run) const;
  // Whether all runs together have one GPU of each device that is full.
  bool FullDevicesAreOneGpu() const;

  // Whether all asks fit one after the other.
  struct Asked {
    std::string tenant;
    std::string pool;
    Int128 gpu_us = 0;
    int64_t micro_gpus = 0;
    // Of each quota, where they are asked for different amounts.
    std::optional<std::vector<Int128>> gpu_us_of = {};
  };
  bool Fits(const std::vector<Asked>& asks, int64_t at_us) const;
  bool NeedsHold(const std::string& tenant, const std::string& pool,
                 int64_t at_us) const;

 private:
  struct Span {
    int64_t start_us;
    int64_t end_us;
  };
  Span WindowOf(const NaiveQuota& quota, int64_t at_us) const;
  bool Out(const NaiveQuota& quota, int64_t at_us) const;
  int64_t NextEdge(const NaiveQuota& quota, int64_t at_us) const;
  // The stretches of time in which the tenant is at or below `ancestor`.
  const std::vector<Span>& Stretches(const std::string& tenant,
                                     const std::string& ancestor) const;
  std::vector<Span> FindStretches(const std::string& tenant,
                                  const std::string& ancestor) const;
  // How long the run's open segment has lasted, where from `from_us` on counts.
  // Nothing before it begins; but see "Known limits" in docs/design/quotas.md
  // of a clock that was put back since.
  static int64_t OpenFor(const NaiveRun& run, int64_t from_us, int64_t at_us);
  Int128 UsedBy(const NaiveRun& run, const Span& stretch, const Span& window,
                int64_t at_us) const;
  Int128 AskOf(const NaiveQuota& quota, const Asked& asked) const;
  bool FitsOne(const Asked& asked, int64_t at_us,
               const std::map<const NaiveQuota*, Int128>& taken) const;
  Int128 Committed(const NaiveQuota& quota, int64_t at_us,
                   const std::map<const NaiveQuota*, Int128>& taken) const;
  Int128 Reserved(const NaiveQuota& quota, int64_t at_us,
                  const std::map<const NaiveQuota*, Int128>& taken) const;

  const int64_t bucket_us_;
  std::vector<TenantMove> moves_;  // by instant, then as they were said
  // What was asked for and follows from the moves alone.
  mutable std::map<std::string, std::string> now_;
  mutable std::map<std::pair<std::string, std::string>, std::vector<Span>>
      stretches_;
  mutable Span month_ = {0, 0};  // the last that was asked for
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_UNIT_LEDGER_NAIVE_QUOTAS_H_
