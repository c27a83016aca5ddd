#include "reconcile/unbilled.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "model/reason_text.h"

namespace drawdown {
namespace {

// Cells of one lane outside its windows, in runs of adjacent buckets.
class RunFinder {
 public:
  // `true_up`: of a purchase, what is owed at an interval's end.
  RunFinder(const Lane& lane, bool true_up, const CompareContext& context,
            std::vector<Break>* items)
      : lane_(lane), true_up_(true_up), context_(context), items_(*items) {}

  void Extend(const BookCell& cell) {
    if (!open_ || cell.start_us > end_us_) {
      Close();
      start_us_ = cell.start_us;
      end_us_ = cell.end_us;
      open_ = true;
    }
    // An hour of a day that is owed as a whole ends before the day does.
    end_us_ = std::max(end_us_, cell.end_us);
    sum_.Add(cell);
    BookCell excluded = cell;
    excluded.time = context_.excluded.Of(cell);
    const bool whole = !cell.time.zero() && excluded.time == cell.time;
    if (!whole) excluded.own_cost = MoneyAmount();
    excluded_.Add(excluded);
  }

  void Close() {
    if (open_) items_.push_back(MakeItem(sum_.Get(), excluded_.Get()));
    open_ = false;
    sum_ = excluded_ = ExpectationSum();
  }

 private:
  // A bill may leave out what costs nothing, except that a covered hour is one
  // less of the commitment.
  BreakClass ClassOf(const Expectation& books, GpuTime excluded) const {
    if (IsPurchase(lane_.kind)) {
      return true_up_ ? BreakClass::kCommitmentShortfall
                      : BreakClass::kQuantityBreak;
    }
    if (excluded == books.time) return BreakClass::kMatched;
    if (books.unpriced) return BreakClass::kNotExecutable;
    return lane_.kind == RowKind::kOnDemand && books.cost.zero()
               ? BreakClass::kMatched
               : BreakClass::kUnbilledUsage;
  }

  // `left_out`: of `books`, what is rightly in no row.
  Break MakeItem(const Expectation& books, const Expectation& left_out) const {
    const bool covered = lane_.kind == RowKind::kCovered;
    const GpuTime excluded = left_out.time;
    const MoneyAmount owed = books.cost - left_out.cost;
    Break item;
    item.kind = ClassOf(books, excluded);
    item.provider = context_.contract->provider;
    item.currency = context_.contract->currency;
    item.period_start_us = start_us_;
    item.period_end_us = end_us_;
    if (IsUsage(lane_.kind)) {
      SetPool(item);
      item.metered = books.time;
    } else {
      item.quantity_effect = -books.cost;
      if (!books.time.zero()) item.contracted = books.time;
    }
    const BilledAmount amount = context_.basis.amount;
    const bool free = covered && IsFree(lane_, context_.basis);
    if (amount != BilledAmount::kNone && !free) {
      item.expected_cost = owed;
    }
    item.difference = -item.expected_cost;
    item.reason = Reason(books, item);
    if (!excluded.zero()) {
      absl::StrAppend(&item.reason, "; ", GpuHoursText(excluded),
                      " of it on GPUs that the provider excluded");
    }
    return item;
  }

  void SetPool(Break& item) const {
    item.pool = context_.names->pools.Name(lane_.pool);
    const PoolNaming* naming = FindPoolNaming(*context_.contract, item.pool);
    if (naming == nullptr) return;
    item.region = naming->region;
    item.sku = naming->sku;
  }

  std::string Reason(const Expectation& books, const Break& item) const {
    const std::string hours = GpuHoursText(books.time);
    if (IsPurchase(lane_.kind)) {
      return absl::StrCat(
          "purchase of ", context_.names->commitments.Name(lane_.commitment),
          ": contracted ", books.time.zero() ? "" : hours + " for ",
          MoneyText(item.expected_cost, item.currency),
          ", no such row in the bill, though it has others of it");
    }
    if (lane_.kind == RowKind::kCovered) {
      return absl::StrCat("usage covered by ",
                          context_.names->commitments.Name(lane_.commitment),
                          ": metered ", hours, ", no such row in the bill");
    }
    if (books.unpriced) {
      return absl::StrCat("on-demand usage: metered ", hours,
                          ", not billed, and the contract has no rate for "
                          "some of it");
    }
    return absl::StrCat(context_.untold.contains(lane_.pool)
                            ? "usage: metered "
                            : "on-demand usage: metered ",
                        hours, " worth ", MoneyText(books.cost, item.currency),
                        ", no such row in the bill");
  }

  Lane lane_;
  bool true_up_;
  const CompareContext& context_;
  std::vector<Break>& items_;
  bool open_ = false;
  int64_t start_us_ = 0;
  int64_t end_us_ = 0;
  ExpectationSum sum_;
  ExpectationSum excluded_;  // of it
};

// Whether what the bill lacks of a lane is looked for: all usage; in a bill of
// fees, those of commitments that it holds a recurring fee of for time of the
// period, and no one-time fee. A biller in arrears has last month's.
bool LookedFor(const Lane& lane, const CompareContext& context) {
  if (IsUsage(lane.kind)) return true;
  if (lane.kind != RowKind::kPurchase ||
      context.basis.amount != BilledAmount::kBilledCost) {
    return false;
  }
  return HasFees(lane.commitment, context) &&
         !context.basis.upfront.contains(lane.commitment);
}

bool IsTrueUp(const Lane& lane, const CompareContext& context) {
  if (!IsPurchase(lane.kind)) return false;
  const Commitment* commitment = FindCommitment(
      *context.contract, context.names->commitments.Name(lane.commitment));
  return commitment != nullptr &&
         commitment->model == CommitmentModel::kDiscontinuous;
}

}  // namespace

std::vector<Break> FindUnbilled(const CompareContext& context) {
  std::vector<Break> items;
  for (const auto& [lane, book] : context.books->lanes()) {
    if (!LookedFor(lane, context)) continue;
    const bool left = IsPurchase(lane.kind) &&
                      context.basis.as_used.covered.contains(lane.commitment);
    // Unused rows have what was left.
    if (left && context.basis.as_used.left.contains(lane.commitment)) continue;
    RunFinder runs(lane, IsTrueUp(lane, context), context, &items);
    context.billed.ForEachUnbilled(
        lane, left ? context.books->LeftOf(lane.commitment) : book,
        [&runs](const BookCell& cell) { runs.Extend(cell); });
    runs.Close();
  }
  return items;
}

}  // namespace drawdown
