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

CellSegments SegmentsOf(int64_t bucket_length_us,
                        const std::vector<RunUsage>& runs,
                        const std::vector<GrainPiece>& grain) {
  CellSegments cells;
  std::vector<uint64_t> first_of;  // segment of each run
  uint64_t next = 0;
  const auto add = [&cells](const RunUsage& run, int64_t bucket_us,
                            uint64_t segment, Int128 time) {
    std::vector<SegmentPart>& parts = cells[{bucket_us, run.tenant, run.pool}];
    const auto known = std::find_if(
        parts.begin(), parts.end(),
        [segment](const auto& part) { return part.segment == segment; });
    if (known == parts.end()) {
      parts.push_back({segment, time});
    } else {
      known->time += time;
    }
  };
  for (const RunUsage& run : runs) {
    first_of.push_back(next);
    for (const RunSpan& span : run.spans) {
      const uint64_t segment = next++;
      for (int64_t at = span.start_us; at < span.end_us;) {
        const int64_t bucket = FloorTo(at, bucket_length_us);
        const int64_t end = std::min(span.end_us, bucket + bucket_length_us);
        add(run, bucket, segment,
            DivHalfEven(Int128{end - at} * span.micro_gpus, kMicroGpusPerGpu));
        at = end;
      }
    }
  }
  for (const GrainPiece& piece : grain) {
    add(runs[piece.run], piece.bucket_us, first_of[piece.run] + piece.span,
        piece.time);
  }
  return cells;
}

}  // namespace

std::vector<MoneyAmount> SegmentCosts(const UsageTable& usage,
                                      const std::vector<RunUsage>& runs,
                                      const std::vector<GrainPiece>& grain,
                                      const RatedUsage& rated, int scale) {
  const auto lines = SumLines(rated.charges, rated.rules);
  std::vector<uint32_t> tenant_of;  // of rated: in the usage table
  for (const std::string& name : rated.tenants) {
    const auto found =
        std::lower_bound(usage.tenants.begin(), usage.tenants.end(), name);
    tenant_of.push_back(static_cast<uint32_t>(found - usage.tenants.begin()));
  }
  const CellSegments segments = SegmentsOf(usage.bucket_length_us, runs, grain);
  std::map<CellKey, Int128> used;
  for (const UsageCell& cell : usage.cells) {
    used[{cell.bucket_us, cell.tenant, cell.pool}] = cell.gpu_time.count();
  }
  std::map<std::pair<size_t, uint64_t>, GpuTime> times;
  std::vector<MoneyAmount> costs(lines.size());
  // What is no run's: the usage of a bucket, or an interval.
  const auto bucket_of = [&usage](int64_t bucket_us) {
    return ~static_cast<uint64_t>(bucket_us / usage.bucket_length_us);
  };
  uint64_t interval = uint64_t{1} << 62;
  Splitter splitter;
  for (const Charge& charge : rated.charges) {
    const ChargeRule& rule = rated.rules[charge.rule];
    const int64_t bucket_us = rated.spans[charge.span].start_us;
    const LineKey key = KeyOf(charge, rule);
    const auto line = std::partition_point(
        lines.begin(), lines.end(),
        [&key](const auto& other) { return LineBefore(other.first, key); });
    const auto index = static_cast<size_t>(line - lines.begin());
    if (!key.priced) {
      costs[index] += RoundMoney(rule.OwnCostOf(charge), scale);
      continue;
    }
    std::vector<SegmentPart> parts;
    if (charge.pool != kNoIndex) {
      const CellKey cell = {bucket_us, tenant_of[charge.tenant], charge.pool};
      const auto found = segments.find(cell);
      if (found != segments.end()) parts = found->second;
      // Half-even parts of GPUs may be a microsecond more than the cell has.
      std::erase_if(parts, [](const SegmentPart& p) { return p.time <= 0; });
      Int128 rest = used[cell];
      for (const SegmentPart& part : parts) rest -= part.time;
      if (rest > 0) parts.push_back({bucket_of(bucket_us), rest});
    }
    if (parts.empty()) parts.push_back({++interval, charge.amount});
    std::vector<Int128> weights;
    Int128 total = 0;
    for (const SegmentPart& part : parts) {
      weights.push_back(part.time);
      total += part.time;
    }
    std::vector<Int128> shares(parts.size());
    const Int128 split = std::min(charge.amount, total);
    splitter.Split(split, total, weights, shares);
    shares.back() += charge.amount - split;
    for (size_t i = 0; i < parts.size(); ++i) {
      times[{index, parts[i].segment}] += GpuTime(shares[i]);
    }
  }
  for (const auto& [key, time] : times) {
    costs[key.first] += Price(lines[key.first].first.unit_price, time, scale);
  }
  return costs;
}

}  // namespace drawdown
