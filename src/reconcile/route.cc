#include "reconcile/route.h"

#include "base/error.h"
#include "base/same_text.h"
#include "reconcile/row_period.h"

namespace drawdown {

bool Router::IsProvider(std::string_view name) {
  if (!SameText(name, last_provider_text_)) {
    last_provider_text_ = name;
    last_is_provider_ = namings_.back()->names.IsProvider(name);
  }
  return last_is_provider_;
}

bool Router::RoutesAlike(const BillRow& row, const RoutedRow& routed) const {
  return routed.key.disposition == Disposition::kCompare &&
         IsUsage(routed.key.lane.kind) && Inside(row, period_) &&
         first_in_period_ + 1 == namings_.size() &&
         !namings_.back()->names.TellsApartBy(row.resource);
}

bool Router::SetWindow(const BillRow& row, RoutedRow* routed) const {
  const bool alike =
      row.charge_start_us < row.charge_end_us && RoutesAlike(row, *routed);
  if (alike) SetWindow(row, routed->key);
  return alike;
}

absl::StatusOr<RoutedRow> Router::Route(const BillRow& row) {
  RoutedRow routed;
  Target target;
  if (IsProvider(row.provider)) {
    target = FindTarget(row);
    routed.key = KeyOf(row, target);
    routed.key.provider = provider_;
  } else {
    target.disposition = Disposition::kOtherProvider;
    routed.contract_provider = false;
    routed.key = KeyOf(row, target);
    routed.key.provider = names_.texts.Intern(row.provider);
  }
  routed.pool = target.pool;
  routed.agreed = target.agreed;
  routed.dropped = target.dropped;
  routed.by_consumption = ByConsumption(row);
  ASSIGN_OR_RETURN(routed.quantity, QuantityOf(row, target.micro_gpus));
  routed.by_gpu_count =
      routed.quantity.has_value() && row.gpu_count_micro.has_value() &&
      routed.pool != nullptr && routed.pool->gpus_per_unit == 0 &&
      !UnitOf(row).time->per_gpu;
  if (routed.key.disposition == Disposition::kUnusedCapacity) {
    KeepDearApart(row, &routed);
  }
  if (routed.key.disposition == Disposition::kCompare &&
      routed.key.dropped != 0 && !routed.quantity.has_value()) {
    routed.key.disposition = Disposition::kCoarseUnmeasured;
  }
  if (routed.key.disposition == Disposition::kCompare &&
      IsUsage(routed.key.lane.kind)) {
    ASSIGN_OR_RETURN(routed.consumed, ConsumedOf(row, target.micro_gpus));
  }
  return routed;
}

}  // namespace drawdown
