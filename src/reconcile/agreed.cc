#include "reconcile/agreed.h"

#include "base/same_text.h"

namespace drawdown {

void Agreed::Mix() {
  state_ = State::kMixed;
  value_.clear();
}

void Agreed::Add(std::string_view value) {
  if (state_ == State::kMixed) return;
  if (state_ == State::kNone) {
    state_ = State::kOne;
    value_ = value;
  } else if (!SameText(value_, value)) {
    Mix();
  }
}

void Agreed::Merge(const Agreed& other) {
  if (other.state_ == State::kMixed) Mix();
  if (other.state_ == State::kOne) Add(other.value_);
}

uint32_t Interner::Intern(std::string_view name) {
  const absl::string_view key(name.data(), name.size());
  const auto found = indices_.find(key);
  if (found != indices_.end()) return found->second;
  const auto index = static_cast<uint32_t>(names_.size());
  names_.emplace_back(name);
  indices_.emplace(names_.back(), index);
  return index;
}

}  // namespace drawdown
