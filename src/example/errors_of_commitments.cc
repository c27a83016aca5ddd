// Covered usage, what was left over, fees and true-ups.
#include "base/wide.h"
#include "example/altering.h"
#include "example/errors.h"

namespace drawdown::example {
namespace {

constexpr LineKind kOnDemand = LineKind::kOnDemand;
constexpr LineKind kOverage = LineKind::kOverage;
constexpr LineKind kCovered = LineKind::kCovered;
constexpr LineKind kUnused = LineKind::kUnused;
constexpr LineKind kPurchase = LineKind::kPurchase;

}  // namespace

// --- commitments

bool CoveredCharged(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kCovered, "price_break", [](Line& line) {
    line.billed = Price(line.pool->PriceAt(line.start), line.quantity, 18);
  });
}

bool CoveredTooMuch(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kCovered, "quantity_break", [](Line& line) {
    line.quantity += GpusFor(4, line.end - line.start);
  });
}

bool UnknownCommitment(const PlantBed& bed, const Story& story) {
  const std::vector<Line*> touched = Touched(bed, story, kCovered);
  std::vector<Line> moved;
  for (const Line* line : touched) moved.push_back(*line);
  if (moved.empty() || !Omit(bed, story, kCovered)) return false;
  for (Line& line : moved) {
    line.edit = [](FocusRow* row) {
      (*row)[kCommitmentDiscountId] = "sp-0a1b2c3d";
      (*row)[kCommitmentDiscountName] = "Someone else's savings plan";
    };
    Record(bed, story, "quantity_break", line, MoneyAmount());
    bed.lines->push_back(line);
  }
  return true;
}

bool OverageAtListPrice(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOverage, "commitment_overage",
               [](Line& line) { line.price = line.pool->list_price; });
}

// The provider covers no more than before the last step and bills the rest on
// demand, beside the fee for all of it; nothing is left over then.
bool StepNotApplied(const PlantBed& bed, const Story& story) {
  const GpuTime floor = GpusFor(Gb200Reserved().steps.front().gpu_hours, kHour);
  const std::vector<Line*> lines = Touched(bed, story, kCovered);
  const std::vector<Line*> beside = Touched(bed, story, kOverage);
  if (lines.empty() || !beside.empty()) return false;
  for (const Line* line : lines) {
    if (line->quantity <= floor) return false;
  }
  std::vector<Line> overflow;
  for (Line* line : lines) {
    Line rest{kOnDemand, line->pool, nullptr, line->start, line->end};
    rest.quantity = line->quantity - floor;
    rest.price = line->pool->PriceAt(line->start);
    line->quantity = floor;
    Record(bed, story, "quantity_break", *line, MoneyAmount());
    Record(bed, story, "quantity_break", rest, MoneyAmount());
    overflow.push_back(rest);
  }
  bed.lines->insert(bed.lines->end(), overflow.begin(), overflow.end());
  return true;
}

bool UnusedCharged(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kUnused, "commitment_waste", [](Line& line) {
    line.billed = Price(line.price, line.quantity, 18);
  });
}

bool UnusedTooMuch(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kUnused, "commitment_waste", [](Line& line) {
    line.quantity += GpusFor(4, line.end - line.start);
  });
}

bool StepEarly(const PlantBed& bed, const Story& story) {
  const GpuTime later = GpusFor(Gb200Reserved().steps.back().gpu_hours, kDay);
  for (const Line* line : Touched(bed, story, kPurchase)) {
    if (line->quantity == later) return false;
  }
  return Alter(bed, story, kPurchase, "quantity_break",
               [later](Line& line) { line.quantity = later; });
}

bool FeePrice(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kPurchase, "price_break",
               [](Line& line) { line.price += Micros(50'000); });
}

bool FeeMissing(const PlantBed& bed, const Story& story) {
  MoneyAmount owed;
  for (const Line* line : Touched(bed, story, kPurchase)) {
    owed += ExpectedCost(*line);
  }
  if (!Omit(bed, story, kPurchase)) return false;
  Planted& item = bed.planted->back();
  item.kind_of_break = "quantity_break";
  item.pool = "";  // a fee that is not there is of no pool
  item.expected_cost = owed;
  return true;
}

// It is one item with the month's fee, as both are what the block costs.
bool TrueUpTooLarge(const PlantBed& bed, const Story& story) {
  const std::vector<Line*> fees = Touched(bed, story, kPurchase);
  const std::vector<Line*> true_ups = Touched(bed, story, LineKind::kTrueUp);
  if (true_ups.empty()) return false;
  Planted item = ItemOf(bed, story, "commitment_shortfall", LineKind::kTrueUp,
                        story.start, story.end);
  const GpuTime whole_month =
      GpusFor(H100Block().steps.back().gpu_hours, kHour);
  for (Line* line : true_ups) {
    item.expected_cost += ExpectedCost(*line);
    line->quantity += whole_month - BlockQuantity();
    item.billed_cost += BilledCost(*line, bed.cost_decimals);
  }
  for (const Line* line : fees) {
    item.expected_cost += ExpectedCost(*line);
    item.billed_cost += BilledCost(*line, bed.cost_decimals);
  }
  item.rows = static_cast<int>(fees.size() + true_ups.size());
  bed.planted->push_back(item);
  return true;
}

}  // namespace drawdown::example
