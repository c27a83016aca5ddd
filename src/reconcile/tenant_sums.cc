#include "reconcile/tenant_sums.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/hash/hash.h"
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
  if (sums_.size() >= slots_.size() / 8 * 7) AddSlots();
  uint32_t& slot = SlotOf(some.tenant);
  if (slot == kFree) {
    slot = static_cast<uint32_t>(sums_.size());
    sums_.push_back(some);
    if (!alike_) places_.push_back(places);
    return;
  }
  TenantSum& sum = sums_[slot];
  sum.rows += some.rows;
  sum.billed += some.billed;
  sum.cost += some.cost;
  if (!alike_) places_[slot] += places;
}

uint32_t& TenantSums::SlotOf(uint32_t tenant) {
  const size_t mask = slots_.size() - 1;
  // The bill chooses the numbers, so it must not know where they fall.
  size_t at = absl::Hash<uint32_t>()(tenant) & mask;
  while (slots_[at] != kFree && sums_[slots_[at]].tenant != tenant) {
    at = (at + 1) & mask;
  }
  return slots_[at];
}

void TenantSums::AddSlots() {
  constexpr size_t kFewest = 8;
  slots_.assign(std::max(kFewest, std::bit_ceil(sums_.size() + 1) * 2), kFree);
  for (size_t i = 0; i < sums_.size(); ++i) {
    SlotOf(sums_[i].tenant) = static_cast<uint32_t>(i);
  }
}

}  // namespace drawdown
