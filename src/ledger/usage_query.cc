#include "ledger/usage_query.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/error.h"
#include "base/path.h"
#include "base/wide.h"
#include "ledger/buckets.h"
#include "ledger/run_cuts.h"
#include "ledger/series.h"
#include "ledger/time_slices.h"
#include "ledger/usage_groups.h"
#include "ledger/waived_runs.h"

namespace drawdown {
namespace {

// Sums usage of series into (tenant, pool, slice) groups.
class UsageAnswering {
 public:
  UsageAnswering(ReadTransaction* transaction, int64_t bucket_us,
                 const LiveAmounts& live, const UsageQuery& query,
                 const UsageVisitor& visit)
      : transaction_(transaction),
        bucket_us_(bucket_us),
        live_(live),
        query_(query),
        visit_(visit),
        moves_(transaction) {}

  absl::StatusOr<UsageAnswer> Run() {
    RETURN_IF_ERROR(SelectSeries());
    if (!ResolveWindow()) return std::move(answer_);
    ASSIGN_OR_RETURN(slices_, MakeTimeSlices(query_.by, query_.zone,
                                             answer_.from_us, answer_.to_us));
    RETURN_IF_ERROR(FindCuts());
    places_.emplace(query_.by, tenants_, pools_, slices_);
    RETURN_IF_ERROR(AddAllSeries());
    RETURN_IF_ERROR(AddExactCuts());
    for (const LiveAmount& amount : live_.amounts) {
      RETURN_IF_ERROR(AddLive(amount));
    }
    if (query_.net) RETURN_IF_ERROR(AddWaived());
    places_->Order({&groups_, &waived_});
    RETURN_IF_ERROR(TellRows());
    AddNotes();
    return std::move(answer_);
  }

 private:
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
  absl::Status FindCuts() {
    for (const int64_t edge : slices_.edges) {
      if (FloorTo(edge, bucket_us_) != edge) cuts_.push_back(edge);
    }
    if (cuts_.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const MoveList* const moves, moves_.List());
    for (const TenantMove& move : moves->moves())
      moved_us_.insert(move.from_us);
    return absl::OkStatus();
  }

  GroupPlace PlaceOf(const Series& series) const {
    return places_->Of(series.tenant, series.pool);
  }

  // Group after group, so that each sum is kept once however many series it is
  // of.
  absl::Status AddAllSeries() {
    std::sort(series_.begin(), series_.end(),
              [this](const Series& a, const Series& b) {
                return PlaceOf(a) < PlaceOf(b);
              });
    for (auto series = series_.begin(); series != series_.end();) {
      const GroupPlace place = PlaceOf(*series);
      sums_.assign(slices_.size(), GpuTime());
      for (; series != series_.end() && PlaceOf(*series) == place; ++series) {
        RETURN_IF_ERROR(AddSeries(*series));
      }
      for (uint32_t slice = 0; slice < sums_.size(); ++slice) {
        groups_.Add(place + places_->OfSlice(slice), sums_[slice]);
      }
    }
    return absl::OkStatus();
  }

  absl::Status AddSeries(const Series& series) {
    const int64_t from = BucketOf(answer_.from_us, bucket_us_);
    const int64_t to = BucketOf(answer_.to_us - 1, bucket_us_) + 1;
    return VisitBuckets(
        transaction_, series, bucket_us_, from, to,
        [&](const BucketSpan& span) { return AddSpan(series, span); });
  }

