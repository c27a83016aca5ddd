#include "example/files.h"

#include "example/bills.h"
#include "example/contracts.h"
#include "example/gzip.h"
#include "example/lines.h"
#include "example/plants.h"
#include "example/runs.h"

namespace drawdown::example {

std::vector<ExampleFile> MakeFiles() {
  const std::vector<Run> runs = MakeRuns();
  const HourlyMeter meter(runs);
  std::vector<Planted> planted;
  std::vector<Line> aws = RateAws(meter);
  std::vector<Line> nord = RateNord(meter);
  PlantAws(
      {kAwsBillName, kAwsContractId, "USD", kAwsCostDecimals, &aws, &planted});
  AddDecoys(&aws);
  PlantNord({kNordBillName, kNordContractId, "EUR", kNordCostDecimals, &nord,
             &planted});
  return {
      {"README.md", Readme()},
      {"aws-2025.textproto", std::string(AwsContractText())},
      {"nordgpu-2026.textproto", std::string(NordContractText())},
      {"runs.csv", RunsCsv(runs)},
      {std::string(kAwsBillName), Gzip(AwsBill(aws))},
      {std::string(kNordBillName), NordBill(nord)},
      {"planted.csv", PlantedCsv(planted)},
  };
}

}  // namespace drawdown::example
