#include "bill/header_rules.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "base/check.h"
#include "bill/rule_values.h"

namespace drawdown {
namespace {

constexpr size_t kMaxNameBytes = 50;

bool IsProvidersOwn(std::string_view name) { return name.starts_with("x_"); }

bool IsAlphanumeric(std::string_view name) {
  return std::all_of(name.begin(), name.end(), absl::ascii_isalnum);
}

// Words run together, whatever their characters.
bool LooksPascal(std::string_view name) {
  return !name.empty() && absl::ascii_isupper(name.front()) &&
         name.find_first_of(" _-./") == std::string_view::npos;
}

// Of a custom column, the part after x_ that is the provider's own.
bool IsGoodCustom(std::string_view name) {
  name.remove_prefix(2);
  return IsPascal(name) && name.size() + 2 <= kMaxNameBytes;
}

class HeaderNames {
 public:
  HeaderNames(const BillLayout& layout, const std::vector<std::string>& header)
      : header_(header), focus_(header.size(), false) {
    for (size_t i = 0; i < kColumnCount; ++i) {
      const int at = layout.index[i];
      if (at >= 0) focus_[static_cast<size_t>(at)] = true;
    }
  }

  bool Keeps(RuleOp op, size_t at) const {
    const std::string& name = header_[at];
    switch (op) {
      case RuleOp::kPascalNames:
        return IsProvidersOwn(name) || LooksPascal(name);
      case RuleOp::kAlphanumericNames:
        return IsProvidersOwn(name) || IsAlphanumeric(name);
      case RuleOp::kShortNames:
        return IsProvidersOwn(name) || name.size() <= kMaxNameBytes;
      case RuleOp::kPrefixedNames:
        return IsProvidersOwn(name) || focus_[at];
      case RuleOp::kCustomNames:
        return !IsProvidersOwn(name) || IsGoodCustom(name);
      case RuleOp::kFocusFirst:
        return !focus_[at] ||
               std::all_of(focus_.begin(),
                           focus_.begin() + static_cast<ptrdiff_t>(at),
                           [](bool focus) { return focus; });
      default:
        break;
    }
    CHECK(IsOfHeader(op));
    return true;
  }

 private:
  const std::vector<std::string>& header_;
  std::vector<bool> focus_;  // by place: a column of FOCUS
};

}  // namespace

std::vector<std::string> BrokenNames(RuleOp op, const BillLayout& layout,
                                     const std::vector<std::string>& header) {
  const HeaderNames names(layout, header);
  std::vector<std::string> broken;
  for (size_t i = 0; i < header.size(); ++i) {
    if (!names.Keeps(op, i)) broken.push_back(header[i]);
  }
  return broken;
}

}  // namespace drawdown
