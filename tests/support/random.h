// Randomness for tests: one seed a process, printed, and set by $DRAWDOWN_SEED
// to repeat a run.
#ifndef DRAWDOWN_TESTS_SUPPORT_RANDOM_H_
#define DRAWDOWN_TESTS_SUPPORT_RANDOM_H_

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <string_view>

#include "drawdown/units.h"

namespace drawdown {

inline uint64_t TestSeed() {
  static const uint64_t seed = [] {
    const char* fixed = std::getenv("DRAWDOWN_SEED");
    const uint64_t value = fixed != nullptr ? std::strtoull(fixed, nullptr, 10)
                                            : std::random_device()();
    std::cerr << "DRAWDOWN_SEED=" << value << "\n";
    return value;
  }();
  return seed;
}

class Random {
 public:
  // Tests that draw differently from one seed give different salts.
  explicit Random(uint64_t salt = 0) : engine_(TestSeed() + salt) {}

  // In [low, high].
  int64_t Between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(engine_);
  }
  bool OneIn(int64_t n) { return Between(1, n) == 1; }

  // `count` characters of `alphabet`.
  std::string From(std::string_view alphabet, int64_t count) {
    const int64_t last = static_cast<int64_t>(alphabet.size()) - 1;
    std::string text;
    for (int64_t i = 0; i < count; ++i) {
      text.push_back(alphabet[static_cast<size_t>(Between(0, last))]);
    }
    return text;
  }
  // Sometimes mostly zeros, whose trimming is where decimals go wrong.
  std::string Digits(int64_t count) {
    return From(OneIn(4) ? "00000000000019" : "0123456789", count);
  }

  // Any Int128, every size as likely, the extremes and their neighbours among
  // them.
  Int128 Any128() {
    if (OneIn(16)) return Extreme();
    const Int128 magnitude = Positive128() - (OneIn(2) ? 1 : 0);
    return OneIn(2) ? -magnitude : magnitude;
  }
  // > 0; powers of two and ten and their neighbours among them.
  Int128 Positive128() {
    const Uint128 word = static_cast<Uint128>(engine_()) << 64 | engine_();
    const Uint128 top = static_cast<Uint128>(1) << Between(0, 126);
    switch (Between(0, 7)) {
      case 0:
        return static_cast<Int128>(top);
      case 1:
        return static_cast<Int128>(top | (top - 1));
      case 2:
        return PowerOfTen(Between(0, 38));
      default:
        return static_cast<Int128>((word & (top - 1)) | top);
    }
  }

 private:
  Int128 Extreme() {
    const auto min = static_cast<Int128>(static_cast<Uint128>(1) << 127);
    const Int128 near = Between(0, 2);
    return OneIn(2) ? min + near : -(min + 1) - near;
  }
  static Int128 PowerOfTen(int64_t exponent) {
    Int128 power = 1;
    for (int64_t i = 0; i < exponent; ++i) power *= 10;
    return power;
  }

  std::mt19937_64 engine_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_RANDOM_H_
