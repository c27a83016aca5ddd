// Integers without limit (GMP): the model that exact arithmetic is checked
// against. A value type; nothing here is shared with src/.
#ifndef DRAWDOWN_TESTS_SUPPORT_BIG_INT_H_
#define DRAWDOWN_TESTS_SUPPORT_BIG_INT_H_

#include <gmp.h>

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

#include "drawdown/units.h"

namespace drawdown {

class BigInt {
 public:
  BigInt() { mpz_init(value_); }
  BigInt(Int128 value) : BigInt() {  // NOLINT: reads as arithmetic in tests
    const bool negative = value < 0;
    const auto bits = static_cast<Uint128>(value);
    const Uint128 magnitude = negative ? ~bits + 1 : bits;
    const uint64_t words[] = {static_cast<uint64_t>(magnitude),
                              static_cast<uint64_t>(magnitude >> 64)};
    mpz_import(value_, 2, -1, sizeof words[0], 0, 0, words);
    if (negative) mpz_neg(value_, value_);
  }
  explicit BigInt(const std::string& decimal) : BigInt() {
    mpz_set_str(value_, decimal.c_str(), 10);
  }
  BigInt(const BigInt& other) : BigInt() { mpz_set(value_, other.value_); }
  BigInt& operator=(const BigInt& other) {
    mpz_set(value_, other.value_);
    return *this;
  }
  ~BigInt() { mpz_clear(value_); }

  static BigInt PowerOfTen(uint64_t exponent) {
    BigInt power;
    mpz_ui_pow_ui(power.value_, 10, exponent);
    return power;
  }
  static BigInt PowerOfTwo(uint64_t exponent) {
    BigInt power;
    mpz_ui_pow_ui(power.value_, 2, exponent);
    return power;
  }

  friend BigInt operator+(BigInt a, const BigInt& b) {
    mpz_add(a.value_, a.value_, b.value_);
    return a;
  }
  friend BigInt operator-(BigInt a, const BigInt& b) {
    mpz_sub(a.value_, a.value_, b.value_);
    return a;
  }
  friend BigInt operator*(BigInt a, const BigInt& b) {
    mpz_mul(a.value_, a.value_, b.value_);
    return a;
  }
  // a / b rounded towards minus infinity.
  static BigInt FloorQuotient(BigInt a, const BigInt& b) {
    mpz_fdiv_q(a.value_, a.value_, b.value_);
    return a;
  }
  // What that leaves: never negative for b > 0.
  static BigInt FloorRemainder(BigInt a, const BigInt& b) {
    mpz_fdiv_r(a.value_, a.value_, b.value_);
    return a;
  }

  friend bool operator==(const BigInt& a, const BigInt& b) {
    return mpz_cmp(a.value_, b.value_) == 0;
  }
  friend std::strong_ordering operator<=>(const BigInt& a, const BigInt& b) {
    return mpz_cmp(a.value_, b.value_) <=> 0;
  }

  bool odd() const { return mpz_odd_p(value_) != 0; }

  bool FitsInt128() const {
    const BigInt limit = PowerOfTwo(127);
    return *this < limit && *this >= BigInt() - limit;
  }

  std::string ToString() const {
    std::string text(mpz_sizeinbase(value_, 10) + 2, '\0');
    mpz_get_str(text.data(), 10, value_);
    text.resize(text.find('\0'));
    return text;
  }
  friend std::ostream& operator<<(std::ostream& out, const BigInt& value) {
    return out << value.ToString();
  }

 private:
  mpz_t value_;
};

inline BigInt Floor(const BigInt& a, const BigInt& b) {
  return BigInt::FloorQuotient(a, b);
}
inline BigInt Modulo(const BigInt& a, const BigInt& b) {
  return BigInt::FloorRemainder(a, b);
}
// a / b to the nearest integer, ties to the even one. REQUIRES: b > 0.
inline BigInt HalfEven(const BigInt& a, const BigInt& b) {
  const BigInt floor = Floor(a, b);
  const BigInt twice_rest = Modulo(a, b) * 2;
  const bool up = twice_rest > b || (twice_rest == b && floor.odd());
  return up ? floor + 1 : floor;
}

}  // namespace drawdown

#endif  // DRAWDOWN_TESTS_SUPPORT_BIG_INT_H_
