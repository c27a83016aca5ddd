#include "rating/bucket.h"

#include <algorithm>
#include <tuple>

#include "base/wide.h"

namespace drawdown {
namespace {

bool SortsBefore(const ChargeSlot& a, const ChargeSlot& b) {
  const auto key = [](const ChargeSlot& slot) {
    return std::make_tuple(slot.commitment, slot.kind,
                           slot.unit_price.value_or(MoneyAmount()).count());
  };
  return key(a) < key(b);
}

}  // namespace

bool Bucket::Load(std::span<const UsageCell> cells) {
  tenants_.clear();
  pools_.clear();
  usage_.clear();
  used_ = 0;
  sorted_.clear();
  GpuTime total;
  for (const UsageCell& cell : cells) {
    if (!plan_->priced[cell.pool]) continue;
    tenants_.push_back(plan_->tenant_of[cell.tenant]);
    pools_.push_back(cell.pool);
    usage_.push_back(cell.gpu_time.count());
    total += cell.gpu_time;
  }
  if (!total.valid()) return false;
  total_ = total.count();
  unpriced_ = usage_;
  return true;
}

void Bucket::BeginLayer(bool lowest) {
  lowest_ = lowest;
  if (!lowest) undrawn_ = usage_;
}

std::vector<Int128>* Bucket::NewColumn(uint32_t slot) {
  if (used_ == columns_.size()) columns_.emplace_back();
  BookedColumn& column = columns_[used_++];
  column.slot = slot;
  column.amounts.resize(size());
  return &column.amounts;
}

Int128 Bucket::ShareOut(Int128 total, Int128 available) {
  if (available >= total) {
    share_.swap(weights_);
    return total;
  }
  share_.resize(size());
  splitter_.Split(available, total, weights_, share_);
  return available;
}

Int128 Bucket::Take(Int128 total, Int128 available, uint32_t slot) {
  if (total == 0 || available <= 0) return 0;
  const Int128 taken = ShareOut(total, available);
  std::vector<Int128>& column = *NewColumn(slot);
  for (size_t i = 0; i < size(); ++i) {
    column[i] = share_[i];
    unpriced_[i] -= share_[i];
  }
  return taken;
}

Int128 Bucket::WeighFor(const TrancheTerms& terms,
                        const std::vector<Int128>& open) {
  const Filter& filter = plan_->filters[terms.filter];
  const Int128 total = Weigh(
      open, [&](size_t i) { return filter.Matches(tenants_[i], pools_[i]); });
  return filter.weighs() ? LimitToShares(terms) : total;
}

// Of a cell only the share counts, less what tranches of the same commitment
// have drawn of it before.
Int128 Bucket::LimitToShares(const TrancheTerms& terms) {
  const Filter& filter = plan_->filters[terms.filter];
  const uint32_t name = plan_->slots[terms.covered].commitment;
  Int128 total = 0;
  for (size_t i = 0; i < size(); ++i) {
    if (weights_[i] == 0) continue;
    const uint32_t share =
        filter.ShareOf(tenants_[i], pools_[i], ChargeKind::kCovered);
    const auto counts =
        MulDivHalfEven(usage_[i], filter.shares()[share], 1'000'000);
    Int128 left = counts.value();  // at most the usage, which fits
    for (size_t c = 0; c < used_; ++c) {
      if (plan_->slots[columns_[c].slot].commitment != name) continue;
      left -= columns_[c].amounts[i];
    }
    weights_[i] = std::min(weights_[i], std::max<Int128>(left, 0));
    total += weights_[i];
  }
  return total;
}

Int128 Bucket::Draw(const TrancheTerms& terms, Int128 available,
                    std::vector<AllottedPart>* allotted) {
  const bool allots = !terms.allotments.empty();
  if (available <= 0) return 0;
  const Int128 total = WeighFor(terms, lowest_ ? unpriced_ : undrawn_);
  if (total == 0) return 0;
  if (lowest_ && !allots) return Take(total, available, terms.covered);
  const Int128 drawn =
      allots ? ShareAllotted(terms.allotments, available, allotted)
             : ShareOut(total, available);
  BookShares(terms);
  return drawn;
}

// Books share_.
void Bucket::BookShares(const TrancheTerms& terms) {
  NewColumn(terms.covered);
  NewColumn(terms.counted);
  std::vector<Int128>& priced = columns_[used_ - 2].amounts;
  std::vector<Int128>& repeated = columns_[used_ - 1].amounts;
  for (size_t i = 0; i < size(); ++i) {
    priced[i] = std::min(share_[i], unpriced_[i]);
    repeated[i] = share_[i] - priced[i];
    unpriced_[i] -= priced[i];
    if (!lowest_) undrawn_[i] -= share_[i];
  }
}

void Bucket::BookOverage(const TrancheTerms& terms) {
  Take(WeighFor(terms, unpriced_), total_, terms.overage);
}

void Bucket::SortColumns() {
  sorted_.clear();
  for (size_t i = 0; i < used_; ++i) sorted_.push_back(&columns_[i]);
  std::sort(sorted_.begin(), sorted_.end(),
            [this](const BookedColumn* a, const BookedColumn* b) {
              return SortsBefore(plan_->slots[a->slot], plan_->slots[b->slot]);
            });
}

}  // namespace drawdown
