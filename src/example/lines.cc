#include "example/lines.h"

#include <algorithm>

#include "base/check.h"
#include "base/wide.h"

namespace drawdown::example {
namespace {

GpuTime GpuHours(int64_t hours) {
  return GpuTime(static_cast<Int128>(hours) * kMicrosPerHour);
}

// Adds the line unless it is of nothing: providers do not send such rows.
void AddLine(const Line& line, std::vector<Line>* lines) {
  if (!line.quantity.zero()) lines->push_back(line);
}

// One hour of the reserved pool: the floor is used first.
void RateReservedHour(GpuTime used, int64_t hour, std::vector<Line>* lines) {
  const Pool& pool = AwsGb200();
  const Commitment& reserved = Gb200Reserved();
  const int64_t end = hour + kHour;
  const GpuTime floor = GpuHours(GpuHoursAt(reserved.steps, hour));
  const GpuTime covered = std::min(used, floor);
  AddLine({LineKind::kCovered, &pool, &reserved, hour, end, covered,
           reserved.price},
          lines);
  AddLine({LineKind::kUnused, &pool, &reserved, hour, end, floor - covered,
           reserved.price},
          lines);
  AddLine({LineKind::kOverage, &pool, nullptr, hour, end, used - covered,
           pool.PriceAt(hour)},
          lines);
}

// The reservation's fee comes once a day.
void AddDailyFees(std::vector<Line>* lines) {
  const Commitment& reserved = Gb200Reserved();
  for (int day = 1; day <= 31; ++day) {
    const int64_t start = OctoberAt(day);
    const GpuTime floor = GpuHours(GpuHoursAt(reserved.steps, start));
    AddLine({LineKind::kPurchase, &AwsGb200(), &reserved, start, start + kDay,
             floor * 24, reserved.price},
            lines);
  }
}

// The block's month: what was drawn, and the true-up to what was contracted.
void AddBlockMonth(GpuTime drawn, std::vector<Line>* lines) {
  const Commitment& block = H100Block();
  const int64_t start = StockholmDay(1);
  const int64_t end = StockholmDay(32);
  CHECK(drawn <= BlockQuantity());  // this October does not fill its block
  AddLine({LineKind::kPurchase, &NordH100(), &block, start, end, drawn,
           block.price},
          lines);
  AddLine({LineKind::kTrueUp, &NordH100(), &block, start, end,
           BlockQuantity() - drawn, block.price},
          lines);
}

}  // namespace

std::string_view LineKindName(LineKind kind) {
  switch (kind) {
    case LineKind::kOnDemand:
      return "on_demand";
    case LineKind::kOverage:
      return "overage";
    case LineKind::kCovered:
      return "covered";
    case LineKind::kUnused:
      return "unused";
    case LineKind::kPurchase:
      return "purchase";
    case LineKind::kTrueUp:
      return "true_up";
  }
  return "";
}

MoneyAmount BilledCost(const Line& line, int decimals) {
  if (line.billed) return RoundMoney(*line.billed, decimals);
  const bool free =
      line.kind == LineKind::kCovered || line.kind == LineKind::kUnused;
  return free ? MoneyAmount() : Price(line.price, line.quantity, decimals);
}

std::vector<Line> RateAws(const HourlyMeter& meter) {
  std::vector<Line> lines;
  for (int64_t hour = kMonthStart; hour < kMonthEnd; hour += kHour) {
    RateReservedHour(meter.At(AwsGb200(), hour), hour, &lines);
    for (const Pool* pool : {&AwsH200(), &AwsH100(), &AwsB200()}) {
      AddLine({LineKind::kOnDemand, pool, nullptr, hour, hour + kHour,
               meter.At(*pool, hour), pool->PriceAt(hour)},
              &lines);
    }
  }
  AddDailyFees(&lines);
  return lines;
}

GpuTime BlockQuantity() {
  const int64_t start = StockholmDay(1);
  const int64_t end = StockholmDay(32);
  const int64_t step = StockholmDay(16);
  const std::vector<QuantityStep>& steps = H100Block().steps;
  // The 745 hours of the month divide both quantities.
  const int64_t hours = (end - start) / kHour;
  const int64_t before = GpuHoursAt(steps, start);
  const int64_t after = GpuHoursAt(steps, step);
  CHECK(before % hours == 0 && after % hours == 0);
  return GpuHours(before / hours * ((step - start) / kHour) +
                  after / hours * ((end - step) / kHour));
}

std::vector<Line> RateNord(const HourlyMeter& meter) {
  std::vector<Line> lines;
  for (int day = 1; day <= 31; ++day) {
    const int64_t start = StockholmDay(day);
    const int64_t end = StockholmDay(day + 1);
    AddLine({LineKind::kCovered, &NordH100(), &H100Block(), start, end,
             meter.Sum(NordH100(), start, end), H100Block().price},
            &lines);
    AddLine({LineKind::kOnDemand, &NordH200(), nullptr, start, end,
             meter.Sum(NordH200(), start, end), NordH200().PriceAt(start)},
            &lines);
  }
  AddBlockMonth(meter.Sum(NordH100(), StockholmDay(1), StockholmDay(32)),
                &lines);
  return lines;
}

}  // namespace drawdown::example
