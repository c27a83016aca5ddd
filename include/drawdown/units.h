// Quantities: GPU time, money and instants as exact integers.
//
//   GPU time   whole GPU-microseconds         GpuTime      (128-bit)
//   money      1e-18 of one currency unit     MoneyAmount  (128-bit), Money
//   GPU count  1e-6 of one GPU                int64_t ..._micro_gpus
//   instant    microseconds since 1970, UTC   int64_t ..._us, half-open ranges
//
// There is no floating point anywhere. Arithmetic on a Quantity is checked: a
// result that does not fit 128 bits is an *invalid* quantity, which stays
// invalid through further arithmetic and is refused by everything that prints,
// stores or compares money, so an overflow can neither wrap nor saturate.
//
// All types are plain values; all functions are pure and thread-safe.
#ifndef DRAWDOWN_UNITS_H_
#define DRAWDOWN_UNITS_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "drawdown/export.h"

namespace drawdown {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerMinute = 60 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerHour = 60 * kMicrosPerMinute;
// Of UTC; elsewhere a day may have 23 or 25 hours.
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;
inline constexpr int64_t kMicroGpusPerGpu = 1'000'000;
inline constexpr Int128 kAttosPerUnit =
    static_cast<Int128>(1'000'000'000) * 1'000'000'000;

// A checked 128-bit count of one unit. Zero by default.
template <typename Unit>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(Int128 count) : count_(count) {}

  static constexpr Quantity Invalid() { return Quantity(kInvalidCount); }

  // False after an overflow. An invalid quantity equals only itself.
  constexpr bool valid() const { return count_ != kInvalidCount; }

  // REQUIRES: valid().
  constexpr Int128 count() const { return count_; }

  constexpr bool zero() const { return count_ == 0; }

  constexpr Quantity& operator+=(Quantity other) {
    Int128 sum = 0;
    const bool fits = valid() && other.valid() &&
                      !__builtin_add_overflow(count_, other.count_, &sum);
    count_ = fits ? sum : kInvalidCount;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) { return *this += -other; }
  constexpr Quantity operator-() const {
    return valid() ? Quantity(-count_) : Invalid();
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
  friend constexpr Quantity operator*(Quantity a, Int128 factor) {
    Int128 product = 0;
    const bool fits =
        a.valid() && !__builtin_mul_overflow(a.count_, factor, &product);
    return fits ? Quantity(product) : Invalid();
  }
  friend constexpr bool operator==(Quantity, Quantity) = default;
  friend constexpr std::strong_ordering operator<=>(Quantity a, Quantity b) {
    return a.count_ < b.count_   ? std::strong_ordering::less
           : a.count_ > b.count_ ? std::strong_ordering::greater
                                 : std::strong_ordering::equal;
  }

 private:
  // The one value whose negation does not exist, so no valid result uses it.
  static constexpr Int128 kInvalidCount =
      static_cast<Int128>(static_cast<Uint128>(1) << 127);

  Int128 count_ = 0;
};

// Whole GPU-microseconds.
using GpuTime = Quantity<struct GpuMicrosecond>;
// Whole 1e-18 currency units; which currency is known from the context.
using MoneyAmount = Quantity<struct Atto>;

// An ISO 4217 alphabetic code ("USD"), three upper-case letters.
class DRAWDOWN_EXPORT Currency {
 public:
  constexpr Currency() = default;

  // kBadRow unless `code` is exactly three letters A-Z. Whether the code is
  // assigned is not checked: FOCUS 1.2 allows only national currencies in
  // BillingCurrency, but new codes appear without a new release of this
  // library.
  static absl::StatusOr<Currency> Parse(std::string_view code);

  std::string ToString() const;
  constexpr bool empty() const { return packed_ == 0; }
  friend constexpr auto operator<=>(Currency, Currency) = default;

 private:
  constexpr explicit Currency(uint32_t packed) : packed_(packed) {}

  uint32_t packed_ = 0;
};

// GPU-seconds, exact, trailing zeros trimmed: "66", "0.25", "-3521082502".
// An invalid quantity prints as "overflow"; writers check valid() first.
DRAWDOWN_EXPORT std::string FormatGpuSeconds(GpuTime time);

// GPU-hours, rounded half-even to exactly nine decimals, for reading only:
// money is always computed from the integer.
DRAWDOWN_EXPORT std::string FormatGpuHours(GpuTime time);

// Money, exact, trailing zeros trimmed: "20.52022672899", "0", "-1.5".
DRAWDOWN_EXPORT std::string FormatMoney(MoneyAmount amount);

// A GPU count, exact, at most six decimals: "8", "0.25".
DRAWDOWN_EXPORT std::string FormatGpus(int64_t micro_gpus);

// RFC 3339 in UTC; the fraction only when there is one:
// "2026-10-01T00:00:00Z", "2026-10-01T00:00:00.000001Z".
DRAWDOWN_EXPORT std::string FormatInstant(int64_t instant_us);

// GPU-seconds from decimal text. kBadNumber if it is not a decimal, has more
// than six fractional digits that are not zero, or does not fit.
DRAWDOWN_EXPORT absl::StatusOr<GpuTime> ParseGpuSeconds(std::string_view text);

// GPU-hours from decimal text; exact to the GPU-microsecond or kBadNumber.
DRAWDOWN_EXPORT absl::StatusOr<GpuTime> ParseGpuHours(std::string_view text);

// Money from decimal text (E notation allowed); kBadNumber if it is not exact
// in 1e-18 units or does not fit.
DRAWDOWN_EXPORT absl::StatusOr<MoneyAmount> ParseMoney(std::string_view text);

// A GPU count >= 0 with at most six fractional digits, in micro-GPUs.
DRAWDOWN_EXPORT absl::StatusOr<int64_t> ParseGpus(std::string_view text);

// An instant from RFC 3339 text with an offset ("2026-10-01T00:00:00Z",
// "2026-10-01 02:00:00.5+02:00") or decimal seconds since the epoch
// ("1790812800", "0.25"); at most microseconds. A time without an offset is
// read in IANA zone `zone` when that is not empty, and is kBadTime otherwise.
// In the zone's repeated hour the first reading is taken and, when `ambiguous`
// is given, *ambiguous set to true (it is never set to false). A local time
// that the zone skips is kBadTime. Range: years 1900 to 9999.
DRAWDOWN_EXPORT absl::StatusOr<int64_t> ParseInstant(std::string_view text,
                                                     std::string_view zone = "",
                                                     bool* ambiguous = nullptr);

}  // namespace drawdown

#endif  // DRAWDOWN_UNITS_H_
