#include "reconcile/unbilled.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "reconcile/text.h"

namespace drawdown {
namespace {

// Cells of one lane outside its windows, in runs of adjacent buckets.
class RunFinder {
 public:
  RunFinder(const Lane& lane, const CompareContext& context,
            std::vector<Break>* items)
      : lane_(lane), context_(context), items_(*items) {}

  void Extend(const BookCell& cell) {
    const bool same_bucket = open_ && cell.start_us < end_us_;
    const bool adjacent = open_ && cell.start_us == end_us_;
    if (!same_bucket && !adjacent) {
      Close();
      start_us_ = cell.start_us;
      open_ = true;
    }
    end_us_ = cell.end_us;
    sum_.Add(cell);
  }

  void Close() {
    if (open_) items_.push_back(MakeItem(sum_.Get()));
    open_ = false;
    sum_ = ExpectationSum();
  }

 private:
  // A bill may leave out what costs nothing, except that a covered hour is one
  // less of the commitment.
  BreakClass ClassOf(const Expectation& books) const {
    if (books.unpriced) return BreakClass::kNotExecutable;
    return lane_.kind == RowKind::kOnDemand && books.cost.zero()
               ? BreakClass::kMatched
               : BreakClass::kUnbilledUsage;
  }

  Break MakeItem(const Expectation& books) const {
    const bool covered = lane_.kind == RowKind::kCovered;
    Break item;
    item.kind = ClassOf(books);
    item.provider = context_.contract->provider;
    item.currency = context_.contract->currency;
    item.pool = context_.names->pools.Name(lane_.pool);
    const PoolNaming* naming = FindPoolNaming(*context_.contract, item.pool);
    if (naming != nullptr) {
      item.region = naming->region;
      item.sku = naming->sku;
    }
    item.period_start_us = start_us_;
    item.period_end_us = end_us_;
    item.metered = books.time;
    if (!covered) item.expected_cost = books.cost;
    item.difference = -item.expected_cost;
    item.reason = Reason(books, item);
    return item;
  }

  std::string Reason(const Expectation& books, const Break& item) const {
    const std::string hours = GpuHoursText(books.time);
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
    return absl::StrCat("on-demand usage: metered ", hours, " worth ",
                        MoneyText(item.expected_cost, item.currency),
                        ", no such row in the bill");
  }

  Lane lane_;
  const CompareContext& context_;
  std::vector<Break>& items_;
  bool open_ = false;
  int64_t start_us_ = 0;
  int64_t end_us_ = 0;
  ExpectationSum sum_;
};

}  // namespace

std::vector<Break> FindUnbilled(const CompareContext& context) {
  std::vector<Break> items;
  for (const auto& [lane, book] : context.books->lanes()) {
    if (!IsUsage(lane.kind)) continue;
    RunFinder runs(lane, context, &items);
    context.billed.ForEachUnbilled(
        lane, book, [&runs](const BookCell& cell) { runs.Extend(cell); });
    runs.Close();
  }
  return items;
}

}  // namespace drawdown
