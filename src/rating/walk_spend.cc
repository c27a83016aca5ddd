// Spend commitments that share a layer: money that one counts the next does not.
#include <algorithm>
#include <optional>
#include <tuple>

#include "base/check.h"
#include "base/wide.h"
#include "rating/cost.h"
#include "rating/walk.h"

namespace drawdown {
namespace {

constexpr Int128 kWhole = 1'000'000;

}  // namespace

std::vector<int32_t> Walk::SharedLayers() const {
  std::vector<int32_t> layers;
  for (const SpendState& state : spends_) {
    if (!state.open || !state.terms->shares) continue;
    layers.push_back(state.terms->commitment->layer);
  }
  std::sort(layers.begin(), layers.end());
  layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
  return layers;
}

void Walk::CountShared() {
  for (const int32_t layer : SharedLayers()) {
    CountPieces(layer, PiecesFor(layer));
  }
}

std::vector<MoneyPiece> Walk::PiecesFor(int32_t layer) const {
  std::vector<MoneyPiece> pieces;
  for (size_t cell = 0; cell < bucket_.size(); ++cell) {
    AddCellPieces(layer, cell, &pieces);
  }
  return pieces;
}

// What lower layers priced of the cell, the lowest first, is money that the
// layer's own Usage commitments have as far as they counted its hours.
void Walk::AddCellPieces(int32_t layer, size_t cell,
                         std::vector<MoneyPiece>* pieces) const {
  Int128 taken = 0;
  std::vector<const BookedColumn*> columns;
  for (const BookedColumn* column : bucket_.columns()) {
    const ChargeSlot& slot = plan_.slots[column->slot];
    if (slot.counted_only) {
      if (slot.layer == layer) taken += column->amounts[cell];
    } else {
      columns.push_back(column);
    }
  }
  std::stable_sort(columns.begin(), columns.end(),
                   [this](const BookedColumn* a, const BookedColumn* b) {
                     return plan_.slots[a->slot].layer <
                            plan_.slots[b->slot].layer;
                   });
  const auto add = [&](uint32_t index, Int128 amount) {
    const ChargeSlot& slot = plan_.slots[index];
    if (amount == 0 || !slot.unit_price.has_value()) return;
    pieces->push_back({index, bucket_.tenant(cell), bucket_.pool(cell),
                       CostOf(*slot.unit_price, GpuTime(amount))});
  };
  for (const BookedColumn* column : columns) {
    const ChargeSlot& slot = plan_.slots[column->slot];
    Int128 amount = column->amounts[cell];
    if (slot.kind == ChargeKind::kCovered && slot.layer < layer) {
      const Int128 part = std::min(amount, taken);
      taken -= part;
      amount -= part;
    }
    add(column->slot, amount);
  }
  add(pool_slots_[bucket_.pool(cell)], bucket_.unpriced()[cell]);
}

// In burn order: priority, then earliest interval end (no later than the
// term's, as for Usage), then id.
void Walk::CountPieces(int32_t layer, std::vector<MoneyPiece> pieces) {
  std::vector<size_t> order;
  for (size_t i = 0; i < spends_.size(); ++i) {
    const SpendState& state = spends_[i];
    if (state.open && state.terms->shares &&
        state.terms->commitment->layer == layer) {
      order.push_back(i);
    }
  }
  const auto key = [this](size_t i) {
    return std::make_tuple(spends_[i].terms->commitment->priority,
                           std::min(spends_[i].fulfilment.whole.end_us,
                                    plan_.term.end_us),
                           plan_.spends[i].name);
  };
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return key(a) < key(b); });
  for (const size_t index : order) {
    CountInto(index, index == order.back(), &pieces);
  }
}

// All that the commitment has room for; the last one counts what is beyond it.
void Walk::CountInto(size_t index, bool last, std::vector<MoneyPiece>* pieces) {
  SpendState& state = spends_[index];
  const Filter& filter = plan_.filters[state.terms->filter];
  std::vector<Int128> shares;
  std::vector<Int128> weights;
  MoneyAmount total;
  for (const MoneyPiece& piece : *pieces) {
    const bool of_spend = piece.slot == kNoIndex;
    const ChargeKind kind = of_spend ? ChargeKind::kShortfall
                                     : plan_.slots[piece.slot].kind;
    const bool counts = (of_spend ? filter.MatchesKind(kind)
                                  : state.terms->counts[piece.slot]) &&
                        filter.Matches(piece.tenant, piece.pool);
    const uint32_t share = filter.ShareOf(piece.tenant, piece.pool, kind);
    shares.push_back(counts ? filter.shares()[share] : 0);
    const auto weight =
        MulDivHalfEven(piece.left.count(), shares.back(), kWhole);
    costs_fit_ = costs_fit_ && weight.ok() && piece.left.valid();
    weights.push_back(weight.value_or(0));
    total += MoneyAmount(weights.back());
  }
  const MoneyAmount room = std::max(
      MoneyAmount(state.pot.contracted + state.pot.rolled_in) - state.counted,
      MoneyAmount());
  costs_fit_ = costs_fit_ && total.valid();
  if (!costs_fit_ || total.zero()) return;
  if (last || total <= room) {
    for (size_t i = 0; i < pieces->size(); ++i) {
      if (shares[i] > 0) (*pieces)[i].left = MoneyAmount();
    }
    state.counted += total;
    return;
  }
  if (room.zero()) return;
  const auto parts = SplitLargestRemainder(room.count(), weights);
  CHECK(parts.ok());
  for (size_t i = 0; i < pieces->size(); ++i) {
    if (shares[i] == 0) continue;
    const auto used = MulDivHalfEven((*parts)[i], kWhole, shares[i]);
    MoneyAmount& left = (*pieces)[i].left;
    left -= std::min(left, MoneyAmount(used.value_or(left.count())));
  }
  state.counted += room;
}

}  // namespace drawdown
