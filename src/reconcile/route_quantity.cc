// The GPU time of a bill row, by its unit.
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/same_text.h"
#include "reconcile/route.h"

namespace drawdown {

// What was rated is compared; exports of usage alone say what was consumed.
bool Router::ByConsumption(const BillRow& row) {
  return !row.pricing_quantity.has_value() && row.consumed_quantity.has_value();
}

const BilledUnit& Router::UnitOf(const BillRow& row) {
  const std::string_view unit =
      ByConsumption(row) ? row.consumed_unit : row.pricing_unit;
  if (!SameText(unit, last_unit_text_)) {
    last_unit_text_ = unit;
    last_unit_ = ParseUnit(unit);
  }
  return last_unit_;
}

absl::StatusOr<std::optional<BilledGpuTime>> Router::QuantityOf(
    const BillRow& row, int64_t micro_gpus) {
  std::optional<BilledGpuTime> none;
  const std::optional<TimeUnit>& unit = UnitOf(row).time;
  const bool consumed = ByConsumption(row);
  const std::optional<Decimal>& quantity =
      consumed ? row.consumed_quantity : row.pricing_quantity;
  if (!quantity.has_value() || !unit.has_value()) return none;
  if (!unit->per_gpu && micro_gpus == 0) return none;
  absl::StatusOr<BilledGpuTime> time = ToGpuTime(*quantity, *unit, micro_gpus);
  if (!time.ok()) {
    return WithContext(
        time.status(),
        absl::StrCat("bill row ", row.line, " of file ", row.file, ": ",
                     consumed ? "ConsumedQuantity" : "PricingQuantity",
                     " in GPU time"));
  }
  return std::optional<BilledGpuTime>(*time);
}

// Nothing for the usual row, which rates what was consumed.
absl::StatusOr<std::optional<BilledGpuTime>> Router::ConsumedOf(
    const BillRow& row, int64_t micro_gpus) {
  std::optional<BilledGpuTime> none;
  if (!row.consumed_quantity.has_value() || !row.pricing_quantity.has_value()) {
    return none;
  }
  const Decimal& consumed = *row.consumed_quantity;
  const bool same = consumed.coefficient == row.pricing_quantity->coefficient &&
                    consumed.scale == row.pricing_quantity->scale &&
                    SameText(row.consumed_unit, row.pricing_unit);
  if (same) return none;
  const std::optional<TimeUnit> unit = ParseUnit(row.consumed_unit).time;
  if (!unit.has_value() || (!unit->per_gpu && micro_gpus == 0)) return none;
  absl::StatusOr<BilledGpuTime> time = ToGpuTime(consumed, *unit, micro_gpus);
  if (!time.ok()) {
    return WithContext(
        time.status(),
        absl::StrCat("bill row ", row.line, " of file ", row.file,
                     ": ConsumedQuantity in GPU time"));
  }
  return std::optional<BilledGpuTime>(*time);
}

}  // namespace drawdown
