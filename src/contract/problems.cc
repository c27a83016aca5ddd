#include "contract/problems.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/utf8.h"

namespace drawdown {
namespace {

constexpr size_t kMaxShown = 20;

std::string Line(std::string_view file_name, const ContractProblem& problem) {
  return absl::StrCat(std::string(file_name), ":", problem.line, ":",
                      problem.column, ": ", problem.field,
                      problem.field.empty() ? "" : ": ", problem.message);
}

// Text that quotes input must neither break the line it is printed on nor the
// encoding of what it is printed in.
std::string OneLine(std::string_view text) {
  std::string line;
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8SequenceLength(text, at);
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool printable = length > 0 && byte >= 0x20 && byte != 0x7F;
    line += printable ? text.substr(at, length) : "?";
    at += printable ? length : 1;
  }
  return line;
}

}  // namespace

void Problems::AddAt(Place place, const std::string& field,
                     std::string_view message) {
  list_.push_back({place.line, place.column, OneLine(field), OneLine(message)});
}

void Problems::Add(const std::string& path, std::string_view message) {
  AddAt(map_->Find(path), path, message);
}

void Problems::Add(const std::string& path, const absl::Status& status) {
  if (!status.ok()) Add(path, std::string(status.message()));
}

std::vector<ContractProblem> Problems::Sorted() const {
  std::vector<ContractProblem> sorted = list_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ContractProblem& a, const ContractProblem& b) {
                     return std::tie(a.line, a.column) <
                            std::tie(b.line, b.column);
                   });
  return sorted;
}

absl::Status Problems::ToStatus(std::string_view file_name) const {
  if (list_.empty()) return absl::OkStatus();
  const std::vector<ContractProblem> sorted = Sorted();
  const size_t shown = std::min(sorted.size(), kMaxShown);
  std::string text;
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : "\n", Line(file_name, sorted[i]));
  }
  if (shown < sorted.size()) {
    absl::StrAppend(&text, "\n", std::string(file_name), ": and ",
                    sorted.size() - shown, " more problems");
  }
  return MakeError(ErrorCode::kBadContract, text);
}

}  // namespace drawdown
