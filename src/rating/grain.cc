#include "rating/grain.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/civil.h"
#include "base/wide.h"

namespace drawdown {
namespace {

using CellKey = std::tuple<int64_t, uint32_t, uint32_t>;
using Deltas = std::map<CellKey, Int128>;

int64_t RoundTo(int64_t time_us, int64_t grain_us, RoundingDirection direction) {
  const int64_t down = time_us / grain_us * grain_us;
  const int64_t rest = time_us - down;
  const bool up =
      direction == RoundingDirection::kUp
          ? rest > 0
          : direction == RoundingDirection::kNearest && 2 * rest >= grain_us;
  return up ? down + grain_us : down;
}

int64_t BilledTime(const Contract& contract, int64_t time_us) {
  return std::max(
      RoundTo(time_us, *contract.grain_us, contract.grain_direction),
      contract.grain_minimum_us);
}

Int128 TimeOf(int64_t length_us, int64_t micro_gpus) {
  return DivHalfEven(Int128{length_us} * micro_gpus, kMicroGpusPerGpu);
}

class GrainWalk {
 public:
  GrainWalk(int64_t bucket_us, Deltas* deltas)
      : bucket_us_(bucket_us), deltas_(deltas) {}

  void Add(const Contract& contract, const RunUsage& run) {
    int64_t time_us = 0;
    const RunSpan* last = nullptr;
    for (const RunSpan& span : run.spans) {
      if (span.micro_gpus == 0) continue;
      time_us += span.end_us - span.start_us;
      last = &span;
    }
    if (last == nullptr) return;
    const int64_t more_us = BilledTime(contract, time_us) - time_us;
    if (more_us > 0) {
      Delta(run, last->end_us - 1) += TimeOf(more_us, last->micro_gpus);
    } else {
      TakeFromEnd(run, -more_us);
    }
  }

 private:
  Int128& Delta(const RunUsage& run, int64_t at_us) {
    return (*deltas_)[{FloorTo(at_us, bucket_us_), run.tenant, run.pool}];
  }

  // Bucket by bucket, the last first.
  void TakeFromEnd(const RunUsage& run, int64_t time_us) {
    for (auto span = run.spans.rbegin(); span != run.spans.rend(); ++span) {
      int64_t end = span->end_us;
      while (time_us > 0 && end > span->start_us && span->micro_gpus > 0) {
        const int64_t start =
            std::max(span->start_us, FloorTo(end - 1, bucket_us_));
        const int64_t taken = std::min(time_us, end - start);
        Delta(run, end - 1) -= TimeOf(taken, span->micro_gpus);
        time_us -= taken;
        end = start;
      }
    }
  }

  const int64_t bucket_us_;
  Deltas* deltas_;
};

CellKey KeyOf(const UsageCell& cell) {
  return {cell.bucket_us, cell.tenant, cell.pool};
}

UsageCell CellOf(const CellKey& key, Int128 amount) {
  return {std::get<0>(key), std::get<1>(key), std::get<2>(key),
          GpuTime(amount)};
}

}  // namespace

bool NeedsRuns(const ContractTimeline& contracts) {
  return std::any_of(
      contracts.spans().begin(), contracts.spans().end(),
      [](const ContractSpan& span) {
        return span.contract->grain_us.has_value() ||
               span.contract->rounding_level == RoundingLevel::kSegment;
      });
}

GrainedUsage AddGrain(const ContractTimeline& contracts, const UsageTable& usage,
                      const std::vector<RunUsage>& runs, int64_t at_us) {
  Deltas deltas;
  GrainWalk walk(usage.bucket_length_us, &deltas);
  for (const RunUsage& run : runs) {
    if (!run.ended || run.spans.empty()) continue;
    const int64_t end_us = run.spans.back().end_us;
    const Contract* contract = contracts.At(end_us - 1);
    if (end_us > at_us || contract == nullptr) continue;
    if (contract->grain_us.has_value()) walk.Add(*contract, run);
  }
  GrainedUsage grained;
  grained.usage = usage;
  std::vector<UsageCell>& cells = grained.usage.cells;
  cells.clear();
  auto next = deltas.begin();
  const auto add_new = [&](const CellKey* before) {
    for (; next != deltas.end() && (!before || next->first < *before); ++next) {
      if (next->second <= 0) continue;
      cells.push_back(CellOf(next->first, next->second));
      grained.added.push_back(cells.back());
    }
  };
  for (const UsageCell& cell : usage.cells) {
    const CellKey key = KeyOf(cell);
    add_new(&key);
    cells.push_back(cell);
    if (next == deltas.end() || next->first != key) continue;
    // Half-even parts of GPUs may be a microsecond more than the cell has.
    const GpuTime delta(std::max(next->second, -cell.gpu_time.count()));
    ++next;
    cells.back().gpu_time += delta;
    if (!delta.zero()) grained.added.push_back(CellOf(key, delta.count()));
    if (cells.back().gpu_time.zero()) cells.pop_back();
  }
  add_new(nullptr);
  return grained;
}

}  // namespace drawdown
