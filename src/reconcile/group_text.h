// What the reasons of compared and of other groups say alike.
#ifndef DRAWDOWN_SRC_RECONCILE_GROUP_TEXT_H_
#define DRAWDOWN_SRC_RECONCILE_GROUP_TEXT_H_

#include <string>

#include "reconcile/group.h"

namespace drawdown {

// "12 GPU-hours", or that they are not known.
std::string HoursOfRows(const Group& group);

// "(PricingQuantity in unit "GB")", and what is not clear about the unit.
std::string UnmeasuredText(const Group& group);

// The parts of the key that differ, with what the rows say where all say one.
std::string DroppedParts(const Group& group);

// "; matched without ..."; empty where no part was dropped.
std::string DroppedText(const Group& group);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_GROUP_TEXT_H_
