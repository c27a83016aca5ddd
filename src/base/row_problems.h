// Bad rows of files, or of what is asked for together: named up to a cap.
#ifndef DRAWDOWN_SRC_BASE_ROW_PROBLEMS_H_
#define DRAWDOWN_SRC_BASE_ROW_PROBLEMS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "drawdown/status.h"

namespace drawdown {

class RowProblems {
 public:
  explicit RowProblems(size_t limit) : limit_(limit) {}

  // `where` is "holds.csv:6"; empty: `status` says it.
  void Add(std::string_view where, const absl::Status& status);

  // OK where there are none. The code of the first, and a line each, then
  // `outcome` where there is one.
  absl::Status ToStatus(std::string_view outcome = "") const;

 private:
  const size_t limit_;
  size_t count_ = 0;
  ErrorCode code_ = ErrorCode::kBadRow;
  std::string text_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_BASE_ROW_PROBLEMS_H_
