// A text that many rows may agree on.
#ifndef DRAWDOWN_SRC_RECONCILE_AGREED_H_
#define DRAWDOWN_SRC_RECONCILE_AGREED_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "absl/strings/string_view.h"
#include "base/hash_map.h"

namespace drawdown {

// The value all rows gave, or empty once two differed. Independent of the order
// in which they came.
class Agreed {
 public:
  void Add(std::string_view value);
  void Merge(const Agreed& other);
  const std::string& value() const { return value_; }
  // Whether all gave the same, be it empty.
  bool one() const { return state_ == State::kOne; }

 private:
  enum class State : uint8_t { kNone, kOne, kMixed };

  void Mix();

  State state_ = State::kNone;
  std::string value_;
};

// Names as small numbers, given in order of appearance: for keys, never for
// output order.
class Interner {
 public:
  uint32_t Intern(std::string_view name);
  const std::string& Name(uint32_t index) const { return names_[index]; }
  uint32_t size() const { return static_cast<uint32_t>(names_.size()); }

 private:
  std::deque<std::string> names_;  // addresses stay: the map's keys point in
  HashMap<absl::string_view, uint32_t> indices_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RECONCILE_AGREED_H_
