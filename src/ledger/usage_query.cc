#include "ledger/usage_query.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "base/check.h"
#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"
#include "ledger/buckets.h"
#include "ledger/run_cuts.h"
#include "ledger/series.h"
#include "ledger/time_slices.h"
#include "ledger/waived_runs.h"

namespace drawdown {
namespace {

// Sums usage of series into (tenant, pool, slice) groups.
class UsageAnswering {
 public:
  UsageAnswering(ReadTransaction* transaction, int64_t bucket_us,
                 const LiveAmounts& live, const UsageQuery& query)
      : transaction_(transaction),
        bucket_us_(bucket_us),
        live_(live),
        query_(query),
        moves_(transaction) {}

  absl::StatusOr<UsageAnswer> Run() {
    RETURN_IF_ERROR(SelectSeries());
    if (!ResolveWindow()) return std::move(answer_);
    ASSIGN_OR_RETURN(slices_, MakeTimeSlices(query_.by, query_.zone,
                                             answer_.from_us, answer_.to_us));
    FindCuts();
    for (const Series& series : series_) RETURN_IF_ERROR(AddSeries(series));
    RETURN_IF_ERROR(AddExactCuts());
    for (const LiveAmount& amount : live_.amounts) {
      RETURN_IF_ERROR(AddLive(amount));
    }
    if (query_.net) RETURN_IF_ERROR(AddWaived());
    RETURN_IF_ERROR(MakeRows());
    AddNotes();
    return std::move(answer_);
  }

 private:
  using GroupKey = std::tuple<uint32_t, uint32_t, uint32_t>;

  absl::Status SelectSeries() {
    ASSIGN_OR_RETURN(tenants_, ReadPathsBelow(transaction_, NameKind::kTenant,
                                              query_.tenant));
    ASSIGN_OR_RETURN(pools_, ReadPathsBelow(transaction_, NameKind::kPool, ""));
    for (const auto& [tenant, path] : tenants_) {
      ASSIGN_OR_RETURN(const std::vector<Series> some,
                       ReadSeries(transaction_, tenant));
      for (const Series& series : some) {
        if (SelectorCovers(query_.pool, pools_.at(series.pool))) {
          series_.push_back(series);
        }
      }
    }
    return absl::OkStatus();
  }

  // False when the window is empty.
  bool ResolveWindow() {
    int64_t first_us = *query_.at_us;
    for (const Series& series : series_) {
      first_us =
          std::min(first_us, BucketStart(series.first_bucket, bucket_us_));
    }
    for (const LiveAmount& amount : live_.amounts) {
      if (Selected(amount.at))
        first_us = std::min(first_us, SpanOf(amount).start_us);
    }
    answer_.from_us = query_.from_us.value_or(first_us);
    answer_.to_us =
        std::min(query_.to_us.value_or(*query_.at_us), *query_.at_us);
    return answer_.from_us < answer_.to_us;
  }

  // Slice edges inside a bucket.
  void FindCuts() {
    for (const int64_t edge : slices_.edges) {
      if (FloorTo(edge, bucket_us_) != edge) cuts_.push_back(edge);
    }
  }

  absl::Status AddSeries(const Series& series) {
    sums_.assign(slices_.size(), GpuTime());
    const int64_t from = BucketOf(answer_.from_us, bucket_us_);
    const int64_t to = BucketOf(answer_.to_us - 1, bucket_us_) + 1;
    RETURN_IF_ERROR(VisitBuckets(
        transaction_, series, bucket_us_, from, to,
        [&](const BucketSpan& span) { return AddSpan(series, span); }));
    for (uint32_t slice = 0; slice < sums_.size(); ++slice) {
      AddToGroup(series.tenant, series.pool, slice, sums_[slice]);
    }
    return absl::OkStatus();
  }

  // Buckets [first, end) of which one slice holds the last instants.
  struct SliceRun {
    int64_t first = 0;
    int64_t end = 0;
    int64_t slice = -1;  // none
  };
  SliceRun RunOf(int64_t bucket) const {
    const int64_t slice = slices_.Find(BucketStart(bucket + 1, bucket_us_) - 1);
    if (slice < 0) return {bucket, bucket + 1, slice};
    const int64_t until = FloorTo(slices_.edges[slice + 1], bucket_us_);
    return {bucket, std::max(until / bucket_us_, bucket + 1), slice};
  }

