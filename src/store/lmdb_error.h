// The one place that turns LMDB's return codes and errno into statuses.
#ifndef DRAWDOWN_SRC_STORE_LMDB_ERROR_H_
#define DRAWDOWN_SRC_STORE_LMDB_ERROR_H_

#include <string_view>

#include "absl/status/status.h"

namespace drawdown {

// `code` is an LMDB return code or an errno; 0 is OK. The message is
// "context: what".
absl::Status LmdbError(int code, std::string_view context);

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_STORE_LMDB_ERROR_H_
