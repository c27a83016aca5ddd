#include "reconcile/excluded_hours.h"

#include <algorithm>
#include <tuple>

namespace drawdown {
namespace {

bool IsCompared(const Group& group) {
  const Disposition how = group.key.disposition;
  return (how == Disposition::kCompare ||
          how == Disposition::kLateCorrection) &&
         IsUsage(group.key.lane.kind) && group.sums.unmeasured == 0;
}

// By names, whose numbers depend on the order of rows. Pools take nothing from
// one another.
bool LaneBefore(const Lane& a, const Lane& b, const GroupNames& names) {
  if (a.kind != b.kind) return a.kind < b.kind;
  if (a.commitment == kNoIndex || b.commitment == kNoIndex) return false;
  return names.commitments.Name(a.commitment) <
         names.commitments.Name(b.commitment);
}

bool CheaperFirst(const BookCell& a, const BookCell& b) {
  return std::tie(a.unit_price, a.start_us) <
         std::tie(b.unit_price, b.start_us);
}

}  // namespace

ExcludedHours::ExcludedHours(const Exclusions& exclusions, const Books& books,
                             const BilledLanes& billed, const GroupNames& names,
                             std::vector<Group>* groups) {
  FillBuckets(exclusions, books);
  if (pools_.empty()) return;
  const std::vector<Group*> compared = Compared(groups, names);
  TakeMissing(books, compared);
  TakeUnbilled(books, billed, names);
  TakeCertain(books, compared);
}

std::vector<Group*> ExcludedHours::Compared(std::vector<Group>* groups,
                                            const GroupNames& names) const {
  std::vector<Group*> compared;
  for (Group& group : *groups) {
    if (IsCompared(group) && pools_.contains(group.key.lane.pool)) {
      compared.push_back(&group);
    }
  }
  std::sort(compared.begin(), compared.end(),
            [&names](const Group* a, const Group* b) {
              const Lane& lane = a->key.lane;
              const Lane& other = b->key.lane;
              if (LaneBefore(lane, other, names)) return true;
              if (LaneBefore(other, lane, names)) return false;
              return std::tie(lane.pool, a->key.start_us) <
                     std::tie(other.pool, b->key.start_us);
            });
  return compared;
}

void ExcludedHours::FillBuckets(const Exclusions& exclusions,
                                const Books& books) {
  for (const auto& [lane, book] : books.lanes()) {
    if (!IsUsage(lane.kind) || !exclusions.Has(lane.pool)) continue;
    std::map<int64_t, Bucket>& buckets = pools_[lane.pool];
    for (const BookCell& cell : book.cells) {
      Bucket& bucket = buckets[cell.start_us];
      if (bucket.left.zero()) {
        bucket.left = exclusions.Of(lane.pool, cell.start_us, cell.end_us);
      }
      bucket.metered += cell.time;
      // The pool's other GPUs may have done what all lanes metered.
      bucket.certain = exclusions.CertainOf(lane.pool, cell.start_us,
                                            cell.end_us, bucket.metered);
    }
  }
}

void ExcludedHours::TakeFrom(Bucket* bucket, GpuTime time) {
  bucket->left -= time;
  bucket->certain -= std::min(bucket->certain, time);
}

std::vector<ExcludedHours::Slice> ExcludedHours::SlicesOf(const Group& group,
                                                          const Books& books) {
  std::vector<Slice> slices;
  const Lane& lane = group.key.lane;
  const auto pool = pools_.find(lane.pool);
  const auto book = books.lanes().find(lane);
  if (pool == pools_.end() || book == books.lanes().end()) return slices;
  book->second.ForEachOverlapping(
      group.key.start_us, group.key.end_us, [&](const BookCell& cell) {
        Bucket& bucket = pool->second.at(cell.start_us);
        if (bucket.left.zero()) return;
        if (slices.empty() || slices.back().start_us != cell.start_us) {
          Slice& slice = slices.emplace_back();
          slice.bucket = &bucket;
          slice.start_us = cell.start_us;
          const auto taken = taken_.find({lane, cell.start_us});
          if (taken != taken_.end()) slice.free -= taken->second;
        }
        slices.back().cells.push_back(cell);
        slices.back().free += cell.time;
      });
  return slices;
}

GpuTime ExcludedHours::Take(const Lane& lane, std::vector<Slice>& slices,
                            GpuTime wanted) {
  GpuTime sum;
  const auto take = [&](Slice& slice, GpuTime most) {
    const GpuTime time = std::min({wanted - sum, most, slice.free});
    if (time.zero()) return;
    TakeFrom(slice.bucket, time);
    slice.free -= time;
    taken_[{lane, slice.start_us}] += time;
    sum += time;
  };
  for (Slice& slice : slices) take(slice, slice.bucket->certain);
  for (Slice& slice : slices) take(slice, slice.bucket->left);
  return sum;
}

// What `time` costs at least, or at most, whichever of the hours that may be
// taken it is.
MoneyAmount ExcludedHours::CostOf(const std::vector<Slice>& slices,
                                  GpuTime time, bool dearest) {
  std::vector<std::pair<BookCell, size_t>> cells;
  std::vector<GpuTime> left;
  for (const Slice& slice : slices) {
    for (const BookCell& cell : slice.cells) {
      cells.emplace_back(cell, left.size());
    }
    left.push_back(slice.most);
  }
  std::sort(cells.begin(), cells.end(),
            [dearest](const auto& a, const auto& b) {
              return dearest ? CheaperFirst(b.first, a.first)
                             : CheaperFirst(a.first, b.first);
            });
  ExpectationSum sum;
  for (auto& [cell, slice] : cells) {
    cell.time = std::min({cell.time, left[slice], time});
    cell.own_cost = MoneyAmount();
    left[slice] -= cell.time;
    time -= cell.time;
    sum.Add(cell);
  }
  return sum.Get().cost;
}

void ExcludedHours::TakeMissing(const Books& books,
                                const std::vector<Group*>& groups) {
  for (Group* const compared : groups) {
    Group& group = *compared;
    const Expectation booked =
        books.Sum(group.key.lane, group.key.start_us, group.key.end_us);
    const GpuTime missing = booked.time - group.sums.billed;
    if (missing <= group.slack()) continue;
    std::vector<Slice> slices = SlicesOf(group, books);
    for (Slice& slice : slices) {
      slice.most = std::min(slice.bucket->left, slice.free);
    }
    const std::vector<Slice> choice = slices;
    group.excluded.time = Take(group.key.lane, slices, missing);
    // Which hours they were is not known where fewer are missing than were
    // excluded: what the bill takes for them is right if any of them cost that.
    group.excluded.cost = std::clamp(booked.cost - group.sums.cost,
                                     CostOf(choice, group.excluded.time, false),
                                     CostOf(choice, group.excluded.time, true));
  }
}

void ExcludedHours::TakeUnbilled(const Books& books, const BilledLanes& billed,
                                 const GroupNames& names) {
  std::vector<Lane> lanes;
  for (const auto& [lane, book] : books.lanes()) {
    if (IsUsage(lane.kind) && pools_.contains(lane.pool)) lanes.push_back(lane);
  }
  std::sort(lanes.begin(), lanes.end(), [&names](const Lane& a, const Lane& b) {
    return LaneBefore(a, b, names);
  });
  for (const Lane& lane : lanes) {
    std::map<int64_t, Bucket>& buckets = pools_.at(lane.pool);
    billed.ForEachUnbilled(
        lane, books.lanes().at(lane), [&](const BookCell& cell) {
          Bucket& bucket = buckets.at(cell.start_us);
          const GpuTime time = std::min(bucket.left, cell.time);
          if (time.zero()) return;
          TakeFrom(&bucket, time);
          unbilled_[&cell] = time;
        });
  }
}

void ExcludedHours::TakeCertain(const Books& books,
                                const std::vector<Group*>& groups) {
  for (Group* const compared : groups) {
    Group& group = *compared;
    std::vector<Slice> slices = SlicesOf(group, books);
    GpuTime certain;
    for (Slice& slice : slices) {
      slice.most = std::min(slice.bucket->certain, slice.free);
      certain += slice.most;
    }
    if (certain.zero()) continue;
    // Not more is claimed than is certain.
    group.excluded.cost += CostOf(slices, certain, false);
    group.excluded.time += Take(group.key.lane, slices, certain);
  }
}

GpuTime ExcludedHours::Of(const BookCell& cell) const {
  const auto found = unbilled_.find(&cell);
  return found == unbilled_.end() ? GpuTime() : found->second;
}

}  // namespace drawdown