  // Every bucket goes whole to the slice that holds its last instant; what
  // belongs before a cut inside it is then moved over the cut.
  absl::Status AddSpan(const Series& series, const BucketSpan& span) {
    int64_t bucket = span.first;
    const int64_t end = span.first + span.count;
    const GpuTime each = span.from_runs + span.recorded;
    while (bucket < end) {
      if (bucket < run_.first || bucket >= run_.end) run_ = RunOf(bucket);
      const int64_t next = std::min(run_.end, end);
      if (run_.slice >= 0) {
        const int64_t count = next - bucket;
        sums_[run_.slice] += count == 1 ? each : each * count;
      }
      bucket = next;
    }
    if (cuts_.empty()) return absl::OkStatus();
    for (auto cut = std::lower_bound(cuts_.begin(), cuts_.end(),
                                     BucketStart(span.first, bucket_us_));
         cut != cuts_.end() && *cut < BucketStart(end, bucket_us_); ++cut) {
      RETURN_IF_ERROR(AddCut(series, span, *cut));
    }
    return absl::OkStatus();
  }

  absl::Status AddCut(const Series& series, const BucketSpan& span,
                      int64_t cut_us) {
    const int64_t bucket_start = FloorTo(cut_us, bucket_us_);
    const int64_t offset_us = cut_us - bucket_start;
    if (!span.recorded.zero()) {
      ++prorated_;
      ASSIGN_OR_RETURN(
          const Int128 part,
          MulDivHalfEven(span.recorded.count(), offset_us, bucket_us_));
      MoveOverCut(series, cut_us, GpuTime(part));
    }
    const int64_t rest_us = bucket_us_ - offset_us;
    // With every edge before the cut and whole seconds after it, what follows
    // the cut is the level times the rest, exactly.
    const bool closed_form =
        span.last_edge_us <= offset_us && rest_us % kMicrosPerSecond == 0;
    const bool last_of_span =
        bucket_start == BucketStart(span.first + span.count - 1, bucket_us_);
    if (!closed_form) {
      exact_cuts_.insert(cut_us);
      exact_series_.insert({series.tenant, series.pool, cut_us});
      return absl::OkStatus();
    }
    const Int128 level =
        span.level + (last_of_span ? span.next_level_change : 0);
    MoveOverCut(series, cut_us, span.from_runs - LevelTime(level, rest_us));
    return absl::OkStatus();
  }

  // Cuts whose buckets have edges after them: the runs themselves are read.
  absl::Status AddExactCuts() {
    if (exact_cuts_.empty()) return absl::OkStatus();
    const std::vector<int64_t> cuts(exact_cuts_.begin(), exact_cuts_.end());
    return VisitRunCuts(
        transaction_, bucket_us_, cuts,
        [&](uint32_t tenant, uint32_t pool, int64_t cut_us, GpuTime part) {
          if (exact_series_.contains({tenant, pool, cut_us})) {
            MoveGroupOverCut(tenant, pool, cut_us, part);
          }
        });
  }

  bool Selected(const CellKey& at) const {
    return tenants_.contains(at.tenant) &&
           SelectorCovers(query_.pool, pools_.at(at.pool));
  }
  LiveSpan SpanOf(const LiveAmount& amount) const {
    return SpanOfLive(amount.at.bucket, bucket_us_, live_.until_us);
  }

  // Whole to the slice that holds its span, or by time to those that share it.
  absl::Status AddLive(const LiveAmount& amount) {
    if (!Selected(amount.at)) return absl::OkStatus();
    const LiveSpan span = SpanOf(amount);
    const auto until = [&](int64_t cut_us) {
      return MulDivHalfEven(
          amount.gpu_time.count(),
          std::clamp(cut_us, span.start_us, span.end_us) - span.start_us,
          span.end_us - span.start_us);
    };
    const int64_t first =
        slices_.Find(std::max(span.start_us, answer_.from_us));
    if (first < 0) return absl::OkStatus();
    const auto slices = static_cast<int64_t>(slices_.size());
    for (int64_t slice = first;
         slice < slices && slices_.edges[slice] < span.end_us; ++slice) {
      ASSIGN_OR_RETURN(const Int128 from, until(slices_.edges[slice]));
      ASSIGN_OR_RETURN(const Int128 to, until(slices_.edges[slice + 1]));
      prorated_ += to - from != amount.gpu_time.count();
      AddToGroup(amount.at.tenant, amount.at.pool, static_cast<uint32_t>(slice),
                 GpuTime(to - from));
    }
    return absl::OkStatus();
  }

  // What is waived of runs that have ended by now.
  absl::Status AddWaived() {
    return VisitWaivedRuns(
        transaction_,
        [this](const RunKey&, const drawdown::Run& run,
               const WaivedUsage& usage) -> absl::StatusOr<bool> {
          if (usage.end_us() > *query_.at_us) return true;
          ASSIGN_OR_RETURN(const auto* const pieces,
                           moves_.PiecesOf(run.tenant));
          for (const TenantPiece& piece : *pieces) {
            if (!Selected({piece.tenant, run.pool})) continue;
            RETURN_IF_ERROR(AddWaivedOf(piece, run.pool, usage));
          }
          return true;
        });
  }
  absl::Status AddWaivedOf(const TenantPiece& piece, uint32_t pool,
                           const WaivedUsage& usage) {
    const int64_t from_us =
        std::max({usage.start_us(), answer_.from_us, piece.from_us});
    const int64_t to_us = std::min(usage.end_us(), piece.to_us);
    const int64_t first = slices_.Find(from_us);
    if (first < 0 || from_us >= to_us) return absl::OkStatus();
    ASSIGN_OR_RETURN(GpuTime before,
                     usage.Until(std::max(slices_.edges[first], from_us)));
    const auto slices = static_cast<int64_t>(slices_.size());
    for (int64_t slice = first; slice < slices && slices_.edges[slice] < to_us;
         ++slice) {
      ASSIGN_OR_RETURN(const GpuTime until,
                       usage.Until(std::min(slices_.edges[slice + 1], to_us)));
      waived_[{by_tenant_ ? piece.tenant : 0, by_pool_ ? pool : 0,
               static_cast<uint32_t>(slice)}] += until - before;
      before = until;
    }
    return absl::OkStatus();
  }

