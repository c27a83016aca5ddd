#include "ledger/cell_order.h"

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/populate.h"

namespace drawdown {
namespace {

// Memory that is zero holds them.
static_assert(std::is_trivially_copyable_v<UsageCell>);

auto PlaceOf(const UsageCell& cell) {
  return std::tie(cell.bucket_us, cell.tenant, cell.pool);
}

bool Before(const UsageCell& a, const UsageCell& b) {
  return PlaceOf(a) < PlaceOf(b);
}

UsageCell* CellsOf(const ZeroedPages& chunk) {
  return reinterpret_cast<UsageCell*>(chunk.get());
}

// Makes one cell of those of one place, from `first` on, where they are next to
// each other.
absl::Status JoinFrom(size_t first, std::vector<UsageCell>* cells) {
  size_t kept = first;
  for (size_t i = first; i < cells->size(); ++i) {
    const UsageCell& cell = (*cells)[i];
    if (kept > first && PlaceOf((*cells)[kept - 1]) == PlaceOf(cell)) {
      (*cells)[kept - 1].gpu_time += cell.gpu_time;
    } else {
      if (kept != i) (*cells)[kept] = cell;
      ++kept;
    }
    if (!(*cells)[kept - 1].gpu_time.valid()) {
      return MakeError(ErrorCode::kOverflow,
                       "usage of a bucket does not fit 128 bits");
    }
  }
  cells->resize(kept);
  return absl::OkStatus();
}

}  // namespace

CellOrder::CellOrder(int64_t from_us, int64_t to_us, int64_t bucket_us)
    : from_us_(from_us),
      bucket_us_(bucket_us),
      part_us_(((to_us - from_us) / bucket_us / kMostParts + 1) * bucket_us),
      parts_(static_cast<size_t>((to_us - from_us) / part_us_ + 1)),
      next_(static_cast<size_t>(part_us_ / bucket_us) + 1) {}

void CellOrder::Add(const UsageCell& cell) {
  Part& part =
      parts_[static_cast<size_t>((cell.bucket_us - from_us_) / part_us_)];
  const size_t at = part.size++ % kChunkCells;
  if (at == 0) {
    part.chunks.push_back(MakeZeroedPages(kChunkCells * sizeof(UsageCell)));
  }
  UsageCell* const cells = CellsOf(part.chunks.back());
  if (at % kStepCells == 0)
    Populate(cells + at, kStepCells * sizeof(UsageCell));
  cells[at] = cell;
}

template <typename Visit>
void CellOrder::ForEach(const Part& part, Visit visit) {
  size_t left = part.size;
  for (const ZeroedPages& chunk : part.chunks) {
    const size_t count = std::min(left, kChunkCells);
    std::for_each_n(CellsOf(chunk), count, visit);
    left -= count;
  }
}

void CellOrder::SortPart(const Part& part, int64_t first_us, UsageCell* out) {
  // Most cells are of the bucket after the last one's: to divide takes as long
  // as all else.
  const auto bucket_of = [&, at_us = first_us,
                          at = size_t{0}](const UsageCell& cell) mutable {
    if (cell.bucket_us == at_us + bucket_us_) {
      ++at;
    } else if (cell.bucket_us != at_us) {
      at = static_cast<size_t>((cell.bucket_us - first_us) / bucket_us_);
    }
    at_us = cell.bucket_us;
    return at;
  };
  std::fill(next_.begin(), next_.end(), 0);
  ForEach(part, [&, number = bucket_of](const UsageCell& cell) mutable {
    ++next_[number(cell) + 1];
  });
  for (size_t i = 1; i < next_.size(); ++i) next_[i] += next_[i - 1];
  ForEach(part, [&, number = bucket_of](const UsageCell& cell) mutable {
    out[next_[number(cell)]++] = cell;
  });
  // Each is where the next bucket's cells begin now.
  size_t begin = 0;
  for (size_t i = 0; i + 1 < next_.size(); ++i) {
    const size_t end = next_[i];
    if (!std::is_sorted(out + begin, out + end, Before)) {
      std::sort(out + begin, out + end, Before);
    }
    begin = end;
  }
}

absl::StatusOr<std::vector<UsageCell>> CellOrder::Take() {
  size_t all = 0;
  for (const Part& part : parts_) all += part.size;
  std::vector<UsageCell> cells;
  cells.reserve(all);
  for (size_t i = 0; i < parts_.size(); ++i) {
    const Part part = std::exchange(parts_[i], {});
    const size_t begin = cells.size();
    Populate(cells.data() + begin, part.size * sizeof(UsageCell));
    cells.resize(begin + part.size);
    SortPart(part, from_us_ + static_cast<int64_t>(i) * part_us_,
             cells.data() + begin);
    RETURN_IF_ERROR(JoinFrom(begin, &cells));
  }
  return cells;
}

}  // namespace drawdown
