#include "reconcile/group.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "bill/price_check.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

auto LaneOrder(const GroupKey& key) {
  return std::make_tuple(key.disposition, key.currency, key.lane.kind,
                         key.lane.pool, key.lane.commitment, key.dropped,
                         key.service, key.start_us, key.end_us);
}

bool Joins(const GroupKey& group, const GroupKey& next) {
  const bool by_time = group.disposition == Disposition::kCompare ||
                       group.disposition == Disposition::kCorrection;
  return by_time && group.disposition == next.disposition &&
         group.currency == next.currency && group.lane == next.lane &&
         group.lane != Lane() && group.dropped == next.dropped &&
         group.service == next.service && next.start_us < group.end_us;
}

}  // namespace

RowSums RowSums::Of(const BillRow& row, const RoutedRow& routed) {
  RowSums sums;
  sums.rows = 1;
  sums.unmeasured = routed.quantity.has_value() ? 0 : 1;
  sums.uncosted = row.billed_cost.given ? 0 : 1;
  sums.unaccrued = row.effective_cost.given ? 0 : 1;
  if (routed.quantity.has_value()) {
    sums.billed = routed.quantity->time;
    sums.units = routed.quantity->one_unit;
  }
  sums.cost = row.billed_cost.amount;
  sums.cost_places = LastPlace(row.billed_cost, row.currency);
  sums.effective = row.effective_cost.amount;
  sums.effective_places = LastPlace(row.effective_cost, row.currency);
  return sums;
}

RowSums& RowSums::operator+=(const RowSums& other) {
  rows += other.rows;
  unmeasured += other.unmeasured;
  uncosted += other.uncosted;
  unaccrued += other.unaccrued;
  billed += other.billed;
  units += other.units;
  cost += other.cost;
  cost_places += other.cost_places;
  effective += other.effective;
  effective_places += other.effective_places;
  return *this;
}

RowSums RowSums::Times(uint64_t copies) const {
  const auto factor = static_cast<Int128>(copies);
  RowSums product;
  product.rows = rows * copies;
  product.unmeasured = unmeasured * copies;
  product.uncosted = uncosted * copies;
  product.unaccrued = unaccrued * copies;
  product.billed = billed * factor;
  product.units = units * factor;
  product.cost = cost * factor;
  product.cost_places = cost_places * factor;
  product.effective = effective * factor;
  product.effective_places = effective_places * factor;
  return product;
}

RowSums RowSums::operator-() const {
  RowSums negated;
  negated.rows = -rows;  // unsigned: wraps back when added
  negated.unmeasured = -unmeasured;
  negated.uncosted = -uncosted;
  negated.unaccrued = -unaccrued;
  negated.billed = -billed;
  negated.units = -units;
  negated.cost = -cost;
  negated.cost_places = -cost_places;
  negated.effective = -effective;
  negated.effective_places = -effective_places;
  return negated;
}

void RowNames::Add(const BillRow& row, const RoutedRow& routed) {
  pool.Add(routed.pool != nullptr ? std::string_view(routed.pool->name)
                                  : std::string_view());
  sub_account.Add(row.sub_account);
  region.Add(row.region);
  sku.Add(row.sku.empty() ? row.sku_price : row.sku);
  resource.Add(row.resource);
}

void RowNames::AddAgain(const BillRow& row) {
  sub_account.Add(row.sub_account);
  resource.Add(row.resource);
}

void RowNames::Merge(const RowNames& other) {
  pool.Merge(other.pool);
  sub_account.Merge(other.sub_account);
  region.Merge(other.region);
  sku.Merge(other.sku);
  resource.Merge(other.resource);
}

void RowNames::AppendTo(std::string* out) const {
  for (const Agreed* name : {&pool, &sub_account, &region, &sku, &resource}) {
    AppendString(name->value(), out);
  }
}

RowNames RowNames::Read(ByteReader* bytes) {
  RowNames names;
  for (Agreed* name : {&names.pool, &names.sub_account, &names.region,
                       &names.sku, &names.resource}) {
    name->Add(bytes->String());
  }
  return names;
}

