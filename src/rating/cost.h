// price x time as Price() computes it, with a short cut where the product fits
// 128 bits, which is nearly always.
#ifndef DRAWDOWN_SRC_RATING_COST_H_
#define DRAWDOWN_SRC_RATING_COST_H_

#include <cstdint>
#include <limits>

#include "base/wide.h"

namespace drawdown {

inline MoneyAmount CostOf(MoneyAmount per_gpu_hour, GpuTime time) {
  constexpr auto kMax =
      static_cast<Uint128>(std::numeric_limits<int64_t>::max());
  constexpr auto kHour = static_cast<uint64_t>(kMicrosPerHour);
  const auto price = static_cast<Uint128>(per_gpu_hour.count());
  const auto amount = static_cast<Uint128>(time.count());
  // Negative and invalid quantities are huge as unsigned ones.
  if (price > kMax || amount > kMax) return Price(per_gpu_hour, time);
  // price = whole x hour + part and time = hours x hour + beyond, so that all
  // divisions are of 64 bits by a constant: part x beyond < 3.6e9 squared,
  // which fits.
  const auto time_us = static_cast<uint64_t>(amount);
  const uint64_t whole = static_cast<uint64_t>(price) / kHour;
  const uint64_t part = static_cast<uint64_t>(price) % kHour;
  const uint64_t tail = part * (time_us % kHour);
  const uint64_t rest = tail % kHour;
  Uint128 cost = static_cast<Uint128>(whole) * time_us +
                 static_cast<Uint128>(part) * (time_us / kHour) + tail / kHour;
  if (rest > kHour / 2 || (rest == kHour / 2 && (cost & 1) != 0)) ++cost;
  return MoneyAmount(static_cast<Int128>(cost));
}

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_RATING_COST_H_
