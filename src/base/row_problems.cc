#include "base/row_problems.h"

#include "base/error.h"

namespace drawdown {

void RowProblems::Add(std::string_view where, const absl::Status& status) {
  if (count_++ == 0) code_ = GetErrorCode(status);
  if (count_ > limit_) return;
  if (!text_.empty()) text_.push_back('\n');
  text_.append(where);
  if (!where.empty()) text_ += ": ";
  text_ += std::string(status.message());
}

absl::Status RowProblems::ToStatus(std::string_view outcome) const {
  if (count_ == 0) return absl::OkStatus();
  std::string text = text_;
  if (count_ > limit_) {
    text += "\nand " + std::to_string(count_ - limit_) + " more bad row(s)";
  }
  if (!outcome.empty()) text.append("\n").append(outcome);
  return MakeError(code_, text);
}

}  // namespace drawdown
