// Books in the lanes that a bill has its usage in.
#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "reconcile/books.h"

namespace drawdown {
namespace {

const BookLane& NoCells() {
  static const BookLane& none = *new BookLane();
  return none;
}

Lane OnDemand(uint32_t pool) { return {RowKind::kOnDemand, pool, kNoIndex}; }

}  // namespace

const BookLane& Books::LeftOf(uint32_t commitment) const {
  const auto found = lefts_.find(commitment);
  return found == lefts_.end() ? NoCells() : found->second;
}

Expectation Books::Left(uint32_t commitment, int64_t start_us,
                        int64_t end_us) const {
  return LeftOf(commitment).Sum(start_us, end_us);
}

GpuTime Books::Covered(uint32_t commitment) const {
  const auto found = covered_.find(commitment);
  return found == covered_.end() ? GpuTime() : found->second;
}

MoneyAmount Books::OverageCost(const Lane& lane, int64_t start_us,
                               int64_t end_us) const {
  ExpectationSum sum;
  const auto found = lanes_.find(lane);
  const BookLane& book = found == lanes_.end() ? NoCells() : found->second;
  book.ForEachOverlapping(start_us, end_us, [&](const BookCell& cell) {
    const bool inside = cell.start_us >= start_us && cell.end_us <= end_us;
    if (inside && cell.overage) sum.Add(cell);
  });
  return sum.Get().cost;
}

HashSet<uint32_t> Books::JoinKinds(const std::function<bool(uint32_t)>& picks) {
  std::vector<Lane> covered;
  for (const auto& [lane, book] : lanes_) {
    if (lane.kind == RowKind::kCovered && picks(lane.pool)) {
      covered.push_back(lane);
    }
  }
  HashSet<uint32_t> pools;
  for (const Lane& lane : covered) {
    const Lane to = OnDemand(lane.pool);
    const BookLane cells = std::move(lanes_.at(lane));
    lanes_.erase(lane);
    for (const BookCell& cell : cells.cells) lanes_[to].Add(cell);
    pools.insert(lane.pool);
    const auto tenants = tenant_books_.find(lane);
    if (tenants == tenant_books_.end()) continue;
    const TenantBook of_lane = std::move(tenants->second);
    tenant_books_.erase(lane);
    tenant_books_[to].Take(of_lane);
  }
  for (const uint32_t pool : pools) lanes_.at(OnDemand(pool)).Compact();
  return pools;
}

template <typename Picks>
BookLane Books::Take(const Lane& from, const Interval& window, GpuTime most,
                     Picks picks) {
  BookLane taken;
  const auto found = lanes_.find(from);
  if (found == lanes_.end()) return taken;
  std::vector<BookCell>& cells = found->second.cells;
  auto cell = std::partition_point(cells.begin(), cells.end(),
                                   [&window](const BookCell& each) {
                                     return each.start_us < window.start_us;
                                   });
  for (; cell != cells.end() && cell->start_us < window.end_us &&
         most > GpuTime();
       ++cell) {
    if (cell->end_us > window.end_us || !picks(*cell)) continue;
    BookCell part = *cell;
    part.time = std::min(cell->time, most);
    cell->time -= part.time;
    most -= part.time;
    taken.Add(part);
  }
  return taken;
}

GpuTime Books::MoveOverage(const Lane& to, const Interval& window,
                           GpuTime most) {
  const BookLane taken =
      Take(OnDemand(to.pool), window, most, [&to](const BookCell& cell) {
        return cell.overage && cell.commitment == to.commitment;
      });
  for (const BookCell& part : taken.cells) moved_[to].Add(part);
  return taken.Sum(window.start_us, window.end_us).time;
}

GpuTime Books::MoveCounted(const Lane& to, const Interval& window,
                           GpuTime most) {
  const Lane from = OnDemand(to.pool);
  const BookLane taken = Take(
      from, window, most, [](const BookCell& cell) { return !cell.unpriced; });
  for (const BookCell& part : taken.cells) moved_[to].Add(part);
  const Expectation sum = taken.Sum(window.start_us, window.end_us);
  if (sum.time.zero()) return sum.time;
  BookLane& purchase = moved_[{RowKind::kPurchase, kNoIndex, to.commitment}];
  if (Sum(from, window.start_us, window.end_us).time.zero()) {
    for (const BookCell& part : taken.cells) purchase.Add(part);
    return sum.time;
  }
  // Which of the window's hours they are is not told.
  BookCell whole;
  whole.start_us = window.start_us;
  whole.end_us = window.end_us;
  whole.time = sum.time;
  whole.own_cost = sum.cost;
  purchase.Add(whole);
  return sum.time;
}

void Books::Settle(const Lane& to) {
  const auto settle = [this](const Lane& lane) {
    const auto found = moved_.find(lane);
    if (found == moved_.end()) return;
    BookLane& book = lanes_[lane];
    for (const BookCell& cell : found->second.cells) book.Add(cell);
    book.Compact();
    moved_.erase(found);
  };
  settle(to);
  settle({RowKind::kPurchase, kNoIndex, to.commitment});
  const auto from = lanes_.find(OnDemand(to.pool));
  if (from == lanes_.end()) return;
  std::erase_if(from->second.cells,
                [](const BookCell& cell) { return cell.time.zero(); });
}

}  // namespace drawdown
