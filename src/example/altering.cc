#include "example/altering.h"

#include <algorithm>

#include "base/check.h"

namespace drawdown::example {
namespace {

bool Touches(const Story& story, LineKind kind, const Line& line) {
  return line.pool == story.pool && line.kind == kind && !line.edit &&
         line.start >= story.start && line.end <= story.end;
}

}  // namespace

std::vector<Line*> Touched(const PlantBed& bed, const Story& story,
                           LineKind kind) {
  std::vector<Line*> lines;
  for (Line& line : *bed.lines) {
    if (Touches(story, kind, line)) lines.push_back(&line);
  }
  return lines;
}

MoneyAmount ExpectedCost(const Line& line) { return BilledCost(line, 18); }

Planted ItemOf(const PlantBed& bed, const Story& story,
               std::string_view kind_of_break, LineKind kind, int64_t start,
               int64_t end) {
  Planted item;
  item.plant = story.plant;
  item.error = story.error;
  item.kind_of_break = kind_of_break;
  item.bill = bed.bill;
  item.contract = bed.contract;
  item.pool = story.pool->name;
  item.kind = kind;
  item.start = start;
  item.end = end;
  item.currency = bed.currency;
  item.what = story.what;
  return item;
}

void Record(const PlantBed& bed, const Story& story,
            std::string_view kind_of_break, const Line& line,
            MoneyAmount expected) {
  Planted item =
      ItemOf(bed, story, kind_of_break, line.kind, line.start, line.end);
  item.rows = 1;
  item.billed_cost = BilledCost(line, bed.cost_decimals);
  item.expected_cost = expected;
  bed.planted->push_back(item);
}

bool Alter(const PlantBed& bed, const Story& story, LineKind kind,
           std::string_view kind_of_break,
           const std::function<void(Line&)>& change) {
  const std::vector<Line*> lines = Touched(bed, story, kind);
  for (Line* line : lines) {
    const MoneyAmount expected = ExpectedCost(*line);
    change(*line);
    Record(bed, story, kind_of_break, *line, expected);
  }
  return !lines.empty();
}

bool Omit(const PlantBed& bed, const Story& story, LineKind kind) {
  Line whole{kind, story.pool, nullptr, story.start, story.start};
  for (const Line* line : Touched(bed, story, kind)) {
    CHECK(line->start == whole.end);
    CHECK(whole.quantity.zero() || whole.price == line->price);
    whole.end = line->end;
    whole.quantity += line->quantity;
    whole.price = line->price;
  }
  if (whole.end != story.end) return false;
  Planted item =
      ItemOf(bed, story, "unbilled_usage", kind, story.start, story.end);
  item.expected_cost = ExpectedCost(whole);
  bed.planted->push_back(item);
  bed.lines->erase(std::remove_if(bed.lines->begin(), bed.lines->end(),
                                  [&](const Line& line) {
                                    return Touches(story, kind, line);
                                  }),
                   bed.lines->end());
  return true;
}

GpuTime GpusFor(int64_t gpus, int64_t seconds) {
  return GpuTime(static_cast<Int128>(gpus) * kMicrosPerSecond) * seconds;
}

Line NewLine(const Story& story, int64_t gpus, MoneyAmount price) {
  return {LineKind::kOnDemand,
          story.pool,
          nullptr,
          story.start,
          story.end,
          GpusFor(gpus, story.end - story.start),
          price};
}

}  // namespace drawdown::example
