// Rounding segment by segment.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "base/civil.h"
#include "base/wide.h"
#include "rating/grain.h"
#include "rating/lines.h"
#include "rating/split.h"

namespace drawdown {
namespace {

using CellKey = std::tuple<int64_t, uint32_t, uint32_t>;

// A part of a bucket's usage that belongs to one segment.
struct SegmentPart {
  uint64_t segment = 0;
  Int128 time = 0;
};
using CellSegments = std::map<CellKey, std::vector<SegmentPart>>;

CellSegments SegmentsOf(const UsageTable& usage,
                        const std::vector<RunUsage>& runs) {
  CellSegments cells;
  uint64_t segment = 0;
  for (const RunUsage& run : runs) {
    for (const RunSpan& span : run.spans) {
      ++segment;
      for (int64_t at = span.start_us; at < span.end_us;) {
        const int64_t bucket = FloorTo(at, usage.bucket_length_us);
        const int64_t end =
            std::min(span.end_us, bucket + usage.bucket_length_us);
        const Int128 time =
            DivHalfEven(Int128{end - at} * span.micro_gpus, kMicroGpusPerGpu);
        if (time > 0) cells[{bucket, run.tenant, run.pool}].push_back({segment, time});
        at = end;
      }
    }
  }
  return cells;
}

}  // namespace

std::vector<MoneyAmount> SegmentCosts(const UsageTable& usage,
                                      const std::vector<RunUsage>& runs,
                                      const RatedUsage& rated, int scale) {
  const auto lines = SumLines(rated.charges);
  std::vector<uint32_t> tenant_of;  // of rated: in the usage table
  for (const std::string& name : rated.tenants) {
    const auto found =
        std::lower_bound(usage.tenants.begin(), usage.tenants.end(), name);
    tenant_of.push_back(static_cast<uint32_t>(found - usage.tenants.begin()));
  }
  const CellSegments segments = SegmentsOf(usage, runs);
  std::map<CellKey, Int128> used;
  for (const UsageCell& cell : usage.cells) {
    used[{cell.bucket_us, cell.tenant, cell.pool}] = cell.gpu_time.count();
  }
  std::map<std::pair<size_t, uint64_t>, GpuTime> times;
  std::vector<MoneyAmount> costs(lines.size());
  uint64_t lone = uint64_t{1} << 63;
  Splitter splitter;
  for (const Charge& charge : rated.charges) {
    const auto line = std::partition_point(
        lines.begin(), lines.end(), [&charge](const auto& other) {
          return LineBefore(other.first, KeyOf(charge));
        });
    const auto index = static_cast<size_t>(line - lines.begin());
    if (!charge.unit_price.has_value()) {
      costs[index] += RoundMoney(charge.cost.value_or(MoneyAmount()), scale);
      continue;
    }
    std::vector<SegmentPart> parts;
    if (charge.pool != kNoIndex) {
      const CellKey key = {charge.bucket_us, tenant_of[charge.tenant],
                           charge.pool};
      const auto found = segments.find(key);
      if (found != segments.end()) parts = found->second;
      // What runs do not explain: recorded usage, or what the grain added.
      Int128 rest = used[key];
      for (const SegmentPart& part : parts) rest -= part.time;
      if (rest > 0) parts.push_back({++lone, rest});
    }
    if (parts.empty()) parts.push_back({++lone, charge.gpu_time.count()});
    std::vector<Int128> weights;
    Int128 total = 0;
    for (const SegmentPart& part : parts) {
      weights.push_back(part.time);
      total += part.time;
    }
    std::vector<Int128> shares(parts.size());
    splitter.Split(std::min(charge.gpu_time.count(), total), total, weights,
                   shares);
    shares.back() +=
        charge.gpu_time.count() - std::min(charge.gpu_time.count(), total);
    for (size_t i = 0; i < parts.size(); ++i) {
      times[{index, parts[i].segment}] += GpuTime(shares[i]);
    }
  }
  for (const auto& [key, time] : times) {
    costs[key.first] +=
        Price(lines[key.first].first.unit_price, time, scale);
  }
  return costs;
}

}  // namespace drawdown
