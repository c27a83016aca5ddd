// price x time as Price() computes it, with a short cut where the product fits
// 128 bits, which is nearly always.
#ifndef DRAWDOWN_SRC_RATING_COST_H_
#define DRAWDOWN_SRC_RATING_COST_H_

#include <cstdint>
#include <limits>

#include "base/wide.h"

namespace drawdown {

// A price per GPU-hour, taken apart once for many products.
class HourlyPrice {
 public:
  HourlyPrice() = default;
  explicit HourlyPrice(MoneyAmount per_gpu_hour)
      : per_gpu_hour_(per_gpu_hour),
        fits_(static_cast<Uint128>(per_gpu_hour.count()) <= kMax),
        whole_(static_cast<uint64_t>(per_gpu_hour.count()) / kHour),
        part_(static_cast<uint64_t>(per_gpu_hour.count()) % kHour) {}

  // Whether both are small, so that their product fits 128 bits.
  bool surely_fits(GpuTime time) const {
    // Negative and invalid quantities are huge as unsigned ones.
    return fits_ && static_cast<Uint128>(time.count()) <= kMax;
  }

  MoneyAmount Times(GpuTime time) const {
    if (!surely_fits(time)) return Price(per_gpu_hour_, time);
    // price = whole x hour + part and time = hours x hour + beyond, so that all
    // divisions are of 64 bits by a constant: part, hours and beyond are below
    // 2^32, and what they add below 2^64.
    const auto time_us = static_cast<uint64_t>(time.count());
    const uint64_t tail = part_ * (time_us % kHour);
    const uint64_t rest = tail % kHour;
    const auto most = static_cast<Uint128>(whole_) * time_us;
    const auto low = static_cast<uint64_t>(most);
    uint64_t cost = low + part_ * (time_us / kHour) + tail / kHour;
    // Half-even: at exactly half up where that makes it even.
    cost += rest + (cost & 1) > kHour / 2 ? 1 : 0;
    const uint64_t high =
        static_cast<uint64_t>(most >> 64) + (cost < low ? 1 : 0);
    return MoneyAmount(
        static_cast<Int128>(static_cast<Uint128>(high) << 64 | cost));
  }

 private:
  static constexpr auto kMax =
      static_cast<Uint128>(std::numeric_limits<int64_t>::max());
  static constexpr auto kHour = static_cast<uint64_t>(kMicrosPerHour);

  MoneyAmount per_gpu_hour_;
  bool fits_ = true;
  uint64_t whole_ = 0;
  uint64_t part_ = 0;
};

inline MoneyAmount CostOf(MoneyAmount per_gpu_hour, GpuTime time) {
  return HourlyPrice(per_gpu_hour).Times(time);
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_COST_H_
