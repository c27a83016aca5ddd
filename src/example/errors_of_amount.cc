// Wrong hours, wrong prices, wrong units.
#include "example/altering.h"
#include "example/errors.h"

namespace drawdown::example {
namespace {

constexpr LineKind kOnDemand = LineKind::kOnDemand;

MoneyAmount Over(MoneyAmount amount, int64_t divisor) {
  return MoneyAmount(amount.count() / divisor);
}

bool TimesTooMany(const PlantBed& bed, const Story& story, int64_t factor) {
  return Alter(bed, story, kOnDemand, "unit_scale_break", [factor](Line& line) {
    line.quantity = line.quantity * factor;
  });
}

}  // namespace

// --- wrong hours

bool ExtraNode(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "quantity_break", [](Line& line) {
    line.quantity += GpusFor(8, line.end - line.start);
  });
}

bool MissingNode(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "quantity_break", [](Line& line) {
    line.quantity += GpusFor(-4, line.end - line.start);
  });
}

// As if each hour were sold in blocks of sixteen GPU-hours.
bool RoundedUp(const PlantBed& bed, const Story& story) {
  const Int128 block = GpusFor(16, kHour).count();
  return Alter(bed, story, kOnDemand, "quantity_break", [block](Line& line) {
    line.quantity = GpuTime((line.quantity.count() / block + 1) * block);
  });
}

bool CutOff(const PlantBed& bed, const Story& story) {
  const Int128 hour = GpusFor(1, kHour).count();
  return Alter(bed, story, kOnDemand, "quantity_break", [hour](Line& line) {
    const Int128 whole = line.quantity.count() / hour;
    line.quantity = GpuTime((whole - 1) * hour);
  });
}

// Half an hour of four GPUs is billed an hour late.
bool WrongHour(const PlantBed& bed, const Story& story) {
  const std::vector<Line*> lines = Touched(bed, story, kOnDemand);
  if (lines.size() != 2) return false;
  const GpuTime moved = GpusFor(4, kHour / 2);
  for (int i = 0; i < 2; ++i) {
    const MoneyAmount expected = ExpectedCost(*lines[i]);
    lines[i]->quantity += i == 0 ? -moved : moved;
    Record(bed, story, "quantity_break", *lines[i], expected);
  }
  return true;
}

// A day of 25 hours, as summer time ends on it, is billed as one of 24.
bool DayOf24Hours(const PlantBed& bed, const Story& story) {
  if (story.end - story.start != 25 * kHour) return false;
  return Alter(bed, story, kOnDemand, "quantity_break", [](Line& line) {
    line.quantity = GpuTime(line.quantity.count() / 25 * 24);
  });
}

// A refund of what was right.
bool UnfoundedRefund(const PlantBed& bed, const Story& story) {
  std::vector<Line> refunds;
  for (const Line* line : Touched(bed, story, kOnDemand)) {
    Line refund = *line;
    refund.quantity = GpusFor(-8, line->end - line->start);
    Planted item =
        ItemOf(bed, story, "quantity_break", kOnDemand, line->start, line->end);
    item.rows = 2;
    item.expected_cost = ExpectedCost(*line);
    item.billed_cost = BilledCost(*line, bed.cost_decimals) +
                       BilledCost(refund, bed.cost_decimals);
    bed.planted->push_back(item);
    refunds.push_back(refund);
  }
  bed.lines->insert(bed.lines->end(), refunds.begin(), refunds.end());
  return !refunds.empty();
}

// --- wrong prices

bool OldPrice(const PlantBed& bed, const Story& story) {
  const MoneyAmount old = story.pool->prices.front().price;
  if (story.pool->PriceAt(story.start) == old) return false;
  return Alter(bed, story, kOnDemand, "price_break",
               [old](Line& line) { line.price = old; });
}

bool ListPrice(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "price_break",
               [](Line& line) { line.price = line.pool->list_price; });
}

bool TaxInPrice(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "price_break",
               [](Line& line) { line.price = Over(line.price * 125, 100); });
}

bool FreeOfCharge(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "price_break",
               [](Line& line) { line.billed = MoneyAmount(); });
}

bool WrongSign(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "price_break",
               [](Line& line) { line.billed = -ExpectedCost(line); });
}

bool HoursAndPrice(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "mixed_break", [](Line& line) {
    line.quantity += GpusFor(16, line.end - line.start);
    line.price += Micros(250'000);
  });
}

// More hours for the same money: nothing to pay, and the price is not right.
bool Compensating(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "mixed_break", [](Line& line) {
    line.billed = ExpectedCost(line);
    line.quantity += GpusFor(8, line.end - line.start);
  });
}

// --- wrong units

bool GpuHoursAsNodeHours(const PlantBed& bed, const Story& story) {
  return TimesTooMany(bed, story, 8);
}

bool MinutesAsHours(const PlantBed& bed, const Story& story) {
  return TimesTooMany(bed, story, 60);
}

bool SecondsAsHours(const PlantBed& bed, const Story& story) {
  return TimesTooMany(bed, story, 3600);
}

bool HoursAsNodes(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "unit_scale_break", [](Line& line) {
    line.quantity = GpuTime(line.quantity.count() / 8);
  });
}

// PricingQuantity is divided by a block size once too often; the money is not.
bool BlockSize(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "unit_scale_break", [](Line& line) {
    line.billed = ExpectedCost(line);
    line.quantity = GpuTime(line.quantity.count() / 100);
  });
}

bool DecimalSlip(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "unit_scale_break",
               [](Line& line) { line.billed = ExpectedCost(line) * 10; });
}

}  // namespace drawdown::example
