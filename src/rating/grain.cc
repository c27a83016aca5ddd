#include "rating/grain.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "base/civil.h"
#include "base/wide.h"

namespace drawdown {
namespace {

using CellKey = std::tuple<int64_t, uint32_t, uint32_t>;
using Deltas = std::map<CellKey, Int128>;

int64_t RoundTo(int64_t time_us, int64_t grain_us,
                RoundingDirection direction) {
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
  GrainWalk(int64_t bucket_us, std::vector<GrainPiece>* pieces)
      : bucket_us_(bucket_us), pieces_(pieces) {}

  void Add(const Contract& contract, const RunUsage& run, size_t index) {
    int64_t time_us = 0;
    std::optional<size_t> last;
    for (size_t i = 0; i < run.spans.size(); ++i) {
      if (run.spans[i].micro_gpus == 0) continue;
      time_us += run.spans[i].end_us - run.spans[i].start_us;
      last = i;
    }
    if (!last.has_value()) return;
    run_ = index;
    const int64_t more_us = BilledTime(contract, time_us) - time_us;
    if (more_us > 0) {
      Book(*last, run.spans[*last].end_us - 1,
           TimeOf(more_us, run.spans[*last].micro_gpus));
    } else {
      TakeFromEnd(run, -more_us);
    }
  }

 private:
  void Book(size_t span, int64_t at_us, Int128 time) {
    pieces_->push_back({run_, span, FloorTo(at_us, bucket_us_), time});
  }

  // Bucket by bucket, the last first.
  void TakeFromEnd(const RunUsage& run, int64_t time_us) {
    for (size_t i = run.spans.size(); i > 0; --i) {
      const RunSpan& span = run.spans[i - 1];
      int64_t end = span.end_us;
      while (time_us > 0 && end > span.start_us && span.micro_gpus > 0) {
        const int64_t start =
            std::max(span.start_us, FloorTo(end - 1, bucket_us_));
        const int64_t taken = std::min(time_us, end - start);
        Book(i - 1, end - 1, -TimeOf(taken, span.micro_gpus));
        time_us -= taken;
        end = start;
      }
    }
  }

  const int64_t bucket_us_;
  std::vector<GrainPiece>* pieces_;
  size_t run_ = 0;
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
  return std::any_of(contracts.spans().begin(), contracts.spans().end(),
                     [](const ContractSpan& span) {
                       return span.contract->grain_us.has_value() ||
                              span.contract->rounding_level ==
                                  RoundingLevel::kSegment;
                     });
}

std::vector<GrainPiece> GrainPieces(const ContractTimeline& contracts,
                                    const std::vector<RunUsage>& runs,
                                    int64_t bucket_length_us, int64_t at_us) {
  std::vector<GrainPiece> pieces;
  GrainWalk walk(bucket_length_us, &pieces);
  for (size_t i = 0; i < runs.size(); ++i) {
    const RunUsage& run = runs[i];
    if (!run.ended || run.spans.empty()) continue;
    const int64_t end_us = run.spans.back().end_us;
    const Contract* contract = contracts.At(end_us - 1);
    if (end_us > at_us || contract == nullptr) continue;
    if (contract->grain_us.has_value()) walk.Add(*contract, run, i);
  }
  return pieces;
}

GrainedUsage AddGrain(const UsageTable& usage,
                      const std::vector<RunUsage>& runs,
                      const std::vector<GrainPiece>& pieces) {
  Deltas deltas;
  for (const GrainPiece& piece : pieces) {
    const RunUsage& run = runs[piece.run];
    deltas[{piece.bucket_us, run.tenant, run.pool}] += piece.time;
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
