// Exact parts of a whole: a seventh of a GPU, half of a run's usage. Plain
// values.
#ifndef DRAWDOWN_RATIO_H_
#define DRAWDOWN_RATIO_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/export.h"

namespace drawdown {

// num / den in lowest terms, in 0..1.
struct Ratio {
  int64_t num = 0;
  int64_t den = 1;  // 1..kMaxDenominator

  static constexpr int64_t kMaxDenominator = 1'000'000;

  bool zero() const { return num == 0; }
  friend bool operator==(const Ratio&, const Ratio&) = default;
};

// From "1/7", "3/4", "0.25", "1". kBadNumber when it is none of these, not in
// 0..1, or needs a denominator beyond kMaxDenominator.
DRAWDOWN_EXPORT absl::StatusOr<Ratio> ParseRatio(std::string_view text);

// "1/7", "0", "1".
DRAWDOWN_EXPORT std::string FormatRatio(const Ratio& ratio);

// Whether it is one: in lowest terms and in range, as ParseRatio makes it.
DRAWDOWN_EXPORT bool IsValidRatio(const Ratio& ratio);

}  // namespace drawdown

#endif  // DRAWDOWN_RATIO_H_
