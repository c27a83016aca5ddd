#include "example/planting.h"

#include <algorithm>

#include "base/check.h"

namespace drawdown::example {
namespace {

bool Touches(const Story& story, const Line& line) {
  return line.pool == story.pool && line.kind == story.kind &&
         line.start >= story.start && line.end <= story.end;
}

// What the contract says the line costs, exact to 1e-18.
MoneyAmount ExpectedCost(const Line& line) { return BilledCost(line, 18); }

Planted Record(const PlantBed& bed, const Story& story,
               std::string_view kind_of_break, int64_t start, int64_t end) {
  Planted item;
  item.plant = story.plant;
  item.kind_of_break = kind_of_break;
  item.bill = bed.bill;
  item.contract = bed.contract;
  item.pool = story.pool->name;
  item.kind = story.kind;
  item.start = start;
  item.end = end;
  item.rows = 1;
  item.currency = bed.currency;
  item.what = story.what;
  return item;
}

std::string_view ClassOf(const Distortion& distortion) {
  if (distortion.extra_gpus == 0) return "price_break";
  return distortion.price ? "mixed_break" : "quantity_break";
}

void Erase(const PlantBed& bed, const Story& story) {
  const auto touched = [&](const Line& line) { return Touches(story, line); };
  bed.lines->erase(
      std::remove_if(bed.lines->begin(), bed.lines->end(), touched),
      bed.lines->end());
}

}  // namespace

void Distort(const PlantBed& bed, const Story& story,
             const Distortion& distortion) {
  int found = 0;
  for (Line& line : *bed.lines) {
    if (!Touches(story, line)) continue;
    ++found;
    Planted item =
        Record(bed, story, ClassOf(distortion), line.start, line.end);
    item.expected_cost = ExpectedCost(line);
    line.quantity += GpuTime(distortion.extra_gpus * kMicrosPerSecond) *
                     (line.end - line.start);
    if (distortion.price) line.price = *distortion.price;
    item.billed_cost = BilledCost(line, bed.cost_decimals);
    bed.planted->push_back(item);
  }
  CHECK(found > 0);
}

void Omit(const PlantBed& bed, const Story& story) {
  Planted item = Record(bed, story, "unbilled_usage", story.start, story.end);
  item.rows = 0;
  Line whole{story.kind, story.pool, nullptr, story.start, story.start};
  for (const Line& line : *bed.lines) {
    if (!Touches(story, line)) continue;
    CHECK(line.start == whole.end);
    CHECK(whole.quantity.zero() || whole.price == line.price);
    whole.end = line.end;
    whole.quantity += line.quantity;
    whole.price = line.price;
  }
  CHECK(whole.end == story.end);
  item.expected_cost = ExpectedCost(whole);
  Erase(bed, story);
  bed.planted->push_back(item);
}

void Repeat(const PlantBed& bed, const Story& story) {
  int found = 0;
  for (Line& line : *bed.lines) {
    if (!Touches(story, line)) continue;
    ++found;
    line.copies = 2;
    Planted item = Record(bed, story, "duplicate_charge", line.start, line.end);
    item.billed_cost = BilledCost(line, bed.cost_decimals);
    bed.planted->push_back(item);
  }
  CHECK(found > 0);
}

void DelayStep(const PlantBed& bed, const Story& story, int64_t floor) {
  std::vector<Line> overflow;
  for (Line& line : *bed.lines) {
    if (!Touches(story, line)) continue;
    Line rest{LineKind::kOnDemand, line.pool, nullptr, line.start, line.end};
    const GpuTime covered =
        GpuTime(floor * kMicrosPerSecond) * (line.end - line.start);
    CHECK(covered < line.quantity);
    rest.quantity = line.quantity - covered;
    rest.price = line.pool->PriceAt(line.start);
    line.quantity = covered;
    overflow.push_back(rest);
    bed.planted->push_back(
        Record(bed, story, "quantity_break", line.start, line.end));
  }
  CHECK(!overflow.empty());
  Story left = story;
  left.kind = LineKind::kUnused;
  Erase(bed, left);
  for (const Line& rest : overflow) {
    bed.lines->push_back(rest);
    Planted item = Record(bed, story, "quantity_break", rest.start, rest.end);
    item.kind = rest.kind;
    item.billed_cost = BilledCost(rest, bed.cost_decimals);
    bed.planted->push_back(item);
  }
}

void InflateTrueUp(const PlantBed& bed, const Story& story, GpuTime extra) {
  Planted item =
      Record(bed, story, "commitment_shortfall", story.start, story.end);
  item.rows = 0;
  for (Line& line : *bed.lines) {
    if (line.kind != LineKind::kPurchase && line.kind != LineKind::kTrueUp) {
      continue;
    }
    item.expected_cost += ExpectedCost(line);
    if (line.kind == LineKind::kTrueUp) line.quantity += extra;
    item.billed_cost += BilledCost(line, bed.cost_decimals);
    ++item.rows;
  }
  CHECK(item.rows == 2);
  bed.planted->push_back(item);
}

void Invent(const PlantBed& bed, const Story& story, int64_t gpus,
            MoneyAmount price, int64_t period) {
  for (int64_t at = story.start; at < story.end; at += period) {
    const GpuTime quantity = GpuTime(gpus * kMicrosPerSecond) * period;
    const Line line{story.kind,  story.pool, nullptr, at,
                    at + period, quantity,   price};
    bed.lines->push_back(line);
    Planted item = Record(bed, story, "unmetered_charge", line.start, line.end);
    item.billed_cost = BilledCost(line, bed.cost_decimals);
    bed.planted->push_back(item);
  }
}

}  // namespace drawdown::example
