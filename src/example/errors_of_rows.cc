// Rows too many, rows too few, rows that cannot be compared.
#include "example/altering.h"
#include "example/bill_rows.h"
#include "example/errors.h"

namespace drawdown::example {
namespace {

constexpr LineKind kOnDemand = LineKind::kOnDemand;

bool Repeat(const PlantBed& bed, const Story& story, LineKind kind,
            int copies) {
  const std::vector<Line*> lines = Touched(bed, story, kind);
  for (Line* line : lines) {
    line->copies = copies;
    Record(bed, story, "duplicate_charge", *line, MoneyAmount());
    Planted& item = bed.planted->back();
    item.rows = copies - 1;
    item.billed_cost = item.billed_cost * (copies - 1);
  }
  return !lines.empty();
}

std::vector<Line> CopyOf(const std::vector<Line*>& lines) {
  std::vector<Line> copies;
  for (const Line* line : lines) copies.push_back(*line);
  return copies;
}

}  // namespace

// --- rows too many, rows too few

bool DeliveredTwice(const PlantBed& bed, const Story& story) {
  return Repeat(bed, story, kOnDemand, 2);
}

bool DeliveredThrice(const PlantBed& bed, const Story& story) {
  return Repeat(bed, story, kOnDemand, 3);
}

bool FeeTwice(const PlantBed& bed, const Story& story) {
  return Repeat(bed, story, LineKind::kPurchase, 2);
}

bool NotBilled(const PlantBed& bed, const Story& story) {
  return Omit(bed, story, kOnDemand);
}

bool CoveredNotShown(const PlantBed& bed, const Story& story) {
  return Omit(bed, story, LineKind::kCovered);
}

// Nobody ran there.
bool Invented(const PlantBed& bed, const Story& story) {
  if (!Touched(bed, story, kOnDemand).empty()) return false;
  const MoneyAmount price = story.pool->prices.empty()
                                ? story.pool->list_price
                                : story.pool->PriceAt(story.start);
  bed.lines->push_back(
      NewLine(story, story.pool->gpus_per_unit == 4 ? 4 : 8, price));
  Record(bed, story, "unmetered_charge", bed.lines->back(), MoneyAmount());
  return true;
}

// The rows of some hours name a region where the contract has no such GPUs.
bool OtherRegion(const PlantBed& bed, const Story& story) {
  std::vector<Line> moved = CopyOf(Touched(bed, story, kOnDemand));
  if (moved.empty() || !Omit(bed, story, kOnDemand)) return false;
  for (Line& line : moved) {
    line.edit = [](FocusRow* row) { (*row)[kRegionId] = "sa-east-1"; };
    Record(bed, story, "unmetered_charge", line, MoneyAmount());
    bed.planted->back().pool = "";
    bed.lines->push_back(line);
  }
  return true;
}

bool OtherCurrency(const PlantBed& bed, const Story& story) {
  std::vector<Line> moved = CopyOf(Touched(bed, story, kOnDemand));
  if (moved.empty() || !Omit(bed, story, kOnDemand)) return false;
  const std::string_view other = bed.currency == "USD" ? "EUR" : "USD";
  for (Line& line : moved) {
    line.edit = [other](FocusRow* row) { (*row)[kBillingCurrency] = other; };
    Record(bed, story, "currency_break", line, MoneyAmount());
    bed.planted->back().currency = other;
    bed.lines->push_back(line);
  }
  return true;
}

// --- rows that cannot be compared

bool NoQuantity(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "not_executable", [](Line& line) {
    line.edit = [](FocusRow* row) {
      (*row)[kPricingQuantity] = (*row)[kPricingUnit] = "";
      (*row)[kConsumedQuantity] = (*row)[kConsumedUnit] = "";
    };
  });
}

bool NoChargePeriod(const PlantBed& bed, const Story& story) {
  std::vector<Line> moved = CopyOf(Touched(bed, story, kOnDemand));
  if (moved.empty() || !Omit(bed, story, kOnDemand)) return false;
  for (Line& line : moved) {
    line.end = line.start;
    line.edit = [](FocusRow*) {};
    Record(bed, story, "not_executable", line,
           BilledCost(line, bed.cost_decimals));
    bed.lines->push_back(line);
  }
  return true;
}

// --- tenants

// Half of each hour is tagged as a tenant's that ran nothing there: the pool is
// billed right.
bool OtherTenant(const PlantBed& bed, const Story& story) {
  if (story.pool->tenant.empty()) return false;
  std::vector<Line> moved;
  for (Line* line : Touched(bed, story, kOnDemand)) {
    Line half = *line;
    half.quantity = GpuTime(line->quantity.count() / 2);
    half.edit = [center = story.pool->sub_account_name](FocusRow* row) {
      (*row)[kTags] = TagsText(center, tenant::kVision);
    };
    const MoneyAmount expected = ExpectedCost(*line);
    line->quantity -= half.quantity;
    Record(bed, story, "allocation_gap", *line, expected);
    bed.planted->back().tenant = story.pool->tenant;
    Record(bed, story, "allocation_gap", half, MoneyAmount());
    bed.planted->back().tenant = tenant::kVision;
    moved.push_back(half);
  }
  bed.lines->insert(bed.lines->end(), moved.begin(), moved.end());
  return !moved.empty();
}

}  // namespace drawdown::example
