// Matchers for absl::Status, named as upstream Abseil names them.
#ifndef DRAWDOWN_TESTS_SUPPORT_STATUS_H_
#define DRAWDOWN_TESTS_SUPPORT_STATUS_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "drawdown/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace drawdown {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

inline void PrintTo(ErrorCode code, std::ostream* out) {
  *out << std::string(ErrorCodeName(code));
}

MATCHER(IsOk, "is OK") {
  const absl::Status& status = StatusOf(arg);
  if (!status.ok()) *result_listener << status.ToString();
  return status.ok();
}

// The drawdown error code, and a part of the message.
MATCHER_P2(IsError, code, part,
           "is " + std::string(ErrorCodeName(code)) + " saying \"" +
               std::string(part) + "\"") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return GetErrorCode(status) == code &&
         std::string(status.message()).find(part) != std::string::npos;
}

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_STATUS_H_
