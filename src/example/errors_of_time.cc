// Rows of other months, and corrections.
#include "example/altering.h"
#include "example/errors.h"

namespace drawdown::example {
namespace {

constexpr LineKind kOnDemand = LineKind::kOnDemand;

void Correct(Line& line) {
  line.edit = [](FocusRow* row) { (*row)[kChargeClass] = "Correction"; };
}

// Without a SKU and a quantity: money alone.
void MakeMoneyAlone(FocusRow* row) {
  for (const Column column :
       {kPricingQuantity, kPricingUnit, kPricingCategory, kConsumedQuantity,
        kConsumedUnit, kListUnitPrice, kContractedUnitPrice,
        kPricingCurrencyContractedUnitPrice, kPricingCurrencyListUnitPrice}) {
    (*row)[column] = "";
  }
  (*row)[kChargeCategory] = "Adjustment";
  (*row)[kChargeClass] = "Correction";
}

// A correction row beside the story's lines, found as one item a line.
bool CorrectBy(const PlantBed& bed, const Story& story, int64_t gpus) {
  std::vector<Line> corrections;
  for (const Line* line : Touched(bed, story, kOnDemand)) {
    Line correction = *line;
    correction.quantity = GpusFor(gpus, line->end - line->start);
    Correct(correction);
    corrections.push_back(correction);
  }
  for (const Line& correction : corrections) {
    Record(bed, story, "correction_linked", correction, MoneyAmount());
    bed.lines->push_back(correction);
  }
  return !corrections.empty();
}

}  // namespace

// --- periods

// Usage of a time outside the month, in this month's bill.
bool OtherMonth(const PlantBed& bed, const Story& story) {
  bed.lines->push_back(NewLine(story, 8, story.pool->prices.back().price));
  Record(bed, story, "timing", bed.lines->back(), MoneyAmount());
  return true;
}

bool AcrossTheEdge(const PlantBed& bed, const Story& story) {
  return Alter(bed, story, kOnDemand, "timing", [](Line& line) {
    line.end += line.end - line.start;
    line.quantity = line.quantity * 2;
  });
}

// --- corrections

bool UnfoundedCorrection(const PlantBed& bed, const Story& story) {
  return CorrectBy(bed, story, -8);
}

bool DeltaCorrection(const PlantBed& bed, const Story& story) {
  // The correction first: it is of the line as it was.
  return CorrectBy(bed, story, -8) && ExtraNode(bed, story);
}

// The wrong row is taken back whole and the right one given.
bool NegatedAndReplaced(const PlantBed& bed, const Story& story) {
  std::vector<Line> rows;
  for (Line* line : Touched(bed, story, kOnDemand)) {
    Line right = *line;
    Correct(right);
    line->quantity += GpusFor(8, line->end - line->start);
    Line negated = *line;
    negated.quantity = -negated.quantity;
    Correct(negated);
    Record(bed, story, "quantity_break", *line, ExpectedCost(right));
    Planted item = ItemOf(bed, story, "correction_linked", kOnDemand,
                          line->start, line->end);
    item.rows = 2;
    item.billed_cost = BilledCost(negated, bed.cost_decimals) +
                       BilledCost(right, bed.cost_decimals);
    bed.planted->push_back(item);
    rows.push_back(negated);
    rows.push_back(right);
  }
  bed.lines->insert(bed.lines->end(), rows.begin(), rows.end());
  return !rows.empty();
}

bool MoneyCorrection(const PlantBed& bed, const Story& story) {
  const std::vector<Line*> touched = Touched(bed, story, kOnDemand);
  if (touched.empty()) return false;
  Line correction = NewLine(story, 8, touched.front()->price);
  correction.billed = Micros(-12'340'000);
  correction.edit = MakeMoneyAlone;
  Record(bed, story, "correction_linked", correction, MoneyAmount());
  bed.lines->push_back(correction);
  return true;
}

// It does not even say what it is of.
bool BulkCorrection(const PlantBed& bed, const Story& story) {
  Line correction = NewLine(story, 8, story.pool->list_price);
  correction.billed = Micros(-98'760'000);
  correction.edit = [](FocusRow* row) {
    MakeMoneyAlone(row);
    for (const Column column : {kSkuId, kSkuPriceId, kSkuMeter,
                                kSkuPriceDetails, kResourceId, kResourceName}) {
      (*row)[column] = "";
    }
  };
  Record(bed, story, "correction_orphan", correction, MoneyAmount());
  bed.planted->back().pool = "";
  bed.lines->push_back(correction);
  return true;
}

// Of a month whose bill is not at hand.
bool OrphanCorrection(const PlantBed& bed, const Story& story) {
  Line correction = NewLine(story, -8, story.pool->prices.front().price);
  Correct(correction);
  Record(bed, story, "correction_orphan", correction, MoneyAmount());
  bed.lines->push_back(correction);
  return true;
}

// What the month's rows lack comes as a correction: late, and right.
bool LateAsCorrection(const PlantBed& bed, const Story& story) {
  const std::vector<Line*> lines = Touched(bed, story, kOnDemand);
  for (Line* line : lines) {
    Record(bed, story, "correction_linked", *line, ExpectedCost(*line));
    Correct(*line);
  }
  return !lines.empty();
}

}  // namespace drawdown::example