void Group::Add(const BillRow& row, const RoutedRow& routed,
                const RowSums& one) {
  sums += one;
  AddTenant(routed.tenant, one);
  names.Add(row, routed);
  agreed &= routed.agreed;
  dropped |= routed.dropped;
  if (one.unmeasured != 0) unit.Add(row.pricing_unit);
  invoices.Add(routed.invoice);
  if (routed.quantity.has_value()) {
    quantity_scale = std::max(quantity_scale, routed.quantity->scale);
    by_consumption |= routed.by_consumption;
  }
  if (row.billed_cost.scale > cost_decimals) {
    cost_decimals = NeededDecimals(row.billed_cost.amount, cost_decimals);
  }
  first_us = std::min(first_us, row.charge_start_us);
  last_us = std::max(last_us, row.charge_end_us);
  if (!row.gpu_count_micro.has_value() || routed.pool == nullptr) return;
  const int64_t count = *row.gpu_count_micro;
  const int64_t ours = routed.pool->gpus_per_unit * kMicroGpusPerGpu;
  if (count <= 0 || count == ours || (ours == 0 && !routed.by_gpu_count)) {
    return;
  }
  by_gpu_count |= routed.by_gpu_count;
  least_gpu_count_micro = std::min(least_gpu_count_micro, count);
  most_gpu_count_micro = std::max(most_gpu_count_micro, count);
}

void Group::Merge(const Group& other) {
  sums += other.sums;
  tenants.Merge(other.tenants);
  names.Merge(other.names);
  agreed &= other.agreed;
  dropped |= other.dropped;
  unit.Merge(other.unit);
  invoices.Merge(other.invoices);
  quantity_scale = std::max(quantity_scale, other.quantity_scale);
  cost_decimals = std::max(cost_decimals, other.cost_decimals);
  by_consumption |= other.by_consumption;
  of_period |= other.of_period;
  first_us = std::min(first_us, other.first_us);
  last_us = std::max(last_us, other.last_us);
  least_gpu_count_micro =
      std::min(least_gpu_count_micro, other.least_gpu_count_micro);
  most_gpu_count_micro =
      std::max(most_gpu_count_micro, other.most_gpu_count_micro);
  by_gpu_count |= other.by_gpu_count;
  key.end_us = std::max(key.end_us, other.key.end_us);
}

uint32_t GroupTable::Add(const BillRow& row, const RoutedRow& routed,
                         const RowSums& one) {
  const auto next =
      free_.empty() ? static_cast<uint32_t>(groups_.size()) : free_.back();
  const auto [entry, inserted] = indices_.try_emplace(routed.key, next);
  if (inserted) {
    if (free_.empty()) {
      groups_.emplace_back();
    } else {
      free_.pop_back();
    }
    groups_[next].key = routed.key;
    ++counts_[static_cast<size_t>(routed.key.disposition)];
  }
  groups_[entry->second].Add(row, routed, one);
  return entry->second;
}

void GroupTable::Coarsen(Disposition disposition, KeyGrain grain) {
  for (uint32_t i = 0; i < groups_.size(); ++i) {
    Group& group = groups_[i];
    if (group.key.disposition != disposition || group.sums.rows == 0) continue;
    indices_.erase(group.key);
    drawdown::Coarsen(grain, &group.key);
    const auto [entry, inserted] = indices_.try_emplace(group.key, i);
    if (inserted) continue;
    groups_[entry->second].Merge(group);
    group = Group();
    free_.push_back(i);
    --counts_[static_cast<size_t>(disposition)];
  }
}

std::vector<uint32_t> GroupTable::MergeOverlapping() {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i].sums.rows != 0) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
    return LaneOrder(groups_[a].key) < LaneOrder(groups_[b].key);
  });
  std::vector<Group> merged;
  merged.reserve(order.size());
  std::vector<uint32_t> new_index(groups_.size());
  for (uint32_t index : order) {
    Group& group = groups_[index];
    if (!merged.empty() && Joins(merged.back().key, group.key)) {
      merged.back().Merge(group);
    } else {
      merged.push_back(std::move(group));
    }
    new_index[index] = static_cast<uint32_t>(merged.size() - 1);
  }
  groups_ = std::move(merged);
  return new_index;
}

std::optional<uint32_t> GroupTable::Find(const GroupKey& key) const {
  const auto found = indices_.find(key);
  if (found == indices_.end()) return std::nullopt;
  return found->second;
}

}  // namespace drawdown
