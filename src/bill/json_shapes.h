// The objects that FOCUS 1.4 describes by a JSON schema.
#ifndef DRAWDOWN_SRC_BILL_JSON_SHAPES_H_
#define DRAWDOWN_SRC_BILL_JSON_SHAPES_H_

#include <string_view>

#include "bill/columns.h"

namespace drawdown {

// Whether `text` is as the schema of the column says: ContractApplied,
// AllocatedMethodDetails or CommitmentProgramEligibilityDetails.
bool HasFocusShape(BillColumn column, std::string_view text);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BILL_JSON_SHAPES_H_
