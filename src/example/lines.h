// What a provider charges for, before it is spelled as rows of a bill: a second
// and deliberately simple rating, written apart from the library's own.
#ifndef DRAWDOWN_SRC_EXAMPLE_LINES_H_
#define DRAWDOWN_SRC_EXAMPLE_LINES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "example/fleet.h"
#include "example/focus.h"
#include "example/meter.h"

namespace drawdown::example {

enum class LineKind {
  kOnDemand,
  kOverage,   // beyond what a commitment covers
  kCovered,   // usage that a commitment covers: billed at 0
  kUnused,    // what a commitment had left: billed at 0
  kPurchase,  // a commitment's fee
  kTrueUp,    // what a commitment fell short of, at the interval's end
};

std::string_view LineKindName(LineKind kind);  // "on_demand"

struct Line {
  LineKind kind = LineKind::kOnDemand;
  const Pool* pool = nullptr;
  const Commitment* commitment = nullptr;  // null for kOnDemand, kOverage
  int64_t start = 0;
  int64_t end = 0;
  GpuTime quantity;
  MoneyAmount price;                    // per GPU-hour
  int copies = 1;                       // how often the bill delivers its row
  std::optional<MoneyAmount> billed;    // instead of quantity x price
  std::function<void(FocusRow*)> edit;  // what else is odd about its row
};

// What the line costs in money to pay, rounded half-even to `decimals` places:
// nothing for usage and leftovers of a commitment, whose fee is a line of its
// own.
MoneyAmount BilledCost(const Line& line, int decimals);

// Every charge of October under each contract, as it should be.
std::vector<Line> RateAws(const HourlyMeter& meter);
std::vector<Line> RateNord(const HourlyMeter& meter);

// GPU-hours of the block for the whole of October: its step cuts the month.
GpuTime BlockQuantity();

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_LINES_H_