  void MoveOverCut(const Series& series, int64_t cut_us, GpuTime part) {
    MoveGroupOverCut(series.tenant, series.pool, cut_us, part);
  }

  void MoveGroupOverCut(uint32_t tenant, uint32_t pool, int64_t cut_us,
                        GpuTime part) {
    const int64_t before = slices_.Find(cut_us - 1);
    // The bucket was added to the slice of its last instant, so part of it can
    // only be taken from there or from a slice between, which gave it back.
    const int64_t after = slices_.Find(cut_us);
    if (before >= 0) AddToGroup(tenant, pool, before, part);
    if (after >= 0) AddToGroup(tenant, pool, after, -part);
  }

  void AddToGroup(uint32_t tenant, uint32_t pool, uint32_t slice,
                  GpuTime amount) {
    if (amount.valid() && amount.zero()) return;
    groups_[{by_tenant_ ? tenant : 0, by_pool_ ? pool : 0, slice}] += amount;
  }

  absl::Status MakeRows() {
    std::map<std::vector<std::string>, GpuTime> rows;
    std::map<std::vector<std::string>, GpuTime> waived;
    for (const auto& [key, amount] : groups_) {
      rows[GroupText(key)] += amount;
    }
    for (const auto& [key, amount] : waived_) waived[GroupText(key)] += amount;
    if (query_.by.empty()) rows[{}];
    for (auto& [group, amount] : rows) {
      answer_.total += amount;
      answer_.waived += waived[group];
      if (amount.zero() && !query_.by.empty()) continue;
      if (!amount.valid()) {
        return MakeError(ErrorCode::kOverflow,
                         "usage of a group does not fit 128 bits");
      }
      answer_.rows.push_back({group, amount, waived[group]});
    }
    return absl::OkStatus();
  }

  std::vector<std::string> GroupText(const GroupKey& key) const {
    const auto& [tenant, pool, slice] = key;
    std::vector<std::string> text;
    size_t time = 0;
    for (const UsageDimension dimension : query_.by) {
      switch (dimension) {
        case UsageDimension::kTenant:
          text.push_back(tenants_.at(tenant));
          break;
        case UsageDimension::kPool:
          text.push_back(pools_.at(pool));
          break;
        default:
          text.push_back(slices_.labels[slice][time++]);
      }
    }
    return text;
  }

  void AddNotes() {
    if (prorated_ == 0) return;
    answer_.notes.push_back(std::to_string(prorated_) +
                            " bucket(s) of imported or metered usage are cut "
                            "by the window or by a day or "
                            "month; the amounts were prorated by time");
  }

  bool Asks(UsageDimension dimension) const {
    return std::find(query_.by.begin(), query_.by.end(), dimension) !=
           query_.by.end();
  }

  ReadTransaction* const transaction_;
  const int64_t bucket_us_;
  const LiveAmounts& live_;
  const UsageQuery& query_;
  const bool by_tenant_ = Asks(UsageDimension::kTenant);
  const bool by_pool_ = Asks(UsageDimension::kPool);
  TenantMoves moves_;
  UsageAnswer answer_;
  PathsById tenants_;
  PathsById pools_;
  std::vector<Series> series_;
  TimeSlices slices_;
  std::vector<int64_t> cuts_;
  SliceRun run_;               // at hand
  std::vector<GpuTime> sums_;  // of the series at hand, by slice
  std::map<GroupKey, GpuTime> groups_;
  std::map<GroupKey, GpuTime> waived_;
  std::set<int64_t> exact_cuts_;
  std::set<std::tuple<uint32_t, uint32_t, int64_t>> exact_series_;
  uint64_t prorated_ = 0;
};

}  // namespace

absl::StatusOr<UsageAnswer> AnswerUsage(ReadTransaction* transaction,
                                        int64_t bucket_us,
                                        const LiveAmounts& live,
                                        const UsageQuery& query) {
  CHECK(query.at_us.has_value());
  return UsageAnswering(transaction, bucket_us, live, query).Run();
}

}  // namespace drawdown
