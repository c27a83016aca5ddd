// Making the errors that drawdown/status.h describes.
#ifndef DRAWDOWN_SRC_BASE_ERROR_H_
#define DRAWDOWN_SRC_BASE_ERROR_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "drawdown/status.h"

namespace drawdown {

// A status that carries `code`; its canonical code is derived from it. The
// message is one line: what, the value, the unit, the id.
absl::Status MakeError(ErrorCode code, std::string_view message);

// The same code with "context: " before the message. OK stays OK.
absl::Status WithContext(const absl::Status& status, std::string_view context);

// Input as a message shows it: in double quotes, control characters escaped,
// cut after 80 bytes with "...".
std::string Quoted(std::string_view text);

}  // namespace drawdown

// Named as upstream Abseil names them, which Debian 12's release lacks.
#define DRAWDOWN_CONCAT_INNER(a, b) a##b
#define DRAWDOWN_CONCAT(a, b) DRAWDOWN_CONCAT_INNER(a, b)

#define RETURN_IF_ERROR(expression)                           \
  do {                                                        \
    if (absl::Status status_ = (expression); !status_.ok()) { \
      return status_;                                         \
    }                                                         \
  } while (false)

#define ASSIGN_OR_RETURN(lhs, expression) \
  ASSIGN_OR_RETURN_IMPL(DRAWDOWN_CONCAT(status_or_, __LINE__), lhs, expression)
#define ASSIGN_OR_RETURN_IMPL(result, lhs, expression) \
  auto result = (expression);                          \
  if (!result.ok()) return std::move(result).status(); \
  lhs = std::move(result).value()

#endif  // DRAWDOWN_SRC_BASE_ERROR_H_
