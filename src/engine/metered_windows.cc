#include "engine/metered_windows.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/civil.h"
#include "base/error.h"
#include "engine/statement_of.h"

namespace drawdown {
namespace {

// GPU time of one pool, summed up at each edge of a window.
struct PoolSums {
  std::vector<int64_t> edges;  // sorted
  std::vector<GpuTime> from;   // metered from each edge to the next

  void Add(int64_t start_us, GpuTime time) {
    const auto next = std::upper_bound(edges.begin(), edges.end(), start_us);
    if (next == edges.begin()) return;
    from[static_cast<size_t>(next - edges.begin()) - 1] += time;
  }
  // What was metered before an edge.
  void SumUp() {
    GpuTime before;
    for (GpuTime& time : from) {
      const GpuTime here = time;
      time = before;
      before += here;
    }
  }
  GpuTime Before(int64_t edge_us) const {
    const auto edge = std::lower_bound(edges.begin(), edges.end(), edge_us);
    return from[static_cast<size_t>(edge - edges.begin())];
  }
};

std::vector<Interval> Joined(std::vector<Interval> windows) {
  std::sort(windows.begin(), windows.end(),
            [](const Interval& a, const Interval& b) {
              return a.start_us < b.start_us;
            });
  std::vector<Interval> joined;
  for (const Interval& window : windows) {
    if (!joined.empty() && window.start_us <= joined.back().end_us) {
      joined.back().end_us = std::max(joined.back().end_us, window.end_us);
    } else {
      joined.push_back(window);
    }
  }
  return joined;
}

}  // namespace

absl::StatusOr<std::vector<GpuTime>> MeteredIn(
    const std::vector<PoolWindow>& windows, const BooksView& books,
    int64_t bucket_us, int64_t at_us) {
  std::vector<Interval> whole;  // buckets
  std::map<std::string, PoolSums> pools;
  for (const PoolWindow& asked : windows) {
    const Interval buckets{
        FloorTo(asked.window.start_us, bucket_us),
        FloorTo(asked.window.end_us + bucket_us - 1, bucket_us)};
    whole.push_back(buckets);
    std::vector<int64_t>& edges = pools[asked.pool].edges;
    edges.insert(edges.end(), {buckets.start_us, buckets.end_us});
  }
  for (auto& [pool, sums] : pools) {
    std::sort(sums.edges.begin(), sums.edges.end());
    sums.edges.erase(std::unique(sums.edges.begin(), sums.edges.end()),
                     sums.edges.end());
    sums.from.resize(sums.edges.size());
  }
  for (const Interval& window : Joined(whole)) {
    ASSIGN_OR_RETURN(const UsageTable usage,
                     UsageOf(books, bucket_us, window, at_us));
    std::vector<PoolSums*> sums_of;
    for (const std::string& pool : usage.pools) {
      const auto found = pools.find(pool);
      sums_of.push_back(found == pools.end() ? nullptr : &found->second);
    }
    for (const UsageCell& cell : usage.cells) {
      PoolSums* const sums = sums_of[cell.pool];
      if (sums != nullptr) sums->Add(cell.bucket_us, cell.gpu_time);
    }
  }
  for (auto& [pool, sums] : pools) sums.SumUp();
  std::vector<GpuTime> metered;
  for (size_t i = 0; i < windows.size(); ++i) {
    const PoolSums& sums = pools.at(windows[i].pool);
    metered.push_back(sums.Before(whole[i].end_us) -
                      sums.Before(whole[i].start_us));
  }
  return metered;
}

}  // namespace drawdown
