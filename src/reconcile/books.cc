#include "reconcile/books.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/wide.h"

namespace drawdown {
namespace {

bool SameKey(const BookCell& a, const BookCell& b) {
  return a.start_us == b.start_us && a.end_us == b.end_us &&
         a.unpriced == b.unpriced && a.overage == b.overage &&
         a.unit_price == b.unit_price && a.commitment == b.commitment;
}

// REQUIRES: SameKey.
void AddTo(const BookCell& cell, BookCell& sum) {
  sum.time += cell.time;
  sum.own_cost += cell.own_cost;
}

bool Before(const BookCell& a, const BookCell& b) {
  return std::tie(a.start_us, a.end_us, a.unpriced, a.overage, a.unit_price,
                  a.commitment) < std::tie(b.start_us, b.end_us, b.unpriced,
                                           b.overage, b.unit_price,
                                           b.commitment);
}

BookCell MakeCell(const Charge& charge, const ChargeRule& rule,
                  const Interval& span) {
  BookCell cell;
  cell.start_us = span.start_us;
  cell.end_us = span.end_us;
  cell.unpriced = rule.kind == ChargeKind::kUnpriced;
  cell.overage = rule.kind == ChargeKind::kOverage;
  if (cell.overage) cell.commitment = rule.commitment;
  cell.unit_price = rule.unit_price;
  cell.time = rule.TimeOf(charge);
  cell.own_cost = rule.OwnCostOf(charge);
  return cell;
}

uint32_t NameIndex(const std::vector<uint32_t>& indices, uint32_t index) {
  return index == kNoIndex ? kNoIndex : indices[index];
}

std::vector<uint32_t> InternAll(const std::vector<std::string>& names,
                                Interner& interner) {
  std::vector<uint32_t> indices;
  indices.reserve(names.size());
  for (const std::string& name : names) {
    indices.push_back(interner.Intern(name));
  }
  return indices;
}

// Names that differ are of indices that differ.
template <typename Map, typename Rename>
void Rekey(const Rename& rename, Map* map) {
  Map renamed;
  renamed.reserve(map->size());
  for (auto& [key, value] : *map) {
    CHECK(renamed.emplace(rename(key), std::move(value)).second);
  }
  *map = std::move(renamed);
}

bool Overlaps(const Interval& a, const Interval& b) {
  return a.start_us < b.end_us && a.end_us > b.start_us;
}

}  // namespace

void BookLane::Add(const BookCell& cell) {
  longest_us = std::max(longest_us, cell.end_us - cell.start_us);
  // Charges come by time, so that tenants of one bucket follow one another.
  if (!cells.empty() && SameKey(cells.back(), cell)) {
    AddTo(cell, cells.back());
  } else {
    cells.push_back(cell);
  }
}

void BookLane::Compact() {
  std::sort(cells.begin(), cells.end(), Before);
  size_t kept = 0;
  for (size_t i = 1; i < cells.size(); ++i) {
    if (SameKey(cells[kept], cells[i])) {
      AddTo(cells[i], cells[kept]);
    } else {
      cells[++kept] = cells[i];
    }
  }
  if (!cells.empty()) cells.resize(kept + 1);
}

Expectation BookLane::Sum(int64_t start_us, int64_t end_us) const {
  ExpectationSum sum;
  bool cut = false;
  ForEachOverlapping(start_us, end_us, [&](const BookCell& cell) {
    const bool inside = cell.start_us >= start_us && cell.end_us <= end_us;
    if (inside) sum.Add(cell);
    cut |= !inside;
  });
  Expectation result = sum.Get();
  result.cut = cut;
  return result;
}

void ExpectationSum::Add(const BookCell& cell) {
  sum_.time += cell.time;
  if (cell.overage) sum_.overage += cell.time;
  sum_.cost += cell.own_cost;
  sum_.unpriced |= cell.unpriced;
  if (!cell.unit_price.has_value()) return;
  for (Priced& known : prices_) {
    if (known.price == *cell.unit_price) {
      known.time += cell.time;
      return;
    }
  }
  prices_.push_back({*cell.unit_price, cell.time});
}

Expectation ExpectationSum::Get() const {
  Expectation result = sum_;
  // Each price is applied once to all its hours, so that the rounding to 1e-18
  // does not depend on how the hours were cut into cells.
  for (const Priced& part : prices_) {
    result.cost += Price(part.price, part.time);
  }
  const bool uniform = prices_.size() == 1 && sum_.cost.zero();
  if (uniform) result.price = prices_.front().price;
  return result;
}

Books::Books(const RatedUsage& rated, const Interval& period, bool by_tenant)
    : tenants_kept_(by_tenant ? rated.tenants.size() : 0) {
  for (const Charge& charge : rated.charges) {
    const ChargeRule& rule = rated.rules[charge.rule];
    const Interval& span = rated.spans[charge.span];
    if (!Overlaps(span, period)) continue;
    Add(charge, rule, span, charge.pool, rule.commitment);
  }
  AddMarks(rated, period);
  for (auto& [lane, cells] : lanes_) cells.Compact();
  for (auto& [commitment, cells] : true_ups_) cells.Compact();
  for (auto& [commitment, cells] : lefts_) cells.Compact();
  for (auto& [lane, book] : tenant_books_) book.Seal();
  for (auto& [pool, cells] : grains_) cells.Compact();
}

void Books::Name(const RatedUsage& rated, Interner* pools,
                 Interner* commitments, Interner* tenants) {
  const std::vector<uint32_t> pool_of = InternAll(rated.pools, *pools);
  const std::vector<uint32_t> commitment_of =
      InternAll(rated.commitments, *commitments);
  if (tenants != nullptr) tenants_ = InternAll(rated.tenants, *tenants);
  const auto pool = [&](uint32_t index) { return NameIndex(pool_of, index); };
  const auto commitment = [&](uint32_t index) {
    return NameIndex(commitment_of, index);
  };
  const auto lane = [&](const Lane& of) {
    return Lane{of.kind, pool(of.pool), commitment(of.commitment)};
  };
  for (auto& [key, book] : lanes_) {
    if (key.kind != RowKind::kOnDemand) continue;
    for (BookCell& cell : book.cells)
      cell.commitment = commitment(cell.commitment);
  }
  Rekey(lane, &lanes_);
  Rekey(commitment, &true_ups_);
  Rekey(commitment, &lefts_);
  Rekey(commitment, &covered_);
  Rekey(pool, &grains_);
  Rekey(commitment, &counted_);
  Rekey(lane, &tenant_books_);
}

void Books::Add(const Charge& charge, const ChargeRule& rule,
                const Interval& span, uint32_t pool, uint32_t commitment) {
  const BookCell cell = MakeCell(charge, rule, span);
  const Lane purchase = {RowKind::kPurchase, kNoIndex, commitment};
  const bool covered = rule.kind == ChargeKind::kCovered;
  switch (rule.kind) {
    case ChargeKind::kCovered:
    case ChargeKind::kOnDemand:
    case ChargeKind::kOverage:
    case ChargeKind::kUnpriced:
      // Hours that a higher layer only counts have no price: a lower layer's
      // charge meters them.
      if (!covered || cell.unit_price.has_value()) {
        AddUsage(cell, charge.tenant,
                 covered ? Lane{RowKind::kCovered, pool, commitment}
                         : Lane{RowKind::kOnDemand, pool, kNoIndex});
      }
      if (covered) lanes_[purchase].Add(cell);
      if (covered && cell.unit_price.has_value()) {
        covered_[commitment] += cell.time;
      }
      break;
    case ChargeKind::kUnused:
      lanes_[Lane{RowKind::kUnused, kNoIndex, commitment}].Add(cell);
      [[fallthrough]];
    case ChargeKind::kShortfall:
      // Waived hours cost nothing and are not bought.
      if (!rule.CostOf(charge).zero()) {
        lanes_[purchase].Add(cell);
        lefts_[commitment].Add(cell);
      }
      if (rule.kind == ChargeKind::kShortfall) {
        true_ups_[commitment].Add(cell);
      }
      break;
    case ChargeKind::kGrain:
      grain_ += cell.time;
      grains_[pool].Add(cell);
      break;
    case ChargeKind::kCredit:
      credits_ += rule.OwnCostOf(charge);
      break;
    default:
      break;  // Hours without cost, and money no usage row shows.
  }
}

// Of each interval, the last mark less that at the period's start.
void Books::AddMarks(const RatedUsage& rated, const Interval& period) {
  HashMap<std::pair<uint32_t, int64_t>, MoneyAmount> latest;
  for (const SpendMark& mark : rated.spend_marks) {
    MoneyAmount& counted = latest[{mark.commitment, mark.interval_start_us}];
    if (mark.at_us > period.start_us) {
      counted_[mark.commitment] += mark.counted - counted;
    }
    counted = mark.counted;
  }
}

MoneyAmount Books::Counted(uint32_t commitment) const {
  const auto found = counted_.find(commitment);
  return found == counted_.end() ? MoneyAmount() : found->second;
}

void Books::AddUsage(const BookCell& cell, uint32_t tenant, const Lane& lane) {
  lanes_[lane].Add(cell);
  usage_ += cell.time;
  if (tenant < tenants_kept_) {
    tenant_books_[lane].Add({cell.start_us, cell.end_us}, tenant, cell.time);
  }
}

Expectation Books::Sum(const Lane& lane, int64_t start_us,
                       int64_t end_us) const {
  const auto found = lanes_.find(lane);
  return found == lanes_.end() ? Expectation()
                               : found->second.Sum(start_us, end_us);
}

GpuTime Books::Grain(uint32_t pool, int64_t start_us, int64_t end_us) const {
  const auto found = grains_.find(pool);
  return found == grains_.end() ? GpuTime()
                                : found->second.Sum(start_us, end_us).time;
}

Expectation Books::TrueUp(uint32_t commitment, int64_t start_us,
                          int64_t end_us) const {
  const auto found = true_ups_.find(commitment);
  return found == true_ups_.end() ? Expectation()
                                  : found->second.Sum(start_us, end_us);
}

}  // namespace drawdown
