#include "example/planting.h"

#include <array>

#include "base/check.h"
#include "example/errors.h"

namespace drawdown::example {
namespace {

constexpr std::array<ErrorKind, 51> kKinds = {{
    {"extra_node", LineKind::kOnDemand, ExtraNode},
    {"half_node_missing", LineKind::kOnDemand, MissingNode},
    {"hours_rounded_up", LineKind::kOnDemand, RoundedUp},
    {"hours_cut_off", LineKind::kOnDemand, CutOff},
    {"wrong_hour", LineKind::kOnDemand, WrongHour},
    {"day_of_24_hours", LineKind::kOnDemand, DayOf24Hours},
    {"unfounded_refund", LineKind::kOnDemand, UnfoundedRefund},
    {"old_price", LineKind::kOnDemand, OldPrice},
    {"list_price", LineKind::kOnDemand, ListPrice},
    {"tax_in_price", LineKind::kOnDemand, TaxInPrice},
    {"free_of_charge", LineKind::kOnDemand, FreeOfCharge},
    {"wrong_sign", LineKind::kOnDemand, WrongSign},
    {"hours_and_price", LineKind::kOnDemand, HoursAndPrice},
    {"compensating", LineKind::kOnDemand, Compensating},
    {"gpu_hours_as_node_hours", LineKind::kOnDemand, GpuHoursAsNodeHours},
    {"minutes_as_hours", LineKind::kOnDemand, MinutesAsHours},
    {"seconds_as_hours", LineKind::kOnDemand, SecondsAsHours},
    {"node_hours_as_gpu_hours", LineKind::kOnDemand, HoursAsNodes},
    {"block_size_twice", LineKind::kOnDemand, BlockSize},
    {"decimal_slip", LineKind::kOnDemand, DecimalSlip},
    {"other_tenant", LineKind::kOnDemand, OtherTenant},
    {"delivered_twice", LineKind::kOnDemand, DeliveredTwice},
    {"delivered_thrice", LineKind::kOnDemand, DeliveredThrice},
    {"not_billed", LineKind::kOnDemand, NotBilled},
    {"never_ran", LineKind::kOnDemand, Invented},
    {"other_region", LineKind::kOnDemand, OtherRegion},
    {"other_currency", LineKind::kOnDemand, OtherCurrency},
    {"no_quantity", LineKind::kOnDemand, NoQuantity},
    {"no_charge_period", LineKind::kOnDemand, NoChargePeriod},
    {"other_month", LineKind::kOnDemand, OtherMonth},
    {"across_the_edge", LineKind::kOnDemand, AcrossTheEdge},
    {"unfounded_correction", LineKind::kOnDemand, UnfoundedCorrection},
    {"delta_correction", LineKind::kOnDemand, DeltaCorrection},
    {"negated_and_replaced", LineKind::kOnDemand, NegatedAndReplaced},
    {"money_correction", LineKind::kOnDemand, MoneyCorrection},
    {"bulk_correction", LineKind::kOnDemand, BulkCorrection},
    {"orphan_correction", LineKind::kOnDemand, OrphanCorrection},
    {"late_as_correction", LineKind::kOnDemand, LateAsCorrection},
    {"covered_charged", LineKind::kCovered, CoveredCharged},
    {"covered_too_much", LineKind::kCovered, CoveredTooMuch},
    {"covered_not_shown", LineKind::kCovered, CoveredNotShown},
    {"unknown_commitment", LineKind::kCovered, UnknownCommitment},
    {"overage_at_list_price", LineKind::kOverage, OverageAtListPrice},
    {"step_not_applied", LineKind::kCovered, StepNotApplied},
    {"unused_charged", LineKind::kUnused, UnusedCharged},
    {"unused_too_much", LineKind::kUnused, UnusedTooMuch},
    {"step_early", LineKind::kPurchase, StepEarly},
    {"fee_twice", LineKind::kPurchase, FeeTwice},
    {"fee_at_another_price", LineKind::kPurchase, FeePrice},
    {"fee_missing", LineKind::kPurchase, FeeMissing},
    {"true_up_too_large", LineKind::kTrueUp, TrueUpTooLarge},
}};

}  // namespace

std::span<const ErrorKind> ErrorKinds() { return kKinds; }

bool Plant(const PlantBed& bed, const Story& story) {
  for (const ErrorKind& kind : ErrorKinds()) {
    if (kind.name == story.error) return kind.plant(bed, story);
  }
  CHECK(false);
  return false;
}

}  // namespace drawdown::example
