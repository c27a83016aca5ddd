// The ways for a bill to go wrong, one function each (planting.h).
#ifndef DRAWDOWN_SRC_EXAMPLE_ERRORS_H_
#define DRAWDOWN_SRC_EXAMPLE_ERRORS_H_

#include "example/planting.h"

namespace drawdown::example {

// errors_of_amount.cc
bool ExtraNode(const PlantBed& bed, const Story& story);
bool MissingNode(const PlantBed& bed, const Story& story);
bool RoundedUp(const PlantBed& bed, const Story& story);
bool CutOff(const PlantBed& bed, const Story& story);
bool WrongHour(const PlantBed& bed, const Story& story);
bool DayOf24Hours(const PlantBed& bed, const Story& story);
bool UnfoundedRefund(const PlantBed& bed, const Story& story);
bool OldPrice(const PlantBed& bed, const Story& story);
bool ListPrice(const PlantBed& bed, const Story& story);
bool TaxInPrice(const PlantBed& bed, const Story& story);
bool FreeOfCharge(const PlantBed& bed, const Story& story);
bool WrongSign(const PlantBed& bed, const Story& story);
bool HoursAndPrice(const PlantBed& bed, const Story& story);
bool Compensating(const PlantBed& bed, const Story& story);
bool GpuHoursAsNodeHours(const PlantBed& bed, const Story& story);
bool MinutesAsHours(const PlantBed& bed, const Story& story);
bool SecondsAsHours(const PlantBed& bed, const Story& story);
bool HoursAsNodes(const PlantBed& bed, const Story& story);
bool BlockSize(const PlantBed& bed, const Story& story);
bool DecimalSlip(const PlantBed& bed, const Story& story);

// errors_of_rows.cc
bool DeliveredTwice(const PlantBed& bed, const Story& story);
bool DeliveredThrice(const PlantBed& bed, const Story& story);
bool FeeTwice(const PlantBed& bed, const Story& story);
bool NotBilled(const PlantBed& bed, const Story& story);
bool CoveredNotShown(const PlantBed& bed, const Story& story);
bool Invented(const PlantBed& bed, const Story& story);
bool OtherRegion(const PlantBed& bed, const Story& story);
bool OtherCurrency(const PlantBed& bed, const Story& story);
bool NoQuantity(const PlantBed& bed, const Story& story);
bool NoChargePeriod(const PlantBed& bed, const Story& story);
bool OtherTenant(const PlantBed& bed, const Story& story);

// errors_of_time.cc
bool OtherMonth(const PlantBed& bed, const Story& story);
bool AcrossTheEdge(const PlantBed& bed, const Story& story);
bool UnfoundedCorrection(const PlantBed& bed, const Story& story);
bool DeltaCorrection(const PlantBed& bed, const Story& story);
bool NegatedAndReplaced(const PlantBed& bed, const Story& story);
bool MoneyCorrection(const PlantBed& bed, const Story& story);
bool BulkCorrection(const PlantBed& bed, const Story& story);
bool OrphanCorrection(const PlantBed& bed, const Story& story);
bool LateAsCorrection(const PlantBed& bed, const Story& story);

// errors_of_commitments.cc
bool CoveredCharged(const PlantBed& bed, const Story& story);
bool CoveredTooMuch(const PlantBed& bed, const Story& story);
bool UnknownCommitment(const PlantBed& bed, const Story& story);
bool OverageAtListPrice(const PlantBed& bed, const Story& story);
bool StepNotApplied(const PlantBed& bed, const Story& story);
bool UnusedCharged(const PlantBed& bed, const Story& story);
bool UnusedTooMuch(const PlantBed& bed, const Story& story);
bool StepEarly(const PlantBed& bed, const Story& story);
bool FeePrice(const PlantBed& bed, const Story& story);
bool FeeMissing(const PlantBed& bed, const Story& story);
bool TrueUpTooLarge(const PlantBed& bed, const Story& story);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_ERRORS_H_
