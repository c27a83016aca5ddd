// What this version rates. A contract that asks for more is refused by name,
// so that nothing in it is silently ignored.
#ifndef DRAWDOWN_SRC_RATING_SUPPORT_H_
#define DRAWDOWN_SRC_RATING_SUPPORT_H_

#include "absl/status/status.h"
#include "contract/contract.h"

namespace drawdown {

// kUnsupported naming the feature, the contract and the commitment.
absl::Status CheckRatable(const Contract& contract);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_SUPPORT_H_
