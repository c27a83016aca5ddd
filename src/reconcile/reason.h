// Why an item is in its class, in one line a person can act on. Never names a
// file or a row: the same rows in other files must give the same line.
#ifndef DRAWDOWN_SRC_RECONCILE_REASON_H_
#define DRAWDOWN_SRC_RECONCILE_REASON_H_

#include <string>
#include <string_view>

#include "drawdown/reconcile.h"
#include "reconcile/compare.h"
#include "reconcile/group.h"
#include "reconcile/originals.h"
#include "reconcile/route.h"

namespace drawdown {

// compared_reason.cc
std::string ComparedReason(BreakClass kind, const Comparison& comparison,
                           const Group& group, const GroupNames& names);

// Of a group that was not compared; routed_reason.cc. `link`: of a correction.
std::string RoutedReason(const Group& group, BreakClass kind,
                         CorrectionLink link, const GroupNames& names);

// What follows it of a correction of which our statement has something.
std::string PostedReason(const PostedCorrections::Sums& posted,
                         std::string_view month, Currency currency);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_REASON_H_