  // Buckets [first, end) of which one slice holds the last instants.
  struct SliceRun {
    int64_t first = 0;
    int64_t end = 0;
    int64_t slice = -1;  // none
  };
  SliceRun RunOf(int64_t bucket) const {
    const int64_t slice =
        slices_.FindFrom(run_.slice, BucketStart(bucket + 1, bucket_us_) - 1);
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
      // Of the bucket that is not over all was recorded by now: what a hold was
      // settled with a moment ago, or a meter drained, is used.
      const int64_t end_us =
          bucket_start < live_.until_us
              ? std::min(bucket_start + bucket_us_, live_.until_us)
              : bucket_start + bucket_us_;
      const int64_t before_us = std::min(cut_us, end_us) - bucket_start;
      const int64_t whole_us = end_us - bucket_start;
      prorated_ += before_us != whole_us;
      ASSIGN_OR_RETURN(const Int128 part, MulDivHalfEven(span.recorded.count(),
                                                         before_us, whole_us));
      MoveOverCut(series, cut_us, GpuTime(part));
    }
    const int64_t rest_us = bucket_us_ - offset_us;
    // With every edge before the cut and whole seconds after it, what follows
    // the cut is the level times the rest, exactly. Where a tenant moves at the
    // bucket's end the level changes there, without an edge in it.
    const bool closed_form = span.last_edge_us <= offset_us &&
                             rest_us % kMicrosPerSecond == 0 &&
                             !moved_us_.contains(bucket_start + bucket_us_);
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
      waived_.Add(places_->Of(piece.tenant, pool) + places_->OfSlice(slice),
                  until - before);
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
    groups_.Add(places_->Of(tenant, pool) + places_->OfSlice(slice), amount);
  }

  absl::Status TellRows() {
    // Without columns there is one row, also of nothing.
    if (query_.by.empty() && groups_.Merged().empty()) {
      visit_(UsageRow());
      return absl::OkStatus();
    }
    UsageRow row;
    const std::vector<GroupSums::Sum>& all_waived = waived_.Merged();
    auto waived = all_waived.begin();
    for (const GroupSums::Sum& group : groups_.Merged()) {
      while (waived != all_waived.end() && waived->place < group.place) {
        ++waived;
      }
      const bool has_waived =
          waived != all_waived.end() && waived->place == group.place;
      row.gpu_time = group.amount;
      row.waived = has_waived ? waived->amount : GpuTime();
      RETURN_IF_ERROR(TellRow(group.place, &row));
    }
    return absl::OkStatus();
  }

  absl::Status TellRow(GroupPlace place, UsageRow* row) {
    answer_.total += row->gpu_time;
    answer_.waived += row->waived;
    if (row->gpu_time.zero() && !query_.by.empty()) return absl::OkStatus();
    if (!row->gpu_time.valid()) {
      return MakeError(ErrorCode::kOverflow,
                       "usage of a group does not fit 128 bits");
    }
    places_->Tell(place, row);
    visit_(*row);
    return absl::OkStatus();
  }

  void AddNotes() {
    if (prorated_ == 0) return;
    answer_.notes.push_back(std::to_string(prorated_) +
                            " bucket(s) of imported or metered usage are cut "
                            "by the window or by a day or "
                            "month; the amounts were prorated by time");
  }

  ReadTransaction* const transaction_;
  const int64_t bucket_us_;
  const LiveAmounts& live_;
  const UsageQuery& query_;
  const UsageVisitor& visit_;
  TenantMoves moves_;
  UsageAnswer answer_;
  PathsById tenants_;
  PathsById pools_;
  std::vector<Series> series_;
  TimeSlices slices_;
  std::vector<int64_t> cuts_;
  std::set<int64_t> moved_us_;  // when tenants move
  SliceRun run_;                // at hand
  std::vector<GpuTime> sums_;   // of the group at hand, by slice
  std::optional<GroupPlaces> places_;
  GroupSums groups_;
  GroupSums waived_;
  std::set<int64_t> exact_cuts_;
  std::set<std::tuple<uint32_t, uint32_t, int64_t>> exact_series_;
  uint64_t prorated_ = 0;
};

}  // namespace

absl::StatusOr<UsageAnswer> VisitUsage(ReadTransaction* transaction,
                                       int64_t bucket_us,
                                       const LiveAmounts& live,
                                       const UsageQuery& query,
                                       const UsageVisitor& visit) {
  CHECK(query.at_us.has_value());
  RETURN_IF_ERROR(CheckStars(query.pool));
  return UsageAnswering(transaction, bucket_us, live, query, visit).Run();
}

absl::StatusOr<UsageAnswer> AnswerUsage(ReadTransaction* transaction,
                                        int64_t bucket_us,
                                        const LiveAmounts& live,
                                        const UsageQuery& query) {
  std::vector<UsageRow> rows;
  ASSIGN_OR_RETURN(
      UsageAnswer answer,
      VisitUsage(transaction, bucket_us, live, query,
                 [&rows](const UsageRow& row) { rows.push_back(row); }));
  answer.rows = std::move(rows);
  return answer;
}

}  // namespace drawdown
