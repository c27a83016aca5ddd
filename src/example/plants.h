// The discrepancies that are planted in the bills, and the amounts that an
// exact reconciliation must find for each.
#ifndef DRAWDOWN_SRC_EXAMPLE_PLANTS_H_
#define DRAWDOWN_SRC_EXAMPLE_PLANTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "example/lines.h"

namespace drawdown::example {

// One item that reconciliation must report: a row of planted.csv.
struct Planted {
  std::string plant;               // "aws-1": one story, of one item or several
  std::string_view error;          // the kind of error: "extra_node"
  std::string_view kind_of_break;  // the class: "quantity_break"
  std::string_view bill;           // file name
  std::string_view contract;
  std::string_view pool;    // empty: a SKU the contract does not know
  std::string_view tenant;  // where the rows are of one tenant's alone
  LineKind kind = LineKind::kOnDemand;
  int64_t start = 0;
  int64_t end = 0;
  int rows = 0;  // rows of the bill in the item
  MoneyAmount billed_cost;
  MoneyAmount expected_cost;
  std::string_view currency;
  std::string_view what;
};

// Where the plants of one bill go.
struct PlantBed {
  std::string_view bill;
  std::string_view contract;
  std::string_view currency;
  int cost_decimals = 0;  // of the bill's published costs
  std::vector<Line>* lines = nullptr;
  std::vector<Planted>* planted = nullptr;
};

// Changes the lines and records what was changed.
void PlantAws(const PlantBed& bed);
void PlantNord(const PlantBed& bed);

// What looks odd and is right, so that nothing may be reported: a refund beside
// what it refunds, a row split by a discount, another GpuCount than the
// contract's, unused reserved capacity, a hundredth of a cent of rounding.
void AddDecoys(std::vector<Line>* lines);

std::string PlantedCsv(const std::vector<Planted>& planted);

}  // namespace drawdown::example

#endif  // DRAWDOWN_SRC_EXAMPLE_PLANTS_H_
