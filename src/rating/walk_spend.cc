// What Spend commitments count: of each charge its cost in whole 1e-18 units,
// times the share. In a layer that several share, money that one counts the
// next does not.
#include <algorithm>
#include <optional>
#include <tuple>

#include "base/check.h"
#include "base/wide.h"
#include "rating/cost.h"
#include "rating/walk.h"

namespace drawdown {
namespace {

// Who has what is left over of a split, first to last: names before none.
std::tuple<uint32_t, uint32_t, uint32_t, ChargeKind, Int128> OrderOf(
    const Plan& plan, const MoneyPiece& piece) {
  if (piece.slot == kNoIndex) {
    return {piece.tenant, piece.pool, kNoIndex, ChargeKind::kShortfall, 0};
  }
  const ChargeSlot& slot = plan.slots[piece.slot];
  return {piece.tenant, piece.pool, slot.commitment, slot.kind,
          slot.unit_price->count()};
}

}  // namespace

// In 1e-6 of the piece; 0 if it does not count.
int64_t Walk::ShareOf(const SpendState& state, const MoneyPiece& piece) const {
  const Filter& filter = plan_.filters[state.terms->filter];
  const bool of_spend = piece.slot == kNoIndex;
  const ChargeKind kind =
      of_spend ? ChargeKind::kShortfall : plan_.slots[piece.slot].kind;
  const bool counts =
      of_spend ? filter.MatchesKind(kind) : state.terms->counts[piece.slot];
  if (!counts || !filter.Matches(piece.tenant, piece.pool)) return 0;
  if (!filter.weighs()) return kWholeShare;
  return filter.shares()[filter.ShareOf(piece.tenant, piece.pool, kind)];
}

MoneyAmount Walk::Weigh(MoneyAmount money, int64_t share) {
  if (share == kWholeShare || share == 0)
    return share == 0 ? MoneyAmount() : money;
  const auto part = MulDivHalfEven(money.count(), share, kWholeShare);
  costs_fit_ = costs_fit_ && money.valid() && part.ok();
  return MoneyAmount(part.value_or(0));
}

// By the commitments that have a layer above `above` for themselves.
void Walk::CountAlone(const MoneyPiece& piece, int32_t above) {
  for (SpendState& state : now_.spends) {
    if (!state.open || state.terms->shares) continue;
    if (state.terms->commitment->layer <= above) continue;
    state.counted += Weigh(piece.left, ShareOf(state, piece));
  }
}

// What the intervals that just ended cost, all together.
void Walk::CountEnded(int32_t above) {
  for (const MoneyPiece& piece : ended_) CountAlone(piece, above);
  for (const int32_t layer : SharedLayers()) {
    if (layer > above) CountPieces(layer, ended_);
  }
  ended_.clear();
}

std::vector<int32_t> Walk::SharedLayers() const {
  std::vector<int32_t> layers;
  for (const SpendState& state : now_.spends) {
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
  add(now_.pool_slots[bucket_.pool(cell)], bucket_.unpriced()[cell]);
}

// In burn order: priority, then earliest interval end (no later than the
// term's, as for Usage), then id.
void Walk::CountPieces(int32_t layer, std::vector<MoneyPiece> pieces) {
  std::vector<size_t> order;
  for (size_t i = 0; i < now_.spends.size(); ++i) {
    const SpendState& state = now_.spends[i];
    if (state.open && state.terms->shares &&
        state.terms->commitment->layer == layer) {
      order.push_back(i);
    }
  }
  std::stable_sort(pieces.begin(), pieces.end(),
                   [this](const MoneyPiece& a, const MoneyPiece& b) {
                     return OrderOf(plan_, a) < OrderOf(plan_, b);
                   });
  const auto key = [this](size_t i) {
    return std::make_tuple(
        now_.spends[i].terms->commitment->priority,
        std::min(now_.spends[i].fulfilment.whole.end_us, plan_.term.end_us),
        plan_.spends[i].name);
  };
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return key(a) < key(b); });
  for (const size_t index : order) {
    CountInto(index, index == order.back(), &pieces);
  }
}

void Walk::NoteCountedAll(int64_t at_us) {
  for (size_t i = 0; i < now_.spends.size(); ++i) {
    const SpendState& state = now_.spends[i];
    if (!state.open || spends_emptied_us_[i].has_value()) continue;
    const MoneyAmount available(state.pot.contracted + state.pot.rolled_in);
    if (!available.zero() && state.counted >= available) {
      spends_emptied_us_[i] = at_us;
    }
  }
}

// All that the commitment has room for; the last one counts what is beyond it.
void Walk::CountInto(size_t index, bool last, std::vector<MoneyPiece>* pieces) {
  SpendState& state = now_.spends[index];
  std::vector<int64_t> shares;
  std::vector<Int128> weights;
  MoneyAmount total;
  for (const MoneyPiece& piece : *pieces) {
    shares.push_back(ShareOf(state, piece));
    const MoneyAmount weight = Weigh(piece.left, shares.back());
    weights.push_back(weight.count());
    total += weight;
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
    const auto used = MulDivHalfEven((*parts)[i], kWholeShare, shares[i]);
    MoneyAmount& left = (*pieces)[i].left;
    left -= std::min(left, MoneyAmount(used.value_or(left.count())));
  }
  state.counted += room;
}

}  // namespace drawdown
