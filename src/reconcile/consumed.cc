#include "reconcile/consumed.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "model/reason_text.h"
#include "reconcile/tolerance.h"

namespace drawdown {
namespace {

using Outcome = ReconcileCheck::Outcome;

GpuTime SlackOf(const BilledGpuTime& time) {
  return PublishingSlack(time.one_unit, time.scale, 1);
}

}  // namespace

void ConsumedSums::Add(bool given, const RoutedRow& routed, uint64_t rows) {
  if (!given || routed.by_consumption) return;
  both_ += rows;
  if (!routed.consumed.has_value() || !routed.quantity.has_value()) return;
  const GpuTime consumed = routed.consumed->time;
  const GpuTime rated = routed.quantity->time;
  const GpuTime slack = SlackOf(*routed.consumed) + SlackOf(*routed.quantity);
  if (IsWithin(consumed - rated, slack)) return;
  Sums& sums = consumed > rated ? more_ : less_;
  const auto times = static_cast<Int128>(rows);
  sums.rows += rows;
  sums.consumed += consumed * times;
  sums.rated += rated * times;
}

ReconcileCheck ConsumedSums::Check(bool has_grain) const {
  ReconcileCheck check{"consumed_quantity", Outcome::kNotExecutable,
                       "no row of compared usage has both ConsumedQuantity and "
                       "PricingQuantity"};
  if (both_ == 0) return check;
  check.outcome = Outcome::kPassed;
  check.detail = absl::StrCat(both_, " rows of usage have both quantities");
  const auto add = [&check](const Sums& sums, bool allowed) {
    if (sums.rows == 0) return;
    if (!sums.consumed.valid() || !sums.rated.valid()) {
      check.outcome = Outcome::kNotExecutable;
      absl::StrAppend(&check.detail, "; of ", sums.rows,
                      " that differ the sum does not fit 128 bits");
      return;
    }
    if (!allowed) check.outcome = Outcome::kFailed;
    absl::StrAppend(&check.detail, "; of ", sums.rows, " ConsumedQuantity is ",
                    GpuHoursText(sums.consumed), " and PricingQuantity ",
                    GpuHoursText(sums.rated),
                    allowed ? ", which the billing grain may explain" : "");
  };
  add(more_, false);
  add(less_, has_grain);
  return check;
}

}  // namespace drawdown
