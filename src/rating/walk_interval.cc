// Fulfilment intervals: what they hold when they begin, what they leave when
// they end.
#include <algorithm>
#include <optional>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/error.h"
#include "base/wide.h"
#include "rating/walk.h"

namespace drawdown {
namespace {

// Sums of a few amounts of an interval must fit too.
constexpr Int128 kMaxAmount = Int128{1} << 120;

bool Fits(const std::optional<Int128>& amount) {
  return amount.has_value() && *amount <= kMaxAmount;
}

absl::Status DoesNotFit(const Plan& plan, uint32_t name,
                        const Interval& interval) {
  return MakeError(ErrorCode::kOverflow,
                   "contract " + plan.contract_id + ", commitment " +
                       plan.names[name] + ": the interval from " +
                       FormatInstant(interval.start_us) +
                       " does not fit 128 bits");
}

// Two commitments of one layer and priority burn in an order that changes as
// their intervals turn.
bool OrderDependsOnTime(const Contract& contract, const Commitment& own) {
  const auto& commitments = contract.commitments;
  return std::any_of(
      commitments.begin(), commitments.end(), [&](const Commitment& other) {
        return &other != &own && other.layer == own.layer &&
               other.category == own.category && other.priority == own.priority;
      });
}

// Ages what was rolled in and adds what this interval leaves, up to the cap.
// What the last interval of a commitment leaves goes nowhere.
Int128 RollOver(const std::optional<Rollover>& rollover, bool last,
                TrancheState* state) {
  if (!rollover.has_value() || last) {
    state->rolled.clear();
    return 0;
  }
  for (RolledIn& rolled : state->rolled) --rolled.intervals_left;
  std::erase_if(state->rolled, [](const RolledIn& rolled) {
    return rolled.intervals_left <= 0 || rolled.left == 0;
  });
  Int128 carried = 0;
  for (const RolledIn& rolled : state->rolled) carried += rolled.left;
  const auto cap =
      MulDivHalfEven(state->contracted, rollover->cap_micro, 1'000'000);
  // A cap that does not fit limits nothing.
  const Int128 room =
      cap.ok() ? std::max<Int128>(*cap - carried, 0) : state->left;
  const Int128 added = std::min(state->left, room);
  if (added > 0) state->rolled.push_back({added, rollover->intervals});
  return carried + added;
}

}  // namespace

IntervalRest EndInterval(const std::optional<Rollover>& rollover, bool last,
                         TrancheState* state) {
  IntervalRest rest;
  rest.rolled_out = RollOver(rollover, last, state);
  rest.lapsed =
      state->entitled + state->rolled_in - state->drawn - rest.rolled_out;
  return rest;
}

Int128 TrancheState::available() const {
  Int128 sum = left;
  for (const RolledIn& rolled_hours : rolled) sum += rolled_hours.left;
  return sum;
}

void TrancheState::Draw(Int128 amount) {
  drawn += amount;
  for (RolledIn& rolled_hours : rolled) {
    const Int128 part = std::min(amount, rolled_hours.left);
    rolled_hours.left -= part;
    amount -= part;
  }
  left -= amount;
}

absl::Status Walk::OpenTranche(size_t index, int64_t at_us) {
  const Tranche& tranche = plan_.tranches[index];
  TrancheState& state = now_.tranches[index];
  const Fulfilment fulfilment = tranche.schedule.At(at_us);
  const auto contracted = tranche.schedule.Contracted(fulfilment);
  const auto delivered = tranche.schedule.Delivered(fulfilment);
  const auto lack =
      LackOfSupply(plan_, static_cast<uint32_t>(index), fulfilment);
  if (!Fits(contracted) || !Fits(delivered) || !lack.has_value()) {
    return DoesNotFit(plan_, tranche.name, fulfilment.cut);
  }
  const bool first = now_.position[tranche.name] == kNoIndex;
  now_.order_stale =
      now_.order_stale || first ||
      OrderDependsOnTime(*version().contract, *state.terms->commitment);
  state.open = true;
  state.fulfilment = fulfilment;
  state.contracted = *contracted;
  state.delivered = std::max<Int128>(*delivered - *lack, 0);
  state.entitled = std::min(*contracted, state.delivered);
  state.left = state.entitled;
  state.drawn = 0;
  state.rolled_in = state.available() - state.left;
  drawn_earlier_[index] = {};
  tranches_emptied_us_[index].reset();
  return AllotTranche(index, nullptr);
}

MoneyAmount Walk::WorthDrawn(size_t index) const {
  const TrancheState& state = now_.tranches[index];
  const DrawnEarlier& earlier = drawn_earlier_[index];
  const MoneyAmount price =
      plan_.slots[state.terms->covered].unit_price.value_or(MoneyAmount());
  return earlier.worth + Price(price, GpuTime(state.drawn - earlier.drawn));
}

// `before` are the parts that an amendment inside the interval replaces; what a
// tenant drew of them it has drawn.
absl::Status Walk::AllotTranche(size_t index, const AllotmentPlan* before) {
  TrancheState& state = now_.tranches[index];
  std::vector<AllottedPart> old;
  old.swap(state.allotted);
  const AllotmentPlan& now = state.terms->allotments;
  if (now.empty()) return absl::OkStatus();
  auto parts = Allot(now, state.fulfilment, state.entitled);
  if (!parts.has_value()) {
    return DoesNotFit(plan_, plan_.tranches[index].name, state.fulfilment.cut);
  }
  state.allotted = *std::move(parts);
  for (size_t i = 0; before != nullptr && i < old.size(); ++i) {
    for (size_t k = 0; k < now.terms.size(); ++k) {
      if (now.terms[k].tenant != before->terms[i].tenant) continue;
      state.allotted[k].drawn = old[i].drawn;
    }
  }
  return absl::OkStatus();
}

absl::Status Walk::OpenSpend(size_t index, int64_t at_us) {
  const SpendPlan& spend = plan_.spends[index];
  const Fulfilment fulfilment = spend.schedule.At(at_us);
  const auto contracted = spend.schedule.Contracted(fulfilment);
  if (!Fits(contracted)) {
    return DoesNotFit(plan_, spend.name, fulfilment.cut);
  }
  SpendState& state = now_.spends[index];
  state.open = true;
  state.fulfilment = fulfilment;
  state.contracted = MoneyAmount(*contracted);
  state.counted = MoneyAmount();
  state.pot.contracted = *contracted;
  state.pot.entitled = *contracted;
  state.pot.left = *contracted;
  state.pot.drawn = 0;
  state.pot.rolled_in = state.pot.available() - *contracted;
  spends_emptied_us_[index].reset();
  return absl::OkStatus();
}

void Walk::CloseTranche(size_t index) {
  TrancheState& state = now_.tranches[index];
  const TrancheTerms& terms = *state.terms;
  const Interval& interval = state.fulfilment.cut;
  const Int128 undelivered = state.contracted - state.entitled;
  const bool last =
      interval.end_us == plan_.tranches[index].schedule.active().end_us;
  const auto [rolled_out, lapsed] =
      EndInterval(terms.commitment->rollover, last, &state);
  CHECK(lapsed >= 0 && state.left >= 0);
  CHECK(state.contracted + state.rolled_in ==
        state.drawn + lapsed + rolled_out + undelivered);
  BookRest(state, lapsed);
  BookInterval(terms.undelivered, interval, undelivered);
  BookInterval(terms.rollover_in, interval, state.rolled_in);
  BookInterval(terms.rollover_out, interval, rolled_out);
  // What is left of it is what rolls.
  state = {.terms = &terms, .rolled = std::move(state.rolled)};
}

// An allotment's undrawn part is its tenant's.
void Walk::BookRest(const TrancheState& state, Int128 rest) {
  const uint32_t slot = state.terms->rest;
  const Interval& interval = state.fulfilment.cut;
  const AllotmentPlan& allotments = state.terms->allotments;
  if (allotments.empty()) return BookInterval(slot, interval, rest);
  Int128 unallotted = state.entitled + state.rolled_in;
  for (const AllottedPart& part : state.allotted) unallotted -= part.quantity;
  const std::vector<Int128> owners =
      OwnersOfRest(state.allotted, unallotted, rest);
  for (size_t i = 0; i < allotments.terms.size(); ++i) {
    BookInterval(slot, interval, owners[i], allotments.terms[i].tenant);
  }
  BookInterval(slot, interval, owners.back());
}

// A lower layer's shortfall counts in the layers above it, so it comes first.
absl::Status Walk::CloseSpends(int64_t at_us) {
  std::vector<size_t> ending;
  for (size_t i = 0; i < now_.spends.size(); ++i) {
    if (!now_.spends[i].open) continue;
    if (now_.spends[i].fulfilment.cut.end_us == at_us) ending.push_back(i);
  }
  const auto layer = [this](size_t i) {
    return now_.spends[i].terms->commitment->layer;
  };
  std::sort(ending.begin(), ending.end(), [&](size_t a, size_t b) {
    return std::make_tuple(layer(a), plan_.spends[a].name) <
           std::make_tuple(layer(b), plan_.spends[b].name);
  });
  for (size_t i = 0; i < ending.size(); ++i) {
    RETURN_IF_ERROR(CloseSpend(ending[i]));
    const bool last = i + 1 == ending.size();
    if (last || layer(ending[i + 1]) > layer(ending[i])) {
      CountEnded(layer(ending[i]));
    }
  }
  return absl::OkStatus();
}

absl::Status Walk::CloseSpend(size_t index) {
  const SpendPlan& spend = plan_.spends[index];
  SpendState& state = now_.spends[index];
  ASSIGN_OR_RETURN(SpendMark mark, MarkOf(index, state.fulfilment.cut.end_us));
  state.open = false;
  TrancheState& pot = state.pot;
  const Int128 there = pot.contracted + pot.rolled_in;
  pot.Draw(std::min(state.counted.count(), there));
  const bool last =
      state.fulfilment.cut.end_us == spend.schedule.active().end_us;
  const IntervalRest rest =
      EndInterval(state.terms->commitment->rollover, last, &pot);
  const Int128 rolled_out = rest.rolled_out;
  const MoneyAmount lapsed(rest.lapsed);
  CHECK(lapsed >= MoneyAmount());
  mark.lapsed = lapsed;
  if (Emits(state.fulfilment.cut)) spend_marks_.push_back(mark);
  std::vector<RolledIn> rolled = std::move(pot.rolled);
  const MoneyAmount none;
  const std::string unit =
      absl::StrCat(" ", version().contract->currency.ToString());
  if (state.terms->take_or_pay && lapsed > none) {
    ended_.push_back({kNoIndex, kNoIndex, kNoIndex, lapsed});
    BookMoney(index, ChargeKind::kShortfall, lapsed,
              FormatMoney(MoneyAmount(there)) + unit + " to spend, " +
                  FormatMoney(state.counted) + unit +
                  " counted by the interval's end, take-or-pay");
  }
  if (pot.rolled_in > 0) {
    BookMoney(index, ChargeKind::kRolloverIn, none,
              FormatMoney(MoneyAmount(pot.rolled_in)) + unit +
                  " carried in from earlier intervals");
  }
  if (rolled_out > 0) {
    BookMoney(index, ChargeKind::kRolloverOut, none,
              FormatMoney(MoneyAmount(rolled_out)) + unit +
                  " carried into the next interval");
  }
  state = {.terms = state.terms};
  state.pot.rolled = std::move(rolled);
  return absl::OkStatus();
}

// A line of money at the interval's end.
void Walk::BookMoney(size_t index, ChargeKind kind, MoneyAmount cost,
                     const std::string& text) {
  const SpendState& state = now_.spends[index];
  if (!Emits(state.fulfilment.cut)) return;
  const uint32_t name = plan_.spends[index].name;
  const uint32_t rule = rules_.Intern(
      {.version = version().contract->version,
       .commitment = name,
       .kind = kind,
       .has_gpu_time = false,
       .text = tally_ != nullptr
                   ? std::string()
                   : absl::StrCat("commitment ", plan_.names[name], ", layer ",
                                  state.terms->commitment->layer, ": ", text)});
  charges_.push_back({cost.count(), kNoIndex, kNoIndex,
                      SpanIndex(state.fulfilment.cut), rule});
}

absl::Status Walk::MarkSpends(int64_t at_us) {
  if (at_us < period_.start_us || at_us > period_.end_us) {
    return absl::OkStatus();
  }
  for (size_t i = 0; i < now_.spends.size(); ++i) {
    if (!now_.spends[i].open) continue;
    ASSIGN_OR_RETURN(spend_marks_.emplace_back(), MarkOf(i, at_us));
  }
  return absl::OkStatus();
}

absl::StatusOr<SpendMark> Walk::MarkOf(size_t index, int64_t at_us) const {
  const SpendPlan& spend = plan_.spends[index];
  const SpendState& state = now_.spends[index];
  const Interval& interval = state.fulfilment.cut;
  if (!(state.contracted - state.counted).valid()) {
    return DoesNotFit(plan_, spend.name, interval);
  }
  return SpendMark{.commitment = spend.name,
                   .interval_start_us = interval.start_us,
                   .interval_end_us = interval.end_us,
                   .at_us = at_us,
                   .contracted = state.contracted,
                   .counted = state.counted,
                   .rolled_in = MoneyAmount(state.pot.rolled_in),
                   .emptied_us = spends_emptied_us_[index]};
}

bool Walk::Emits(const Interval& interval) const {
  return period_.start_us < interval.end_us &&
         interval.end_us <= period_.end_us;
}

// What one instant books of several commitments, in the order of charges.
void Walk::SortFrom(size_t first) {
  const auto key = [this](const Charge& charge) {
    const ChargeRule& rule = rules_.all()[charge.rule];
    return std::make_tuple(charge.tenant, charge.pool, rule.commitment,
                           rule.kind, spans_[charge.span].start_us);
  };
  std::stable_sort(
      charges_.begin() + static_cast<ptrdiff_t>(first), charges_.end(),
      [&](const Charge& a, const Charge& b) { return key(a) < key(b); });
}

void Walk::BookInterval(uint32_t slot_index, const Interval& interval,
                        Int128 amount, uint32_t tenant) {
  if (amount == 0) return;
  const ChargeSlot& slot = plan_.slots[slot_index];
  if (slot.unit_price.has_value()) {
    const MoneyAmount cost = Cost(*slot.unit_price, GpuTime(amount));
    ended_.push_back({slot_index, tenant, kNoIndex, cost});
  }
  if (!Emits(interval)) return;
  charges_.push_back(
      {amount, tenant, kNoIndex, SpanIndex(interval), RuleOf(slot_index)});
}

}  // namespace drawdown
