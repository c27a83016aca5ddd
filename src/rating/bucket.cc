#include "rating/bucket.h"

#include <algorithm>
#include <tuple>

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
    tenants_.push_back(cell.tenant);
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

Int128 Bucket::Draw(const Filter& filter, uint32_t covered, uint32_t counted,
                    Int128 available) {
  if (lowest_) {
    return BookUnpriced(covered, available, [&](size_t i) {
      return filter.Matches(tenants_[i], pools_[i]);
    });
  }
  Int128 total = 0;
  weights_.resize(size());
  for (size_t i = 0; i < size(); ++i) {
    weights_[i] = filter.Matches(tenants_[i], pools_[i]) ? undrawn_[i] : 0;
    total += weights_[i];
  }
  if (total == 0 || available <= 0) return 0;
  const Int128 drawn = ShareOut(total, available);
  NewColumn(covered);
  NewColumn(counted);
  std::vector<Int128>& priced = columns_[used_ - 2].amounts;
  std::vector<Int128>& repeated = columns_[used_ - 1].amounts;
  for (size_t i = 0; i < size(); ++i) {
    priced[i] = std::min(share_[i], unpriced_[i]);
    repeated[i] = share_[i] - priced[i];
    unpriced_[i] -= priced[i];
    undrawn_[i] -= share_[i];
  }
  return drawn;
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
