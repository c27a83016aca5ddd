#include "reconcile/tenant_sums.h"

#include <utility>

#include "reconcile/group.h"

namespace drawdown {
namespace {

// By a quarter, because together they are most of what rows take.
template <typename Value>
void MakeRoom(std::vector<Value>* values) {
  if (values->size() < values->capacity()) return;
  values->reserve(values->size() + values->size() / 4 + 4);
}

}  // namespace

// Rows that are taken out again are below zero, as unsigned numbers are.
TenantPlaces TenantPlaces::Times(uint64_t rows) const {
  const auto factor = static_cast<Int128>(static_cast<int64_t>(rows));
  return {units * factor, cost_places * factor};
}

TenantPlaces& TenantPlaces::operator+=(const TenantPlaces& other) {
  units += other.units;
  cost_places += other.cost_places;
  return *this;
}

void TenantSums::Add(uint32_t tenant, const RowSums& some) {
  const TenantPlaces places{some.units, some.cost_places};
  if (sums_.empty() && some.rows == 1) each_ = places;
  Add({tenant, some.rows, some.billed, some.cost}, places);
}

void TenantSums::Merge(const TenantSums& other) {
  if (sums_.empty()) {
    *this = other;
    return;
  }
  for (size_t i = 0; i < other.sums_.size(); ++i) {
    Add(other.sums_[i], other.PlacesOf(i));
  }
}

void TenantSums::KeepApart() {
  places_.reserve(sums_.capacity());
  for (const TenantSum& sum : sums_) places_.push_back(each_.Times(sum.rows));
  alike_ = false;
}

void TenantSums::Add(const TenantSum& some, const TenantPlaces& places) {
  if (alike_ && places != each_.Times(some.rows)) KeepApart();
  MakeRoom(&sums_);
  if (!alike_) MakeRoom(&places_);
  const auto next = static_cast<uint32_t>(sums_.size());
  const auto [entry, inserted] = indices_.try_emplace(some.tenant, next);
  if (inserted) {
    sums_.push_back(some);
    if (!alike_) places_.push_back(places);
    return;
  }
  TenantSum& sum = sums_[entry->second];
  sum.rows += some.rows;
  sum.billed += some.billed;
  sum.cost += some.cost;
  if (!alike_) places_[entry->second] += places;
}

}  // namespace drawdown
